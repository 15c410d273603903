//! Event source mappings: what Lambda's pollers do with queues and streams.

mod checkpoint;
mod queue;
mod record;
mod stream;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::clock::LocalClock;
use crate::function::Invoker;
use crate::services::sdk::Sdk;
use crate::template::{EventKind, Template};
use queue::QueuePoller;
use stream::StreamPoller;

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where the pollers read, and where they keep their place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sources<'a> {
    /// Makes their clients.
    pub(crate) sdk: &'a Sdk,
    /// Where DynamoDB and its streams listen.
    pub(crate) dynamodb: &'a str,
    /// Where SQS listens.
    pub(crate) sqs: &'a str,
    /// The directory of their places; without it they are forgotten.
    pub(crate) directory: Option<&'a Path>,
    /// The clock that everything reads.
    pub(crate) clock: &'a Arc<LocalClock>,
}

/// Starts a poller for each event source of the template whose function there is.
pub(crate) fn start(template: &Template, sources: Sources, invoker: &Invoker, tasks: &mut JoinSet<()>) {
    for function in template.functions.iter().filter(|function| invoker.has(&function.group)) {
        let checkpoint = |event: &str| {
            sources.directory.map(|directory| directory.join(format!("{}-{event}.checkpoint", function.group)))
        };
        for event in &function.events {
            match &event.kind {
                EventKind::Http(_) | EventKind::Schedule(_) => {}
                EventKind::Queue(source) => {
                    let poller = QueuePoller {
                        group: function.group.clone(),
                        source: source.clone(),
                        sqs: sources.sdk.sqs(sources.sqs),
                        invoker: invoker.clone(),
                    };
                    tasks.spawn(poller.run());
                }
                EventKind::Stream(source) => {
                    let poller = StreamPoller {
                        group: function.group.clone(),
                        source: source.clone(),
                        dynamodb: sources.sdk.dynamodb(sources.dynamodb),
                        streams: sources.sdk.dynamodb_streams(sources.dynamodb),
                        changes: sources.sdk.changes(),
                        invoker: invoker.clone(),
                        // On a file dynoxide knows the system's clock alone, and stamps its records by that.
                        late: sources.directory.map(|_| Arc::clone(sources.clock)),
                        checkpoint: checkpoint::Checkpoint::open(checkpoint(&event.name)),
                    };
                    tasks.spawn(poller.run());
                }
            }
        }
    }
}

/// Pauses that grow from one failure to the next.
#[derive(Debug)]
struct Pauses {
    next: Duration,
}

impl Pauses {
    const fn new() -> Self {
        Self { next: Duration::from_millis(100) }
    }

    async fn wait(&mut self) {
        tokio::time::sleep(self.next).await;
        self.next = (self.next * 2).min(LONGEST_PAUSE);
    }

    fn reset(&mut self) {
        *self = Self::new();
    }
}

/// The ids in `batchItemFailures`; `None` if the answer is malformed, which counts as a failure of the whole batch.
fn failed_items(answer: &Value) -> Option<Vec<&str>> {
    match answer.get("batchItemFailures") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(failures)) => {
            let id = |failure: &'_ Value| failure.get("itemIdentifier").and_then(Value::as_str).is_some();
            if !failures.iter().all(id) {
                return None;
            }
            Some(failures.iter().filter_map(|failure| failure["itemIdentifier"].as_str()).collect())
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_without_failures_is_a_success_and_a_malformed_one_is_none() {
        assert_eq!(failed_items(&Value::Null), Some(vec![]));
        assert_eq!(failed_items(&json!({"batchItemFailures": []})), Some(vec![]));
        let failures = json!({"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]});
        assert_eq!(failed_items(&failures), Some(vec!["a", "b"]));
        assert_eq!(failed_items(&json!({"batchItemFailures": [{"itemIdentifier": null}]})), None);
        assert_eq!(failed_items(&json!({"batchItemFailures": "a"})), None);
    }
}
