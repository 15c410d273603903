//! Payments: crm, section 12.3.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::Update;
use contracts::crm::payments::{PaymentBody, PaymentJson};
use domain::id::{InvoiceId, PaymentId};
use edge::{Caller, Failure, Id, Ids, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(invoice): Id<InvoiceId>,
    listing: Listing,
) -> Result<Response, Failure> {
    let page = app.list_payments(caller.actor(), invoice, listing.page()).await?;
    Ok(listing.answer(page, |payment| PaymentJson::new(invoice, &payment)))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(invoice): Id<InvoiceId>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<PaymentBody>(&body)?.into_input(invoice);
    let payment = app.create_payment(caller.actor(), invoice, new).await?;
    Ok(object(StatusCode::CREATED, payment.meta.version, PaymentJson::new(invoice, &payment)))
}

pub async fn retrieve(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, PaymentId>,
) -> Result<Response, Failure> {
    let payment = app.get_payment(caller.actor(), invoice, id).await?;
    Ok(object(StatusCode::OK, payment.meta.version, PaymentJson::new(invoice, &payment)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    ids: Ids<InvoiceId, PaymentId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    ids: Ids<InvoiceId, PaymentId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, ids, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, PaymentId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<PaymentBody>(&body)?.into_patch(invoice, mode);
    let payment = app.update_payment(caller.actor(), invoice, id, patch, expected).await?;
    Ok(object(StatusCode::OK, payment.meta.version, PaymentJson::new(invoice, &payment)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Ids(invoice, id): Ids<InvoiceId, PaymentId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_payment(caller.actor(), invoice, id, expected).await?;
    Ok(no_content())
}
