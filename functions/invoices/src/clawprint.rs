//! Invoices: clawprint.

use app::App;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use contracts::clawprint::ids::InvoiceKey;
use contracts::clawprint::invoices::{Around, CancelledJson, InvoiceBody, InvoiceJson, InvoicePatchBody, cancellation};
use contracts::clawprint::lists::{InvoiceListJson, InvoiceQuery};
use domain::id::OrganisationId;
use domain::invoice::{Header, Invoice, utc_date};
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, json, object, read, read_object};
use http::StatusCode;
use store::PageRequest;

use crate::Invoices;

/// This contract's routes.
pub fn routes() -> Router<Invoices> {
    Router::new()
        .route("/api/invoices", get(list).post(create))
        .route("/api/invoices/{id}", get(retrieve).patch(update).delete(cancel))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = InvoiceQuery::read(&pairs, business(&caller))?;
    let page = PageRequest { limit: query.limit, after: None };
    let page = app.list_invoices_newest(caller.actor(), &query.filter, page).await?;
    let count = match page.next {
        None => page.rows.len() as u64,
        Some(_) => app.count_invoices(caller.actor(), &query.filter).await?,
    };
    let headers: Vec<_> = page.rows.iter().collect();
    let emails = app.customer_emails(caller.actor(), &headers).await?;
    let show =
        |(header, email): (&Header, String)| InvoiceJson::row(header, around(&app, &caller, &base, header, email));
    let rows = page.rows.iter().zip(emails).map(show).collect();
    Ok(json(StatusCode::OK, InvoiceListJson::new(&query, business(&caller), rows, count)))
}

async fn create(State(app): State<App>, caller: Caller, base: BaseUrl, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<InvoiceBody>(&body)?.into_new(business(&caller), utc_date(app.now()))?;
    let invoice = app.create_invoice(caller.actor(), new).await?;
    shown(StatusCode::CREATED, &app, &caller, &base, &invoice).await
}

async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Id(InvoiceKey(id)): Id<InvoiceKey>,
    base: BaseUrl,
) -> Result<Response, Failure> {
    let invoice = app.get_invoice(caller.actor(), id).await?;
    shown(StatusCode::OK, &app, &caller, &base, &invoice).await
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(InvoiceKey(id)): Id<InvoiceKey>,
    IfMatch(expected): IfMatch,
    base: BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    read::<InvoicePatchBody>(&body)?.check_business(business(&caller))?;
    let sent = read_object(&body)?;
    let edit = |before: &Invoice| InvoicePatchBody::edit(&sent, before.header());
    let invoice = app.edit_invoice_before_payment(caller.actor(), id, edit, expected).await?;
    shown(StatusCode::OK, &app, &caller, &base, &invoice).await
}

async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Id(InvoiceKey(id)): Id<InvoiceKey>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let edit = |_: &Invoice| cancellation().into();
    let invoice = app.edit_invoice_before_payment(caller.actor(), id, edit, expected).await?;
    Ok(object(StatusCode::OK, invoice.header().meta.version, CancelledJson::new(InvoiceKey(id))))
}

/// An invoice with its line items.
async fn shown(
    status: StatusCode,
    app: &App,
    caller: &Caller,
    BaseUrl(base): &BaseUrl,
    invoice: &Invoice,
) -> Result<Response, Failure> {
    let header = invoice.header();
    let email = app.customer_emails(caller.actor(), &[header]).await?.pop().unwrap_or_default();
    let body = InvoiceJson::whole(header, &invoice.lines(), around(app, caller, base, header, email));
    Ok(object(status, header.meta.version, body))
}

fn around(app: &App, caller: &Caller, base: &str, header: &Header, customer_email: String) -> Around {
    let hosted_url = app.hosted_url(base, caller.actor().tenant(), header.id);
    Around { business: business(caller), customer_email, hosted_url, now: app.now() }
}

fn business(caller: &Caller) -> OrganisationId {
    caller.actor().tenant().organisation()
}
