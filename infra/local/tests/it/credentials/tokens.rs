//! `GET` and `DELETE /api/tokens/`.

use http::Method;
use serde_json::Value;

use super::{get, jwts, obtain_token, session_cookie};
use crate::support::Tributary;

async fn another(tributary: &Tributary, password: &str) -> String {
    let made = obtain_token(tributary, "owner", password).await.expect(200);
    made["token"].as_str().unwrap().to_owned()
}

fn ids(tokens: &Value) -> Vec<&str> {
    tokens.as_array().unwrap().iter().map(|token| token["id"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_lists_the_tokens_and_ends_one() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let other = another(&tributary, &user.password).await;
    let tokens = tributary.get(&user, "/api/tokens/").await.expect(200);
    let current: Vec<_> = tokens.as_array().unwrap().iter().map(|token| token["current"].as_bool().unwrap()).collect();
    assert_eq!(current, [false, true], "newest first");
    let text = tokens.to_string();
    assert!(!text.contains(&other) && !text.contains(&user.token), "{text}");
    assert!(ids(&tokens).iter().all(|id| !other.contains(id) && !user.token.contains(id)));

    let path = format!("/api/tokens/{}/", ids(&tokens)[0]);
    tributary.delete(&user, &path).await.expect(204);
    tributary.delete(&user, &path).await.expect(404);
    get(&tributary, "/api/me/", &format!("Token {other}")).await.expect(401);
    tributary.delete(&user, &format!("/api/tokens/{}/", ids(&tokens)[1])).await.expect(204);
    tributary.get(&user, "/api/me/").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_users_token_is_a_404_and_goes_on() {
    let tributary = Tributary::start().await;
    let (user, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let tokens = tributary.get(&user, "/api/tokens/").await.expect(200);
    tributary.delete(&stranger, &format!("/api/tokens/{}/", ids(&tokens)[0])).await.expect(404);
    for nothing in ["0", "0000000000000000", &user.token] {
        tributary.delete(&stranger, &format!("/api/tokens/{nothing}/")).await.expect(404);
    }
    tributary.get(&user, "/api/me/").await.expect(200);
    assert_eq!(tributary.get(&stranger, "/api/tokens/").await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ending_all_signs_out_everywhere() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let other = format!("Token {}", another(&tributary, &user.password).await);
    let cookie = session_cookie(&tributary, &user).await;
    let jwt = format!("Bearer {}", jwts(&tributary, &user).await.access);
    tributary.advance(2).await;
    tributary.delete(&user, "/api/tokens/").await.expect(204);
    let own = format!("Token {}", user.token);
    for ended in [
        ("authorization", own.as_str()),
        ("authorization", other.as_str()),
        ("authorization", jwt.as_str()),
        ("cookie", cookie.as_str()),
    ] {
        tributary.raw(Method::GET, "/api/me/", &[ended], "").await.expect(401);
    }
    another(&tributary, &user.password).await;
}
