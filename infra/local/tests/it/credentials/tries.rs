//! How often a password may be wrong.

use futures::future::join_all;
use http::Method;

use serde_json::json;

use super::{basic, get, obtain_token, sign_in};
use crate::support::{Answer, Remote, Tributary};

pub(super) const WINDOW: i64 = 15 * 60;

/// A cloud at the beginning of a window, so that none ends within a test.
pub(super) async fn start() -> Tributary {
    let tributary = Tributary::start().await;
    begin_a_window(&tributary).await;
    tributary
}

pub(super) async fn begin_a_window(tributary: &Remote) {
    let clock = tributary.raw(Method::GET, "/_local/clock", &[], "").await.expect(200);
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    let wait = WINDOW - now.as_second().rem_euclid(WINDOW);
    tributary.advance(u64::try_from(wait).unwrap()).await;
}

#[track_caller]
pub(super) fn is_too_many(answer: &Answer) {
    answer.expect(429);
    let wait: i64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=WINDOW).contains(&wait), "{wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_wrong_password_of_a_login_is_too_many_wherever_it_is_tried() {
    let tributary = start().await;
    let (user, other) = (tributary.sign_up("owner").await, tributary.sign_up("other").await);
    for _ in 0..4 {
        obtain_token(&tributary, "owner", "wrong").await.expect(400);
        sign_in(&tributary, " OWNER", "wrong").await.expect(400);
    }
    for _ in 0..2 {
        get(&tributary, "/api/me/", &basic("owner", "wrong")).await.expect(401);
    }
    // The right one neither: it would tell that it is.
    is_too_many(&obtain_token(&tributary, "owner", &user.password).await);
    is_too_many(&sign_in(&tributary, "owner", &user.password).await);
    is_too_many(&get(&tributary, "/api/me/", &basic("owner", &user.password)).await);
    // Credentials that the user has go on, and so do others.
    tributary.get(&user, "/api/me/").await.expect(200);
    obtain_token(&tributary, "other", &other.password).await.expect(200);
    tributary.advance(u64::try_from(WINDOW).unwrap()).await;
    obtain_token(&tributary, "owner", &user.password).await.expect(200);
}

/// Tries a password in each way in which one is taken, by either name of the account where there are two.
async fn try_all(tributary: &Tributary, username: &str, email: &str, password: &str) -> Vec<Answer> {
    let post = async |path: &str, body| tributary.call(None, Method::POST, path, Some(body)).await;
    vec![
        obtain_token(tributary, username, password).await,
        obtain_token(tributary, email, password).await,
        sign_in(tributary, &username.to_uppercase(), password).await,
        sign_in(tributary, email, password).await,
        get(tributary, "/api/me/", &basic(username, password)).await,
        get(tributary, "/api/me/", &basic(&email.to_uppercase(), password)).await,
        post("/api/token/", json!({"username": username, "password": password})).await,
        post("/api/token/", json!({"username": email, "password": password})).await,
        post("/api/login/", json!({"email": email, "password": password})).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_one_total_of_tries_by_its_username_and_its_address_in_every_way() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    for answer in try_all(&tributary, "owner", &user.email, "wrong").await {
        assert!(matches!(answer.status.as_u16(), 400 | 401), "{}", answer.text);
    }
    obtain_token(&tributary, "owner", "wrong").await.expect(400);
    for answer in try_all(&tributary, "owner", &user.email, &user.password).await {
        is_too_many(&answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_no_account_has_is_refused_as_often_as_one_that_an_account_has() {
    let tributary = start().await;
    tributary.sign_up("owner").await;
    for login in ["owner", "nobody", "owner@example.org"] {
        for _ in 0..10 {
            obtain_token(&tributary, login, "wrong").await.expect(400);
        }
        is_too_many(&obtain_token(&tributary, login, "wrong").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn right_passwords_are_not_counted() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    for _ in 0..12 {
        obtain_token(&tributary, "owner", &user.password).await.expect(200);
    }
    let authorization = basic("owner", &user.password);
    let answers = join_all((0..40).map(|_| get(&tributary, "/api/me/", &authorization))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_login_is_counted_as_a_known_one_is() {
    let tributary = start().await;
    for _ in 0..10 {
        obtain_token(&tributary, "nobody", "SecurePass123!").await.expect(400);
    }
    is_too_many(&obtain_token(&tributary, "nobody", "SecurePass123!").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_wrong_passwords_at_once_no_more_are_tried_than_one_after_the_other() {
    let tributary = start().await;
    tributary.sign_up("owner").await;
    let answers = join_all((0..30).map(|_| obtain_token(&tributary, "owner", "wrong"))).await;
    let tried = answers.iter().filter(|answer| answer.status == 400).count();
    let refused = answers.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((tried, refused), (10, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_a_limit_over_all_logins_whatever_it_says_it_is() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    let other = tributary.elsewhere(2).sign_up("other").await;
    let try_one = async |n: usize| {
        let body = serde_json::json!({"username": format!("nobody{n}"), "password": "wrong"}).to_string();
        let claimed = format!("192.0.2.{n}");
        let headers = [("content-type", "application/json"), ("x-forwarded-for", claimed.as_str())];
        tributary.raw(Method::POST, "/api-token-auth/", &headers, body).await
    };
    for n in 0..50 {
        try_one(n).await.expect(400);
    }
    is_too_many(&try_one(50).await);
    is_too_many(&obtain_token(&tributary, "other", &other.password).await);
    // Who signed in from there before has tries of their own.
    obtain_token(&tributary, "owner", &user.password).await.expect(200);
}
