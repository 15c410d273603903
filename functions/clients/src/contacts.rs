//! Contacts: crm, section 10.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::contacts::{ContactBody, ContactJson};
use contracts::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use contracts::crm::{Update, filters};
use domain::id::ContactId;
use edge::{Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let filter = filters::contacts(listing.filters())?;
    let page = app.list_contacts(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |contact| ContactJson::from(&contact)))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<ContactBody>(&body)?.into_new();
    let contact = app.create_contact(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, contact.meta.version, ContactJson::from(&contact)))
}

pub async fn retrieve(State(app): State<App>, caller: Caller, Id(id): Id<ContactId>) -> Result<Response, Failure> {
    let contact = app.get_contact(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, contact.meta.version, ContactJson::from(&contact)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    id: Id<ContactId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    id: Id<ContactId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<ContactBody>(&body)?.into_patch(mode);
    let contact = app.update_contact(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, contact.meta.version, ContactJson::from(&contact)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_contact(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn update_task(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (task, completed) = read::<TaskUpdateBody>(&body)?.into_update()?;
    let contact = app.update_contact_task(caller.actor(), id, task, completed, expected).await?;
    Ok(object(StatusCode::OK, contact.meta.version, ContactJson::from(&contact)))
}

pub async fn delete_note(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ContactId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let note = read::<NoteDeleteBody>(&body)?.into_id()?;
    let contact = app.delete_contact_note(caller.actor(), id, note, expected).await?;
    Ok(object(StatusCode::OK, contact.meta.version, ContactJson::from(&contact)))
}
