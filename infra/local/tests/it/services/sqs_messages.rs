//! Sending, receiving and deleting.

use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName as SystemAttribute,
    QueueAttributeName, SendMessageBatchRequestEntry,
};
use tributary_local::LocalClock;
use tributary_local::services::Storage;
use tributary_local::services::sdk::Sdk;
use tributary_local::services::sqs::{self, Sqs, queue_arn};

use super::{refusal, standing_clock};

pub struct Queue {
    pub clock: Arc<LocalClock>,
    pub sqs: Sqs,
    pub client: Client,
    pub url: String,
}

impl Queue {
    /// An empty queue in memory.
    pub async fn new() -> Self {
        let clock = standing_clock();
        let sqs = sqs::start(&Storage::Memory, 0, clock.clone()).await.unwrap();
        let client = Sdk::new().sqs(sqs.endpoint());
        let url = client.create_queue().queue_name("work").send().await.unwrap().queue_url.unwrap();
        Self { clock, sqs, client, url }
    }

    async fn send(&self, body: &str) {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await.unwrap();
    }

    async fn receive(&self) -> Vec<Message> {
        self.receive_from(&self.url).await
    }

    async fn receive_from(&self, url: &str) -> Vec<Message> {
        let request = self.client.receive_message().queue_url(url).max_number_of_messages(10);
        let request = request.message_system_attribute_names(SystemAttribute::All).message_attribute_names("All");
        request.send().await.unwrap().messages.unwrap_or_default()
    }

    async fn delete(&self, handle: &str) {
        self.client.delete_message().queue_url(&self.url).receipt_handle(handle).send().await.unwrap();
    }
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body().unwrap()).collect()
}

fn system<'a>(message: &'a Message, name: &SystemAttribute) -> &'a str {
    &message.attributes().unwrap()[name]
}

