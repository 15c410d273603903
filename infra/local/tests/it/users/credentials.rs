//! What becomes of a member's credentials and names.

use http::Method;
use serde_json::json;

use super::{add, column, member};
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn delete_ends_the_credentials_and_frees_username_and_email() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, ana) = add(&tributary, &owner, "ana", &["Sales"]).await;
    tributary.get(&ana, "/api/clients/").await.expect(200);
    let path = format!("/api/users/{}/", row["id"]);
    assert_eq!(tributary.delete(&owner, &path).await.expect(204), serde_json::Value::Null);
    tributary.delete(&owner, &path).await.expect(404);
    tributary.get(&owner, &path).await.expect(404);
    assert_eq!(column(&tributary.get(&owner, "/api/users/").await.expect(200), "username"), ["owner"]);
    assert_eq!(tributary.get(&owner, "/api/sales/").await.expect(200), json!([]));
    for login in [&ana.username, &ana.email] {
        let body = json!({"username": login, "password": ana.password});
        tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(400);
    }
    // A warm instance may trust the token for a minute more.
    tributary.advance(61).await;
    let refused = tributary.get(&ana, "/api/clients/").await.expect(401);
    assert_eq!(refused, json!({"detail": "Invalid token."}));
    let again = tributary.post(&owner, "/api/users/", member("ana", &["Operations"])).await.expect(201);
    assert!(again["id"].as_u64() > row["id"].as_u64(), "an id is never given twice");
    assert_ne!(again["uuid"], row["uuid"]);
    tributary.get(&ana, "/api/me/").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_members_names_can_be_signed_up_with() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, _) = add(&tributary, &owner, "ana", &[]).await;
    let body = member("ana", &[]);
    let refused = tributary.call(None, Method::POST, "/api/signup/", Some(body)).await.expect(201);
    assert!(refused["message"].is_string(), "a member signs up to prove the address");
    let taken = serde_json::json!({"username": "ana", "email": "other@example.com", "password": super::PASSWORD});
    tributary.call(None, Method::POST, "/api/signup/", Some(taken)).await.expect(400);
    tributary.delete(&owner, &format!("/api/users/{}/", row["id"])).await.expect(204);
    let ana = tributary.sign_up("ana").await;
    let (me, owners) = (tributary.get(&ana, "/api/me/").await, tributary.get(&owner, "/api/me/").await);
    assert_eq!(me.expect(200)["is_owner"], json!(true));
    assert_ne!(me.json()["organization_id"], owners.expect(200)["organization_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_add_the_same_name_at_once_one_succeeds() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let add = || tributary.post(&owner, "/api/users/", member("ana", &[]));
    let answers = futures::future::join_all((0..4).map(|_| add())).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400]);
    assert_eq!(column(&tributary.get(&owner, "/api/users/").await.expect(200), "username"), ["owner", "ana"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_changes_of_one_member_are_all_kept() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, _) = add(&tributary, &owner, "ana", &[]).await;
    let path = format!("/api/users/{}/", row["id"]);
    let changes = [json!({"first_name": "Ana"}), json!({"last_name": "Diaz"}), json!({"groups": ["Sales"]})];
    let answers = futures::future::join_all(changes.map(|change| tributary.patch(&owner, &path, change))).await;
    answers.iter().for_each(|answer| drop(answer.expect(200)));
    let row = tributary.get(&owner, &path).await;
    let shown = row.expect(200);
    assert_eq!((&shown["first_name"], &shown["last_name"]), (&json!("Ana"), &json!("Diaz")));
    assert_eq!((&shown["groups"], row.header("etag")), (&json!(["Sales"]), Some("\"v4\"")));
}
