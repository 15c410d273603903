//! Webhooks for services and follow-ups: the body of each event, and the trial of a webhook.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use tokio::net::TcpListener;

use super::*;

type Received = Arc<Mutex<Vec<(String, Value)>>>;

/// A receiver that keeps every body with the path that it came to.
async fn receiver() -> (String, Received) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let received = Received::default();
    let keep = |State(received): State<Received>, Path(path): Path<String>, body: String| async move {
        received.lock().unwrap().push((path, serde_json::from_str(&body).unwrap()));
    };
    let router = Router::new().route("/{*path}", axum::routing::post(keep)).with_state(Arc::clone(&received));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (base, received)
}

/// The first body that came to a path.
async fn sent_to(received: &Received, path: &str) -> Value {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let paths = {
            let received = received.lock().unwrap();
            if let Some((_, body)) = received.iter().find(|(to, _)| to == path) {
                return body.clone();
            }
            received.iter().map(|(to, _)| to.clone()).collect::<Vec<_>>()
        };
        assert!(tokio::time::Instant::now() < deadline, "nothing came to {path}, only to {paths:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Makes, changes and deletes an object, and holds what is sent against what is shown.
async fn every_change_is_sent(scene: &Scene, model: &str, collection: &str, new: Value, change: Value) {
    let (base, received) = receiver().await;
    for event in ["CREATE", "UPDATE", "DELETE"] {
        let url = format!("{base}/{event}/{{id}}");
        let hook = json!({"name": model, "model": model, "event": event, "url": url});
        scene.post("/api/webhooks/", hook).await.expect(201);
    }
    let made = scene.post(collection, new).await.expect(201);
    let (id, path) = (id_of(&made), format!("{collection}{}/", id_of(&made)));
    assert_eq!(sent_to(&received, &format!("CREATE/{id}")).await, made);
    let changed = scene.patch(&path, change).await.expect(200);
    assert_eq!(sent_to(&received, &format!("UPDATE/{id}")).await, changed);
    scene.delete(&path).await.expect(204);
    assert_eq!(sent_to(&received, &format!("DELETE/{id}")).await, changed);
    assert_eq!(received.lock().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_service_is_sent_as_the_contract_shows_it() {
    let scene = Scene::start().await;
    let new = json!({"name": "Jane", "client": scene.client().await, "list_of_tasks": [{"task": "Call"}]});
    every_change_is_sent(&scene, "Service", "/api/services/", new, json!({"attributes": {"program": "A"}})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_follow_up_is_sent_as_the_contract_shows_it() {
    let scene = Scene::start().await;
    let list = format!("{}follow-ups/", scene.service().await);
    let new = json!({"follow_up_date": "2025-01-15T10:00:00Z", "attributes": {"channel": "email"}});
    every_change_is_sent(&scene, "FollowUp", &list, new, json!({"comment": "Sent brochure."})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completed_task_of_a_service_is_an_update() {
    let scene = Scene::start().await;
    let (base, received) = receiver().await;
    let hook = json!({"name": "x", "model": "Service", "url": format!("{base}/{{self.name}}")});
    scene.post("/api/webhooks/", hook).await.expect(201);
    let made =
        scene.post("/api/services/", json!({"name": "Jane", "list_of_tasks": [{"task": "Call"}]})).await.expect(201);
    let body = json!({"task_id": made["list_of_tasks"][0]["id"], "completed": true});
    let updated = scene.post(&format!("/api/services/{}/update-task/", id_of(&made)), body).await.expect(200);
    assert_eq!(sent_to(&received, "Jane").await, updated);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_tried_out_on_a_service_and_on_a_follow_up_by_its_id_alone() {
    let scene = Scene::start().await;
    let service = scene.service().await;
    let service_shown = scene.get(&service).await.expect(200);
    let list = format!("{service}follow-ups/");
    let follow_up = scene.post(&list, json!({"follow_up_date": "2025-01-15T10:00:00Z"})).await.expect(201);
    let gone = scene.make(&list, json!({"follow_up_date": "2025-01-15T10:00:00Z"})).await;
    scene.delete(&format!("{list}{gone}/")).await.expect(204);
    let mut trials = Vec::new();
    for (model, object) in [("Service", &service_shown), ("FollowUp", &follow_up)] {
        let hook = json!({"name": "x", "model": model, "url": "https://example.com/{id}"});
        let test = format!("/api/webhooks/{}/test/", scene.make("/api/webhooks/", hook).await);
        let trial = scene.post(&test, json!({"object_id": object["id"]})).await.expect(200);
        assert_eq!(
            (&trial["matches"], &trial["url"]),
            (&json!(true), &json!(format!("https://example.com/{}", id_of(object))))
        );
        let body = match &trial["body"] {
            Value::String(text) => serde_json::from_str(text).unwrap(),
            body => body.clone(),
        };
        assert_eq!(&body, object);
        for nothing in [NOWHERE, &gone] {
            scene.post(&test, json!({"object_id": nothing})).await.expect(404);
        }
        trials.push((test, object["id"].clone()));
    }
    scene.delete(&service).await.expect(204);
    for (test, id) in trials {
        scene.post(&test, json!({"object_id": id})).await.expect(404);
    }
}
