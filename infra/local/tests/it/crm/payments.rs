//! Payments (crm, section 12.3), and what they make of their invoice.

use futures::future::join_all;

use super::*;

fn cash(amount: &str) -> Value {
    json!({"amount": amount, "method": "cash"})
}

fn charge(id: &str) -> Value {
    json!({"amount": "1.00", "method": "stripe", "stripe_charge_id": id})
}

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let texts = ["x", "", "NaN", "Infinity", "-1.00", "0", "0.00", "1e2", "1.005", "1000000000000.00"];
    let mut amounts: Vec<_> = texts.into_iter().map(|text| json!(text)).collect();
    amounts.extend([json!(-1), json!(0), json!(1.005), json!(1e30), json!(true), json!(null), json!([])]);
    let texts = ["x", "2026-02-30", "2026-02-30T10:00:00Z", "2026-03-01T25:00:00Z", "01.03.2026 10:00"];
    let instants = texts.into_iter().map(|text| json!(text)).chain([json!(5), json!([])]).collect();
    vec![
        ("amount", amounts),
        ("method", vec![json!("paypal"), json!(""), json!(null), json!(5), json!("Cash")]),
        ("paid_at", instants),
        ("stripe_charge_id", vec![json!(5), json!([])]),
        ("reference", vec![json!(5), json!({})]),
        ("notes", vec![json!(5), json!([])]),
        ("attributes", vec![json!("x"), json!([])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    for method in ["bank_transfer", "stripe"] {
        let invoice = crm.make_invoice(json!({"status": "sent"})).await;
        let line = json!({"description": "x", "quantity": "20.00", "unit_price": "100.00", "tax_rate": "15.00"});
        crm.make(&format!("{invoice}line-items/"), line).await;
        let list = format!("{invoice}payments/");
        assert_eq!(crm.get(&list).await.expect(200), json!([]));
        let common = json!({
            "invoice": invoice.split('/').nth(3).unwrap(), "amount": "2300.00", "method": method, "attributes": {},
        });
        let own = match method {
            "stripe" => json!({"stripe_charge_id": "ch_XXXXYYYYZZZZ"}),
            _ => json!({"reference": "WIRE-2026-001", "notes": "Wire transfer confirmed."}),
        };
        let body = merged(merged(common.clone(), json!({"paid_at": "2026-03-01T10:00:00Z"})), own.clone());
        let made = crm.post(&list, body).await.expect(201);
        let all = ["paid_at", "stripe_charge_id", "reference", "notes"];
        shows_whole(&made, merged(common, own), &all);
        assert!(all.iter().all(|field| made.get(field).is_some()), "{made}");
        assert_eq!(instant(&made["paid_at"]), "2026-03-01T10:00:00Z".parse().unwrap());
        assert_eq!(crm.books(&invoice).await, ["paid", "2300.00", "2300.00", "0.00"]);
        let path = format!("{list}{}/", id_of(&made));
        let patched = crm.patch(&path, json!({"reference": "WIRE-2", "method": "check"})).await.expect(200);
        shows(&patched, json!({"reference": "WIRE-2", "method": "check", "amount": "2300.00"}));
        is_listed_retrieved_and_deleted(&crm, &list, &patched).await;
        assert_eq!(crm.books(&invoice).await, ["sent", "2300.00", "0.00", "2300.00"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    let list = format!("{invoice}payments/");
    refused(&crm.post(&list, json!({})).await, &["amount", "method"]);
    refuses_each_and_all(&crm, &list, &cash("10.00"), &wrong_values()).await;
    assert_eq!(crm.books(&invoice).await, ["draft", "100.00", "0.00", "100.00"]);
    let payment = crm.pay(&invoice, "10.00").await;
    refuses_changes(&crm, &format!("{list}{payment}/"), &wrong_values()).await;
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "10.00", "90.00"]);
    for missing in [NOWHERE, "x"] {
        crm.get(&format!("/api/invoices/{missing}/payments/")).await.expect(404);
        crm.post(&format!("/api/invoices/{missing}/payments/"), cash("1.00")).await.expect(404);
    }
    for method in ["stripe", "bank_transfer", "cash", "check", "other"] {
        let made = crm.post(&list, json!({"amount": 0.01, "method": method})).await.expect(201);
        shows(&made, json!({"amount": "0.01", "method": method}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_paid_in_two_parts() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    crm.pay(&invoice, "60.00").await;
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "60.00", "40.00"]);
    crm.pay(&invoice, "40.00").await;
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "100.00", "0.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overpayment_takes_the_balance_below_zero() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    crm.pay(&invoice, "130.50").await;
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "130.50", "-30.50"]);
    let invoice = crm.make_invoice_of("100.00").await;
    crm.pay(&invoice, "999999999999.99").await;
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "999999999999.99", "-999999999899.99"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_a_void_invoice_is_refused() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    crm.patch(&invoice, json!({"status": "void"})).await.expect(200);
    let before = crm.get(&invoice).await.expect(200);
    let answer = crm.post(&format!("{invoice}payments/"), cash("1.00")).await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert_eq!(crm.get(&format!("{invoice}payments/")).await.expect(200), json!([]));
    assert_eq!(crm.get(&invoice).await.expect(200), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_and_deleting_payments_moves_a_paid_invoice_back() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    let first = format!("{invoice}payments/{}/", crm.pay(&invoice, "70.00").await);
    let second = format!("{invoice}payments/{}/", crm.pay(&invoice, "30.00").await);
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "100.00", "0.00"]);
    crm.patch(&second, json!({"amount": "10.00"})).await.expect(200);
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "80.00", "20.00"]);
    // It is partially paid: `draft` cannot be written.
    refused(&crm.patch(&invoice, json!({"status": "draft"})).await, &["status"]);
    crm.patch(&second, json!({"amount": "30.00"})).await.expect(200);
    assert_eq!(crm.books(&invoice).await[0], "paid");
    crm.delete(&first).await.expect(204);
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "30.00", "70.00"]);
    refused(&crm.patch(&invoice, json!({"status": "draft"})).await, &["status"]);
    crm.delete(&second).await.expect(204);
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "0.00", "100.00"]);
    crm.patch(&invoice, json!({"status": "draft"})).await.expect(200);

    let whole = format!("{invoice}payments/{}/", crm.pay(&invoice, "100.00").await);
    crm.delete(&whole).await.expect(204);
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "0.00", "100.00"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_payment_of_an_overdue_invoice_leaves_it_partially_paid() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("100.00").await;
    crm.patch(&invoice, json!({"status": "overdue"})).await.expect(200);
    crm.pay(&invoice, "10.00").await;
    assert_eq!(crm.books(&invoice).await, ["sent", "100.00", "10.00", "90.00"]);
    refused(&crm.patch(&invoice, json!({"status": "overdue"})).await, &["status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stripe_charge_is_booked_once() {
    let crm = Crm::start().await;
    let (invoice, other) = (crm.make_invoice_of("100.00").await, crm.make_invoice_of("100.00").await);
    let (list, others) = (format!("{invoice}payments/"), format!("{other}payments/"));
    let first = format!("{list}{}/", crm.make(&list, charge("ch_1")).await);
    let second = format!("{others}{}/", crm.make(&others, charge("ch_2")).await);
    refused(&crm.post(&list, charge("ch_1")).await, &["stripe_charge_id"]);
    refused(&crm.post(&others, charge("ch_1")).await, &["stripe_charge_id"]);
    refused(&crm.patch(&second, json!({"stripe_charge_id": "ch_1"})).await, &["stripe_charge_id"]);
    assert_eq!(crm.books(&other).await, ["sent", "100.00", "1.00", "99.00"]);
    crm.patch(&first, json!({"stripe_charge_id": "ch_1", "notes": "same"})).await.expect(200);
    crm.patch(&first, json!({"stripe_charge_id": "ch_3"})).await.expect(200);
    crm.patch(&second, json!({"stripe_charge_id": "ch_1"})).await.expect(200);
    crm.delete(&first).await.expect(204);
    crm.make(&others, charge("ch_3")).await;
    let stranger = crm.tributary.sign_up("other").await;
    let client = crm.tributary.post(&stranger, "/api/clients/", json!({"name": "x"})).await.expect(201);
    let theirs = crm.tributary.post(&stranger, "/api/invoices/", json!({"client": client["id"]})).await.expect(201);
    let theirs = format!("/api/invoices/{}/payments/", id_of(&theirs));
    crm.tributary.post(&stranger, &theirs, charge("ch_1")).await.expect(201);

    let calls = (0..10).map(|n| crm.post(if n % 2 == 0 { &list } else { &others }, charge("ch_at_once")));
    let answers = join_all(calls).await;
    let (made, taken): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), taken.len()), (1, 9));
    taken.into_iter().for_each(|answer| refused(answer, &["stripe_charge_id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_payments_at_once_are_all_booked() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("30.00").await;
    let list = format!("{invoice}payments/");
    for answer in join_all((0..30).map(|_| crm.post(&list, cash("1.00")))).await {
        answer.expect(201);
    }
    assert_eq!(crm.books(&invoice).await, ["paid", "30.00", "30.00", "0.00"]);
    assert_eq!(crm.count(&list).await, 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_are_in_the_invoices_currency_and_on_the_invoice_in_their_path() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice(json!({"currency": "JPY", "subtotal": "100", "total": "100"})).await;
    refused(&crm.post(&format!("{invoice}payments/"), cash("10.50")).await, &["amount"]);
    let payment = crm.pay(&invoice, "100").await;
    assert_eq!(crm.books(&invoice).await, ["paid", "100.00", "100.00", "0.00"]);
    let other = crm.make_invoice_of("10.00").await;
    let elsewhere = format!("{other}payments/{payment}/");
    crm.get(&elsewhere).await.expect(404);
    crm.patch(&elsewhere, json!({"amount": "1"})).await.expect(404);
    crm.delete(&elsewhere).await.expect(404);
    assert_eq!(crm.books(&invoice).await[0], "paid");
}
