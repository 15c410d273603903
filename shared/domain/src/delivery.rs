//! Deliveries: one webhook, one event, as many attempts as it takes.

use jiff::Timestamp;

use crate::id::{DeliveryId, WebhookId};
use crate::webhook::{Method, WebhookEvent, WebhookModel};
use crate::words::words;

words! {
    /// Where a delivery stands.
    pub enum DeliveryStatus {
        /// No attempt yet.
        Pending = "pending",
        /// The receiver answered 2xx.
        Delivered = "delivered",
        /// The last attempt failed; more follow.
        Failed = "failed",
        /// No attempt follows.
        Dead = "dead",
    }
}

/// One try to reach the receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// When it began.
    pub at: Timestamp,
    /// The receiver's status, if it answered.
    pub response_status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// The first 4 KB of the answer.
    pub response_body: String,
    /// Why there is no answer.
    pub error: Option<String>,
}

/// A webhook's request, rendered when its event happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedRequest {
    /// The method.
    pub method: Method,
    /// The URL, placeholders filled.
    pub url: String,
    /// The customer's headers, placeholders filled.
    pub headers: Vec<(String, String)>,
    /// The body, as the bytes that are signed.
    pub body: String,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The delivery's id, the same whenever the event is seen again.
    pub id: DeliveryId,
    /// The webhook it belongs to.
    pub webhook: WebhookId,
    /// The event's id: `webhook-id` of every attempt.
    pub event_id: String,
    /// The kind of object that changed.
    pub model: WebhookModel,
    /// What happened to it.
    pub event: WebhookEvent,
    /// The object's id.
    pub object_id: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Every attempt, oldest first.
    pub attempts: Vec<AttemptRecord>,
    /// How many attempts count towards the schedule; a redelivery starts anew.
    pub attempts_made: u32,
    /// How often the schedule was started anew.
    pub round: u32,
    /// What is sent.
    pub request: RenderedRequest,
    /// When the event happened.
    pub created_at: Timestamp,
    /// Counts the writes.
    pub version: u64,
}

impl Delivery {
    /// How long deliveries are kept.
    pub const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
    /// How many attempts are listed; older ones are dropped.
    pub const LISTED_ATTEMPTS: usize = 20;

    /// Adds an attempt and what it led to.
    pub fn record(&mut self, attempt: AttemptRecord, status: DeliveryStatus) {
        self.attempts.push(attempt);
        let surplus = self.attempts.len().saturating_sub(Self::LISTED_ATTEMPTS);
        self.attempts.drain(..surplus);
        self.attempts_made += 1;
        self.status = status;
        self.version += 1;
    }

    /// Starts the schedule anew.
    pub const fn restart(&mut self) {
        self.attempts_made = 0;
        self.round += 1;
        self.status = DeliveryStatus::Pending;
    }

    /// Drops the request, of one that is never sent.
    pub fn drop_request(&mut self) {
        self.request.body.clear();
        self.request.headers.clear();
    }

    /// Whether there is a request to send: the smallest body of one is `""`.
    #[must_use]
    pub const fn is_sendable(&self) -> bool {
        !self.request.body.is_empty()
    }
}
