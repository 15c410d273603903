//! Deliveries of a webhook, and its trial.

use domain::FieldErrors;
use domain::delivery::{AttemptRecord, Delivery, RenderedRequest};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::{body, required};

body! {
    /// The object to try a webhook on.
    TestBody {
        /// The object's id.
        required object_id: Uuid,
    }
}

impl TestBody {
    /// The object's id.
    ///
    /// # Errors
    /// It is missing or wrong.
    pub fn into_object_id(self) -> Result<Uuid, FieldErrors> {
        let Self { object_id } = self;
        let mut errors = FieldErrors::new();
        required(&mut errors, "object_id", object_id).ok_or(errors)
    }
}

/// What would be sent for an object.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WebhookTest)]
pub struct TestJson {
    /// Whether the conditions are met.
    pub matches: bool,
    /// The method.
    pub method: &'static str,
    /// The URL, placeholders filled.
    pub url: String,
    /// The webhook's own headers, placeholders filled.
    #[schema(value_type = Object)]
    pub headers: Map<String, Value>,
    /// The body.
    pub body: Value,
}

impl TestJson {
    /// What would be sent, and whether it would be.
    #[must_use]
    pub fn new(matches: bool, request: &RenderedRequest) -> Self {
        let RenderedRequest { method, url, headers, body } = request;
        Self {
            matches,
            method: method.as_str(),
            url: url.clone(),
            headers: headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect(),
            body: serde_json::from_str(body).unwrap_or_else(|_| Value::from(body.clone())),
        }
    }
}

/// One try to reach a webhook's receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
pub struct AttemptJson {
    /// When it began.
    pub at: Timestamp,
    /// The receiver's status; null, if it did not answer.
    pub response_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The first 4 KB of the answer.
    pub response_body: String,
    /// Why there is no answer.
    pub error: Option<String>,
}

impl From<&AttemptRecord> for AttemptJson {
    fn from(attempt: &AttemptRecord) -> Self {
        let AttemptRecord { at, response_status, duration_ms, response_body, error } = attempt;
        Self {
            at: *at,
            response_status: *response_status,
            duration_ms: *duration_ms,
            response_body: response_body.clone(),
            error: error.clone(),
        }
    }
}

/// One delivery of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The event's id: `webhook-id` of every attempt.
    pub event_id: String,
    /// The kind of object that changed.
    pub model: &'static str,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub event: &'static str,
    /// The object's id.
    pub object_id: String,
    /// `pending`, `delivered`, `failed` (more attempts follow) or `dead`.
    pub status: &'static str,
    /// Every attempt, oldest first.
    pub attempts: Vec<AttemptJson>,
    /// Where it is sent.
    pub url: String,
    /// When the event happened.
    pub created_at: Timestamp,
}

impl From<&Delivery> for DeliveryJson {
    fn from(delivery: &Delivery) -> Self {
        let Delivery {
            id,
            webhook: _,
            event_id,
            model,
            event,
            object_id,
            status,
            attempts,
            attempts_made: _,
            round: _,
            request: RenderedRequest { method: _, url, headers: _, body: _ },
            created_at,
            version: _,
        } = delivery;
        Self {
            id: id.uuid(),
            event_id: event_id.clone(),
            model: model.as_str(),
            event: event.as_str(),
            object_id: object_id.clone(),
            status: status.as_str(),
            attempts: attempts.iter().map(AttemptJson::from).collect(),
            url: url.clone(),
            created_at: *created_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::delivery::DeliveryStatus;
    use domain::webhook::{Method, WebhookEvent, WebhookModel};
    use serde_json::json;

    const ID: &str = "0190b5a1-7c5e-7000-8000-000000000001";

    fn request() -> RenderedRequest {
        RenderedRequest {
            method: Method::Post,
            url: "https://api.external.com/hooks/1".into(),
            headers: vec![("X-Custom-ID".into(), "1".into())],
            body: r#"{"external_id":"1"}"#.into(),
        }
    }

    #[test]
    fn a_delivery_is_shown_with_its_attempts_and_without_what_was_sent() {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let failed = AttemptRecord {
            at,
            response_status: None,
            duration_ms: 15_000,
            response_body: String::new(),
            error: Some("timed out".into()),
        };
        let delivery = Delivery {
            id: ID.parse().unwrap(),
            webhook: ID.parse().unwrap(),
            event_id: "evt_1".into(),
            model: WebhookModel::Client,
            event: WebhookEvent::Create,
            object_id: ID.into(),
            status: DeliveryStatus::Failed,
            attempts: vec![failed],
            attempts_made: 1,
            round: 0,
            request: request(),
            created_at: at,
            version: 2,
        };
        assert_eq!(
            serde_json::to_value(DeliveryJson::from(&delivery)).unwrap(),
            json!({
                "id": ID, "event_id": "evt_1", "model": "Client", "event": "CREATE", "object_id": ID, "status": "failed",
                "attempts": [{
                    "at": "2026-03-01T10:00:00Z", "response_status": null, "duration_ms": 15000, "response_body": "",
                    "error": "timed out"
                }],
                "url": "https://api.external.com/hooks/1", "created_at": "2026-03-01T10:00:00Z"
            })
        );
    }

    #[test]
    fn a_trial_shows_the_request() {
        let body: TestBody = parse_object(json!({"object_id": ID}).to_string().as_bytes()).unwrap();
        assert_eq!(body.into_object_id().map(|id| id.to_string()), Ok(ID.into()));
        assert!(TestBody::default().into_object_id().is_err());
        assert_eq!(
            serde_json::to_value(TestJson::new(true, &request())).unwrap(),
            json!({
                "matches": true, "method": "POST", "url": "https://api.external.com/hooks/1",
                "headers": {"X-Custom-ID": "1"}, "body": {"external_id": "1"}
            })
        );
    }
}
