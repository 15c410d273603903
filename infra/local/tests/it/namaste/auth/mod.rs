//! Authentication from outside: the document's examples, every refusal, and what limits guessing.

mod credentials;
mod limits;
mod login;
mod refresh;
mod reset;
mod secrets;
mod sign_up;
mod token;

use http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Remote};

const EMAIL: &str = "john@example.com";
const PASSWORD: &str = "SecurePass123!";
const NEW_PASSWORD: &str = "NewSecurePass456!";

async fn post(tributary: &Remote, path: &str, body: Value) -> Answer {
    tributary.call(None, Method::POST, path, Some(body)).await
}

/// Signs up as the document's example does, without the proof of the address.
async fn signs_up(tributary: &Remote) -> Answer {
    let body = json!({
        "username": "john_doe",
        "email": EMAIL,
        "password": PASSWORD,
        "phone_no": "+919876543210",
        "business_name": "John's Store"
    });
    post(tributary, "/api/signup/", body).await
}

async fn verifies(tributary: &Remote, path: &str, otp: &str) -> Answer {
    post(tributary, path, json!({"email": EMAIL, "otp": otp})).await
}

/// Signs up and proves the address, an hour ago, so that no mail of it counts any more.
async fn john(tributary: &Remote) {
    signs_up(tributary).await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    verifies(tributary, "/api/verify-signup-otp/", &otp).await.expect(200);
    tributary.advance(3601).await;
}

async fn logs_in(tributary: &Remote, password: &str) -> Answer {
    post(tributary, "/api/login/", json!({"email": EMAIL, "password": password})).await
}

/// A pair of JWTs, by a whole login.
async fn tokens(tributary: &Remote, password: &str) -> (String, String) {
    logs_in(tributary, password).await.expect(200);
    let otp = tributary.otp(EMAIL).await;
    let pair = verifies(tributary, "/api/verify-login-otp/", &otp).await.expect(200);
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    (text("access"), text("refresh"))
}

async fn forgets(tributary: &Remote) -> Answer {
    post(tributary, "/api/forget-password/", json!({"email": EMAIL})).await
}

async fn resets(tributary: &Remote, password: &str) -> Answer {
    post(tributary, "/api/reset-password/", json!({"email": EMAIL, "new_password": password})).await
}

async fn get(tributary: &Remote, path: &str, authorization: &str) -> Answer {
    tributary.raw(Method::GET, path, &[("authorization", authorization)], "").await
}

/// Six digits that are not these.
fn other_than(otp: &str) -> String {
    let number: u32 = otp.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str) {
    assert_eq!(answer.expect(status), json!({ "error": error }));
}

/// A 400 that names exactly these fields, each with messages.
#[track_caller]
fn names(answer: &Answer, fields: &[&str]) {
    let body = answer.expect(400);
    let mut named: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let mut fields = fields.to_vec();
    named.sort_unstable();
    fields.sort_unstable();
    assert_eq!(named, fields, "{body}");
    let is_messages = |messages: &Value| messages.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    assert!(body.as_object().unwrap().values().all(is_messages), "{body}");
}

/// The newest mail.
async fn mail(tributary: &Remote) -> Value {
    tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200)[0].clone()
}

async fn mails_to_john(tributary: &Remote) -> usize {
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    mails.as_array().unwrap().iter().filter(|mail| mail["to"] == json!([EMAIL])).count()
}
