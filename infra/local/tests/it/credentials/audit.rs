//! `GET /api/audit/`.

use http::Method;
use serde_json::{Value, json};

use super::{ask, basic, business, get, home_key, obtain_token, session_cookie, sign_in};
use crate::support::{Tributary, User};

const DAY: u64 = 24 * 60 * 60;

async fn log(tributary: &Tributary, owner: &User) -> Vec<Value> {
    tributary.get(owner, "/api/audit/").await.expect(200).as_array().unwrap().clone()
}

/// The newest entry of an event.
async fn newest(tributary: &Tributary, owner: &User, event: &str) -> Value {
    let log = log(tributary, owner).await;
    log.iter().find(|entry| entry["event"] == event).unwrap_or_else(|| panic!("no {event} in {log:#?}")).clone()
}

async fn count(tributary: &Tributary, owner: &User, event: &str) -> usize {
    log(tributary, owner).await.iter().filter(|entry| entry["event"] == event).count()
}

/// A member that the owner adds.
async fn member(tributary: &Tributary, owner: &User, groups: &[&str]) -> User {
    let (username, email, password) = ("mia", "mia@example.com", "SecurePass123!");
    let body = json!({"username": username, "email": email, "password": password, "groups": groups});
    tributary.post(owner, "/api/users/", body).await.expect(201);
    let token = obtain_token(tributary, username, password).await.expect(200);
    let text = |text: &str| text.to_owned();
    User {
        username: text(username),
        email: text(email),
        password: text(password),
        token: text(token["token"].as_str().unwrap()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_in_is_an_entry_that_names_who_whence_and_how() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);

    let answer = obtain_token(&tributary, &user.username, &user.password).await;
    let entry = newest(&tributary, &user, "sign_in").await;
    assert_eq!(entry["details"], json!({"method": "token"}));
    assert_eq!(entry["user"]["id"], me["id"]);
    assert_eq!(
        (&entry["source"], &entry["api_key"], &entry["object"]),
        (&json!("127.0.0.1"), &json!(null), &json!(null))
    );
    assert_eq!(entry["request_id"], answer.header("x-request-id").unwrap());

    session_cookie(&tributary, &user).await;
    assert_eq!(newest(&tributary, &user, "sign_in").await["details"]["method"], "session");
    let body = json!({"username": user.username, "password": user.password});
    let pair = tributary.call(None, Method::POST, "/api/token/", Some(body)).await.expect(200);
    assert_eq!(newest(&tributary, &user, "sign_in").await["details"]["method"], "jwt");
    let refresh = json!({"refresh": pair["refresh"]});
    ask(&tributary, Method::POST, "/api/token/blacklist/", "", Some(refresh)).await.expect(200);
    assert_eq!(newest(&tributary, &user, "sign_out").await["user"]["id"], me["id"]);

    // Basic signs in with every request, and is noted once a day for each source.
    tributary.advance(2 * DAY).await;
    let before = count(&tributary, &user, "sign_in").await;
    for _ in 0..3 {
        get(&tributary, "/api/me/", &basic(&user.username, &user.password)).await.expect(200);
        tributary.advance(61).await;
    }
    assert_eq!(newest(&tributary, &user, "sign_in").await["details"]["method"], "basic");
    assert_eq!(count(&tributary, &user, "sign_in").await, before + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_access_are_entries_and_what_was_refused_is_none() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let key = home_key(&tributary, &owner).await;
    let public = key.split(':').next().unwrap();
    assert_eq!(newest(&tributary, &owner, "api_key_created").await["object"], public);

    let member = member(&tributary, &owner, &["Sales"]).await;
    let added = newest(&tributary, &owner, "member_added").await;
    assert_eq!(added["details"]["username"], member.username.as_str());
    let path = format!("/api/users/{}/", added["object"].as_str().unwrap());
    tributary.patch(&owner, &path, json!({"groups": ["Operations"]})).await.expect(200);
    assert_eq!(newest(&tributary, &owner, "member_changed").await["details"]["groups"], "Operations");
    tributary.delete(&owner, &path).await.expect(204);
    assert_eq!(newest(&tributary, &owner, "member_removed").await["object"], added["object"]);

    let hook = json!({"name": "Hook", "model": "Client", "event": "CREATE", "url": "http://127.0.0.1:9/x"});
    let hook = tributary.post(&owner, "/api/webhooks/", hook).await.expect(201);
    let path = format!("/api/webhooks/{}/", hook["id"].as_str().unwrap());
    tributary.patch(&owner, &path, json!({"name": "Other"})).await.expect(200);
    tributary.patch(&owner, &path, json!({"method": "TRACE"})).await.expect(400);
    tributary.post(&owner, &format!("{path}rotate-secret/"), json!({})).await.expect(200);
    tributary.delete(&owner, &path).await.expect(204);
    for event in ["webhook_created", "webhook_changed", "webhook_secret_rotated", "webhook_deleted"] {
        assert_eq!(newest(&tributary, &owner, event).await["object"], hook["id"]);
        assert_eq!(count(&tributary, &owner, event).await, 1);
    }

    let me = tributary.get(&owner, "/api/me/").await.expect(200);
    let organisation = me["organization_id"].as_str().unwrap();
    tributary.post(&owner, &format!("/api/organisations/{organisation}/export/"), json!({})).await.expect(202);
    tributary.post(&owner, &format!("/api/organisations/{organisation}/export/"), json!({})).await;
    assert_eq!(count(&tributary, &owner, "export_requested").await, 1);
    let business = me["business_id"].as_str().unwrap();
    tributary.delete(&owner, &format!("/api/businesses/{business}/api-keys/{public}")).await.expect(204);
    tributary.delete(&owner, &format!("/api/businesses/{business}/api-keys/{public}")).await.expect(404);
    assert_eq!(count(&tributary, &owner, "api_key_deleted").await, 1);
    let body = json!({"old_password": owner.password, "new_password": "another Passw0rd!"});
    tributary.post(&owner, "/api/change-password/", body).await.expect(200);
    assert_eq!(newest(&tributary, &owner, "password_changed").await["user"]["id"], me["id"]);
    tributary.delete(&owner, "/api/tokens/").await.expect(204);
    let token = obtain_token(&tributary, &owner.username, "another Passw0rd!").await.expect(200);
    let owner = User { token: token["token"].as_str().unwrap().to_owned(), ..owner };
    assert_eq!(count(&tributary, &owner, "sign_out_everywhere").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_entries_and_nobody_can_flood_the_log_with_them() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    for _ in 0..30 {
        sign_in(&tributary, &owner.username, "wrong").await;
        sign_in(&tributary, "nobody", "wrong").await;
    }
    let body = json!({"email": owner.email});
    tributary.call(None, Method::POST, "/api/forget-password/", Some(body)).await.expect(200);
    for _ in 0..3 {
        let body = json!({"email": owner.email, "otp": "abcdef"});
        tributary.call(None, Method::POST, "/api/verify-forget-password-otp/", Some(body)).await.expect(400);
    }
    let newest = newest(&tributary, &owner, "sign_in_failed").await;
    assert_eq!(newest["details"], json!({"method": "one_time_password"}));
    let log = log(&tributary, &owner).await;
    let failures: Vec<_> = log.iter().filter(|entry| entry["event"] == "sign_in_failed").collect();
    let counts: Vec<_> = failures.iter().map(|entry| entry["details"]["failures"].clone()).collect();
    assert_eq!(counts, [Value::Null, json!("10"), json!("1")], "{failures:#?}");
    assert!(failures.iter().all(|entry| entry["source"] == "127.0.0.1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_the_owners_alone_and_no_key_reads_it_without_a_scope() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let stranger = tributary.sign_up("stranger").await;
    let member = member(&tributary, &owner, &["Sales", "Operations"]).await;
    tributary.get(&member, "/api/audit/").await.expect(403);
    let key = home_key(&tributary, &owner).await;
    get(&tributary, "/api/audit/", &format!("Bearer {key}")).await.expect(403);
    tributary.call(None, Method::GET, "/api/audit/", None).await.expect(401);

    let me = tributary.get(&owner, "/api/me/").await.expect(200);
    let path = format!("/api/businesses/{}/api-keys", me["business_id"].as_str().unwrap());
    let scoped = tributary.post(&owner, &path, json!({"scopes": ["app.view_auditentry"]})).await.expect(201);
    let scoped = format!("Bearer {}", scoped["api_key"].as_str().unwrap());
    let seen = get(&tributary, "/api/audit/", &scoped).await.expect(200);
    assert_eq!(seen[0]["event"], "api_key_created");

    // A stranger's log, and that of another business, hold nothing of this one.
    for entry in log(&tributary, &stranger).await {
        assert_ne!(entry["user"]["id"], me["id"]);
    }
    let (other, other_key) = business(&tributary, &owner).await;
    let opened = newest(&tributary, &owner, "business_opened").await;
    assert_eq!(opened["object"].as_str().unwrap().replace('-', ""), other.trim_start_matches("biz_"));
    get(&tributary, "/api/audit/", &format!("Bearer {other_key}")).await.expect(403);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let authorization = format!("Token {}", owner.token);
        ask(&tributary, method, "/api/audit/", &authorization, Some(json!({}))).await.expect(405);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_over_the_quarters_of_a_year_and_older_entries_are_gone() {
    let tributary = Tributary::start().await;
    let mut owner = tributary.sign_up("owner").await;
    for _ in 0..9 {
        tributary.advance(50 * DAY).await;
        for _ in 0..2 {
            let token = obtain_token(&tributary, &owner.username, &owner.password).await.expect(200);
            owner.token = token["token"].as_str().unwrap().to_owned();
        }
    }
    let whole = log(&tributary, &owner).await;
    let times: Vec<_> = whole.iter().map(|entry| entry["at"].as_str().unwrap().to_owned()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    // Of 450 days, those of the last 365.
    assert_eq!(whole.len(), 2 * 8, "{times:?}");

    let (mut paged, mut path) = (Vec::new(), "/api/audit/?limit=3".to_owned());
    loop {
        let answer = tributary.get(&owner, &path).await;
        let rows = answer.expect(200);
        paged.extend(rows.as_array().unwrap().clone());
        let Some(link) = answer.header("link") else { break };
        let url = link.split(['<', '>']).nth(1).unwrap();
        path = url.strip_prefix(tributary.cloud.base_url()).unwrap().to_owned();
    }
    assert_eq!(paged, whole);
}
