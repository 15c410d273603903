//! `POST /api/change-password/`.

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};

use super::tries::{is_too_many, start};
use super::{ask, basic, get, home_key, jwts, obtain_token, session_cookie};
use crate::support::{Answer, Tributary, User};

const PATH: &str = "/api/change-password/";
const NEW: &str = "NewSecurePass456!";

fn body(user: &User, new: &str) -> Value {
    json!({"old_password": user.password, "new_password": new})
}

async fn status(tributary: &Tributary, headers: &[(&str, &str)]) -> u16 {
    tributary.raw(Method::GET, "/api/me/", headers, "").await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_keeps_the_token_it_came_with_and_ends_every_other_credential_of_the_user() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let other = obtain_token(&tributary, "owner", &user.password).await.expect(200);
    let other = format!("Token {}", other["token"].as_str().unwrap());
    let (cookie, key) = (session_cookie(&tributary, &user).await, home_key(&tributary, &user).await);
    let pair = jwts(&tributary, &user).await;
    let (jwt, key) = (format!("Bearer {}", pair.access), format!("Bearer {key}"));
    let changed = tributary.post(&user, PATH, body(&user, NEW)).await;
    assert_eq!(changed.expect(200), json!({"message": "Password changed successfully!"}));

    tributary.advance(61).await;
    tributary.get(&user, "/api/me/").await.expect(200);
    assert_eq!(status(&tributary, &[("authorization", key.as_str())]).await, 200, "a key is the organisation's");
    for ended in [("authorization", other.as_str()), ("authorization", jwt.as_str()), ("cookie", cookie.as_str())] {
        assert_eq!(status(&tributary, &[ended]).await, 401, "{ended:?}");
    }
    let refresh = json!({"refresh": pair.refresh});
    tributary.call(None, Method::POST, "/api/token/refresh/", Some(refresh)).await.expect(401);
    obtain_token(&tributary, "owner", &user.password).await.expect(400);
    obtain_token(&tributary, "owner", NEW).await.expect(200);
    let mails = tributary.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
    assert_eq!((&mails[0]["subject"], &mails[0]["to"]), (&json!("Your password was changed"), &json!([user.email])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_a_session_keeps_it_and_one_by_a_jwt_or_password_keeps_nothing() {
    let tributary = Tributary::start().await;
    let mut user = tributary.sign_up("owner").await;
    let cookie = session_cookie(&tributary, &user).await;
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    tributary.raw(Method::POST, PATH, &headers, body(&user, NEW).to_string()).await.expect(200);
    tributary.advance(61).await;
    assert_eq!(status(&tributary, &[("cookie", &cookie)]).await, 200);
    tributary.get(&user, "/api/me/").await.expect(401);

    user.password = NEW.into();
    user.token = obtain_token(&tributary, "owner", NEW).await.expect(200)["token"].as_str().unwrap().into();
    let jwt = format!("Bearer {}", jwts(&tributary, &user).await.access);
    ask(&tributary, Method::POST, PATH, &jwt, Some(body(&user, "ThirdPassword789!"))).await.expect(200);
    let by_password = basic("owner", "ThirdPassword789!");
    get(&tributary, "/api/me/", &by_password).await.expect(200);
    tributary.advance(61).await;
    assert_eq!(status(&tributary, &[("authorization", &jwt)]).await, 401);
    assert_eq!(status(&tributary, &[("cookie", &cookie)]).await, 401);
    user.password = "ThirdPassword789!".into();
    ask(&tributary, Method::POST, PATH, &by_password, Some(body(&user, NEW))).await.expect(200);
    obtain_token(&tributary, "owner", NEW).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_refuses_what_is_wrong_by_its_field_and_whoever_has_no_password() {
    let tributary = start().await;
    let user = tributary.sign_up("owner").await;
    let fields = |answer: Answer| answer.expect(400).as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for (sent, wrong) in [
        (json!({}), ["old_password", "new_password"].as_slice()),
        (json!({"old_password": user.password, "new_password": "short1!"}), &["new_password"]),
        (json!({"old_password": user.password, "new_password": "Password1"}), &["new_password"]),
        (json!({"old_password": user.password, "new_password": "lalalalala"}), &["new_password"]),
        (json!({"old_password": "wrong", "new_password": NEW}), &["old_password"]),
    ] {
        assert_eq!(fields(tributary.post(&user, PATH, sent).await), wrong);
    }
    let key = format!("Bearer {}", home_key(&tributary, &user).await);
    ask(&tributary, Method::POST, PATH, &key, Some(body(&user, NEW))).await.expect(403);
    tributary.call(None, Method::POST, PATH, Some(body(&user, NEW))).await.expect(401);
    // Whoever has got hold of a token does not guess the password with it.
    for _ in 0..9 {
        tributary.post(&user, PATH, json!({"old_password": "wrong", "new_password": NEW})).await.expect(400);
    }
    is_too_many(&tributary.post(&user, PATH, body(&user, NEW)).await);
    is_too_many(&obtain_token(&tributary, "owner", &user.password).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_at_once_one_password_holds() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let passwords: Vec<String> = (0..4).map(|n| format!("SecurePass{n}!{n}")).collect();
    let answers = join_all(passwords.iter().map(|new| tributary.post(&user, PATH, body(&user, new)))).await;
    let done: Vec<_> = answers.iter().zip(&passwords).filter(|(answer, _)| answer.status == 200).collect();
    let [(_, password)] = done.as_slice() else { panic!("{} changes were made", done.len()) };
    obtain_token(&tributary, "owner", password).await.expect(200);
}
