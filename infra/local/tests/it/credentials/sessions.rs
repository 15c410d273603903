//! Sessions of browsers.

use http::Method;
use serde_json::json;

use super::{session_cookie, sign_in};
use crate::support::Tributary;

async fn status(tributary: &Tributary, cookie: &str) -> u16 {
    tributary.raw(Method::GET, "/api/clients/", &[("cookie", cookie)], "").await.status.as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_a_cookie_that_no_script_and_no_other_site_gets() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let answer = sign_in(&tributary, &user.email, &user.password).await;
    answer.expect(204);
    let cookie = answer.header("set-cookie").unwrap();
    let mut attributes: Vec<&str> = cookie.split("; ").collect();
    assert!(attributes.remove(0).starts_with("sessionid="));
    attributes.sort_unstable();
    assert_eq!(attributes, ["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Strict"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_origins_page_signs_a_browser_in_or_out() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let cookie = session_cookie(&tributary, &user).await;
    let body = json!({"username": user.username, "password": user.password}).to_string();
    for foreign in [("sec-fetch-site", "cross-site"), ("origin", "http://localhost:1"), ("sec-fetch-site", "same-site")]
    {
        let headers = [("content-type", "application/json"), foreign];
        let answer = tributary.raw(Method::POST, "/api/session/", &headers, body.clone()).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (403, None), "{foreign:?}");
        tributary.raw(Method::DELETE, "/api/session/", &[("cookie", &cookie), foreign], "").await.expect(403);
        // A body without a type needs no preflight, so no page may use one.
        tributary.raw(Method::POST, "/api/session/", &[], body.clone()).await.expect(415);
    }
    // Whatever contract a path speaks.
    let nobodys = "0192f0c1-2345-7abc-8def-0123456789ab";
    for path in [
        "/api/clients/".to_owned(),
        "/api/businesses".to_owned(),
        "/api/products/".to_owned(),
        format!("/api/invoices/comment/{nobodys}/"),
        format!("/api/v1.0/organisation/{nobodys}/invoices/create/"),
    ] {
        let headers =
            [("cookie", cookie.as_str()), ("content-type", "application/json"), ("sec-fetch-site", "same-site")];
        assert_eq!(tributary.raw(Method::POST, &path, &headers, "{}").await.status, 403, "{path}");
    }
    assert_eq!(status(&tributary, &cookie).await, 200);
    let own = [("content-type", "application/json"), ("origin", tributary.base_url())];
    tributary.raw(Method::POST, "/api/session/", &own, body).await.expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_opens_no_session() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let answer = sign_in(&tributary, &user.username, "SecurePass123?").await;
    assert_eq!(answer.expect(400), json!({"non_field_errors": ["Unable to log in with provided credentials."]}));
    assert_eq!(answer.header("set-cookie"), None);
    let answer = tributary.call(None, Method::POST, "/api/session/", Some(json!({"username": "owner"}))).await;
    assert_eq!(answer.expect(400), json!({"password": ["This field is required."]}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_ended_is_over_and_others_are_not() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let (first, second) = (session_cookie(&tributary, &user).await, session_cookie(&tributary, &user).await);
    assert_eq!((status(&tributary, &first).await, status(&tributary, &second).await), (200, 200));
    let ended = tributary.raw(Method::DELETE, "/api/session/", &[("cookie", &first)], "").await;
    ended.expect(204);
    let cookie = ended.header("set-cookie").unwrap();
    assert!(cookie.starts_with("sessionid=; ") && cookie.contains("Max-Age=0"), "{cookie}");
    assert_eq!((status(&tributary, &first).await, status(&tributary, &second).await), (401, 200));
    tributary.raw(Method::DELETE, "/api/session/", &[("cookie", &first)], "").await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lasts_two_weeks_and_the_ten_newest_live() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("owner").await;
    let mut cookies = vec![];
    for _ in 0..11 {
        cookies.push(session_cookie(&tributary, &user).await);
    }
    assert_eq!(status(&tributary, &cookies[0]).await, 401);
    assert_eq!(status(&tributary, &cookies[1]).await, 200);
    tributary.advance(14 * 24 * 3600 - 60).await;
    assert_eq!(status(&tributary, &cookies[10]).await, 200);
    tributary.advance(125).await;
    assert_eq!(status(&tributary, &cookies[10]).await, 401);
}
