//! Quantity and rate are one line; tax stands beside it; what has other lines looks like one thing.

use http::Method;
use serde_json::{Value, json};

use super::{Member, path, start};
use crate::support::Tributary;

async fn change(tributary: &Tributary, owner: &Member, invoice: &Value, body: Value) -> Value {
    owner.call(tributary, Method::PATCH, &path(invoice), Some(body)).await.expect(200)
}

#[track_caller]
fn figures(invoice: &Value) -> [Value; 4] {
    ["quantity", "rate", "tax", "total_amount"].map(|field| invoice[field].clone())
}

async fn lines(tributary: &Tributary, owner: &Member, invoice: &Value) -> Vec<Value> {
    let at = format!("{}line-items/", path(invoice));
    tributary.get(&owner.user, &at).await.expect(200).as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn quantity_times_rate_is_one_line_named_by_the_title() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({"tax": "5.25", "total_amount": "1.00"})).await;
    assert_eq!(figures(&invoice), [json!(80), json!("125.00"), json!("5.25"), json!("10005.25")]);
    let [line] = &lines(&tributary, &owner, &invoice).await[..] else { panic!("not one line") };
    let shown = ["description", "quantity", "unit_price", "subtotal"].map(|field| line[field].clone());
    assert_eq!(shown, [json!("Web Development Services"), json!("80.00"), json!("125.00"), json!("10000.00")]);

    let changed = change(&tributary, &owner, &invoice, json!({"quantity": "1.5"})).await;
    assert_eq!(figures(&changed), [json!(1.5), json!("125.00"), json!("5.25"), json!("192.75")]);
    let changed = change(&tributary, &owner, &invoice, json!({"rate": 0.33, "tax": 0})).await;
    assert_eq!(figures(&changed), [json!(1.5), json!("0.33"), json!("0.00"), json!("0.50")]);
    // The line stays the same one.
    assert_eq!(lines(&tributary, &owner, &invoice).await[0]["id"], line["id"]);
    // What is read can be sent back.
    let again = owner.call(&tributary, Method::PUT, &path(&invoice), Some(changed.clone())).await.expect(200);
    assert_eq!(again, changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_alone_makes_an_invoice_without_a_line_until_it_gets_one() {
    let (tributary, owner) = start().await;
    let sums = json!({"quantity": null, "rate": null, "total_amount": "110.00", "tax": "10.00"});
    let invoice = owner.invoice(&tributary, sums).await;
    assert_eq!(figures(&invoice), [json!(1), json!("100.00"), json!("10.00"), json!("110.00")]);
    assert!(lines(&tributary, &owner, &invoice).await.is_empty());
    let body = json!({"quantity": 2});
    super::failed(&owner.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await, 400, &["rate"]);
    let changed = change(&tributary, &owner, &invoice, json!({"quantity": 2, "rate": "30.00"})).await;
    assert_eq!(figures(&changed), [json!(2), json!("30.00"), json!("10.00"), json!("70.00")]);
    assert_eq!(lines(&tributary, &owner, &invoice).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_lines_look_like_one_at_their_sum() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let at = format!("{}line-items/", path(&invoice));
    let line = json!({"description": "Setup", "quantity": "2", "unit_price": "50.00", "tax_rate": "10"});
    let line = tributary.post(&owner.user, &at, line).await.expect(201);
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!(figures(&shown), [json!(1), json!("10100.00"), json!("0.00"), json!("10110.00")]);
    let list = owner.call(&tributary, Method::GET, "/api/invoices/", None).await.expect(200);
    assert_eq!((&list["results"][0]["quantity"], &list["results"][0]["rate"]), (&json!(1), &json!("10100.00")));
    // What says the same changes nothing, and nothing else can be said.
    let same = json!({"quantity": 1, "rate": "10100.00", "name": "Renamed"});
    assert_eq!(change(&tributary, &owner, &invoice, same).await["name"], "Renamed");
    for (body, field) in [(json!({"quantity": 2}), "quantity"), (json!({"rate": "1.00"}), "rate")] {
        super::failed(&owner.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await, 422, &[field]);
    }
    let changed = change(&tributary, &owner, &invoice, json!({"tax": "1.00"})).await;
    assert_eq!(figures(&changed), [json!(1), json!("10100.00"), json!("1.00"), json!("10111.00")]);
    // One line is left: its figures are the invoice's again.
    tributary.delete(&owner.user, &format!("{at}{}/", line["id"].as_str().unwrap())).await.expect(204);
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!(figures(&shown), [json!(80), json!("125.00"), json!("1.00"), json!("10001.00")]);
    let list = owner.call(&tributary, Method::GET, "/api/invoices/", None).await.expect(200);
    assert_eq!((&list["results"][0]["quantity"], &list["results"][0]["rate"]), (&json!(80), &json!("125.00")));
}
