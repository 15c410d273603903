//! A list that leaves lines out deletes them, which needs the permission for it.

use serde_json::{Value, json};

use super::add;
use crate::support::Tributary;

fn line(price: &str) -> Value {
    json!({"quantity": "1", "unit_price": price})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_that_leaves_lines_out_needs_the_permission_to_delete_them() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (_, seller) = add(&tributary, &owner, "seller", &["Sales"]).await;
    let (_, operator) = add(&tributary, &owner, "operator", &["Operations"]).await;
    let me = tributary.get(&owner, "/api/me/").await.expect(200);
    let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let invoices = format!("/api/v1.0/organisation/{}/invoices/", me["organization_id"].as_str().unwrap());
    let body = json!({
        "title": "Two lines", "invoice_number": "SK-1", "due_date": "2099-02-09", "client_id": client["id"], "items": [line("1.00"), line("2.00")],
    });
    let made = tributary.post(&owner, &format!("{invoices}create/"), body).await.expect(201);
    let update = format!("{invoices}{}/update/", made["unique_id"].as_str().unwrap());
    for items in [json!([]), json!([line("1.00")]), json!([line("9.00")])] {
        let body = json!({"title": "Fewer", "items": items});
        tributary.patch(&seller, &update, body.clone()).await.expect(403);
        tributary.put(&seller, &update, body).await.expect(403);
    }
    let shown = format!("{invoices}{}/", made["unique_id"].as_str().unwrap());
    assert_eq!(tributary.get(&owner, &shown).await.expect(200), made);
    // Each line changed, and one more.
    let more = json!({"items": [line("3.00"), line("4.00"), line("5.00")]});
    assert_eq!(tributary.patch(&seller, &update, more).await.expect(200)["items"].as_array().unwrap().len(), 3);
    let none = tributary.patch(&operator, &update, json!({"items": []})).await.expect(200);
    assert_eq!(none["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_billing_of_fewer_items_needs_it_too() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (_, seller) = add(&tributary, &owner, "seller", &["Sales"]).await;
    let product = json!({"product_name": "Widget", "category": 1, "unit_price": "1.00", "quantity": 1});
    tributary.post(&owner, "/api/products/", product).await.expect(201);
    let item = |rate: &str| json!({"item": 1, "quantity": 1, "rate": rate});
    let body = json!({"invoice_number": "B-1", "items": [item("1.00"), item("2.00")]});
    tributary.post(&owner, "/api/billing/", body).await.expect(201);
    let billing = "/api/billing/?id=1";
    tributary.put(&seller, billing, json!({"items": [item("1.00")]})).await.expect(403);
    let items = tributary.get(&owner, billing).await.expect(200)["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 2, "{items}");
    tributary.put(&seller, billing, json!({"items": [item("3.00"), item("4.00")]})).await.expect(200);
    tributary.put(&owner, billing, json!({"items": [item("1.00")]})).await.expect(200);
}
