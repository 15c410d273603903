//! What another organisation sees of this one's webhooks: nothing.

use http::Method;
use serde_json::{Value, json};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_another_organisation_reach_no_webhook_of_this_one() {
    let scene = Scene::start().await;
    let stranger = scene.tributary.sign_up("stranger").await;
    let hook = scene.hook_at("/mine", "Client", "CREATE").await;
    let theirs = json!({"name": "theirs", "model": "Client", "event": "CREATE", "url": scene.url("/theirs")});
    scene.tributary.post(&stranger, "/api/webhooks/", theirs).await.expect(201);

    scene.tributary.post(&stranger, "/api/clients/", json!({"name": "Their client"})).await.expect(201);
    assert_eq!(scene.receiver.wait_for_one("/theirs").await.json()["name"], "Their client");
    scene.client("My client").await;
    assert_eq!(scene.receiver.wait_for_one("/mine").await.json()["name"], "My client");
    scene.settled().await;
    assert_eq!(scene.deliveries(&hook).await.len(), 1);
    assert_eq!((scene.receiver.received_at("/mine").len(), scene.receiver.received_at("/theirs").len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_and_its_deliveries_do_not_exist_for_another_organisation() {
    let scene = Scene::start().await;
    let stranger = scene.tributary.sign_up("stranger").await;
    let hook = scene.hook_at("/mine", "Client", "CREATE").await;
    let client = scene.client("Acme").await;
    let delivery = scene.wait_for_delivery(&hook, |delivery| delivery["status"] == "delivered").await;
    let path = format!("/api/webhooks/{}/", id(&hook));
    let redeliver = format!("{path}deliveries/{}/redeliver/", id(&delivery));
    let calls = [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"name": "stolen"}))),
        (Method::PUT, path.clone(), Some(json!({"name": "stolen"}))),
        (Method::GET, format!("{path}deliveries/"), None),
        (Method::POST, redeliver, None),
        (Method::POST, format!("{path}rotate-secret/"), None),
        (Method::POST, format!("{path}test/"), Some(json!({"object_id": client["id"]}))),
        (Method::DELETE, path.clone(), None),
    ];
    for (method, path, body) in calls {
        let answer = scene.tributary.call(Some(&stranger), method.clone(), &path, body).await;
        assert_eq!(answer.expect(404), json!({"detail": "Not found."}), "{method} {path}");
    }
    assert_eq!(scene.tributary.get(&stranger, "/api/webhooks/").await.expect(200), json!([]));
    assert_eq!(scene.get(&path).await["name"], "hook");

    // A webhook of the stranger's own does not show this organisation's objects either.
    let theirs = json!({"name": "theirs", "model": "Client", "url": scene.url("/theirs")});
    let theirs = scene.tributary.post(&stranger, "/api/webhooks/", theirs).await.expect(201);
    let test = format!("/api/webhooks/{}/test/", id(&theirs));
    scene.tributary.post(&stranger, &test, json!({"object_id": client["id"]})).await.expect(404);
    let redeliver = format!("/api/webhooks/{}/deliveries/{}/redeliver/", id(&theirs), id(&delivery));
    scene.tributary.post(&stranger, &redeliver, Value::Null).await.expect(404);
    assert_eq!(scene.receiver.received_at("/mine").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_has_webhooks_and_without_a_credential_there_are_none() {
    let scene = Scene::start().await;
    let hook = scene.hook_at("/mine", "Client", "CREATE").await;
    for path in ["/api/webhooks/".to_owned(), format!("/api/webhooks/{}/", id(&hook))] {
        let refused = scene.tributary.call(None, Method::GET, &path, None).await.expect(401);
        assert_eq!(refused, json!({"detail": "Authentication credentials were not provided."}));
    }
}
