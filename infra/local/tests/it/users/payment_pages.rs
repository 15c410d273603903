//! Where an invoice sends its customer to pay.

use serde_json::json;

use super::add;
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sends_customers_to_stripe_alone_and_nobody_sends_them_over_http() {
    let tributary = Tributary::start().await;
    let owner = tributary.sign_up("owner").await;
    let (_, seller) = add(&tributary, &owner, "seller", &["Sales"]).await;
    let client = tributary.post(&owner, "/api/clients/", json!({"name": "Acme"})).await.expect(201);
    let invoice = |page: &str| json!({"client": client["id"], "stripe_hosted_url": page});
    for page in ["https://evil.example/pay", "https://stripe.com.evil.example/", "http://buy.stripe.com/x"] {
        let refused = tributary.post(&seller, "/api/invoices/", invoice(page)).await.expect(400);
        assert!(refused["stripe_hosted_url"].is_array(), "{refused}");
    }
    let made = tributary.post(&seller, "/api/invoices/", invoice("https://buy.stripe.com/x")).await.expect(201);
    let path = format!("/api/invoices/{}/", made["id"].as_str().unwrap());
    let page = |page: &str| json!({"stripe_hosted_url": page});
    tributary.patch(&seller, &path, page("https://evil.example/pay")).await.expect(400);
    tributary.patch(&owner, &path, page("http://pay.example/1")).await.expect(400);
    tributary.patch(&owner, &path, page("https://pay.example/1")).await.expect(200);
    // What the owner wrote is sent back as it was read.
    let mut read = tributary.get(&seller, &path).await.expect(200);
    read["notes"] = json!("Thank you");
    let saved = tributary.put(&seller, &path, read).await.expect(200);
    assert_eq!(saved["stripe_hosted_url"], "https://pay.example/1");
    tributary.patch(&seller, &path, page("https://pay.example/2")).await.expect(400);
    tributary.patch(&seller, &path, page("https://invoice.stripe.com/i/2")).await.expect(200);
}
