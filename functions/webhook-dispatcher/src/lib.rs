//! Sends webhook deliveries from the queue.
//!
//! A message names a delivery. An attempt that fails leaves its message in the queue, hidden until
//! the next attempt is due; one that was the last sends it to the dead-letter queue.

mod connect;
mod request;
pub mod sender;
pub mod signature;
pub mod targets;
mod tls;

use std::convert::Infallible;
use std::time::Duration;

use app::deliveries::{AttemptResult, Due, Next};
use app::queue::{DeliveryQueue, DeliveryRef};
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
    /// The queue that the messages come from.
    pub queue: DeliveryQueue,
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
    let report = edge::log::job("webhook-dispatcher", &event.context.request_id, work).await?;
    let mut response = SqsBatchResponse::default();
    for message_id in report.kept {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message_id;
        response.batch_item_failures.push(failure);
    }
    Ok(response)
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
    let handled = join_all(messages.into_iter().map(|message| dispatcher.handle_message(message))).await;
    Ok(Report { messages: count, kept: handled.into_iter().flatten().collect() })
}

impl Dispatcher {
    /// The message's id, if it stays in the queue.
    async fn handle_message(&self, message: SqsMessage) -> Option<String> {
        let id = message.message_id.clone().unwrap_or_default();
        match self.dispatch(&message).await {
            Ok(true) => None,
            Ok(false) => Some(id),
            Err(error) => {
                // The queue's own timeout brings it back.
                tracing::error!(message = id, %error, "a delivery could not be handled");
                Some(id)
            }
        }
    }

    /// Whether the message is done with.
    async fn dispatch(&self, message: &SqsMessage) -> Result<bool, Error> {
        let body = message.body.as_deref().unwrap_or_default();
        let receipt = message.receipt_handle.as_deref().unwrap_or_default();
        let next = match serde_json::from_str(body) {
            Ok(reference) => self.next(reference).await?,
            Err(error) => {
                tracing::error!(message = message.message_id, %error, "a message that names no delivery");
                Next::Dead
            }
        };
        match next {
            Next::Done => Ok(true),
            Next::After(delay) => self.queue.hide(receipt, delay).await.map(|()| false),
            // Seen again at once, until the queue has seen it often enough to set it aside.
            Next::Dead => self.queue.hide(receipt, Duration::ZERO).await.map(|()| false),
        }
    }

    async fn next(&self, reference: DeliveryRef) -> Result<Next, Error> {
        match self.app.due(reference).await? {
            Due::Done => Ok(Next::Done),
            Due::Dead => Ok(Next::Dead),
            Due::Send(due) => {
                let (delivery, webhook) = *due;
                self.attempt(reference, delivery, &webhook).await
            }
        }
    }

    async fn attempt(&self, reference: DeliveryRef, delivery: Delivery, webhook: &Webhook) -> Result<Next, Error> {
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
        self.app.record_attempt(reference, delivery, record, result).await
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
