//! Services: crm, section 3.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::services::{ServiceBody, ServiceJson};
use contracts::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use contracts::crm::{Update, filters};
use domain::id::ServiceId;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    listing: Listing,
) -> Result<Response, Failure> {
    let filter = filters::services(listing.filters())?;
    let page = app.list_services(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |service| ServiceJson::new(&service, &base)))
}

pub async fn create(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<ServiceBody>(&body)?.into_new();
    let service = app.create_service(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, service.meta.version, ServiceJson::new(&service, &base)))
}

pub async fn retrieve(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ServiceId>,
) -> Result<Response, Failure> {
    let service = app.get_service(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, service.meta.version, ServiceJson::new(&service, &base)))
}

pub async fn replace(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ServiceId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ServiceId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ServiceId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<ServiceBody>(&body)?.into_patch(mode);
    let service = app.update_service(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, service.meta.version, ServiceJson::new(&service, &base)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ServiceId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_service(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn update_task(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ServiceId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (task, completed) = read::<TaskUpdateBody>(&body)?.into_update()?;
    let service = app.update_service_task(caller.actor(), id, task, completed, expected).await?;
    Ok(object(StatusCode::OK, service.meta.version, ServiceJson::new(&service, &base)))
}

pub async fn delete_note(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ServiceId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let note = read::<NoteDeleteBody>(&body)?.into_id()?;
    let service = app.delete_service_note(caller.actor(), id, note, expected).await?;
    Ok(object(StatusCode::OK, service.meta.version, ServiceJson::new(&service, &base)))
}
