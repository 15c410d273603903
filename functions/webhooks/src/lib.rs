//! Webhooks and their deliveries over HTTP: crm, section 9.

mod deliveries;
mod webhooks;

use app::App;
use app::queue::DeliveryQueue;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Webhooks {
    /// The use cases.
    pub app: App,
    /// Where redeliveries go.
    pub queue: DeliveryQueue,
}

/// The function's routes.
pub fn router(state: Webhooks) -> Router {
    let routes = Router::new()
        .route("/api/webhooks", get(webhooks::list).post(webhooks::create))
        .route(
            "/api/webhooks/{id}",
            get(webhooks::retrieve).put(webhooks::update).patch(webhooks::update).delete(webhooks::delete),
        )
        .route("/api/webhooks/{id}/rotate-secret", post(webhooks::rotate_secret))
        .route("/api/webhooks/{id}/test", post(webhooks::test))
        .route("/api/webhooks/{id}/deliveries", get(deliveries::list))
        .route("/api/webhooks/{id}/deliveries/{delivery_id}/redeliver", post(deliveries::redeliver));
    edge::service(state, routes)
}
