//! Invoices: skhokho.

mod actions;

use app::App;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post, put};
use contracts::skhokho::invoices::{Around, InvoiceJson, InvoiceRequest, InvoiceRowJson};
use contracts::skhokho::lists;
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::{Header, Invoice, utc_date};
use edge::{Caller, Failure, Ids, IfMatch, Listing, SentBody, object, read_sent, read_sent_object};
use http::StatusCode;

use crate::Invoices;

/// The fields of a form that are lists.
const LISTS: [&str; 1] = ["items"];

/// The organisation that the path names is the caller's, or there is no caller; what follows is the invoice.
type Path = Ids<OrganisationId, InvoiceId>;

/// This contract's routes.
pub fn routes() -> Router<Invoices> {
    const LIST: &str = "/api/v1.0/organisation/{org_id}/invoices";
    Router::new()
        .route(LIST, get(list))
        .route(&format!("{LIST}/create"), post(create))
        .route(&format!("{LIST}/{{invoice_id}}"), get(retrieve))
        .route(&format!("{LIST}/{{invoice_id}}/update"), put(update).patch(update))
        .route(&format!("{LIST}/{{invoice_id}}/action"), get(actions::by_get).post(actions::by_post))
}

async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let today = utc_date(app.now());
    let filter = lists::invoices(listing.filters(), today)?;
    let page = app.list_invoices_newest(caller.actor(), &filter, listing.page()).await?;
    let headers: Vec<&Header> = page.rows.iter().collect();
    let clients = app.clients_of_invoices(caller.actor(), &headers).await?;
    let around = Around { clients, catalogue: Default::default(), today };
    Ok(listing.answer(page, |header| InvoiceRowJson::new(&header, &around)))
}

async fn create(State(app): State<App>, caller: Caller, body: SentBody) -> Result<Response, Failure> {
    let request: InvoiceRequest = read_sent(&body, &LISTS)?;
    let catalogue = app.items_of_lines(caller.actor(), request.named_items()).await?;
    let invoice = app.create_invoice(caller.actor(), request.into_new(&catalogue)).await?;
    shown(StatusCode::CREATED, &app, &caller, &invoice).await
}

async fn retrieve(State(app): State<App>, caller: Caller, Ids(_, id): Path) -> Result<Response, Failure> {
    let invoice = app.get_invoice(caller.actor(), id).await?;
    shown(StatusCode::OK, &app, &caller, &invoice).await
}

/// PUT and PATCH: what is left out stays.
async fn update(
    State(app): State<App>,
    caller: Caller,
    Ids(_, id): Path,
    IfMatch(expected): IfMatch,
    body: SentBody,
) -> Result<Response, Failure> {
    let sent = read_sent_object(&body, &LISTS)?;
    let catalogue = app.items_of_lines(caller.actor(), sent.read::<InvoiceRequest>().named_items()).await?;
    let edit = |before: &Invoice| InvoiceRequest::edit(&sent, &catalogue, before);
    let invoice = app.edit_invoice(caller.actor(), id, edit, expected).await?;
    shown(StatusCode::OK, &app, &caller, &invoice).await
}

/// An invoice with its line items, client and author.
async fn shown(status: StatusCode, app: &App, caller: &Caller, invoice: &Invoice) -> Result<Response, Failure> {
    let (header, lines) = (invoice.header(), invoice.lines());
    let clients = app.clients_of_invoices(caller.actor(), &[header]).await?;
    let catalogue = app.items_of_lines(caller.actor(), lines.iter().filter_map(|line| line.item)).await?;
    let around = Around { clients, catalogue, today: utc_date(app.now()) };
    Ok(object(status, header.meta.version, InvoiceJson::new(header, &lines, &around)))
}
