//! `/api/users/` and the lists of the groups.

use http::Method;
use serde_json::{Value, json};

use super::{add, column, member};
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn post_api_users_adds_a_member_who_can_sign_in() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let body = json!({
        "username": "ana", "email": "Ana@example.com", "password": "SecurePass123!", "first_name": "Ana",
        "last_name": "Diaz", "groups": ["Teacher Assistant", "Sales", "Sales"], "is_owner": true
    });
    let answer = tributary.post(&owner, "/api/users/", body).await;
    let row = answer.expect(201);
    let keys: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let words = ["id", "uuid", "username", "email", "first_name", "last_name", "groups", "is_owner", "date_joined"];
    assert_eq!(keys, words);
    let shown = ["username", "email", "first_name", "last_name"].map(|name| row[name].as_str().unwrap());
    assert_eq!(shown, ["ana", "Ana@example.com", "Ana", "Diaz"]);
    assert_eq!((&row["groups"], &row["is_owner"]), (&json!(["Sales", "Teacher Assistant"]), &json!(false)));
    assert!(row["id"].is_u64() && row["uuid"].as_str().unwrap().len() == 36);
    let joined: jiff::Timestamp = row["date_joined"].as_str().unwrap().parse().unwrap();
    assert!(joined > jiff::Timestamp::UNIX_EPOCH);

    let ana = super::sign_in(&tributary, "ana").await;
    let (me, owners) = (tributary.get(&ana, "/api/me/").await.expect(200), tributary.get(&owner, "/api/me/").await);
    for name in ["id", "uuid", "username", "email", "groups", "is_owner"] {
        assert_eq!(me[name], row[name], "{name}");
    }
    assert_eq!(me["organization_id"], owners.expect(200)["organization_id"]);
    let path = format!("/api/users/{}/", row["id"]);
    let read = tributary.get(&owner, &path).await;
    assert_eq!((read.expect(200), read.header("etag")), (row, answer.header("etag")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_member_lacks_or_others_have_is_a_400_under_its_field() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    tributary.sign_up("stranger").await;
    let refused = async |body: Value| {
        let errors = tributary.post(&owner, "/api/users/", body).await.expect(400);
        errors.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({})).await, ["username", "email", "password", "groups"]);
    assert_eq!(refused(member("ana", &["Boss"])).await, ["groups"]);
    assert_eq!(refused(member("ana", &["owner"])).await, ["groups"]);
    assert_eq!(refused(member("ana", &["sales"])).await, ["groups"]);
    let with = |name: &str, value: Value| {
        let mut body = member("ana", &[]);
        body[name] = value;
        body
    };
    for (name, value) in [
        ("groups", json!("Sales")),
        ("password", json!("12345678")),
        ("password", json!("short")),
        ("username", json!("a b")),
        ("email", json!("nobody")),
        ("first_name", json!("x".repeat(256))),
        // Another organisation's user has it, in whatever case.
        ("username", json!("STRANGER")),
        ("email", json!("Stranger@Example.com")),
    ] {
        assert_eq!(refused(with(name, value.clone())).await, [name], "{name} = {value}");
    }
    assert_eq!(refused(member("stranger", &[])).await, ["username", "email"]);
    let rows = tributary.get(&owner, "/api/users/").await.expect(200);
    assert_eq!(column(&rows, "username"), ["owner"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_added_once_under_an_idempotency_key() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let authorization = format!("Token {}", owner.token);
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/json"), ("idempotency-key", "one")];
    let body = member("ana", &["Sales"]).to_string();
    let first = tributary.raw(Method::POST, "/api/users/", &headers, body.clone()).await;
    let again = tributary.raw(Method::POST, "/api/users/", &headers, body).await;
    assert_eq!(again.expect(201), first.expect(201));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test(flavor = "multi_thread")]
async fn get_api_users_pages_through_the_members_oldest_first() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    for username in ["zoe", "ana", "kim"] {
        tributary.post(&owner, "/api/users/", member(username, &["Sales"])).await.expect(201);
    }
    let rows = tributary.get(&owner, "/api/users/").await.expect(200);
    assert_eq!(column(&rows, "username"), ["owner", "zoe", "ana", "kim"]);
    assert_eq!((&rows[0]["is_owner"], &rows[0]["groups"]), (&json!(true), &json!([])));
    let (mut path, mut seen) = ("/api/users/?limit=3".to_owned(), vec![]);
    loop {
        let page = tributary.get(&owner, &path).await;
        seen.extend(column(&page.expect(200), "username"));
        let Some(link) = page.header("link") else { break };
        let url = link.trim_start_matches('<').split('>').next().unwrap();
        path = url[url.find("/api/").unwrap()..].to_owned();
    }
    assert_eq!(seen, ["owner", "zoe", "ana", "kim"]);
    for wrong in ["limit=0", "limit=1001", "cursor=x"] {
        tributary.get(&owner, &format!("/api/users/?{wrong}")).await.expect(400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_group_has_its_list_which_every_member_may_read() {
    let tributary = Tributary::start().await;
    let (owner, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    add(&tributary, &stranger, "theirs", &["Sales", "Instructors", "Teacher Assistant", "Operations"]).await;
    add(&tributary, &owner, "both", &["Sales", "Operations"]).await;
    add(&tributary, &owner, "teacher", &["Instructors"]).await;
    add(&tributary, &owner, "assistant", &["Teacher Assistant"]).await;
    add(&tributary, &owner, "seller", &["Sales"]).await;
    let (_, nobody) = add(&tributary, &owner, "nobody", &[]).await;
    for (path, members) in [
        ("/api/instructors/", &["teacher"][..]),
        ("/api/tas/", &["assistant"]),
        ("/api/sales/", &["both", "seller"]),
        ("/api/operations", &["both"]),
    ] {
        for reader in [&owner, &nobody] {
            let rows = tributary.get(reader, path).await.expect(200);
            assert_eq!(column(&rows, "username"), members, "{path}");
            let keys: Vec<_> = rows[0].as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(keys, ["id", "name", "username", "email", "first_name", "last_name"], "{path}");
        }
    }
    let page = tributary.get(&nobody, "/api/sales/?limit=1").await;
    assert_eq!(column(&page.expect(200), "username"), ["both"]);
    assert!(page.header("link").unwrap().ends_with("rel=\"next\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn patch_and_put_set_names_and_groups_and_leave_the_rest() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, ana) = add(&tributary, &owner, "ana", &["Sales"]).await;
    let path = format!("/api/users/{}/", row["id"]);
    let body = json!({"first_name": "Ana", "username": "other", "email": "x@example.com", "is_owner": true, "id": 1});
    let changed = tributary.patch(&owner, &path, body).await.expect(200);
    let mut expected = row.clone();
    expected["first_name"] = json!("Ana");
    assert_eq!(changed, expected);
    let changed =
        tributary.put(&owner, &path, json!({"groups": ["Instructors"], "last_name": "Diaz"})).await.expect(200);
    (expected["groups"], expected["last_name"]) = (json!(["Instructors"]), json!("Diaz"));
    assert_eq!(changed, expected);
    assert_eq!(tributary.get(&owner, &path).await.expect(200), expected);
    assert_eq!(tributary.get(&owner, "/api/users/").await.expect(200)[1], expected);
    assert_eq!(column(&tributary.get(&owner, "/api/instructors/").await.expect(200), "last_name"), ["Diaz"]);
    assert_eq!(tributary.get(&owner, "/api/sales/").await.expect(200), json!([]));
    for wrong in [json!({"groups": ["Boss"]}), json!({"groups": null}), json!({"groups": [1]})] {
        let errors = tributary.patch(&owner, &path, wrong).await.expect(400);
        assert_eq!(errors.as_object().unwrap().keys().collect::<Vec<_>>(), ["groups"]);
    }
    // A warm instance trusts a credential, with its groups, for a minute.
    tributary.advance(61).await;
    assert_eq!(tributary.get(&ana, "/api/me/").await.expect(200)["groups"], json!(["Instructors"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_or_deletion_based_on_a_stale_member_is_a_412() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, _) = add(&tributary, &owner, "ana", &["Sales"]).await;
    let path = format!("/api/users/{}/", row["id"]);
    let read = tributary.get(&owner, &path).await.header("etag").unwrap().to_owned();
    // Signing in is no change that the owner could lose.
    super::sign_in(&tributary, "ana").await;
    let authorization = format!("Token {}", owner.token);
    let headers =
        [("authorization", authorization.as_str()), ("content-type", "application/json"), ("if-match", read.as_str())];
    let changed = tributary.raw(Method::PATCH, &path, &headers, r#"{"first_name": "Ana"}"#).await;
    changed.expect(200);
    assert_ne!(changed.header("etag"), Some(read.as_str()));
    tributary.raw(Method::PATCH, &path, &headers, r#"{"first_name": "Eva"}"#).await.expect(412);
    tributary.raw(Method::PUT, &path, &headers, r#"{"groups": []}"#).await.expect(412);
    tributary.raw(Method::DELETE, &path, &headers, "").await.expect(412);
    assert_eq!(tributary.get(&owner, &path).await.expect(200), changed.expect(200));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_stays_the_owner() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let id = tributary.get(&owner, "/api/me/").await.expect(200)["id"].clone();
    let path = format!("/api/users/{id}/");
    assert!(tributary.delete(&owner, &path).await.expect(409)["detail"].is_string());
    let refused = tributary.patch(&owner, &path, json!({"groups": ["Sales"], "first_name": "Eva"})).await.expect(409);
    assert!(refused["detail"].is_string());
    let row = tributary.patch(&owner, &path, json!({"first_name": "Olga", "groups": []})).await.expect(200);
    assert_eq!((&row["first_name"], &row["is_owner"], &row["groups"]), (&json!("Olga"), &json!(true), &json!([])));
    assert_eq!(tributary.get(&owner, "/api/users/").await.expect(200), json!([row]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_another_organisation_does_not_exist() {
    let tributary = Tributary::start().await;
    let (owner, stranger) = (tributary.sign_up("owner").await, tributary.sign_up("stranger").await);
    let (row, _) = add(&tributary, &stranger, "theirs", &["Sales"]).await;
    let uuid = row["uuid"].as_str().unwrap();
    for id in
        [row["id"].to_string(), uuid.to_owned(), "0".into(), "999999".into(), "+1".into(), "01".into(), "x".into()]
    {
        let path = format!("/api/users/{id}/");
        tributary.get(&owner, &path).await.expect(404);
        tributary.patch(&owner, &path, json!({"first_name": "Eva"})).await.expect(404);
        tributary.put(&owner, &path, json!({"groups": []})).await.expect(404);
        tributary.delete(&owner, &path).await.expect(404);
    }
    let path = format!("/api/users/{}/", row["id"]);
    assert_eq!(tributary.get(&stranger, &path).await.expect(200), row);
}
