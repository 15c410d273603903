//! The copy of a user that a member's item carries, in one organisation and in several.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::actor::{Group, Role};
use domain::id::UserId;
use domain::user::Membership;
use http::Method;
use serde_json::{Value, json};
use store::Store;
use tributary_local::services::sdk::Sdk;

use super::{PASSWORD, add, column, member, sign_in};
use crate::support::Tributary;

fn table(tributary: &Tributary) -> (aws_sdk_dynamodb::Client, String) {
    let name = tributary.cloud.environment().variable("auth", "TABLE_NAME").unwrap().to_owned();
    (Sdk::new().dynamodb(tributary.cloud.dynamodb().endpoint()), name)
}

/// Writes a member's item that names the user alone, as the first ones did.
async fn write_without_copy(tributary: &Tributary, organisation: &Value, user: &Value) {
    let (client, table) = table(tributary);
    let number = format!("{:020}", user["id"].as_u64().unwrap());
    let put = client
        .put_item()
        .table_name(table)
        .item("pk", AttributeValue::S(format!("ORG#{}#MEMBER", organisation.as_str().unwrap())))
        .item("sk", AttributeValue::S(number))
        .item("user", AttributeValue::S(user["uuid"].as_str().unwrap().to_owned()));
    put.send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whose_item_has_no_copy_yet_is_shown_and_gets_one_when_changed() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let me = tributary.get(&owner, "/api/me/").await.expect(200);
    let path = format!("/api/users/{}/", me["id"]);
    let row = tributary.get(&owner, &path).await.expect(200);
    write_without_copy(&tributary, &me["organization_id"], &me).await;
    assert_eq!(tributary.get(&owner, &path).await.expect(200), row);
    assert_eq!(tributary.get(&owner, "/api/users/").await.expect(200), json!([row]));
    assert_eq!(tributary.get(&owner, "/api/sales/").await.expect(200), json!([]));
    let changed = tributary.patch(&owner, &path, json!({"first_name": "Olga"})).await;
    assert_eq!((&changed.expect(200)["first_name"], changed.header("etag")), (&json!("Olga"), Some("\"v2\"")));
    let read = tributary.get(&owner, &path).await;
    assert_eq!((read.expect(200), read.header("etag")), (changed.json(), changed.header("etag")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_of_two_organisations_has_one_name_and_leaves_them_one_by_one() {
    let tributary = Tributary::start().await;
    let (first, second) = (tributary.sign_up("first").await, tributary.sign_up("second").await);
    let (row, ana) = add(&tributary, &first, "ana", &["Sales"]).await;
    let other = tributary.get(&second, "/api/me/").await.expect(200)["organization_id"].clone();
    join(&tributary, &row, &other).await;
    let path = format!("/api/users/{}/", row["id"]);
    assert_eq!(tributary.get(&second, &path).await.expect(200)["groups"], json!(["Operations"]));

    let renamed = tributary.patch(&first, &path, json!({"first_name": "Ana", "groups": []})).await.expect(200);
    let there = tributary.get(&second, "/api/operations/").await.expect(200);
    assert_eq!((&renamed["groups"], column(&there, "first_name")), (&json!([]), vec!["Ana".to_owned()]));

    tributary.delete(&first, &path).await.expect(204);
    tributary.get(&first, &path).await.expect(404);
    let left = tributary.get(&second, &path).await.expect(200);
    assert_eq!((&left["uuid"], &left["groups"]), (&row["uuid"], &json!(["Operations"])));
    tributary.post(&first, "/api/users/", member("ana", &[])).await.expect(400);
    tributary.advance(61).await;
    tributary.get(&ana, "/api/me/").await.expect(401);
    let ana = sign_in(&tributary, "ana").await;
    assert_eq!(tributary.get(&ana, "/api/me/").await.expect(200)["organization_id"], other);

    tributary.delete(&second, &path).await.expect(204);
    let body = json!({"username": "ana", "password": PASSWORD});
    tributary.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(400);
    tributary.post(&first, "/api/users/", member("ana", &[])).await.expect(201);
}

/// Makes a user a member of another organisation, in Operations. No route does that yet.
async fn join(tributary: &Tributary, user: &Value, organisation: &Value) {
    let (client, table) = table(tributary);
    let store = Store::new(client, &table);
    let id: UserId = user["uuid"].as_str().unwrap().parse().unwrap();
    let mut joined = store.user(id).await.unwrap().unwrap();
    let before = joined.version;
    let role = Role::Member(vec![Group::Operations]);
    let organisation_id = organisation.as_str().unwrap().parse().unwrap();
    joined.memberships.push(Membership { organisation: organisation_id, role });
    joined.version += 1;
    store.save_user(&joined, before).await.unwrap();
    write_without_copy(tributary, organisation, user).await;
}
