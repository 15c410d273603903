//! Catalogue items (crm, section 11.2).

use futures::future::join_all;

use super::*;

const LIST: &str = "/api/catalogue/";

fn good() -> Value {
    json!({"name": "Web Development", "type": "service", "base_price": "100.00"})
}

fn with_sku(sku: &str) -> Value {
    merged(good(), json!({"sku": sku}))
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let price = || {
        let texts = ["", "x", "NaN", "Infinity", "-1.00", "1e2", "1E2", "+1", "1,00", "1.005", "10000000000.00", "0x1"];
        let mut values: Vec<_> = texts.into_iter().map(|text| json!(text)).collect();
        values.extend([
            json!(-1),
            json!(1.005),
            json!(1e30),
            json!(true),
            json!([]),
            json!({}),
            json!(10000000000_u64),
        ]);
        values
    };
    vec![
        ("name", vec![json!(""), json!(null), json!(5), json!("x".repeat(256))]),
        ("category", vec![json!("x"), json!(5), json!([]), json!(NOWHERE)]),
        ("sku", vec![json!(5), json!([]), json!({})]),
        ("description", vec![json!(5), json!([])]),
        ("type", vec![json!("goods"), json!(""), json!(null), json!(5), json!("Service")]),
        ("base_price", price()),
        ("currency", vec![json!("KWD"), json!("XYZ"), json!("US"), json!("DOLLAR"), json!(5), json!("")]),
        ("unit", vec![json!(5), json!([])]),
        ("tax_rate", vec![json!("x"), json!("-1"), json!("NaN"), json!("1e1"), json!("1.005"), json!(true), json!([])]),
        ("stripe_price_id", vec![json!(5), json!([])]),
        ("is_active", vec![json!("maybe"), json!(5), json!(null)]),
        ("attributes", vec![json!("x"), json!([])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_example_is_served_as_printed() {
    let crm = Crm::start().await;
    let category = crm.make("/api/categories/", json!({"name": "Software"})).await;
    let body = json!({
        "category": category,
        "name": "Web Development",
        "sku": "WEB-DEV-001",
        "description": "Custom web development, hourly rate",
        "type": "service",
        "base_price": "100.00",
        "currency": "USD",
        "unit": "hour",
        "tax_rate": "15.00",
        "is_active": true,
        "attributes": {},
    });
    let made = crm.post(LIST, body.clone()).await.expect(201);
    shows_whole(&made, merged(body, json!({"stripe_price_id": null, "list_of_images": []})), &[]);
    let path = format!("{LIST}{}/", id_of(&made));
    let change = json!({"base_price": "120.50", "is_active": false, "stripe_price_id": "price_1"});
    let patched = crm.patch(&path, change.clone()).await.expect(200);
    let touched = json!({"updated_at": patched["updated_at"]});
    assert_eq!(patched, merged(merged(made, change), touched));
    let put = crm.put(&path, json!({"category": null, "sku": null, "type": "subscription"})).await.expect(200);
    shows(&put, json!({"category": null, "sku": null, "type": "subscription", "base_price": "120.50"}));
    is_listed_retrieved_and_deleted(&crm, LIST, &put).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_has_its_default() {
    let crm = Crm::start().await;
    let made = crm.post(LIST, good()).await.expect(201);
    let expected = json!({"currency": "USD", "category": null, "sku": null, "is_active": true, "tax_rate": "0.00"});
    shows(&made, expected);
    for kind in ["product", "service", "subscription"] {
        let made = crm.post(LIST, merged(good(), json!({"type": kind}))).await.expect(201);
        assert_eq!(made["type"], kind);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    refused(&crm.post(LIST, json!({"type": "service"})).await, &["name", "base_price"]);
    refuses_each_and_all(&crm, LIST, &good(), &wrong_values()).await;
    let item = crm.make(LIST, with_sku("A")).await;
    refuses_changes(&crm, &format!("{LIST}{item}/"), &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_come_as_text_or_number_and_leave_with_two_places() {
    let crm = Crm::start().await;
    let numbers = [r#""80""#, "80", "80.0", r#""80.00""#, r#""0080.000""#];
    for price in numbers {
        let body = format!(r#"{{"name": "x", "type": "product", "base_price": {price}, "tax_rate": {price}}}"#);
        let made = crm.raw(Method::POST, LIST, &[], &body).await.expect(201);
        shows(&made, json!({"base_price": "80.00", "tax_rate": "80.00"}));
    }
    // A number that no binary fraction is: it is never a float on its way.
    let body = r#"{"name": "x", "type": "product", "base_price": 9999999999.99}"#;
    let made = crm.raw(Method::POST, LIST, &[], body).await.expect(201);
    assert_eq!(made["base_price"], "9999999999.99");
    for exponent in ["80e0", "8E+1", "8000e-2"] {
        let body = format!(r#"{{"name": "x", "type": "product", "base_price": {exponent}}}"#);
        shows(&crm.raw(Method::POST, LIST, &[], &body).await.expect(201), json!({"base_price": "80.00"}));
    }
    for exponent in ["1e11", "1e-3", "1e999999999", "1e-999999999"] {
        let body = format!(r#"{{"name": "x", "type": "product", "base_price": {exponent}}}"#);
        refused(&crm.raw(Method::POST, LIST, &[], &body).await, &["base_price"]);
    }
    for word in ["NaN", "Infinity"] {
        let body = format!(r#"{{"name": "x", "type": "product", "base_price": {word}}}"#);
        assert_eq!(crm.raw(Method::POST, LIST, &[], &body).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_price_has_no_more_places_than_its_currency() {
    let crm = Crm::start().await;
    let yen = json!({"base_price": "100", "currency": "JPY"});
    let made = crm.post(LIST, merged(good(), yen)).await.expect(201);
    shows(&made, json!({"base_price": "100.00", "currency": "JPY"}));
    let body = merged(good(), json!({"base_price": "100.50", "currency": "JPY"}));
    refused(&crm.post(LIST, body).await, &["base_price"]);
    let path = format!("{LIST}{}/", id_of(&made));
    refused(&crm.patch(&path, json!({"base_price": "100.50"})).await, &["base_price"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn items_are_narrowed_by_category_type_flag_and_exact_sku() {
    let crm = Crm::start().await;
    let category = crm.make("/api/categories/", json!({"name": "Software"})).await;
    let more = json!({"category": category, "sku": "WEB-DEV-001"});
    let first = crm.make(LIST, merged(good(), more)).await;
    let second = crm.make(LIST, merged(with_sku("WEB-DEV-0011"), json!({"type": "product"}))).await;
    let third = crm.make(LIST, merged(good(), json!({"category": category, "is_active": false}))).await;
    let found = async |query: &str| ids(&crm.get(&format!("{LIST}?{query}")).await.expect(200));
    let all = format!("category={category}&type=service&is_active=true&sku=WEB-DEV-001");
    assert_eq!(found(&all).await, [first.as_str()]);
    assert_eq!(found("sku=WEB-DEV-001").await, [first.as_str()]);
    assert_eq!(found("sku=WEB-DEV").await, Vec::<String>::new());
    assert_eq!(found("type=product").await, [second.as_str()]);
    assert_eq!(found("is_active=true").await, [first.clone(), second]);
    assert_eq!(found("is_active=false").await, [third.as_str()]);
    assert_eq!(found(&format!("category={category}")).await, [first, third]);
    assert_eq!(found("sku=WEB-DEV-001&type=product").await, Vec::<String>::new());
    let wrong = crm.get(&format!("{LIST}?category=x&type=goods&is_active=maybe")).await;
    refused(&wrong, &["category", "type", "is_active"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sku_is_unique_until_its_item_is_gone_or_has_another() {
    let crm = Crm::start().await;
    let first = crm.make(LIST, with_sku("A")).await;
    let second = crm.make(LIST, with_sku("B")).await;
    refused(&crm.post(LIST, with_sku("A")).await, &["sku"]);
    refused(&crm.patch(&format!("{LIST}{second}/"), json!({"sku": "A"})).await, &["sku"]);
    crm.patch(&format!("{LIST}{first}/"), json!({"sku": "A", "name": "Same"})).await.expect(200);
    crm.patch(&format!("{LIST}{first}/"), json!({"sku": "C"})).await.expect(200);
    crm.patch(&format!("{LIST}{second}/"), json!({"sku": "A"})).await.expect(200);
    crm.make(LIST, with_sku("B")).await;
    crm.delete(&format!("{LIST}{first}/")).await.expect(204);
    crm.make(LIST, with_sku("C")).await;
    for _ in 0..2 {
        crm.make(LIST, good()).await;
        crm.make(LIST, with_sku("")).await;
    }
    let other = crm.tributary.sign_up("other").await;
    crm.tributary.post(&other, LIST, with_sku("A")).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_thirty_items_made_with_one_sku_at_once_one_is() {
    let crm = Crm::start().await;
    let answers = join_all((0..30).map(|_| crm.post(LIST, with_sku("WEB-DEV-001")))).await;
    let (made, taken): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), taken.len()), (1, 29));
    taken.iter().for_each(|answer| refused(answer, &["sku"]));
    assert_eq!(crm.count(LIST).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_lines_refer_to_may_go() {
    let crm = Crm::start().await;
    let item = crm.make_item("100.00", "15.00").await;
    let invoice = crm.make_invoice(json!({})).await;
    let lines = format!("{invoice}line-items/");
    crm.make(&lines, json!({"catalogue_item": item, "description": "x", "quantity": "1"})).await;
    crm.delete(&format!("{LIST}{item}/")).await.expect(204);
    assert_eq!(crm.books(&invoice).await[1], "115.00");
    let gone = json!({"catalogue_item": item, "description": "x", "quantity": "1", "unit_price": "1.00"});
    refused(&crm.post(&lines, gone).await, &["catalogue_item"]);
}
