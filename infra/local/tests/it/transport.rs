//! What holds for bodies and answers on the wire, in every contract.

use http::Method;
use serde_json::json;

use crate::support::{Tributary, User};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A path of each contract, with the header that chooses the contract and a body that makes an object there.
async fn creations(tributary: &Tributary, user: &User) -> Vec<(String, &'static str, String)> {
    let me = tributary.get(user, "/api/me/").await.expect(200);
    let client = tributary.post(user, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let skhokho = format!("/api/v1.0/organisation/{}/invoices/create/", me["organization_id"].as_str().unwrap());
    let mailed = json!({"invoice_title": "a", "name": "Ada", "email": "ada@example.com", "quantity": 1, "rate": 1});
    let titled = json!({"title": "a", "invoice_number": "1", "due_date": "2099-01-31", "client_id": client["id"]});
    vec![
        ("/api/clients/".to_owned(), "crm", json!({"name": "Ada"}).to_string()),
        ("/api/businesses".to_owned(), "clawprint", json!({"name": "Ada"}).to_string()),
        ("/api/invoices/".to_owned(), "bottlecrm", mailed.to_string()),
        ("/api/payment-methods/".to_owned(), "namaste", json!({"name": "Ada"}).to_string()),
        (skhokho, "skhokho", titled.to_string()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_a_415_and_makes_nothing() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("ada").await;
    let token = format!("Token {}", user.token);
    for (path, contract, body) in creations(&tributary, &user).await {
        for coding in ["gzip", "br", "x-anything"] {
            let headers =
                [("authorization", token.as_str()), ("x-api-contract", contract), JSON, ("content-encoding", coding)];
            let answer = tributary.raw(Method::POST, &path, &headers, body.clone()).await;
            assert_eq!(answer.status, 415, "{contract}: {}", answer.text);
            assert_eq!(answer.header("accept-encoding"), Some("identity"), "{contract}");
            assert!(answer.text.contains(coding), "{contract}: {}", answer.text);
        }
    }
    assert_eq!(tributary.get(&user, "/api/clients/").await.expect(200).as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_order_mark_before_a_body_is_skipped() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("ada").await;
    let token = format!("Token {}", user.token);
    for (path, contract, body) in creations(&tributary, &user).await {
        let headers = [("authorization", token.as_str()), ("x-api-contract", contract), JSON];
        let answer = tributary.raw(Method::POST, &path, &headers, format!("\u{feff}{body}")).await;
        assert_eq!(answer.status, 201, "{contract}: {}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_the_length_of_what_get_answers() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("ada").await;
    let token = format!("Token {}", user.token);
    for (path, contract, _) in creations(&tributary, &user).await {
        for path in [path.replace("create/", ""), format!("{path}nothing")] {
            let headers = [("authorization", token.as_str()), ("x-api-contract", contract)];
            let get = tributary.raw(Method::GET, &path, &headers, "").await;
            let head = tributary.raw(Method::HEAD, &path, &headers, "").await;
            assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{contract}");
            assert_eq!(head.header("content-length"), Some(get.text.len().to_string().as_str()), "{contract}: {path}");
        }
    }
}
