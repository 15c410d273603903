//! Follow-ups of services: crm, section 6.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::Update;
use contracts::crm::follow_ups::{FollowUpBody, FollowUpJson};
use domain::id::{FollowUpId, ServiceId};
use edge::{Caller, Failure, Id, Ids, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(service): Id<ServiceId>,
    listing: Listing,
) -> Result<Response, Failure> {
    let page = app.list_follow_ups(caller.actor(), service, listing.page()).await?;
    Ok(listing.answer(page, |follow_up| FollowUpJson::from(&follow_up)))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(service): Id<ServiceId>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<FollowUpBody>(&body)?.into_new(service);
    let follow_up = app.create_follow_up(caller.actor(), service, new).await?;
    Ok(object(StatusCode::CREATED, follow_up.meta.version, FollowUpJson::from(&follow_up)))
}

pub async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Ids(service, id): Ids<ServiceId, FollowUpId>,
) -> Result<Response, Failure> {
    let follow_up = app.get_follow_up(caller.actor(), service, id).await?;
    Ok(object(StatusCode::OK, follow_up.meta.version, FollowUpJson::from(&follow_up)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    ids: Ids<ServiceId, FollowUpId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    ids: Ids<ServiceId, FollowUpId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(service, id): Ids<ServiceId, FollowUpId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<FollowUpBody>(&body)?.into_patch(service, mode);
    let follow_up = app.update_follow_up(caller.actor(), service, id, patch, expected).await?;
    Ok(object(StatusCode::OK, follow_up.meta.version, FollowUpJson::from(&follow_up)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Ids(service, id): Ids<ServiceId, FollowUpId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_follow_up(caller.actor(), service, id, expected).await?;
    Ok(no_content())
}
