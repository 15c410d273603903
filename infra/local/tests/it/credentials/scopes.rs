//! What API keys may do: without scopes, with scopes, and until they end.

use http::Method;
use serde_json::{Value, json};

use super::{ask, business, get, home_key};
use crate::support::{Answer, Tributary, User};

/// The path of the API keys of the organisation that a user signed up with, and the path of that.
async fn paths(tributary: &Tributary, user: &User) -> (String, String) {
    let me = tributary.get(user, "/api/me/").await.expect(200);
    let text = |name: &str| me[name].as_str().unwrap().to_owned();
    (
        format!("/api/businesses/{}/api-keys", text("business_id")),
        format!("/api/organisations/{}", text("organization_id")),
    )
}

async fn made(tributary: &Tributary, user: &User, keys: &str, body: Value) -> String {
    let made = tributary.post(user, keys, body).await.expect(201);
    format!("Bearer {}", made["api_key"].as_str().unwrap())
}

async fn post(tributary: &Tributary, path: &str, key: &str, body: Value) -> Answer {
    ask(tributary, Method::POST, path, key, Some(body)).await
}

fn member(username: &str) -> Value {
    let email = format!("{username}@example.com");
    json!({"username": username, "email": email, "password": "SecurePass123!", "groups": ["Sales"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_without_scopes_writes_the_books_and_neither_hands_over_nor_ends_the_organisation() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let key = format!("Bearer {}", home_key(&tributary, &user).await);
    let (_, organisation) = paths(&tributary, &user).await;
    let webhook = json!({"name": "Notify", "model": "Client", "url": "https://example.com/hook"});
    let hook = tributary.post(&user, "/api/webhooks/", webhook.clone()).await.expect(201);
    let hook = format!("/api/webhooks/{}", hook["id"].as_str().unwrap());

    post(&tributary, "/api/clients/", &key, json!({"name": "Acme"})).await.expect(201);
    get(&tributary, "/api/users/", &key).await.expect(200);
    assert_eq!(get(&tributary, &hook, &key).await.expect(200)["secret"], Value::Null);
    for (path, body) in [
        ("/api/users/".to_owned(), member("eva")),
        ("/api/webhooks/".to_owned(), webhook),
        (format!("{hook}/rotate-secret/"), json!({})),
        (format!("{organisation}/export/"), json!({})),
    ] {
        post(&tributary, &path, &key, body).await.expect(403);
    }
    ask(&tributary, Method::DELETE, &format!("{organisation}/"), &key, None).await.expect(403);
    get(&tributary, "/api/tokens/", &key).await.expect(403);
    ask(&tributary, Method::DELETE, "/api/tokens/", &key, None).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_scopes_does_exactly_those() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (keys, organisation) = paths(&tributary, &user).await;
    let key = made(&tributary, &user, &keys, json!({"scopes": ["app.view_client", "app.add_user"]})).await;
    get(&tributary, "/api/clients/", &key).await.expect(200);
    post(&tributary, "/api/users/", &key, member("eva")).await.expect(201);
    post(&tributary, "/api/clients/", &key, json!({"name": "Acme"})).await.expect(403);
    for path in ["/api/users/", "/api/sales/", "/api/leads/", "/api/attributes/client/", "/api/businesses", &keys] {
        get(&tributary, path, &key).await.expect(403);
    }
    let shown = get(&tributary, "/api/me/", &key).await.expect(200);
    let me = (&shown["permissions"], &shown["is_owner"]);
    assert_eq!(me, (&json!(["app.view_client", "app.add_user"]), &json!(false)));

    let key = made(&tributary, &user, &keys, json!({"scopes": ["app.add_export", "app.delete_business"]})).await;
    post(&tributary, &format!("{organisation}/export/"), &key, json!({})).await.expect(202);
    ask(&tributary, Method::DELETE, &format!("{organisation}/"), &key, None).await.expect(202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_hands_on_no_more_than_it_has_and_for_no_longer() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (keys, _) = paths(&tributary, &user).await;
    let whole = format!("Bearer {}", home_key(&tributary, &user).await);
    for beyond in ["app.delete_business", "app.add_export", "app.add_user", "app.view_webhooksecret"] {
        post(&tributary, &keys, &whole, json!({"scopes": [beyond]})).await.expect(403);
    }
    let body = json!({"scopes": ["app.view_client", "app.add_apikey"], "expires_at": "2099-01-01T00:00:00Z"});
    let scoped = made(&tributary, &user, &keys, body.clone()).await;
    for beyond in [
        json!({"scopes": ["app.view_client", "app.add_client"]}),
        json!({"scopes": ["app.view_apikey"]}),
        json!({"expires_at": "2099-01-01T00:00:01Z"}),
    ] {
        post(&tributary, &keys, &scoped, beyond).await.expect(403);
    }
    ask(&tributary, Method::POST, &keys, &scoped, None).await.expect(201);
    let all = tributary.get(&user, &keys).await.expect(200);
    let inherited = all["api_keys"].as_array().unwrap().last().unwrap();
    assert_eq!((&inherited["scopes"], &inherited["expires_at"]), (&body["scopes"], &body["expires_at"]));
    let less = json!({"scopes": ["app.view_client"], "expires_at": "2098-01-01T00:00:00Z"});
    let less = post(&tributary, &keys, &scoped, less).await.expect(201)["api_key"].clone();
    post(&tributary, &keys, &format!("Bearer {}", less.as_str().unwrap()), json!({})).await.expect(403);
    ask(&tributary, Method::DELETE, &format!("{keys}/pk_{:032x}", 7), &scoped, None).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_cannot_be_made_with_is_a_400_that_names_the_field() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (keys, _) = paths(&tributary, &user).await;
    for (body, field) in [
        (json!({"scopes": ["app.rule_world"]}), "scopes"),
        (json!({"scopes": ["app.view_client", "*"]}), "scopes"),
        (json!({"scopes": []}), "scopes"),
        (json!({"expires_at": "2001-01-01T00:00:00Z"}), "expires_at"),
        (json!({"expires_at": "soon"}), "expires_at"),
        (json!({"name": "x".repeat(256)}), "name"),
    ] {
        let refused = tributary.post(&user, &keys, body.clone()).await.expect(400);
        assert!(refused["details"][field].is_string(), "{body}: {refused}");
    }
    assert_eq!(tributary.get(&user, &keys).await.expect(200), json!({"api_keys": [], "count": 0}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inventory_shows_every_key_its_last_use_and_its_end_and_an_ended_key_is_a_401() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (keys, _) = paths(&tributary, &user).await;
    let first = made(&tributary, &user, &keys, json!({"name": "Shop"})).await;
    let shown = tributary.get(&user, &keys).await.expect(200);
    let row = &shown["api_keys"][0];
    assert_eq!((&shown["count"], &row["name"], &row["last_used_at"]), (&json!(1), &json!("Shop"), &Value::Null));
    assert!(first.contains(row["key"].as_str().unwrap()) && !shown.to_string().contains("sk_"), "{shown}");
    let start: jiff::Timestamp = row["created_at"].as_str().unwrap().parse().unwrap();
    let end = (start + jiff::SignedDuration::from_mins(10)).to_string();
    let ending = made(&tributary, &user, &keys, json!({"expires_at": end})).await;

    let used = async || {
        get(&tributary, "/api/clients/", &first).await.expect(200);
        let shown = tributary.get(&user, &keys).await.expect(200);
        shown["api_keys"][0]["last_used_at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()
    };
    let at_first = used().await;
    get(&tributary, "/api/clients/", &ending).await.expect(200);
    tributary.advance(601).await;
    assert_eq!(used().await, at_first, "a use is noted once an hour");
    get(&tributary, "/api/clients/", &ending).await.expect(401);
    tributary.advance(3600).await;
    assert!(used().await > at_first);
    assert_eq!(tributary.get(&user, &keys).await.expect(200)["count"], 2, "an ended key stays until it is deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_the_inventory_and_the_owner_is_mailed_what_was_made() {
    let tributary = Tributary::start().await;
    let (user, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let (keys, organisation) = paths(&tributary, &user).await;
    let (_, foreign) = business(&tributary, &stranger).await;
    tributary.get(&stranger, &keys).await.expect(404);
    get(&tributary, &keys, &format!("Bearer {foreign}")).await.expect(404);
    let newest = async || {
        let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
        assert_eq!(mails[0]["to"], json!([user.email]));
        mails[0]["subject"].as_str().unwrap().to_owned()
    };
    made(&tributary, &user, &keys, json!({})).await;
    assert_eq!(newest().await, "An API key was made");
    tributary.post(&user, "/api/users/", member("eva")).await.expect(201);
    assert_eq!(newest().await, "A member was added");
    get(&tributary, &keys, &super::basic("eva", "SecurePass123!")).await.expect(403);
    tributary.delete(&user, &format!("{organisation}/")).await.expect(202);
    assert_eq!(newest().await, "Your organisation is being deleted");
}
