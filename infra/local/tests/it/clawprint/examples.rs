//! The document's example requests, as printed, get the document's example answers.

use http::Method;
use serde_json::{Value, json};

use super::{Business, crm_id, path, start};
use crate::support::Tributary;

/// Takes out what the document's example has other values of: ids and times. Checks their form.
#[track_caller]
fn settled(mut invoice: Value, business: &Business) -> Value {
    assert_eq!(invoice["business_id"], json!(business.id));
    let id = invoice["invoice_id"].clone();
    assert!(has_form(&id, "inv_"), "{id}");
    let map = invoice.as_object_mut().unwrap();
    let hosted = map.remove("hosted_url").unwrap();
    assert!(hosted.as_str().unwrap().contains("/i/"), "{hosted}");
    for time in ["created_at", "updated_at"] {
        assert!(is_instant(&map.remove(time).unwrap()), "{time}");
    }
    map.remove("invoice_id");
    map.remove("business_id");
    for item in map.get_mut("line_items").and_then(Value::as_array_mut).into_iter().flatten() {
        let item = item.as_object_mut().unwrap();
        assert!(has_form(&item.remove("line_item_id").unwrap(), "li_"));
        assert_eq!(item.remove("invoice_id").unwrap(), id);
        assert!(is_instant(&item.remove("created_at").unwrap()));
    }
    invoice
}

