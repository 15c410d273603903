//! What is an event, and what is none.

use crate::support::without_lines;
use http::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_in_full_is_an_update_of_its_invoice_to_paid() {
    let scene = Scene::start().await;
    scene
        .hook(json!({
            "model": "Invoice", "url": scene.url("/paid"),
            "conditions": [{"field": "status", "operator": "=", "value": "paid"}],
        }))
        .await;
    let invoice = scene.invoice("100.00").await;
    let path = format!("/api/invoices/{}/", id(&invoice));
    scene.create(&format!("{path}payments/"), json!({"amount": "60.00", "method": "cash"})).await;
    scene.create(&format!("{path}payments/"), json!({"amount": "40.00", "method": "cash"})).await;
    let body = scene.receiver.wait_for_one("/paid").await.json();
    assert_eq!(body, without_lines(scene.get(&path).await));
    assert_eq!(
        (&body["status"], &body["amount_paid"], &body["balance_due"]),
        (&json!("paid"), &json!("100.00"), &json!("0.00"))
    );
    scene.settled().await;
    assert_eq!(scene.receiver.received_at("/paid").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_that_books_a_payment_is_an_event_of_the_payment_too() {
    let scene = Scene::start().await;
    scene.hook_at("/payment", "Payment", "CREATE").await;
    let invoice = scene.invoice("75.50").await;
    scene.patch(&format!("/api/invoices/{}/", id(&invoice)), json!({"status": "paid"})).await;
    let body = scene.receiver.wait_for_one("/payment").await.json();
    assert_eq!(
        (&body["amount"], &body["method"], &body["invoice"]),
        (&json!("75.50"), &json!("other"), &invoice["id"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sweep_marks_overdue_is_an_update_and_a_second_sweep_is_none() {
    let scene = Scene::start().await;
    scene.hook_at("/swept", "Invoice", "UPDATE").await;
    let client = scene.client("Late").await;
    let body = json!({
        "client": client["id"], "status": "sent", "issue_date": "2024-01-01", "due_date": "2024-02-01",
        "subtotal": "10.00", "total": "10.00",
    });
    let invoice = scene.create("/api/invoices/", body).await;
    let sweep = async || scene.tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    sweep().await;
    let body = scene.receiver.wait_for_one("/swept").await.json();
    assert_eq!(body["status"], "overdue");
    assert_eq!(body, without_lines(scene.get(&format!("/api/invoices/{}/", id(&invoice))).await));
    sweep().await;
    scene.settled().await;
    assert_eq!(scene.receiver.received_at("/swept").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_line_is_an_update_of_its_invoice_with_the_new_totals() {
    let scene = Scene::start().await;
    scene.hook_at("/invoice", "Invoice", "UPDATE").await;
    let invoice = scene.invoice("0.00").await;
    let line = json!({"description": "Hours", "quantity": "3", "unit_price": "10.00", "tax_rate": "10"});
    scene.create(&format!("/api/invoices/{}/line-items/", id(&invoice)), line).await;
    let body = scene.receiver.wait_for_one("/invoice").await.json();
    assert_eq!(
        (&body["subtotal"], &body["tax_amount"], &body["total"]),
        (&json!("30.00"), &json!("3.00"), &json!("33.00"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_named_is_update() {
    let scene = Scene::start().await;
    let hook = scene.hook(json!({"model": "Client", "url": scene.url("/default")})).await;
    assert_eq!((&hook["event"], &hook["method"]), (&json!("UPDATE"), &json!("POST")));
    let client = scene.client("Acme").await;
    let path = format!("/api/clients/{}/", id(&client));
    scene.patch(&path, json!({"name": "Changed"})).await;
    let body = scene.receiver.wait_for_one("/default").await.json();
    assert_eq!(body["name"], "Changed");
    scene.tributary.delete(&scene.owner, &path).await.expect(204);
    scene.settled().await;
    assert_eq!(scene.receiver.received_at("/default").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_changes_nothing_visible_is_no_event() {
    let scene = Scene::start().await;
    let hooks = [scene.hook_at("/same", "Client", "UPDATE").await, scene.hook_at("/same", "Invoice", "UPDATE").await];
    let client = scene.create("/api/clients/", json!({"name": "Acme", "attributes": {"a": 1}})).await;
    let path = format!("/api/clients/{}/", id(&client));
    scene.patch(&path, json!({"name": "Acme"})).await;
    scene.patch(&path, json!({"unknown": true})).await;
    scene.tributary.put(&scene.owner, &path, json!({"name": "Acme", "attributes": {"a": 1}})).await.expect(200);
    let invoice = scene.invoice("5.00").await;
    scene.patch(&format!("/api/invoices/{}/", id(&invoice)), json!({"status": "sent"})).await;
    scene.settled().await;
    for hook in &hooks {
        assert_eq!(scene.deliveries(hook).await, Vec::<Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_completed_and_a_note_that_is_deleted_are_updates() {
    let scene = Scene::start().await;
    scene.hook_at("/worklist", "Client", "UPDATE").await;
    let body = json!({"name": "Acme", "list_of_tasks": [{"task": "Call"}], "list_of_notes": [{"note": "Hm"}]});
    let client = scene.create("/api/clients/", body).await;
    let path = format!("/api/clients/{}/", id(&client));
    let task = json!({"task_id": client["list_of_tasks"][0]["id"], "completed": true});
    scene.tributary.post(&scene.owner, &format!("{path}update-task/"), task).await.expect(200);
    let body = scene.receiver.wait_for_one("/worklist").await.json();
    assert_eq!(body["list_of_tasks"][0]["completed"], true);
    let note = json!({"id": client["list_of_notes"][0]["id"]});
    scene.tributary.post(&scene.owner, &format!("{path}delete-note/"), note).await.expect(200);
    let body = scene.receiver.wait_for("/worklist", 2).await.remove(1).json();
    assert_eq!(body["list_of_notes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_loses_the_primary_flag_to_another_was_updated() {
    let scene = Scene::start().await;
    let client = scene.client("Acme").await;
    let contact = |name: &str| json!({"client": client["id"], "first_name": name, "is_primary": true});
    let first = scene.create("/api/contacts/", contact("Ann")).await;
    scene.hook_at("/contact", "Contact", "UPDATE").await;
    scene.create("/api/contacts/", contact("Ben")).await;
    let body = scene.receiver.wait_for_one("/contact").await.json();
    assert_eq!((&body["id"], &body["is_primary"]), (&first["id"], &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_webhook_sends_nothing_until_it_is_switched_on() {
    let scene = Scene::start().await;
    let fields = json!({"model": "Client", "event": "CREATE", "url": scene.url("/inactive"), "is_active": false});
    let hook = scene.hook(fields).await;
    scene.client("Unseen").await;
    scene.settled().await;
    assert_eq!(scene.deliveries(&hook).await, Vec::<Value>::new());
    scene.patch(&format!("/api/webhooks/{}/", id(&hook)), json!({"is_active": true})).await;
    scene.client("Seen").await;
    assert_eq!(scene.receiver.wait_for_one("/inactive").await.json()["name"], "Seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_method_of_the_webhook_is_that_of_the_request_and_a_get_has_no_body() {
    let scene = Scene::start().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET"] {
        let fields =
            json!({"model": "Client", "event": "CREATE", "url": scene.url(&format!("/as/{method}")), "method": method});
        scene.hook(fields).await;
    }
    let client = scene.client("Acme").await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "GET"] {
        let received = scene.receiver.wait_for_one(&format!("/as/{method}")).await;
        assert_eq!(received.method, method);
        if method == "GET" {
            assert!(received.body.is_empty());
        } else {
            assert_eq!(received.json()["id"], client["id"], "{method}");
        }
    }
}
