//! Requests that are safe to repeat, and changes that are safe from each other.

use http::Method;
use serde_json::json;

use super::{failed, path, start, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_post_with_an_idempotency_key_happens_once() {
    let (tributary, business) = start().await;
    let body = with(business.example(), json!({"invoice_number": null}));
    let send = async |key: &str, body: serde_json::Value| {
        let headers = [("idempotency-key", key)];
        business.call_with(&tributary, Method::POST, "/api/invoices", &headers, Some(body)).await
    };
    let (first, again) = (send("key-1", body.clone()).await, send("key-1", body.clone()).await);
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let other = with(body.clone(), json!({"notes": "Other"}));
    failed(&send("key-1", other).await, 422, "Unprocessable", &[]);
    let wrong = with(body.clone(), json!({"customer_email": "x"}));
    failed(&send("key-2", wrong.clone()).await, 400, "Invalid email format", &["customer_email"]);
    let replayed = send("key-2", wrong).await;
    failed(&replayed, 400, "Invalid email format", &["customer_email"]);
    assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
    failed(&send("a b", body).await, 400, "Invalid request", &["idempotency-key"]);
    let list = format!("/api/invoices?business_id={}", business.id);
    assert_eq!(business.call(&tributary, Method::GET, &list, None).await.expect(200)["count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_over_a_stale_version_is_refused() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let read = business.call(&tributary, Method::GET, &path(&invoice), None).await;
    let tag = read.header("etag").unwrap().to_owned();
    let patch = async |tag: &str, body| {
        business.call_with(&tributary, Method::PATCH, &path(&invoice), &[("if-match", tag)], Some(body)).await
    };
    let changed = patch(&tag, json!({"notes": "First"})).await;
    changed.expect(200);
    failed(&patch(&tag, json!({"notes": "Second"})).await, 412, "Precondition failed", &[]);
    let headers = [("if-match", tag.as_str())];
    let answer = business.call_with(&tributary, Method::DELETE, &path(&invoice), &headers, None).await;
    failed(&answer, 412, "Precondition failed", &[]);
    let newest = changed.header("etag").unwrap();
    let headers = [("if-match", newest)];
    let answer = business.call_with(&tributary, Method::DELETE, &path(&invoice), &headers, None).await;
    answer.expect(200);
    assert!(answer.header("etag").is_some_and(|tag| tag != newest));
}
