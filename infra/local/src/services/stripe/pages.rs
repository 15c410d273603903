//! The pages at a payment link's address, and what they send.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::error::StripeError;
use super::form::Form;
use super::link::is_used_up;
use super::method::{Card, Method};
use super::page::{self, Errors, Payment};
use super::payment::{Attempt, Checkout, Outcome};
use super::shape::text;
use super::{Context, Service, store};

/// What a request to a page comes to.
enum Shown {
    Page(StatusCode, String),
    /// The payment is made; the customer goes on to this address.
    GoTo(String),
}

pub(super) fn router() -> Router<Service> {
    Router::new()
        .route("/b/{link}", get(show).post(pay))
        .route("/b/{link}/authenticate", post(authenticate))
        .route("/b/{link}/paid", get(paid))
}

async fn show(State(service): State<Service>, Path(link): Path<String>) -> Response {
    let shown = service.work(None, move |cx| match open_link(cx, &link)? {
        Ok(link) => asking(cx, &link, StatusCode::OK, &Form::default(), Asked::default()),
        Err(closed) => Ok(closed),
    });
    respond(shown.await)
}

async fn pay(State(service): State<Service>, Path(link): Path<String>, body: Bytes) -> Response {
    let shown = service.work(None, move |cx| {
        let form = Form::parse(&body);
        let link = match open_link(cx, &link)? {
            Ok(link) => link,
            Err(closed) => return Ok(closed),
        };
        let attempt = match read_attempt(&form, &link, cx.now) {
            Ok(attempt) => attempt,
            Err(errors) => {
                let asked = Asked { errors, session: form.text("session").map(str::to_owned), refused: None };
                return asking(cx, &link, StatusCode::BAD_REQUEST, &form, asked);
            }
        };
        let mut checkout = Checkout::open(cx, link, form.text("session"))?;
        let outcome = checkout.pay(cx, &attempt)?;
        after(cx, &checkout, outcome, &form)
    });
    respond(shown.await)
}

async fn authenticate(State(service): State<Service>, Path(link): Path<String>, body: Bytes) -> Response {
    let shown = service.work(None, move |cx| {
        let form = Form::parse(&body);
        if let Err(closed) = open_link(cx, &link)? {
            return Ok(closed);
        }
        let session = form.text("session").map(|id| Checkout::find(cx, id)).transpose()?.flatten();
        let Some(mut checkout) = session.filter(|checkout| checkout.is_open(cx) && checkout.awaits_authentication())
        else {
            return Ok(nothing_to_confirm());
        };
        let outcome = checkout.authenticate(cx, form.text("answer") == Some("authenticate"))?;
        after(cx, &checkout, outcome, &form)
    });
    respond(shown.await)
}

async fn paid(State(service): State<Service>, Path(link): Path<String>, RawQuery(query): RawQuery) -> Response {
    let shown = service.work(None, move |cx| {
        let form = Form::parse(query.unwrap_or_default().as_bytes());
        let checkout = form.text("session").map(|id| Checkout::find(cx, id)).transpose()?.flatten();
        let is_shown = |checkout: &Checkout| {
            text(&checkout.link, "/id") == link && text(&checkout.session, "/status") == "complete"
        };
        let Some(checkout) = checkout.filter(is_shown) else { return Ok(unknown()) };
        let message = text(&checkout.link, "/after_completion/hosted_confirmation/custom_message");
        let message = (!message.is_empty()).then_some(message);
        Ok(Shown::Page(StatusCode::OK, page::completed(&checkout.session, message)))
    });
    respond(shown.await)
}

/// What the asking page has to say besides what is to be paid.
#[derive(Default)]
struct Asked {
    errors: Errors,
    refused: Option<&'static str>,
    session: Option<String>,
}

fn asking(cx: &Context, link: &Value, status: StatusCode, typed: &Form, asked: Asked) -> Result<Shown, StripeError> {
    let items = store::children(cx.tx, text(link, "/id"), "item")?;
    let Asked { errors, refused, session } = asked;
    let page = Payment { link, items: &items, typed, errors: &errors, refused, session: session.as_deref() };
    Ok(Shown::Page(status, page.html()))
}

fn after(cx: &Context, checkout: &Checkout, outcome: Outcome, form: &Form) -> Result<Shown, StripeError> {
    let (link, session) = (&checkout.link, text(&checkout.session, "/id"));
    match outcome {
        Outcome::Completed => {
            let redirect = text(link, "/after_completion/redirect/url");
            let next = if redirect.is_empty() {
                format!("/b/{}/paid?session={session}", text(link, "/id"))
            } else {
                redirect.replace("{CHECKOUT_SESSION_ID}", session)
            };
            Ok(Shown::GoTo(next))
        }
        Outcome::Authenticate => Ok(Shown::Page(StatusCode::OK, page::authentication(&checkout.session))),
        Outcome::Declined(decline) => {
            let asked =
                Asked { errors: Errors::new(), refused: Some(decline.message), session: Some(session.to_owned()) };
            asking(cx, link, StatusCode::PAYMENT_REQUIRED, form, asked)
        }
    }
}

