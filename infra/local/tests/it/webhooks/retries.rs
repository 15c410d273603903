//! Retries: their schedule, what ends them, and where they end.

use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::receiver::Reply;
use super::*;

/// The waits between the attempts, in seconds.
const SCHEDULE: [u64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 43_200];

impl Scene {
    /// How many messages of a queue are visible, in flight and delayed.
    async fn counts(&self, queue: &str) -> [u32; 3] {
        let environment = self.tributary.cloud.environment();
        let sqs = environment.sdk.sqs(&environment.sqs_url);
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let asked = sqs.get_queue_attributes().queue_url(&environment.queue_urls[queue]);
        let found = asked.set_attribute_names(Some(names.to_vec())).send().await.unwrap().attributes.unwrap();
        names.map(|name| found[&name].parse().unwrap())
    }

    /// How many messages a queue holds, seen and unseen.
    pub(super) async fn messages(&self, queue: &str) -> u32 {
        self.counts(queue).await.iter().sum()
    }

    /// Waits until nothing is in flight, and so much delayed.
    async fn wait_for_delayed(&self, count: u32) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.counts("DeliveryQueue").await != [0, 0, count] {
            assert!(tokio::time::Instant::now() < deadline, "{:?}", self.counts("DeliveryQueue").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Queues a text as if it named a delivery.
    async fn inject(&self, body: String) {
        let environment = self.tributary.cloud.environment();
        let sqs = environment.sdk.sqs(&environment.sqs_url);
        let url = &environment.queue_urls["DeliveryQueue"];
        sqs.send_message().queue_url(url).message_body(body).send().await.unwrap();
    }

    /// A message for a delivery's attempt.
    async fn message(&self, hook: &Value, round: u32, attempts_made: Option<u32>) -> String {
        let me = self.get("/api/me/").await;
        let delivery = self.deliveries(hook).await.remove(0);
        json!({
            "organization_id": me["organization_id"], "webhook_id": hook["id"], "delivery_id": delivery["id"],
            "round": round, "attempts_made": attempts_made,
        })
        .to_string()
    }

    /// Waits until a queue holds so many messages.
    pub(super) async fn wait_for_messages(&self, queue: &str, count: u32) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.messages(queue).await != count {
            assert!(tokio::time::Instant::now() < deadline, "{queue} holds {}", self.messages(queue).await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Moves the clock past a wait, and again, should the wait have begun only after that.
    async fn pass(&self, hook: &Value, wait: u64, attempts: usize) -> Value {
        for _ in 0..10 {
            self.tributary.advance(wait).await;
            let deadline = tokio::time::Instant::now() + Duration::from_secs(2);
            while tokio::time::Instant::now() < deadline {
                let delivery = self.wait_for_attempts(hook, attempts - 1).await;
                if super::attempts(&delivery).len() >= attempts {
                    return delivery;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        panic!("attempt {attempts} did not come");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_failed_twice_is_delivered_under_the_id_that_it_had() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/flaky", "Client", "CREATE").await;
    scene.receiver.script([500, 503]);
    scene.client("Acme").await;
    let delivery = scene.wait_for_attempts(&hook, 1).await;
    assert_eq!(delivery["status"], "failed");
    scene.pass(&hook, 6, 2).await;
    let delivery = scene.pass(&hook, 331, 3).await;
    assert_eq!(delivery["status"], "delivered");
    let statuses: Vec<_> = attempts(&delivery).iter().map(|attempt| attempt["response_status"].clone()).collect();
    assert_eq!(statuses, [500, 503, 200]);
    let received = scene.receiver.received_at("/flaky");
    assert_eq!(received.len(), 3);
    for request in &received {
        assert_eq!(request.header("webhook-id"), delivery["event_id"].as_str().unwrap());
        assert_eq!(request.body, received[0].body);
        let secret = hook["secret"].as_str().unwrap();
        let timestamp = request.header("webhook-timestamp").parse().unwrap();
        let signer = standardwebhooks::Webhook::new(secret).unwrap();
        let expected = signer.sign(request.header("webhook-id"), timestamp, &request.body).unwrap();
        assert_eq!(request.header("webhook-signature"), expected);
    }
    let timestamps: Vec<i64> = received.iter().map(|one| one.header("webhook-timestamp").parse().unwrap()).collect();
    assert!(timestamps[1] >= timestamps[0] + 4 && timestamps[2] >= timestamps[1] + 270, "{timestamps:?}");
    scene.wait_for_messages("DeliveryQueue", 0).await;
    assert_eq!(scene.messages("DeliveryDeadLetterQueue").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_was_not_there_is_tried_again() {
    let scene = Scene::start().await;
    // Bound and not listening: the port is refused, and nobody else gets it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/late", socket.local_addr().unwrap());
    let hook = scene.hook(json!({"model": "Client", "event": "CREATE", "url": url})).await;
    let client = scene.client("Acme").await;
    let delivery = scene.wait_for_attempts(&hook, 1).await;
    let attempt = &attempts(&delivery)[0];
    assert_eq!((&delivery["status"], &attempt["response_status"]), (&json!("failed"), &Value::Null));
    assert!(!attempt["error"].as_str().unwrap().is_empty());
    let late = Receiver::on(socket.listen(16).unwrap());
    let delivery = scene.pass(&hook, 6, 2).await;
    assert_eq!(delivery["status"], "delivered");
    let received = late.wait_for_one("/late").await;
    assert_eq!(received.json()["id"], client["id"]);
    assert_eq!(received.header("webhook-id"), delivery["event_id"].as_str().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_attempts_follow_the_schedule_and_then_the_message_is_a_dead_letter() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/dead", "Client", "CREATE").await;
    scene.receiver.always(500);
    scene.client("Acme").await;
    scene.wait_for_attempts(&hook, 1).await;
    for (done, wait) in (1..).zip(SCHEDULE) {
        // Whatever the wait, it is a delay.
        scene.wait_for_delayed(1).await;
        // Half of the wait, so that no jitter makes it due; longer than a queue is polled.
        scene.tributary.advance(wait / 2).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(scene.receiver.received_at("/dead").len(), done, "{wait} s are not over");
        let delivery = scene.pass(&hook, wait, done + 1).await;
        assert_eq!(delivery["status"], if done == 7 { "dead" } else { "failed" });
    }
    scene.wait_for_messages("DeliveryQueue", 0).await;
    assert_eq!(scene.messages("DeliveryDeadLetterQueue").await, 1);
    let environment = scene.tributary.cloud.environment();
    let sqs = environment.sdk.sqs(&environment.sqs_url);
    let received = sqs.receive_message().queue_url(&environment.queue_urls["DeliveryDeadLetterQueue"]).send().await;
    let letter = received.unwrap().messages.unwrap().remove(0);
    let delivery = scene.deliveries(&hook).await.remove(0);
    assert!(letter.body().unwrap().contains(id(&delivery)), "{letter:?}");
    scene.tributary.advance(86_400).await;
    scene.settled_at("/after").await;
    assert_eq!(scene.receiver.received_at("/dead").len(), 8);
    assert_eq!(attempts(&scene.deliveries(&hook).await[0]).len(), 8);
}

impl Scene {
    /// Waits until a new change has been sent: what was due before it, has been.
    async fn settled_at(&self, path: &str) {
        self.hook_at(path, "Category", "CREATE").await;
        self.create("/api/categories/", json!({"name": "after"})).await;
        self.receiver.wait_for_one(path).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_2xx_succeeds_and_redirects_are_not_followed() {
    let scene = Scene::start().await;
    let elsewhere = scene.url("/elsewhere");
    for (status, expected) in [
        (200, "delivered"),
        (201, "delivered"),
        (204, "delivered"),
        (301, "failed"),
        (302, "failed"),
        (307, "failed"),
        (304, "failed"),
        (400, "failed"),
        (404, "failed"),
        (429, "failed"),
        (500, "failed"),
    ] {
        let path = format!("/status/{status}");
        let hook = scene.hook_at(&path, "Client", "CREATE").await;
        scene.receiver.script([Reply { status, headers: vec![("location", elsewhere.clone())], ..Reply::default() }]);
        scene.client("Acme").await;
        let delivery = scene.wait_for_attempts(&hook, 1).await;
        assert_eq!(
            (&delivery["status"], &attempts(&delivery)[0]["response_status"]),
            (&json!(expected), &json!(status))
        );
        scene.tributary.delete(&scene.owner, &format!("/api/webhooks/{}/", id(&hook))).await.expect(204);
    }
    assert_eq!(scene.receiver.received_at("/elsewhere").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_switches_the_webhook_off() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/gone", "Client", "CREATE").await;
    scene.receiver.script([410]);
    scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "dead").await;
    assert_eq!(attempts(&delivery)[0]["response_status"], 410);
    let path = format!("/api/webhooks/{}/", id(&hook));
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while scene.get(&path).await["is_active"] == true {
        assert!(tokio::time::Instant::now() < deadline, "the webhook is still active");
    }
    scene.client("Unseen").await;
    scene.tributary.advance(400).await;
    scene.settled_at("/after").await;
    assert_eq!(scene.deliveries(&hook).await.len(), 1);
    assert_eq!(scene.receiver.received_at("/gone").len(), 1);
    scene.patch(&path, json!({"is_active": true})).await;
    scene.client("Seen").await;
    scene.receiver.wait_for("/gone", 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_the_receiver_asks_for_is_kept() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/busy", "Client", "CREATE").await;
    scene.receiver.script([Reply {
        status: 503,
        headers: vec![("retry-after", "3600".to_owned())],
        ..Reply::default()
    }]);
    scene.client("Acme").await;
    scene.wait_for_attempts(&hook, 1).await;
    scene.tributary.advance(3_500).await;
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(scene.receiver.received_at("/busy").len(), 1);
    let delivery = scene.pass(&hook, 101, 2).await;
    assert_eq!(delivery["status"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_webhook_that_is_deleted_or_switched_off_is_not_sent() {
    let scene = Scene::start().await;
    let (off, deleted) =
        (scene.hook_at("/off", "Client", "CREATE").await, scene.hook_at("/deleted", "Client", "CREATE").await);
    scene.receiver.script([500, 500]);
    scene.client("Acme").await;
    scene.wait_for_attempts(&off, 1).await;
    scene.wait_for_attempts(&deleted, 1).await;
    scene.patch(&format!("/api/webhooks/{}/", id(&off)), json!({"is_active": false})).await;
    scene.tributary.delete(&scene.owner, &format!("/api/webhooks/{}/", id(&deleted))).await.expect(204);
    scene.tributary.advance(10).await;
    scene.wait_for_messages("DeliveryQueue", 0).await;
    assert_eq!((scene.receiver.received_at("/off").len(), scene.receiver.received_at("/deleted").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_whose_attempt_was_made_makes_no_other_and_queues_none() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/twice", "Client", "CREATE").await;
    scene.receiver.always(500);
    scene.client("Acme").await;
    scene.wait_for_attempts(&hook, 1).await;
    scene.wait_for_delayed(1).await;
    for _ in 0..3 {
        scene.inject(scene.message(&hook, 0, Some(0)).await).await;
    }
    scene.wait_for_delayed(1).await;
    assert_eq!(scene.receiver.received_at("/twice").len(), 1);
    // One that is not stale is an attempt, and what was queued for it before is stale then.
    scene.inject(scene.message(&hook, 0, Some(1)).await).await;
    scene.wait_for_attempts(&hook, 2).await;
    scene.wait_for_delayed(2).await;
    scene.tributary.advance(10).await;
    scene.wait_for_delayed(1).await;
    assert_eq!(scene.receiver.received_at("/twice").len(), 2);
    // The earlier form, which does not tell its attempt.
    scene.inject(scene.message(&hook, 0, None).await).await;
    scene.wait_for_attempts(&hook, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_names_no_delivery_is_a_dead_letter_at_once() {
    let scene = Scene::start().await;
    let texts = ["{}", "x", "[]", r#"{"organization_id": "1", "webhook_id": "2", "delivery_id": "3"}"#];
    for text in texts {
        scene.inject(text.to_owned()).await;
    }
    scene.wait_for_messages("DeliveryQueue", 0).await;
    assert_eq!(scene.messages("DeliveryDeadLetterQueue").await, 4);
    // Of a delivery that is kept no longer, nothing is.
    let nobody = "018c0000-0000-7000-8000-000000000000";
    scene.inject(json!({"organization_id": nobody, "webhook_id": nobody, "delivery_id": nobody}).to_string()).await;
    scene.wait_for_messages("DeliveryQueue", 0).await;
    assert_eq!(scene.messages("DeliveryDeadLetterQueue").await, 4);
}
