//! The examples in `events/` are what the functions take.

use serde_json::{Value, json};
use tributary_local::Cloud;

use crate::support::Tributary;

async fn invoke(cloud: &Cloud, function: &str, file: &str) -> Value {
    let path = format!("{}/../../events/{file}", env!("CARGO_MANIFEST_DIR"));
    let event = std::fs::read_to_string(path).unwrap();
    cloud.invoker().invoke(function, serde_json::from_str(&event).unwrap()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_of_a_request_is_answered() {
    let tributary = Tributary::start().await;
    let answers = [
        ("clients", "http-get-clients.json", 401),
        ("leads", "http-post-lead.json", 401),
        ("auth", "http-post-signup.json", 201),
        ("docs", "http-unknown.json", 404),
    ];
    for (function, file, status) in answers {
        let answer = invoke(&tributary.cloud, function, file).await;
        assert_eq!(answer["statusCode"], status, "{file}: {answer}");
        assert_eq!(answer["headers"]["content-type"], "application/json", "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_a_change_a_message_and_a_schedule_are_handled() {
    let tributary = Tributary::start().await;
    let none_failed = json!({"batchItemFailures": []});
    assert_eq!(invoke(&tributary.cloud, "webhook-fanout", "stream-invoice-paid.json").await, none_failed);
    assert_eq!(invoke(&tributary.cloud, "webhook-dispatcher", "sqs-delivery.json").await, none_failed);
    let swept = invoke(&tributary.cloud, "sweep", "schedule-sweep.json").await;
    assert_eq!(swept, json!({"examined": 0, "marked_overdue": 0, "failed": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_read_is_named_so_that_it_is_seen_again() {
    let tributary = Tributary::start().await;
    let path = format!("{}/../../events/stream-invoice-paid.json", env!("CARGO_MANIFEST_DIR"));
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let record = &mut event["Records"][0]["dynamodb"];
    record["NewImage"]["amount_paid"] = json!({"S": "a lot"});
    let number = record["SequenceNumber"].clone();
    let answer = tributary.cloud.invoker().invoke("webhook-fanout", event).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": number}]}));
}
