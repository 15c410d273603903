//! How one is let in: sign-up, sign-in, one-time passwords. Each request is for a user of its own.

use contracts::routes::{Method as RouteMethod, Route};
use http::Method;
use serde_json::{Value, json};

use super::unknown;
use crate::Failure;
use crate::call::{Call, Credential};
use crate::scene::{PASSWORD, Scene, text};

/// Whether a route is one of these.
pub fn is_one(route: &Route) -> bool {
    let word = last(route.path);
    let words = [
        "signup",
        "login",
        "forget-password",
        "reset-password",
        "change-password",
        "api-token-auth",
        "session",
        "token",
        "refresh",
        "blacklist",
        "second-factor",
        "confirm",
        "disable",
        "recovery-codes",
    ];
    words.contains(&word) || word.starts_with("verify-")
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The route's plain request.
pub async fn good(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let username = format!("user{}", scene.fresh());
    let email = format!("{username}@example.com");
    let post = |body: &Value| Call::new(Method::POST, route.path).by(Credential::None).json(body);
    let sign_up = json!({"username": username, "email": email, "password": PASSWORD});
    Ok(match (route.method, last(route.path)) {
        (RouteMethod::Post, "signup") => post(&sign_up),
        (RouteMethod::Post, "verify-signup-otp") => {
            scene.anonymous("/api/signup/", &sign_up).await?;
            post(&json!({"email": email, "otp": scene.one_time_password(&email).await?}))
        }
        (RouteMethod::Post, "api-token-auth" | "session" | "token") => {
            scene.sign_up(&username).await?;
            post(&json!({"username": username, "password": PASSWORD}))
        }
        (RouteMethod::Post, "change-password") => {
            scene.sign_up(&username).await?;
            let body = json!({"username": username, "password": PASSWORD});
            let token = text(&scene.anonymous("/api-token-auth/", &body).await?, "/token")?;
            let change = json!({"old_password": PASSWORD, "new_password": format!("{PASSWORD}2")});
            post(&change).with("authorization", format!("Token {token}"))
        }
        (RouteMethod::Delete, "second-factor") => return of_member(scene, route).await,
        (_, "second-factor" | "confirm" | "disable" | "recovery-codes") => {
            scene.sign_up(&username).await?;
            let body = json!({"username": username, "password": PASSWORD});
            let token = text(&scene.anonymous("/api-token-auth/", &body).await?, "/token")?;
            return second_factor(scene, route, &token).await;
        }
        (RouteMethod::Delete, "session") => {
            scene.sign_up(&username).await?;
            let open = Call::new(Method::POST, route.path).by(Credential::None);
            let opened = scene.send(&open.json(&json!({"username": username, "password": PASSWORD}))).await?;
            let cookie = opened.header("set-cookie").and_then(|cookie| cookie.split(';').next());
            let cookie = cookie.ok_or("a session without its cookie")?;
            Call::new(Method::DELETE, route.path).by(Credential::None).with("cookie", cookie)
        }
        (RouteMethod::Post, "login") => {
            scene.sign_up(&username).await?;
            post(&json!({"email": email, "password": PASSWORD}))
        }
        (RouteMethod::Post, "verify-login-otp") => {
            scene.sign_up(&username).await?;
            post(&mailed(scene, "/api/login/", json!({"email": email, "password": PASSWORD})).await?)
        }
        (RouteMethod::Post, "forget-password") => {
            scene.sign_up(&username).await?;
            post(&json!({ "email": email }))
        }
        (RouteMethod::Post, "verify-forget-password-otp") => {
            scene.sign_up(&username).await?;
            post(&mailed(scene, "/api/forget-password/", json!({ "email": email })).await?)
        }
        (RouteMethod::Post, "reset-password") => {
            scene.sign_up(&username).await?;
            let proof = mailed(scene, "/api/forget-password/", json!({ "email": email })).await?;
            scene.anonymous("/api/verify-forget-password-otp/", &proof).await?;
            post(&json!({"email": email, "new_password": format!("{PASSWORD}2")}))
        }
        (RouteMethod::Post, "refresh" | "blacklist") => {
            scene.sign_up(&username).await?;
            let proof = mailed(scene, "/api/login/", json!({"email": email, "password": PASSWORD})).await?;
            let pair = scene.anonymous("/api/verify-login-otp/", &proof).await?;
            post(&json!({"refresh": text(&pair, "/refresh")?}))
        }
        _ => return Err(unknown(route)),
    })
}

/// Asks for a one-time password, and gives the body that proves it.
async fn mailed(scene: &Scene, path: &str, body: Value) -> Result<Value, Failure> {
    scene.anonymous(path, &body).await?;
    let email = text(&body, "/email")?;
    Ok(json!({"email": email, "otp": scene.one_time_password(&email).await?}))
}

/// A request about the second factor of the user of a token.
async fn second_factor(scene: &Scene, route: &Route, token: &str) -> Result<Call, Failure> {
    let by = |call: Call| call.by(Credential::None).with("authorization", format!("Token {token}"));
    let post = |path: &str, body: &Value| by(Call::new(Method::POST, path).json(body));
    let path = "/api/second-factor";
    let begin = post(path, &json!({"password": PASSWORD}));
    let word = last(route.path);
    if word == "second-factor" {
        return Ok(if route.method == RouteMethod::Get { by(Call::new(Method::GET, path)) } else { begin });
    }
    let secret = text(&scene.send(&begin).await?.json()?, "/secret")?;
    let confirm = post(&format!("{path}/confirm"), &json!({"otp": scene.totp(&secret, 0)?}));
    if word == "confirm" {
        return Ok(confirm);
    }
    scene.send(&confirm).await?;
    // The step of the confirmation is used up.
    Ok(post(route.path, &json!({"password": PASSWORD, "otp": scene.totp(&secret, 1)?})))
}

/// The end of a member's second factor.
async fn of_member(scene: &Scene, route: &Route) -> Result<Call, Failure> {
    let username = format!("user{}", scene.fresh());
    let member = json!({
        "username": username, "email": format!("{username}@example.com"), "password": PASSWORD, "groups": ["Sales"],
    });
    let member = scene.send(&Call::new(Method::POST, "/api/users").json(&member)).await?.json()?;
    let body = json!({"username": username, "password": PASSWORD});
    let token = text(&scene.anonymous("/api-token-auth/", &body).await?, "/token")?;
    let by = |path: &str, body: &Value| {
        let call = Call::new(Method::POST, path).by(Credential::None).json(body);
        call.with("authorization", format!("Token {token}"))
    };
    let begun = scene.send(&by("/api/second-factor", &json!({"password": PASSWORD}))).await?.json()?;
    let otp = scene.totp(&text(&begun, "/secret")?, 0)?;
    scene.send(&by("/api/second-factor/confirm", &json!({"otp": otp}))).await?;
    Ok(Call::new(Method::DELETE, route.path.replace("{user_id}", &member["id"].to_string())))
}
