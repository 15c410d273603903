//! Invoices, line items and payments over HTTP.

mod bottlecrm;
mod clawprint;
mod invoices;
mod line_items;
mod namaste;
mod payments;
mod skhokho;

use app::App;
use app::bucket::Bucket;
use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use edge::Contract;

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Invoices {
    /// The use cases.
    pub app: App,
    /// Where attached files are kept.
    pub bucket: Bucket,
}

/// The function's routes.
pub fn router(state: Invoices) -> Router {
    edge::service_by_contract(
        state,
        &[
            (Contract::Crm, crm),
            (Contract::Clawprint, clawprint::routes),
            (Contract::Bottlecrm, bottlecrm::routes),
            (Contract::Namaste, namaste::routes),
            (Contract::Skhokho, skhokho::routes),
        ],
    )
}

fn crm() -> Router<Invoices> {
    Router::new()
        .route("/api/invoices", get(invoices::list).post(invoices::create))
        .route(
            "/api/invoices/{id}",
            get(invoices::retrieve).put(invoices::replace).patch(invoices::update).delete(invoices::delete),
        )
        .route("/api/invoices/{id}/recalculate", post(invoices::recalculate))
        .route("/api/invoices/{id}/update-task", post(invoices::update_task))
        .route("/api/invoices/{id}/delete-note", post(invoices::delete_note))
        .route("/api/invoices/{id}/line-items", get(line_items::list).post(line_items::create))
        .route(
            "/api/invoices/{id}/line-items/{line_id}",
            get(line_items::retrieve).put(line_items::replace).patch(line_items::update).delete(line_items::delete),
        )
        .route("/api/invoices/{id}/payments", get(payments::list).post(payments::create))
        .route(
            "/api/invoices/{id}/payments/{payment_id}",
            get(payments::retrieve).put(payments::replace).patch(payments::update).delete(payments::delete),
        )
}
