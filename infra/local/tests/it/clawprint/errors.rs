//! Every row of the document's table of errors, and the failures beyond it, in this contract's form.

use http::Method;
use serde_json::{Value, json};

use super::{Business, failed, path, start, with};
use crate::support::{Answer, Tributary};

async fn create(tributary: &Tributary, business: &Business, changes: Value) -> Answer {
    let body = with(business.example(), changes);
    business.call(tributary, Method::POST, "/api/invoices", Some(body)).await
}

fn line(changes: Value) -> Value {
    with(json!({"description": "Hours", "quantity": 1, "unit_price": 5000}), changes)
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_required_fields_are_all_named() {
    let (tributary, business) = start().await;
    for field in ["business_id", "customer_email", "line_items"] {
        for nothing in [Value::Null, json!({})] {
            let mut body = business.example();
            match &nothing {
                Value::Null => body[field] = Value::Null,
                _ => drop(body.as_object_mut().unwrap().remove(field)),
            }
            let answer = business.call(&tributary, Method::POST, "/api/invoices", Some(body)).await;
            let body = failed(&answer, 400, "Missing required fields", &[field]);
            assert!(body["message"].as_str().unwrap().contains(field), "{body}");
        }
    }
    let answer = business.call(&tributary, Method::POST, "/api/invoices", Some(json!({}))).await;
    failed(&answer, 400, "Missing required fields", &["business_id", "customer_email", "line_items"]);
    let lines = json!([line(json!({})), {}, line(json!({"quantity": null}))]);
    let answer = create(&tributary, &business, json!({"line_items": lines, "customer_email": "x"})).await;
    let fields = [
        "customer_email",
        "line_items[1].description",
        "line_items[1].quantity",
        "line_items[1].unit_price",
        "line_items[2].quantity",
    ];
    failed(&answer, 400, "Missing required fields", &fields);
    let answer = business.call(&tributary, Method::GET, "/api/invoices", None).await;
    failed(&answer, 400, "Missing required fields", &["business_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_email_format_is_told_on_create_and_update() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    for email in [json!("client"), json!("client@"), json!("a b@example.com"), json!(7), json!("a@b.c\r\nBcc: d@e.f")] {
        let answer = create(&tributary, &business, json!({"customer_email": email})).await;
        failed(&answer, 400, "Invalid email format", &["customer_email"]);
        let body = Some(json!({"customer_email": email}));
        let answer = business.call(&tributary, Method::PATCH, &path(&invoice), body).await;
        failed(&answer, 400, "Invalid email format", &["customer_email"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn line_items_are_required() {
    let (tributary, business) = start().await;
    for none in [json!([]), json!({}), json!("x"), json!(1)] {
        let answer = create(&tributary, &business, json!({"line_items": none})).await;
        failed(&answer, 400, "Line items required", &["line_items"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_quantity_is_named_by_its_place() {
    let (tributary, business) = start().await;
    for quantity in
        [json!(0), json!(-1), json!(0.001), json!("1e1"), json!("NaN"), json!(1e300), json!([1]), json!(true)]
    {
        let lines = json!([line(json!({})), line(json!({"quantity": quantity}))]);
        let answer = create(&tributary, &business, json!({"line_items": lines})).await;
        failed(&answer, 400, "Invalid quantity", &["line_items[1].quantity"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_wrong_value_is_an_invalid_request_that_names_it() {
    let (tributary, business) = start().await;
    let of_lines = [
        ("unit_price", json!(-1)),
        ("unit_price", json!(0.5)),
        ("unit_price", json!("5e3")),
        ("unit_price", json!(1e15)),
        ("tax_rate", json!(-1)),
        ("tax_rate", json!(100.01)),
        ("tax_rate", json!("1e1")),
        ("type", json!("gift")),
        ("type", json!(7)),
        ("description", json!("")),
        ("description", json!("x".repeat(501))),
        ("description", json!(7)),
    ];
    for (field, value) in of_lines {
        let lines = json!([line(json!({field: value}))]);
        let answer = create(&tributary, &business, json!({"line_items": lines})).await;
        let body = failed(&answer, 400, "Invalid request", &[&format!("line_items[0].{field}")]);
        assert!(body["message"].as_str().unwrap().contains(field), "{body}");
    }
    let of_invoice = [
        ("currency", json!("JPY")),
        ("currency", json!("usd")),
        ("issued_date", json!("15.02.2024")),
        ("due_date", json!("2024-02-30")),
        ("due_date", json!(1708114800)),
        ("invoice_number", json!("x".repeat(101))),
        ("customer_name", json!({})),
        ("notes", json!(["a"])),
        ("payment_terms", json!("x".repeat(256))),
    ];
    for (field, value) in of_invoice {
        let answer = create(&tributary, &business, json!({field: value})).await;
        failed(&answer, 400, "Invalid request", &[field]);
    }
    let exponent = business.example().to_string().replace("5000", "5e13");
    let headers = [("content-type", "application/json")];
    let answer = business.send(&tributary, Method::POST, "/api/invoices", &headers, exponent).await;
    failed(&answer, 400, "Invalid request", &["line_items[0].unit_price"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_taken_is_an_invalid_request() {
    let (tributary, business) = start().await;
    business.invoice(&tributary, json!({})).await;
    let answer = create(&tributary, &business, json!({})).await;
    failed(&answer, 400, "Invalid request", &["invoice_number"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transition_that_the_status_does_not_allow_is_an_invalid_request() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let patch = async |status: &str| {
        business.call(&tributary, Method::PATCH, &path(&invoice), Some(json!({"status": status}))).await
    };
    failed(&patch("void").await, 400, "Invalid request", &["status"]);
    assert_eq!(patch("refunded").await.expect(400)["error"], "Invalid request");
    patch("cancelled").await.expect(200);
    patch("cancelled").await.expect(200);
    assert_eq!(patch("sent").await.expect(400)["error"], "Invalid request");
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_authentication_has_this_contracts_form_wherever_it_is_spoken() {
    let (tributary, business) = start().await;
    let (public, secret) = business.api_key.split_once(':').unwrap();
    let wrong = [
        "Bearer pk_xxx:sk_xxx".to_owned(),
        format!("Bearer {public}:sk_{}", "0".repeat(secret.len() - 3)),
        format!("Bearer {public}:{secret}0"),
        "Bearer pk_:sk_".to_owned(),
    ];
    for authorization in &wrong {
        for path in ["/api/invoices?business_id=x", "/api/invoices/inv_xyz789", "/api/invoices/inv_xyz789/"] {
            let headers = [("authorization", authorization.as_str())];
            let answer = tributary.raw(Method::GET, path, &headers, "").await;
            failed(&answer, 401, "Invalid authentication", &[]);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        }
    }
    let spoken = [("x-api-contract", "clawprint")];
    let answer = tributary.raw(Method::GET, "/api/invoices", &spoken, "").await;
    failed(&answer, 401, "Invalid authentication", &[]);
    let token = [("x-api-contract", "clawprint"), ("authorization", "Token nobody's")];
    let answer = tributary.raw(Method::POST, "/api/invoices", &token, "{}").await;
    failed(&answer, 401, "Invalid authentication", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let id = invoice["invoice_id"].as_str().unwrap();
    let hex = id.strip_prefix("inv_").unwrap();
    let nobodys = "inv_0192f0c123457abc8def0123456789ab";
    let upper = format!("inv_{}", hex.to_uppercase());
    for id in ["inv_xyz789", "7", "inv_", hex, nobodys, &upper, &super::crm_id(&invoice["invoice_id"]), "%00", "x%2Fy"]
    {
        let path = format!("/api/invoices/{id}");
        for (method, body) in
            [(Method::GET, None), (Method::PATCH, Some(json!({"notes": "x"}))), (Method::DELETE, None)]
        {
            let answer = business.call(&tributary, method, &path, body).await;
            failed(&answer, 404, "Not found", &[]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_method_that_a_path_does_not_have_is_refused_with_those_it_has() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    for (method, path, allowed) in [
        (Method::PUT, path(&invoice), "GET, HEAD, PATCH, DELETE"),
        (Method::POST, path(&invoice), "GET, HEAD, PATCH, DELETE"),
        (Method::DELETE, "/api/invoices".to_owned(), "GET, HEAD, POST"),
        (Method::PATCH, "/api/invoices/".to_owned(), "GET, HEAD, POST"),
    ] {
        let answer = business.call(&tributary, method, &path, Some(json!({}))).await;
        failed(&answer, 405, "Method not allowed", &[]);
        let sorted = |text: &str| {
            let mut names: Vec<_> = text.split(", ").map(str::to_owned).collect();
            names.sort();
            names
        };
        assert_eq!(sorted(answer.header("allow").unwrap()), sorted(allowed), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_is_refused_in_this_contracts_form() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let send = async |method: Method, path: &str, kind: &str, body: String| {
        business.send(&tributary, method, path, &[("content-type", kind)], body).await
    };
    let nested = format!("{{\"x\": {}{}}}", "[".repeat(64), "]".repeat(64));
    for (method, path) in [(Method::POST, "/api/invoices".to_owned()), (Method::PATCH, path(&invoice))] {
        for body in ["", "{", "[]", "null", "\"x\"", "{\"a\": NaN}", &nested] {
            let answer = send(method.clone(), &path, "application/json", body.to_owned()).await;
            failed(&answer, 400, "Invalid request", &[]);
        }
        let answer = send(method.clone(), &path, "text/plain", business.example().to_string()).await;
        failed(&answer, 400, "Invalid request", &[]);
        let large = json!({"notes": "x".repeat(1024 * 1024)}).to_string();
        let answer = send(method.clone(), &path, "application/json", large).await;
        failed(&answer, 413, "Payload too large", &[]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_forbidden() {
    let (tributary, business) = start().await;
    let member = json!({
        "username": "member", "email": "member@example.com", "password": "SecurePass123!", "groups": ["Instructors"]
    });
    tributary.post(&business.owner, "/api/users/", member).await.expect(201);
    let body = json!({"username": "member", "password": "SecurePass123!"});
    let token = tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(200);
    let authorization = format!("Token {}", token["token"].as_str().unwrap());
    let headers = [
        ("authorization", authorization.as_str()),
        ("content-type", "application/json"),
        ("x-api-contract", "clawprint"),
    ];
    let me = tributary.raw(Method::GET, "/api/me/", &headers, "").await.expect(200);
    let home = me["business_id"].as_str().unwrap();
    let list = tributary.raw(Method::GET, &format!("/api/invoices?business_id={home}"), &headers, "").await;
    failed(&list, 403, "Forbidden", &[]);
    let body = with(business.example(), json!({"business_id": home})).to_string();
    failed(&tributary.raw(Method::POST, "/api/invoices", &headers, body).await, 403, "Forbidden", &[]);
}
