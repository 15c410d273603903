//! Nothing is taken that Stripe has not signed just now.

use http::Method;
use serde_json::json;
use tributary_local::registry;

use super::{Sale, Shop, WEBHOOK, sign, signature};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_or_not_now_is_a_400_and_leaves_nothing() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let event = Sale::of(&shop, &invoice, "a", 10_000).intent();
    let (body, now) = (event.to_string().into_bytes(), shop.now());
    let good = sign(shop.secret(), now, &body);
    for header in [
        String::new(),
        signature("whsec_other", now, &body),
        signature(shop.secret(), now - 301, &body),
        signature(shop.secret(), now + 310, &body),
        format!("t={now},v0={good}"),
        format!("t={},v1={good}", now - 1),
        signature(shop.secret(), now, &[body.as_slice(), b" "].concat()),
    ] {
        let refused = shop.post_signed(&header, body.clone()).await;
        assert_eq!(refused.status, 400, "{header}: {}", refused.text);
    }
    let bare = shop.tributary.raw(Method::POST, WEBHOOK, &[], body.clone()).await;
    assert_eq!(bare.status, 400);
    shop.expect(&invoice, "sent", "0.00", "100.00").await;

    // The same event, well signed: nothing of it was taken before.
    shop.post_signed(&format!("t={now},v1=00ff,v1={good}"), body).await.expect(200);
    shop.expect(&invoice, "paid", "100.00", "0.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_is_the_deployments() {
    let shop = Shop::open().await;
    let invoice = shop.invoice("100.00").await;
    let body = Sale::of(&shop, &invoice, "a", 10_000).intent().to_string().into_bytes();
    let header = signature(shop.secret(), shop.now(), &body);
    shop.tributary.advance(400).await;
    assert_eq!(shop.post_signed(&header, body.clone()).await.status, 400);
    shop.post_signed(&signature(shop.secret(), shop.now() - 290, &body), body).await.expect(200);
    shop.expect(&invoice, "paid", "100.00", "0.00").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_of_several_secrets_is_good_and_the_bytes_are_exact_in_base64() {
    use base64::Engine;
    let shop = Shop::open().await;
    let mut environment = shop.tributary.cloud.environment().clone();
    let variables = environment.functions.get_mut("stripe-webhook").unwrap();
    variables.insert("STRIPE_WEBHOOK_SECRET".to_owned(), "whsec_old, whsec_new".to_owned());
    let function = registry::build(&environment)["stripe-webhook"].clone();
    for (secret, status) in [("whsec_old", 200), ("whsec_new", 200), (shop.secret(), 400), ("", 400)] {
        // A body that is no JSON of ours: spaces and escapes as Stripe wrote them.
        let body =
            "{ \"id\": \"evt_\\u00e9\",\n  \"type\": \"plan.created\", \"created\": 1, \"data\": {\"object\": {}}}\n";
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": WEBHOOK, "rawQueryString": "",
            "headers": {"host": "localhost", "stripe-signature": signature(secret, shop.now(), body.as_bytes())},
            "isBase64Encoded": true, "body": base64::prelude::BASE64_STANDARD.encode(body),
            "requestContext": {"stage": "$default", "timeEpoch": 0,
                "http": {"method": "POST", "path": WEBHOOK, "protocol": "HTTP/1.1"}},
        });
        let answer = function.invoke(event, lambda_runtime::Context::default()).await.unwrap();
        assert_eq!(answer["statusCode"], status, "{secret}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_and_no_event_is_a_400_and_an_unknown_type_is_taken() {
    let shop = Shop::open().await;
    for body in ["", "[]", "{}", "not json", r#"{"id": 1, "type": "charge.refunded"}"#] {
        let header = signature(shop.secret(), shop.now(), body.as_bytes());
        let refused = shop.post_signed(&header, body.as_bytes().to_vec()).await;
        assert_eq!(refused.status, 400, "{body}: {}", refused.text);
    }
    shop.tell(&super::object("event", json!({}))).await;
    shop.tell(&super::event("some.thing_new", json!({"id": "x"}))).await;
    let other = shop.tributary.raw(Method::GET, WEBHOOK, &[], "").await;
    assert_eq!(other.status, 405);
    let slashed = shop.tributary.raw(Method::POST, "/api/stripe/webhook/", &[], "").await;
    assert_eq!(slashed.status, 400);
}
