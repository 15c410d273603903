//! The API under `/v1`.

use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::error::StripeError;
use super::event::API_VERSION;
use super::form::Form;
use super::id::new_id;

use super::{Context, Service, catalogue, link, payment, refund, store};

/// For how many seconds an idempotency key is remembered.
const KEY_LIFETIME: i64 = 24 * 60 * 60;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const VERSION: HeaderName = HeaderName::from_static("stripe-version");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// An answer's JSON, and whether it was given before.
type Answer = Result<(String, bool), StripeError>;

/// A request as Stripe's API sees it.
struct Call {
    method: Method,
    path: String,
    form: Form,
    key: Option<String>,
}

pub(super) fn router() -> Router<Service> {
    Router::new().fallback(answer)
}

async fn answer(State(service): State<Service>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let mut response = match handle(service, method, &uri, &headers, &body).await {
        Ok((body, replayed)) => {
            let mut response = ([(header::CONTENT_TYPE, "application/json")], body).into_response();
            if replayed {
                response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            }
            response
        }
        Err(error) => error.into_response(),
    };
    if let Ok(id) = HeaderValue::from_str(&new_id("req_")) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response.headers_mut().insert(VERSION, HeaderValue::from_static(API_VERSION));
    response
}

async fn handle(service: Service, method: Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
    authorize(headers)?;
    if service.is_down.load(Ordering::SeqCst) {
        return Err(StripeError::down());
    }
    let encoded = if method == Method::POST { body } else { uri.query().unwrap_or_default().as_bytes() };
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok()).filter(|_| method == Method::POST);
    let key = key.map(str::to_owned);
    let call = Call { path: uri.path().to_owned(), form: Form::parse(encoded), key: key.clone(), method };
    service.work(key, move |cx| once(cx, &call)).await
}

/// A secret key of a test account, as `Bearer` or as the user of `Basic`. Which one does not matter: nothing here is
/// worth keeping from whoever reaches loopback, and a page of another site cannot set the header.
fn authorize(headers: &HeaderMap) -> Result<(), StripeError> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = match given.split_once(' ') {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim().to_owned(),
        Some((scheme, pair)) if scheme.eq_ignore_ascii_case("basic") => {
            let pair = STANDARD.decode(pair.trim()).ok().and_then(|pair| String::from_utf8(pair).ok());
            pair.unwrap_or_default().split(':').next().unwrap_or_default().to_owned()
        }
        Some(_) | None => {
            return Err(StripeError::unauthorized(
                "You did not provide an API key, as in 'Authorization: Bearer sk_…'.",
            ));
        }
    };
    if key.len() > "sk_test_".len() && key.starts_with("sk_test_") {
        return Ok(());
    }
    Err(StripeError::unauthorized("Invalid API Key provided: the stand-in takes those that begin with sk_test_."))
}

/// Carries a request out, unless its idempotency key was used before.
fn once(cx: &Context, call: &Call) -> Answer {
    let Some(key) = &call.key else { return Ok((act(cx, call)?.to_string(), false)) };
    let request = format!("{} {}\n{}", call.method, call.path, call.form.canonical());
    match store::answered(cx.tx, key, cx.now - KEY_LIFETIME)? {
        Some((before, answer)) if before == request => Ok((answer, true)),
        Some(_) => Err(StripeError::key_reused(key)),
        None => {
            let answer = act(cx, call)?.to_string();
            store::keep_answer(cx.tx, key, &request, &answer, cx.now)?;
            Ok((answer, false))
        }
    }
}

fn act(cx: &Context, call: &Call) -> Result<Value, StripeError> {
    let Call { method, path, form, .. } = call;
    let unrecognized = || StripeError::unrecognized(method.as_str(), path);
    let parts: Vec<&str> = path.strip_prefix("/v1/").ok_or_else(unrecognized)?.split('/').collect();
    match (method, parts.as_slice()) {
        (&Method::POST, ["products"]) => catalogue::create_product(cx, form),
        (&Method::POST, ["prices"]) => catalogue::create_price(cx, form),
        (&Method::POST, ["payment_links"]) => link::create(cx, form),
        (&Method::POST, ["payment_links", id]) => link::update(cx, id, form),
        (&Method::GET, ["payment_links", id, "line_items"]) => link::line_items(cx, id),
        (&Method::POST, ["refunds"]) => refund::create(cx, form),
        (&Method::GET, ["checkout", "sessions"]) => list(cx, "checkout.session", path, form),
        (&Method::GET, ["checkout", "sessions", id]) => get(cx, "checkout.session", id, form),
        (&Method::POST, ["checkout", "sessions", id, "expire"]) => payment::expire(cx, id, form),
        (&Method::GET, [collection]) => list(cx, kind_of(collection).ok_or_else(unrecognized)?, path, form),
        (&Method::GET, [collection, id]) => get(cx, kind_of(collection).ok_or_else(unrecognized)?, id, form),
        _ => Err(unrecognized()),
    }
}

fn kind_of(collection: &str) -> Option<&'static str> {
    match collection {
        "products" => Some("product"),
        "prices" => Some("price"),
        "payment_links" => Some("payment_link"),
        "payment_intents" => Some("payment_intent"),
        "charges" => Some("charge"),
        "refunds" => Some("refund"),
        "invoices" => Some("invoice"),
        "events" => Some("event"),
        _ => None,
    }
}

fn get(cx: &Context, kind: &str, id: &str, form: &Form) -> Result<Value, StripeError> {
    form.only(&[])?;
    store::required(cx.tx, kind, id, "id")
}

fn list(cx: &Context, kind: &str, path: &str, form: &Form) -> Result<Value, StripeError> {
    let filters: &[&str] = match kind {
        "payment_link" | "product" | "price" => &["active"],
        "charge" => &["payment_intent"],
        "refund" => &["payment_intent", "charge"],
        "checkout.session" => &["payment_intent", "payment_link", "status"],
        "event" => &["type"],
        _ => &[],
    };
    form.only(&[filters, &["limit", "starting_after"]].concat())?;
    let limit = form.number_from("limit", 1)?.unwrap_or(10);
    let limit = usize::try_from(limit).unwrap_or_default().min(100);
    let filters: Vec<_> = filters.iter().filter_map(|name| Some((*name, form.text(name)?))).collect();
    let after = form.text("starting_after");
    if let Some(id) = after {
        store::required(cx.tx, kind, id, "starting_after")?;
    }
    let mut found = store::list(cx.tx, kind, &filters, after, limit + 1)?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    Ok(json!({ "object": "list", "data": found, "has_more": has_more, "url": path }))
}
