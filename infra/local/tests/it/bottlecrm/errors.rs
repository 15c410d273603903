//! The failures that the document names, and those beyond it, in this contract's form.

use http::Method;
use serde_json::{Value, json};

use super::{Member, example, failed, path, start, with};
use crate::support::{Answer, Tributary};

const LIST: &str = "/api/invoices/";

async fn create(tributary: &Tributary, owner: &Member, changes: Value) -> Answer {
    owner.call(tributary, Method::POST, LIST, Some(with(example(), changes))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_required_fields_are_a_400_that_names_all_of_them() {
    let (tributary, owner) = start().await;
    for field in ["invoice_title", "name", "email", "quantity", "rate"] {
        failed(&create(&tributary, &owner, json!({field: null})).await, 400, &[field]);
        let mut body = example();
        body[field] = Value::Null;
        failed(&owner.call(&tributary, Method::POST, LIST, Some(body)).await, 400, &[field]);
    }
    let all = ["invoice_title", "name", "email", "quantity", "rate"];
    failed(&owner.call(&tributary, Method::POST, LIST, Some(json!({}))).await, 400, &all);
    // What is wrong beside it is named too.
    failed(&create(&tributary, &owner, json!({"name": null, "status": "x"})).await, 400, &["name", "status"]);
    let invoice = owner.invoice(&tributary, json!({})).await;
    for (at, field) in [(format!("{}status/", path(&invoice)), "status"), (comment_path(&invoice), "comment")] {
        for body in [json!({}), json!({field: null})] {
            failed(&owner.call(&tributary, Method::POST, &at, Some(body)).await, 400, &[field]);
        }
    }
}

fn comment_path(invoice: &Value) -> String {
    path(invoice).replace("/invoices/", "/invoices/comment/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_there_and_wrong_is_a_422_that_names_it() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let stranger = Member::sign_up(&tributary, "stranger").await;
    for (field, values) in [
        ("invoice_title", vec![json!(" "), json!(7), json!("x".repeat(256))]),
        ("invoice_number", vec![json!(7), json!("x".repeat(101))]),
        ("name", vec![json!(""), json!([])]),
        ("email", vec![json!("billing"), json!("a@b.c\r\nBcc: d@e.f"), json!({})]),
        ("phone", vec![json!(1), json!("x".repeat(256))]),
        ("quantity", vec![json!(0), json!(-1), json!("x"), json!("1e2"), json!(0.001), json!(true)]),
        ("rate", vec![json!("-1"), json!("NaN"), json!("1.001"), json!("99999999999"), json!([])]),
        ("tax", vec![json!("-1"), json!("1.001")]),
        ("total_amount", vec![json!("x"), json!("-1.001")]),
        ("currency", vec![json!("usd"), json!("XYZ"), json!("BHD"), json!(840)]),
        ("due_date", vec![json!("2024-02-30"), json!("15.02.2024"), json!(1)]),
        ("status", vec![json!("draft"), json!("Overdue"), json!(1)]),
        (
            "assigned_to",
            vec![json!([stranger.uuid]), json!(["x"]), json!("x"), json!(["0192f0c1-2345-7abc-8def-0123456789ab"])],
        ),
        ("teams", vec![json!("x"), json!([1])]),
        ("from_address", vec![json!("x"), json!([])]),
        ("to_address", vec![json!(1)]),
    ] {
        for value in values {
            let body = json!({field: value});
            failed(&create(&tributary, &owner, body.clone()).await, 422, &[field]);
            for method in [Method::PUT, Method::PATCH] {
                failed(&owner.call(&tributary, method, &path(&invoice), Some(body.clone())).await, 422, &[field]);
            }
        }
    }
    failed(
        &owner.call(&tributary, Method::POST, &comment_path(&invoice), Some(json!({"comment": " "}))).await,
        422,
        &["comment"],
    );
    for field in ["invoice_title", "name", "email"] {
        let body = Some(json!({field: null}));
        failed(&owner.call(&tributary, Method::PATCH, &path(&invoice), body).await, 422, &[field]);
    }
    assert_eq!(owner.shown(&tributary, &invoice).await, invoice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_number_and_a_refused_transition_are_a_422() {
    let (tributary, owner) = start().await;
    let first = owner.invoice(&tributary, json!({"invoice_number": "A-1"})).await;
    let second = owner.invoice(&tributary, json!({})).await;
    let taken = json!({"invoice_number": "A-1"});
    failed(&create(&tributary, &owner, taken.clone()).await, 422, &["invoice_number"]);
    failed(&owner.call(&tributary, Method::PUT, &path(&second), Some(taken)).await, 422, &["invoice_number"]);
    let word = async |invoice: &Value, word: &str| {
        let at = format!("{}status/", path(invoice));
        owner.call(&tributary, Method::POST, &at, Some(json!({"status": word}))).await
    };
    word(&first, "Paid").await.expect(200);
    for refused in ["Draft", "Sent", "Pending", "Cancelled"] {
        failed(&word(&first, refused).await, 422, &["status"]);
        let body = Some(json!({"status": refused}));
        failed(&owner.call(&tributary, Method::PATCH, &path(&first), body).await, 422, &["status"]);
    }
    word(&second, "Cancelled").await.expect(200);
    failed(&word(&second, "Paid").await, 422, &["status"]);
    // A cancelled invoice's money stays; so does the total of one that is paid.
    for invoice in [&first, &second] {
        let body = Some(json!({"rate": "1.00"}));
        failed(&owner.call(&tributary, Method::PATCH, &path(invoice), body).await, 422, &["non_field_errors"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_filter_is_a_422() {
    let (tributary, owner) = start().await;
    for (query, field) in [
        ("status=draft", "status"),
        ("status=Overdue", "status"),
        ("assigned_to=7", "assigned_to"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
    ] {
        failed(&owner.call(&tributary, Method::GET, &format!("{LIST}?{query}"), None).await, 422, &[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_a_400_and_one_that_is_too_large_a_413() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let authorization = format!("Bearer {}", owner.access);
    let send = async |method: Method, at: &str, content_type: &str, body: String| {
        let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
        tributary.raw(method, at, &headers, body).await
    };
    let (at, status, comment) = (path(&invoice), format!("{}status/", path(&invoice)), comment_path(&invoice));
    let routes = [
        (Method::POST, LIST),
        (Method::PUT, &at),
        (Method::PATCH, &at),
        (Method::POST, &status),
        (Method::POST, &comment),
    ];
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(70), "]".repeat(70));
    for (method, at) in routes {
        for body in ["", "{", "{} {}", "nul", &deep] {
            failed(&send(method.clone(), at, "application/json", body.into()).await, 400, &["detail"]);
        }
        for body in ["[]", "1", "\"x\"", "null"] {
            failed(&send(method.clone(), at, "application/json", body.into()).await, 400, &["non_field_errors"]);
        }
        failed(&send(method.clone(), at, "text/plain", "{}".into()).await, 400, &["detail"]);
        let large = format!("{{\"x\": \"{}\"}}", "x".repeat(1024 * 1024));
        failed(&send(method, at, "application/json", large).await, 413, &["detail"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_credential_and_a_bad_one_are_a_401() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let bad = format!("Bearer {}x", owner.access);
    for headers in [&[("x-api-contract", "bottlecrm")][..], &[("authorization", bad.as_str())]] {
        for at in [LIST.to_owned(), path(&invoice)] {
            let answer = tributary.raw(Method::GET, &at, headers, "").await;
            failed(&answer, 401, &["detail"]);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    // Where this contract alone has the path, its form is given without any header.
    failed(&tributary.raw(Method::POST, &comment_path(&invoice), &[], "{}").await, 401, &["detail"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_404_and_a_method_that_is_not_there_a_405() {
    let (tributary, owner) = start().await;
    let nobodys = "0192f0c1-2345-7abc-8def-0123456789ab";
    for id in [nobodys, "7", "x", "0192f0c123457abc8def0123456789ab", "%ff"] {
        let at = format!("/api/invoices/{id}/");
        failed(&owner.call(&tributary, Method::GET, &at, None).await, 404, &["detail"]);
        failed(&owner.call(&tributary, Method::PATCH, &at, Some(json!({}))).await, 404, &["detail"]);
        let body = Some(json!({"status": "Sent", "comment": "x"}));
        failed(&owner.call(&tributary, Method::POST, &format!("{at}status/"), body.clone()).await, 404, &["detail"]);
        failed(
            &owner.call(&tributary, Method::POST, &format!("/api/invoices/comment/{id}/"), body).await,
            404,
            &["detail"],
        );
    }
    for (at, allowed) in [
        (LIST.to_owned(), vec!["GET", "HEAD", "POST"]),
        (format!("/api/invoices/{nobodys}/"), vec!["DELETE", "GET", "HEAD", "PATCH", "PUT"]),
        (format!("/api/invoices/{nobodys}/status/"), vec!["POST"]),
        (format!("/api/invoices/comment/{nobodys}/"), vec!["POST"]),
        (format!("/api/invoices/attachment/{nobodys}/"), vec!["POST"]),
    ] {
        let answer = owner.call(&tributary, "PURGE".parse().unwrap(), &at, None).await;
        failed(&answer, 405, &["detail"]);
        let mut names: Vec<_> =
            answer.header("allow").unwrap().split([',', ' ']).filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        assert_eq!(names, allowed, "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_is_a_412_and_a_key_with_another_body_a_422() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let tag = |answer: &Answer| answer.header("etag").unwrap().to_owned();
    let first = tag(&owner.call(&tributary, Method::GET, &path(&invoice), None).await);
    let at = format!("{}status/", path(&invoice));
    let guarded = async |method: Method, at: &str, tag: &str, body: Value| {
        owner.call_with(&tributary, method, at, &[("if-match", tag)], Some(body)).await
    };
    let answer = guarded(Method::PUT, &path(&invoice), &first, json!({"name": "Other"})).await;
    assert_eq!(answer.expect(200)["name"], "Other");
    for (method, at) in [
        (Method::PUT, path(&invoice)),
        (Method::PATCH, path(&invoice)),
        (Method::POST, at),
        (Method::DELETE, path(&invoice)),
    ] {
        failed(&guarded(method, &at, &first, json!({"status": "Sent"})).await, 412, &["detail"]);
    }
    guarded(Method::DELETE, &path(&invoice), &tag(&answer), json!({})).await.expect(200);

    let keyed = async |body: Value| {
        owner.call_with(&tributary, Method::POST, LIST, &[("idempotency-key", "k-1")], Some(body)).await
    };
    let made = keyed(example()).await.expect(201);
    let again = keyed(example()).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(201), made);
    failed(&keyed(with(example(), json!({"name": "Other"}))).await, 422, &["detail"]);
    let bad = [("idempotency-key", "a b")];
    failed(&owner.call_with(&tributary, Method::POST, LIST, &bad, Some(example())).await, 400, &["idempotency-key"]);
}
