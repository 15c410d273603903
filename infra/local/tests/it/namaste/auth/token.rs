//! `POST /api/token/`.

use http::Method;
use serde_json::json;

use super::*;
use crate::support::Tributary;

async fn pair(tributary: &Tributary, login: &str, password: &str) -> Answer {
    post(tributary, "/api/token/", json!({"username": login, "password": password})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_alone_gives_a_pair_that_opens_and_is_refreshed() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    for login in ["john_doe", " JOHN_DOE", EMAIL] {
        let pair = pair(&tributary, login, PASSWORD).await.expect(200);
        let mut names: Vec<_> = pair.as_object().unwrap().keys().collect();
        names.sort_unstable();
        assert_eq!(names, ["access", "refresh"]);
        let access = pair["access"].as_str().unwrap();
        get(&tributary, "/api/products/", &format!("Bearer {access}")).await.expect(200);
        let refreshed = post(&tributary, "/api/token/refresh/", json!({"refresh": pair["refresh"]})).await.expect(200);
        let access = refreshed["access"].as_str().unwrap();
        get(&tributary, "/api/me/", &format!("Bearer {access}")).await.expect(200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_account_is_a_401_and_what_is_missing_a_400() {
    let tributary = Tributary::start().await;
    signs_up(&tributary).await.expect(201);
    let refused = json!({"detail": "No active account found with the given credentials"});
    for (login, password) in [("john_doe", PASSWORD), ("nobody", PASSWORD), ("", "")] {
        let answer = pair(&tributary, login, password).await;
        assert_eq!(answer.expect(401), refused, "{login}: its address is not proven, or there is none");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"api\""));
    }
    names(&post(&tributary, "/api/token/", json!({})).await, &["username", "password"]);
    names(&post(&tributary, "/api/token/", json!({"username": 5, "password": null})).await, &["username", "password"]);
    tributary.raw(Method::GET, "/api/token/", &[], "").await.expect(405);
}
