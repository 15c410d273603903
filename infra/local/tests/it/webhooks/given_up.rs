//! Changes that can never be fanned out.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_read_goes_to_the_failure_queue_and_holds_up_none() {
    let scene = Scene::start().await;
    scene.hook_at("/client", "Client", "CREATE").await;
    scene.client("before").await;
    scene.receiver.wait_for_one("/client").await;
    let environment = scene.tributary.cloud.environment();
    let dynamodb = environment.sdk.dynamodb(&environment.dynamodb_url);
    let found = dynamodb.scan().table_name(&environment.table_name).send().await.unwrap().items.unwrap();
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let client = found.into_iter().find(|item| item.get("model") == Some(&text("Client"))).unwrap();
    let broken = [("model", text("Nonsense")), ("pk", text("nowhere")), ("name", AttributeValue::Bool(true))];
    for (place, (name, value)) in broken.into_iter().enumerate() {
        let mut item = client.clone();
        item.insert("sk".to_owned(), text(&format!("broken{place}")));
        item.insert(name.to_owned(), value);
        dynamodb.put_item().table_name(&environment.table_name).set_item(Some(item)).send().await.unwrap();
        scene.client(&format!("after{place}")).await;
    }
    scene.receiver.wait_for("/client", 4).await;
    scene.wait_for_messages("StreamFailureQueue", 3).await;
    let sqs = environment.sdk.sqs(&environment.sqs_url);
    let received = sqs.receive_message().queue_url(&environment.queue_urls["StreamFailureQueue"]).send().await.unwrap();
    let body: Value = serde_json::from_str(received.messages()[0].body().unwrap()).unwrap();
    let batch = &body["DDBStreamBatchInfo"];
    assert_eq!((&batch["batchSize"], &batch["startSequenceNumber"]), (&json!(1), &batch["endSequenceNumber"]));
    assert!(batch["streamArn"].as_str().unwrap().contains("/stream/"), "{body}");
    assert!(body["requestContext"]["functionArn"].as_str().unwrap().contains("WebhookFanout"), "{body}");
}
