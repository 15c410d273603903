//! Standard Webhooks: every delivery is signed, with a secret that is shown once.

use app::ports::{Clock, SystemClock};
use serde_json::json;
use standardwebhooks::Webhook;

use super::receiver::Received;
use super::*;

/// Whether one of the request's signatures is this secret's, whatever the time.
fn is_signed_by(received: &Received, secret: &str) -> bool {
    let timestamp = received.header("webhook-timestamp").parse().unwrap();
    let expected =
        Webhook::new(secret).unwrap().sign(received.header("webhook-id"), timestamp, &received.body).unwrap();
    received.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

fn secret(object: &Value) -> &str {
    object["secret"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_verifies_with_the_secret_of_the_201() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/signed", "Client", "CREATE").await;
    assert!(secret(&hook).starts_with("whsec_"));
    scene.client("Zoë 🦉").await;
    let received = scene.receiver.wait_for_one("/signed").await;
    Webhook::new(secret(&hook)).unwrap().verify(&received.body, &received.headers).unwrap();
    assert!(!received.header("webhook-id").is_empty());
    let sent_at: i64 = received.header("webhook-timestamp").parse().unwrap();
    let now = SystemClock.now().as_second();
    assert!(now.abs_diff(sent_at) < 60, "{sent_at} is not about {now}");

    let mut forged = received.body.to_vec();
    forged.push(b' ');
    assert!(Webhook::new(secret(&hook)).unwrap().verify(&forged, &received.headers).is_err());
    let other = scene.hook_at("/other", "Client", "UPDATE").await;
    assert_ne!(secret(&other), secret(&hook));
    assert!(Webhook::new(secret(&other)).unwrap().verify(&received.body, &received.headers).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_without_a_body_is_signed_too() {
    let scene = Scene::start().await;
    let fields = json!({"model": "Client", "event": "CREATE", "url": scene.url("/get"), "method": "GET"});
    let hook = scene.hook(fields).await;
    scene.client("Acme").await;
    let received = scene.receiver.wait_for_one("/get").await;
    Webhook::new(secret(&hook)).unwrap().verify(b"", &received.headers).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_shown_once() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/", "Client", "CREATE").await;
    let path = format!("/api/webhooks/{}/", id(&hook));
    let answers = [
        scene.tributary.get(&scene.owner, &path).await,
        scene.tributary.get(&scene.owner, "/api/webhooks/").await,
        scene.tributary.patch(&scene.owner, &path, json!({"name": "renamed"})).await,
        scene.tributary.put(&scene.owner, &path, json!({"name": "again"})).await,
    ];
    for answer in answers {
        answer.expect(200);
        assert!(!answer.text.contains("whsec_") && !answer.text.contains("\"secret\""), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rotation_both_secrets_sign_for_24_hours_and_then_the_new_one_alone() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/signed/{id}", "Client", "CREATE").await;
    let rotate = format!("/api/webhooks/{}/rotate-secret/", id(&hook));
    let rotated = scene.tributary.post(&scene.owner, &rotate, json!({})).await.expect(200);
    let (old, new) = (secret(&hook), secret(&rotated));
    assert_ne!(old, new);
    assert_eq!(rotated, json!({"secret": new}));

    let received = async |name| {
        let client = scene.client(name).await;
        scene.receiver.wait_for_one(&format!("/signed/{}", id(&client))).await
    };
    let first = received("at once").await;
    assert!(is_signed_by(&first, new) && is_signed_by(&first, old));
    Webhook::new(old).unwrap().verify(&first.body, &first.headers).unwrap();
    scene.tributary.advance(24 * 3600 - 60).await;
    let last = received("a minute before the end").await;
    assert!(is_signed_by(&last, new) && is_signed_by(&last, old));
    scene.tributary.advance(120).await;
    let after = received("after a day").await;
    assert!(is_signed_by(&after, new) && !is_signed_by(&after, old));
    assert_eq!(after.header("webhook-signature").split(' ').count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_headers_never_replace_those_of_the_delivery() {
    let scene = Scene::start().await;
    let headers = json!({
        "Webhook-Id": "mine", "webhook-timestamp": "1", "WEBHOOK-SIGNATURE": "v1,forged", "Host": "evil.example",
        "Content-Length": "1", "Transfer-Encoding": "chunked", "X-Own": "kept",
    });
    let fields = json!({"model": "Client", "event": "CREATE", "url": scene.url("/headers"), "headers": headers});
    let hook = scene.hook(fields).await;
    scene.client("Acme").await;
    let received = scene.receiver.wait_for_one("/headers").await;
    Webhook::new(secret(&hook)).unwrap().verify(&received.body, &received.headers).unwrap();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature", "host", "content-length"] {
        assert_eq!(received.headers.get_all(name).iter().count(), 1, "{name}");
    }
    assert_eq!(scene.url(""), format!("http://{}", received.header("host")));
    assert_eq!(received.header("content-length"), received.body.len().to_string());
    assert_eq!((received.header("transfer-encoding"), received.header("x-own")), ("", "kept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_may_name_the_content_type() {
    let scene = Scene::start().await;
    let headers = json!({"Content-Type": "application/cloudevents+json"});
    scene.hook(json!({"model": "Client", "event": "CREATE", "url": scene.url("/type"), "headers": headers})).await;
    scene.client("Acme").await;
    assert_eq!(scene.receiver.wait_for_one("/type").await.header("content-type"), "application/cloudevents+json");
}
