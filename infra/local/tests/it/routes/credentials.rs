//! No route but a few lets anybody in without a credential.

use contracts::crm::routes::{Route, routes};
use http::Method;
use serde_json::json;

use super::books::{Books, goes_on};
use super::is_shared;
use crate::credentials::session_cookie;
use crate::support::{Answer, Tributary};

/// What needs no credential: a way to get one, and an image, whose URL is known from its object alone. This list may
/// only shrink.
const PUBLIC: [(&str, &str); 6] = [
    ("POST", "/api/signup"),
    ("POST", "/api/verify-signup-otp"),
    ("POST", "/api-token-auth"),
    ("POST", "/api/api-token-auth"),
    ("POST", "/api/session"),
    ("GET", "/files/images/{collection}/{id}/{file}"),
];

fn is_public(route: &Route) -> bool {
    PUBLIC.contains(&(route.method.as_str(), route.path))
}

fn private() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| !is_public(route))
}

async fn call(tributary: &Tributary, books: &Books, route: &Route, headers: &[(&str, &str)]) -> Answer {
    let method: Method = route.method.as_str().parse().unwrap();
    tributary.raw(method, &books.path(route), headers, books.content(route).1).await
}

#[track_caller]
fn refused(route: &Route, answer: &Answer, detail: &str, scheme: &str) {
    let name = format!("{} {}: {}", route.method.as_str(), route.path, answer.text);
    assert_eq!(answer.status, 401, "{name}");
    assert_eq!(answer.json(), json!({ "detail": detail }), "{name}");
    assert_eq!(answer.header("www-authenticate"), Some(scheme), "{name}");
    assert!(answer.header("x-request-id").is_some(), "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_but_the_public_ones_is_a_401_without_a_credential() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let before = everything(&tributary, &books).await;
    for route in private() {
        let answer = call(&tributary, &books, route, &[]).await;
        refused(route, &answer, "Authentication credentials were not provided.", "Token");
    }
    assert_eq!(everything(&tributary, &books).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_but_the_public_ones_is_a_401_with_a_bad_credential() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let token = &books.user.token;
    // The right user with a wrong secret, a stranger of the right shape, and the right token where it does not belong.
    let other_secret = format!("Token {}{}", &token[..token.len() - 4], "0000");
    let bad = [
        other_secret,
        format!("Token {}", "0".repeat(token.len())),
        format!("Token {}", &token[1..]),
        format!("Token {token}0"),
        "Token".to_owned(),
        String::new(),
        format!("Bearer {token}"),
        token.clone(),
    ];
    let before = everything(&tributary, &books).await;
    for authorization in &bad {
        for route in private() {
            let headers = [("authorization", authorization.as_str()), ("idempotency-key", "k")];
            let answer = call(&tributary, &books, route, &headers).await;
            // A bearer's that is no key is meant as a JWT, which speaks bottlecrm where it can.
            if authorization.starts_with("Bearer") && is_shared(route) {
                assert_eq!(answer.status, 401, "{}: {}", route.path, answer.text);
                assert!(answer.json()["errors"]["detail"].is_string(), "{}: {}", route.path, answer.text);
                assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{}", route.path);
            } else {
                let scheme = if authorization.starts_with("Bearer") { "Bearer" } else { "Token" };
                refused(route, &answer, "Invalid token.", scheme);
            }
        }
    }
    assert_eq!(everything(&tributary, &books).await, before);
}

/// What the pages of other origins send, with the user's cookie.
const FOREIGN: [&[(&str, &str)]; 4] = [
    &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:1")],
    &[("sec-fetch-site", "same-site")],
    &[("origin", "http://localhost:1")],
    &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")],
];

#[tokio::test(flavor = "multi_thread")]
async fn no_route_changes_anything_with_a_cookie_at_the_request_of_another_origins_page() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    let cookie = session_cookie(&tributary, &books.user).await;
    let before = everything(&tributary, &books).await;
    for route in private().filter(|route| route.method.as_str() != "GET") {
        for foreign in FOREIGN {
            let (content_type, body) = books.content(route);
            let mut headers = vec![("cookie", cookie.as_str()), ("content-type", content_type)];
            headers.extend_from_slice(foreign);
            let method: Method = route.method.as_str().parse().unwrap();
            let answer = tributary.raw(method, &books.path(route), &headers, body).await;
            let name = format!("{} {} {foreign:?}: {}", route.method.as_str(), route.path, answer.text);
            assert_eq!(answer.status, 403, "{name}");
        }
    }
    assert_eq!(everything(&tributary, &books).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_route_is_not_closed_by_a_bad_credential() {
    let tributary = Tributary::start().await;
    let books = Books::open(&tributary, "owner").await;
    for route in routes().filter(|route| is_public(route)) {
        let answer = call(&tributary, &books, route, &[("authorization", "Token bad")]).await;
        assert_ne!(answer.status, 401, "{}: {}", route.path, answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unverified_user_gets_no_token() {
    let tributary = Tributary::start().await;
    let body = json!({"username": "early", "email": "early@example.com", "password": "SecurePass123!"});
    tributary.call(None, Method::POST, "/api/signup/", Some(body)).await.expect(201);
    let body = json!({"username": "early", "password": "SecurePass123!"});
    let answer = tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await;
    assert!(answer.status.is_client_error() && !answer.text.contains("token\""), "{}: {}", answer.status, answer.text);
}

/// Every list, as its owner sees it.
async fn everything(tributary: &Tributary, books: &Books) -> Vec<String> {
    let mut lists = Vec::new();
    for route in private().filter(|route| route.method.as_str() == "GET" && !goes_on(route)) {
        lists.push(books.call(tributary, route).await.text);
    }
    lists
}
