//! Payment links, as the document shows them.

use http::Method;
use serde_json::{Value, json};

use super::{Business, failed, path, start};
use crate::support::{Answer, Tributary};

async fn link(tributary: &Tributary, business: &Business, method: Method, invoice: &Value) -> Answer {
    business.call(tributary, method, &format!("{}/payment-link", path(invoice)), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_link_is_made_once_and_can_be_read_and_the_draft_is_sent() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    failed(&link(&tributary, &business, Method::GET, &invoice).await, 404, "Not found", &[]);
    let made = link(&tributary, &business, Method::POST, &invoice).await.expect(201);
    let names: Vec<_> = made.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["payment_link_url", "stripe_invoice_id", "expires_at"]);
    assert!(made["payment_link_url"].as_str().unwrap().starts_with("http"), "{made}");
    assert_eq!(made["stripe_invoice_id"], Value::Null);
    assert_eq!(link(&tributary, &business, Method::GET, &invoice).await.expect(200), made);
    failed(&link(&tributary, &business, Method::POST, &invoice).await, 409, "Conflict", &[]);
    let shown = business.call(&tributary, Method::GET, &path(&invoice), None).await.expect(200);
    assert_eq!((&shown["status"], &shown["stripe_payment_link"]), (&json!("sent"), &made["payment_link_url"]));
    let instant = |value: &Value| value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let life = instant(&made["expires_at"]).duration_since(instant(&shown["updated_at"]));
    assert_eq!(life.as_hours(), 90 * 24, "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_due_is_no_payment_link() {
    let (tributary, business) = start().await;
    let lines = json!([{"description": "Gift", "quantity": 1, "unit_price": 0}]);
    let free = business.invoice(&tributary, json!({"line_items": lines})).await;
    assert_eq!(link(&tributary, &business, Method::POST, &free).await.expect(400)["error"], "Invalid request");
    let cancelled = business.invoice(&tributary, json!({"invoice_number": "A-2"})).await;
    business.call(&tributary, Method::DELETE, &path(&cancelled), None).await.expect(200);
    assert_eq!(link(&tributary, &business, Method::POST, &cancelled).await.expect(400)["error"], "Invalid request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_link_speaks_this_contract_whatever_the_credential() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let path = format!("{}/payment-link", path(&invoice));
    failed(&tributary.raw(Method::POST, &path, &[], "").await, 401, "Invalid authentication", &[]);
    let made = business.crm(&tributary, Method::POST, &path, None).await.expect(201);
    assert!(made["payment_link_url"].is_string(), "{made}");
    let put = business.call(&tributary, Method::PUT, &path, None).await;
    failed(&put, 405, "Method not allowed", &[]);
    for id in ["inv_xyz789", "inv_0192f0c123457abc8def0123456789ab"] {
        for method in [Method::GET, Method::POST] {
            let answer = business.call(&tributary, method, &format!("/api/invoices/{id}/payment-link"), None).await;
            failed(&answer, 404, "Not found", &[]);
        }
    }
}
