//! Deliveries of a webhook.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::deliveries::DeliveryJson;
use domain::id::{DeliveryId, WebhookId};
use edge::{Caller, Failure, Id, Ids, Listing, json};
use http::StatusCode;

use crate::Webhooks;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(webhook): Id<WebhookId>,
    listing: Listing,
) -> Result<Response, Failure> {
    let page = app.list_deliveries(caller.actor(), webhook, listing.page()).await?;
    Ok(listing.answer(page, |delivery| DeliveryJson::from(&delivery)))
}

pub async fn redeliver(
    State(state): State<Webhooks>,
    caller: Caller,
    Ids(webhook, id): Ids<WebhookId, DeliveryId>,
) -> Result<Response, Failure> {
    let delivery = state.app.redeliver(caller.actor(), &state.queue, webhook, id).await?;
    Ok(json(StatusCode::ACCEPTED, DeliveryJson::from(&delivery)))
}
