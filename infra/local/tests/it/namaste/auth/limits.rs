//! How many one-time passwords are mailed, and how often one may guess.

use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::support::{Remote, Tributary};

const WINDOW: i64 = 15 * 60;

/// A cloud at the beginning of a window, so that none ends within a test.
async fn start() -> Tributary {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    begin_a_window(&tributary).await;
    tributary
}

async fn begin_a_window(tributary: &Tributary) {
    let clock = tributary.raw(Method::GET, "/_local/clock", &[], "").await.expect(200);
    let now: jiff::Timestamp = clock["now"].as_str().unwrap().parse().unwrap();
    let wait = WINDOW - now.as_second().rem_euclid(WINDOW);
    tributary.advance(u64::try_from(wait).unwrap()).await;
}

/// A 429 in this contract's form; gives the seconds until the next attempt.
#[track_caller]
fn wait_of(answer: &Answer) -> u64 {
    let body = answer.expect(429);
    let told = body["detail"].as_str().unwrap();
    assert!(told.starts_with("Request was throttled. Expected available in "), "{told}");
    let wait = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    wait
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_five_otps_are_mailed_to_an_address_within_an_hour_for_each_purpose() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let before = mails_to_john(&tributary).await;
    for _ in 0..5 {
        tributary.advance(60).await;
        forgets(&tributary).await.expect(200);
    }
    let wait = wait_of(&forgets(&tributary).await);
    // A reset may be asked for by anybody: it keeps nobody from a login.
    for _ in 0..5 {
        logs_in(&tributary, PASSWORD).await.expect(200);
    }
    wait_of(&logs_in(&tributary, PASSWORD).await);
    refused(&logs_in(&tributary, "wrong-password").await, 401, "Invalid credentials");
    assert_eq!(mails_to_john(&tributary).await - before, 10);
    tributary.sign_up("another").await;
    tributary.advance(wait + 1).await;
    forgets(&tributary).await.expect(200);
    wait_of(&logs_in(&tributary, PASSWORD).await);
    tributary.advance(300).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    assert_eq!(mails_to_john(&tributary).await - before, 12);
    let otp = tributary.otp(EMAIL).await;
    verifies(&tributary, "/api/verify-login-otp/", &otp).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_logins_and_resets_at_once_no_more_than_five_each_mail() {
    let tributary = start().await;
    let before = mails_to_john(&tributary).await;
    let logins = join_all((0..8).map(|_| logs_in(&tributary, PASSWORD)));
    let resets = join_all((0..8).map(|_| forgets(&tributary)));
    let (logins, resets) = futures::join!(logins, resets);
    for answers in [logins, resets] {
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5);
        answers.iter().filter(|answer| answer.status != 200).for_each(|answer| {
            wait_of(answer);
        });
    }
    assert_eq!(mails_to_john(&tributary).await - before, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_to_reset_without_proof_takes_nothing_from_a_reset_that_is_under_way() {
    let tributary = start().await;
    forgets(&tributary).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    let tries = join_all((0..20).map(|_| resets(&tributary, NEW_PASSWORD))).await;
    tries.iter().for_each(|answer| refused(answer, 400, "OTP not verified"));
    verifies(&tributary, "/api/verify-forget-password-otp/", &otp).await.expect(200);
    resets(&tributary, NEW_PASSWORD).await.expect(200);
    logs_in(&tributary, NEW_PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn resets_without_proof_from_one_place_are_counted_over_all_addresses() {
    let tributary = start().await;
    let without_proof = async |name: &str| {
        let body = json!({"email": format!("{name}@example.com"), "new_password": NEW_PASSWORD});
        post(&tributary, "/api/reset-password/", body).await
    };
    for name in ["anna", "bert", "carl", "dora", "emil"] {
        tributary.elsewhere(2).sign_up(name).await;
        for _ in 0..10 {
            refused(&without_proof(name).await, 400, "OTP not verified");
        }
    }
    wait_of(&resets(&tributary, NEW_PASSWORD).await);
    // Nor may passwords be guessed from there, of users who never signed in from there.
    let anna = json!({"email": "anna@example.com", "password": PASSWORD});
    wait_of(&post(&tributary, "/api/login/", anna).await);
    logs_in(&tributary, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_is_tried_by_signing_up_again_counts_as_one_of_a_login() {
    let tributary = Tributary::start().await;
    begin_a_window(&tributary).await;
    signs_up(&tributary).await.expect(201);
    let again = async |password: &str| {
        let body = json!({"username": "john_doe", "email": EMAIL, "password": password});
        post(&tributary, "/api/signup/", body).await
    };
    again(PASSWORD).await.expect(201);
    for _ in 0..10 {
        names(&again("wrong-password").await, &["username"]);
    }
    // The right one neither: it would tell that it is.
    let wait = wait_of(&again(PASSWORD).await);
    wait_of(&logs_in(&tributary, PASSWORD).await);
    let other = json!({"username": "other", "email": "other@example.com", "password": PASSWORD});
    post(&tributary, "/api/signup/", other).await.expect(201);
    tributary.advance(wait).await;
    again(PASSWORD).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    verifies(&tributary, "/api/verify-signup-otp/", &otp).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ups_and_resets_from_one_place_are_limited_whatever_comes_of_them() {
    let tributary = Tributary::start().await;
    let signs_up = async |from: &Remote, n: usize| {
        let body =
            json!({"username": format!("user{n}"), "email": format!("user{n}@example.com"), "password": PASSWORD});
        post(from, "/api/signup/", body).await
    };
    let mails = async |from: &Remote, n: usize| match n % 3 {
        0 => signs_up(from, n).await,
        // Somebody has the name by then.
        1 => signs_up(from, n - 1).await,
        _ => post(from, "/api/forget-password/", json!({"email": format!("nobody{n}@example.com")})).await,
    };
    for n in 0..100 {
        assert_ne!(mails(&tributary, n).await.status, 429, "{n}");
    }
    let answers = [mails(&tributary, 300).await, mails(&tributary, 301).await, mails(&tributary, 302).await];
    let wait = answers.iter().map(wait_of).max().unwrap();
    // It is refused before anything is made of it, and other places are not concerned.
    refused(&verify_sign_up(&tributary, "user300").await, 404, "User not found");
    signs_up(&tributary.elsewhere(2), 300).await.expect(201);
    tributary.advance(wait).await;
    signs_up(&tributary, 400).await.expect(201);
}

async fn verify_sign_up(tributary: &Remote, username: &str) -> Answer {
    let body = json!({"email": format!("{username}@example.com"), "otp": "000000"});
    post(tributary, "/api/verify-signup-otp/", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_eleventh_wrong_password_of_an_address_is_too_many() {
    let tributary = start().await;
    for _ in 0..10 {
        refused(&logs_in(&tributary, "wrong-password").await, 401, "Invalid credentials");
    }
    // The right one neither: it would tell that it is.
    let wait = wait_of(&logs_in(&tributary, PASSWORD).await);
    let other = json!({"email": "other@example.com", "password": PASSWORD});
    refused(&post(&tributary, "/api/login/", other).await, 404, "User not found");
    tributary.advance(wait).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_otps_or_addresses_from_one_place_is_stopped() {
    let tributary = start().await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    refused(&verifies(&tributary, "/api/verify-login-otp/", &other_than(&otp)).await, 400, "Invalid OTP");
    let paths = ["verify-signup-otp", "verify-login-otp", "verify-forget-password-otp", "forget-password"];
    for n in 0..99 {
        let body = json!({"email": format!("nobody{n}@example.com"), "otp": "000000"});
        let claimed = format!("192.0.2.{n}");
        let headers = [("content-type", "application/json"), ("x-forwarded-for", claimed.as_str())];
        let path = format!("/api/{}/", paths[n % 4]);
        refused(&tributary.raw(Method::POST, &path, &headers, body.to_string()).await, 404, "User not found");
    }
    let wait = wait_of(&verifies(&tributary, "/api/verify-login-otp/", &otp).await);
    for path in ["/api/verify-signup-otp/", "/api/verify-forget-password-otp/"] {
        wait_of(&verifies(&tributary, path, "000000").await);
    }
    wait_of(&forgets(&tributary).await);
    wait_of(&resets(&tributary, NEW_PASSWORD).await);
    tributary.advance(wait).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    verifies(&tributary, "/api/verify-login-otp/", &otp).await.expect(200);
}
