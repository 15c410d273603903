//! `POST /api/forget-password/`, `POST /api/verify-forget-password-otp/` and `POST /api/reset-password/`.

use futures::future::join_all;
use http::Method;
use serde_json::json;

use super::*;
use crate::support::{Remote, Tributary};

const VERIFY: &str = "/api/verify-forget-password-otp/";

/// Everything before the new password.
async fn proves(tributary: &Tributary) {
    forgets(tributary).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    verifies(tributary, VERIFY, &otp).await.expect(200);
}

async fn token(tributary: &Remote, password: &str) -> Answer {
    post(tributary, "/api-token-auth/", json!({"username": "john_doe", "password": password})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn forget_verify_and_reset_password_answer_as_documented_with_and_without_a_slash() {
    for slash in ["/", ""] {
        let tributary = Tributary::start().await;
        john(&tributary).await;
        let body = json!({"email": "john@example.com"});
        let sent = post(&tributary, &format!("/api/forget-password{slash}"), body).await.expect(200);
        assert_eq!(sent, json!({"message": "OTP sent to your email. Please verify to reset your password."}));
        assert_eq!(mail(&tributary).await["subject"], "Reset your password");
        let otp = tributary.otp(EMAIL).await;
        let path = format!("/api/verify-forget-password-otp{slash}");
        let verified = verifies(&tributary, &path, &otp).await;
        let proof = verified.expect(200)["reset_token"].as_str().unwrap().to_owned();
        let message = "Forget Password OTP verified successfully!";
        assert_eq!(verified.json(), json!({"message": message, "reset_token": proof}));
        let cookie = format!("reset_token={proof}; HttpOnly; SameSite=Strict; Path=/api/reset-password; Max-Age=600");
        assert_eq!((proof.len(), verified.header("set-cookie")), (48, Some(cookie.as_str())));
        let body = json!({"email": "john@example.com", "new_password": "NewSecurePass456!"});
        let reset = post(&tributary, &format!("/api/reset-password{slash}"), body).await.expect(200);
        assert_eq!(reset, json!({"message": "Password reset successfully!"}));
        token(&tributary, PASSWORD).await.expect(400);
        refused(&logs_in(&tributary, PASSWORD).await, 401, "Invalid credentials");
        token(&tributary, NEW_PASSWORD).await.expect(200);
        tokens(&tributary, NEW_PASSWORD).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_of_a_reset_refuses_as_documented() {
    let tributary = Tributary::start().await;
    refused(&forgets(&tributary).await, 404, "User not found");
    refused(&verifies(&tributary, VERIFY, "123456").await, 404, "User not found");
    refused(&resets(&tributary, NEW_PASSWORD).await, 404, "User not found");
    john(&tributary).await;
    refused(&verifies(&tributary, VERIFY, "123456").await, 400, "Invalid OTP");
    refused(&resets(&tributary, NEW_PASSWORD).await, 400, "OTP not verified");
    forgets(&tributary).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    refused(&resets(&tributary, NEW_PASSWORD).await, 400, "OTP not verified");
    refused(&verifies(&tributary, VERIFY, &other_than(&otp)).await, 400, "Invalid OTP");
    refused(&resets(&tributary, NEW_PASSWORD).await, 400, "OTP not verified");
    tributary.advance(300).await;
    refused(&verifies(&tributary, VERIFY, &otp).await, 400, "OTP expired");
    refused(&resets(&tributary, NEW_PASSWORD).await, 400, "OTP not verified");
    names(&post(&tributary, "/api/forget-password/", json!({})).await, &["email"]);
    names(&post(&tributary, VERIFY, json!({})).await, &["email", "otp"]);
    names(&post(&tributary, "/api/reset-password/", json!({})).await, &["email", "new_password"]);
    token(&tributary, PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_reset_is_good_for_one_good_password_within_ten_minutes() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    proves(&tributary).await;
    for weak in ["short1!", "1234567890", ""] {
        names(&resets(&tributary, weak).await, &["new_password"]);
    }
    tributary.advance(540).await;
    resets(&tributary, NEW_PASSWORD).await.expect(200);
    refused(&resets(&tributary, "AnotherPass789!").await, 400, "OTP not verified");
    proves(&tributary).await;
    tributary.advance(600).await;
    refused(&resets(&tributary, "AnotherPass789!").await, 400, "OTP not verified");
    token(&tributary, NEW_PASSWORD).await.expect(200);
    // Anybody may ask for another one-time password: that does not take the proof away.
    proves(&tributary).await;
    forgets(&tributary).await.expect(200);
    resets(&tributary, "AnotherPass789!").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_proofs_and_one_of_many_resets_at_once_is_accepted() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    forgets(&tributary).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    let proofs = join_all((0..50).map(|_| verifies(&tributary, VERIFY, &otp))).await;
    assert_eq!(proofs.iter().filter(|answer| answer.status == 200).count(), 1);
    let passwords: Vec<String> = (0..8).map(|n| format!("SecurePass{n}!")).collect();
    let resets = join_all(passwords.iter().map(|password| resets(&tributary, password))).await;
    let (done, not): (Vec<_>, Vec<_>) = resets.iter().zip(&passwords).partition(|(answer, _)| answer.status == 200);
    not.iter().for_each(|(answer, _)| refused(answer, 400, "OTP not verified"));
    let [(_, password)] = done.as_slice() else { panic!("{} resets were accepted", done.len()) };
    token(&tributary, password).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_otp_is_good_for_what_it_was_mailed_for_alone() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    logs_in(&tributary, PASSWORD).await.expect(200);
    let for_login = tributary.otp(EMAIL).await;
    forgets(&tributary).await.expect(200);
    let for_reset = tributary.otp(EMAIL).await;
    if for_login != for_reset {
        refused(&verifies(&tributary, VERIFY, &for_login).await, 400, "Invalid OTP");
        refused(&verifies(&tributary, "/api/verify-login-otp/", &for_reset).await, 400, "Invalid OTP");
    }
    refused(&verifies(&tributary, "/api/verify-signup-otp/", &for_reset).await, 400, "No OTP found");
    verifies(&tributary, "/api/verify-login-otp/", &for_login).await.expect(200);
    verifies(&tributary, VERIFY, &for_reset).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_ends_tokens_sessions_jwts_and_logins_begun_but_no_api_key() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let token_of = |answer: Answer| format!("Token {}", answer.expect(200)["token"].as_str().unwrap());
    let old = token_of(token(&tributary, PASSWORD).await);
    let (access, refresh) = tokens(&tributary, PASSWORD).await;
    let body = json!({"username": "john_doe", "password": PASSWORD});
    let session = post(&tributary, "/api/session/", body).await;
    let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let headers = [("authorization", old.as_str()), ("content-type", "application/json")];
    let business = tributary.raw(Method::POST, "/api/businesses", &headers, json!({"name": "B"}).to_string()).await;
    let key = format!("Bearer {}", business.expect(201)["api_key"].as_str().unwrap());
    let bearer = format!("Bearer {access}");
    let me = async |headers: &[(&str, &str)]| tributary.raw(Method::GET, "/api/me/", headers, "").await.status.as_u16();
    for headers in [[("authorization", old.as_str())], [("authorization", &bearer)], [("cookie", &cookie)]] {
        assert_eq!(me(&headers).await, 200);
    }
    logs_in(&tributary, PASSWORD).await.expect(200);
    let begun = tributary.otp(EMAIL).await;

    proves(&tributary).await;
    assert_eq!(me(&[("authorization", &bearer)]).await, 200, "a proof alone ends nothing");
    resets(&tributary, NEW_PASSWORD).await.expect(200);
    let fresh = token_of(token(&tributary, NEW_PASSWORD).await);
    tributary.advance(60).await;
    for headers in [[("authorization", old.as_str())], [("authorization", &bearer)], [("cookie", &cookie)]] {
        assert_eq!(me(&headers).await, 401, "{headers:?}");
    }
    post(&tributary, "/api/token/refresh/", json!({"refresh": refresh})).await.expect(401);
    refused(&verifies(&tributary, "/api/verify-login-otp/", &begun).await, 400, "Invalid OTP");
    assert_eq!(me(&[("authorization", &key)]).await, 200);
    assert_eq!(me(&[("authorization", &fresh)]).await, 200);
}

/// A reset with a token in its body, in its cookie, in both, or in neither.
async fn resets_with(from: &Remote, sent: Option<&str>, cookie: Option<&str>) -> Answer {
    let mut body = json!({"email": EMAIL, "new_password": NEW_PASSWORD});
    if let Some(token) = sent {
        body["reset_token"] = json!(token);
    }
    let cookie = cookie.map(|token| format!("theme=dark; reset_token={token}"));
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(cookie.as_deref().map(|cookie| ("cookie", cookie)));
    from.raw(Method::POST, "/api/reset-password/", &headers, body.to_string()).await
}

/// Verifies a new one-time password; gives the token.
async fn proven(tributary: &Remote) -> String {
    forgets(tributary).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    verifies(tributary, VERIFY, &otp).await.expect(200)["reset_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_proven_by_its_token_or_else_by_where_it_was_verified() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let (phone, stranger) = (tributary.elsewhere(2), tributary.elsewhere(3));
    // Whoever waits for the owner's proof does not get it: without a token, with a wrong one, with an older one.
    let older = proven(&tributary).await;
    let token = proven(&tributary).await;
    let wrong = format!("{}0", &token[..47]);
    let wrong = if wrong == token { format!("{}1", &token[..47]) } else { wrong };
    let no_tokens = ["0".repeat(48), older, token[..24].to_owned(), "\u{0}".into(), "x".repeat(10_000), wrong];
    refused(&resets_with(&stranger, None, None).await, 400, "OTP not verified");
    for no_token in &no_tokens {
        refused(&resets_with(&stranger, Some(no_token), None).await, 400, "OTP not verified");
        // From the right place a wrong token is as wrong.
        refused(&resets_with(&tributary, Some(no_token), None).await, 400, "OTP not verified");
    }
    refused(&resets_with(&tributary, None, Some("0123")).await, 400, "OTP not verified");
    // Each proof is good once.
    resets_with(&phone, Some(&token), None).await.expect(200);
    refused(&resets_with(&phone, Some(&token), None).await, 400, "OTP not verified");
    refused(&resets_with(&tributary, None, None).await, 400, "OTP not verified");
    for (sent, in_cookie) in [(false, true), (true, true)] {
        tributary.advance(3601).await;
        let token = proven(&tributary).await;
        resets_with(&phone, sent.then_some("stale"), in_cookie.then_some(token.as_str())).await.expect(200);
    }
    tributary.advance(3601).await;
    let token = proven(&tributary).await;
    // A page of another site does not use the browser's cookie.
    let body = json!({"email": EMAIL, "new_password": NEW_PASSWORD}).to_string();
    let cookie = format!("reset_token={token}");
    let headers = [("content-type", "application/json"), ("cookie", &cookie), ("sec-fetch-site", "cross-site")];
    refused(&phone.raw(Method::POST, "/api/reset-password/", &headers, body).await, 400, "OTP not verified");
    refused(&resets_with(&phone, None, None).await, 400, "OTP not verified");
    resets_with(&tributary, Some(""), None).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_good_for_its_own_address_alone() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let eve = tributary.sign_up("eve").await;
    let token = proven(&tributary).await;
    forgets(&tributary).await.expect(200);
    let body = json!({"email": eve.email, "new_password": NEW_PASSWORD, "reset_token": token});
    refused(&post(&tributary, "/api/reset-password/", body).await, 400, "OTP not verified");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_try_without_a_proof_are_stopped_and_the_owner_is_not() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let token = proven(&tributary).await;
    for n in 2..6 {
        let stranger = tributary.elsewhere(n);
        let tries = join_all((0..55).map(|_| resets_with(&stranger, Some("0"), None))).await;
        assert_eq!(tries.iter().filter(|answer| answer.status == 429).count(), 5);
    }
    // Nor is the owner, who shares a stranger's address.
    let tries = join_all((0..55).map(|_| resets_with(&tributary, Some("0"), None))).await;
    assert_eq!(tries.iter().filter(|answer| answer.status == 429).count(), 5);
    resets_with(&tributary, Some(&token), None).await.expect(200);
    self::token(&tributary.elsewhere(9), NEW_PASSWORD).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_told_to_its_user_by_mail() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    proves(&tributary).await;
    resets(&tributary, NEW_PASSWORD).await.expect(200);
    let mail = mail(&tributary).await;
    assert_eq!((&mail["to"], &mail["subject"]), (&json!([EMAIL]), &json!("Your password was changed")));
    assert!(mail["text"].as_str().unwrap().contains("john_doe"), "{mail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_that_was_not_proven_has_no_password_to_reset() {
    let tributary = Tributary::start().await;
    signs_up(&tributary).await.expect(201);
    refused(&forgets(&tributary).await, 404, "User not found");
    refused(&resets(&tributary, NEW_PASSWORD).await, 404, "User not found");
}
