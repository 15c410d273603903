//! Payment links of invoices over HTTP: clawprint.
//!
//! Stripe makes a link while the client waits. Its types are 10 MB of a program and a part of its start, so they are kept
//! out of `invoices`, as is Stripe's key.

use std::sync::Arc;

use app::App;
use app::payment_links::{PaymentLinks, ShownLink};
use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use contracts::clawprint::ids::InvoiceKey;
use contracts::clawprint::payment_links::PaymentLinkJson;
use edge::{Caller, Contract, Failure, Id, json};
use http::StatusCode;

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Checkout {
    /// The use cases.
    pub app: App,
    /// Stripe.
    pub links: Arc<dyn PaymentLinks>,
}

/// The function's routes.
pub fn router(state: Checkout) -> Router {
    edge::service_by_contract(state, &[(Contract::Clawprint, clawprint)])
}

fn clawprint() -> Router<Checkout> {
    Router::new().route("/api/invoices/{id}/payment-link", get(show).post(create))
}

async fn create(
    State(Checkout { app, links }): State<Checkout>,
    caller: Caller,
    Id(InvoiceKey(id)): Id<InvoiceKey>,
) -> Result<Response, Failure> {
    let link = app.create_payment_link(links.as_ref(), caller.actor(), id).await?;
    Ok(json(StatusCode::CREATED, link_json(link)))
}

async fn show(State(app): State<App>, caller: Caller, Id(InvoiceKey(id)): Id<InvoiceKey>) -> Result<Response, Failure> {
    let link = app.payment_link(caller.actor(), id).await?;
    Ok(json(StatusCode::OK, link_json(link)))
}

fn link_json(ShownLink { url, stripe_invoice_id, expires_at }: ShownLink) -> PaymentLinkJson {
    PaymentLinkJson { payment_link_url: url, stripe_invoice_id, expires_at }
}
