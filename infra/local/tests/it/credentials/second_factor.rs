//! `/api/second-factor/`, and how sign-ins ask for its codes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use data_encoding::BASE32_NOPAD;
use http::Method;
use ring::hmac;
use serde_json::{Value, json};

use super::{ask, get, home_key, obtain_token, store};
use crate::support::{Answer, Tributary, User};

const STEP: u64 = 30;

/// A user with a second factor.
struct Enrolled {
    tributary: Tributary,
    user: User,
    secret: Vec<u8>,
    recovery_codes: Vec<String>,
}

/// The code of a secret at a time, computed apart from the product.
fn code_at(secret: &[u8], second: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &(second / 30).to_be_bytes());
    let offset = usize::from(tag.as_ref()[19] & 15);
    let number = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn now(tributary: &Tributary) -> i64 {
    tributary.cloud.environment().clock.now().as_second()
}

async fn begin(tributary: &Tributary, user: &User) -> Vec<u8> {
    let begun = tributary.post(user, "/api/second-factor/", json!({"password": user.password})).await.expect(201);
    let secret = begun["secret"].as_str().unwrap();
    let url = begun["otpauth_url"].as_str().unwrap();
    assert!(url.starts_with("otpauth://totp/Tributary:owner?") && url.contains(secret), "{url}");
    BASE32_NOPAD.decode(secret.as_bytes()).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

impl Enrolled {
    async fn new() -> Self {
        let tributary = Tributary::start().await;
        let user = tributary.sign_up("owner").await;
        let secret = begin(&tributary, &user).await;
        let otp = code_at(&secret, now(&tributary));
        let confirmed = tributary.post(&user, "/api/second-factor/confirm/", json!({"otp": otp})).await.expect(200);
        let recovery_codes = texts(&confirmed["recovery_codes"]);
        Self { tributary, user, secret, recovery_codes }
    }

    /// A code that was not used before.
    async fn fresh(&self) -> String {
        self.tributary.advance(2 * STEP).await;
        code_at(&self.secret, now(&self.tributary))
    }

    async fn sign_in_at(&self, path: &str, login: &str, otp: Option<&str>) -> Answer {
        let mut body = json!({login: if login == "email" { &self.user.email } else { &self.user.username }});
        body["password"] = json!(self.user.password);
        if let Some(otp) = otp {
            body["otp"] = json!(otp);
        }
        self.tributary.call(None, Method::POST, path, Some(body)).await
    }

    async fn token(&self, otp: Option<&str>) -> Answer {
        self.sign_in_at("/api-token-auth/", "username", otp).await
    }

    async fn basic(&self, otp: Option<&str>) -> Answer {
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:{}", self.user.username, self.user.password)));
        let mut headers = vec![("authorization", basic.as_str())];
        headers.extend(otp.map(|otp| ("x-otp", otp)));
        self.tributary.raw(Method::GET, "/api/me/", &headers, "").await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sign_in_asks_for_a_code_and_says_so() {
    let enrolled = Enrolled::new().await;
    for (path, login) in [
        ("/api-token-auth/", "username"),
        ("/api/api-token-auth/", "username"),
        ("/api/session/", "username"),
        ("/api/token/", "username"),
        ("/api/login/", "email"),
    ] {
        for otp in [None, Some("000000"), Some(""), Some("abcdef")] {
            let refused = enrolled.sign_in_at(path, login, otp).await;
            let told = refused.expect(400);
            assert!(told["otp"].is_array() || told.to_string().contains("authenticator"), "{path}: {told}");
        }
        let otp = enrolled.fresh().await;
        let status = enrolled.sign_in_at(path, login, Some(&otp)).await.status.as_u16();
        assert!(matches!(status, 200 | 204), "{path}: {status}");
        // A wrong password does not tell whether there is a second factor.
        let body = json!({login: enrolled.user.email, "password": "wrong", "otp": enrolled.fresh().await});
        let wrong = enrolled.tributary.call(None, Method::POST, path, Some(body)).await;
        assert!(!wrong.text.contains("authenticator"), "{path}: {}", wrong.text);
        enrolled.tributary.advance(15 * 60).await;
    }
    let asked = enrolled.basic(None).await;
    assert_eq!((asked.status.as_u16(), asked.header("x-otp")), (401, Some("required")));
    assert_eq!(enrolled.basic(Some("000000")).await.header("x-otp"), Some("required"));
    let otp = enrolled.fresh().await;
    enrolled.basic(Some(&otp)).await.expect(200);
    // What the instance remembers is remembered with the code.
    enrolled.basic(None).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_works_once_and_only_about_its_time() {
    let enrolled = Enrolled::new().await;
    let otp = enrolled.fresh().await;
    enrolled.token(Some(&otp)).await.expect(200);
    enrolled.token(Some(&otp)).await.expect(400);
    let spaced = enrolled.fresh().await;
    enrolled.token(Some(&format!(" {} {} ", &spaced[..3], &spaced[3..]))).await.expect(200);
    for (off, status) in [(-90, 400), (90, 400), (-30, 400), (30, 200)] {
        // The step before is used up: a code of the present one was accepted.
        let present = enrolled.fresh().await;
        if off == -30 {
            enrolled.token(Some(&present)).await.expect(200);
        }
        let otp = code_at(&enrolled.secret, now(&enrolled.tributary) + off);
        assert_eq!(enrolled.token(Some(&otp)).await.status, status, "{off}");
        enrolled.tributary.advance(15 * 60).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_signs_in_with_a_code() {
    let enrolled = Enrolled::new().await;
    let (otp, recovery) = (enrolled.fresh().await, enrolled.recovery_codes[0].clone());
    for code in [otp, recovery] {
        let tries = futures::future::join_all((0..6).map(|_| enrolled.token(Some(&code)))).await;
        let let_in = tries.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(let_in, 1, "{:?}", tries.iter().map(|answer| answer.status).collect::<Vec<_>>());
        enrolled.tributary.advance(15 * 60).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_cannot_be_tried_until_one_fits() {
    let enrolled = Enrolled::new().await;
    let statuses = futures::future::join_all((0..40).map(|n| {
        let otp = format!("{n:06}");
        let enrolled = &enrolled;
        async move { enrolled.token(Some(&otp)).await.status.as_u16() }
    }))
    .await;
    let tried = statuses.iter().filter(|status| **status == 400).count();
    assert!(tried <= 10 && statuses.iter().all(|status| matches!(status, 400 | 429)), "{statuses:?}");
    let otp = enrolled.fresh().await;
    enrolled.token(Some(&otp)).await.expect(429);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once_and_others_end_the_first_ones() {
    let enrolled = Enrolled::new().await;
    let [first, second, ..] = &enrolled.recovery_codes[..] else { panic!() };
    assert_eq!(enrolled.recovery_codes.len(), 10);
    enrolled.token(Some(&first.to_uppercase().replace('-', " "))).await.expect(200);
    enrolled.token(Some(first)).await.expect(400);
    let shown = enrolled.tributary.get(&enrolled.user, "/api/second-factor/").await.expect(200);
    assert_eq!((&shown["enabled"], &shown["recovery_codes_left"]), (&json!(true), &json!(9)));
    let log = enrolled.tributary.get(&enrolled.user, "/api/audit/").await.expect(200);
    assert!(log.as_array().unwrap().iter().any(|entry| entry["event"] == "recovery_code_used"));

    let path = "/api/second-factor/recovery-codes/";
    enrolled.tributary.post(&enrolled.user, path, json!({"otp": "000000"})).await.expect(400);
    let otp = enrolled.fresh().await;
    let other = enrolled.tributary.post(&enrolled.user, path, json!({"otp": otp})).await.expect(200);
    enrolled.token(Some(second)).await.expect(400);
    enrolled.token(Some(&texts(&other["recovery_codes"])[0])).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_on_only_once_a_code_proved_it_and_off_by_password_and_code() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let wrong = json!({"password": "wrong"});
    tributary.post(&user, "/api/second-factor/", wrong).await.expect(400);
    tributary.post(&user, "/api/second-factor/confirm/", json!({"otp": "000000"})).await.expect(409);
    let first = begin(&tributary, &user).await;
    obtain_token(&tributary, &user.username, &user.password).await.expect(200);
    let second = begin(&tributary, &user).await;
    let confirm = async |otp: String| {
        tributary.post(&user, "/api/second-factor/confirm/", json!({"otp": otp})).await.status.as_u16()
    };
    assert_eq!(confirm(code_at(&first, now(&tributary))).await, 400, "of a secret that was replaced");
    assert_eq!(confirm(code_at(&second, now(&tributary))).await, 200);
    assert_eq!(confirm(code_at(&second, now(&tributary) + 30)).await, 409);
    let again = json!({"password": user.password});
    tributary.post(&user, "/api/second-factor/", again).await.expect(409);

    let end = async |password: &str, otp: String| {
        let body = json!({"password": password, "otp": otp});
        tributary.post(&user, "/api/second-factor/disable/", body).await.status.as_u16()
    };
    tributary.advance(2 * STEP).await;
    let otp = || code_at(&second, now(&tributary));
    assert_eq!(end("wrong", otp()).await, 400);
    assert_eq!(end(&user.password, "000000".to_owned()).await, 400);
    assert_eq!(end(&user.password, otp()).await, 200);
    obtain_token(&tributary, &user.username, &user.password).await.expect(200);
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    let subjects: Vec<_> = mails.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects[..2], ["Your second factor was switched off", "Your second factor was switched on"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_keeps_it_and_what_was_open_stays_open() {
    let enrolled = Enrolled::new().await;
    let Enrolled { tributary, user, .. } = &enrolled;
    // The token of before still works, and JWTs go on.
    tributary.get(user, "/api/me/").await.expect(200);
    let otp = enrolled.fresh().await;
    let pair = enrolled.sign_in_at("/api/token/", "username", Some(&otp)).await.expect(200);
    let refresh = json!({"refresh": pair["refresh"]});
    ask(tributary, Method::POST, "/api/token/refresh/", "", Some(refresh)).await.expect(200);

    let body = json!({"email": user.email});
    tributary.call(None, Method::POST, "/api/forget-password/", Some(body)).await.expect(200);
    let body = json!({"email": user.email, "otp": tributary.otp(&user.email).await});
    tributary.call(None, Method::POST, "/api/verify-forget-password-otp/", Some(body)).await.expect(200);
    let body = json!({"email": user.email, "new_password": "another Passw0rd!"});
    tributary.call(None, Method::POST, "/api/reset-password/", Some(body)).await.expect(200);
    obtain_token(tributary, &user.username, "another Passw0rd!").await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_switches_it_off_but_the_owner_for_a_member() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("boss").await;
    let key = format!("Bearer {}", home_key(&tributary, &owner).await);
    get(&tributary, "/api/second-factor/", &key).await.expect(403);
    let body =
        json!({"username": "owner", "email": "mia@example.com", "password": "SecurePass123!", "groups": ["Sales"]});
    let added = tributary.post(&owner, "/api/users/", body).await.expect(201);
    let token = obtain_token(&tributary, "owner", "SecurePass123!").await.expect(200);
    let member = User {
        username: "owner".to_owned(),
        email: "mia@example.com".to_owned(),
        password: "SecurePass123!".to_owned(),
        token: token["token"].as_str().unwrap().to_owned(),
    };
    let path = format!("/api/users/{}/second-factor/", added["id"]);
    tributary.delete(&owner, &path).await.expect(404);
    let secret = begin(&tributary, &member).await;
    let otp = code_at(&secret, now(&tributary));
    tributary.post(&member, "/api/second-factor/confirm/", json!({"otp": otp})).await.expect(200);
    obtain_token(&tributary, "owner", "SecurePass123!").await.expect(400);

    let stranger = tributary.sign_up("stranger").await;
    tributary.delete(&stranger, &path).await.expect(404);
    tributary.delete(&member, &path).await.expect(403);
    ask(&tributary, Method::DELETE, &path, &key, None).await.expect(403);
    obtain_token(&tributary, "owner", "SecurePass123!").await.expect(400);
    tributary.delete(&owner, &path).await.expect(204);
    obtain_token(&tributary, "owner", "SecurePass123!").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_holds_neither_the_secret_nor_a_recovery_code() {
    let enrolled = Enrolled::new().await;
    session_cookie_is_refused(&enrolled).await;
    let user = store(&enrolled.tributary).user_by_login(&enrolled.user.username).await.unwrap().unwrap();
    let kept = format!("{:?}", user.second_factor);
    assert!(
        !kept.contains(&BASE32_NOPAD.encode(&enrolled.secret)) && !kept.contains(&STANDARD.encode(&enrolled.secret))
    );
    for code in &enrolled.recovery_codes {
        assert!(!kept.contains(code.as_str()) && !kept.contains(&code.replace('-', "")));
    }
}

/// A session needs a code too: without one there is no cookie.
async fn session_cookie_is_refused(enrolled: &Enrolled) {
    assert_eq!(enrolled.sign_in_at("/api/session/", "username", None).await.header("set-cookie"), None);
}
