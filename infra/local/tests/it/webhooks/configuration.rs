//! Webhooks themselves: made, read, changed, deleted, and what is refused.

use serde_json::{Value, json};

use super::*;

fn valid() -> Value {
    json!({"name": "hook", "model": "Client", "url": "https://receiver.example/hook"})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_webhook_is_kept_as_it_was_sent() {
    let scene = Scene::start().await;
    let sent = json!({
        "name": "Notify External System", "model": "Lead", "event": "CREATE",
        "url": "https://api.external.com/hooks/{id}", "method": "POST",
        "headers": {"Authorization": "Bearer token", "X-Custom-ID": "{id}"}, "is_active": true,
        "conditions": [
            {"field": "stage", "operator": "=", "value": "Moodle"},
            {"field": "self.attributes.source", "operator": "=", "value": "Web"},
        ],
        "condition_logic": "AND",
        "payload": {"external_id": "{self.id}", "data": {"email": "{self.attributes.email}", "full_name": "{self.name}"}},
    });
    let hook = scene.hook(sent.clone()).await;
    let path = format!("/api/webhooks/{}/", id(&hook));
    let shown = scene.get(&path).await;
    for (key, value) in sent.as_object().unwrap() {
        assert_eq!((&hook[key], &shown[key]), (value, value), "{key}");
    }
    assert_eq!(scene.get("/api/webhooks/").await, json!([shown]));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_model_event_method_and_operator_of_the_document_is_taken() {
    let scene = Scene::start().await;
    let with = |key: &str, value: Value| {
        let mut hook = valid();
        hook[key] = value;
        hook
    };
    let models = [
        "Lead",
        "Client",
        "Service",
        "FollowUp",
        "Contact",
        "Category",
        "CatalogueItem",
        "PriceTier",
        "Invoice",
        "InvoiceLineItem",
        "Payment",
    ];
    for model in models {
        assert_eq!(scene.hook(with("model", json!(model))).await["model"], model);
    }
    for event in ["CREATE", "UPDATE", "DELETE"] {
        assert_eq!(scene.hook(with("event", json!(event))).await["event"], event);
    }
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET"] {
        assert_eq!(scene.hook(with("method", json!(method))).await["method"], method);
    }
    for operator in ["=", "!=", ">", "<", ">=", "<=", "in", "contains"] {
        let value = if operator == "in" { json!(["1"]) } else { json!("1") };
        let conditions = json!([{"field": "name", "operator": operator, "value": value}]);
        assert_eq!(scene.hook(with("conditions", conditions.clone())).await["conditions"], conditions);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bad_fields_are_named_at_once() {
    let scene = Scene::start().await;
    let bad = json!({
        "name": "", "model": "Nothing", "event": "RENAME", "url": "ftp://example.com/", "method": "BREW",
        "headers": {"bad name": "x"}, "is_active": "perhaps", "condition_logic": "XOR",
        "conditions": [{"field": "name", "operator": "~", "value": 1}],
    });
    let refused = scene.tributary.post(&scene.owner, "/api/webhooks/", bad.clone()).await.expect(400);
    for key in bad.as_object().unwrap().keys() {
        assert!(refused[key].as_array().is_some_and(|messages| !messages.is_empty()), "{key}: {refused}");
    }
    let refused = scene.tributary.post(&scene.owner, "/api/webhooks/", json!({})).await.expect(400);
    let mut missing: Vec<_> = refused.as_object().unwrap().keys().cloned().collect();
    missing.sort();
    assert_eq!(missing, ["model", "name", "url"]);
    assert_eq!(scene.get("/api/webhooks/").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_value_is_refused_under_its_field_on_create_put_and_patch() {
    let scene = Scene::start().await;
    let path = format!("/api/webhooks/{}/", id(&scene.hook(valid()).await));
    let before = scene.get(&path).await;
    let cases = [
        ("model", json!("client")),
        ("model", json!(null)),
        ("event", json!("create")),
        ("method", json!("HEAD")),
        ("url", json!("")),
        ("url", json!("receiver.example/hook")),
        ("url", json!("file:///etc/passwd")),
        ("url", json!("https://")),
        ("url", json!("https://user:password@receiver.example/")),
        ("url", json!("https://receiver.example/a b")),
        ("url", json!(7)),
        ("url", json!(format!("https://receiver.example/{}", "x".repeat(3_000)))),
        ("headers", json!({"X-A\r\nX-B": "1"})),
        ("headers", json!({"X-A": "1\r\nX-B: 2"})),
        ("headers", json!({"": "1"})),
        ("headers", json!({"X-A": 1})),
        ("headers", json!(["X-A"])),
        ("conditions", json!({"field": "name"})),
        ("conditions", json!([{"operator": "=", "value": 1}])),
        ("conditions", json!([{"field": "name", "operator": "=="}])),
        ("conditions", json!([{"field": "name", "operator": "=", "value": 1}, "x"])),
        ("conditions", json!([{"field": "name", "operator": "in", "value": 7}])),
        ("conditions", json!([{"field": "", "operator": "=", "value": "x"}])),
        ("condition_logic", json!("and")),
        ("is_active", json!(2)),
        ("name", json!("x".repeat(256))),
    ];
    for (field, value) in cases {
        let mut hook = valid();
        hook[field] = value;
        let change = json!({field: hook[field]});
        let answers = [
            scene.tributary.post(&scene.owner, "/api/webhooks/", hook.clone()).await,
            scene.tributary.put(&scene.owner, &path, hook.clone()).await,
            scene.tributary.patch(&scene.owner, &path, change).await,
        ];
        for answer in answers {
            assert_eq!(answer.status, 400, "{field} {}: {}", hook[field], answer.text);
            let keys: Vec<_> = answer.json().as_object().unwrap().keys().cloned().collect();
            assert_eq!(keys, [field], "{}", answer.text);
        }
    }
    assert_eq!(scene.get(&path).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_and_patch_leave_what_is_not_sent() {
    let scene = Scene::start().await;
    let mut hook = valid();
    hook["headers"] = json!({"X-A": "1", "X-B": "2"});
    hook["conditions"] = json!([{"field": "name", "operator": "=", "value": "x"}]);
    hook["payload"] = json!({"a": "{id}"});
    let created = scene.hook(hook).await;
    let path = format!("/api/webhooks/{}/", id(&created));
    let changed =
        scene.tributary.put(&scene.owner, &path, json!({"name": "put", "headers": {"X-C": "3"}})).await.expect(200);
    assert_eq!((&changed["name"], &changed["headers"]), (&json!("put"), &json!({"X-C": "3"})));
    let changed = scene.patch(&path, json!({"event": "DELETE", "conditions": [], "unknown": 1})).await;
    assert_eq!((&changed["event"], &changed["conditions"]), (&json!("DELETE"), &json!([])));
    for key in ["id", "model", "url", "method", "payload", "is_active", "condition_logic"] {
        assert_eq!(changed[key], created[key], "{key}");
    }
    assert_eq!(scene.get(&path).await, changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_webhook_is_gone_and_sends_nothing() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/deleted", "Client", "CREATE").await;
    let path = format!("/api/webhooks/{}/", id(&hook));
    scene.tributary.delete(&scene.owner, &path).await.expect(204);
    scene.tributary.get(&scene.owner, &path).await.expect(404);
    scene.tributary.delete(&scene.owner, &path).await.expect(404);
    scene.tributary.get(&scene.owner, &format!("{path}deliveries/")).await.expect(404);
    assert_eq!(scene.get("/api/webhooks/").await, json!([]));
    scene.client("Acme").await;
    scene.settled().await;
    assert_eq!(scene.receiver.received_at("/deleted").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_is_stale_is_refused() {
    let scene = Scene::start().await;
    let path = format!("/api/webhooks/{}/", id(&scene.hook(valid()).await));
    let etag = scene.tributary.get(&scene.owner, &path).await.header("etag").unwrap().to_owned();
    scene.patch(&path, json!({"name": "changed"})).await;
    let authorization = format!("Token {}", scene.owner.token);
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/json"), ("if-match", etag.as_str())];
    let body = json!({"name": "stale"}).to_string();
    scene.tributary.raw(http::Method::PATCH, &path, &headers, body).await.expect(412);
    assert_eq!(scene.get(&path).await["name"], "changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_has_a_hundred_webhooks_however_many_are_made_at_once() {
    let scene = Scene::start().await;
    let make = || scene.tributary.post(&scene.owner, "/api/webhooks/", valid());
    for _ in 0..9 {
        let made = futures::future::join_all((0..10).map(|_| make())).await;
        assert!(made.iter().all(|answer| answer.status == 201), "{made:?}");
    }
    let last = futures::future::join_all((0..24).map(|_| make())).await;
    let count = |status: u16| last.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(201), count(409)), (10, 14), "{last:?}");
    let refused = json!({"detail": "An organisation has no more than 100 webhooks."});
    assert_eq!(make().await.expect(409), refused);
    // One that is deleted makes room for another; another organisation has its own.
    let hooks = scene.get("/api/webhooks/").await;
    assert_eq!(hooks.as_array().unwrap().len(), 100);
    scene.tributary.delete(&scene.owner, &format!("/api/webhooks/{}/", id(&hooks[7]))).await.expect(204);
    make().await.expect(201);
    assert_eq!(make().await.expect(409), refused);
    let other = scene.tributary.sign_up("other").await;
    scene.tributary.post(&other, "/api/webhooks/", valid()).await.expect(201);
}
