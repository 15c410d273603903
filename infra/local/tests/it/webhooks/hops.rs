//! Webhooks that call the API, and so trigger each other.

use http::Method;
use serde_json::{Value, json};

use super::*;

/// The header's name.
const HOPS: &str = "tributary-hops";

impl Scene {
    /// A webhook that calls the API at a path, as its owner.
    async fn own_hook(&self, model: &str, event: &str, method: &str, path: &str, payload: Value) -> Value {
        self.hook(json!({
            "model": model, "event": event, "method": method, "url": format!("{}{path}", self.tributary.base_url()),
            "headers": {"Authorization": format!("Token {}", self.owner.token)}, "payload": payload,
        }))
        .await
    }

    /// The delivery that died of its hops, as soon as there is one.
    async fn dead(&self, hook: &Value) -> Value {
        let is_dead = |delivery: &Value| delivery["status"] == "dead";
        let dead = self.wait_for_delivery(hook, is_dead).await;
        let error = attempts(&dead)[0]["error"].as_str().unwrap();
        assert_eq!(error, "5 webhooks, one after the other, led to this change");
        dead
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_triggers_itself_ends_after_five_hops_and_says_why() {
    let scene = Scene::start().await;
    let payload = json!({"name": "{self.name}x"});
    let hook = scene.own_hook("Client", "UPDATE", "PATCH", "/api/clients/{id}/", payload).await;
    let client = scene.client("a").await;
    let path = format!("/api/clients/{}/", id(&client));
    scene.patch(&path, json!({"name": "b"})).await;
    let dead = scene.dead(&hook).await;
    scene.settled().await;
    assert_eq!(scene.get(&path).await["name"], "bxxxxx");
    assert_eq!(scene.deliveries(&hook).await.len(), 6);
    // It is not sent by hand either.
    let again = format!("/api/webhooks/{}/deliveries/{}/redeliver/", id(&hook), id(&dead));
    let refused = scene.tributary.post(&scene.owner, &again, json!({})).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("led to this change"), "{refused}");
    // What a person changes then begins anew.
    scene.patch(&path, json!({"name": "c"})).await;
    scene.wait_for_delivery(&hook, |newest| newest["status"] == "dead" && id(newest) != id(&dead)).await;
    assert_eq!(scene.get(&path).await["name"], "cxxxxx");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_webhooks_that_make_and_delete_for_each_other_end_too() {
    let scene = Scene::start().await;
    let deletes = scene.own_hook("Client", "CREATE", "DELETE", "/api/clients/{id}/", json!({})).await;
    let makes = scene.own_hook("Client", "DELETE", "POST", "/api/clients/", json!({"name": "{self.name}x"})).await;
    scene.client("a").await;
    scene.dead(&deletes).await;
    scene.settled().await;
    let clients = scene.get("/api/clients/").await;
    assert_eq!(clients[0]["name"], "axxxxx", "{clients}");
    assert_eq!((scene.deliveries(&deletes).await.len(), scene.deliveries(&makes).await.len()), (6, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_through_two_organisations_ends_too() {
    let scene = Scene::start().await;
    let other = scene.tributary.sign_up("other").await;
    let url = format!("{}/api/clients/", scene.tributary.base_url());
    let mut hooks = vec![];
    for (from, to) in [(&scene.owner, &other), (&other, &scene.owner)] {
        let body = json!({
            "name": "hook", "model": "Client", "event": "CREATE", "url": url, "payload": {"name": "{self.name}x"},
            "headers": {"Authorization": format!("Token {}", to.token)},
        });
        hooks.push(scene.tributary.post(from, "/api/webhooks/", body).await.expect(201));
    }
    scene.client("a").await;
    // The sixth client is the last: the other organisation's third, whose delivery is dead.
    let path = format!("/api/webhooks/{}/deliveries/", id(&hooks[1]));
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while scene.tributary.get(&other, &path).await.expect(200)[0]["status"] != "dead" {
        assert!(tokio::time::Instant::now() < deadline, "no delivery died");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    scene.settled().await;
    assert_eq!(scene.get("/api/clients/").await.as_array().unwrap().len(), 3);
    assert_eq!(scene.tributary.get(&other, "/api/clients/").await.expect(200).as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_hands_the_header_on_and_cannot_make_one() {
    let scene = Scene::start().await;
    let hook = scene
        .hook(json!({
            "model": "Client", "event": "UPDATE", "url": scene.url("/hook"),
            "headers": {HOPS: "1.00000000000000000000000000000000", "Tributary-Hops-2": "x"},
        }))
        .await;
    let client = scene.client("a").await;
    let path = format!("/api/clients/{}/", id(&client));
    let authorization = format!("Token {}", scene.owner.token);
    let rename = async |name: &str, hops: &str| {
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json"), (HOPS, hops)];
        let body = json!({"name": name}).to_string();
        scene.tributary.raw(Method::PATCH, &path, &headers, body).await.expect(200);
    };
    let mut header = String::new();
    for hop in 1..=5 {
        rename(&format!("n{hop}"), &header).await;
        header = scene.receiver.wait_for("/hook", hop).await[hop - 1].header(HOPS).to_owned();
        assert!(header.starts_with(&format!("{hop}.")), "{header}");
    }
    rename("n6", &header).await;
    scene.dead(&hook).await;
    // What is not signed, or is signed for another number, counts nothing.
    let (_, proof) = header.split_once('.').unwrap();
    for (count, forged) in
        [format!("1.{proof}"), "5".to_owned(), "4294967295.".to_owned(), format!("{header}0")].iter().enumerate()
    {
        rename(&format!("forged {count}"), forged).await;
        let received = scene.receiver.wait_for("/hook", 6 + count).await;
        assert!(received[5 + count].header(HOPS).starts_with("1."), "{forged}");
    }
    // Another organisation's header is none here.
    let other = scene.tributary.sign_up("other").await;
    let hook = json!({"name": "h", "model": "Client", "event": "CREATE", "url": scene.url("/other")});
    let hook = scene.tributary.post(&other, "/api/webhooks/", hook).await.expect(201);
    let token = format!("Token {}", other.token);
    let headers = [("authorization", token.as_str()), ("content-type", "application/json"), (HOPS, header.as_str())];
    scene.tributary.raw(Method::POST, "/api/clients/", &headers, json!({"name": "b"}).to_string()).await.expect(201);
    assert!(scene.receiver.wait_for("/other", 1).await[0].header(HOPS).starts_with("1."), "{hook}");
}
