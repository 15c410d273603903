//! Paths, bodies and headers, as every request has them.

use super::*;

const CLIENTS: &str = "/api/clients/";

/// `{"name": …, "attributes": {"a": [[…]]}}` of this depth.
fn nested(depth: usize) -> String {
    let (open, close) = ("[".repeat(depth - 2), "]".repeat(depth - 2));
    format!(r#"{{"name": "x", "attributes": {{"a": {open}{close}}}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_path_works_with_and_without_its_final_slash() {
    let crm = Crm::start().await;
    let item = crm.make_item("1.00", "0").await;
    let invoice = crm.make_invoice_of("100.00").await;
    let payment = crm.pay(&invoice, "1.00").await;
    let client = crm.make_client().await;
    let paths = [
        "/api/me/".to_owned(),
        "/api/attributes/client/".into(),
        CLIENTS.into(),
        format!("{CLIENTS}{client}/"),
        "/api/contacts/".into(),
        "/api/categories/".into(),
        "/api/catalogue/".into(),
        format!("/api/catalogue/{item}/"),
        format!("/api/catalogue/{item}/price-tiers/"),
        "/api/invoices/".into(),
        invoice.clone(),
        format!("{invoice}line-items/"),
        format!("{invoice}payments/{payment}/"),
    ];
    for path in paths {
        let with = crm.get(&path).await.expect(200);
        assert_eq!(crm.get(path.trim_end_matches('/')).await.expect(200), with, "{path}");
    }
    crm.post("/api/clients", json!({"name": "x"})).await.expect(201);
    crm.patch(&format!("/api/clients/{client}"), json!({"name": "y"})).await.expect(200);
    crm.raw(Method::POST, &format!("{invoice}recalculate"), &[], "").await.expect(200);
    crm.delete(&format!("/api/clients/{client}")).await.expect(204);
    let next = crm.get("/api/clients?limit=1").await;
    assert!(next.header("link").unwrap().contains("/api/clients?"), "{:?}", next.header("link"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_a_request_id_of_its_own() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let path = format!("{CLIENTS}{client}/");
    let answers = [
        (200, crm.get(&path).await),
        (201, crm.post(CLIENTS, json!({"name": "x"})).await),
        (204, crm.delete(&path).await),
        (400, crm.post(CLIENTS, json!({})).await),
        (400, crm.raw(Method::POST, CLIENTS, &[], "{").await),
        (401, crm.tributary.raw(Method::GET, CLIENTS, &[], "").await),
        (401, crm.tributary.raw(Method::GET, CLIENTS, &[("authorization", "Token x")], "").await),
        (404, crm.get(&path).await),
        (404, crm.get("/api/nowhere/").await),
        (404, crm.get("/").await),
        (405, crm.patch(CLIENTS, json!({})).await),
        (
            412,
            crm.raw(Method::DELETE, &format!("/api/contacts/{}/", contact(&crm).await), &[("if-match", "x")], "").await,
        ),
        (413, crm.raw(Method::POST, CLIENTS, &[], &"x".repeat(1_100_000)).await),
    ];
    let mut seen = vec![];
    for (status, answer) in answers {
        assert_eq!(answer.status, status, "{}", answer.text);
        seen.push(answer.header("x-request-id").unwrap_or_else(|| panic!("none on {status}")).to_owned());
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

async fn contact(crm: &Crm) -> String {
    let client = crm.make_client().await;
    crm.make("/api/contacts/", json!({"client": client, "first_name": "x", "last_name": "y"})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_refused_in_this_contracts_form() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    for path in ["/api/nowhere/", "/nowhere", "/api/", "/api/clients/x/y/z/", "/api/clients//", "/api/Clients/"] {
        assert_eq!(crm.get(path).await.expect(404), json!({"detail": "Not found."}), "{path}");
    }
    for (method, path) in [
        (Method::PATCH, CLIENTS.to_owned()),
        (Method::DELETE, CLIENTS.to_owned()),
        (Method::POST, format!("{CLIENTS}{client}/")),
        (Method::GET, format!("{CLIENTS}{client}/update-task/")),
        (Method::DELETE, "/api/me/".into()),
        (Method::GET, "/api-token-auth/".into()),
    ] {
        let answer = crm.raw(method.clone(), &path, &[], "{}").await;
        assert_eq!(answer.expect(405), json!({"detail": format!("Method \"{method}\" not allowed.")}));
        assert!(answer.header("allow").is_some());
    }
    for id in ["x", "1", "0190b5a1-7c5e-7000-8000-00000000000", "%00", "..%2f", "é", "%F0%9F"] {
        let id = if id == "é" { "%C3%A9" } else { id };
        let answer = crm.get(&format!("{CLIENTS}{id}/")).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{id}: {} {}", answer.status, answer.text);
        assert!(answer.json()["detail"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_json_object_are_refused() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let targets = [
        (Method::POST, CLIENTS.to_owned()),
        (Method::PATCH, format!("{CLIENTS}{client}/")),
        (Method::PUT, format!("{CLIENTS}{client}/")),
        (Method::POST, format!("{CLIENTS}{client}/update-task/")),
        (Method::POST, "/api-token-auth/".into()),
        (Method::POST, "/api/signup/".into()),
    ];
    let bodies = [
        "",
        " ",
        "{",
        "{\"name\": \"x\"",
        "{\"name\": \"x\"}}",
        "{\"name\": }",
        "{name: 1}",
        "{'name': 1}",
        "nul",
        "{\"name\": NaN}",
        "{\"name\": \"x\",}",
        "{\"name\": \"\\ud800\"}",
        "[]",
        "[{\"name\": \"x\"}]",
        "\"x\"",
        "5",
        "null",
        "true",
        "{\"name\": \"a\u{1}b\"}",
        "\u{feff}{",
        "{\"a\":1}\u{0}",
    ];
    for (method, path) in &targets {
        for body in bodies {
            let answer = crm.raw(method.clone(), path, &[], body).await;
            assert_eq!(answer.status, 400, "{method} {path} {body:?}: {}", answer.text);
            let told = answer.json();
            assert!(told.as_object().is_some_and(|told| !told.is_empty()), "{told}");
        }
        let authorization = format!("Token {}", crm.user.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let answer = crm.tributary.raw(method.clone(), path, &headers, b"{\"name\": \"\xff\xfe\"}".to_vec()).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    assert_eq!(crm.count(CLIENTS).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_type_is_refused() {
    let crm = Crm::start().await;
    let authorization = format!("Token {}", crm.user.token);
    for media_type in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "image/png", "nonsense"] {
        let headers = [("authorization", authorization.as_str()), ("content-type", media_type)];
        let answer = crm.tributary.raw(Method::POST, CLIENTS, &headers, "name=x").await;
        assert!(answer.status.is_client_error(), "{media_type}: {}", answer.status);
        assert!(answer.json()["detail"].is_string(), "{}", answer.text);
    }
    for media_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let headers = [("authorization", authorization.as_str()), ("content-type", media_type)];
        crm.tributary.raw(Method::POST, CLIENTS, &headers, r#"{"name": "x"}"#).await.expect(201);
    }
    assert_eq!(crm.count(CLIENTS).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_a_megabyte_is_too_large() {
    let crm = Crm::start().await;
    let body = |size: usize| format!(r#"{{"name": "{}"}}"#, "x".repeat(size));
    for headers in [&[][..], &[("idempotency-key", "key-1")]] {
        let answer = crm.raw(Method::POST, CLIENTS, headers, &body(1_100_000)).await;
        assert!(answer.expect(413)["detail"].is_string());
    }
    crm.raw(Method::POST, "/api/signup/", &[], &body(3_000_000)).await.expect(413);
    refused(&crm.raw(Method::POST, CLIENTS, &[], &body(990_000)).await, &["name"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_nested_deeper_than_64_is_refused_and_64_is_kept() {
    let crm = Crm::start().await;
    let made = crm.raw(Method::POST, CLIENTS, &[], &nested(64)).await.expect(201);
    let path = format!("{CLIENTS}{}/", id_of(&made));
    let sent: Value = serde_json::from_str(&nested(64)).unwrap();
    assert_eq!(crm.get(&path).await.expect(200)["attributes"], sent["attributes"]);
    for depth in [65, 66, 1000, 200_000] {
        crm.raw(Method::POST, CLIENTS, &[], &nested(depth)).await.expect(400);
        crm.raw(Method::PATCH, &path, &[], &nested(depth)).await.expect(400);
    }
    let unclosed = format!(r#"{{"name": "x", "attributes": {}"#, "[".repeat(500_000));
    crm.raw(Method::POST, CLIENTS, &[], &unclosed).await.expect(400);
    // Brackets inside a text are no depth.
    let text = format!(r#"{{"name": "x", "attributes": {{"a": "{}\""}}}}"#, "[".repeat(100));
    crm.raw(Method::POST, CLIENTS, &[], &text).await.expect(201);
    assert_eq!(crm.count(CLIENTS).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_queries_and_headers_are_answered() {
    let crm = Crm::start().await;
    for query in ["limit=1&limit=2", "%FF=%FE", "name=%FF", "name=%00", "=", "&&", "name", "limit=%31", "name=%"] {
        let answer = crm.get(&format!("{CLIENTS}?{query}")).await;
        assert!(matches!(answer.status.as_u16(), 200 | 400), "{query}: {} {}", answer.status, answer.text);
        answer.json();
    }
    let long = "x".repeat(300);
    for key in ["", long.as_str()] {
        let answer = crm.raw(Method::POST, CLIENTS, &[("idempotency-key", key)], r#"{"name": "x"}"#).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    assert_eq!(crm.count(CLIENTS).await, 0);
}
