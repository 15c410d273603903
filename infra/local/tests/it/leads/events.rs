//! Webhooks for leads. What a delivery's URL was made of tells what the lead was like.

use std::time::Duration;

use super::*;

/// A webhook for an event, whose URL nobody listens to.
async fn hook(scene: &Scene, event: &str, conditions: Value) -> String {
    let url = "http://127.0.0.1:9/{id}/{self.name}/{self.stage}/{self.list_of_tasks.0.completed}";
    let body = json!({"name": "x", "model": "Lead", "event": event, "url": url, "conditions": conditions});
    format!("/api/webhooks/{}/", id_of(&scene.make("/api/webhooks/", body).await))
}

/// The URLs of a webhook's deliveries, oldest first, as soon as there are so many.
async fn sent(scene: &Scene, hook: &str, count: usize) -> Vec<Value> {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        let mut urls = column(&scene.get(&format!("{hook}deliveries/")).await.expect(200), "url");
        urls.reverse();
        if urls.len() >= count {
            return urls;
        }
        assert!(tokio::time::Instant::now() < deadline, "{count} deliveries did not come, only {urls:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_lead_is_an_event_and_a_pipelines_is_none() {
    let scene = Scene::start().await;
    let (created, updated) = (hook(&scene, "CREATE", json!([])).await, hook(&scene, "UPDATE", json!([])).await);
    let deleted = hook(&scene, "DELETE", json!([])).await;
    let pipeline = scene.pipeline().await;
    let body =
        json!({"name": "a", "pipeline": pipeline["id"], "stage": "Prospecting", "list_of_tasks": [{"task": "x"}]});
    let (lead, path) = scene.lead(body).await;
    let url = |rest: &str| json!(format!("http://127.0.0.1:9/{}/{rest}", id_of(&lead)));
    assert_eq!(sent(&scene, &created, 1).await, [url("a/Prospecting/false")]);

    scene.patch(&path, json!({"stage": "Won"})).await.expect(200);
    assert_eq!(sent(&scene, &updated, 1).await, [url("a/Won/false")]);
    let task = json!({"task_id": lead["list_of_tasks"][0]["id"], "completed": true});
    scene.post(&format!("{path}update-task/"), task).await.expect(200);
    assert_eq!(sent(&scene, &updated, 2).await[1], url("a/Won/true"));

    // A stage that is renamed is no event of its leads; their next one shows its new name.
    let (_, other) = scene.lead(json!({"name": "b", "pipeline": pipeline["id"], "stage": "Prospecting"})).await;
    let stages = json!({"stages": [{"id": pipeline["stages"][0]["id"], "name": "Call"}]});
    scene.put(&format!("/api/pipelines/{}/", id_of(&pipeline)), stages).await.expect(200);
    scene.patch(&other, json!({"name": "c"})).await.expect(200);
    let third = sent(&scene, &updated, 3).await[2].clone();
    assert!(third.as_str().unwrap().contains("/c/Call/"), "{third}");

    scene.delete(&path).await.expect(204);
    assert_eq!(sent(&scene, &deleted, 1).await, [url("a/Won/true")]);
    // The stream is handled in order: what had come before the deletion is there by now.
    assert_eq!((sent(&scene, &created, 2).await.len(), sent(&scene, &updated, 3).await.len()), (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_conditions_hold_for_a_lead_in_the_stage_from_the_source() {
    let scene = Scene::start().await;
    let conditions = json!([
        {"field": "stage", "operator": "=", "value": "Moodle"},
        {"field": "self.attributes.source", "operator": "=", "value": "Web"}
    ]);
    let hook = hook(&scene, "CREATE", conditions).await;
    for (name, stage, source) in [("no", "Moodle", "LinkedIn"), ("nor", "Won", "Web"), ("yes", "Moodle", "Web")] {
        scene.lead(json!({"name": name, "stage": stage, "attributes": {"source": source}})).await;
    }
    let urls = sent(&scene, &hook, 1).await;
    assert_eq!(urls.len(), 1);
    assert!(urls[0].as_str().unwrap().contains("/yes/Moodle/"), "{urls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_is_tried_out_on_a_lead_with_the_whole_object_as_its_body() {
    let scene = Scene::start().await;
    let test = format!("{}test/", hook(&scene, "UPDATE", json!([])).await);
    let body = json!({"name": "a", "service_attributes": [{"cost": 5}], "client_attributes": {"age": 25}});
    let (lead, path) = scene.lead(body).await;
    let trial = scene.post(&test, json!({"object_id": lead["id"]})).await.expect(200);
    let body = match &trial["body"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        body => body.clone(),
    };
    assert_eq!((&trial["matches"], body), (&json!(true), lead.clone()));
    scene.post(&test, json!({"object_id": NOWHERE})).await.expect(404);
    scene.delete(&path).await.expect(204);
    scene.post(&test, json!({"object_id": lead["id"]})).await.expect(404);
}
