//! Documents of invoices over HTTP: bottlecrm, and the customer's page.

use app::App;
use app::disposition::attachment;
use app::documents::{Desk, Pdf, file_name};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use contracts::bottlecrm::mail::{MailBody, MailSentJson, PDF};
use domain::id::InvoiceId;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, json, read};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderName, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a segment of a path as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// What keeps a customer's document out of search engines.
const ROBOTS: (HeaderName, &str) = (HeaderName::from_static("x-robots-tag"), "noindex, nofollow");

/// What the handlers need.
#[derive(Debug, Clone, FromRef)]
pub struct Documents {
    /// The use cases.
    pub app: App,
    /// Where documents are made and sent from.
    pub desk: Desk,
}

/// The function's routes. A browser follows a link to a document with GET.
pub fn router(documents: Documents) -> Router {
    let routes = Router::new()
        .route("/api/invoices/{id}/download", get(download).post(download))
        .route("/api/invoices/{id}/send-mail", post(send_mail))
        .route("/i/{token}/pdf", get(hosted));
    edge::service(documents, routes)
}

async fn download(
    State(app): State<App>,
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    BaseUrl(base): BaseUrl,
) -> Result<Response, Failure> {
    Ok(file(app.invoice_pdf(&desk, caller.actor(), id, &base).await?))
}

/// What the customer's page offers, to whoever has its address. Where there is none, the page says so to people.
async fn hosted(
    State(app): State<App>,
    State(desk): State<Desk>,
    token: Result<Path<String>, PathRejection>,
    BaseUrl(base): BaseUrl,
) -> Result<Response, Failure> {
    let token = token.map(|Path(token)| token).unwrap_or_default();
    match app.hosted_pdf(&desk, &token, &base).await {
        // The address is the key: nobody else may learn it or keep what it opens.
        Ok(pdf) => Ok(([(CACHE_CONTROL, "private, no-store"), (REFERRER_POLICY, "no-referrer"), ROBOTS], file(pdf))
            .into_response()),
        Err(app::Error::Domain(domain::Error::NotFound)) => {
            Ok(Redirect::to(&format!("/i/{}", utf8_percent_encode(&token, ENCODED))).into_response())
        }
        Err(other) => Err(other.into()),
    }
}

fn file(pdf: Pdf) -> Response {
    let Pdf { number, content } = pdf;
    let headers = [(CONTENT_TYPE, PDF.to_owned()), (CONTENT_DISPOSITION, disposition(&number))];
    (StatusCode::OK, headers, content).into_response()
}

async fn send_mail(
    State(app): State<App>,
    State(desk): State<Desk>,
    caller: Caller,
    Id(id): Id<InvoiceId>,
    IfMatch(expected): IfMatch,
    BaseUrl(base): BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    let letter = read::<MailBody>(&body)?.into_letter()?;
    let message = app.mail_invoice(&desk, caller.actor(), id, letter, expected, &base).await?;
    Ok(json(StatusCode::OK, MailSentJson::new(message)))
}

/// A file to keep, named by the number: in plain characters for all, and as it is for who can read it.
fn disposition(number: &str) -> String {
    let is_safe = |char: &char| !char.is_control() && !"/\\:*?\"<>|".contains(*char);
    let whole: String = number.chars().map(|char| if is_safe(&char) { char } else { '_' }).collect();
    let whole = format!("{}.pdf", whole.trim_start_matches('.'));
    attachment(&file_name(number), &whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_named_by_the_number_whatever_is_in_it() {
        assert_eq!(
            disposition("INV-2026-001"),
            "attachment; filename=\"INV-2026-001.pdf\"; filename*=UTF-8''INV-2026-001.pdf"
        );
        assert_eq!(
            disposition("請/\"\r\n;求"),
            "attachment; filename=\"invoice.pdf\"; filename*=UTF-8''%E8%AB%8B____%3B%E6%B1%82.pdf"
        );
        assert!(disposition("../x").ends_with("filename*=UTF-8''_x.pdf"));
    }
}
