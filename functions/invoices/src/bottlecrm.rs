//! Invoices, with their comments and attachments: bottlecrm.

use app::App;
use app::attachments::NewAttachment;
use app::bucket::Bucket;
use app::invoice_records::{InvoiceRecord, Places};
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::{get, post};
use contracts::bottlecrm::attachments::AttachmentJson;
use contracts::bottlecrm::comments::{CommentBody, CommentJson};
use contracts::bottlecrm::invoices::{Around, DeletedJson, InvoiceBody, InvoiceJson, InvoiceRowJson};
use contracts::bottlecrm::lists::{InvoicePageJson, InvoiceQuery};
use contracts::bottlecrm::status::StatusBody;
use domain::Edit;
use domain::id::InvoiceId;
use domain::invoice::{Invoice, InvoicePatch};
use edge::{AttachedFile, Caller, Failure, Id, IfMatch, JsonBody, json, object, read, read_object};
use http::StatusCode;

use crate::Invoices;

/// This contract's routes.
pub fn routes() -> Router<Invoices> {
    Router::new()
        .route("/api/invoices", get(list).post(create))
        .route("/api/invoices/{id}", get(retrieve).put(update).patch(update).delete(delete))
        .route("/api/invoices/{id}/status", post(set_status))
        .route("/api/invoices/comment/{id}", post(comment))
        .route("/api/invoices/attachment/{id}", post(attach))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let query = InvoiceQuery::read(&pairs)?;
    let places = Places { offset: query.offset, limit: query.limit };
    let (headers, count) =
        app.list_invoices_at(caller.actor(), query.filter.clone(), query.name.clone(), places).await?;
    let shown: Vec<_> = headers.iter().collect();
    let names = app.customer_names(caller.actor(), &shown).await?;
    let emails = app.customer_emails(caller.actor(), &shown).await?;
    let rows = headers.iter().zip(names).zip(emails);
    let rows = rows.map(|((header, name), email)| InvoiceRowJson::new(header, name, email)).collect();
    Ok(json(StatusCode::OK, InvoicePageJson::new(&query, rows, count)))
}

async fn create(invoices: State<Invoices>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<InvoiceBody>(&body)?.into_new();
    let invoice = invoices.app.create_invoice(caller.actor(), new).await?;
    let record = invoices.app.invoice_record(caller.actor(), &invoice).await?;
    shown(StatusCode::CREATED, &invoices, &caller, record).await
}

async fn retrieve(invoices: State<Invoices>, caller: Caller, Id(id): Id<InvoiceId>) -> Result<Response, Failure> {
    let record = invoices.app.get_invoice_record(caller.actor(), id).await?;
    shown(StatusCode::OK, &invoices, &caller, record).await
}

async fn update(
    invoices: State<Invoices>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let sent = read_object(&body)?;
    change(&invoices, &caller, id, version, |before| InvoiceBody::edit(&sent, before.header())).await
}

async fn set_status(
    invoices: State<Invoices>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let patch = read::<StatusBody>(&body)?.into_patch()?;
    change(&invoices, &caller, id, version, |_| patch.clone().into()).await
}

async fn change(
    invoices: &Invoices,
    caller: &Caller,
    id: InvoiceId,
    IfMatch(expected): IfMatch,
    edit: impl Fn(&Invoice) -> Edit<InvoicePatch>,
) -> Result<Response, Failure> {
    let invoice = invoices.app.edit_invoice(caller.actor(), id, edit, expected).await?;
    let record = invoices.app.invoice_record(caller.actor(), &invoice).await?;
    shown(StatusCode::OK, invoices, caller, record).await
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_invoice(caller.actor(), id, expected).await?;
    Ok(json(StatusCode::OK, DeletedJson::DONE))
}

async fn comment(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let text = read::<CommentBody>(&body)?.into_text()?;
    let comment = app.add_comment(caller.actor(), id, text).await?;
    let usernames = app.usernames(caller.actor(), std::iter::once(&comment.by)).await?;
    Ok(json(StatusCode::CREATED, CommentJson::new(&comment, &usernames)))
}

async fn attach(
    State(app): State<App>,
    State(bucket): State<Bucket>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    file: AttachedFile,
) -> Result<Response, Failure> {
    let AttachedFile { file_name, content_type, content } = file;
    let new = NewAttachment { file_name, content_type, content: content.to_vec() };
    let (attachment, link) = app.add_attachment(&bucket, caller.actor(), id, new).await?;
    Ok(json(StatusCode::CREATED, AttachmentJson::new(&attachment, link)))
}

/// An invoice with everything that is kept about it.
async fn shown(
    status: StatusCode,
    Invoices { app, bucket }: &Invoices,
    caller: &Caller,
    record: InvoiceRecord,
) -> Result<Response, Failure> {
    let InvoiceRecord { invoice, beside, organisation, usernames, customer_name, customer_email } = record;
    let header = invoice.header();
    let links = app.attachment_links(bucket, caller.actor(), header.id, &beside.attachments).await?;
    let around = Around {
        name: customer_name,
        email: customer_email,
        organisation: &organisation,
        usernames: &usernames,
        beside: &beside,
        links,
    };
    Ok(object(status, header.meta.version, InvoiceJson::new(&invoice, around)))
}
