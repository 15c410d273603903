//! A POST with an `Idempotency-Key` happens once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use contracts::Problem;
use http::StatusCode;
use serde_json::json;
use tokio::sync::Notify;
use tributary_edge::{Caller, Failure, object};

use crate::support::{Answer, ask_of};
use crate::table::Table;

/// What the routes count and wait for.
#[derive(Clone)]
struct Counter {
    app: app::App,
    done: Arc<AtomicUsize>,
    started: Arc<Notify>,
    go_on: Arc<Notify>,
}

impl axum::extract::FromRef<Counter> for app::App {
    fn from_ref(counter: &Counter) -> Self {
        counter.app.clone()
    }
}

impl Counter {
    fn of(table: &Table) -> Self {
        Self { app: table.app.clone(), done: Arc::default(), started: Arc::default(), go_on: Arc::default() }
    }

    fn count(&self) -> usize {
        self.done.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn function(&self) -> Router {
        let routes = Router::new()
            .route("/counts", post(count))
            .route("/tokens", post(async |State(counter): State<Counter>| format!("s3cret {}", counter.count())))
            .route("/slow", post(slow))
            .route("/fails", post(fails))
            .route("/refuses", post(refuses));
        tributary_edge::service(self.clone(), routes)
    }

    async fn post(&self, path: &str, key: &str, token: &str, body: &str) -> Answer {
        let mut headers = vec![("idempotency-key", key)];
        if !token.is_empty() {
            headers.push(("authorization", token));
        }
        ask_of(self.function(), &format!("POST {path}"), &headers, body.to_owned()).await
    }
}

async fn count(_: Caller, State(counter): State<Counter>) -> Response {
    object(StatusCode::CREATED, 1, json!({"count": counter.count()}))
}

async fn slow(_: Caller, State(counter): State<Counter>) -> Response {
    counter.started.notify_one();
    counter.go_on.notified().await;
    counter.count().to_string().into_response()
}

/// Fails the first time in our way, then with a conflict, then not.
async fn fails(_: Caller, State(counter): State<Counter>) -> Result<StatusCode, Failure> {
    match counter.count() {
        1 => panic!("the first time"),
        2 => Err(Problem::Unavailable.into()),
        3 => Err(domain::Error::Conflict("The third time.".into()).into()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

async fn refuses(_: Caller, State(counter): State<Counter>) -> Failure {
    domain::Error::rule(format!("Refused {}.", counter.count())).into()
}

#[tokio::test]
async fn the_same_request_gets_the_first_answer_again() {
    let table = Table::start().await;
    let (counter, token) = (Counter::of(&table), table.owner("ada").await);
    let first = counter.post("/counts", "k", &token, "{}").await;
    assert_eq!((first.status, first.json(), first.header("idempotency-replayed")), (201, json!({"count": 1}), ""));
    let again = counter.post("/counts/", "k", &token, "{}").await;
    assert_eq!((again.status, again.json(), again.header("etag")), (201, json!({"count": 1}), "\"v1\""));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(counter.post("/counts", "other", &token, "{}").await.json(), json!({"count": 2}));
}

#[tokio::test]
async fn a_refusal_is_given_again_too() {
    let table = Table::start().await;
    let (counter, token) = (Counter::of(&table), table.owner("ada").await);
    for replayed in ["", "true"] {
        let answer = counter.post("/refuses", "k", &token, "{}").await;
        assert_eq!((answer.status, answer.json()), (400, json!({"non_field_errors": ["Refused 1."]})));
        assert_eq!(answer.header("idempotency-replayed"), replayed);
    }
}

#[tokio::test]
async fn another_request_under_a_used_key_is_refused() {
    let table = Table::start().await;
    let (counter, token) = (Counter::of(&table), table.owner("ada").await);
    assert_eq!(counter.post("/counts", "k", &token, "{}").await.status, 201);
    assert_eq!(counter.post("/counts", "k", &token, "{ }").await.status, 422);
    assert_eq!(counter.post("/refuses", "k", &token, "{}").await.status, 422);
    assert_eq!(counter.done.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn keys_belong_to_their_credential() {
    let table = Table::start().await;
    let counter = Counter::of(&table);
    let (ada, eve) = (table.owner("ada").await, table.owner("eve").await);
    assert_eq!(counter.post("/counts", "k", &ada, "{}").await.json(), json!({"count": 1}));
    assert_eq!(counter.post("/counts", "k", &eve, "{}").await.json(), json!({"count": 2}));
    assert_eq!(counter.post("/counts", "k", "", "{}").await.status, 401);
    assert_eq!(counter.post("/counts", "k", "", "{ }").await.status, 401);
}

#[tokio::test]
async fn a_request_that_still_runs_is_not_done_twice() {
    let table = Table::start().await;
    let (counter, token) = (Counter::of(&table), table.owner("ada").await);
    let (running, other) = (counter.clone(), token.clone());
    let first = tokio::spawn(async move { running.post("/slow", "k", &other, "{}").await });
    counter.started.notified().await;
    assert_eq!(counter.post("/slow", "k", &token, "{}").await.status, 409);
    counter.go_on.notify_one();
    assert_eq!(first.await.unwrap().text, "1");
    assert_eq!(counter.post("/slow", "k", &token, "{}").await.text, "1");
}

#[tokio::test]
async fn after_a_failure_of_ours_or_a_conflict_the_key_is_free() {
    let table = Table::start().await;
    let (counter, token) = (Counter::of(&table), table.owner("ada").await);
    for status in [500, 503, 409, 204, 204] {
        assert_eq!(counter.post("/fails", "k", &token, "{}").await.status, status);
    }
    assert_eq!(counter.done.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_secret_is_given_again_and_kept_unreadable() {
    let table = Table::start().await;
    let counter = Counter::of(&table);
    for _ in 0..2 {
        assert_eq!(counter.post("/tokens", "k", "", "{\"password\": \"hunter2\"}").await.text, "s3cret 1");
    }
    let kept = table.dump().await;
    assert!(kept.contains("IDEMPOTENCY#"), "{kept}");
    assert!(!kept.contains("s3cret") && !kept.contains("hunter2"), "{kept}");
}
