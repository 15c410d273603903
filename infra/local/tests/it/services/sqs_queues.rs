//! Queues and their attributes.

use aws_sdk_sqs::types::QueueAttributeName as Name;
use tributary_local::services::sqs::queue_arn;

use super::refusal;
use super::sqs_messages::Queue;

#[tokio::test]
async fn a_queue_is_made_once_and_refused_with_other_attributes() {
    let queue = Queue::new().await;
    let create = |timeout: &str| {
        let request = queue.client.create_queue().queue_name("mail");
        request.attributes(Name::VisibilityTimeout, timeout).send()
    };
    let url = create("60").await.unwrap().queue_url.unwrap();
    assert_eq!(url, queue.sqs.queue_url("mail"));
    assert_eq!(create("60").await.unwrap().queue_url.unwrap(), url);
    assert!(refusal(create("61").await).is_queue_name_exists());
    assert_eq!(queue.client.get_queue_url().queue_name("mail").send().await.unwrap().queue_url.unwrap(), url);
    let listed = queue.client.list_queues().queue_name_prefix("ma").send().await.unwrap();
    assert_eq!(listed.queue_urls(), [url]);
}

#[tokio::test]
async fn a_queue_that_is_not_there_is_named_as_such() {
    let queue = Queue::new().await;
    let url = queue.sqs.queue_url("nowhere");
    assert!(refusal(queue.client.get_queue_url().queue_name("nowhere").send().await).is_queue_does_not_exist());
    let sent = queue.client.send_message().queue_url(&url).message_body("x").send().await;
    assert!(refusal(sent).is_queue_does_not_exist());
    let received = queue.client.receive_message().queue_url(&url).wait_time_seconds(1).send().await;
    assert!(refusal(received).is_queue_does_not_exist());
}

#[tokio::test]
async fn a_queue_is_found_by_the_url_of_an_earlier_run() {
    let queue = Queue::new().await;
    let earlier = "http://127.0.0.1:1/000000000000/work";
    queue.client.send_message().queue_url(earlier).message_body("kept").send().await.unwrap();
    let received = queue.client.receive_message().queue_url(&queue.url).send().await.unwrap();
    assert_eq!(received.messages()[0].body(), Some("kept"));
}

#[tokio::test]
async fn attributes_count_messages_by_state() {
    let queue = Queue::new().await;
    for (body, delay) in [("visible", 0), ("in flight", 0), ("delayed", 5)] {
        let request = queue.client.send_message().queue_url(&queue.url).message_body(body);
        request.delay_seconds(delay).send().await.unwrap();
    }
    queue.client.receive_message().queue_url(&queue.url).send().await.unwrap();
    let request = queue.client.get_queue_attributes().queue_url(&queue.url).attribute_names(Name::All);
    let attributes = request.send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&Name::ApproximateNumberOfMessages], "1");
    assert_eq!(attributes[&Name::ApproximateNumberOfMessagesNotVisible], "1");
    assert_eq!(attributes[&Name::ApproximateNumberOfMessagesDelayed], "1");
    assert_eq!(attributes[&Name::QueueArn], queue_arn("work"));
    assert_eq!(attributes[&Name::VisibilityTimeout], "30");
    assert_eq!(attributes[&Name::CreatedTimestamp], "1903953600");

    queue.client.purge_queue().queue_url(&queue.url).send().await.unwrap();
    let request = queue.client.get_queue_attributes().queue_url(&queue.url);
    let attributes = request.attribute_names(Name::ApproximateNumberOfMessagesNotVisible).send().await.unwrap();
    let attributes = attributes.attributes.unwrap();
    assert_eq!(attributes.len(), 1);
    assert_eq!(attributes[&Name::ApproximateNumberOfMessagesNotVisible], "0");
}

#[tokio::test]
async fn a_message_is_dropped_after_the_queues_retention_period() {
    let queue = Queue::new().await;
    let request = queue.client.set_queue_attributes().queue_url(&queue.url);
    request.attributes(Name::MessageRetentionPeriod, "60").send().await.unwrap();
    queue.client.send_message().queue_url(&queue.url).message_body("old").send().await.unwrap();
    queue.clock.advance(30).unwrap();
    queue.client.send_message().queue_url(&queue.url).message_body("young").send().await.unwrap();
    queue.clock.advance(30).unwrap();
    let request = queue.client.receive_message().queue_url(&queue.url).max_number_of_messages(10);
    let messages = request.send().await.unwrap().messages.unwrap();
    assert_eq!(messages.iter().map(|message| message.body().unwrap()).collect::<Vec<_>>(), ["young"]);
}

#[tokio::test]
async fn attributes_that_are_unknown_or_out_of_range_are_refused() {
    let queue = Queue::new().await;
    let set = |name: &str, value: &str| {
        queue.client.set_queue_attributes().queue_url(&queue.url).attributes(Name::from(name), value).send()
    };
    assert!(refusal(set("FifoQueue", "true").await).is_invalid_attribute_name());
    assert!(refusal(set("VisibilityTimeout", "43201").await).is_invalid_attribute_value());
    assert!(refusal(set("RedrivePolicy", "{}").await).is_invalid_attribute_value());
    let nowhere = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"3"}}"#, queue_arn("nowhere"));
    assert_eq!(refusal(set("RedrivePolicy", &nowhere).await).meta().code(), Some("InvalidParameterValue"));
    let created = queue.client.create_queue().queue_name("a.fifo").send().await;
    assert_eq!(refusal(created).meta().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn an_action_that_is_left_out_is_refused() {
    let queue = Queue::new().await;
    let result = queue.client.delete_queue().queue_url(&queue.url).send().await;
    assert!(refusal(result).is_unsupported_operation());
}
