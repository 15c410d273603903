//! Line items: crm, section 12.2.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::Update;
use contracts::crm::line_items::{LineItemBody, LineItemJson};
use domain::id::{InvoiceId, LineId};
use edge::{Caller, Failure, Id, Ids, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(invoice): Id<InvoiceId>,
    listing: Listing,
) -> Result<Response, Failure> {
    let page = app.list_lines(caller.actor(), invoice, listing.page()).await?;
    Ok(listing.answer(page, |line| LineItemJson::new(invoice, &line)))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(invoice): Id<InvoiceId>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<LineItemBody>(&body)?.into_input(invoice);
    let line = app.create_line(caller.actor(), invoice, new).await?;
    Ok(object(StatusCode::CREATED, line.meta.version, LineItemJson::new(invoice, &line)))
}

pub async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, LineId>,
) -> Result<Response, Failure> {
    let line = app.get_line(caller.actor(), invoice, id).await?;
    Ok(object(StatusCode::OK, line.meta.version, LineItemJson::new(invoice, &line)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    ids: Ids<InvoiceId, LineId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    ids: Ids<InvoiceId, LineId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, LineId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<LineItemBody>(&body)?.into_patch(invoice, mode);
    let line = app.update_line(caller.actor(), invoice, id, patch, expected).await?;
    Ok(object(StatusCode::OK, line.meta.version, LineItemJson::new(invoice, &line)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, LineId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_line(caller.actor(), invoice, id, expected).await?;
    Ok(no_content())
}
