//! How many one-time passwords are mailed, and how often one may guess.

use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::support::Tributary;

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
