//! Each kind of credential opens what the user may, and each is refused when it is not good.

use http::Method;
use serde_json::json;

use super::{ask, basic, business, get, home_key, jwts, obtain_token, session_cookie, sign_in};
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_credential_is_the_same_user_of_the_same_organisation() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    let authorizations = [
        format!("Token {}", user.token),
        format!("Bearer {}", home_key(&tributary, &user).await),
        format!("bearer {}", jwts(&tributary, &user).await.access),
        basic(&user.username, &user.password),
        basic(&user.email.to_uppercase(), &user.password),
    ];
    for (n, authorization) in authorizations.iter().enumerate() {
        let mut shown = get(&tributary, "/api/me/", authorization).await.expect(200);
        if authorization.starts_with("Bearer pk_") {
            // Without scopes a key has less than its owner.
            let has = std::mem::replace(&mut shown["permissions"], me["permissions"].clone());
            assert!(has.as_array().unwrap().len() < me["permissions"].as_array().unwrap().len());
        }
        assert_eq!(shown, me, "{n}");
        let body = json!({"name": format!("Client {n}")});
        ask(&tributary, Method::POST, "/api/clients/", authorization, Some(body)).await.expect(201);
    }
    let cookie = session_cookie(&tributary, &user).await;
    let by_cookie = tributary.raw(Method::GET, "/api/me/", &[("cookie", &cookie)], "").await;
    assert_eq!(by_cookie.expect(200), me);
    let clients = tributary.raw(Method::GET, "/api/clients/", &[("cookie", &cookie)], "").await.expect(200);
    assert_eq!(clients.as_array().unwrap().len(), authorizations.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_401_asks_for_the_scheme_that_was_tried_in_every_contract() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    let skhokho = format!("/api/v1.0/organisation/{}/invoices", me["organization_id"].as_str().unwrap());
    let all = [
        ("/api/clients/", "", "Token"),
        ("/api/invoices/", "", "Token"),
        ("/api/invoices/", "crm", "Token"),
        ("/api/invoices/", "clawprint", "Bearer"),
        ("/api/invoices/", "bottlecrm", "Bearer"),
        ("/api/businesses", "", "Bearer"),
        ("/api/products/", "", "Bearer realm=\"api\""),
        (&skhokho, "", "Token"),
    ];
    for (path, contract, own) in all {
        let asked = async |authorization: &str| {
            let mut headers = vec![("authorization", authorization), ("x-api-contract", contract)];
            headers.retain(|(_, value)| !value.is_empty());
            let answer = tributary.raw(Method::GET, path, &headers, "").await;
            answer.expect(401);
            answer.header("www-authenticate").unwrap().to_owned()
        };
        let name = format!("{path} {contract}");
        assert_eq!(asked("").await, own, "{name}");
        assert_eq!(asked("Digest x").await, own, "{name}");
        assert_eq!(asked(&basic("owner", "wrong")).await, "Basic realm=\"api\"", "{name}");
        assert_eq!(asked("basic ***").await, "Basic realm=\"api\"", "{name}");
        assert_eq!(asked("Token wrong").await, "Token", "{name}");
        assert!(asked("Bearer a.b.c").await.starts_with("Bearer"), "{name}");
        assert!(asked("Bearer pk_1:sk_2").await.starts_with("Bearer"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_of_any_kind_that_is_not_good_is_a_401() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = home_key(&tributary, &user).await;
    let (public, secret) = key.split_once(':').unwrap();
    let cookie = session_cookie(&tributary, &user).await;
    let session = cookie.strip_prefix("sessionid=").unwrap();
    let bad = [
        format!("Bearer {public}:sk_{}", "0".repeat(48)),
        format!("Bearer pk_{}:{secret}", "0".repeat(32)),
        format!("Bearer {public}:{secret}0"),
        format!("Bearer {secret}:{public}"),
        format!("Bearer {public}"),
        format!("Bearer {}", user.token),
        format!("Token {key}"),
        // What is kept of a session is no token, and the reverse.
        format!("Token {session}"),
        basic(&user.username, "SecurePass123?"),
        basic("nobody", &user.password),
        basic(&user.username, ""),
        format!("Basic {}", user.token),
        "Digest x".to_owned(),
    ];
    for authorization in &bad {
        let answer = get(&tributary, "/api/clients/", authorization).await;
        assert_eq!(answer.expect(401), json!({"detail": "Invalid token."}), "{authorization}");
        // A good cookie beside it does not help: Authorization decides.
        let headers = [("authorization", authorization.as_str()), ("cookie", cookie.as_str())];
        tributary.raw(Method::GET, "/api/clients/", &headers, "").await.expect(401);
    }
    for cookie in [format!("sessionid={}", user.token), "sessionid=abc".to_owned(), format!("{cookie}0")] {
        let answer = tributary.raw(Method::GET, "/api/clients/", &[("cookie", &cookie)], "").await;
        assert_eq!(answer.expect(401), json!({"detail": "Invalid token."}), "{cookie}");
    }
    let none = tributary.raw(Method::GET, "/api/clients/", &[("cookie", "theme=dark")], "").await;
    assert_eq!(none.expect(401), json!({"detail": "Authentication credentials were not provided."}));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_user_gets_no_credential() {
    let tributary = Tributary::start().await;
    let body = json!({"username": "early", "email": "early@example.com", "password": "SecurePass123!"});
    tributary.call(None, Method::POST, "/api/signup/", Some(body)).await.expect(201);
    get(&tributary, "/api/me/", &basic("early", "SecurePass123!")).await.expect(401);
    obtain_token(&tributary, "early", "SecurePass123!").await.expect(400);
    let answer = sign_in(&tributary, "early", "SecurePass123!").await;
    answer.expect(400);
    assert_eq!(answer.header("set-cookie"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_speaks_for_its_organisation_or_for_another_one_of_its_user() {
    let tributary = Tributary::start().await;
    let (user, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let home = tributary.get(&user, "/api/me/").await.expect(200)["organization_id"].as_str().unwrap().to_owned();
    let other = tributary.get(&stranger, "/api/me/").await.expect(200)["organization_id"].as_str().unwrap().to_owned();
    let token = format!("Token {}", user.token);
    let me = async |authorization: &str, organisation: &str| {
        let headers = [("authorization", authorization), ("organization-id", organisation)];
        tributary.raw(Method::GET, "/api/me/", &headers, "").await
    };
    let (id, key) = business(&tributary, &user).await;
    let second = uuid::Uuid::try_parse(id.strip_prefix("biz_").unwrap()).unwrap().to_string();
    // At once, though the instance has known the user for longer than the business.
    assert_eq!(me(&token, &second).await.expect(200)["organization_id"], json!(second));
    assert_eq!(me(&token, &home).await.expect(200)["organization_id"], json!(home));
    let key = format!("Bearer {key}");
    assert_eq!(get(&tributary, "/api/me/", &key).await.expect(200)["organization_id"], json!(second));
    me(&key, &second).await.expect(200);
    me(&key, &home).await.expect(403);
    for authorization in [&token, &key, &basic(&user.username, &user.password)] {
        me(authorization, &other).await.expect(403);
        me(authorization, "7").await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_holds_no_credential() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = home_key(&tributary, &user).await;
    let jwts = jwts(&tributary, &user).await;
    get(&tributary, "/api/me/", &basic(&user.username, &user.password)).await.expect(200);
    let headers = [("content-type", "application/json"), ("idempotency-key", "once")];
    let body = json!({"username": user.username, "password": user.password}).to_string();
    let answer = tributary.raw(Method::POST, "/api/session/", &headers, body).await;
    answer.expect(204);
    let session = answer.header("set-cookie").unwrap().split([';', '=']).nth(1).unwrap().to_owned();
    let environment = tributary.cloud.environment();
    let client = environment.sdk.dynamodb(&environment.dynamodb_url);
    let items = client.scan().table_name(&environment.table_name).send().await.unwrap();
    let all = format!("{:?}", items.items());
    let (public, secret) = key.split_once(':').unwrap();
    assert!(all.contains(public) && session.len() == 80);
    for credential in [secret, &session, &user.token, &user.password, &jwts.access, &jwts.refresh] {
        assert!(!all.contains(credential), "{credential}");
    }
}
