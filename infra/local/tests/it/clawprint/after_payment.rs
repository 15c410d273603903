//! Once an invoice is paid in full, it can only be refunded.

use http::Method;
use serde_json::{Value, json};

use super::{Business, crm_id, failed, path, start};
use crate::support::{Answer, Tributary};

async fn patch(tributary: &Tributary, business: &Business, invoice: &Value, body: Value) -> Answer {
    business.call(tributary, Method::PATCH, &path(invoice), Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paid_invoice_refuses_every_change_and_its_cancellation_but_for_a_refund() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let paid = patch(&tributary, &business, &invoice, json!({"status": "paid"})).await.expect(200);
    assert_eq!(paid["status"], "paid");
    assert!(paid["paid_at"].is_string(), "{paid}");
    let payments = format!("/api/invoices/{}/payments/", crm_id(&invoice["invoice_id"]));
    let booked = business.crm(&tributary, Method::GET, &payments, None).await.expect(200);
    assert_eq!((&booked[0]["amount"], &booked[0]["method"]), (&json!("60.00"), &json!("other")));
    for body in [
        json!({"notes": "x"}),
        json!({}),
        json!({"status": "paid"}),
        json!({"status": "sent"}),
        json!({"status": "cancelled"}),
        json!({"status": "refunded", "notes": "x"}),
    ] {
        failed(&patch(&tributary, &business, &invoice, body).await, 409, "Conflict", &[]);
    }
    let answer = business.call(&tributary, Method::DELETE, &path(&invoice), None).await;
    failed(&answer, 409, "Conflict", &[]);
    let refunded = patch(&tributary, &business, &invoice, json!({"status": "refunded"})).await.expect(200);
    assert_eq!(refunded["status"], "refunded");
    let shown = business.call(&tributary, Method::GET, &path(&invoice), None).await.expect(200);
    assert_eq!(shown, refunded);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_is_partly_paid_can_still_be_changed_and_cancelled() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let payments = format!("/api/invoices/{}/payments/", crm_id(&invoice["invoice_id"]));
    let payment = json!({"amount": "10.00", "method": "cash", "paid_at": "2024-03-01T10:00:00Z"});
    business.crm(&tributary, Method::POST, &payments, Some(payment)).await.expect(201);
    let changed = patch(&tributary, &business, &invoice, json!({"notes": "Thanks"})).await.expect(200);
    assert_eq!((&changed["status"], &changed["notes"]), (&json!("sent"), &json!("Thanks")));
    // The word is shown already.
    patch(&tributary, &business, &invoice, json!({"status": "sent"})).await.expect(200);
    failed_transition(&patch(&tributary, &business, &invoice, json!({"status": "draft"})).await);
    business.call(&tributary, Method::DELETE, &path(&invoice), None).await.expect(200);
}

#[track_caller]
fn failed_transition(answer: &Answer) {
    assert_eq!(answer.expect(400)["error"], "Invalid request");
}
