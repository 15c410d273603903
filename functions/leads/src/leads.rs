//! Leads: crm, section 5.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::leads::{LeadBody, LeadJson};
use contracts::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use contracts::crm::{Update, filters};
use domain::id::LeadId;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    listing: Listing,
) -> Result<Response, Failure> {
    let filter = filters::leads(listing.filters())?;
    let page = app.list_leads(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |lead| LeadJson::new(&lead, &base)))
}

pub async fn create(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<LeadBody>(&body)?.into_new();
    let lead = app.create_lead(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, lead.meta.version, LeadJson::new(&lead, &base)))
}

pub async fn retrieve(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<LeadId>,
) -> Result<Response, Failure> {
    let lead = app.get_lead(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, lead.meta.version, LeadJson::new(&lead, &base)))
}

pub async fn replace(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<LeadId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<LeadId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<LeadId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<LeadBody>(&body)?.into_patch(mode);
    let lead = app.update_lead(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, lead.meta.version, LeadJson::new(&lead, &base)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<LeadId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_lead(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn update_task(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<LeadId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (task, completed) = read::<TaskUpdateBody>(&body)?.into_update()?;
    let lead = app.update_lead_task(caller.actor(), id, task, completed, expected).await?;
    Ok(object(StatusCode::OK, lead.meta.version, LeadJson::new(&lead, &base)))
}

pub async fn delete_note(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<LeadId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let note = read::<NoteDeleteBody>(&body)?.into_id()?;
    let lead = app.delete_lead_note(caller.actor(), id, note, expected).await?;
    Ok(object(StatusCode::OK, lead.meta.version, LeadJson::new(&lead, &base)))
}
