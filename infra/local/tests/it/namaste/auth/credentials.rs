//! What a login's JWT opens.

use http::Method;
use serde_json::{Value, json};

use super::*;
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_speaks_on_paths_of_other_contracts() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let (access, _) = tokens(&tributary, PASSWORD).await;
    let bearer = format!("Bearer {access}");
    let send = async |method: Method, path: &str, headers: &[(&str, &str)], body: Option<Value>| {
        let own = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        tributary.raw(method, path, &[&own[..], headers].concat(), body).await
    };
    let client = send(Method::POST, "/api/clients/", &[], Some(json!({"name": "Acme"}))).await.expect(201);
    let body = json!({"client": client["id"], "total": "10.00"});
    let crm = [("x-api-contract", "crm")];
    let invoice = send(Method::POST, "/api/invoices/", &crm, Some(body)).await.expect(201);
    assert_eq!(invoice["total"], "10.00");
    let path = format!("/api/invoices/{}/payments/", invoice["id"].as_str().unwrap());
    send(Method::POST, &path, &[], Some(json!({"amount": "10.00", "method": "cash"}))).await.expect(201);
    let businesses = send(Method::GET, "/api/businesses", &[], None).await.expect(200);
    assert_eq!((&businesses["count"], &businesses["businesses"][0]["name"]), (&json!(1), &json!("John's Store")));
    // On the paths that contracts share it speaks bottlecrm, in the organisation that is named, else in its user's own.
    let page = send(Method::GET, "/api/invoices/", &[], None).await.expect(200);
    assert_eq!((&page["count"], &page["results"][0]["id"]), (&json!(1), &invoice["id"]));
    assert_eq!(page["results"][0]["total_amount"], "10.00");
    let second = send(Method::POST, "/api/businesses", &[], Some(json!({"name": "Second"}))).await.expect(201);
    let second = uuid::Uuid::parse_str(second["business_id"].as_str().unwrap().trim_start_matches("biz_")).unwrap();
    let there = [("organization-id", &*second.to_string())];
    assert_eq!(send(Method::GET, "/api/invoices/", &there, None).await.expect(200)["count"], 0);
    let me = send(Method::GET, "/api/me/", &[], None).await.expect(200);
    assert_eq!((&me["email"], &me["is_owner"]), (&json!(EMAIL), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_id_beside_an_access_token_is_one_of_its_user() {
    let tributary = Tributary::start().await;
    john(&tributary).await;
    let stranger = tributary.sign_up("stranger").await;
    let foreign =
        tributary.get(&stranger, "/api/me/").await.expect(200)["organization_id"].as_str().unwrap().to_owned();
    let (access, _) = tokens(&tributary, PASSWORD).await;
    let bearer = format!("Bearer {access}");
    let own = get(&tributary, "/api/me/", &bearer).await.expect(200)["organization_id"].as_str().unwrap().to_owned();
    for path in ["/api/me/", "/api/clients/", "/api/invoices/"] {
        let status = async |organisation: &str| {
            let headers = [("authorization", bearer.as_str()), ("organization-id", organisation)];
            tributary.raw(Method::GET, path, &headers, "").await.status.as_u16()
        };
        assert_eq!(status(&own).await, 200);
        assert_eq!(status(&foreign).await, 403);
        for wrong in ["7", "", "not-a-uuid"] {
            assert_eq!(status(wrong).await, 400, "{wrong}");
        }
    }
}
