//! Placeholders in the URL, the headers and the payload.

use serde_json::{Value, json};

use super::receiver::Received;
use super::*;

/// What a webhook of these fields sends for a client of that name and attributes.
async fn sent(fields: Value, path: &str, name: &str, attributes: Value) -> (Received, Value) {
    let scene = Scene::start().await;
    let mut hook = json!({"model": "Client", "event": "CREATE", "url": scene.url(path)});
    hook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    scene.hook(hook).await;
    let client = scene.create("/api/clients/", json!({"name": name, "attributes": attributes})).await;
    (scene.receiver.wait_for_one("/").await, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_placeholder_alone_keeps_its_values_type_and_inside_text_is_text() {
    let attributes =
        json!({"n": 12.50, "flag": true, "list": [1, "two"], "object": {"a": {"b": null}}, "text": "T \"q\""});
    let payload = json!({
        "external_id": "{self.id}", "short": "{id}", "number": "{self.attributes.n}", "flag": "{self.attributes.flag}",
        "list": "{self.attributes.list}", "object": "{self.attributes.object}", "element": "{self.attributes.list.1}",
        "text": "{self.attributes.text}", "inside": "n={self.attributes.n}, {self.attributes.flag}: {self.name}!",
        "twice": "{id}{id}", "unknown": "{self.attributes.missing}", "unknown_inside": "<{self.nothing.at.all}>",
        "untouched": ["{name}", "{}", "{ self.name }", 7, null, {"deep": ["{self.name}"]}],
    });
    let (received, client) = sent(json!({"payload": payload}), "/payload", "Acme", attributes).await;
    let client_id = id(&client);
    let body = received.json();
    let expected = json!({
        "external_id": client_id, "short": client_id, "number": 12.5, "flag": true, "list": [1, "two"],
        "object": {"a": {"b": null}}, "element": "two", "text": "T \"q\"", "inside": "n=12.5, true: Acme!",
        "twice": format!("{client_id}{client_id}"), "unknown": "", "unknown_inside": "<>",
        "untouched": ["{name}", "{}", "{ self.name }", 7, null, {"deep": ["Acme"]}],
    });
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&body[key], value, "{key}");
    }
    assert_eq!(body.as_object().unwrap().len(), expected.as_object().unwrap().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_value_brings_along_is_no_placeholder() {
    let payload = json!({"name": "{self.name}", "inside": "<{self.name}>"});
    let (received, _) = sent(json!({"payload": payload}), "/payload", "{self.id} {id}", json!({})).await;
    assert_eq!(received.json(), json!({"name": "{self.id} {id}", "inside": "<{self.id} {id}>"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_in_the_url_are_percent_encoded() {
    let path = "/hook/{self.name}/{id}?q={self.attributes.q}&missing={self.attributes.missing}&n={self.attributes.n}";
    let attributes = json!({"q": "x&admin=1#f?/..%2e +", "n": 7});
    let (received, client) = sent(json!({}), path, "A/B & Zoë", attributes).await;
    let expected =
        format!("/hook/A%2FB%20%26%20Zo%C3%AB/{}?q=x%26admin%3D1%23f%3F%2F..%252e%20%2B&missing=&n=7", id(&client));
    assert_eq!(received.path, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_dropped_from_headers() {
    let headers = json!({
        "Authorization": "Bearer token", "X-Custom-ID": "{id}", "X-Note": "<{self.attributes.note}>",
        "X-Missing": "[{self.attributes.missing}]", "X-Number": "{self.attributes.n}",
    });
    let attributes = json!({"note": "a\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1\tb\u{7f}", "n": 1.5});
    let (received, client) = sent(json!({"headers": headers}), "/headers", "Acme", attributes).await;
    assert_eq!(received.header("authorization"), "Bearer token");
    assert_eq!(received.header("x-custom-id"), id(&client));
    assert_eq!(received.header("x-note"), "<aX-Evil: 1GET / HTTP/1.1b>");
    assert_eq!((received.header("x-missing"), received.header("x-number")), ("[]", "1.5"));
    assert!(received.headers.get("x-evil").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn decimals_of_an_invoice_are_sent_as_the_contract_shows_them() {
    let scene = Scene::start().await;
    let payload =
        json!({"total": "{self.total}", "line": "{self.currency} {self.total}", "number": "{self.invoice_number}"});
    scene.hook(json!({"model": "Invoice", "event": "CREATE", "url": scene.url("/invoice"), "payload": payload})).await;
    let invoice = scene.invoice("1234.5").await;
    let expected = json!({"total": "1234.50", "line": "USD 1234.50", "number": invoice["invoice_number"]});
    assert_eq!(scene.receiver.wait_for_one("/invoice").await.json(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_is_null_or_was_removed_is_the_object_itself() {
    let scene = Scene::start().await;
    let fields = json!({"model": "Client", "event": "CREATE", "url": scene.url("/body"), "payload": {"only": "{id}"}});
    let hook = scene.hook(fields).await;
    let first = scene.client("First").await;
    assert_eq!(scene.receiver.wait_for_one("/body").await.json(), json!({"only": first["id"]}));
    scene.patch(&format!("/api/webhooks/{}/", id(&hook)), json!({"payload": null})).await;
    let second = scene.client("Second").await;
    let expected = scene.get(&format!("/api/clients/{}/", id(&second))).await;
    assert_eq!(scene.receiver.wait_for("/body", 2).await[1].json(), expected);
}
