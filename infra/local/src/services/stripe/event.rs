//! Events: what happened, as the product's endpoint is told.

use serde_json::{Value, json};

use super::Context;
use super::error::StripeError;
use super::id::new_id;
use super::store;

/// The version of Stripe's API that objects are shown in.
pub(super) const API_VERSION: &str = "2026-09-30.endive";

/// Has the product told of what happened to `object`, in the transaction that it happens in.
pub(super) fn emit(cx: &Context, kind: &str, object: &Value) -> Result<(), StripeError> {
    let event = json!({
        "id": new_id("evt_"),
        "object": "event",
        "api_version": API_VERSION,
        "created": cx.now,
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": cx.request_id, "idempotency_key": cx.idempotency_key },
        "type": kind,
    });
    store::insert(cx.tx, &event, None)?;
    store::enqueue(cx.tx, event["id"].as_str().unwrap_or_default(), cx.now)
}
