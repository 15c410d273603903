//! Line items: their sums, what they sell, and their currency.

use http::Method;
use serde_json::{Value, json};

use super::{NOWHERE, Skhokho, id, names};

#[tokio::test(flavor = "multi_thread")]
async fn each_item_has_its_own_discount_and_vat() {
    let skhokho = Skhokho::start().await;
    let made = skhokho
        .invoice(json!({"items": [
            {"quantity": "3", "unit_price": "33.33", "discount_percentage": "10", "vat_rate": "15"},
            {"quantity": 0.5, "unit_price": 19.99},
            {"quantity": "1", "unit_price": "10.01", "discount_percentage": "50.00", "vat_rate": 0}
        ]}))
        .await;
    // 99.99 − 10 % = 89.991; 15 % of 89.99 = 13.4985. 9.995 and 5.005 are rounded away from zero.
    let expected = [
        ["3.00", "33.33", "10.00", "15.00", "89.99", "13.50", "103.49"],
        ["0.50", "19.99", "0.00", "0.00", "10.00", "0.00", "10.00"],
        ["1.00", "10.01", "50.00", "0.00", "5.01", "0.00", "5.01"],
    ];
    let fields =
        ["quantity", "unit_price", "discount_percentage", "vat_rate", "line_subtotal", "line_vat_amount", "line_total"];
    for (item, expected) in made["items"].as_array().unwrap().iter().zip(expected) {
        assert_eq!(fields.map(|field| item[field].as_str().unwrap().to_owned()), expected.map(str::to_owned));
    }
    assert_eq!(
        ["subtotal", "total_tax_amount", "total_amount"].map(|f| made[f].clone()),
        ["105.00", "13.50", "118.50"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn products_and_services_are_catalogue_items_and_name_their_lines() {
    let skhokho = Skhokho::start().await;
    let (tributary, user) = (&skhokho.tributary, &skhokho.user);
    let item = json!({"name": "Hosting", "base_price": "9.00", "tax_rate": "15.00"});
    let hosting = tributary.post(user, "/api/catalogue/", item).await.expect(201)["id"].clone();
    let made = skhokho
        .invoice(json!({"items": [
            {"product_id": hosting, "quantity": "1", "unit_price": "10.00"},
            {"service_id": hosting, "quantity": "1", "unit_price": "20.00", "vat_rate": "0.00"},
            {"quantity": "1", "unit_price": "30.00", "product_id": null}
        ]}))
        .await;
    let shown = |invoice: &Value| {
        let items = invoice["items"].as_array().unwrap().clone();
        items.into_iter().map(|item| (item["item_name"].clone(), item["vat_rate"].clone())).collect::<Vec<_>>()
    };
    let expected = [("Hosting", "15.00"), ("Hosting", "0.00"), ("", "0.00")];
    assert_eq!(shown(&made), expected.map(|(name, rate)| (json!(name), json!(rate))));

    // A line of crm has its own description, and the name of what it sells all the same.
    let line = json!({"catalogue_item": hosting, "description": "Year one", "quantity": "1"});
    tributary.post(user, &format!("/api/invoices/{}/line-items/", id(&made)), line).await.expect(201);
    let free = json!({"description": "Travel", "quantity": "1", "unit_price": "5.00"});
    let refused = tributary.post(user, &format!("/api/invoices/{}/line-items/", id(&made)), free).await;
    refused.expect(201);
    let named: Vec<_> =
        shown(&skhokho.get(id(&made)).await.expect(200)).into_iter().map(|(name, _)| name).skip(3).collect();
    assert_eq!(named, ["Hosting", "Travel"]);

    for wrong in [
        json!({"product_id": NOWHERE, "quantity": "1", "unit_price": "1"}),
        json!({"service_id": "7", "quantity": "1", "unit_price": "1"}),
        json!({"product_id": hosting, "service_id": hosting, "quantity": "1", "unit_price": "1"}),
    ] {
        names(&skhokho.patch(&made, json!({"items": [wrong]})).await, &["items"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_has_the_currency_of_its_items_and_no_two() {
    let skhokho = Skhokho::start().await;
    let item = |currency: &str| json!({"quantity": "1", "unit_price": "5", "currency": currency});
    let bare = json!({"quantity": "1", "unit_price": "5"});
    let made = skhokho.invoice(json!({"items": [item("EUR"), bare]})).await;
    assert_eq!((&made["currency"], &made["items"][1]["currency"]), (&json!("EUR"), &json!("EUR")));
    let mixed = skhokho.example(json!({"invoice_number": "SK-2", "items": [item("EUR"), item("USD")]}));
    names(&skhokho.json(Method::POST, "create/", mixed).await, &["items"]);
    names(&skhokho.patch(&made, json!({"items": [item("EUR"), item("USD")]})).await, &["items"]);
    names(&skhokho.patch(&made, json!({"items": [item("EURO")]})).await, &["items"]);
    let kept = skhokho.patch(&made, json!({"items": [bare]})).await.expect(200);
    assert_eq!(kept["currency"], "EUR");
    let other = skhokho.patch(&made, json!({"items": [item("ZAR")]})).await.expect(200);
    assert_eq!((&other["currency"], &other["items"][0]["currency"]), (&json!("ZAR"), &json!("ZAR")));
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_out_of_bounds_are_refused() {
    let skhokho = Skhokho::start().await;
    for (field, wrong) in [
        ("quantity", json!("0")),
        ("quantity", json!("-1")),
        ("quantity", json!("1e2")),
        ("quantity", json!("NaN")),
        ("quantity", json!(null)),
        ("unit_price", json!("-0.01")),
        ("unit_price", json!("0.001")),
        ("unit_price", json!("10000000000")),
        ("vat_rate", json!("100.01")),
        ("discount_percentage", json!("101")),
        ("discount_percentage", json!("-1")),
        ("currency", json!("zar")),
        ("currency", json!("KWD")),
    ] {
        let mut item = json!({"quantity": "1", "unit_price": "1.00"});
        item[field] = wrong;
        let body = skhokho.example(json!({"items": [item]}));
        names(&skhokho.json(Method::POST, "create/", body).await, &["items"]);
    }
    let huge = json!([{"quantity": "99999999", "unit_price": "9999999999.99"}]);
    names(&skhokho.json(Method::POST, "create/", skhokho.example(json!({ "items": huge }))).await, &["items"]);
    assert_eq!(skhokho.get("").await.expect(200), json!([]));
}
