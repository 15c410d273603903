//! What the table shows of the secrets and headers of webhooks: nothing.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::*;

const HEADER: &str = "Bearer of-the-receiver";

type Item = HashMap<String, AttributeValue>;

impl Scene {
    /// A webhook whose header opens something at the receiver.
    async fn hook_with_header(&self) -> Value {
        let headers = json!({"Authorization": HEADER});
        let (url, model, event) = (self.url("/sealed"), "Client", "CREATE");
        self.hook(json!({"model": model, "event": event, "url": url, "headers": headers})).await
    }

    /// Every item of the table.
    async fn raw(&self) -> Vec<Item> {
        let environment = self.tributary.cloud.environment();
        let client = environment.sdk.dynamodb(&environment.dynamodb_url);
        let pages = client.scan().table_name(&environment.table_name).into_paginator().items().send();
        pages.collect::<Result<_, _>>().await.unwrap()
    }

    async fn write(&self, item: Item) {
        let environment = self.tributary.cloud.environment();
        let client = environment.sdk.dynamodb(&environment.dynamodb_url);
        client.put_item().table_name(&environment.table_name).set_item(Some(item)).send().await.unwrap();
    }

    async fn assert_hidden(&self, secrets: &[&str]) {
        for item in self.raw().await {
            let shown = format!("{item:?}");
            for secret in secrets.iter().chain(&[HEADER]) {
                assert!(!shown.contains(secret.trim_start_matches("whsec_")), "{secret} is in {shown}");
            }
        }
    }
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_shows_no_secret_and_no_header_from_the_first_delivery_to_the_deletion() {
    let scene = Scene::start().await;
    let hook = scene.hook_with_header().await;
    let secret = hook["secret"].as_str().unwrap();
    scene.client("Acme").await;
    let received = scene.receiver.wait_for_one("/sealed").await;
    assert_eq!(received.header("authorization"), HEADER);
    standardwebhooks::Webhook::new(secret).unwrap().verify(&received.body, &received.headers).unwrap();
    scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    scene.assert_hidden(&[secret]).await;

    let path = format!("/api/webhooks/{}/", id(&hook));
    let rotated = scene.tributary.post(&scene.owner, &format!("{path}rotate-secret/"), json!({})).await.expect(200);
    let rotated = rotated["secret"].as_str().unwrap();
    scene.assert_hidden(&[secret, rotated]).await;
    assert_eq!(scene.get(&path).await["headers"], json!({"Authorization": HEADER}));
    scene.tributary.delete(&scene.owner, &path).await.expect(204);
    scene.assert_hidden(&[secret, rotated]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_cannot_be_moved_to_another_item() {
    let scene = Scene::start().await;
    let [victim, own] = [scene.hook_with_header().await, scene.hook_with_header().await];
    let items = scene.raw().await;
    let item = |hook: &Value| items.iter().find(|item| text(item, "sk") == id(hook)).unwrap().clone();
    let mut moved = item(&own);
    moved.insert("sealed".to_owned(), item(&victim)["sealed"].clone());
    scene.write(moved).await;
    let path = |hook: &Value| format!("/api/webhooks/{}/", id(hook));
    assert_eq!(scene.tributary.get(&scene.owner, &path(&own)).await.status, 500);
    scene.get(&path(&victim)).await;
    // One that cannot be read keeps no event from the others.
    scene.client("Acme").await;
    scene.receiver.wait_for_one("/sealed").await;
    scene.wait_for_delivery(&victim, |delivery| delivery["status"] == "delivered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_an_earlier_release_works_and_is_sealed_when_it_is_next_written() {
    let scene = Scene::start().await;
    let hook = scene.hook_with_header().await;
    let secret = hook["secret"].as_str().unwrap();
    let mut item = scene.raw().await.into_iter().find(|item| text(item, "sk") == id(&hook)).unwrap();
    item.remove("sealed");
    let headers = json!([["Authorization", HEADER]]).to_string();
    item.insert("headers".to_owned(), AttributeValue::S(headers));
    item.insert("secret".to_owned(), AttributeValue::S(secret.to_owned()));
    scene.write(item).await;
    scene.client("Acme").await;
    let received = scene.receiver.wait_for_one("/sealed").await;
    assert_eq!(received.header("authorization"), HEADER);
    standardwebhooks::Webhook::new(secret).unwrap().verify(&received.body, &received.headers).unwrap();
    scene.patch(&format!("/api/webhooks/{}/", id(&hook)), json!({"name": "again"})).await;
    scene.assert_hidden(&[secret]).await;
}