/// The link, or the page that says why nothing can be paid there.
fn open_link(cx: &Context, id: &str) -> Result<Result<Value, Shown>, StripeError> {
    let Some(link) = store::find(cx.tx, "payment_link", id)? else { return Ok(Err(unknown())) };
    if link["active"] == true {
        return Ok(Ok(link));
    }
    let own = text(&link, "/inactive_message");
    let (title, message) = match is_used_up(&link) {
        true => ("This was paid already", "The payment was made, and the link takes no other."),
        false => ("This link is no longer active", "The link has been deactivated. Nothing can be paid here."),
    };
    let message = if own.is_empty() { message } else { own };
    Ok(Err(Shown::Page(StatusCode::GONE, page::closed(title, message))))
}

fn unknown() -> Shown {
    let page = page::closed("Page not found", "There is no payment link at this address.");
    Shown::Page(StatusCode::NOT_FOUND, page)
}

fn nothing_to_confirm() -> Shown {
    let page = page::closed("Nothing to confirm", "This payment does not wait for a confirmation.");
    Shown::Page(StatusCode::GONE, page)
}

/// Reads what was typed in, or tells what is wrong with it.
fn read_attempt(form: &Form, link: &Value, now: i64) -> Result<Attempt, Errors> {
    let mut errors = Errors::new();
    let email = form.text("email").unwrap_or_default().trim();
    let is_address = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_address || email.chars().any(char::is_whitespace) {
        errors.insert("email", "Enter an e-mail address.");
    }
    let method = match form.text("method") {
        Some("bank_debit_succeeds") if takes(link, "us_bank_account") => Method::BankDebit { succeeds: true },
        Some("bank_debit_fails") if takes(link, "us_bank_account") => Method::BankDebit { succeeds: false },
        Some(_) | None => Method::Card(read_card(form, now, &mut errors)),
    };
    let name = form.text("name").map(str::to_owned);
    if errors.is_empty() { Ok(Attempt { email: email.to_owned(), name, method }) } else { Err(errors) }
}

fn takes(link: &Value, kind: &str) -> bool {
    link["payment_method_types"].as_array().is_none_or(|types| types.iter().any(|one| one == kind))
}

fn read_card(form: &Form, now: i64, errors: &mut Errors) -> Card {
    let digits = |name: &str| -> String {
        let typed = form.text(name).unwrap_or_default();
        typed.chars().filter(|character| !matches!(character, ' ' | '-')).collect()
    };
    let number = digits("card_number");
    if !is_card_number(&number) {
        errors.insert("card_number", "Enter a valid card number.");
    }
    let (month, year) = read_expiry(form.text("expiry").unwrap_or_default()).unwrap_or_default();
    let today = Timestamp::from_second(now).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    if month == 0 {
        errors.insert("expiry", "Enter the expiry date as MM / YY.");
    } else if (year, month) < (today.year(), today.month()) {
        errors.insert("expiry", "The expiry date is in the past.");
    }
    let cvc = digits("cvc");
    if !matches!(cvc.len(), 3 | 4) || !cvc.bytes().all(|byte| byte.is_ascii_digit()) {
        errors.insert("cvc", "Enter the three or four digits of the CVC.");
    }
    Card { number, month, year }
}

/// Whether these are digits whose check digit is right.
fn is_card_number(number: &str) -> bool {
    let is_digits = (12..=19).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let digits = number.bytes().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    is_digits
        && digits.enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit }).sum::<u32>() % 10 == 0
}

/// Month and year from `12/34`, `12 / 2034` or `1234`.
fn read_expiry(typed: &str) -> Option<(i8, i16)> {
    let typed: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
    let (month, year) = typed.split_once(['/', '-']).or_else(|| typed.split_at_checked(2))?;
    let month: i8 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let year = match (year.len(), year.parse::<i16>().ok()?) {
        (2, year) if year >= 0 => 2_000 + year,
        (4, year) if year >= 0 => year,
        _ => return None,
    };
    Some((month, year))
}

fn respond(shown: Result<Shown, StripeError>) -> Response {
    let mut response = match shown {
        Ok(Shown::Page(status, html)) => (status, Html(html)).into_response(),
        Ok(Shown::GoTo(address)) => Redirect::to(&address).into_response(),
        Err(error) => error.into_response(),
    };
    protect(response.headers_mut());
    response
}

fn protect(headers: &mut HeaderMap) {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(HeaderName::from_static("referrer-policy"), HeaderValue::from_static("no-referrer"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_date_is_read_as_people_write_it() {
        for typed in ["12/34", "12 / 34", "1234", "12/2034", "12-34"] {
            assert_eq!(read_expiry(typed), Some((12, 2034)), "{typed}");
        }
        for typed in ["", "13/34", "0/34", "12/", "12/3", "1", "é1/34", "12/-9"] {
            assert_eq!(read_expiry(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_mistyped_card_number_is_noticed() {
        assert!(is_card_number("4242424242424242"));
        for number in ["4242424242424241", "", "4242", "424242424242424x"] {
            assert!(!is_card_number(number), "{number}");
        }
    }
}