#[tokio::test]
async fn a_message_arrives_with_its_digests_and_attributes() {
    let queue = Queue::new().await;
    let text = MessageAttributeValue::builder().data_type("String").string_value("crm").build().unwrap();
    let binary =
        MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([0, 255])).build().unwrap();
    let sent = queue
        .client
        .send_message()
        .queue_url(&queue.url)
        .message_body("grüße")
        .message_attributes("contract", text)
        .message_attributes("bytes", binary)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.md5_of_message_body(), Some("fee40dc24d0ad6a90c608052aa4e9e66"));
    assert_eq!(sent.md5_of_message_attributes(), Some("9d0cdace40c99245730236952e53e1ba"));

    let received = &queue.receive().await[0];
    assert_eq!(received.body(), Some("grüße"));
    assert_eq!(received.message_id(), sent.message_id());
    assert_eq!(received.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(received.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = received.message_attributes().unwrap();
    assert_eq!(attributes["contract"].string_value(), Some("crm"));
    assert_eq!(attributes["bytes"].binary_value(), Some(&Blob::new([0, 255])));
    assert_eq!(system(received, &SystemAttribute::ApproximateReceiveCount), "1");
    assert_eq!(system(received, &SystemAttribute::SentTimestamp), "1903953600000");
}

#[tokio::test]
async fn a_message_hides_for_its_visibility_timeout_and_comes_back_under_a_new_handle() {
    let queue = Queue::new().await;
    queue.send("again").await;
    let first = queue.receive().await;
    queue.clock.advance(29).unwrap();
    assert_eq!(bodies(&queue.receive().await), [""; 0]);
    queue.clock.advance(1).unwrap();
    let second = queue.receive().await;
    assert_eq!(bodies(&second), ["again"]);
    assert_eq!(system(&second[0], &SystemAttribute::ApproximateReceiveCount), "2");
    assert_eq!(system(&second[0], &SystemAttribute::ApproximateFirstReceiveTimestamp), "1903953600000");
    assert_ne!(first[0].receipt_handle(), second[0].receipt_handle());
}

#[tokio::test]
async fn a_stale_handle_deletes_nothing_and_the_latest_one_deletes() {
    let queue = Queue::new().await;
    queue.send("once").await;
    let stale = queue.receive().await;
    queue.clock.advance(30).unwrap();
    let latest = queue.receive().await;
    queue.delete(stale[0].receipt_handle().unwrap()).await;
    queue.clock.advance(30).unwrap();
    assert_eq!(bodies(&queue.receive().await), ["once"]);
    queue.clock.advance(30).unwrap();
    queue.delete(latest[0].receipt_handle().unwrap()).await;
    let last = queue.receive().await;
    assert_eq!(bodies(&last), ["once"]);
    queue.delete(last[0].receipt_handle().unwrap()).await;
    queue.clock.advance(30).unwrap();
    assert_eq!(bodies(&queue.receive().await), [""; 0]);
}

#[tokio::test]
async fn a_handle_that_is_none_is_refused() {
    let queue = Queue::new().await;
    let result = queue.client.delete_message().queue_url(&queue.url).receipt_handle("nonsense").send().await;
    assert!(refusal(result).is_receipt_handle_is_invalid());
}

#[tokio::test]
async fn visibility_can_be_extended_and_ended_while_the_message_is_in_flight_only() {
    let queue = Queue::new().await;
    queue.send("slow").await;
    let received = queue.receive().await;
    let change = |seconds: i32| {
        let request = queue.client.change_message_visibility().queue_url(&queue.url);
        request.receipt_handle(received[0].receipt_handle().unwrap()).visibility_timeout(seconds).send()
    };
    change(43_200).await.unwrap();
    queue.clock.advance(43_199).unwrap();
    assert_eq!(bodies(&queue.receive().await), [""; 0]);
    change(0).await.unwrap();
    assert!(refusal(change(10).await).is_message_not_inflight());
    assert_eq!(bodies(&queue.receive().await), ["slow"]);
    assert!(refusal(change(10).await).is_message_not_inflight(), "another receive has taken it over");
    assert_eq!(refusal(change(43_201).await).meta().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn a_delayed_message_becomes_due_when_the_clock_is_moved_during_a_long_poll() {
    let queue = Queue::new().await;
    let request = queue.client.send_message().queue_url(&queue.url).message_body("later");
    request.delay_seconds(600).send().await.unwrap();
    assert_eq!(bodies(&queue.receive().await), [""; 0]);

    let started = Instant::now();
    let poll = queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(20).send();
    let (received, ()) = tokio::join!(poll, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        queue.clock.advance(600).unwrap();
    });
    assert_eq!(bodies(received.unwrap().messages()), ["later"]);
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_long_poll_gets_a_message_as_it_is_sent_and_ends_empty_without_one() {
    let queue = Queue::new().await;
    let poll = || queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(1).send();
    let (received, ()) = tokio::join!(poll(), queue.send("now"));
    assert_eq!(bodies(received.unwrap().messages()), ["now"]);
    let started = Instant::now();
    assert_eq!(bodies(poll().await.unwrap().messages()), [""; 0]);
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_message_received_too_often_moves_to_the_dead_letter_queue() {
    let queue = Queue::new().await;
    let dead = queue.client.create_queue().queue_name("dead").send().await.unwrap().queue_url.unwrap();
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":2}}"#, queue_arn("dead"));
    let request = queue.client.set_queue_attributes().queue_url(&queue.url);
    request.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
    queue.send("poison").await;
    for _ in 0..2 {
        assert_eq!(bodies(&queue.receive().await), ["poison"]);
        queue.clock.advance(30).unwrap();
    }
    assert_eq!(bodies(&queue.receive().await), [""; 0]);
    let buried = queue.receive_from(&dead).await;
    assert_eq!(bodies(&buried), ["poison"]);
    assert_eq!(system(&buried[0], &SystemAttribute::DeadLetterQueueSourceArn), queue_arn("work"));
    assert_eq!(system(&buried[0], &SystemAttribute::SentTimestamp), "1903953600000");
}

#[tokio::test]
async fn a_long_poll_on_the_dead_letter_queue_gets_a_message_as_it_is_moved_there() {
    let queue = Queue::new().await;
    let dead = queue.client.create_queue().queue_name("dead").send().await.unwrap().queue_url.unwrap();
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":1}}"#, queue_arn("dead"));
    let request = queue.client.set_queue_attributes().queue_url(&queue.url);
    request.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
    queue.send("poison").await;
    assert_eq!(bodies(&queue.receive().await), ["poison"]);
    queue.clock.advance(30).unwrap();

    let started = Instant::now();
    let poll = queue.client.receive_message().queue_url(&dead).wait_time_seconds(20).send();
    let (received, ()) = tokio::join!(poll, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(bodies(&queue.receive().await), [""; 0]);
    });
    assert_eq!(bodies(received.unwrap().messages()), ["poison"]);
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_long_poll_ends_with_the_service() {
    let Queue { sqs, client, url, .. } = Queue::new().await;
    let started = Instant::now();
    let poll = client.receive_message().queue_url(&url).wait_time_seconds(20).send();
    let (received, ()) = tokio::join!(poll, async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(sqs);
    });
    assert_eq!(bodies(received.unwrap().messages()), [""; 0]);
    assert!(started.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn a_batch_reports_each_entry_for_itself() {
    let queue = Queue::new().await;
    let entry =
        |id: &str, body: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap();
    let request = queue.client.send_message_batch().queue_url(&queue.url);
    let sent = request.entries(entry("a", "one")).entries(entry("b", "\u{1}")).entries(entry("c", "three"));
    let sent = sent.send().await.unwrap();
    assert_eq!(sent.successful().iter().map(|entry| entry.id()).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!((sent.failed()[0].id(), sent.failed()[0].code()), ("b", "InvalidMessageContents"));

    let received = queue.receive().await;
    assert_eq!(bodies(&received), ["one", "three"]);
    let mut request = queue.client.delete_message_batch().queue_url(&queue.url);
    for (id, handle) in [("a", received[0].receipt_handle().unwrap()), ("b", "nonsense")] {
        let entry = DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build();
        request = request.entries(entry.unwrap());
    }
    let deleted = request.send().await.unwrap();
    assert_eq!(deleted.successful()[0].id(), "a");
    assert_eq!((deleted.failed()[0].id(), deleted.failed()[0].code()), ("b", "ReceiptHandleIsInvalid"));
    queue.clock.advance(30).unwrap();
    assert_eq!(bodies(&queue.receive().await), ["three"]);
}

#[tokio::test]
async fn a_batch_of_none_of_eleven_or_of_the_same_id_is_refused() {
    let queue = Queue::new().await;
    let send = async |ids: &[&str]| {
        let mut request = queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(Vec::new()));
        for id in ids {
            let entry = SendMessageBatchRequestEntry::builder().id(*id).message_body("x").build();
            request = request.entries(entry.unwrap());
        }
        refusal(request.send().await)
    };
    assert!(send(&[]).await.is_empty_batch_request());
    assert!(
        send(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]).await.is_too_many_entries_in_batch_request()
    );
    assert!(send(&["1", "1"]).await.is_batch_entry_ids_not_distinct());
    assert!(send(&["a b"]).await.is_invalid_batch_entry_id());
    assert_eq!(bodies(&queue.receive().await), [""; 0]);
}

#[tokio::test]
async fn a_message_that_is_empty_too_long_or_delayed_for_too_long_is_refused() {
    let queue = Queue::new().await;
    let send = async |body: &str, delay: i32| {
        let request = queue.client.send_message().queue_url(&queue.url).message_body(body).delay_seconds(delay);
        refusal(request.send().await).meta().code().map(str::to_owned)
    };
    assert_eq!(send("", 0).await.as_deref(), Some("InvalidParameterValue"));
    assert_eq!(send(&"x".repeat(1_048_577), 0).await.as_deref(), Some("InvalidParameterValue"));
    assert_eq!(send("x", 901).await.as_deref(), Some("InvalidParameterValue"));
    assert_eq!(send("\u{fffe}", 0).await.as_deref(), Some("InvalidMessageContents"));
}

#[tokio::test]
async fn groups_take_turns_and_what_a_group_has_in_flight_counts_as_turns() {
    let queue = Queue::new().await;
    let send = async |group: &str, body: &str| {
        let request = queue.client.send_message().queue_url(&queue.url).message_group_id(group);
        request.message_body(body).send().await.unwrap();
    };
    for place in 0..30 {
        send("busy", &format!("busy{place}")).await;
    }
    for group in ["a", "b", "c"] {
        send(group, group).await;
    }
    let received = queue.receive().await;
    assert_eq!(bodies(&received), ["busy0", "a", "b", "c", "busy1", "busy2", "busy3", "busy4", "busy5", "busy6"]);
    assert_eq!(system(&received[1], &SystemAttribute::MessageGroupId), "a");
    send("a", "late").await;
    assert_eq!(bodies(&queue.receive().await)[..2], ["late", "busy7"]);
    // What is done with counts no longer.
    for message in &received {
        queue.delete(message.receipt_handle().unwrap()).await;
    }
    queue.send("alone").await;
    assert_eq!(bodies(&queue.receive().await)[..2], ["alone", "busy16"]);
}

#[tokio::test]
async fn a_group_of_no_name_or_a_name_with_spaces_is_refused() {
    let queue = Queue::new().await;
    for group in ["", "a b", "\u{e9}", &"x".repeat(129)] {
        let request = queue.client.send_message().queue_url(&queue.url).message_group_id(group).message_body("x");
        assert!(request.send().await.is_err(), "{group:?}");
    }
    let longest = "x".repeat(128);
    queue
        .client
        .send_message()
        .queue_url(&queue.url)
        .message_group_id(&longest)
        .message_body("x")
        .send()
        .await
        .unwrap();
}
