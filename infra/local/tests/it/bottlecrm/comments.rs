//! Comments on invoices.

use http::Method;
use serde_json::{Value, json};

use super::{Member, failed, id, path, start};
use crate::support::{Answer, Tributary};

async fn comment(tributary: &Tributary, member: &Member, invoice: &Value, text: &str) -> Answer {
    let at = format!("/api/invoices/comment/{}/", id(invoice));
    member.call(tributary, Method::POST, &at, Some(json!({"comment": text}))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_answers_with_its_author_and_is_shown_with_the_invoice_oldest_first() {
    let (tributary, owner) = start().await;
    let sales = Member::added(&tributary, &owner, "sales", &["Sales"]).await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let first = comment(&tributary, &owner, &invoice, "Customer requested payment extension").await.expect(201);
    let names: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "comment", "commented_by", "commented_on"]);
    assert_eq!(first["comment"], "Customer requested payment extension");
    assert_eq!(first["commented_by"], json!({"id": owner.uuid, "username": "owner"}));
    assert!(first["commented_on"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    tributary.advance(1).await;
    let second = comment(&tributary, &sales, &invoice, "Zahlung bis März 🙂\nzugesagt").await.expect(201);
    assert_eq!(second["commented_by"], json!({"id": sales.uuid, "username": "sales"}));
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!(shown["comments"], json!([first, second]));
    // A change of the invoice shows them too, and they belong to this invoice alone.
    let body = Some(json!({"name": "Renamed"}));
    let changed = owner.call(&tributary, Method::PATCH, &path(&invoice), body).await.expect(200);
    assert_eq!(changed["comments"], shown["comments"]);
    let other = owner.invoice(&tributary, json!({})).await;
    assert_eq!(owner.shown(&tributary, &other).await["comments"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn to_comment_is_to_change_the_invoice() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    for (username, groups, status) in [
        ("sales", &["Sales"][..], 201),
        ("operations", &["Operations"], 201),
        ("instructor", &["Instructors"], 403),
        ("nobody", &[], 403),
    ] {
        let member = Member::added(&tributary, &owner, username, groups).await;
        let answer = comment(&tributary, &member, &invoice, "Seen").await;
        match status {
            201 => assert_eq!(answer.expect(201)["commented_by"]["username"], username),
            _ => failed(&answer, 403, &["detail"]),
        }
    }
    let stranger = Member::sign_up(&tributary, "stranger").await;
    failed(&comment(&tributary, &stranger, &invoice, "Seen").await, 404, &["detail"]);
    assert_eq!(owner.shown(&tributary, &invoice).await["comments"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_changes_no_version_and_the_author_stays_named_after_leaving() {
    let (tributary, owner) = start().await;
    let sales = Member::added(&tributary, &owner, "sales", &["Sales"]).await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let tag = owner.call(&tributary, Method::GET, &path(&invoice), None).await.header("etag").unwrap().to_owned();
    comment(&tributary, &sales, &invoice, "Seen").await.expect(201);
    let body = Some(json!({"name": "Renamed"}));
    owner.call_with(&tributary, Method::PUT, &path(&invoice), &[("if-match", &tag)], body).await.expect(200);
    let users = tributary.get(&owner.user, "/api/users/").await.expect(200);
    let row = users.as_array().unwrap().iter().find(|row| row["username"] == "sales").unwrap().clone();
    tributary.delete(&owner.user, &format!("/api/users/{}/", row["id"])).await.expect(204);
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!(shown["comments"][0]["commented_by"], json!({"id": sales.uuid, "username": "sales"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_end_before_an_answer_has_no_room_for_them() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let text = "x".repeat(10_000);
    for _ in 0..100 {
        comment(&tributary, &owner, &invoice, &text).await.expect(201);
    }
    failed(&comment(&tributary, &owner, &invoice, "One more").await, 422, &["comment"]);
    failed(&comment(&tributary, &owner, &invoice, &format!("{text}x")).await, 422, &["comment"]);
    assert_eq!(owner.shown(&tributary, &invoice).await["comments"].as_array().unwrap().len(), 100);
    // The books are read without them.
    let at = format!("{}payments/", path(&invoice));
    tributary.post(&owner.user, &at, json!({"amount": "1.00", "method": "cash"})).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_with_a_key_is_made_once() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let at = format!("/api/invoices/comment/{}/", id(&invoice));
    let send = async |text: &str| {
        owner
            .call_with(&tributary, Method::POST, &at, &[("idempotency-key", "k")], Some(json!({"comment": text})))
            .await
    };
    let first = send("Seen").await.expect(201);
    assert_eq!(send("Seen").await.expect(201), first);
    failed(&send("Other").await, 422, &["detail"]);
    assert_eq!(owner.shown(&tributary, &invoice).await["comments"], json!([first]));
}
