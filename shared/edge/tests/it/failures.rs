//! Failures, in the contract's form.

use app::ports::{Clock, SystemClock};
use axum::body::Body;
use contracts::Problem;
use http::Request;
use lambda_http::{Context, RequestExt};
use serde_json::json;
use tributary_edge::Contract;

use crate::support::{ask, ask_of, function, function_of, send, without_key};

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
const JSON: (&str, &str) = ("content-type", "application/json");

/// A token of the right shape. The table that would know it cannot be reached.
fn token() -> String {
    format!("Token {}", "ab".repeat(40))
}

#[tokio::test]
async fn unknown_paths_and_ids_of_a_wrong_shape_are_not_found() {
    for target in [
        "/",
        "/nowhere",
        "/things/7",
        "/things/0192f0c123457abc8def0123456789ab",
        "/things/%FF",
        "/things/7/parts/8",
        "/things/7/other",
    ] {
        let answer = ask(&format!("GET {target}"), &[], "").await;
        assert_eq!((answer.status, answer.json()), (404, json!({"detail": "Not found."})), "{target}");
    }
}

#[tokio::test]
async fn an_unknown_method_is_told_which_there_are() {
    for (line, allow) in
        [("PATCH /things/7", "GET, HEAD, PUT, DELETE"), ("OPTIONS /things/", "GET, HEAD, POST"), ("GET /panic", "POST")]
    {
        let answer = ask(line, &[], "").await;
        assert_eq!((answer.status, answer.header("allow")), (405, allow), "{line}");
        let method = line.split(' ').next().unwrap();
        assert_eq!(answer.json(), json!({"detail": format!("Method \"{method}\" not allowed.")}));
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_small() {
    for (headers, body, status) in [
        ([JSON], "{}".to_owned(), 201),
        ([JSON], String::new(), 400),
        ([JSON], "{".to_owned(), 400),
        ([JSON], "[]".to_owned(), 400),
        ([JSON], format!("{}1{}", "{\"a\":".repeat(65), "}".repeat(65)), 400),
        ([JSON], " ".repeat(tributary_edge::MAX_BODY + 1), 413),
        ([("content-type", "text/plain")], "{}".to_owned(), 415),
    ] {
        let answer = ask("POST /things/", &headers, body.clone()).await;
        assert_eq!(answer.status, status, "{headers:?} {:.20} {}", body, answer.text);
        assert!(answer.json().is_object());
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_that_tells_nothing() {
    let answer = ask("POST /panic", &[], "").await;
    assert_eq!(answer.status, 500);
    assert!(answer.json()["detail"].is_string());
    assert!(!answer.text.contains("secret-table"), "{}", answer.text);
    assert_eq!(answer.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn without_a_good_credential_there_is_no_caller() {
    let missing = ask(&format!("DELETE /things/{ID}"), &[], "").await;
    assert_eq!(missing.status, 401);
    assert_eq!(missing.json(), json!({"detail": "Authentication credentials were not provided."}));
    assert!(!missing.header("www-authenticate").is_empty());
    for (header, scheme) in [
        ("Token nonsense", "Token"),
        ("Basic ***", "Basic realm=\"api\""),
        ("Bearer a.b.c", "Bearer"),
        ("garbage", "Token"),
    ] {
        for line in [format!("DELETE /things/{ID}"), "GET /things".to_owned()] {
            let invalid = ask(&line, &[("authorization", header)], "").await;
            assert_eq!((invalid.status, invalid.json()), (401, json!({"detail": "Invalid token."})), "{line} {header}");
            assert_eq!(invalid.header("www-authenticate"), scheme, "{line} {header}");
        }
    }
}

#[tokio::test]
async fn an_organisation_must_be_an_uuid() {
    let answer = ask("GET /things", &[("authorization", &token()), ("organization-id", "7")], "").await;
    assert_eq!((answer.status, answer.json()), (400, json!({"organization-id": ["Must be a valid UUID."]})));
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_unavailable_and_stays_unnamed() {
    let answer = ask("GET /things", &[("authorization", &token())], "").await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(answer.headers["retry-after"], "5");
    assert!(answer.json()["detail"].is_string());
    assert!(
        !answer.text.contains("secret-table") && !answer.text.to_lowercase().contains("dispatch"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn what_takes_as_long_as_the_function_may_is_a_503_of_the_contract_before_lambda_ends_it() {
    for (path, contract) in [
        ("/api/leads/", Contract::Crm),
        ("/api/businesses/", Contract::Clawprint),
        (&format!("/api/invoices/{ID}/download/"), Contract::Bottlecrm),
        ("/api/products/", Contract::Namaste),
        (&format!("/api/v1.0/organisation/{ID}/invoices/"), Contract::Skhokho),
    ] {
        let mut context = Context::default();
        // A second of it is for the answer.
        context.deadline = u64::try_from(SystemClock.now().as_millisecond()).unwrap() + 1_200;
        let request = Request::get(path).body(Body::empty()).unwrap().with_lambda_context(context);
        let answer = send(function(), request).await;
        let expected = contract.render(&Problem::Unavailable);
        assert_eq!((answer.status, answer.json()), (503, expected.body), "{path}");
        assert_eq!(answer.header("retry-after"), "5", "{path}");
    }
}

#[tokio::test]
async fn refusals_of_the_framework_are_said_in_the_contract_s_form() {
    let answer = ask("GET /numbers/many", &[], "").await;
    assert_eq!((answer.status, answer.json()), (400, json!({"detail": "The request cannot be read."})));
    assert_eq!(ask("GET /teapot", &[], "").await.json(), json!({"detail": "The request cannot be read."}));
}

#[tokio::test]
async fn a_limit_says_when_it_ends() {
    let answer = ask("GET /busy", &[], "").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "7"));
}

#[tokio::test]
async fn the_contract_header_counts_on_shared_paths_alone() {
    for (name, status) in [("crm", 200), ("clawprint", 200), ("bottlecrm", 200), ("nonsense", 400)] {
        let header = [("x-api-contract", name)];
        let invoice = ask(&format!("GET /api/invoices/{ID}/"), &header, "").await;
        assert_eq!(invoice.status, status, "{name}");
        assert!(invoice.json().is_object());
        assert_eq!(ask(&format!("GET /things/{ID}"), &header, "").await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn an_idempotency_key_is_checked_before_anything_is_done() {
    let header = ("idempotency-key", "two words");
    let refused = ask("POST /things", &[JSON, header], "{}").await;
    assert_eq!(refused.status, 400);
    assert!(refused.json()["idempotency-key"].is_array());
}

#[tokio::test]
async fn a_refused_credential_claims_no_idempotency_key() {
    // Claiming one would need the table, and fail with 503.
    let headers = [JSON, ("idempotency-key", "k"), ("authorization", "Token nonsense")];
    assert_eq!(ask("POST /things", &headers, "{}").await.status, 201);
    assert_eq!(ask("POST /things", &[JSON, ("idempotency-key", "k")], "{}").await.status, 503);
}

#[tokio::test]
async fn unknown_paths_and_methods_claim_no_idempotency_key() {
    for (line, status) in [("POST /nowhere", 404), ("POST /busy", 405)] {
        assert_eq!(ask(line, &[JSON, ("idempotency-key", "k")], "{}").await.status, status, "{line}");
    }
}

#[tokio::test]
async fn a_read_by_nobody_does_not_wait_for_the_deployments_key_and_all_else_does() {
    let statuses =
        async |line: &str, headers: &[(&str, &str)]| ask_of(function_of(without_key()), line, headers, "").await.status;
    for (line, status) in [("GET /things/", 401), ("HEAD /things", 401), ("GET /nowhere", 404)] {
        assert_eq!(statuses(line, &[]).await, status, "{line}");
    }
    let token = token();
    for (line, headers) in [
        ("GET /things/", vec![("authorization", token.as_str())]),
        ("GET /things/", vec![("cookie", "sessionid=x")]),
        ("POST /things/", vec![JSON]),
        ("GET /i/page", vec![]),
    ] {
        assert_eq!(statuses(line, &headers).await, 503, "{line} {headers:?}");
    }
}
