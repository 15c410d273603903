//! The address of a member whom an owner added.

use http::Method;
use serde_json::{Value, json};

use super::{PASSWORD, add, member, sign_in};
use crate::support::{Answer, Remote, Tributary};

const ADDRESS: &str = "ana@example.com";

async fn post(tributary: &Remote, path: &str, body: Value) -> Answer {
    tributary.call(None, Method::POST, path, Some(body)).await
}

async fn proves(tributary: &Remote, otp: &str) -> Answer {
    post(tributary, "/api/verify-signup-otp/", json!({"email": ADDRESS, "otp": otp})).await
}

async fn token(tributary: &Remote, login: &str, password: &str) -> u16 {
    let body = json!({"username": login, "password": password});
    post(tributary, "/api-token-auth/", body).await.status.as_u16()
}

/// Those who may be mailed by whoever knows the address.
async fn resets(tributary: &Remote) -> u16 {
    post(tributary, "/api/forget-password/", json!({"email": ADDRESS})).await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_members_address_is_the_members_once_the_mail_to_it_is_answered() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, _) = add(&tributary, &owner, "ana", &["Sales"]).await;
    assert_eq!(row["email"], ADDRESS, "it is shown as it was given");
    assert_eq!((token(&tributary, ADDRESS, PASSWORD).await, resets(&tributary).await), (400, 404));
    let login = json!({"email": ADDRESS, "password": PASSWORD});
    post(&tributary, "/api/login/", login.clone()).await.expect(404);
    // The mail waits for a week.
    let otp = tributary.otp(ADDRESS).await;
    tributary.advance(7 * 24 * 3600 - 60).await;
    assert_eq!(proves(&tributary, &otp).await.expect(200), json!({"message": "Signup OTP verified successfully!"}));
    proves(&tributary, &otp).await.expect(400);
    assert_eq!((token(&tributary, ADDRESS, PASSWORD).await, resets(&tributary).await), (200, 200));
    post(&tributary, "/api/login/", login).await.expect(200);
    let taken = json!({"username": "other", "email": ADDRESS, "password": PASSWORD});
    assert!(post(&tributary, "/api/signup/", taken).await.expect(400)["email"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_can_have_another_mail_by_signing_up_with_the_same_password() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, ana) = add(&tributary, &owner, "ana", &["Sales"]).await;
    tributary.advance(8 * 24 * 3600).await;
    let sign_up = |password: &str| json!({"username": "ANA", "email": ADDRESS, "password": password});
    assert!(post(&tributary, "/api/signup/", sign_up("NotThePassword1!")).await.expect(400)["username"].is_array());
    post(&tributary, "/api/signup/", sign_up(PASSWORD)).await.expect(201);
    let otp = tributary.otp(ADDRESS).await;
    proves(&tributary, &otp).await.expect(200);
    let me = tributary.get(&sign_in(&tributary, ADDRESS).await, "/api/me/").await.expect(200);
    assert_eq!((&me["id"], &me["is_owner"]), (&row["id"], &json!(false)));
    assert_eq!(me["organization_id"], tributary.get(&owner, "/api/me/").await.expect(200)["organization_id"]);
    drop(ana);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_adds_a_strangers_address_keeps_the_stranger_from_nothing_and_gets_nothing_of_theirs() {
    let tributary = Tributary::start().await;
    let mallory = tributary.sign_up("mallory").await;
    let (row, planted) = add(&tributary, &mallory, "ana", &["Sales"]).await;
    let twice = json!({"username": "ana_again", "email": ADDRESS, "password": PASSWORD, "groups": []});
    tributary.post(&mallory, "/api/users/", twice).await.expect(201);
    let otp_of_mallory = tributary.otp(ADDRESS).await;

    let ana = tributary.elsewhere(2);
    let body = json!({"username": "real_ana", "email": ADDRESS, "password": "RealPassword1!"});
    post(&ana, "/api/signup/", body).await.expect(201);
    let own = tributary.otp(ADDRESS).await;
    // The mail that Mallory caused proves nothing where Ana signs up.
    if own != otp_of_mallory {
        proves(&ana, &otp_of_mallory).await.expect(400);
    }
    proves(&ana, &own).await.expect(200);
    assert_eq!((token(&ana, ADDRESS, "RealPassword1!").await, token(&ana, ADDRESS, PASSWORD).await), (200, 400));
    proves(&tributary, &otp_of_mallory).await.expect(400);
    // A reset leads to Ana's own account, and not into Mallory's organisation.
    assert_eq!(resets(&ana).await, 200);
    let otp = tributary.otp(ADDRESS).await;
    post(&ana, "/api/verify-forget-password-otp/", json!({"email": ADDRESS, "otp": otp})).await.expect(200);
    post(&ana, "/api/reset-password/", json!({"email": ADDRESS, "new_password": "ThirdPassword1!"})).await.expect(200);
    assert_eq!((token(&ana, "real_ana", "ThirdPassword1!").await, token(&ana, "ana", PASSWORD).await), (200, 200));
    // What Mallory made goes on by its name, until Mallory removes it; that takes nothing of Ana's.
    tributary.get(&planted, "/api/clients/").await.expect(200);
    tributary.delete(&mallory, &format!("/api/users/{}/", row["id"])).await.expect(204);
    assert_eq!(token(&ana, ADDRESS, "ThirdPassword1!").await, 200);
    let again = tributary.post(&mallory, "/api/users/", member("ana", &[])).await.expect(400);
    assert_eq!(again.as_object().unwrap().keys().collect::<Vec<_>>(), ["email"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_was_removed_proves_nothing() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (row, _) = add(&tributary, &owner, "ana", &["Sales"]).await;
    let otp = tributary.otp(ADDRESS).await;
    tributary.delete(&owner, &format!("/api/users/{}/", row["id"])).await.expect(204);
    proves(&tributary, &otp).await.expect(404);
    tributary.sign_up("ana").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_added_however_many_mails_their_address_has_had() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    for n in 0..7 {
        let body = json!({"username": format!("ana{n}"), "email": ADDRESS, "password": PASSWORD, "groups": []});
        tributary.post(&owner, "/api/users/", body).await.expect(201);
        assert_eq!(token(&tributary, &format!("ana{n}"), PASSWORD).await, 200);
    }
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    let to_ana = mails.as_array().unwrap().iter().filter(|mail| mail["to"] == json!([ADDRESS]));
    assert_eq!(to_ana.count(), 5);
}
