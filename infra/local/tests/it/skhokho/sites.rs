//! The session's cookie, and pages of other sites that would use it.

use http::Method;
use serde_json::json;

use super::{Skhokho, basic, id};

async fn cookie(skhokho: &Skhokho) -> String {
    let body = json!({"username": skhokho.user.username, "password": skhokho.user.password}).to_string();
    let json = [("content-type", "application/json")];
    let answer = skhokho.tributary.raw(Method::POST, "/api/session/", &json, body).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_does_everything_a_password_does() {
    let skhokho = Skhokho::start().await;
    let cookie = cookie(&skhokho).await;
    let headers = [("cookie", cookie.as_str()), ("content-type", "application/json")];
    let body = skhokho.example(json!({})).to_string();
    let made = skhokho.send(Method::POST, "create/", &headers, body).await.expect(201);
    assert_eq!(skhokho.send(Method::GET, id(&made), &headers, "").await.expect(200), made);
    let path = format!("{}/update/", id(&made));
    skhokho.send(Method::PATCH, &path, &headers, r#"{"title": "x"}"#).await.expect(200);
    let list = skhokho.send(Method::GET, "?search=x", &headers, "").await.expect(200);
    assert_eq!(list[0]["unique_id"], made["unique_id"]);
    let path = format!("{}/action/?action=send", id(&made));
    assert_eq!(skhokho.send(Method::GET, &path, &headers, "").await.expect(200)["status"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_sites_page_does_nothing_by_get_with_the_cookie() {
    let skhokho = Skhokho::start().await;
    let cookie = cookie(&skhokho).await;
    let made = skhokho.invoice(json!({})).await;
    let path = format!("{}/action/?action=record_payment&amount=1", id(&made));
    for site in ["cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site"] {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        let answer = skhokho.send(Method::GET, &path, &headers, "").await;
        let detail = json!({"detail": "You do not have permission to perform this action."});
        assert_eq!(answer.expect(403), detail, "{site}");
    }
    assert_eq!(skhokho.get(id(&made)).await.expect(200)["paid_amount"], "0.00");
    for (paid, site) in [("1.00", "same-origin"), ("2.00", "none")] {
        let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", site)];
        let answer = skhokho.send(Method::GET, &path, &headers, "").await;
        assert_eq!(answer.expect(200)["paid_amount"], paid, "{site}");
    }
    // A password is not sent by a page of another site by itself.
    let basic = basic(&skhokho.user);
    let headers = [("authorization", basic.as_str()), ("sec-fetch-site", "cross-site")];
    skhokho.send(Method::GET, &path, &headers, "").await.expect(200);
}
