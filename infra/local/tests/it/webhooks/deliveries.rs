//! `deliveries/`: what was sent, newest first, for 30 days.

use serde_json::{Value, json};

use super::receiver::Reply;
use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_says_what_was_sent_and_what_came_back() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/one/{id}", "Client", "CREATE").await;
    scene.receiver.script([Reply { status: 202, body: "thanks".to_owned(), ..Reply::default() }]);
    let client = scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    let received = scene.receiver.received_at("/one").remove(0);
    let mut keys: Vec<_> = delivery.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["attempts", "created_at", "event", "event_id", "id", "model", "object_id", "status", "url"]);
    assert_eq!(delivery["event_id"], received.header("webhook-id"));
    assert_eq!((&delivery["model"], &delivery["event"]), (&json!("Client"), &json!("CREATE")));
    assert_eq!(delivery["object_id"], client["id"]);
    assert_eq!(delivery["url"], scene.url(&received.path));
    assert!(delivery["created_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    let [attempt] = attempts(&delivery) else { panic!("{delivery}") };
    let mut keys: Vec<_> = attempt.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(keys, ["at", "duration_ms", "error", "response_body", "response_status"]);
    assert!(attempt["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert!(attempt["duration_ms"].is_u64());
    assert_eq!((&attempt["response_status"], &attempt["response_body"]), (&json!(202), &json!("thanks")));
    assert_eq!(attempt["error"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_come_newest_first_and_in_pages() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/many", "Client", "UPDATE").await;
    let client = scene.client("0").await;
    let path = format!("/api/clients/{}/", id(&client));
    for name in ["1", "2", "3", "4", "5"] {
        scene.patch(&path, json!({"name": name})).await;
    }
    let received = scene.receiver.wait_for("/many", 5).await;
    let name_of = |delivery: &Value| {
        let request = received.iter().find(|one| one.header("webhook-id") == delivery["event_id"]).unwrap();
        request.json()["name"].as_str().unwrap().to_owned()
    };
    let listed: Vec<_> = scene.deliveries(&hook).await.iter().map(name_of).collect();
    assert_eq!(listed, ["5", "4", "3", "2", "1"]);

    let list = format!("/api/webhooks/{}/deliveries/", id(&hook));
    let first = scene.tributary.get(&scene.owner, &format!("{list}?limit=3")).await;
    let link = first.header("link").unwrap().to_owned();
    let next = link.split_once('<').unwrap().1.split_once('>').unwrap().0;
    let next = next.strip_prefix(scene.tributary.cloud.base_url()).unwrap_or(next);
    let second = scene.tributary.get(&scene.owner, next).await;
    assert_eq!(second.header("link"), None);
    let pages = [first.expect(200), second.expect(200)];
    let listed: Vec<_> = pages.iter().flat_map(|page| page.as_array().unwrap()).map(name_of).collect();
    assert_eq!(listed, ["5", "4", "3", "2", "1"]);
    for bad in ["limit=0", "limit=1001", "limit=x", "cursor=forged"] {
        scene.tributary.get(&scene.owner, &format!("{list}?{bad}")).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_is_newer_than_the_update_before_it() {
    let scene = Scene::start().await;
    let update = scene.hook_at("/update", "Client", "UPDATE").await;
    let path = format!("/api/webhooks/{}/", id(&update));
    for round in 0..4 {
        let client = format!("/api/clients/{}/", id(&scene.client("Acme").await));
        scene.patch(&client, json!({"name": "Changed"})).await;
        scene.receiver.wait_for("/update", round * 2 + 1).await;
        scene.patch(&path, json!({"event": "DELETE"})).await;
        scene.tributary.delete(&scene.owner, &client).await.expect(204);
        scene.receiver.wait_for("/update", round * 2 + 2).await;
        scene.patch(&path, json!({"event": "UPDATE"})).await;
        let events: Vec<_> = scene.deliveries(&update).await.iter().map(|one| one["event"].clone()).collect();
        assert_eq!(events[..2], ["DELETE", "UPDATE"], "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_kilobytes_of_an_answer_are_kept() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/long", "Client", "CREATE").await;
    scene.receiver.script([Reply { status: 200, body: "0123456789abcdef".repeat(1_000), ..Reply::default() }]);
    scene.client("Acme").await;
    let delivery = scene.wait_for_attempts(&hook, 1).await;
    assert_eq!(attempts(&delivery)[0]["response_body"], "0123456789abcdef".repeat(256));
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_kept_for_30_days() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/kept", "Client", "CREATE").await;
    scene.client("Old").await;
    let old = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    scene.tributary.advance(30 * 86_400 - 3_600).await;
    assert_eq!(scene.deliveries(&hook).await, std::slice::from_ref(&old));
    scene.client("New").await;
    scene.receiver.wait_for("/kept", 2).await;
    scene.tributary.advance(7_200).await;
    let left = scene.deliveries(&hook).await;
    assert_eq!(left.len(), 1);
    assert_ne!(left[0]["id"], old["id"]);
    let redeliver = format!("/api/webhooks/{}/deliveries/{}/redeliver/", id(&hook), id(&old));
    scene.tributary.post(&scene.owner, &redeliver, Value::Null).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_months_ahead_loses_no_event_of_kept_data() {
    let directory = tempfile::tempdir().unwrap();
    let options = tributary_local::Options {
        port: 0,
        data_dir: directory.path().to_owned(),
        ..tributary_local::Options::default()
    };
    let scene = Scene::on(Tributary::start_with(options).await).await;
    let hook = scene.hook_at("/ahead", "Client", "CREATE").await;
    scene.tributary.advance(90 * 86_400).await;
    let client = scene.client("Acme").await;
    let received = scene.receiver.wait_for_one("/ahead").await;
    assert_eq!(received.json()["id"], client["id"]);
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    let made = |object: &Value| object["created_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    assert!(made(&delivery).abs_diff(made(&client)) < 10, "{delivery} {client}");
    let sent_at: i64 = received.header("webhook-timestamp").parse().unwrap();
    assert!(sent_at.abs_diff(made(&client)) < 10);

    scene.tributary.advance(90 * 86_400).await;
    scene.hook_at("/deleted", "Client", "DELETE").await;
    scene.tributary.delete(&scene.owner, &format!("/api/clients/{}/", id(&client))).await.expect(204);
    assert_eq!(scene.receiver.wait_for_one("/deleted").await.json()["id"], client["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_twice_in_one_batch_makes_one_attempt() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/twice", "Client", "CREATE").await;
    scene.receiver.script([500]);
    scene.client("Acme").await;
    let delivery = scene.wait_for_attempts(&hook, 1).await;
    let me = scene.get("/api/me/").await;
    let message = json!({
        "organization_id": me["organization_id"], "webhook_id": hook["id"], "delivery_id": delivery["id"],
        "round": 0, "attempts_made": 1,
    });
    let record =
        |id: &str| json!({"messageId": id, "body": message.to_string(), "attributes": {}, "messageAttributes": {}});
    let event = json!({"Records": [record("1"), record("2")]});
    let answer = scene.tributary.cloud.invoker().invoke("webhook-dispatcher", event).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    assert_eq!(attempts(&delivery).len(), 2);
    assert_eq!(scene.receiver.received_at("/twice").len(), 2);
}