fn has_form(id: &Value, prefix: &str) -> bool {
    let hex = id.as_str().unwrap().strip_prefix(prefix).unwrap_or_default();
    hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_instant(time: &Value) -> bool {
    let text = time.as_str().unwrap();
    text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

/// The document's answer, with the tax of its formula, which is 500 and not 550.
fn documented() -> Value {
    json!({
        "invoice_number": "INV-2024-001",
        "customer_email": "client@example.com",
        "customer_name": "John Smith",
        "status": "draft",
        "amount": 5500,
        "tax_amount": 500,
        "total_amount": 6000,
        "currency": "USD",
        "issued_date": "2024-02-15T00:00:00Z",
        "due_date": "2024-03-15T00:00:00Z",
        "notes": "Thank you for your business!",
        "payment_terms": "Net 30",
        "line_items": [
            {"description": "Website Development", "quantity": 1, "unit_price": 5000, "type": "service", "tax_rate": 10},
            {"description": "Hosting Setup", "quantity": 1, "unit_price": 500, "type": "fee", "tax_rate": 0}
        ]
    })
}

async fn created(tributary: &Tributary, business: &Business) -> Value {
    business.invoice(tributary, json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn create_invoice_answers_201_with_the_invoice_and_its_line_items() {
    let (tributary, business) = start().await;
    let answer = business.call(&tributary, Method::POST, "/api/invoices", Some(business.example())).await;
    assert!(answer.header("etag").is_some());
    let invoice = answer.expect(201);
    assert_eq!(settled(invoice.clone(), &business), documented());
    let shown = business.call(&tributary, Method::GET, &path(&invoice), None).await.expect(200);
    assert_eq!(shown, invoice);
}

#[tokio::test(flavor = "multi_thread")]
async fn create_invoice_fills_in_what_the_workflows_example_leaves_out() {
    let (tributary, business) = start().await;
    let body = json!({
        "business_id": business.id,
        "customer_email": "client@example.com",
        "customer_name": "John Smith",
        "line_items": [
            {"description": "Consulting Services", "quantity": 10, "unit_price": 500, "type": "service", "tax_rate": 10}
        ]
    });
    let create =
        async || business.call(&tributary, Method::POST, "/api/invoices", Some(body.clone())).await.expect(201);
    let (first, second) = (create().await, create().await);
    let issued: jiff::civil::Date = first["issued_date"].as_str().unwrap()[..10].parse().unwrap();
    assert_eq!(first["created_at"].as_str().unwrap()[..10], issued.to_string());
    let due = issued.saturating_add(jiff::Span::new().days(30));
    assert_eq!(first["due_date"], json!(format!("{due}T00:00:00Z")));
    assert_eq!((&first["status"], &first["currency"]), (&json!("draft"), &json!("USD")));
    assert_eq!(first["invoice_number"], json!(format!("INV-{}-001", issued.year())));
    assert_eq!(second["invoice_number"], json!(format!("INV-{}-002", issued.year())));
    let sums = ["amount", "tax_amount", "total_amount"].map(|name| first[name].clone());
    assert_eq!(sums, [5000, 500, 5500].map(Value::from));
    for absent in ["notes", "payment_terms", "stripe_payment_link", "stripe_invoice_id", "paid_at", "viewed_at"] {
        assert_eq!(first.get(absent), None, "{absent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn list_invoices_answers_rows_without_line_items_and_what_was_asked_for() {
    let (tributary, business) = start().await;
    let invoice = created(&tributary, &business).await;
    let sent = json!({"status": "sent"});
    business.call(&tributary, Method::PATCH, &path(&invoice), Some(sent)).await.expect(200);
    let list = format!("/api/invoices?business_id={}&status=sent&limit=20", business.id);
    let list = business.call(&tributary, Method::GET, &list, None).await.expect(200);
    let names: Vec<_> = list.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["invoices", "count", "business_id", "filter"]);
    assert_eq!((&list["count"], &list["business_id"]), (&json!(1), &json!(business.id)));
    assert_eq!(list["filter"], json!({"status": "sent", "limit": 20}));
    let [row] = &list["invoices"].as_array().unwrap()[..] else { panic!("{list}") };
    assert_eq!(row["invoice_id"], invoice["invoice_id"]);
    let mut expected = documented();
    expected["status"] = json!("sent");
    expected.as_object_mut().unwrap().remove("line_items");
    assert_eq!(settled(row.clone(), &business), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn get_invoice_answers_the_invoice_with_all_line_items_in_their_order() {
    let (tributary, business) = start().await;
    let lines: Vec<Value> = (1..=7)
        .map(|n| json!({"description": format!("Item {n}"), "quantity": n, "unit_price": n, "type": "other"}))
        .collect();
    let invoice = business.invoice(&tributary, json!({"line_items": lines})).await;
    let answer = business.call(&tributary, Method::GET, &path(&invoice), None).await;
    assert!(answer.header("etag").is_some());
    let shown = answer.expect(200);
    let items = shown["line_items"].as_array().unwrap();
    assert_eq!(
        items.iter().map(|item| item["quantity"].clone()).collect::<Vec<_>>(),
        (1..=7).map(Value::from).collect::<Vec<_>>()
    );
    assert_eq!(shown["amount"], json!((1..=7).map(|n| n * n).sum::<i32>()));
    assert!(items.iter().all(|item| item["type"] == "other" && item["tax_rate"] == 0), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn update_invoice_changes_what_is_sent_and_answers_the_whole_invoice() {
    let (tributary, business) = start().await;
    let invoice = created(&tributary, &business).await;
    let body = json!({
        "customer_email": "newemail@example.com",
        "customer_name": "Jane Smith",
        "due_date": "2024-04-15",
        "notes": "Updated notes",
        "payment_terms": "Net 45"
    });
    let updated = business.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await.expect(200);
    let mut expected = documented();
    for (field, value) in [
        ("customer_email", "newemail@example.com"),
        ("customer_name", "Jane Smith"),
        ("due_date", "2024-04-15T00:00:00Z"),
        ("notes", "Updated notes"),
        ("payment_terms", "Net 45"),
    ] {
        expected[field] = json!(value);
    }
    assert_eq!(settled(updated.clone(), &business), expected);
    let body = json!({"status": "viewed", "currency": "EUR", "amount": 1, "customer_name": "Joan"});
    let updated = business.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await.expect(200);
    assert_eq!((&updated["status"], &updated["customer_name"]), (&json!("viewed"), &json!("Joan")));
    assert_eq!((&updated["currency"], &updated["amount"]), (&json!("USD"), &json!(5500)));
    let shown = business.call(&tributary, Method::GET, &path(&invoice), None).await.expect(200);
    assert_eq!(shown, updated);
}

#[tokio::test(flavor = "multi_thread")]
async fn cancel_invoice_says_so_and_the_invoice_stays_as_cancelled() {
    let (tributary, business) = start().await;
    let invoice = created(&tributary, &business).await;
    for _ in 0..2 {
        let answer = business.call(&tributary, Method::DELETE, &path(&invoice), None).await.expect(200);
        let message = "Invoice cancelled successfully";
        assert_eq!(answer, json!({"message": message, "invoice_id": invoice["invoice_id"]}));
    }
    let shown = business.call(&tributary, Method::GET, &path(&invoice), None).await.expect(200);
    assert_eq!(shown["status"], "cancelled");
    let in_crm = format!("/api/invoices/{}/", crm_id(&invoice["invoice_id"]));
    assert_eq!(business.crm(&tributary, Method::GET, &in_crm, None).await.expect(200)["status"], "void");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_exact_to_the_cent_and_rounded_for_each_line() {
    let (tributary, business) = start().await;
    let line = |quantity: Value, price: u64, rate: Value| json!({"description": "Hours", "quantity": quantity, "unit_price": price, "tax_rate": rate});
    let lines =
        json!([line(json!(1.5), 333, json!(8.25)), line(json!(3), 1, json!(50)), line(json!(0.01), 50, json!(0))]);
    let invoice = business.invoice(&tributary, json!({"line_items": lines, "currency": "GBP"})).await;
    // 499.5 → 500, 3, 0.5 → 1; tax 41.25 → 41, 1.5 → 2, 0.
    let sums = ["amount", "tax_amount", "total_amount"].map(|name| invoice[name].clone());
    assert_eq!(sums, [504, 43, 547].map(Value::from));
    let figures: Vec<_> =
        ["quantity", "unit_price", "tax_rate"].map(|name| invoice["line_items"][0][name].clone()).into();
    assert_eq!(figures, [json!(1.5), json!(333), json!(8.25)]);
    let in_crm = format!("/api/invoices/{}/", crm_id(&invoice["invoice_id"]));
    let shown = business.crm(&tributary, Method::GET, &in_crm, None).await.expect(200);
    assert_eq!((&shown["subtotal"], &shown["tax_amount"]), (&json!("5.04"), &json!("0.43")));
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_are_taken_with_and_without_a_time() {
    let (tributary, business) = start().await;
    let dates = json!({"issued_date": "2024-02-15T23:30:00-02:00", "due_date": "2024-03-15T10:00:00Z"});
    let invoice = business.invoice(&tributary, dates).await;
    assert_eq!(invoice["issued_date"], "2024-02-16T00:00:00Z");
    assert_eq!(invoice["due_date"], "2024-03-15T00:00:00Z");
    let body = json!({"due_date": "2024-04-15T00:00:00.000Z"});
    let updated = business.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await.expect(200);
    assert_eq!(updated["due_date"], "2024-04-15T00:00:00Z");
}
