//! Invoices are made, read and changed.

use http::Method;
use serde_json::{Value, json};

use super::{Skhokho, id, names};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_invoice_is_answered_whole_and_read_back_the_same() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({})).await;
    for (field, value) in [
        ("title", json!("Website redesign")),
        ("description", json!("New pages")),
        ("invoice_number", json!("SK-1")),
        ("status", json!("draft")),
        ("status_display", json!("Draft")),
        ("invoice_date", json!("2026-01-10")),
        ("due_date", json!("2099-02-09")),
        ("subtotal", json!("100.00")),
        ("total_tax_amount", json!("15.00")),
        ("total_amount", json!("115.00")),
        ("paid_amount", json!("0.00")),
        ("remaining_amount", json!("115.00")),
        ("is_overdue", json!(false)),
        ("currency", json!("ZAR")),
        ("client", json!({"unique_id": skhokho.client, "name": "Acme"})),
    ] {
        assert_eq!(made[field], value, "{field}");
    }
    let me = skhokho.tributary.get(&skhokho.user, "/api/me/").await.expect(200);
    assert_eq!(made["created_by"], json!({"unique_id": me["uuid"], "full_name": "thandi"}));
    for slash in ["", "/"] {
        let read = skhokho.get(&format!("{}{slash}", id(&made))).await;
        assert_eq!(read.expect(200), made);
        assert!(read.header("etag").is_some());
    }
    let list = skhokho.get("").await.expect(200);
    assert_eq!((list[0]["unique_id"].as_str(), &list[0]["client"]), (Some(id(&made)), &made["client"]));
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_requires_is_required_and_a_number_is_taken_once() {
    let skhokho = Skhokho::start().await;
    names(
        &skhokho.json(Method::POST, "create/", json!({})).await,
        &["title", "invoice_number", "due_date", "client_id"],
    );
    for field in ["title", "invoice_number", "due_date", "client_id"] {
        let body = skhokho.example(json!({field: null}));
        names(&skhokho.json(Method::POST, "create/", body).await, &[field]);
    }
    let made = skhokho.invoice(json!({"items": null, "invoice_date": null})).await;
    assert_eq!((&made["total_amount"], &made["items"], &made["currency"]), (&json!("0.00"), &json!([]), &json!("USD")));
    names(&skhokho.json(Method::POST, "create/", skhokho.example(json!({}))).await, &["invoice_number"]);
    let unknown = skhokho.example(json!({"invoice_number": "SK-2", "client_id": super::NOWHERE}));
    names(&skhokho.json(Method::POST, "create/", unknown).await, &["client_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn put_and_patch_keep_what_they_leave_out_and_replace_the_items_as_a_whole() {
    let skhokho = Skhokho::start().await;
    let item = |price: &str| json!({"quantity": "2", "unit_price": price});
    let made = skhokho.invoice(json!({"items": [item("10.00"), item("20.00"), item("30.00")]})).await;
    assert_eq!(made["total_amount"], "120.00");
    for (method, price, total) in [(Method::PUT, "1.50", "3.00"), (Method::PATCH, "7.00", "14.00")] {
        let body = json!({"items": [item(price)], "title": price});
        let path = format!("{}/update/", id(&made));
        let changed = skhokho.json(method.clone(), &path, body).await.expect(200);
        assert_eq!((&changed["total_amount"], &changed["title"]), (&json!(total), &json!(price)));
        assert_eq!(changed["items"].as_array().unwrap().len(), 1);
        assert_eq!((&changed["description"], &changed["client"]), (&made["description"], &made["client"]));
        let kept = skhokho.json(method, &path, json!({"description": null})).await.expect(200);
        assert_eq!((&kept["items"], &kept["description"]), (&changed["items"], &json!("")));
        skhokho.patch(&made, json!({"description": made["description"]})).await.expect(200);
    }
    let emptied = skhokho.patch(&made, json!({"items": []})).await.expect(200);
    assert_eq!((&emptied["items"], &emptied["total_amount"]), (&json!([]), &json!("0.00")));
    let renamed = skhokho.patch(&made, json!({"invoice_number": "SK-9", "due_date": "2098-01-01"})).await.expect(200);
    assert_eq!((&renamed["invoice_number"], &renamed["due_date"]), (&json!("SK-9"), &json!("2098-01-01")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_words_are_those_of_the_document() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({"status": "viewed"})).await;
    assert_eq!((&made["status"], &made["status_display"]), (&json!("viewed"), &json!("Viewed by Client")));
    for (word, display) in [("sent", "Sent"), ("overdue", "Overdue"), ("draft", "Draft")] {
        let changed = skhokho.patch(&made, json!({"status": word})).await.expect(200);
        assert_eq!((&changed["status"], &changed["status_display"]), (&json!(word), &json!(display)));
    }
    for refused in ["partially_paid", "refunded", "void", "Sent"] {
        names(&skhokho.patch(&made, json!({"status": refused})).await, &["status"]);
    }
    let part = skhokho.patch(&made, json!({"paid_amount": "15.00"})).await.expect(200);
    assert_eq!((&part["status"], &part["status_display"]), (&json!("partially_paid"), &json!("Partially Paid")));
    let paid = skhokho.patch(&made, json!({"status": "paid"})).await.expect(200);
    assert_eq!((&paid["paid_amount"], &paid["remaining_amount"]), (&json!("115.00"), &json!("0.00")));
    let refunded = skhokho.patch(&made, json!({"status": "refunded"})).await.expect(200);
    assert_eq!((&refunded["status_display"], &refunded["paid_amount"]), (&json!("Refunded"), &json!("0.00")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_be_paid_is_booked_as_the_difference_and_never_lowered() {
    let skhokho = Skhokho::start().await;
    let made = skhokho.invoice(json!({"paid_amount": "15.00"})).await;
    assert_eq!((&made["status"], &made["remaining_amount"]), (&json!("partially_paid"), &json!("100.00")));
    let more = skhokho.patch(&made, json!({"paid_amount": 65})).await.expect(200);
    assert_eq!((&more["paid_amount"], &more["remaining_amount"]), (&json!("65.00"), &json!("50.00")));
    names(&skhokho.patch(&made, json!({"paid_amount": "64.99"})).await, &["paid_amount"]);
    let at = format!("/api/invoices/{}/payments/", id(&made));
    let payments = skhokho.tributary.get(&skhokho.user, &at).await.expect(200);
    let amounts: Vec<_> = payments.as_array().unwrap().iter().map(|payment| payment["amount"].clone()).collect();
    assert_eq!(amounts, [json!("15.00"), json!("50.00")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_of_another_contract_is_shown_within_the_document_and_keeps_what_this_one_does_not_know() {
    let skhokho = Skhokho::start().await;
    let (tributary, user) = (&skhokho.tributary, &skhokho.user);
    let kind = json!({"attributes": {"entity_type": "non_profit"}});
    tributary.patch(user, &format!("/api/clients/{}/", skhokho.client), kind).await.expect(200);
    let body = json!({"client": skhokho.client, "subtotal": "10.00", "discount": "1.00", "notes": "kept",
        "attributes": {"po": 7}});
    let made = tributary.post(user, "/api/invoices/", body).await.expect(201);
    let invoice = json!({"unique_id": made["id"]});
    let shown = skhokho.get(id(&invoice)).await.expect(200);
    assert_eq!(shown["client"], json!({"unique_id": skhokho.client, "name": "Acme", "entity_type": "non_profit"}));
    // The document knows no invoice without a due date.
    assert_eq!((&shown["due_date"], &shown["title"]), (&shown["invoice_date"], &json!("")));
    skhokho.patch(&invoice, json!({"title": "Named"})).await.expect(200);
    let kept = tributary.get(user, &format!("/api/invoices/{}/", id(&invoice))).await.expect(200);
    assert_eq!(
        (&kept["discount"], &kept["notes"], &kept["attributes"]),
        (&made["discount"], &json!("kept"), &made["attributes"])
    );
    assert_eq!(kept["due_date"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn required_attributes_of_crm_do_not_bind_here() {
    let skhokho = Skhokho::start().await;
    for model in ["invoice", "payment", "invoice_line_item"] {
        let rule = json!({"name": "po", "label": "PO", "type": "text", "is_required": true});
        skhokho.tributary.post(&skhokho.user, &format!("/api/attributes/{model}/"), rule).await.expect(201);
    }
    let made = skhokho.invoice(json!({})).await;
    skhokho.act(&made, "action=record_payment&amount=5").await.expect(200);
    skhokho.patch(&made, json!({"title": "x", "paid_amount": "10.00"})).await.expect(200);
    skhokho.act(&made, "action=duplicate").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_version_is_refused_and_a_repeated_key_makes_one_invoice() {
    let skhokho = Skhokho::start().await;
    let body = skhokho.example(json!({})).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "k-1")];
    let first = skhokho.call(Method::POST, "create/", &headers, body.clone()).await;
    let again = skhokho.call(Method::POST, "create/", &headers, body).await;
    assert_eq!((again.expect(201), again.header("idempotency-replayed")), (first.expect(201), Some("true")));
    let (made, tag) = (first.json(), first.header("etag").unwrap().to_owned());
    let path = format!("{}/update/", id(&made));
    let headers = [("content-type", "application/json"), ("if-match", tag.as_str())];
    skhokho.call(Method::PATCH, &path, &headers, r#"{"title": "a"}"#).await.expect(200);
    skhokho.call(Method::PATCH, &path, &headers, r#"{"title": "b"}"#).await.expect(412);
    let action = format!("{}/action/?action=send", id(&made));
    skhokho.call(Method::GET, &action, &headers, "").await.expect(412);
}
