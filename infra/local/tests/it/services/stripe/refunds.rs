//! Refunds by the API.

use serde_json::json;

use super::*;

#[tokio::test]
async fn refunds_add_up_to_what_was_charged_and_no_more() {
    let account = Account::new().await;
    let intent = account.paid("4242424242424242").await;
    let intent_id = intent["id"].as_str().unwrap();
    let refund = account
        .post("/v1/refunds", &[("payment_intent", intent_id), ("amount", "1000"), ("reason", "duplicate")])
        .await
        .expect(200);
    assert_eq!((&refund["amount"], &refund["status"]), (&json!(1000), &json!("succeeded")));
    assert_eq!((&refund["reason"], &refund["payment_intent"]), (&json!("duplicate"), &intent["id"]));
    assert_eq!(account.get(&format!("/v1/refunds/{}", refund["id"].as_str().unwrap())).await.expect(200), refund);

    let charge = intent["latest_charge"].as_str().unwrap();
    let too_much = account.post("/v1/refunds", &[("charge", charge), ("amount", "5051")]).await.expect(400);
    assert_eq!(too_much["error"]["param"], "amount");
    let rest = account.post("/v1/refunds", &[("charge", charge)]).await.expect(200);
    assert_eq!(rest["amount"], 5050);
    let again = account.post("/v1/refunds", &[("charge", charge)]).await.expect(400);
    assert_eq!(again["error"]["code"], "charge_already_refunded");

    let charge = account.get(&format!("/v1/charges/{charge}")).await.expect(200);
    assert_eq!((&charge["amount_refunded"], &charge["refunded"]), (&json!(6050), &json!(true)));
    let listed = account.get(&format!("/v1/refunds?payment_intent={intent_id}")).await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    let events = account.events(9).await;
    let refunds: Vec<_> = kinds(&events).into_iter().filter(|kind| kind.contains("refund")).collect();
    assert_eq!(refunds, ["charge.refunded", "refund.created", "refund.updated"].repeat(2));
    assert_eq!(events[3]["data"]["object"]["amount_refunded"], 1000);
    assert_eq!(events[3]["data"]["object"]["refunded"], false);
    assert_eq!(events[6]["data"]["object"]["refunded"], true);
}

#[tokio::test]
async fn what_was_not_paid_is_not_refunded() {
    let account = Account::new().await;
    let link = account.link().await;
    account.pay(&link, "4000000000000002").await;
    let intent = account.intent(&link).await;
    let (id, charge) = (intent["id"].as_str().unwrap(), intent["latest_charge"].as_str().unwrap());
    for form in [
        &[("payment_intent", id)][..],
        &[("charge", charge)],
        &[],
        &[("charge", charge), ("payment_intent", id)],
        &[("payment_intent", id), ("reason", "whim")],
    ] {
        account.post("/v1/refunds", form).await.expect(400);
    }
    account.post("/v1/refunds", &[("charge", "ch_unknown")]).await.expect(404);
    let paid = account.paid("4242424242424242").await;
    let form = [("payment_intent", paid["id"].as_str().unwrap()), ("amount", "0")];
    account.post("/v1/refunds", &form).await.expect(400);
    assert_eq!(account.get("/v1/refunds").await.expect(200)["data"], json!([]));
}

#[tokio::test]
async fn a_refund_repeated_with_its_idempotency_key_is_made_once() {
    let account = Account::new().await;
    let intent = account.paid("4242424242424242").await;
    let form = [("payment_intent", intent["id"].as_str().unwrap()), ("amount", "100")];
    let key = [("idempotency-key", "refund-1")];
    let (first, second) =
        tokio::join!(account.post_with("/v1/refunds", &key, &form), account.post_with("/v1/refunds", &key, &form));
    assert_eq!(first.expect(200), second.expect(200));
    assert_eq!(account.get("/v1/refunds").await.expect(200)["data"].as_array().unwrap().len(), 1);
    let events = account.events(6).await;
    assert_eq!(events[4]["request"]["idempotency_key"], "refund-1");
}

#[tokio::test]
async fn a_refund_that_the_bank_does_not_take_fails_later() {
    let account = Account::new().await;
    let intent = account.paid("4000000000005126").await;
    let refund = account.post("/v1/refunds", &[("payment_intent", intent["id"].as_str().unwrap())]).await.expect(200);
    assert_eq!(refund["status"], "succeeded");
    account.events(6).await;
    account.clock.advance(10).unwrap();
    let events = account.events(8).await;
    assert_eq!(kinds(&events)[6..], ["refund.updated", "refund.failed"]);
    assert_eq!(
        (&events[7]["data"]["object"]["id"], &events[7]["data"]["object"]["status"]),
        (&refund["id"], &json!("failed"))
    );
    let charge = account.get(&format!("/v1/charges/{}", refund["charge"].as_str().unwrap())).await.expect(200);
    assert_eq!((&charge["amount_refunded"], &charge["refunded"]), (&json!(0), &json!(false)));
}
