//! What a customer sees and does at a link.

use serde_json::json;

use super::*;

#[tokio::test]
async fn the_page_says_what_is_to_be_paid_without_running_anything() {
    let account = Account::new().await;
    let link = account.link_with(&[("line_items[0][price_data][product_data][description]", "x")]).await;
    let page = account.page(&path_of(&link)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    assert!(page.text.contains("60.50 USD") && page.text.contains("Invoice INV-2030-001"), "{}", page.text);
    for field in ["card_number", "expiry", "cvc", "email"] {
        assert!(page.text.contains(&format!("<label for=\"{field}\">")), "{field}");
    }
    assert!(!page.text.contains("<script") && !page.text.contains("http"), "{}", page.text);
    assert_eq!(account.page("/b/plink_unknown").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_client_wrote_is_text_in_the_page() {
    let account = Account::new().await;
    let form = [
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "100"),
        ("line_items[0][price_data][product_data][name]", "<script>alert(1)</script>"),
        ("line_items[0][quantity]", "1"),
    ];
    let link = account.post("/v1/payment_links", &form).await.expect(200);
    assert!(!account.page(&path_of(&link)).await.text.contains("<script"));
    let answer = account.submit(&link, &[("email", "\"><script>")]).await;
    assert!(!answer.text.contains("<script"), "{}", answer.text);
}

#[tokio::test]
async fn a_card_that_succeeds_pays_the_link_once() {
    let account = Account::new().await;
    let link = account.link().await;
    let answer = account.pay(&link, "4242 4242 4242 4242").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let page = account.page(answer.header("location").unwrap()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Payment successful") && page.text.contains("60.50 USD"), "{}", page.text);

    let intent = account.intent(&link).await;
    assert_eq!((&intent["status"], &intent["amount_received"]), (&json!("succeeded"), &json!(6050)));
    assert_eq!(intent["metadata"], json!({"invoice": "inv_1"}));
    let charge = account.get(&format!("/v1/charges/{}", intent["latest_charge"].as_str().unwrap())).await.expect(200);
    assert_eq!((&charge["paid"], &charge["amount_captured"]), (&json!(true), &json!(6050)));
    assert_eq!(charge["payment_method_details"]["card"]["last4"], "4242");
    assert_eq!(charge["billing_details"]["email"], "bo@client.example");

    let closed = account.get(&format!("/v1/payment_links/{}", link["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&closed["active"], &closed["restrictions"]["completed_sessions"]["count"]), (&json!(false), &json!(1)));
    for answer in [account.page(&path_of(&link)).await, account.pay(&link, "4242424242424242").await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.text.contains("paid already"), "{}", answer.text);
    }
    assert_eq!(account.get("/v1/charges").await.expect(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_without_a_limit_is_paid_again_and_again() {
    let account = Account::new().await;
    let form = [
        ("line_items[0][price_data][currency]", "usd"),
        ("line_items[0][price_data][unit_amount]", "100"),
        ("line_items[0][price_data][product_data][name]", "Tea"),
        ("line_items[0][quantity]", "1"),
    ];
    let link = account.post("/v1/payment_links", &form).await.expect(200);
    for _ in 0..2 {
        assert_eq!(account.pay(&link, "4242424242424242").await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(account.get("/v1/payment_intents").await.expect(200)["data"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_refused_card_is_told_and_another_one_pays_the_same_payment() {
    let account = Account::new().await;
    for (card, code, told) in [
        ("4000 0000 0000 0002", "card_declined", "Your card was declined."),
        ("4000 0000 0000 0069", "expired_card", "Your card has expired."),
        ("4000 0000 0000 9995", "card_declined", "Your card has insufficient funds."),
        ("5555 5555 5555 4444", "card_declined", "Your card was declined."),
    ] {
        let link = account.link().await;
        let page = account.pay(&link, card).await;
        assert_eq!(page.status, StatusCode::PAYMENT_REQUIRED, "{card}");
        assert!(page.text.contains(told) && page.text.contains("role=\"alert\""), "{}", page.text);
        let refused = account.intent(&link).await;
        assert_eq!((&refused["status"], &refused["amount_received"]), (&json!("requires_payment_method"), &json!(0)));
        assert_eq!(refused["last_payment_error"]["code"], code);

        let session = session_of(&page);
        let form = [&card_form("4242424242424242")[..], &[("session", &session)]].concat();
        assert_eq!(account.submit(&link, &form).await.status, StatusCode::SEE_OTHER);
        let paid = account.intent(&link).await;
        assert_eq!((&paid["id"], &paid["status"]), (&refused["id"], &json!("succeeded")));
    }
}

#[tokio::test]
async fn a_card_that_asks_to_authenticate_is_charged_only_after_it() {
    let account = Account::new().await;
    for (answer, status, intent_status) in [
        ("authenticate", StatusCode::SEE_OTHER, "succeeded"),
        ("fail", StatusCode::PAYMENT_REQUIRED, "requires_payment_method"),
    ] {
        let link = account.link().await;
        let page = account.pay(&link, "4000 0025 0000 3155").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains(">Authenticate<") && page.text.contains(">Fail<"), "{}", page.text);
        let waiting = account.intent(&link).await;
        assert_eq!((&waiting["status"], &waiting["latest_charge"]), (&json!("requires_action"), &json!(null)));

        let session = session_of(&page);
        let path = format!("{}/authenticate", path_of(&link));
        let form = encoded(&[("session", &session), ("answer", answer)]);
        let answered = account.remote.raw(Method::POST, &path, &[FORM], form.clone()).await;
        assert_eq!((answered.status, &account.intent(&link).await["status"]), (status, &json!(intent_status)));
        let again = account.remote.raw(Method::POST, &path, &[FORM], form).await;
        assert_eq!(again.status, StatusCode::GONE);
    }
    assert_eq!(account.get("/v1/charges").await.expect(200)["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn mistakes_are_shown_beside_their_fields_and_nothing_is_charged() {
    let account = Account::new().await;
    let link = account.link().await;
    for (field, value) in [
        ("email", "nobody"),
        ("card_number", "4242 4242 4242 4241"),
        ("card_number", ""),
        ("expiry", "13/40"),
        ("expiry", "01/20"),
        ("cvc", "12"),
    ] {
        let form = card_form("4242424242424242").map(|(name, good)| (name, if name == field { value } else { good }));
        let page = account.submit(&link, &form).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{field}={value}");
        assert!(page.text.contains(&format!("id=\"{field}-error\"")), "{field}={value}: {}", page.text);
        assert_eq!(page.text.matches("aria-invalid").count() - page.text.matches("[aria-invalid]").count(), 1);
    }
    assert_eq!(account.get("/v1/payment_intents").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_link_that_was_deactivated_takes_nothing() {
    let account = Account::new().await;
    let link = account.link().await;
    let waiting = account.pay(&link, "4000002500003155").await;
    let path = format!("/v1/payment_links/{}", link["id"].as_str().unwrap());
    account.post(&path, &[("active", "false"), ("inactive_message", "Ask us for another.")]).await.expect(200);
    let form = encoded(&[("session", &session_of(&waiting)), ("answer", "authenticate")]);
    let authenticate = format!("{}/authenticate", path_of(&link));
    for answer in [
        account.page(&path_of(&link)).await,
        account.pay(&link, "4242424242424242").await,
        account.remote.raw(Method::POST, &authenticate, &[FORM], form).await,
    ] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.text.contains("no longer active") && answer.text.contains("Ask us for another."));
    }
    assert_eq!(account.get("/v1/charges").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_customer_is_sent_on_to_where_the_link_says() {
    let account = Account::new().await;
    let url = "http://127.0.0.1:3000/i/abc?session={CHECKOUT_SESSION_ID}";
    let redirect = [("after_completion[type]", "redirect"), ("after_completion[redirect][url]", url)];
    let link = account.link_with(&redirect).await;
    let answer = account.pay(&link, "4242424242424242").await;
    let location = answer.header("location").unwrap();
    assert!(location.starts_with("http://127.0.0.1:3000/i/abc?session=cs_test_"), "{location}");
}

#[tokio::test]
async fn an_expiry_date_is_judged_by_the_movable_clock() {
    let account = Account::new().await;
    let link = account.link().await;
    account.clock.advance(100 * 366 * 24 * 60 * 60).unwrap();
    let page = account.pay(&link, "4242424242424242").await;
    assert!(page.text.contains("The expiry date is in the past."), "{}", page.text);
}
