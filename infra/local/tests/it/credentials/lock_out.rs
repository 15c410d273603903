//! Strangers who try passwords keep nobody out.

use futures::future::join_all;
use http::Method;
use serde_json::json;
use tributary_local::{Cloud, Options, registry};

use super::tries::{WINDOW, begin_a_window, is_too_many, start};
use super::{basic, get, obtain_token, sign_in};
use crate::support::{Remote, Tributary};

/// Has one source after the other try wrong passwords, until each is stopped; gives how many were tried.
async fn attack(tributary: &Remote, login: &str, sources: std::ops::Range<u8>) -> usize {
    let mut tried = 0;
    for n in sources {
        let stranger = tributary.elsewhere(n);
        let answers = join_all((0..11).map(|_| obtain_token(&stranger, login, "wrong"))).await;
        tried += answers.iter().filter(|answer| answer.status == 400).count();
    }
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_from_elsewhere_do_not_stop_the_user_where_the_user_signs_in() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    assert_eq!(attack(&tributary, "owner", 2..8).await, 60);
    for _ in 0..3 {
        obtain_token(&tributary, "owner", &user.password).await.expect(200);
        sign_in(&tributary, "owner@example.com", &user.password).await.expect(204);
    }
    // Nor from a place that is new.
    obtain_token(&tributary.elsewhere(9), "owner", &user.password).await.expect(200);
    // A place that signed in has its own ten tries, even while an attack goes on.
    attack(&tributary, "owner", 20..32).await;
    for _ in 0..10 {
        obtain_token(&tributary, "owner", "wrong").await.expect(400);
    }
    is_too_many(&obtain_token(&tributary, "owner", &user.password).await);
    obtain_token(&tributary.elsewhere(9), "owner", &user.password).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sources_together_slow_down_and_do_not_lock() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    // A hundred in a day, wherever they come from, and under either name.
    let by_name = attack(&tributary, "owner", 2..7).await;
    assert_eq!(by_name + attack(&tributary, " Owner@Example.com ", 7..12).await, 100);
    // From then on one in each turn, which is a second at first.
    let answers = join_all((12..32).map(|n| {
        let stranger = tributary.elsewhere(n);
        async move { obtain_token(&stranger, "owner", "wrong").await }
    }));
    let answers = answers.await;
    let tried = answers.iter().filter(|answer| answer.status == 400).count();
    assert!((1..10).contains(&tried), "{tried} of twenty at once");
    for answer in answers.iter().filter(|answer| answer.status != 400) {
        is_too_many(answer);
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!(wait <= 2, "{wait}");
    }
    // The user is as welcome as ever where they signed in, and elsewhere after a moment.
    obtain_token(&tributary, "owner", &user.password).await.expect(200);
    get(&tributary, "/api/me/", &basic("owner", &user.password)).await.expect(200);
    let elsewhere = tributary.elsewhere(40);
    tributary.advance(60).await;
    obtain_token(&elsewhere, "owner", &user.password).await.expect(200);
    // Others are not concerned.
    let other = tributary.sign_up("other").await;
    obtain_token(&tributary.elsewhere(41), "other", &other.password).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_known_for_thirty_days_however_it_signed_in_and_not_after_a_reset() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    let by_basic = tributary.elsewhere(2);
    get(&by_basic, "/api/me/", &basic("owner", &user.password)).await.expect(200);
    let stopped = tributary.elsewhere(3);
    // Each place has spent its tries of passwords of others.
    for source in [&by_basic, &stopped] {
        for n in 0..50 {
            obtain_token(source, &format!("nobody{n}"), "wrong").await.expect(400);
        }
    }
    obtain_token(&by_basic, "owner", &user.password).await.expect(200);
    is_too_many(&obtain_token(&stopped, "owner", &user.password).await);

    tributary.advance(31 * 24 * 3600).await;
    begin_a_window(&tributary).await;
    for n in 0..50 {
        obtain_token(&by_basic, &format!("nobody{n}"), "wrong").await.expect(400);
    }
    is_too_many(&obtain_token(&by_basic, "owner", &user.password).await);
    tributary.advance(u64::try_from(WINDOW).unwrap()).await;
    obtain_token(&by_basic, "owner", &user.password).await.expect(200);
    let post = async |path: &str, body| tributary.call(None, Method::POST, path, Some(body)).await;
    post("/api/forget-password/", json!({"email": user.email})).await.expect(200);
    let otp = tributary.otp(&user.email).await;
    post("/api/verify-forget-password-otp/", json!({"email": user.email, "otp": otp})).await.expect(200);
    let body = json!({"email": user.email, "new_password": "NewSecurePass456!"});
    post("/api/reset-password/", body).await.expect(200);
    for n in 0..50 {
        obtain_token(&by_basic, &format!("nobody{n}"), "wrong").await.expect(400);
    }
    is_too_many(&obtain_token(&by_basic, "owner", "NewSecurePass456!").await);
    obtain_token(&tributary, "owner", "NewSecurePass456!").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_cannot_spend_the_one_time_password_that_its_owner_asked_for() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    let stranger = tributary.elsewhere(2);
    let post = async |from: &Remote, path: &str, body| from.call(None, Method::POST, path, Some(body)).await;
    for (asks, verifies) in
        [("/api/login/", "/api/verify-login-otp/"), ("/api/forget-password/", "/api/verify-forget-password-otp/")]
    {
        post(&tributary, asks, json!({"email": user.email, "password": user.password})).await.expect(200);
        let otp = tributary.otp(&user.email).await;
        let wrong = format!("{:06}", (otp.parse::<u32>().unwrap() + 1) % 1_000_000);
        for error in [["Invalid OTP"; 5].as_slice(), &["OTP expired"; 3]].concat() {
            let refused = post(&stranger, verifies, json!({"email": user.email, "otp": wrong})).await;
            assert_eq!(refused.expect(400)["error"], error);
        }
        post(&stranger, verifies, json!({"email": user.email, "otp": otp})).await.expect(400);
        post(&tributary, verifies, json!({"email": user.email, "otp": otp})).await.expect(200);
    }
}

/// A cloud that believes what a proxy on this machine says.
async fn behind_a_proxy() -> Tributary {
    let mut options = Options::ephemeral();
    options.parameters.insert("TrustedProxies".into(), "127.0.0.1, 10.0.0.0/8".into());
    Tributary::over(Cloud::start(options, registry::build).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_named_proxy_the_hop_before_it_is_the_source_and_no_other() {
    let tributary = behind_a_proxy().await;
    begin_a_window(&tributary).await;
    let tries = async |from: &Remote, forwarded: &str, login: &str| {
        let body = json!({"username": login, "password": "wrong"}).to_string();
        let headers = [("content-type", "application/json"), ("x-forwarded-for", forwarded)];
        from.raw(Method::POST, "/api-token-auth/", &headers, body).await
    };
    for n in 0..10 {
        // Whatever the client claims stands left of what its proxy saw.
        tries(&tributary, &format!("203.0.113.{n}, 198.51.100.9, 10.0.0.{n}"), "nobody").await.expect(400);
    }
    is_too_many(&tries(&tributary, "198.51.100.9", "nobody").await);
    tries(&tributary, "198.51.100.10", "nobody").await.expect(400);
    // Past the proxy nobody is believed.
    let past = tributary.elsewhere(2);
    for n in 0..10 {
        tries(&past, &format!("198.51.100.{n}"), "nobody").await.expect(400);
    }
    is_too_many(&tries(&past, "198.51.100.77", "nobody").await);
}
