//! `POST /api/signup/` and `POST /api/verify-signup-otp/`.

use futures::future::join_all;
use http::Method;
use serde_json::json;

use super::*;
use crate::support::{Remote, Tributary};

const VERIFY: &str = "/api/verify-signup-otp/";

#[tokio::test(flavor = "multi_thread")]
async fn signup_and_verify_signup_otp_answer_as_documented_with_and_without_a_slash() {
    for slash in ["/", ""] {
        let tributary = Tributary::start().await;
        let body = json!({
            "username": "john_doe",
            "email": "john@example.com",
            "password": "SecurePass123!",
            "phone_no": "+919876543210",
            "business_name": "John's Store"
        });
        let made = post(&tributary, &format!("/api/signup{slash}"), body).await.expect(201);
        let message = "User created successfully. Please verify the OTP sent to your email.";
        assert_eq!(made, json!({ "message": message }));
        let sent = mail(&tributary).await;
        assert_eq!((&sent["to"], &sent["subject"]), (&json!([EMAIL]), &json!("Verify your e-mail address")));
        let otp = tributary.otp(EMAIL).await;
        let verified = verifies(&tributary, &format!("/api/verify-signup-otp{slash}"), &otp).await.expect(200);
        assert_eq!(verified, json!({"message": "Signup OTP verified successfully!"}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signup_names_every_wrong_field_and_what_is_taken() {
    let tributary = Tributary::start().await;
    names(&post(&tributary, "/api/signup/", json!({})).await, &["username", "email", "password"]);
    let wrong = json!({"username": "a b", "email": "x", "password": "1234567"});
    names(&post(&tributary, "/api/signup/", wrong).await, &["username", "email", "password"]);
    let long = json!({
        "username": "john_doe",
        "email": EMAIL,
        "password": PASSWORD,
        "phone_no": "+919876543210123",
        "business_name": "x".repeat(256)
    });
    names(&post(&tributary, "/api/signup/", long).await, &["phone_no", "business_name"]);
    john(&tributary).await;
    names(&signs_up(&tributary).await, &["username"]);
    let taken = json!({"username": "other", "email": "JOHN@example.com", "password": PASSWORD});
    names(&post(&tributary, "/api/signup/", taken).await, &["email"]);
    let malformed = tributary.raw(Method::POST, "/api/signup/", &[("content-type", "application/json")], "{").await;
    assert!(malformed.expect(400)["detail"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_signup_otp_refuses_as_documented() {
    let tributary = Tributary::start().await;
    refused(&verifies(&tributary, VERIFY, "123456").await, 404, "User not found");
    signs_up(&tributary).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    refused(&verifies(&tributary, VERIFY, &other_than(&otp)).await, 400, "Invalid OTP");
    tributary.advance(300).await;
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
    signs_up(&tributary).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    tributary.advance(240).await;
    verifies(&tributary, VERIFY, &otp).await.expect(200);
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "No OTP found");
    names(&post(&tributary, VERIFY, json!({})).await, &["email", "otp"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_signup_otp_accepts_one_of_fifty_tries_at_once() {
    let tributary = Tributary::start().await;
    signs_up(&tributary).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    let answers = join_all((0..50).map(|_| verifies(&tributary, VERIFY, &otp))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        refused(answer, 400, "No OTP found");
    }
}

/// Signs up with John's address.
async fn claims(from: &Remote, username: &str, password: &str) -> Answer {
    post(from, "/api/signup/", json!({"username": username, "email": EMAIL, "password": password})).await
}

async fn signs_in(tributary: &Remote, username: &str, password: &str) -> u16 {
    let body = json!({"username": username, "password": password});
    post(tributary, "/api-token-auth/", body).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_whose_who_proves_it_however_many_claim_it_before() {
    let tributary = Tributary::start().await;
    let stranger = tributary.elsewhere(2);
    claims(&stranger, "squatter", "StrangerPass1!").await.expect(201);
    let strangers = tributary.otp(EMAIL).await;
    signs_up(&tributary).await.expect(201);
    let own = tributary.otp(EMAIL).await;
    claims(&stranger, "another", "StrangerPass1!").await.expect(201);
    // A mail that a stranger caused does not give the address away where its owner signs up.
    if own != strangers {
        refused(&verifies(&tributary, VERIFY, &strangers).await, 400, "Invalid OTP");
    }
    verifies(&tributary, VERIFY, &own).await.expect(200);
    assert_eq!(signs_in(&tributary, "john_doe", PASSWORD).await, 200);
    assert_eq!(signs_in(&tributary, EMAIL, PASSWORD).await, 200);
    // The others have nothing.
    refused(&verifies(&stranger, VERIFY, &strangers).await, 400, "No OTP found");
    assert_eq!(signs_in(&stranger, "squatter", "StrangerPass1!").await, 400);
    names(&claims(&stranger, "third", "StrangerPass1!").await, &["email"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_without_proof_makes_nothing_and_is_over_after_a_day() {
    let tributary = Tributary::start().await;
    let stranger = tributary.elsewhere(2);
    claims(&stranger, "john_doe", "StrangerPass1!").await.expect(201);
    // For a day the name is reserved, the address is not.
    names(&signs_up(&tributary).await, &["username"]);
    claims(&tributary, "john", PASSWORD).await.expect(201);
    assert_eq!(signs_in(&stranger, "john_doe", "StrangerPass1!").await, 400);
    tributary.advance(24 * 3600 - 60).await;
    names(&signs_up(&tributary).await, &["username"]);
    tributary.advance(61).await;
    refused(&verifies(&stranger, VERIFY, "000000").await, 404, "User not found");
    let mut rounds = 0;
    // Again and again, as long as it goes on.
    while rounds < 3 {
        signs_up(&tributary).await.expect(201);
        let otp = tributary.otp(EMAIL).await;
        tributary.advance(24 * 3600).await;
        refused(&verifies(&tributary, VERIFY, &otp).await, 404, "User not found");
        rounds += 1;
    }
    signs_up(&tributary).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    verifies(&tributary, VERIFY, &otp).await.expect(200);
    tributary.advance(8 * 24 * 3600).await;
    names(&claims(&stranger, "john_doe", "StrangerPass1!").await, &["username"]);
    assert_eq!(signs_in(&tributary, "john_doe", PASSWORD).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_that_everybody_has_and_repetitions_are_refused() {
    let tributary = Tributary::start().await;
    for weak in [
        "password",
        "Password1",
        "1q2w3e4r5t",
        "qwertyuiop",
        "sunshine1",
        "aaaaaaaa",
        "AbcabCABC",
        "ab12ab12a",
        "Trustno1Trustno1",
    ] {
        names(&claims(&tributary, "john_doe", weak).await, &["password"]);
    }
    claims(&tributary, "john_doe", "Trustno1Trustno2").await.expect(201);
}
