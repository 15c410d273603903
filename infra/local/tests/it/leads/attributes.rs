//! The three schemas of a lead: its own, its potential client's, and its services'.

use super::*;

async fn define(scene: &Scene, entity: &str, definition: Value) {
    scene.make(&format!("/api/attributes/{entity}/"), definition).await;
}

async fn defined() -> Scene {
    let scene = Scene::start().await;
    let source = json!({"name": "source", "label": "Source", "type": "text", "is_required": true});
    define(&scene, "lead", source).await;
    let age = json!({"name": "age", "label": "Age", "type": "number", "is_required": true});
    define(&scene, "lead_client_info", age).await;
    define(
        &scene,
        "lead_service_info",
        json!({"name": "cost", "label": "Cost", "type": "number", "is_required": true}),
    )
    .await;
    let mode = json!({"name": "mode", "label": "Mode", "type": "list", "list_values": ["online", "on site"]});
    define(&scene, "lead_service_info", mode).await;
    scene
}

fn good() -> Value {
    json!({
        "name": "a", "attributes": {"source": "Web"}, "client_attributes": {"age": 25, "other": [1]},
        "service_attributes": [{"cost": 5000, "mode": "online"}, {"cost": 1.5, "name": "x"}]
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_is_checked_against_its_own_definitions() {
    let scene = defined().await;
    let (lead, path) = scene.lead(good()).await;
    shows(&lead, &json!({"attributes": {"source": "Web"}, "client_attributes": {"age": 25, "other": [1]}}));
    let without_definitions = json!({"name": "a", "service_attributes": [{}]});
    let all = ["attributes", "client_attributes", "service_attributes"];
    refused(&scene.post("/api/leads/", without_definitions).await, &all);

    for (field, wrong) in [
        ("attributes", json!({"source": 1})),
        ("attributes", json!({"source": null})),
        ("client_attributes", json!({"age": "old"})),
        ("client_attributes", json!({"age": null})),
        ("service_attributes", json!([{"cost": 1}, {"cost": "much"}])),
        ("service_attributes", json!([{"name": "x"}])),
        ("service_attributes", json!([{"cost": 1, "mode": "by post"}])),
    ] {
        let mut body = good();
        body[field] = wrong.clone();
        refused(&scene.post("/api/leads/", body).await, &[field]);
        refused(&scene.put(&path, json!({field: wrong})).await, &[field]);
        refused(&scene.patch(&path, json!({field: wrong})).await, &[field]);
    }
    refused(&scene.put(&path, json!({"client_attributes": {"other": 1}})).await, &["client_attributes"]);
    assert_eq!(scene.get(&path).await.expect(200), lead);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_replaces_the_clients_attributes_and_patch_merges_them() {
    let scene = defined().await;
    let (_, path) = scene.lead(good()).await;
    let merged = scene.patch(&path, json!({"client_attributes": {"city": "Tegucigalpa", "other": null}})).await;
    assert_eq!(merged.expect(200)["client_attributes"], json!({"age": 25, "city": "Tegucigalpa"}));
    let replaced = scene.put(&path, json!({"client_attributes": {"age": 26}})).await.expect(200);
    assert_eq!(replaced["client_attributes"], json!({"age": 26}));
    assert_eq!(replaced["attributes"], json!({"source": "Web"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn services_replace_the_list_and_keep_the_ids_that_are_sent() {
    let scene = defined().await;
    let (lead, path) = scene.lead(good()).await;
    let ids = column(&lead["service_attributes"], "id");
    assert_ne!(ids[0], ids[1]);
    let sent = json!([{"cost": 2, "quantity": 3}, {"id": ids[0], "cost": 7}, {"id": NOWHERE, "cost": 8}]);
    for updated in [
        scene.patch(&path, json!({"service_attributes": sent})).await.expect(200),
        scene.put(&path, json!({"service_attributes": sent})).await.expect(200),
    ] {
        let services = updated["service_attributes"].as_array().unwrap();
        assert_eq!(services[0], json!({"id": services[0]["id"], "cost": 2, "quantity": 3}));
        assert_eq!(services[1..], [json!({"id": ids[0], "cost": 7}), json!({"id": NOWHERE, "cost": 8})]);
        assert!(!ids.contains(&services[0]["id"]));
    }
    for wrong in [
        json!([{"id": NOWHERE, "cost": 1}, {"id": NOWHERE, "cost": 1}]),
        json!([{"id": "1", "cost": 1}]),
        json!([{"id": 1, "cost": 1}]),
        json!(["x"]),
        json!({"cost": 1}),
        Value::Null,
        Value::from_iter((0..101).map(|_| json!({"cost": 1}))),
    ] {
        refused(&scene.patch(&path, json!({"service_attributes": wrong})).await, &["service_attributes"]);
    }
    let emptied = scene.patch(&path, json!({"service_attributes": []})).await.expect(200);
    assert_eq!(emptied["service_attributes"], json!([]));
}
