//! Stripe's events over HTTP. Their signature is the credential.

mod event;
mod signature;

use app::App;
use app::secret_store::Secret;
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, State};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use contracts::Problem;
use edge::{Failure, json};
use http::{HeaderMap, StatusCode};
use serde_json::json;

pub use signature::Secrets;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct StripeWebhook {
    /// The use cases.
    pub app: App,
    /// The secrets that Stripe signs with, as [`Secrets::read`] takes them.
    pub secrets: Secret,
}

impl FromRef<StripeWebhook> for App {
    fn from_ref(webhook: &StripeWebhook) -> Self {
        webhook.app.clone()
    }
}

/// The function's routes.
pub fn router(webhook: StripeWebhook) -> Router {
    let routes = Router::new().route("/api/stripe/webhook", post(receive)).layer(DefaultBodyLimit::max(edge::MAX_BODY));
    edge::service(webhook, routes)
}

/// Handles an event. It is answered once it is booked, so what is not answered is sent again.
async fn receive(
    State(StripeWebhook { app, secrets }): State<StripeWebhook>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let header = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let secrets = Secrets::read(secrets.read().await?);
    if !secrets.have_signed(header, &body, app.now()) {
        if !header.is_empty() {
            edge::metrics::count("stripe_signature_failures");
        }
        return Err(Problem::Malformed("The signature is not valid.".to_owned()).into());
    }
    let read = event::read(&body).map_err(|error| Problem::Malformed(format!("The event cannot be read: {error}.")))?;
    for event in &read {
        let outcome = app.handle_stripe_event(event).await?;
        tracing::info!(event = %event.id, ?outcome, "an event of Stripe's was handled");
    }
    Ok(json(StatusCode::OK, json!({"received": true})))
}
