//! From a queue to a function: several batches at once, each message deleted when it has succeeded.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message, MessageAttributeValue, MessageSystemAttributeName};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Pauses, failed_items};
use crate::function::Invoker;
use crate::services::REGION;
use crate::template::QueueSource;

/// SQS's longest poll, in seconds.
const LONG_POLL: i32 = 20;

/// Reads one queue for one function.
#[derive(Clone)]
pub(super) struct QueuePoller {
    pub(super) group: String,
    pub(super) source: QueueSource,
    pub(super) sqs: Client,
    pub(super) invoker: Invoker,
}

impl QueuePoller {
    /// Polls for ever.
    pub(super) async fn run(self) {
        let mut pauses = Pauses::new();
        let url = loop {
            match self.url().await {
                Ok(url) => break url,
                Err(problem) => self.wait(&mut pauses, &problem).await,
            }
        };
        let permits = Arc::new(Semaphore::new(self.source.concurrency.try_into().unwrap_or(1)));
        // Batches under way end with the poller.
        let mut batches = JoinSet::new();
        loop {
            while batches.try_join_next().is_some() {}
            let permit = Arc::clone(&permits).acquire_owned().await.expect("the semaphore is never closed");
            match self.receive(&url).await {
                Ok(messages) if messages.is_empty() => pauses.reset(),
                Ok(messages) => {
                    pauses.reset();
                    let (poller, url) = (self.clone(), url.clone());
                    batches.spawn(async move {
                        poller.handle(&url, &messages).await;
                        drop(permit);
                    });
                }
                Err(problem) => self.wait(&mut pauses, &problem).await,
            }
        }
    }

    async fn wait(&self, pauses: &mut Pauses, problem: &str) {
        tracing::warn!(function = self.group, problem, "the queue was not read; trying again");
        pauses.wait().await;
    }

    async fn url(&self) -> Result<String, String> {
        let name = self.source.arn.rsplit(':').next().unwrap_or_default();
        let found = self.sqs.get_queue_url().queue_name(name).send().await.map_err(problem)?;
        found.queue_url.ok_or_else(|| "the queue has no URL".to_owned())
    }

    async fn receive(&self, url: &str) -> Result<Vec<Message>, String> {
        let request = self.sqs.receive_message().queue_url(url).wait_time_seconds(LONG_POLL);
        let request = request.max_number_of_messages(self.source.batch_size.try_into().unwrap_or(10));
        let request = request.message_attribute_names("All");
        let request = request.message_system_attribute_names(MessageSystemAttributeName::All);
        Ok(request.send().await.map_err(problem)?.messages.unwrap_or_default())
    }

    async fn handle(&self, url: &str, messages: &[Message]) {
        let records: Vec<Value> = messages.iter().map(|message| to_json(message, &self.source.arn)).collect();
        let answer = self.invoker.invoke(&self.group, json!({ "Records": records })).await;
        // What has not succeeded comes back after its visibility timeout.
        let succeeded = match &answer {
            Ok(answer) => self.succeeded(messages, answer),
            Err(_) => Vec::new(),
        };
        self.delete(url, &succeeded).await;
    }

    fn succeeded<'m>(&self, messages: &'m [Message], answer: &Value) -> Vec<&'m Message> {
        let failed = if self.source.reports_failures { failed_items(answer) } else { Some(Vec::new()) };
        let Some(failed) = failed else { return Vec::new() };
        let is_known = |id: &&str| messages.iter().any(|message| message.message_id() == Some(id));
        if !failed.iter().all(is_known) {
            tracing::warn!(function = self.group, ?failed, "the function reports messages that are not of its batch");
            return Vec::new();
        }
        let succeeded = |message: &&Message| message.message_id().is_none_or(|id| !failed.contains(&id));
        messages.iter().filter(succeeded).collect()
    }

    async fn delete(&self, url: &str, messages: &[&Message]) {
        let entries = messages.iter().enumerate().filter_map(|(index, message)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(index.to_string());
            entry.receipt_handle(message.receipt_handle()?).build().ok()
        });
        let entries: Vec<_> = entries.collect();
        if entries.is_empty() {
            return;
        }
        match self.sqs.delete_message_batch().queue_url(url).set_entries(Some(entries)).send().await {
            Ok(deleted) => {
                for failure in deleted.failed() {
                    tracing::warn!(function = self.group, ?failure, "a message was not deleted; it will come again");
                }
            }
            Err(error) => tracing::warn!(
                function = self.group,
                error = problem(error),
                "the batch was not deleted; it will come again"
            ),
        }
    }
}

fn to_json(message: &Message, queue_arn: &str) -> Value {
    let system = message.attributes().into_iter().flatten();
    let attributes: Map<String, Value> = system.map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    let mut record = json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body(),
        "attributes": attributes,
        "messageAttributes": message_attributes(message.message_attributes()),
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    });
    if let Some(md5) = message.md5_of_message_attributes() {
        record["md5OfMessageAttributes"] = json!(md5);
    }
    record
}

fn message_attributes(attributes: Option<&HashMap<String, MessageAttributeValue>>) -> Value {
    let attributes = attributes.into_iter().flatten().map(|(name, attribute)| {
        let mut fields = Map::new();
        if let Some(text) = attribute.string_value() {
            fields.insert("stringValue".to_owned(), json!(text));
        }
        if let Some(bytes) = attribute.binary_value() {
            fields.insert("binaryValue".to_owned(), json!(STANDARD.encode(bytes.as_ref())));
        }
        fields.insert("stringListValues".to_owned(), json!([]));
        fields.insert("binaryListValues".to_owned(), json!([]));
        fields.insert("dataType".to_owned(), json!(attribute.data_type()));
        (name.clone(), Value::Object(fields))
    });
    attributes.collect()
}

fn problem<E: std::error::Error>(error: E) -> String {
    DisplayErrorContext(error).to_string()
}
