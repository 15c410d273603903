//! Sends webhook deliveries from the queue.
//!
//! A message names the next attempt of a delivery. An attempt that fails queues a message for the one after it, or a
//! dead letter after the last; so no message is in flight while a delivery waits.

mod connect;
mod request;
pub mod sender;
pub mod signature;
pub mod targets;
mod tls;

use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;

use app::deliveries::{AttemptResult, Due};
use app::queue::{DeliveryQueues, DeliveryRef};
use app::{App, Error};
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use bytes::Bytes;
use domain::delivery::{AttemptRecord, Delivery};
use domain::webhook::{Method, Secret, Webhook};
use futures::future::join_all;
use lambda_runtime::LambdaEvent;
use serde::Serialize;

use crate::sender::{Attempt, Outbound, Sender};

/// What the handler needs.
#[derive(Clone)]
pub struct Dispatcher {
    /// The use cases.
    pub app: App,
    /// The queue that the messages come from, and that of the dead.
    pub queues: DeliveryQueues,
    /// HTTP.
    pub sender: Sender,
}

/// Sends the deliveries of a batch, all at once, and names the messages that stay in the queue.
///
/// # Errors
/// Never: what fails stays in the queue.
pub async fn handle(
    dispatcher: Dispatcher,
    event: LambdaEvent<SqsEvent>,
) -> Result<SqsBatchResponse, lambda_runtime::Error> {
    let work = dispatch_all(&dispatcher, event.payload.records);
    let report = edge::log::job(&dispatcher.app, "webhook-dispatcher", &event.context, work).await?;
    let mut response = SqsBatchResponse::default();
    for message_id in report.kept {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        response.batch_item_failures.push(failure);
    }
    Ok(response)
}

/// What is to be done about a message.
enum Step {
    /// Set it aside: it cannot be read.
    Bury(serde_json::Error),
    /// Queue it again: it is not due.
    Wait(DeliveryRef, Duration),
    /// Make its attempt, if there is one to make.
    Attempt(DeliveryRef, Option<Result<Due, Error>>),
}

/// What came of a batch.
#[derive(Serialize)]
struct Report {
    /// How many messages it had.
    messages: usize,
    /// The ids of those that stay in the queue.
    kept: Vec<String>,
}

async fn dispatch_all(dispatcher: &Dispatcher, messages: Vec<SqsMessage>) -> Result<Report, Infallible> {
    let count = messages.len();
    let results = dispatcher.dispatch(&messages).await;
    let mut kept = Vec::new();
    for (message, result) in messages.into_iter().zip(results) {
        if let Err(error) = result {
            // The queue's own timeout brings it back.
            tracing::error!(message = message.message_id, %error, "a delivery could not be handled");
            kept.extend(message.message_id);
        }
    }
    Ok(Report { messages: count, kept })
}

impl Dispatcher {
    /// Handles messages, and says for each whether it is done with.
    async fn dispatch(&self, messages: &[SqsMessage]) -> Vec<Result<(), Error>> {
        let now = self.app.now();
        let read: Vec<Result<DeliveryRef, serde_json::Error>> =
            messages.iter().map(|message| serde_json::from_str(message.body.as_deref().unwrap_or_default())).collect();
        // SQS may give one message twice: one attempt is made, and one of the two brings it back if that fails.
        let mut seen = HashSet::new();
        let is_due = |reference: &&DeliveryRef| reference.wait(now).is_none() && seen.insert(**reference);
        let due: Vec<DeliveryRef> = read.iter().flatten().filter(is_due).copied().collect();
        let mut attempted = HashSet::new();
        let found = async {
            // Secrets and headers are sealed in the table.
            self.app.ready().await?;
            self.app.due(&due).await
        };
        let mut due = match found.await {
            Ok(found) => found.into_iter(),
            Err(error) => vec![Err(error); due.len()].into_iter(),
        };
        let handled = messages.iter().zip(read).map(|(message, read)| {
            let step = match read {
                Err(error) => Step::Bury(error),
                Ok(reference) => match reference.wait(now) {
                    Some(wait) => Step::Wait(reference, wait),
                    None if attempted.insert(reference) => Step::Attempt(reference, due.next()),
                    None => Step::Attempt(reference, None),
                },
            };
            self.take(message, step)
        });
        join_all(handled).await
    }

    async fn take(&self, message: &SqsMessage, step: Step) -> Result<(), Error> {
        match step {
            Step::Bury(error) => {
                tracing::error!(message = message.message_id, %error, "a message that names no delivery");
                self.queues.bury(message.body.as_deref().unwrap_or_default()).await
            }
            Step::Wait(reference, wait) => self.queues.attempts.send_after(reference, wait, self.app.now()).await,
            Step::Attempt(_, None) => Ok(()),
            Step::Attempt(reference, Some(due)) => match due? {
                Due::Done => Ok(()),
                Due::Send(due) => {
                    let (delivery, webhook) = *due;
                    self.attempt(reference, delivery, &webhook).await
                }
            },
        }
    }

    async fn attempt(&self, reference: DeliveryRef, delivery: Delivery, webhook: &Webhook) -> Result<(), Error> {
        let at = self.app.now();
        let request = &delivery.request;
        let outbound = Outbound {
            method: method(request.method),
            url: request.url.clone(),
            headers: request.headers.clone(),
            body: Some(Bytes::from(request.body.clone())),
            message_id: delivery.event_id.clone(),
            // The first attempt bears the event's time, by which a receiver can order events.
            timestamp: if delivery.attempts.is_empty() { delivery.created_at } else { at },
            secrets: webhook.signing_secrets(at).into_iter().map(Secret::expose).map(str::to_owned).collect(),
        };
        let Attempt { response_status, duration_ms, response_body, error, retry_after } =
            self.sender.send(&outbound).await;
        let result = AttemptResult::of(response_status, retry_after.as_deref(), self.app.now());
        let record = AttemptRecord { at, response_status, duration_ms, response_body, error };
        self.app.record_attempt(&self.queues, reference, delivery, record, result).await
    }
}

const fn method(method: Method) -> http::Method {
    match method {
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
        Method::Get => http::Method::GET,
    }
}
