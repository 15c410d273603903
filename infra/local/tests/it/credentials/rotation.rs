//! Rotating the secret that signs JWTs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use app::jwt::TokenPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use serde_json::{Value, json};

use super::{ask, get};
use crate::support::{Tributary, User};

/// Routes of different functions, which read the secret at different times.
const ROUTES: [&str; 4] = ["/api/me/", "/api/clients/", "/api/leads/", "/api/invoices/"];

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_under_load_refuses_nobody() {
    let tributary = Arc::new(Tributary::start().await);
    let user = tributary.sign_up("owner").await;
    let before = sign_in(&tributary, &user).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicUsize::new(0));
    let load = ROUTES.map(|route| {
        let (tributary, is_over, answered) = (Arc::clone(&tributary), Arc::clone(&is_over), Arc::clone(&answered));
        let (user, before) = (user.clone(), before.access.clone());
        tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                let fresh = sign_in(&tributary, &user).await.access;
                for access in [&before, &fresh] {
                    assert_eq!(get(&tributary, route, &format!("Bearer {access}")).await.status, 200, "{route}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
    });
    wait_for(&answered, 8).await;
    rotate(&tributary, "the second value").await;
    for _ in 0..14 {
        wait_for(&answered, 8).await;
        tributary.advance(30).await;
    }
    is_over.store(true, Ordering::Relaxed);
    for task in load {
        task.await.unwrap();
    }
    let after = sign_in(&tributary, &user).await;
    assert_ne!(kid(&before.access), kid(&after.access));
    assert_eq!(renew(&tributary, &before.refresh).await, 200);

    // Another rotation ends what the first value signed.
    rotate(&tributary, "the third value").await;
    tributary.advance(6 * 60).await;
    for route in ROUTES {
        assert_eq!(get(&tributary, route, &format!("Bearer {}", before.access)).await.status, 401, "{route}");
        assert_eq!(get(&tributary, route, &format!("Bearer {}", after.access)).await.status, 200, "{route}");
    }
    assert_eq!(renew(&tributary, &before.refresh).await, 401);
    assert_eq!(renew(&tributary, &after.refresh).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_leaves_the_addresses_of_customers_pages() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let client = tributary.post(&user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let invoice = json!({"client": client["id"], "status": "sent"});
    let invoice = tributary.post(&user, "/api/invoices/", invoice).await.expect(201);
    for value in ["the second value", "the third value"] {
        rotate(&tributary, value).await;
        tributary.advance(6 * 60).await;
        let again = tributary.get(&user, &format!("/api/invoices/{}/", invoice["id"].as_str().unwrap())).await;
        assert_eq!(again.expect(200)["hosted_url"], invoice["hosted_url"]);
    }
    let path = invoice["hosted_url"].as_str().unwrap().strip_prefix(tributary.cloud.base_url()).unwrap().to_owned();
    assert_eq!(tributary.call(None, Method::GET, &path, None).await.status, 200);
}

async fn sign_in(tributary: &Tributary, user: &User) -> TokenPair {
    let body = json!({"username": user.username, "password": user.password});
    let pair = tributary.call(None, Method::POST, "/api/token/", Some(body)).await.expect(200);
    let text = |name: &str| pair[name].as_str().unwrap().to_owned();
    TokenPair { access: text("access"), refresh: text("refresh") }
}

async fn renew(tributary: &Tributary, refresh: &str) -> u16 {
    let body = json!({"refresh": refresh});
    ask(tributary, Method::POST, "/api/token/refresh/", "", Some(body)).await.status.as_u16()
}

/// Puts another value into the secret, as its operator does.
async fn rotate(tributary: &Tributary, value: &str) {
    let environment = tributary.cloud.environment();
    let arn = environment.variable("auth", "SIGNING_KEY_ARN").unwrap();
    let secrets = environment.sdk.secrets(&environment.secrets_url);
    secrets.put_secret_value().secret_id(arn).secret_string(value).send().await.unwrap();
}

fn kid(jwt: &str) -> Value {
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').next().unwrap()).unwrap()).unwrap();
    header["kid"].clone()
}

/// Waits for that many more answers.
async fn wait_for(answered: &AtomicUsize, more: usize) {
    let from = answered.load(Ordering::Relaxed);
    while answered.load(Ordering::Relaxed) < from + more {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
