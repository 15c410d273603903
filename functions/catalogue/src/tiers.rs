//! Price tiers: crm, section 11.3.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::Update;
use contracts::crm::tiers::{PriceTierBody, PriceTierJson};
use domain::id::{ItemId, TierId};
use edge::{Caller, Failure, Id, Ids, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(item): Id<ItemId>,
    listing: Listing,
) -> Result<Response, Failure> {
    let page = app.list_tiers(caller.actor(), item, listing.page()).await?;
    Ok(listing.answer(page, |tier| PriceTierJson::from(&tier)))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(item): Id<ItemId>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<PriceTierBody>(&body)?.into_new(item);
    let tier = app.create_tier(caller.actor(), item, new).await?;
    Ok(object(StatusCode::CREATED, tier.meta.version, PriceTierJson::from(&tier)))
}

pub async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Ids(item, id): Ids<ItemId, TierId>,
) -> Result<Response, Failure> {
    let tier = app.get_tier(caller.actor(), item, id).await?;
    Ok(object(StatusCode::OK, tier.meta.version, PriceTierJson::from(&tier)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    ids: Ids<ItemId, TierId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    ids: Ids<ItemId, TierId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(item, id): Ids<ItemId, TierId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<PriceTierBody>(&body)?.into_patch(item, mode);
    let tier = app.update_tier(caller.actor(), item, id, patch, expected).await?;
    Ok(object(StatusCode::OK, tier.meta.version, PriceTierJson::from(&tier)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Ids(item, id): Ids<ItemId, TierId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_tier(caller.actor(), item, id, expected).await?;
    Ok(no_content())
}
