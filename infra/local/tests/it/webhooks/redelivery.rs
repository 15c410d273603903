//! `redeliver/`: a delivery is sent once more, whatever became of it.

use serde_json::{Value, json};

use super::*;

impl Scene {
    async fn redeliver(&self, hook: &Value, delivery: &Value) -> Value {
        let path = format!("/api/webhooks/{}/deliveries/{}/redeliver/", id(hook), id(delivery));
        let answer = self.tributary.post(&self.owner, &path, json!({})).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
        answer.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_sent_again_as_it_was() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/again", "Client", "CREATE").await;
    let client = scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    scene.patch(&format!("/api/clients/{}/", id(&client)), json!({"name": "Changed since"})).await;
    let answer = scene.redeliver(&hook, &delivery).await;
    assert_eq!((&answer["id"], &answer["event_id"]), (&delivery["id"], &delivery["event_id"]));
    let received = scene.receiver.wait_for("/again", 2).await;
    assert_eq!(received[1].body, received[0].body);
    assert_eq!(received[1].header("webhook-id"), received[0].header("webhook-id"));
    let secret = hook["secret"].as_str().unwrap();
    standardwebhooks::Webhook::new(secret).unwrap().verify(&received[1].body, &received[1].headers).unwrap();
    let delivery = scene.wait_for_attempts(&hook, 2).await;
    assert_eq!(delivery["status"], "delivered");
    assert_eq!(scene.deliveries(&hook).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redelivery_that_fails_is_retried_from_the_start_of_the_schedule() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/again", "Client", "CREATE").await;
    scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    scene.receiver.script([500]);
    scene.redeliver(&hook, &delivery).await;
    scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "failed").await;
    for _ in 0..5 {
        scene.tributary.advance(6).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let delivery = scene.wait_for_attempts(&hook, 3).await;
    assert_eq!((&delivery["status"], attempts(&delivery).len()), (&json!("delivered"), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redelivery_while_a_retry_is_due_later_leaves_one_schedule() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/again", "Client", "CREATE").await;
    scene.receiver.always(500);
    scene.client("Acme").await;
    let delivery = scene.wait_for_attempts(&hook, 1).await;
    scene.redeliver(&hook, &delivery).await;
    scene.wait_for_attempts(&hook, 2).await;
    // The first message's retry and the second one's fall into these seconds: one of them is sent.
    for _ in 0..4 {
        scene.tributary.advance(5).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert_eq!(scene.receiver.received_at("/again").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_redelivered() {
    let scene = Scene::start().await;
    let (hook, other) = (scene.hook_at("/a", "Client", "CREATE").await, scene.hook_at("/b", "Client", "UPDATE").await);
    scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    let unknown = "0190b5a1-7c5e-7000-8000-000000000001";
    for (hook, delivery) in
        [(id(&hook), unknown), (id(&hook), "no-uuid"), (id(&other), id(&delivery)), (unknown, id(&delivery))]
    {
        let path = format!("/api/webhooks/{hook}/deliveries/{delivery}/redeliver/");
        let refused = scene.tributary.post(&scene.owner, &path, json!({})).await.expect(404);
        assert_eq!(refused, json!({"detail": "Not found."}));
    }
    let path = format!("/api/webhooks/{unknown}/deliveries/");
    scene.tributary.get(&scene.owner, &path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_too_large_to_keep_is_dead_says_why_and_is_never_sent() {
    let scene = Scene::start().await;
    let payload = json!({"a": "{self.attributes.big}", "b": "{self.attributes.big}", "c": "{self.attributes.big}"});
    let fields = json!({"model": "Client", "event": "CREATE", "url": scene.url("/large"), "payload": payload});
    let hook = scene.hook(fields).await;
    let body = json!({"name": "Acme", "attributes": {"big": "x".repeat(100_000)}});
    scene.create("/api/clients/", body).await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "dead").await;
    assert!(!attempts(&delivery)[0]["error"].as_str().unwrap().is_empty());
    let path = format!("/api/webhooks/{}/deliveries/{}/redeliver/", id(&hook), id(&delivery));
    let refused = scene.tributary.post(&scene.owner, &path, json!({})).await;
    assert!(refused.status.is_client_error(), "{} {}", refused.status, refused.text);
    // The next event is not held up.
    scene.client("Small").await;
    assert_eq!(scene.receiver.wait_for_one("/large").await.json(), json!({"a": "", "b": "", "c": ""}));
    scene.settled().await;
    assert_eq!(scene.receiver.received_at("/large").len(), 1);
}
