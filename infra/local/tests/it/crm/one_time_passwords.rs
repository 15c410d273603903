//! One-time passwords of a sign-up.

use futures::future::join_all;

use super::*;

const EMAIL: &str = "john@example.com";

impl Tributary {
    async fn signs_up(&self) -> Answer {
        let body = json!({"username": "john", "email": EMAIL, "password": "SecurePass123!"});
        self.call(None, Method::POST, "/api/signup/", Some(body)).await
    }

    async fn tries(&self, email: &str, otp: &str) -> Answer {
        let body = json!({"email": email, "otp": otp});
        self.call(None, Method::POST, "/api/verify-signup-otp/", Some(body)).await
    }

    /// The status of a try, and what is wrong with it.
    async fn outcome(&self, otp: &str) -> (u16, Value) {
        let answer = self.tries(EMAIL, otp).await;
        (answer.status.as_u16(), answer.json())
    }

    async fn gets_a_token(&self) -> bool {
        let body = json!({"username": "john", "password": "SecurePass123!"});
        self.call(None, Method::POST, "/api-token-auth/", Some(body)).await.status == 200
    }
}

fn verified() -> (u16, Value) {
    (200, json!({"message": "Signup OTP verified successfully!"}))
}

fn error(text: &str) -> (u16, Value) {
    (400, json!({"error": text}))
}

/// Six digits that are not these.
fn other_than(otp: &str) -> String {
    let number: u32 = otp.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_otp_is_six_digits_and_used_once() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    assert!(otp.len() == 6 && otp.bytes().all(|byte| byte.is_ascii_digit()), "{otp}");
    assert_eq!(tributary.outcome(&other_than(&otp)).await, error("Invalid OTP"));
    assert!(!tributary.gets_a_token().await);
    assert_eq!(tributary.outcome(&otp).await, verified());
    assert!(tributary.gets_a_token().await);
    assert_eq!(tributary.outcome(&otp).await, error("No OTP found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_otp_is_valid_for_five_minutes() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    tributary.advance(301).await;
    assert_eq!(tributary.outcome(&otp).await, error("OTP expired"));
    assert!(!tributary.gets_a_token().await);

    tributary.signs_up().await.expect(201);
    let renewed = tributary.otp(EMAIL).await;
    tributary.advance(240).await;
    assert_eq!(tributary.outcome(&renewed).await, verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_tries_spend_an_otp() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    for _ in 0..5 {
        assert_eq!(tributary.outcome(&other_than(&otp)).await, error("Invalid OTP"));
    }
    assert_eq!(tributary.outcome(&otp).await, error("OTP expired"));
    assert_eq!(tributary.outcome(&other_than(&otp)).await, error("OTP expired"));
    assert!(!tributary.gets_a_token().await);
    tributary.signs_up().await.expect(201);
    assert_eq!(tributary.outcome(&tributary.otp(EMAIL).await).await, verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_tries_at_once_one_is_accepted() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    let outcomes = join_all((0..20).map(|_| tributary.outcome(&otp))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == verified()).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == error("No OTP found")).count(), 19);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_at_once_count_each() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    let wrong = other_than(&otp);
    let outcomes = join_all((0..20).map(|_| tributary.outcome(&wrong))).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == error("Invalid OTP")).count(), 5);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == error("OTP expired")).count(), 15);
    assert_eq!(tributary.outcome(&otp).await, error("OTP expired"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_otp_replaces_the_older_one() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let first = tributary.otp(EMAIL).await;
    tributary.signs_up().await.expect(201);
    let second = tributary.otp(EMAIL).await;
    if first != second {
        assert_eq!(tributary.outcome(&first).await, error("Invalid OTP"));
    }
    assert_eq!(tributary.outcome(&second).await, verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_five_are_sent_to_an_address_within_an_hour() {
    let tributary = Tributary::start().await;
    for _ in 0..5 {
        tributary.signs_up().await.expect(201);
        tributary.advance(60).await;
    }
    let newest = tributary.otp(EMAIL).await;
    let throttled = tributary.signs_up().await;
    assert!(throttled.expect(429)["detail"].is_string());
    let wait: u64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    assert_eq!(mails.as_array().unwrap().len(), 5);
    tributary.sign_up("another").await;

    tributary.advance(wait + 1).await;
    assert_eq!(tributary.outcome(&newest).await, error("OTP expired"));
    tributary.signs_up().await.expect(201);
    assert_eq!(tributary.outcome(&tributary.otp(EMAIL).await).await, verified());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_otp_is_good_for_its_own_address_alone() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let otp = tributary.otp(EMAIL).await;
    let body = json!({"username": "jane", "email": "jane@example.com", "password": "SecurePass123!"});
    tributary.call(None, Method::POST, "/api/signup/", Some(body)).await.expect(201);
    if tributary.otp("jane@example.com").await != otp {
        assert_eq!(tributary.tries("jane@example.com", &otp).await.expect(400), json!({"error": "Invalid OTP"}));
    }
    let unknown = tributary.tries("nobody@example.com", &otp).await;
    assert_eq!(unknown.expect(404), json!({"error": "User not found"}));
    assert_eq!(tributary.tries("John@Example.com", &otp).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_tries_are_refused() {
    let tributary = Tributary::start().await;
    tributary.signs_up().await.expect(201);
    let path = "/api/verify-signup-otp/";
    for body in
        [json!({}), json!({"email": EMAIL}), json!({"email": 5, "otp": []}), json!({"email": null, "otp": null})]
    {
        let answer = tributary.call(None, Method::POST, path, Some(body)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    for otp in ["12345", "abcdef", "１２３４５６", "\u{0}"] {
        let answer = tributary.tries(EMAIL, otp).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    assert_eq!(tributary.outcome(&tributary.otp(EMAIL).await).await, verified());
}
