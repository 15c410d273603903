//! `POST /api/token/refresh/`.

use http::Method;
use serde_json::json;

use super::*;
use crate::support::Tributary;

const DAY: u64 = 24 * 3600;

async fn refreshes(tributary: &Tributary, refresh: &str) -> Answer {
    post(tributary, "/api/token/refresh/", json!({"refresh": refresh})).await
}

#[track_caller]
fn is_not_valid(answer: &Answer) {
    let body = json!({"detail": "Given token not valid for any token type", "code": "token_not_valid"});
    assert_eq!(answer.expect(401), body);
    assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
}

async fn status(tributary: &Tributary, jwt: &str) -> u16 {
    get(tributary, "/api/clients/", &format!("Bearer {jwt}")).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn token_refresh_answers_as_documented_with_and_without_a_slash() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let (access, refresh) = tokens(&tributary, PASSWORD).await;
    tributary.advance(3600).await;
    assert_eq!(status(&tributary, &access).await, 401);
    for path in ["/api/token/refresh/", "/api/token/refresh"] {
        let answer = post(&tributary, path, json!({"refresh": refresh})).await.expect(200);
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["access"]);
        assert_eq!(status(&tributary, answer["access"].as_str().unwrap()).await, 200);
    }
    tributary.advance(7 * DAY - 3700).await;
    refreshes(&tributary, &refresh).await.expect(200);
    tributary.advance(100).await;
    is_not_valid(&refreshes(&tributary, &refresh).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_refreshes_nothing_and_a_refresh_token_opens_nothing() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let (access, refresh) = tokens(&tributary, PASSWORD).await;
    is_not_valid(&refreshes(&tributary, &access).await);
    assert_eq!((status(&tributary, &refresh).await, status(&tributary, &access).await), (401, 200));
    let (head, signature) = refresh.rsplit_once('.').unwrap();
    let (header, _) = head.split_once('.').unwrap();
    let foreign = access.split('.').nth(1).unwrap();
    let bad = [
        String::new(),
        "abc".to_owned(),
        "a.b.c".to_owned(),
        head.to_owned(),
        format!("{head}."),
        format!("{header}.{foreign}.{signature}"),
        format!("{refresh}A"),
    ];
    for token in &bad {
        let answer = refreshes(&tributary, token).await;
        if token.is_empty() && answer.status == 400 {
            names(&answer, &["refresh"]);
        } else {
            is_not_valid(&answer);
        }
    }
    for body in [json!({}), json!({"refresh": null}), json!({"refresh": 5})] {
        names(&post(&tributary, "/api/token/refresh/", body).await, &["refresh"]);
    }
    let array = tributary.raw(Method::POST, "/api/token/refresh/", &[("content-type", "application/json")], "[]").await;
    names(&array, &["non_field_errors"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blacklisted_refresh_token_ends_its_own_sign_in_alone() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let credentials = json!({"username": user.username, "password": user.password});
    let sign_in = async || post(&tributary, "/api/token/", credentials.clone()).await.expect(200);
    let (ended, other) = (sign_in().await, sign_in().await);
    let renewed = post(&tributary, "/api/token/refresh/", json!({"refresh": ended["refresh"]})).await.expect(200);
    let status = async |access: &serde_json::Value| {
        let authorization = format!("Bearer {}", access.as_str().unwrap());
        tributary.raw(Method::GET, "/api/products/", &[("authorization", &authorization)], "").await.status.as_u16()
    };
    assert_eq!(status(&renewed["access"]).await, 200);

    let blacklist =
        async |token: &serde_json::Value| post(&tributary, "/api/token/blacklist/", json!({"refresh": token})).await;
    assert_eq!(blacklist(&ended["refresh"]).await.expect(200), json!({}));
    for access in [&ended["access"], &renewed["access"]] {
        assert_eq!(status(access).await, 401);
    }
    post(&tributary, "/api/token/refresh/", json!({"refresh": ended["refresh"]})).await.expect(401);
    // What is no refresh token that is good ends nothing.
    for wrong in [&ended["refresh"], &other["access"], &json!("x"), &json!("a.b.c")] {
        assert_eq!(blacklist(wrong).await.expect(401)["code"], "token_not_valid", "{wrong}");
    }
    for body in [json!({}), json!({"refresh": null}), json!({"refresh": 7})] {
        names(&post(&tributary, "/api/token/blacklist/", body).await, &["refresh"]);
    }
    assert_eq!(status(&other["access"]).await, 200);
    post(&tributary, "/api/token/refresh/", json!({"refresh": other["refresh"]})).await.expect(200);
}
