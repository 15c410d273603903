//! JWTs: when they end, and that nobody else makes any.

use std::sync::Arc;

use app::App;
use app::ports::SystemEntropy;
use app::secret_store::Secret;
use app::secrets::SecretKey;
use app::signing_keys::SigningKeys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{app, get, home_key, jwts, loaded, store};
use crate::support::Tributary;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

async fn status(tributary: &Tributary, jwt: &str) -> u16 {
    get(tributary, "/api/clients/", &format!("Bearer {jwt}")).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_lasts_an_hour_and_a_refresh_token_a_week() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let pair = jwts(&tributary, &user).await;
    let app = app(&tributary);
    assert_eq!(status(&tributary, &pair.access).await, 200);
    tributary.advance(59 * MINUTE).await;
    assert_eq!(status(&tributary, &pair.access).await, 200);
    // It ends while the instance still remembers the user.
    tributary.advance(MINUTE - 10).await;
    assert_eq!(status(&tributary, &pair.access).await, 200);
    tributary.advance(15).await;
    assert_eq!(status(&tributary, &pair.access).await, 401);
    let access = app.refresh_access(&pair.refresh).await.unwrap();
    assert_eq!(status(&tributary, &access).await, 200);
    tributary.advance(7 * DAY - 65 * MINUTE).await;
    assert_eq!(status(&tributary, &access).await, 401);
    app.refresh_access(&pair.refresh).await.unwrap();
    tributary.advance(10 * MINUTE).await;
    assert!(app.refresh_access(&pair.refresh).await.is_err());
}

fn part(jwt: &str, n: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(n).unwrap()).unwrap()).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_says_whose_it_is_and_for_how_long() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let pair = jwts(&tributary, &user).await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    let header = part(&pair.access, 0);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("JWT"), &json!("HS256")));
    assert!(header["kid"].is_string());
    for (jwt, token_type, seconds) in [(&pair.access, "access", 3600), (&pair.refresh, "refresh", 604_800)] {
        let claims = part(jwt, 1);
        assert_eq!((&claims["sub"], &claims["token_type"]), (&me["uuid"], &json!(token_type)));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), seconds);
        assert!(claims["jti"].is_string());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_that_was_tampered_with_is_refused() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let stranger = tributary.sign_up("stranger").await;
    let pair = jwts(&tributary, &user).await;
    let foreign = jwts(&tributary, &stranger).await.access;
    let parts: Vec<&str> = pair.access.split('.').collect();
    let other_key = App::new(
        store(&tributary),
        Arc::clone(&tributary.cloud.environment().clock),
        Arc::new(SystemEntropy),
        SecretKey::new("another deployment's secret"),
    )
    .with_signing_keys(SigningKeys::of(Some(Secret::given("another deployment's secret"))));
    let mut later = part(&pair.access, 1);
    later["exp"] = json!(later["exp"].as_i64().unwrap() + 3600);
    let none = |alg: &str| encoded(&json!({"typ": "JWT", "alg": alg}));
    let bad = [
        pair.refresh.clone(),
        other_key.issue_tokens(&loaded(&tributary, &user).await).unwrap().access,
        format!("{}.{}.{}", parts[0], encoded(&later), parts[2]),
        format!("{}.{}.{}", parts[0], foreign.split('.').nth(1).unwrap(), parts[2]),
        format!("{}.{}.", none("none"), parts[1]),
        format!("{}.{}.{}", none("none"), parts[1], parts[2]),
        format!("{}.{}.{}", none("HS512"), parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}A", parts[0], parts[1], parts[2]),
        "a.b.c".to_owned(),
    ];
    for jwt in &bad {
        assert_eq!(status(&tributary, jwt).await, 401, "{jwt}");
    }
    assert_eq!(status(&tributary, &pair.access).await, 200);
    assert!(app(&tributary).refresh_access(&pair.access).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_tokens_sessions_and_jwts_but_no_api_key() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = home_key(&tributary, &user).await;
    let pair = jwts(&tributary, &user).await;
    assert_eq!(status(&tributary, &pair.access).await, 200);
    let mut reset = loaded(&tributary, &user).await;
    let before = reset.version;
    // In the very second in which the JWTs were issued.
    reset.end_credentials(app(&tributary).now());
    reset.version += 1;
    store(&tributary).save_user(&reset, before).await.unwrap();
    let renewed = app(&tributary).issue_tokens(&reset).unwrap();
    assert_eq!(status(&tributary, &renewed.access).await, 200);
    assert!(app(&tributary).refresh_access(&pair.refresh).await.is_err());
    // Warm instances may trust for a minute.
    tributary.advance(61).await;
    assert_eq!(status(&tributary, &pair.access).await, 401);
    tributary.get(&user, "/api/me/").await.expect(401);
    assert_eq!(status(&tributary, &key).await, 200);
    assert_eq!(status(&tributary, &renewed.access).await, 200);
}
