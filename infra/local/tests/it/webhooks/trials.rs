//! `test/`: what would be sent for an object, without sending it.

use serde_json::{Value, json};

use super::*;

/// An object of every model of the books, by model.
async fn objects(scene: &Scene) -> Vec<(&'static str, Value)> {
    let client = scene.client("Acme").await;
    let contact = scene.create("/api/contacts/", json!({"client": client["id"], "first_name": "Maria"})).await;
    let category = scene.create("/api/categories/", json!({"name": "Software"})).await;
    let item = scene.create("/api/catalogue/", json!({"name": "Hour", "type": "service", "base_price": "10.00"})).await;
    let tier = json!({"name": "Ten", "min_quantity": 10, "price": "8.00"});
    let tier = scene.create(&format!("/api/catalogue/{}/price-tiers/", id(&item)), tier).await;
    let invoice = scene.invoice("0.00").await;
    let line = json!({"description": "Setup", "quantity": "1", "unit_price": "25.00"});
    let line = scene.create(&format!("/api/invoices/{}/line-items/", id(&invoice)), line).await;
    let payment = json!({"amount": "25.00", "method": "cash"});
    let payment = scene.create(&format!("/api/invoices/{}/payments/", id(&invoice)), payment).await;
    let mut invoice = scene.get(&format!("/api/invoices/{}/", id(&invoice))).await;
    // As in an event: the lines are not told.
    invoice["einvoice"] = serde_json::Value::Null;
    vec![
        ("Client", client),
        ("Contact", contact),
        ("Category", category),
        ("CatalogueItem", item),
        ("PriceTier", tier),
        ("Invoice", invoice),
        ("InvoiceLineItem", line),
        ("Payment", payment),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_shows_the_request_for_an_object_of_every_model_and_sends_nothing() {
    let scene = Scene::start().await;
    for (model, object) in objects(&scene).await {
        let hook = scene
            .hook(json!({
                "model": model, "event": "DELETE", "url": scene.url(&format!("/{model}/{{id}}")), "method": "PUT",
                "headers": {"X-Id": "{id}"},
            }))
            .await;
        let path = format!("/api/webhooks/{}/test/", id(&hook));
        let trial = scene.tributary.post(&scene.owner, &path, json!({"object_id": object["id"]})).await.expect(200);
        let expected = json!({
            "matches": true, "method": "PUT", "url": scene.url(&format!("/{model}/{}", id(&object))),
            "headers": {"X-Id": object["id"]}, "body": object,
        });
        for key in ["matches", "method", "url", "headers", "body"] {
            assert_eq!(trial[key], expected[key], "{model} {key}");
        }
        assert_eq!(scene.deliveries(&hook).await, Vec::<Value>::new());
    }
    scene.settled().await;
    assert_eq!(scene.receiver.received().len(), 1, "the marker alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_fills_the_payload_and_says_whether_the_conditions_are_met() {
    let scene = Scene::start().await;
    let hook = scene
        .hook(json!({
            "model": "Client", "url": scene.url("/"), "payload": {"n": "{self.attributes.n}", "who": "<{self.name}>"},
            "conditions": [{"field": "attributes.n", "operator": ">", "value": 5}], "is_active": false,
        }))
        .await;
    let path = format!("/api/webhooks/{}/test/", id(&hook));
    for (n, matches) in [(5, false), (6, true)] {
        let client = scene.create("/api/clients/", json!({"name": "Acme", "attributes": {"n": n}})).await;
        let trial = scene.tributary.post(&scene.owner, &path, json!({"object_id": client["id"]})).await.expect(200);
        assert_eq!((&trial["matches"], &trial["body"]), (&json!(matches), &json!({"n": n, "who": "<Acme>"})));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_needs_the_id_of_an_object_of_the_webhooks_model() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/", "Client", "CREATE").await;
    let path = format!("/api/webhooks/{}/test/", id(&hook));
    for body in [json!({}), json!({"object_id": "no uuid"}), json!({"object_id": 7}), json!({"object_id": null})] {
        let refused = scene.tributary.post(&scene.owner, &path, body).await.expect(400);
        assert!(refused["object_id"].is_array(), "{refused}");
    }
    let category = scene.create("/api/categories/", json!({"name": "Software"})).await;
    let unknown = json!("0190b5a1-7c5e-7000-8000-000000000001");
    for object_id in [&category["id"], &unknown] {
        scene.tributary.post(&scene.owner, &path, json!({"object_id": object_id})).await.expect(404);
    }
    let client = scene.client("Gone").await;
    scene.tributary.delete(&scene.owner, &format!("/api/clients/{}/", id(&client))).await.expect(204);
    scene.tributary.post(&scene.owner, &path, json!({"object_id": client["id"]})).await.expect(404);
}
