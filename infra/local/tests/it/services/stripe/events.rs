//! What the product is told, and how often it is tried.

use std::time::Duration;

use app::ports::Clock;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::webhooks::receiver::Received;

/// Checks the signature as a receiver does, and tells its time.
fn verified(received: &Received) -> i64 {
    let (time, signature) = received.header("stripe-signature").split_once(",v1=").unwrap();
    let time = time.strip_prefix("t=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec_test").unwrap();
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(&received.body);
    let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(signature, expected);
    time.parse().unwrap()
}

#[tokio::test]
async fn a_payment_sends_three_signed_events_in_stripes_form() {
    let account = Account::new().await;
    account.clock.advance(86_400).unwrap();
    let intent = account.paid("4242424242424242").await;
    let received = account.receiver.wait_for("/hook", 3).await;
    for one in &received {
        assert!((account.clock.now().as_second() - verified(one)).abs() <= 5);
    }
    let events = account.events(3).await;
    assert_eq!(kinds(&events), ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]);
    for event in &events {
        assert!(event["id"].as_str().unwrap().starts_with("evt_"));
        assert_eq!((&event["object"], &event["livemode"]), (&json!("event"), &json!(false)));
        assert!(event["api_version"].is_string() && event["created"].is_i64() && event["pending_webhooks"] == 1);
        assert_eq!(account.get(&format!("/v1/events/{}", event["id"].as_str().unwrap())).await.expect(200), *event);
    }
    let session = &events[2]["data"]["object"];
    assert_eq!((&session["payment_status"], &session["status"]), (&json!("paid"), &json!("complete")));
    assert_eq!((&session["amount_total"], &session["payment_intent"]), (&json!(6050), &intent["id"]));
    assert_eq!(session["metadata"], json!({"invoice": "inv_1"}));
    assert_eq!(session["customer_details"]["email"], "bo@client.example");
    assert_eq!(events[1]["data"]["object"], intent);
}

#[tokio::test]
async fn a_declined_payment_is_told_as_failed() {
    let account = Account::new().await;
    account.pay(&account.link().await, "4000000000000002").await;
    let events = account.events(2).await;
    assert_eq!(kinds(&events), ["charge.failed", "payment_intent.payment_failed"]);
    assert_eq!(events[1]["data"]["object"]["last_payment_error"]["decline_code"], "generic_decline");
}

#[tokio::test]
async fn a_bank_debit_is_completed_unpaid_and_ends_later() {
    let account = Account::new().await;
    for (method, ending, status) in [
        ("bank_debit_succeeds", "checkout.session.async_payment_succeeded", "succeeded"),
        ("bank_debit_fails", "checkout.session.async_payment_failed", "requires_payment_method"),
    ] {
        let seen = account.receiver.received().len();
        let link = account.link().await;
        let answer = account.submit(&link, &[("email", "bo@client.example"), ("method", method)]).await;
        let page = account.page(answer.header("location").unwrap()).await;
        assert!(page.text.contains("Payment processing"), "{}", page.text);
        let events = account.events(seen + 1).await;
        assert_eq!(kinds(&events)[seen..], ["checkout.session.completed"]);
        assert_eq!(events[seen]["data"]["object"]["payment_status"], "unpaid");
        assert_eq!(account.intent(&link).await["status"], "processing");

        account.clock.advance(10).unwrap();
        let events = account.events(seen + 4).await;
        assert_eq!(kinds(&events)[seen + 3], ending);
        assert_eq!(account.intent(&link).await["status"], status);
    }
}

#[tokio::test]
async fn a_link_that_wants_invoices_sends_one() {
    let account = Account::new().await;
    let link = account.link_with(&[("invoice_creation[enabled]", "true")]).await;
    account.pay(&link, "4242424242424242").await;
    let events = account.events(4).await;
    let expected = ["charge.succeeded", "payment_intent.succeeded", "invoice.paid", "checkout.session.completed"];
    assert_eq!(kinds(&events), expected);
    let invoice = &events[2]["data"]["object"];
    assert_eq!((&invoice["status"], &invoice["amount_paid"]), (&json!("paid"), &json!(6050)));
    assert_eq!(events[3]["data"]["object"]["invoice"], invoice["id"]);
}

#[tokio::test]
async fn an_event_that_is_not_taken_comes_again_by_the_clock_and_signed_anew() {
    let account = Account::new().await;
    account.receiver.script([503, 500, 404]);
    let link = account.link().await;
    account.pay(&link, "4000000000000002").await;
    // Both events are tried: one that is refused does not hold up the next.
    account.receiver.wait_for("/hook", 2).await;
    account.clock.advance(5).unwrap();
    let received = account.receiver.wait_for("/hook", 4).await;
    let ids: Vec<_> = received.iter().map(|one| one.json()["id"].clone()).collect();
    assert_eq!((&ids[0], &ids[1]), (&ids[2], &ids[3]));
    assert!(verified(&received[2]) > verified(&received[0]));
    account.clock.advance(60).unwrap();
    let received = account.receiver.wait_for("/hook", 5).await;
    assert_eq!(received[4].json()["id"], ids[0]);
    account.clock.advance(7 * 86_400).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(account.receiver.received().len(), 5);
}

#[tokio::test]
async fn a_restart_keeps_links_addresses_and_events() {
    let directory = tempfile::tempdir().unwrap();
    let storage = Storage::File(directory.path().join("stripe.sqlite"));
    let receiver = Receiver::start().await;
    receiver.always(503);
    let account = Account::over(&storage, receiver).await;
    let intent = account.paid("4242424242424242").await;
    let debit = account.link().await;
    account.submit(&debit, &[("email", "bo@client.example"), ("method", "bank_debit_succeeds")]).await;
    let open = account.link().await;
    account.receiver.wait_for("/hook", 4).await;
    let Account { stripe, receiver, .. } = account;
    let address = stripe.endpoint().to_owned();
    drop(stripe);
    closed(&address).await;

    receiver.always(200);
    let before = receiver.received().len();
    let account = Account::over(&storage, receiver).await;
    assert_eq!(account.stripe.endpoint(), address);
    assert_eq!(
        account.get(&format!("/v1/payment_intents/{}", intent["id"].as_str().unwrap())).await.expect(200),
        intent
    );
    assert_eq!(account.page(&path_of(&open)).await.status, StatusCode::OK);
    account.clock.advance(60).unwrap();
    let events = account.events(before + 7).await;
    let mut told = kinds(&events[before..]);
    told.sort_unstable();
    let expected = [
        "charge.succeeded",
        "charge.succeeded",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.completed",
        "payment_intent.succeeded",
        "payment_intent.succeeded",
    ];
    assert_eq!(told, expected);
}
