//! Businesses and their API keys.

use http::Method;
use serde_json::json;

use super::{ask, business, get};
use crate::support::Tributary;

fn is_key(key: &str) -> bool {
    let good = |part: &str, prefix: &str, least: usize| {
        part.strip_prefix(prefix).is_some_and(|r| r.len() >= least && r.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    key.split_once(':').is_some_and(|(public, secret)| good(public, "pk_", 24) && good(secret, "sk_", 40))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_is_an_organisation_of_its_own_with_a_key() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let home = tributary.get(&user, "/api/me/").await.expect(200);
    let body = json!({"name": "Second Shop", "currency": "EUR"});
    let opened = tributary.post(&user, "/api/businesses", body).await.expect(201);
    assert_eq!((&opened["name"], &opened["currency"]), (&json!("Second Shop"), &json!("EUR")));
    assert!(opened["created_at"].as_str().unwrap().ends_with('Z'));
    let key = opened["api_key"].as_str().unwrap();
    assert!(is_key(key), "{key}");

    let mut shown = opened.clone();
    shown.as_object_mut().unwrap().remove("api_key");
    let all = tributary.get(&user, "/api/businesses/").await.expect(200);
    assert_eq!((&all["count"], &all["businesses"][0]["business_id"]), (&json!(2), &home["business_id"]));
    assert_eq!((&all["businesses"][1], all.as_object().unwrap().len()), (&shown, 2));
    let by_key = get(&tributary, "/api/businesses", &format!("Bearer {key}")).await.expect(200);
    assert_eq!(by_key, json!({"businesses": [shown], "count": 1}));

    // What is made by the key belongs to the business alone.
    let authorization = format!("Bearer {key}");
    let made = ask(&tributary, Method::POST, "/api/clients/", &authorization, Some(json!({"name": "Acme"}))).await;
    let path = format!("/api/clients/{}/", made.expect(201)["id"].as_str().unwrap());
    tributary.get(&user, &path).await.expect(404);
    let members = get(&tributary, "/api/users/", &authorization).await.expect(200);
    assert_eq!((members.as_array().unwrap().len(), &members[0]["is_owner"]), (1, &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_that_cannot_be_is_refused_in_clawprints_form() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": ""}), "name"),
        (json!({"name": "A", "currency": "CHF"}), "currency"),
        (json!({"name": "A", "currency": 7}), "currency"),
    ] {
        let refused = tributary.post(&user, "/api/businesses", body.clone()).await.expect(400);
        assert!(refused["details"][field].is_string() && refused["error"].is_string(), "{body}: {refused}");
    }
    let (_, key) = business(&tributary, &user).await;
    let refused =
        ask(&tributary, Method::POST, "/api/businesses", &format!("Bearer {key}"), Some(json!({"name": "A"}))).await;
    assert_eq!(refused.expect(403)["error"], "Forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_and_deleted_by_the_owner_and_by_the_businesss_own_keys() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (id, first) = business(&tributary, &user).await;
    let keys = format!("/api/businesses/{id}/api-keys");
    let made = tributary.post(&user, &keys, json!({})).await.expect(201);
    assert_eq!(made.as_object().unwrap().len(), 2);
    let second = made["api_key"].as_str().unwrap();
    assert!(is_key(second) && second != first && made["created_at"].is_string());
    let by = |key: &str| format!("Bearer {key}");
    let third = ask(&tributary, Method::POST, &keys, &by(&first), None).await.expect(201);
    let third = third["api_key"].as_str().unwrap();
    get(&tributary, "/api/clients/", &by(third)).await.expect(200);

    let path_of = |key: &str| format!("{keys}/{}", key.split(':').next().unwrap());
    ask(&tributary, Method::DELETE, &path_of(third), &by(second), None).await.expect(204);
    get(&tributary, "/api/clients/", &by(third)).await.expect(401);
    tributary.delete(&user, &path_of(third)).await.expect(404);
    tributary.delete(&user, &format!("{keys}/pk_x")).await.expect(404);
    tributary.delete(&user, &path_of(&first)).await.expect(204);
    get(&tributary, "/api/clients/", &by(second)).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_of_others_does_not_exist_and_a_member_may_not_touch_ones_own() {
    let tributary = Tributary::start().await;
    let (user, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let (id, key) = business(&tributary, &user).await;
    let (_, foreign) = business(&tributary, &stranger).await;
    let keys = format!("/api/businesses/{id}/api-keys");
    let one = format!("{keys}/{}", key.split(':').next().unwrap());
    for authorization in [format!("Token {}", stranger.token), format!("Bearer {foreign}")] {
        ask(&tributary, Method::POST, &keys, &authorization, None).await.expect(404);
        ask(&tributary, Method::DELETE, &one, &authorization, None).await.expect(404);
    }
    let home = tributary.get(&user, "/api/me/").await.expect(200)["business_id"].as_str().unwrap().to_owned();
    let key_of_second = format!("Bearer {key}");
    ask(&tributary, Method::POST, &format!("/api/businesses/{home}/api-keys"), &key_of_second, None).await.expect(404);
    tributary.post(&user, "/api/businesses/biz_7/api-keys", json!({})).await.expect(404);

    let member = json!({"username": "sales", "email": "sales@example.com", "password": "SecurePass123!",
        "groups": ["Sales"]});
    tributary.post(&user, "/api/users/", member).await.expect(201);
    let sales = super::basic("sales", "SecurePass123!");
    get(&tributary, "/api/businesses", &sales).await.expect(403);
    ask(&tributary, Method::POST, "/api/businesses", &sales, Some(json!({"name": "A"}))).await.expect(403);
    ask(&tributary, Method::POST, &format!("/api/businesses/{home}/api-keys"), &sales, None).await.expect(403);
    ask(&tributary, Method::POST, &keys, &sales, None).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_business_has_fifty_keys_at_most_however_they_are_asked_for() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (id, _) = business(&tributary, &user).await;
    let keys = format!("/api/businesses/{id}/api-keys");
    let make = async || tributary.post(&user, &keys, json!({})).await.status.as_u16();
    for _ in 0..46 {
        assert_eq!(make().await, 201);
    }
    let mut at_once = futures::future::join_all((0..6).map(|_| make())).await;
    at_once.sort_unstable();
    assert_eq!(at_once, [201, 201, 201, 409, 409, 409]);
}
