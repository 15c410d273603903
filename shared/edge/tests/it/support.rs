//! A small function, and a way to ask it.

use std::sync::Arc;

use app::App;
use app::ports::{SystemClock, SystemEntropy};
use app::secret_store::Secret;
use app::secrets::SecretKey;
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use domain::id::{ClientId, ContactId};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use store::Store;
use tower::ServiceExt;
use tributary_edge::{Caller, Failure, Id, Ids, IfMatch, JsonBody, Listing, json, no_content, object, read};

/// An app whose table cannot be reached: what needs it is unavailable.
pub fn app() -> App {
    let config = aws_sdk_dynamodb::Config::builder().build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config), "secret-table");
    App::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), SecretKey::new("a secret of tests"))
}

/// As [`app`], with a key that cannot be read either.
pub fn without_key() -> App {
    let config = aws_sdk_secretsmanager::Config::builder().build();
    let key = Secret::stored(aws_sdk_secretsmanager::Client::from_conf(config), "arn");
    let config = aws_sdk_dynamodb::Config::builder().build();
    let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config), "secret-table");
    App::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), SecretKey::kept(Some(key)))
}

/// A function with a route for each thing that can happen.
pub fn function() -> Router {
    function_of(app())
}

/// As [`function`], of an app.
pub fn function_of(app: App) -> Router {
    let routes = Router::new()
        .route("/things", get(async |_: Listing| no_content()).post(echo))
        .route("/things/{id}", get(show).put(change).delete(async |_: Caller| no_content()))
        .route("/things/{id}/parts/{part_id}", get(part))
        .route("/numbers/{number}", get(async |Path(number): Path<u8>| json(StatusCode::OK, number)))
        .route("/busy", get(async || Err::<(), _>(Failure::from(domain::Error::TooMany { retry_after: 7 }))))
        .route("/panic", post(boom))
        .route("/api/leads", get(endless))
        .route("/api/businesses", get(endless))
        .route("/api/invoices/{id}/download", get(endless))
        .route("/api/products", get(endless))
        .route("/api/v1.0/organisation/{id}/invoices", get(endless))
        .route("/cached", get(async || ([("cache-control", "max-age=60")], "page")))
        .route("/teapot", get(async || StatusCode::IM_A_TEAPOT))
        .route("/api/invoices/{id}", get(show));
    tributary_edge::service(app, routes)
}

async fn echo(State(_): State<App>, body: JsonBody) -> Result<Response, Failure> {
    read::<AnyObject>(&body)?;
    let value: Value = serde_json::from_slice(&body.0).map_err(|error| Failure::defect(error.to_string()))?;
    Ok(json(StatusCode::CREATED, value))
}

/// A body without a field of its own.
struct AnyObject;

impl contracts::wire::Body for AnyObject {
    fn read(_: &contracts::wire::RawFields<'_>) -> Self {
        Self
    }
}

async fn show(Id(id): Id<ClientId>) -> Response {
    object(StatusCode::OK, 3, json!({"id": id}))
}

async fn change(Id(id): Id<ClientId>, IfMatch(expected): IfMatch) -> Response {
    json(StatusCode::OK, json!({"id": id, "expected": expected}))
}

async fn part(Ids(thing, part): Ids<ClientId, ContactId>) -> Response {
    json(StatusCode::OK, json!([thing, part]))
}

async fn endless() -> StatusCode {
    std::future::pending().await
}

async fn boom() -> StatusCode {
    panic!("the table secret-table is on fire")
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json", "{}", self.text);
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Asks the function: `ask("GET /things", &[("accept", "*/*")], "")`.
pub async fn ask(line: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    ask_of(function(), line, headers, body).await
}

/// Asks another function.
pub async fn ask_of(function: Router, line: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(function, request.body(body.into()).unwrap()).await
}

/// Sends a request as it is.
pub async fn send(function: Router, request: Request<Body>) -> Answer {
    let (parts, body) = function.oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}
