//! Line items (crm, section 12.2), and the totals that they make.

use futures::future::join_all;

use super::*;

impl Crm {
    /// `[subtotal, tax_amount, discount, total]` of an invoice.
    async fn totals(&self, invoice: &str) -> [String; 4] {
        let shown = self.get(invoice).await.expect(200);
        ["subtotal", "tax_amount", "discount", "total"].map(|field| shown[field].as_str().unwrap().to_owned())
    }

    async fn add_line(&self, invoice: &str, quantity: &str, unit_price: &str, tax_rate: &str) -> Value {
        let body = json!({"description": "Work", "quantity": quantity, "unit_price": unit_price, "tax_rate": tax_rate});
        self.post(&format!("{invoice}line-items/"), body).await.expect(201)
    }
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let number = |out_of_range: &str| {
        let texts = ["x", "NaN", "Infinity", "-1", "1e2", "1.005", "+1", out_of_range];
        let mut values: Vec<_> = texts.into_iter().map(|text| json!(text)).collect();
        values.extend([json!(-1), json!(1.005), json!(1e30), json!(true), json!([])]);
        values
    };
    let quantity = [number("100000000.00"), vec![json!("0"), json!("0.00"), json!(0), json!(null), json!("")]].concat();
    vec![
        ("catalogue_item", vec![json!("x"), json!(5), json!([]), json!(NOWHERE)]),
        ("description", vec![json!("x".repeat(501)), json!(5), json!([])]),
        ("quantity", quantity),
        ("unit_price", number("10000000000.00")),
        ("tax_rate", number("1000000.00")),
        ("attributes", vec![json!("x"), json!([])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let item = crm.make_item("100.00", "15.00").await;
    let invoice = crm.make_invoice(json!({})).await;
    let (list, id) = (format!("{invoice}line-items/"), invoice.split('/').nth(3).unwrap());
    assert_eq!(crm.get(&list).await.expect(200), json!([]));
    let body = json!({
        "invoice": id,
        "catalogue_item": item,
        "description": "Web Development — 20 hours",
        "quantity": "20.00",
        "unit_price": "100.00",
        "tax_rate": "15.00",
        "attributes": {},
    });
    let first = crm.post(&list, body.clone()).await.expect(201);
    shows_whole(&first, merged(body, json!({"subtotal": "2000.00", "tax_category": null})), &[]);
    assert_eq!(crm.totals(&invoice).await, ["2000.00", "300.00", "0.00", "2300.00"]);
    let body = json!({
        "invoice": id,
        "description": "Setup & Configuration Fee",
        "quantity": "1.00",
        "unit_price": "250.00",
        "tax_rate": "0.00",
        "attributes": {},
    });
    let second = crm.post(&list, body.clone()).await.expect(201);
    shows_whole(
        &second,
        merged(body, json!({"catalogue_item": null, "subtotal": "250.00", "tax_category": null})),
        &[],
    );
    assert_eq!(crm.totals(&invoice).await, ["2250.00", "300.00", "0.00", "2550.00"]);
    assert_eq!(crm.get(&list).await.expect(200), json!([first, second]));
    let recalculated = crm.raw(Method::POST, &format!("{invoice}recalculate/"), &[], "").await.expect(200);
    assert_eq!(recalculated, crm.get(&invoice).await.expect(200));
    shows(&recalculated, json!({"subtotal": "2250.00", "tax_amount": "300.00", "total": "2550.00"}));

    let path = format!("{list}{}/", id_of(&second));
    let change = json!({"quantity": "3", "unit_price": 10.5, "tax_rate": "10", "subtotal": "1.00"});
    let patched = crm.patch(&path, change).await.expect(200);
    shows(&patched, json!({"quantity": "3.00", "unit_price": "10.50", "tax_rate": "10.00", "subtotal": "31.50"}));
    assert_eq!(crm.totals(&invoice).await, ["2031.50", "303.15", "0.00", "2334.65"]);
    is_listed_retrieved_and_deleted(&crm, &list, &patched).await;
    assert_eq!(crm.totals(&invoice).await, ["2000.00", "300.00", "0.00", "2300.00"]);
    crm.delete(&format!("{list}{}/", id_of(&first))).await.expect(204);
    assert_eq!(crm.totals(&invoice).await, ["0.00", "0.00", "0.00", "0.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice(json!({})).await;
    let list = format!("{invoice}line-items/");
    let good = json!({"description": "Work", "quantity": "1", "unit_price": "1.00", "tax_rate": "0"});
    refused(&crm.post(&list, json!({"description": "x", "unit_price": "1"})).await, &["quantity"]);
    refused(&crm.post(&list, json!({"description": "x", "quantity": "1"})).await, &["unit_price"]);
    refuses_each_and_all(&crm, &list, &good, &wrong_values()).await;
    let line = crm.make(&list, good).await;
    refuses_changes(&crm, &format!("{list}{line}/"), &wrong_values()).await;
    assert_eq!(crm.totals(&invoice).await, ["1.00", "0.00", "0.00", "1.00"]);
    for missing in [NOWHERE, "x"] {
        let list = format!("/api/invoices/{missing}/line-items/");
        crm.get(&list).await.expect(404);
        crm.post(&list, json!({"description": "x", "quantity": "1", "unit_price": "1"})).await.expect(404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_figures_are_kept_exactly_and_what_outgrows_them_is_refused() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice(json!({})).await;
    let line = crm.add_line(&invoice, "99999999.99", "1.00", "0").await;
    shows(&line, json!({"quantity": "99999999.99", "subtotal": "99999999.99"}));
    let line = crm.add_line(&invoice, "1", "9999999999.99", "0").await;
    shows(&line, json!({"unit_price": "9999999999.99", "subtotal": "9999999999.99"}));
    assert_eq!(crm.totals(&invoice).await[3], "10099999999.98");
    let body = json!({"description": "x", "quantity": "99999999.99", "unit_price": "9999999999.99", "tax_rate": "100"});
    let answer = crm.post(&format!("{invoice}line-items/"), body).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(crm.totals(&invoice).await[3], "10099999999.98");
}

#[tokio::test(flavor = "multi_thread")]
async fn rounding_is_half_away_from_zero_per_line() {
    let crm = Crm::start().await;
    let subtotal = async |quantity: &str, price: &str| {
        let invoice = crm.make_invoice(json!({})).await;
        crm.add_line(&invoice, quantity, price, "0").await["subtotal"].as_str().unwrap().to_owned()
    };
    assert_eq!(subtotal("0.05", "0.10").await, "0.01");
    assert_eq!(subtotal("0.04", "0.12").await, "0.00");
    assert_eq!(subtotal("1.50", "0.33").await, "0.50");
    assert_eq!(subtotal("2.50", "0.33").await, "0.83");
    assert_eq!(subtotal("1.15", "1.10").await, "1.27");

    let invoice = crm.make_invoice(json!({})).await;
    for _ in 0..3 {
        // Tax of 0.025 on each line; 0.075 on the sum would be 0.08.
        crm.add_line(&invoice, "1", "0.50", "5.00").await;
    }
    assert_eq!(crm.totals(&invoice).await, ["1.50", "0.09", "0.00", "1.59"]);
    let invoice = crm.make_invoice(json!({})).await;
    // The tax is that of the rounded subtotal: of 0.50, not of 0.495.
    crm.add_line(&invoice, "1.50", "0.33", "21.00").await;
    assert_eq!(crm.totals(&invoice).await, ["0.50", "0.11", "0.00", "0.61"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn yen_round_to_whole_ones() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice(json!({"currency": "JPY"})).await;
    let line = crm.add_line(&invoice, "1.50", "101", "10").await;
    shows(&line, json!({"subtotal": "152.00", "unit_price": "101.00", "quantity": "1.50"}));
    assert_eq!(crm.totals(&invoice).await, ["152.00", "15.00", "0.00", "167.00"]);
    let body = json!({"description": "x", "quantity": "2", "unit_price": "100.50"});
    refused(&crm.post(&format!("{invoice}line-items/"), body).await, &["unit_price"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn price_and_tax_come_from_the_item_and_the_highest_tier_reached() {
    let crm = Crm::start().await;
    let item = crm.make_item("100.00", "15.00").await;
    let tiers = format!("/api/catalogue/{item}/price-tiers/");
    for (min_quantity, price) in [(50, "70.00"), (10, "80.00"), (20, "90.00")] {
        crm.make(&tiers, json!({"name": "x", "min_quantity": min_quantity, "price": price})).await;
    }
    let invoice = crm.make_invoice(json!({})).await;
    let list = format!("{invoice}line-items/");
    for (quantity, price) in [
        ("1", "100.00"),
        ("9.99", "100.00"),
        ("10", "80.00"),
        ("19.99", "80.00"),
        ("20", "90.00"),
        ("50", "70.00"),
        ("5000", "70.00"),
    ] {
        let made = crm.post(&list, json!({"catalogue_item": item, "quantity": quantity})).await.expect(201);
        shows(&made, json!({"unit_price": price, "tax_rate": "15.00"}));
    }
    let sent = json!({"catalogue_item": item, "quantity": "10", "unit_price": "0.00", "tax_rate": "0.00"});
    shows(&crm.post(&list, sent).await.expect(201), json!({"unit_price": "0.00", "tax_rate": "0.00"}));
    let sent = json!({"catalogue_item": item, "quantity": "10", "unit_price": "12.50"});
    shows(&crm.post(&list, sent).await.expect(201), json!({"unit_price": "12.50", "tax_rate": "15.00"}));

    // What an item costs later changes no line that is there.
    let before = crm.get(&list).await.expect(200);
    crm.patch(&format!("/api/catalogue/{item}/"), json!({"base_price": "1.00", "tax_rate": "0"})).await.expect(200);
    assert_eq!(crm.get(&list).await.expect(200), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_line_the_totals_are_always_those_of_the_lines() {
    let crm = Crm::start().await;
    let sent = json!({"subtotal": "500.00", "tax_amount": "50.00", "discount": "10.00", "total": "540.00"});
    let invoice = crm.make_invoice(sent).await;
    crm.add_line(&invoice, "2", "50.00", "10").await;
    assert_eq!(crm.totals(&invoice).await, ["100.00", "10.00", "10.00", "100.00"]);
    let sent = json!({"subtotal": "500.00", "tax_amount": "50.00", "discount": "20.00", "total": "1.00"});
    let patched = crm.patch(&invoice, sent).await.expect(200);
    let expected = json!({"subtotal": "100.00", "tax_amount": "10.00", "discount": "20.00", "total": "90.00"});
    shows(&patched, expected.clone());
    let recalculated = crm.raw(Method::POST, &format!("{invoice}recalculate/"), &[], "").await.expect(200);
    shows(&recalculated, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_added_at_once_are_all_in_the_totals() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice(json!({})).await;
    join_all((0..20).map(|_| crm.add_line(&invoice, "1", "1.01", "10"))).await;
    assert_eq!(crm.totals(&invoice).await, ["20.20", "2.00", "0.00", "22.20"]);
    assert_eq!(crm.count(&format!("{invoice}line-items/")).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_belongs_to_the_invoice_in_its_path() {
    let crm = Crm::start().await;
    let (invoice, other) = (crm.make_invoice_of("10.00").await, crm.make_invoice_of("20.00").await);
    let line = id_of(&crm.get(&format!("{invoice}line-items/")).await.expect(200)[0]);
    let elsewhere = format!("{other}line-items/{line}/");
    crm.get(&elsewhere).await.expect(404);
    crm.patch(&elsewhere, json!({"unit_price": "1.00"})).await.expect(404);
    crm.delete(&elsewhere).await.expect(404);
    assert_eq!(crm.totals(&invoice).await[3], "10.00");
}
