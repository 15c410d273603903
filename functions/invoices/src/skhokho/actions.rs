//! What is done to an invoice by its name, by GET as the document has it, and by POST.

use app::App;
use app::session::CredentialKind;
use axum::extract::{Query, State};
use axum::response::Response;
use contracts::Problem;
use contracts::skhokho::actions::{ActionRequest, Deed};
use contracts::status::{CANCELLED, PAID};
use domain::id::InvoiceId;
use domain::invoice::{InvoicePatch, StatusRequest};
use edge::{Caller, Failure, Ids, IfMatch, SentBody, is_same_origin, read_sent};
use http::{HeaderMap, Method, StatusCode};

use super::{Path, shown};

type Pairs = Query<Vec<(String, String)>>;

/// With a cookie, a GET changes something only at the request of this origin's pages or of the user's own hand.
pub(super) async fn by_get(
    State(app): State<App>,
    caller: Caller,
    Ids(_, id): Path,
    IfMatch(expected): IfMatch,
    method: Method,
    headers: HeaderMap,
    Query(pairs): Pairs,
) -> Result<Response, Failure> {
    if method == Method::HEAD {
        // Nobody who only wants to see headers means to change something.
        return Err(Problem::MethodNotAllowed { method: "HEAD".to_owned(), allow: "GET, POST".to_owned() }.into());
    }
    if caller.session.kind == CredentialKind::Cookie && !is_same_origin(&headers) {
        return Err(domain::Error::Forbidden.into());
    }
    let request: ActionRequest = read_sent(&SentBody::Form(pairs), &[])?;
    act(&app, &caller, id, request, expected).await
}

/// By POST, what the query does not say may stand in the body.
pub(super) async fn by_post(
    State(app): State<App>,
    caller: Caller,
    Ids(_, id): Path,
    IfMatch(expected): IfMatch,
    Query(pairs): Pairs,
    body: SentBody,
) -> Result<Response, Failure> {
    let request: ActionRequest = read_sent(&SentBody::Form(pairs), &[])?;
    let request = match body {
        SentBody::Empty => request,
        body @ (SentBody::Json(_) | SentBody::Form(_)) => request.or(read_sent(&body, &[])?),
    };
    act(&app, &caller, id, request, expected).await
}

async fn act(
    app: &App,
    caller: &Caller,
    id: InvoiceId,
    request: ActionRequest,
    expected: Option<u64>,
) -> Result<Response, Failure> {
    let actor = caller.actor();
    let to = |status: StatusRequest| InvoicePatch { status: Some(status), ..InvoicePatch::default() };
    let invoice = match request.into_deed()? {
        Deed::Cancel => app.update_invoice(actor, id, to(CANCELLED), expected).await?,
        Deed::Duplicate => app.duplicate_invoice(actor, id).await?,
        Deed::MarkAsPaid => app.update_invoice(actor, id, to(PAID), expected).await?,
        Deed::RecordPayment(payment) => app.record_payment(actor, id, *payment, expected).await?,
        Deed::Send => app.send_draft(actor, id, expected).await?,
    };
    shown(StatusCode::OK, app, caller, &invoice).await
}
