//! Invoices: crm, section 12.1.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::invoices::{InvoiceBody, InvoiceJson};
use contracts::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use contracts::crm::{Update, filters};
use domain::id::InvoiceId;
use domain::invoice::{Header, Invoice};
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read, read_object};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    listing: Listing,
) -> Result<Response, Failure> {
    let filter = filters::invoices(listing.filters())?;
    let page = app.list_invoices(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |invoice| json(&app, &caller, &base, &invoice)))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<InvoiceBody>(&body)?.into_new();
    let invoice = app.create_invoice(caller.actor(), new).await?;
    Ok(whole(StatusCode::CREATED, &app, &caller, &base, &invoice))
}

pub async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    base: BaseUrl,
) -> Result<Response, Failure> {
    let invoice = app.get_invoice(caller.actor(), id).await?;
    Ok(whole(StatusCode::OK, &app, &caller, &base, &invoice))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    id: Id<InvoiceId>,
    version: IfMatch,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, base, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    id: Id<InvoiceId>,
    version: IfMatch,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, base, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
    base: BaseUrl,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let sent = read_object(&body)?;
    let edit = |before: &Invoice| InvoiceBody::edit(&sent, mode, before.header());
    let invoice = app.edit_invoice(caller.actor(), id, edit, expected).await?;
    Ok(whole(StatusCode::OK, &app, &caller, &base, &invoice))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_invoice(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn update_task(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    let (task, completed) = read::<TaskUpdateBody>(&body)?.into_update()?;
    let invoice = app.update_invoice_task(caller.actor(), id, task, completed, expected).await?;
    Ok(shown(StatusCode::OK, &app, &caller, &base, &invoice))
}

pub async fn delete_note(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    let note = read::<NoteDeleteBody>(&body)?.into_id()?;
    let invoice = app.delete_invoice_note(caller.actor(), id, note, expected).await?;
    Ok(shown(StatusCode::OK, &app, &caller, &base, &invoice))
}

/// Takes the totals from the lines anew. The body, if there is one, says nothing.
pub async fn recalculate(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
    base: BaseUrl,
) -> Result<Response, Failure> {
    let invoice = app.recalculate_invoice(caller.actor(), id, expected).await?;
    Ok(whole(StatusCode::OK, &app, &caller, &base, &invoice))
}

fn whole(status: StatusCode, app: &App, caller: &Caller, BaseUrl(base): &BaseUrl, invoice: &Invoice) -> Response {
    let header = invoice.header();
    let page = app.hosted_url(base, caller.actor().tenant(), header.id);
    object(status, header.meta.version, InvoiceJson::whole(invoice, page))
}

fn shown(status: StatusCode, app: &App, caller: &Caller, BaseUrl(base): &BaseUrl, header: &Header) -> Response {
    object(status, header.meta.version, json(app, caller, base, header))
}

fn json(app: &App, caller: &Caller, base: &str, header: &Header) -> InvoiceJson {
    InvoiceJson::new(header, app.hosted_url(base, caller.actor().tenant(), header.id))
}
