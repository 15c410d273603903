//! What arrives: the request's line, headers, signature and body.

use std::time::Duration;

use app::deliveries::AttemptResult;
use http::Method;
use standardwebhooks::Webhook;
use webhook_dispatcher::sender::{Attempt, Outbound};

use crate::receiver::{Received, Receiver, SECRET, local_sender, outbound, result_of};

const NEW_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks";

async fn deliver(change: impl FnOnce(Outbound) -> Outbound) -> (Attempt, Received) {
    let receiver = Receiver::start().await;
    let outbound = change(outbound(receiver.url()));
    receiver.exchange(&local_sender(Duration::from_secs(5)), &outbound, OK).await
}

fn verifies(received: &Received, secret: &str) -> bool {
    Webhook::new(secret).unwrap().verify(&received.body, &received.headers).is_ok()
}

#[tokio::test]
async fn a_delivery_arrives_whole_and_its_signature_verifies() {
    let (attempt, received) = deliver(|outbound| outbound).await;
    assert_eq!(received.line, "POST /hook?source=tributary HTTP/1.1");
    assert_eq!(received.body, br#"{"name":"Zo\u00eb"}"#);
    assert_eq!(received.headers["webhook-id"], "evt_0190");
    assert_eq!(received.headers["content-type"], "application/json");
    assert!(received.headers["user-agent"].to_str().unwrap().starts_with("Tributary-Webhooks/"));
    assert!(verifies(&received, SECRET));
    assert!(!verifies(&received, NEW_SECRET));
    assert_eq!((attempt.response_status, attempt.response_body.as_str()), (Some(200), "thanks"));
    assert_eq!((&attempt.error, result_of(&attempt)), (&None, AttemptResult::Delivered));
}

#[tokio::test]
async fn while_a_secret_is_rotated_the_old_and_the_new_one_verify() {
    let secrets = vec![NEW_SECRET.to_owned(), SECRET.to_owned()];
    let (_, received) = deliver(|outbound| Outbound { secrets, ..outbound }).await;
    assert!(verifies(&received, NEW_SECRET));
    assert!(verifies(&received, SECRET));
}

#[tokio::test]
async fn a_get_is_signed_over_an_empty_body() {
    let (_, received) = deliver(|outbound| Outbound { method: Method::GET, ..outbound }).await;
    assert_eq!(received.line, "GET /hook?source=tributary HTTP/1.1");
    assert_eq!(received.body, b"");
    assert!(!received.headers.contains_key("content-type"));
    assert!(verifies(&received, SECRET));
}

#[tokio::test]
async fn a_delete_carries_its_body() {
    let (_, received) = deliver(|outbound| Outbound { method: Method::DELETE, ..outbound }).await;
    assert_eq!(received.line, "DELETE /hook?source=tributary HTTP/1.1");
    assert_eq!(received.body, br#"{"name":"Zo\u00eb"}"#);
    assert!(verifies(&received, SECRET));
}

#[tokio::test]
async fn the_customer_s_headers_arrive_but_for_those_that_are_ours() {
    let headers = [
        ("X-Tenant", "acme"),
        ("Authorization", "Bearer abc"),
        ("Host", "elsewhere.example"),
        ("Content-Length", "3"),
        ("Transfer-Encoding", "chunked"),
        ("Webhook-Id", "forged"),
        ("WEBHOOK-SIGNATURE", "v1,forged"),
        ("webhook-timestamp", "1"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let (_, received) = deliver(|outbound| Outbound { headers, ..outbound }).await;
    assert_eq!(received.headers["x-tenant"], "acme");
    assert_eq!(received.headers["authorization"], "Bearer abc");
    assert!(received.headers["host"].to_str().unwrap().starts_with("127.0.0.1:"));
    assert_eq!(received.headers["content-length"], received.body.len().to_string());
    assert!(!received.headers.contains_key("transfer-encoding"));
    assert_eq!(received.headers.get_all("webhook-id").iter().collect::<Vec<_>>(), ["evt_0190"]);
    assert!(verifies(&received, SECRET));
}
