//! `POST /api/login/` and `POST /api/verify-login-otp/`.

use futures::future::join_all;
use http::Method;
use serde_json::json;

use super::*;
use crate::support::Tributary;

const VERIFY: &str = "/api/verify-login-otp/";

#[tokio::test(flavor = "multi_thread")]
async fn login_and_verify_login_otp_answer_as_documented_with_and_without_a_slash() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    for slash in ["/", ""] {
        let body = json!({"email": "john@example.com", "password": "SecurePass123!"});
        let sent = post(&tributary, &format!("/api/login{slash}"), body).await.expect(200);
        assert_eq!(sent, json!({"message": "OTP sent to your email. Please verify to proceed."}));
        assert_eq!(mail(&tributary).await["subject"], "Your one-time password to log in");
        let otp = tributary.otp(EMAIL).await;
        assert!(otp.len() == 6 && otp.bytes().all(|byte| byte.is_ascii_digit()), "{otp}");
        let pair = verifies(&tributary, &format!("/api/verify-login-otp{slash}"), &otp).await.expect(200);
        assert_eq!(pair["message"], "Login OTP verified successfully!");
        let mut fields: Vec<_> = pair.as_object().unwrap().keys().map(String::as_str).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["access", "message", "refresh"]);
        let me = get(&tributary, "/api/me/", &format!("Bearer {}", pair["access"].as_str().unwrap())).await;
        assert_eq!(me.expect(200)["username"], "john_doe");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn login_refuses_as_documented_and_mails_nothing() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let mails = mails_to_john(&tributary).await;
    refused(&logs_in(&tributary, "SecurePass123?").await, 401, "Invalid credentials");
    refused(&logs_in(&tributary, "").await, 401, "Invalid credentials");
    let unknown = json!({"email": "nobody@example.com", "password": PASSWORD});
    refused(&post(&tributary, "/api/login/", unknown).await, 404, "User not found");
    names(&post(&tributary, "/api/login/", json!({})).await, &["email", "password"]);
    names(&post(&tributary, "/api/login/", json!({"email": "john_doe", "password": PASSWORD})).await, &["email"]);
    names(&post(&tributary, "/api/login/", json!({"email": EMAIL, "password": 5})).await, &["password"]);
    let wrong_method = tributary.raw(Method::GET, "/api/login/", &[], "").await;
    assert_eq!(wrong_method.expect(405), json!({"detail": "Method \"GET\" not allowed."}));
    assert_eq!(wrong_method.header("allow"), Some("POST"));
    assert_eq!(mails_to_john(&tributary).await, mails);
    let any_case = json!({"email": "John@Example.COM", "password": PASSWORD});
    post(&tributary, "/api/login/", any_case).await.expect(200);
    assert_eq!(mails_to_john(&tributary).await, mails + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_of_an_address_that_was_never_proven_is_refused_and_mails_nothing() {
    let tributary = Tributary::start().await;
    signs_up(&tributary).await.expect(201);
    refused(&logs_in(&tributary, PASSWORD).await, 401, "Email not verified");
    refused(&logs_in(&tributary, "another one 1").await, 401, "Invalid credentials");
    assert_eq!(mails_to_john(&tributary).await, 1);
    // What was mailed for the sign-up is no login's.
    let otp = tributary.otp(EMAIL).await;
    refused(&verifies(&tributary, VERIFY, &otp).await, 404, "User not found");
    verifies(&tributary, "/api/verify-signup-otp/", &otp).await.expect(200);
    logs_in(&tributary, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn login_is_by_address_and_no_username_that_looks_like_one() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let body = json!({"username": "bob@example.com", "email": "jane@example.com", "password": PASSWORD});
    post(&tributary, "/api/signup/", body).await.expect(201);
    let otp = tributary.otp("jane@example.com").await;
    let body = json!({"email": "jane@example.com", "otp": otp});
    post(&tributary, "/api/verify-signup-otp/", body).await.expect(200);
    let body = json!({"email": "bob@example.com", "password": PASSWORD});
    refused(&post(&tributary, "/api/login/", body).await, 404, "User not found");
    let body = json!({"email": "bob@example.com"});
    refused(&post(&tributary, "/api/forget-password/", body).await, 404, "User not found");
    let body = json!({"email": "bob@example.com", "new_password": NEW_PASSWORD});
    refused(&post(&tributary, "/api/reset-password/", body).await, 404, "User not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_login_otp_refuses_as_documented() {
    let tributary = Tributary::start().await;
    refused(&verifies(&tributary, VERIFY, "123456").await, 404, "User not found");
    john(&tributary).await;
    refused(&verifies(&tributary, VERIFY, "123456").await, 400, "Invalid OTP");
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    refused(&verifies(&tributary, VERIFY, &other_than(&otp)).await, 400, "Invalid OTP");
    for malformed in ["12345", "abcdef", "１２３４５６"] {
        refused(&verifies(&tributary, VERIFY, malformed).await, 400, "Invalid OTP");
    }
    names(&post(&tributary, VERIFY, json!({"email": "x"})).await, &["email", "otp"]);
    tributary.advance(300).await;
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
    tributary.advance(3600).await;
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    verifies(&tributary, VERIFY, &otp).await.expect(200);
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "Invalid OTP");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_tries_spend_a_login_otp_and_a_newer_one_replaces_the_older() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    for _ in 0..5 {
        refused(&verifies(&tributary, VERIFY, &other_than(&otp)).await, 400, "Invalid OTP");
    }
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
    logs_in(&tributary, PASSWORD).await.expect(200);
    let newer = tributary.otp(EMAIL).await;
    if newer != otp {
        refused(&verifies(&tributary, VERIFY, &otp).await, 400, "Invalid OTP");
    }
    verifies(&tributary, VERIFY, &newer).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_login_otp_accepts_one_of_fifty_tries_at_once() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    let answers = join_all((0..50).map(|_| verifies(&tributary, VERIFY, &otp))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        refused(answer, 400, "Invalid OTP");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_of_a_login_otp_at_once_count_each() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    let wrong = other_than(&otp);
    let answers = join_all((0..20).map(|_| verifies(&tributary, VERIFY, &wrong))).await;
    let told = |error: &str| answers.iter().filter(|answer| answer.json()["error"] == error).count();
    assert_eq!((told("Invalid OTP"), told("OTP expired")), (5, 15));
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_is_sent_again_is_used_whatever_its_idempotency_key() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let body = json!({"email": EMAIL, "otp": tributary.otp(EMAIL).await}).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "login-1")];
    let send = async || tributary.raw(Method::POST, VERIFY, &headers, body.clone()).await;
    send().await.expect(200);
    let again = send().await;
    refused(&again, 400, "Invalid OTP");
    assert_eq!(again.header("idempotency-replayed"), None);
}
