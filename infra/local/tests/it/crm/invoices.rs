//! Invoices (crm, section 12.1).

use std::collections::BTreeSet;

use futures::future::join_all;

use super::*;

const LIST: &str = "/api/invoices/";

fn wrong_values() -> Vec<(&'static str, Vec<Value>)> {
    let amount = || {
        let texts = ["x", "NaN", "-Infinity", "-1.00", "1e2", "1.005", "1,00", "1000000000000000.00"];
        let mut values: Vec<_> = texts.into_iter().map(|text| json!(text)).collect();
        values.extend([json!(-1), json!(1.005), json!(1e30), json!(true), json!([])]);
        values
    };
    let date = || {
        let texts = ["x", "2026-02-30", "2026-13-01", "26.02.2026", "2026-02-26T00:00:00Z", "20260226", "0000-01-01"];
        texts.into_iter().map(|text| json!(text)).chain([json!(20260226), json!([])]).collect()
    };
    let text = || vec![json!(5), json!([]), json!({})];
    vec![
        ("client", vec![json!("x"), json!(5), json!(null), json!(""), json!(NOWHERE)]),
        ("contact", vec![json!("x"), json!(5), json!([]), json!(NOWHERE)]),
        ("status", vec![json!("Sent"), json!("viewed"), json!("cancelled"), json!(""), json!(null), json!(5)]),
        ("issue_date", date()),
        ("due_date", date()),
        ("currency", vec![json!("KWD"), json!("XYZ"), json!("US"), json!("XXX"), json!(5), json!("")]),
        ("subtotal", amount()),
        ("tax_amount", amount()),
        ("discount", amount()),
        ("total", amount()),
        ("notes", text()),
        ("stripe_invoice_id", text()),
        ("stripe_payment_intent_id", text()),
        ("stripe_hosted_url", vec![json!("not a url"), json!(5)]),
        ("stripe_pdf_url", vec![json!("not a url"), json!(5)]),
        ("attributes", vec![json!("x"), json!([])]),
        ("list_of_tasks", vec![json!("x"), json!([{"date": "2026-01-01"}])]),
        ("list_of_notes", vec![json!("x"), json!([{"date": "2026-01-01"}])]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_examples_are_served_as_printed() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let contact = json!({"client": client, "first_name": "Maria", "last_name": "Lopez"});
    let contact = crm.make("/api/contacts/", contact).await;
    let body = json!({
        "client": client,
        "contact": contact,
        "status": "draft",
        "issue_date": "2026-02-26",
        "due_date": "2026-03-26",
        "currency": "USD",
        "subtotal": "0.00",
        "tax_amount": "0.00",
        "discount": "0.00",
        "total": "0.00",
        "notes": "30-day payment terms.",
        "attributes": {},
    });
    let made = crm.post(LIST, body.clone()).await.expect(201);
    let rest = json!({
        "invoice_number": made["invoice_number"],
        "amount_paid": "0.00",
        "balance_due": "0.00",
        "stripe_invoice_id": null,
        "stripe_payment_intent_id": null,
        "stripe_hosted_url": null,
        "stripe_pdf_url": null,
        "hosted_url": made["hosted_url"],
        "einvoice": made["einvoice"],
        "list_of_tasks": [],
        "list_of_notes": [],
    });
    shows_whole(&made, merged(body, rest), &[]);
    let path = format!("{LIST}{}/", id_of(&made));
    let patched = crm.patch(&path, json!({"status": "sent"})).await.expect(200);
    // It is over zero, so that it is paid once it is issued.
    let change = json!({"status": "paid", "updated_at": patched["updated_at"]});
    assert_eq!(patched, merged(made, change));
    assert_eq!(crm.raw(Method::POST, &format!("{path}recalculate/"), &[], "").await.expect(200)["total"], "0.00");
    let stripe = json!({
        "stripe_invoice_id": "in_1",
        "stripe_payment_intent_id": "pi_1",
        "stripe_hosted_url": "https://invoice.stripe.com/i/1",
        "stripe_pdf_url": "https://pay.stripe.com/invoice/1/pdf",
        "due_date": null,
        "contact": null,
        "notes": "",
    });
    let put = crm.put(&path, stripe.clone()).await.expect(200);
    shows(&put, stripe);
    is_listed_retrieved_and_deleted(&crm, LIST, &put).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_is_made_by_the_server_and_unique() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let body = json!({"client": client, "issue_date": "2026-02-26", "invoice_number": "MINE-1"});
    let made = join_all((0..30).map(|_| crm.post(LIST, body.clone()))).await;
    let mut numbers = BTreeSet::new();
    for answer in &made {
        let number = answer.expect(201)["invoice_number"].as_str().unwrap().to_owned();
        let random = number.strip_prefix("INV-20260226-").unwrap();
        assert!(random.len() == 4 && random.bytes().all(|b| b"0123456789ABCDEF".contains(&b)), "{number}");
        numbers.insert(number);
    }
    assert_eq!(numbers.len(), 30);
    let made = made[0].json();
    let change = json!({"invoice_number": "MINE-1", "issue_date": "2026-03-01"});
    let patched = crm.patch(&format!("{LIST}{}/", id_of(&made)), change).await.expect(200);
    shows(&patched, json!({"invoice_number": made["invoice_number"], "issue_date": "2026-03-01"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_refused_all_at_once_and_nothing_is_written() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    refused(&crm.post(LIST, json!({})).await, &["client"]);
    refuses_each_and_all(&crm, LIST, &json!({"client": client}), &wrong_values()).await;
    let invoice = crm.make(LIST, json!({"client": client, "notes": "x"})).await;
    refuses_changes(&crm, &format!("{LIST}{invoice}/"), &wrong_values()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_narrowed_by_client_status_currency_and_exact_number() {
    let crm = Crm::start().await;
    let (acme, globex) = (crm.make_client().await, crm.make_client().await);
    let first = crm.post(LIST, json!({"client": acme, "status": "draft", "total": "5.00"})).await.expect(201);
    let second = json!({"client": acme, "status": "sent", "currency": "EUR", "total": "5.00"});
    let second = crm.make(LIST, second).await;
    let third = json!({"client": globex, "status": "draft", "currency": "EUR", "total": "5.00"});
    let third = crm.make(LIST, third).await;
    let (number, first) = (first["invoice_number"].as_str().unwrap(), id_of(&first));
    let found = async |query: &str| ids(&crm.get(&format!("{LIST}?{query}")).await.expect(200));
    let all = format!("client={acme}&status=draft&currency=USD&invoice_number={number}");
    assert_eq!(found(&all).await, [first.as_str()]);
    assert_eq!(found(&format!("client={acme}")).await, [first.clone(), second.clone()]);
    assert_eq!(found("status=draft").await, [first.clone(), third.clone()]);
    assert_eq!(found("status=draft&currency=EUR").await, [third.as_str()]);
    assert_eq!(found("currency=EUR").await, [second.clone(), third.clone()]);
    assert_eq!(found(&format!("client={globex}&status=sent")).await, Vec::<String>::new());
    assert_eq!(found(&format!("invoice_number={number}")).await, [first.as_str()]);
    assert_eq!(found(&format!("invoice_number={}", &number[..16])).await, Vec::<String>::new());
    assert_eq!(found(&format!("invoice_number={number}&client={globex}")).await, Vec::<String>::new());
    let wrong = crm.get(&format!("{LIST}?client=x&status=viewed&currency=XYZ")).await;
    refused(&wrong, &["client", "status", "currency"]);

    // Oldest first, whichever was changed last.
    crm.patch(&format!("{LIST}{third}/"), json!({"status": "sent"})).await.expect(200);
    crm.patch(&format!("{LIST}{first}/"), json!({"status": "sent"})).await.expect(200);
    assert_eq!(found("status=sent").await, [first.clone(), second, third.clone()]);
    assert_eq!(found("status=draft").await, Vec::<String>::new());
    crm.patch(&format!("{LIST}{first}/"), json!({"client": globex})).await.expect(200);
    assert_eq!(found(&format!("client={globex}")).await, [first, third]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_lines_the_totals_sent_stand() {
    let crm = Crm::start().await;
    let sent = json!({"subtotal": "100.00", "tax_amount": "15.00", "discount": "5.00", "total": "110.00"});
    let invoice = crm.make_invoice(sent.clone()).await;
    let shown = crm.get(&invoice).await.expect(200);
    shows(&shown, merged(sent, json!({"balance_due": "110.00", "amount_paid": "0.00"})));
    let after = crm.raw(Method::POST, &format!("{invoice}recalculate/"), &[], "").await.expect(200);
    shows(&after, json!({"subtotal": "100.00", "tax_amount": "15.00", "discount": "5.00", "total": "110.00"}));
    let change = json!({"subtotal": "200.00", "tax_amount": "0.00", "total": "42.00"});
    shows(&crm.patch(&invoice, change.clone()).await.expect(200), merged(change, json!({"balance_due": "42.00"})));
    let client = crm.make_client().await;
    let body =
        format!(r#"{{"client": "{client}", "subtotal": 100, "tax_amount": 15.5, "discount": 0.25, "total": 115.25}}"#);
    let made = crm.raw(Method::POST, LIST, &[], &body).await.expect(201);
    shows(&made, json!({"subtotal": "100.00", "tax_amount": "15.50", "discount": "0.25", "total": "115.25"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discount_above_subtotal_and_tax_is_refused() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let body =
        json!({"client": client, "subtotal": "100.00", "tax_amount": "15.00", "discount": "115.01", "total": "0.00"});
    refused(&crm.post(LIST, body.clone()).await, &["discount"]);
    let full = merged(body, json!({"discount": "115.00"}));
    let invoice = format!("{LIST}{}/", crm.make(LIST, full).await);
    refused(&crm.patch(&invoice, json!({"discount": "115.01"})).await, &["discount"]);
    refused(&crm.patch(&invoice, json!({"tax_amount": "14.00"})).await, &["discount"]);

    let invoice = crm.make_invoice_of("100.00").await;
    refused(&crm.patch(&invoice, json!({"discount": "100.01"})).await, &["discount"]);
    crm.patch(&invoice, json!({"discount": "99.99"})).await.expect(200);
    assert_eq!(crm.books(&invoice).await, ["draft", "0.01", "0.00", "0.01"]);
    let line = id_of(&crm.get(&format!("{invoice}line-items/")).await.expect(200)[0]);
    let line = format!("{invoice}line-items/{line}/");
    assert_eq!(crm.patch(&line, json!({"unit_price": "50.00"})).await.status, 400);
    assert_eq!(crm.delete(&line).await.status, 400);
    assert_eq!(crm.books(&invoice).await, ["draft", "0.01", "0.00", "0.01"]);
    assert_eq!(crm.get(&line).await.expect(200)["unit_price"], "100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn amounts_have_no_more_places_than_the_currency_and_are_shown_with_two() {
    let crm = Crm::start().await;
    let client = crm.make_client().await;
    let yen = json!({"client": client, "currency": "JPY", "subtotal": "100", "total": "100"});
    let made = crm.post(LIST, yen.clone()).await.expect(201);
    shows(&made, json!({"currency": "JPY", "subtotal": "100.00", "total": "100.00", "balance_due": "100.00"}));
    for field in ["subtotal", "tax_amount", "discount", "total"] {
        refused(&crm.post(LIST, merged(yen.clone(), json!({field: "10.50"}))).await, &[field]);
    }
    let made = crm.post(LIST, json!({"client": client})).await.expect(201);
    shows(&made, json!({"currency": "USD", "status": "draft", "total": "0.00"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_deleted_invoice_its_lines_and_payments_are_gone() {
    let crm = Crm::start().await;
    let invoice = crm.make_invoice_of("10.00").await;
    let payment = crm.pay(&invoice, "5.00").await;
    let line = id_of(&crm.get(&format!("{invoice}line-items/")).await.expect(200)[0]);
    crm.delete(&invoice).await.expect(204);
    let paths =
        ["line-items/".into(), format!("line-items/{line}/"), "payments/".into(), format!("payments/{payment}/")];
    for path in paths {
        crm.get(&format!("{invoice}{path}")).await.expect(404);
    }
    let payment = json!({"amount": "1.00", "method": "cash"});
    crm.post(&format!("{invoice}payments/"), payment).await.expect(404);
    crm.raw(Method::POST, &format!("{invoice}recalculate/"), &[], "").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_one_of_the_invoices_client() {
    let crm = Crm::start().await;
    let (ours, theirs) = (crm.make_client().await, crm.make_client().await);
    let contact = async |client: &str| crm.make("/api/contacts/", json!({"client": client, "first_name": "A"})).await;
    let (one, another, foreign) = (contact(&ours).await, contact(&ours).await, contact(&theirs).await);
    refused(&crm.post(LIST, json!({"client": ours, "contact": foreign})).await, &["contact"]);
    let made = crm.post(LIST, json!({"client": ours, "contact": one})).await.expect(201);
    let path = format!("{LIST}{}/", id_of(&made));
    refused(&crm.patch(&path, json!({"contact": foreign})).await, &["contact"]);
    refused(&crm.put(&path, json!({"client": theirs, "contact": one})).await, &["contact"]);
    shows(&crm.patch(&path, json!({"contact": another})).await.expect(200), json!({"contact": another}));

    // One that goes along stays; one that is left behind does not.
    crm.patch(&format!("/api/contacts/{another}/"), json!({"client": theirs})).await.expect(200);
    shows(&crm.put(&path, json!({"client": ours, "contact": another})).await.expect(200), json!({"contact": another}));
    let moved = crm.patch(&path, json!({"client": theirs})).await.expect(200);
    shows(&moved, json!({"client": theirs, "contact": another}));
    let back = crm.patch(&path, json!({"client": ours})).await.expect(200);
    shows(&back, json!({"client": ours, "contact": null}));
    let both = crm.patch(&path, json!({"client": theirs, "contact": foreign})).await.expect(200);
    shows(&both, json!({"client": theirs, "contact": foreign}));
}
