//! Deliveries: one webhook, one event, as many attempts as it takes.

use jiff::Timestamp;

use crate::id::{DeliveryId, WebhookId};
use crate::webhook::{Method, WebhookEvent, WebhookModel};

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// No attempt yet.
    Pending,
    /// The receiver answered 2xx.
    Delivered,
    /// The last attempt failed; more follow.
    Failed,
    /// No attempt follows.
    Dead,
}

impl DeliveryStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Delivered, Self::Failed, Self::Dead];

    /// The contract's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

impl std::fmt::Display for DeliveryStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for DeliveryStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| format!("\"{text}\" is not a delivery status."))
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
    pub fn restart(&mut self) {
        self.attempts_made = 0;
        self.status = DeliveryStatus::Pending;
        self.version += 1;
    }
}
