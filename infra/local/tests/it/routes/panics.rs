//! A panic is an answer and a line in the log.

use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tributary_local::{Cloud, HttpFunction, Options, registry};

use crate::support::{Remote, Tributary};

/// Set in the process whose output is read.
const CHILD: &str = "TRIBUTARY_TEST_OF_PANICS";
const SECRET: &str = "what only the log may know";

/// The product, but for one function, whose handlers panic.
async fn panicking() -> Tributary {
    let cloud = Cloud::start(Options::ephemeral(), |environment| {
        let routes = Router::new()
            .route("/api/clients", get(async || -> Response { panic!("{SECRET}: {}", 7) }))
            .route("/api/clients/{id}", get(async || -> Response { std::panic::panic_any(7_u8) }))
            .route("/api/contacts", get(async || edge::json(StatusCode::OK, json!([]))));
        let router = edge::service(registry::app(environment), routes);
        let mut functions = registry::build(environment);
        functions.insert("clients".to_owned(), Arc::new(HttpFunction::new(router)));
        functions
    });
    Tributary::over(cloud.await.unwrap())
}

/// The id of a request whose handler panics.
async fn panicked(remote: &Remote, path: &str) -> String {
    let answer = remote.raw(Method::GET, path, &[], "").await;
    assert_eq!(answer.expect(500), json!({"detail": "A server error occurred."}), "{path}");
    assert_eq!(answer.header("content-type"), Some("application/json"), "{path}");
    answer.header("x-request-id").unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_handler_is_a_500_in_the_contracts_form_and_harms_no_other_request() {
    let tributary = panicking().await;
    for _ in 0..3 {
        panicked(&tributary, "/api/clients/").await;
        panicked(&tributary, "/api/clients/7/").await;
        assert_eq!(tributary.raw(Method::GET, "/api/contacts/", &[], "").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_handler_is_logged_with_the_requests_id() {
    if std::env::var_os(CHILD).is_some() {
        let tributary = panicking().await;
        println!("{}{}", mark("told"), panicked(&tributary, "/api/clients/").await);
        println!("{}{}", mark("untold"), panicked(&tributary, "/api/clients/7/").await);
        return;
    }
    // This test once more, in a process of its own, whose output can be read.
    let (_, module) = module_path!().split_once("::").unwrap();
    let name = format!("{module}::a_panic_in_a_handler_is_logged_with_the_requests_id");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", &name, "--nocapture"]).env(CHILD, "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");

    let (told, untold) = (line(&text, "told"), line(&text, "untold"));
    let error = told["error"].as_str().unwrap();
    assert!(error.contains(SECRET) && error.contains('7'), "{error}");
    assert!(untold["error"].as_str().unwrap().contains("panic"), "{untold}");
    for (line, route) in [(told, "/api/clients"), (untold, "/api/clients/{id}")] {
        assert_eq!((&line["level"], &line["status"]), (&json!("ERROR"), &json!(500)), "{line}");
        assert_eq!(line["route"], route);
    }
}

fn mark(name: &str) -> String {
    format!("the request of {name}: ")
}

/// The log's line of the request that the process marked.
fn line(output: &str, name: &str) -> Value {
    let id = output.lines().find_map(|line| line.split_once(&mark(name))).unwrap().1;
    let mut lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.find(|line| line["request_id"] == id).unwrap_or_else(|| panic!("{id} is not in the log:\n{output}"))
}
