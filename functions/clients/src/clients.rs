//! Clients: crm, section 2.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::clients::{ClientBody, ClientJson};
use contracts::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use contracts::crm::{Update, filters};
use domain::id::ClientId;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    listing: Listing,
) -> Result<Response, Failure> {
    let filter = filters::clients(listing.filters());
    let page = app.list_clients(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |client| ClientJson::new(&client, &base)))
}

pub async fn create(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<ClientBody>(&body)?.into_new();
    let client = app.create_client(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, client.meta.version, ClientJson::new(&client, &base)))
}

pub async fn retrieve(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ClientId>,
) -> Result<Response, Failure> {
    let client = app.get_client(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, client.meta.version, ClientJson::new(&client, &base)))
}

pub async fn replace(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ClientId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ClientId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ClientId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<ClientBody>(&body)?.into_patch(mode);
    let client = app.update_client(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, client.meta.version, ClientJson::new(&client, &base)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ClientId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_client(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn update_task(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ClientId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (task, completed) = read::<TaskUpdateBody>(&body)?.into_update()?;
    let client = app.update_client_task(caller.actor(), id, task, completed, expected).await?;
    Ok(object(StatusCode::OK, client.meta.version, ClientJson::new(&client, &base)))
}

pub async fn delete_note(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ClientId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let note = read::<NoteDeleteBody>(&body)?.into_id()?;
    let client = app.delete_client_note(caller.actor(), id, note, expected).await?;
    Ok(object(StatusCode::OK, client.meta.version, ClientJson::new(&client, &base)))
}
