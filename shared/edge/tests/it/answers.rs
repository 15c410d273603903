//! What every answer has, and how requests find their routes.

use axum::body::Body;
use http::Request;
use lambda_http::{Context, RequestExt};
use serde_json::json;

use crate::support::{ask, function, send};

const ID: &str = "0192f0c1-2345-7abc-8def-0123456789ab";
const OTHER: &str = "0192f0c1-2345-7abc-8def-0123456789ac";

#[tokio::test]
async fn a_path_answers_with_and_without_its_trailing_slash() {
    for target in [format!("/things/{ID}"), format!("/things/{ID}/"), format!("https://api.example/things/{ID}/?a=b/")]
    {
        let answer = ask(&format!("GET {target}"), &[], "").await;
        assert_eq!((answer.status, answer.json()), (200, json!({"id": ID})), "{target}");
    }
    assert_eq!(ask(&format!("GET /things/{ID}//"), &[], "").await.status, 404);
}

#[tokio::test]
async fn ids_of_a_path_come_in_their_order() {
    let answer = ask(&format!("GET /things/{ID}/parts/{OTHER}/"), &[], "").await;
    assert_eq!((answer.status, answer.json()), (200, json!([ID, OTHER])));
}

#[tokio::test]
async fn an_object_has_its_version_and_no_answer_is_stored() {
    let answer = ask(&format!("GET /things/{ID}"), &[], "").await;
    assert_eq!(answer.header("etag"), "\"v3\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn no_answer_is_framed_or_loads_anything_and_https_stays_https() {
    for target in [format!("/things/{ID}"), "/nowhere".to_owned()] {
        let answer = ask(&format!("GET {target}"), &[("host", "api.example")], "").await;
        let policy = "default-src 'none'; frame-ancestors 'none'";
        assert_eq!(answer.header("content-security-policy"), policy, "{target}");
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{target}");
        let local = ask(&format!("GET {target}"), &[("host", "127.0.0.1:3000")], "").await;
        assert_eq!(local.header("strict-transport-security"), "", "{target}");
    }
}

#[tokio::test]
async fn a_handler_may_let_its_answer_be_stored() {
    assert_eq!(ask("GET /cached", &[], "").await.header("cache-control"), "max-age=60");
}

#[tokio::test]
async fn a_write_says_which_version_it_is_based_on() {
    for (header, expected) in [("\"v7\"", json!(7)), ("*", json!(null)), ("\"other\"", json!(u64::MAX))] {
        let answer = ask(&format!("PUT /things/{ID}"), &[("if-match", header)], "").await;
        assert_eq!(answer.json()["expected"], expected, "{header}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    for (path, status) in [(format!("/things/{ID}"), 200), ("/nowhere".to_owned(), 404)] {
        let get = ask(&format!("GET {path}"), &[], "").await;
        let head = ask(&format!("HEAD {path}"), &[], "").await;
        assert_eq!((head.status, head.text.as_str()), (status, ""), "{path}");
        assert_eq!(head.header("content-length"), get.text.len().to_string(), "{path}");
        assert_eq!(head.headers.get("etag"), get.headers.get("etag"), "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_that_no_client_chooses() {
    let claimed = [("x-request-id", "mine")];
    let mut ids = Vec::new();
    for line in [&format!("GET /things/{ID}"), "GET /nowhere", "POST /panic", "DELETE /things", "GET /things"] {
        let id = ask(line, &claimed, "").await.header("x-request-id").to_owned();
        assert_eq!(id.len(), 36, "{line}: {id}");
        ids.push(id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn the_id_of_the_invocation_is_the_id_of_the_answer() {
    let mut context = Context::default();
    context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
    let request = Request::get("/nowhere").body(Body::empty()).unwrap().with_lambda_context(context);
    assert_eq!(send(function(), request).await.header("x-request-id"), "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
}
