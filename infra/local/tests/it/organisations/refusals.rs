//! Who may have an organisation exported or deleted, and who may not.

use http::Method;
use serde_json::json;

use super::organisation;
use crate::support::{Tributary, User};

async fn ask(tributary: &Tributary, user: &User, organisation: &str, header: Option<&str>) -> Vec<u16> {
    let authorization = format!("Token {}", user.token);
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(header.map(|id| ("organization-id", id)));
    let path = format!("/api/organisations/{organisation}");
    let export = format!("{path}/export/0190b5a1-7c5e-7000-8000-000000000002");
    let mut statuses = vec![];
    for (method, path) in [(Method::POST, format!("{path}/export")), (Method::GET, export), (Method::DELETE, path)] {
        statuses.push(tributary.raw(method, &path, &headers, "").await.status.as_u16());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_refused_and_strangers_find_nothing() {
    let tributary = Tributary::start().await;
    let (owner, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let ours = organisation(&tributary, &owner).await;
    let member = json!({"username": "member", "email": "member@example.com", "password": "SecurePass123!",
                        "groups": ["Sales", "Operations"]});
    tributary.post(&owner, "/api/users/", member).await.expect(201);
    let login = json!({"username": "member", "password": "SecurePass123!"});
    let token = tributary.call(None, Method::POST, "/api-token-auth/", Some(login)).await.expect(200);
    let member = User { username: "member".into(), token: token["token"].as_str().unwrap().into(), ..owner.clone() };
    assert_eq!(ask(&tributary, &member, &ours, None).await, [403, 403, 403]);
    assert_eq!(ask(&tributary, &stranger, &ours, None).await, [404, 404, 404]);
    assert_eq!(ask(&tributary, &stranger, &ours, Some(&ours)).await, [403, 403, 403]);
    assert_eq!(ask(&tributary, &owner, "0190b5a1-7c5e-7000-8000-000000000003", None).await, [404, 404, 404]);
    assert_eq!(ask(&tributary, &owner, "nowhere", None).await, [404, 404, 404]);
    // Nothing came of any of it.
    tributary.get(&owner, "/api/me/").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_of_two_names_either_wherever_its_home_is() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let second = tributary.post(&owner, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let second = second["business_id"].as_str().unwrap().trim_start_matches("biz_").parse::<uuid::Uuid>().unwrap();
    assert_eq!(ask(&tributary, &owner, &second.to_string(), None).await, [202, 404, 202]);
}
