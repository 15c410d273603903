//! CREATE, UPDATE and DELETE of every model: the body is what the contract's GET shows.

use serde_json::{Value, json};

use super::receiver::Received;
use super::*;

/// A webhook for each event of the model, each at its own path.
async fn watch(scene: &Scene, model: &str) {
    for event in ["CREATE", "UPDATE", "DELETE"] {
        let url = scene.url(&format!("/{model}/{event}/{{id}}"));
        scene.hook(json!({"model": model, "event": event, "url": url})).await;
    }
}

/// Makes, changes and deletes an object, and checks what was sent for each.
async fn every_change_is_sent(scene: &Scene, model: &str, collection: &str, new: Value, change: Value) {
    watch(scene, model).await;
    let created = scene.create(collection, new).await;
    let path = format!("{collection}{}/", id(&created));
    let shown = scene.get(&path).await;
    check(&only(scene, model, "CREATE", &created).await, &shown);

    scene.patch(&path, change).await;
    let shown = scene.get(&path).await;
    check(&only(scene, model, "UPDATE", &created).await, &shown);

    scene.tributary.delete(&scene.owner, &path).await.expect(204);
    check(&only(scene, model, "DELETE", &created).await, &shown);
    for event in ["CREATE", "UPDATE", "DELETE"] {
        assert_eq!(
            scene.receiver.received_at(&format!("/{model}/{event}/{}", id(&created))).len(),
            1,
            "{model} {event}"
        );
    }
}

async fn only(scene: &Scene, model: &str, event: &str, object: &Value) -> Received {
    scene.receiver.wait_for_one(&format!("/{model}/{event}/{}", id(object))).await
}

#[track_caller]
fn check(received: &Received, shown: &Value) {
    assert_eq!(received.method, "POST");
    assert_eq!(received.header("content-type"), "application/json");
    // A change tells of the object alone, and the electronic invoice depends on the lines too.
    let mut shown = shown.clone();
    if let Some(told) = shown.get_mut("einvoice") {
        *told = serde_json::Value::Null;
    }
    assert_eq!(received.json(), shown, "{}", received.path);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_client_are_sent_as_the_client_is_shown() {
    let scene = Scene::start().await;
    let new = json!({
        "name": "Acme Corp", "attributes": {"industry": "Tech", "größe": 3},
        "list_of_tasks": [{"task": "Call", "date": "2026-01-01", "completed": false}],
        "list_of_notes": [{"note": "Spoke with the CEO — \"soon\""}],
    });
    every_change_is_sent(&scene, "Client", "/api/clients/", new, json!({"name": "Acme Inc"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_a_contact_are_sent_as_the_contact_is_shown() {
    let scene = Scene::start().await;
    let client = scene.client("Acme").await;
    let new = json!({"client": client["id"], "first_name": "Maria", "last_name": "Lopez", "email": "m@example.com"});
    every_change_is_sent(&scene, "Contact", "/api/contacts/", new, json!({"job_title": "CEO"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_the_catalogue_are_sent_as_they_are_shown() {
    let scene = Scene::start().await;
    let new = json!({"name": "Software", "description": "Licences", "attributes": {"a": null}});
    every_change_is_sent(&scene, "Category", "/api/categories/", new, json!({"description": "Others"})).await;

    let new = json!({"name": "Hour", "type": "service", "base_price": "100.00", "sku": "H-1", "tax_rate": "15"});
    every_change_is_sent(&scene, "CatalogueItem", "/api/catalogue/", new.clone(), json!({"base_price": 99.5})).await;

    let item = scene.create("/api/catalogue/", new).await;
    let tiers = format!("/api/catalogue/{}/price-tiers/", id(&item));
    let new = json!({"name": "Ten", "min_quantity": 10, "price": "80.00"});
    every_change_is_sent(&scene, "PriceTier", &tiers, new, json!({"price": "79.90"})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_an_invoice_and_its_parts_are_sent_as_they_are_shown() {
    let scene = Scene::start().await;
    let client = scene.client("Acme").await;
    let new = json!({"client": client["id"], "issue_date": "2026-02-26", "due_date": "2026-03-26", "notes": "30 days"});
    every_change_is_sent(&scene, "Invoice", "/api/invoices/", new, json!({"status": "sent"})).await;

    let lines = format!("/api/invoices/{}/line-items/", id(&scene.invoice("0.00").await));
    let new = json!({"description": "Setup", "quantity": "2", "unit_price": "12.345", "tax_rate": "0.00"});
    let refused = scene.tributary.post(&scene.owner, &lines, new).await;
    assert_eq!(refused.status, 400, "a price has two places: {}", refused.text);
    let new = json!({"description": "Setup", "quantity": "2", "unit_price": "12.34", "tax_rate": "0.00"});
    every_change_is_sent(&scene, "InvoiceLineItem", &lines, new, json!({"quantity": "3.5"})).await;

    let payments = format!("/api/invoices/{}/payments/", id(&scene.invoice("100.00").await));
    let new = json!({"amount": "40.00", "method": "cash", "paid_at": "2026-03-01T10:00:00Z", "reference": "R-1"});
    every_change_is_sent(&scene, "Payment", &payments, new, json!({"amount": "41.00", "notes": "more"})).await;
}
