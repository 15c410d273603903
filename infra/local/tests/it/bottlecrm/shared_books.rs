//! One set of books: an invoice made in another contract is seen here, and the reverse.

use http::Method;
use serde_json::{Value, json};

use super::{Member, failed, id, path, start};
use crate::support::Tributary;

/// The changes of an invoice's status, as words.
async fn history(tributary: &Tributary, owner: &Member, invoice: &Value) -> Vec<(String, String, Value)> {
    let shown = owner.shown(tributary, invoice).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = shown["invoice_history"].as_array().unwrap().iter();
    rows.map(|row| {
        (text(&row["status_changed_from"]), text(&row["status_changed_to"]), row["updated_by"]["username"].clone())
    })
    .collect()
}

fn change(from: &str, to: &str, by: Value) -> (String, String, Value) {
    (from.into(), to.into(), by)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_here_is_seen_in_crm_and_clawprint() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({"tax": "10.00", "assigned_to": [owner.uuid]})).await;
    let in_crm = tributary.get(&owner.user, &path(&invoice)).await.expect(200);
    for (field, value) in [
        ("id", id(&invoice)),
        ("invoice_number", invoice["invoice_number"].as_str().unwrap()),
        ("status", "draft"),
        ("due_date", "2034-02-15"),
        ("currency", "USD"),
        ("subtotal", "10000.00"),
        ("tax_amount", "10.00"),
        ("total", "10010.00"),
        ("balance_due", "10010.00"),
    ] {
        assert_eq!(in_crm[field], value, "{field}");
    }
    let client = format!("/api/clients/{}/", in_crm["client"].as_str().unwrap());
    assert_eq!(tributary.get(&owner.user, &client).await.expect(200)["name"], "Tech Solutions Inc");
    // The same address, in any case, is the same client.
    let second = owner.invoice(&tributary, json!({"email": "Billing@TechSolutions.com", "name": "Other"})).await;
    assert_eq!(tributary.get(&owner.user, &path(&second)).await.expect(200)["client"], in_crm["client"]);

    let token = format!("Token {}", owner.user.token);
    let headers = [("authorization", token.as_str()), ("x-api-contract", "clawprint")];
    let at = format!("/api/invoices/inv_{}", id(&invoice).replace('-', ""));
    let shown = tributary.raw(Method::GET, &at, &headers, "").await.expect(200);
    let expected = json!({
        "customer_email": "billing@techsolutions.com", "customer_name": "Tech Solutions Inc", "status": "draft",
        "amount": 1_000_000, "tax_amount": 1_000, "total_amount": 1_001_000, "due_date": "2034-02-15T00:00:00Z"
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(shown[field], *value, "{field}");
    }
    assert_eq!(shown["line_items"][0]["description"], "Web Development Services");
    // What the other contracts do not know survives their changes.
    tributary.patch(&owner.user, &path(&invoice), json!({"notes": "Thanks"})).await.expect(200);
    let again = owner.shown(&tributary, &invoice).await;
    assert_eq!((&again["assigned_to"], &again["teams"]), (&invoice["assigned_to"], &invoice["teams"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_in_crm_is_seen_here_with_its_clients_name() {
    let (tributary, owner) = start().await;
    let client = json!({"name": "ACME Corporation"});
    let client = tributary.post(&owner.user, "/api/clients/", client).await.expect(201)["id"].clone();
    let contact = json!({"client": client, "first_name": "Maria", "email": "maria@acme.com"});
    let contact = tributary.post(&owner.user, "/api/contacts/", contact).await.expect(201)["id"].clone();
    let body = json!({"client": client, "contact": contact, "subtotal": "100.00", "tax_amount": "8.25", "due_date": "2034-01-31"});
    let invoice = tributary.post(&owner.user, "/api/invoices/", body).await.expect(201);
    let expected = json!({
        "invoice_title": "", "name": "ACME Corporation", "email": "maria@acme.com", "phone": null, "quantity": 1,
        "rate": "100.00", "tax": "8.25", "total_amount": "108.25", "status": "Draft", "due_date": "2034-01-31",
        "assigned_to": [], "teams": [], "created_by": {"id": owner.uuid, "username": "owner"}
    });
    let shown = owner.shown(&tributary, &invoice).await;
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(shown[field], *value, "{field}");
    }
    let line = json!({"description": "Setup", "quantity": "3", "unit_price": "50.00", "tax_rate": "10"});
    tributary.post(&owner.user, &format!("{}line-items/", path(&invoice)), line).await.expect(201);
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!((&shown["quantity"], &shown["rate"]), (&json!(3), &json!("50.00")));
    let list = owner.call(&tributary, Method::GET, "/api/invoices/", None).await.expect(200);
    assert_eq!((&list["results"][0]["quantity"], &list["results"][0]["rate"]), (&json!(3), &json!("50.00")));
    assert_eq!(list["results"][0]["email"], "maria@acme.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_the_status_through_every_contract_and_the_sweep_are_history_here() {
    let (tributary, owner) = start().await;
    let tomorrow = {
        let made = owner.invoice(&tributary, json!({})).await;
        let day: jiff::civil::Date = made["created_on"].as_str().unwrap()[..10].parse().unwrap();
        day.tomorrow().unwrap().to_string()
    };
    let invoice = owner.invoice(&tributary, json!({"due_date": tomorrow})).await;
    assert_eq!(history(&tributary, &owner, &invoice).await, []);
    tributary.patch(&owner.user, &path(&invoice), json!({"status": "sent"})).await.expect(200);
    let token = format!("Token {}", owner.user.token);
    let headers =
        [("authorization", token.as_str()), ("x-api-contract", "clawprint"), ("content-type", "application/json")];
    let at = format!("/api/invoices/inv_{}", id(&invoice).replace('-', ""));
    let viewed = json!({"status": "viewed"}).to_string();
    tributary.raw(Method::PATCH, &at, &headers, viewed).await.expect(200);
    let mut expected = vec![change("Draft", "Sent", json!("owner")), change("Sent", "Sent", json!("owner"))];
    assert_eq!(history(&tributary, &owner, &invoice).await, expected);

    tributary.advance(3 * 24 * 3600).await;
    tributary.raw(Method::POST, "/_local/sweep", &[], "").await.expect(200);
    // The token has ended by now.
    let owner = Member::of(&tributary, owner.user).await;
    expected.push(change("Sent", "Pending", Value::Null));
    assert_eq!(history(&tributary, &owner, &invoice).await, expected);
    assert_eq!(owner.shown(&tributary, &invoice).await["status"], "Pending");
    // It is overdue, which this word shows already.
    let at = format!("{}status/", path(&invoice));
    owner.call(&tributary, Method::POST, &at, Some(json!({"status": "Pending"}))).await.expect(200);
    assert_eq!(tributary.get(&owner.user, &path(&invoice)).await.expect(200)["status"], "overdue");

    let payment = json!({"amount": "10000.00", "method": "cash"});
    tributary.post(&owner.user, &format!("{}payments/", path(&invoice)), payment).await.expect(201);
    expected.push(change("Pending", "Paid", json!("owner")));
    tributary.patch(&owner.user, &path(&invoice), json!({"status": "refunded"})).await.expect(200);
    expected.push(change("Paid", "Cancelled", json!("owner")));
    assert_eq!(history(&tributary, &owner, &invoice).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_one_series_with_clawprint_and_without_a_gap() {
    let (tributary, owner) = start().await;
    let first = owner.invoice(&tributary, json!({})).await;
    failed(
        &owner.call(&tributary, Method::POST, "/api/invoices/", Some(json!({}))).await,
        400,
        &["invoice_title", "name", "email", "quantity", "rate"],
    );
    let me = tributary.get(&owner.user, "/api/me/").await.expect(200);
    let token = format!("Token {}", owner.user.token);
    let headers =
        [("authorization", token.as_str()), ("x-api-contract", "clawprint"), ("content-type", "application/json")];
    let body = json!({
        "business_id": me["business_id"], "customer_email": "client@example.com",
        "line_items": [{"description": "Hosting", "quantity": 1, "unit_price": 500}]
    });
    let second = tributary.raw(Method::POST, "/api/invoices", &headers, body.to_string()).await.expect(201);
    let third = owner.invoice(&tributary, json!({})).await;
    let year = &first["created_on"].as_str().unwrap()[..4];
    for (n, invoice) in [&first, &second, &third].into_iter().enumerate() {
        assert_eq!(invoice["invoice_number"], json!(format!("INV-{year}-{:03}", n + 1)));
    }
    let list = owner.call(&tributary, Method::GET, "/api/invoices/", None).await.expect(200);
    let row = &list["results"][1];
    let shown = ["name", "email", "quantity", "rate"].map(|field| row[field].clone());
    assert_eq!(shown, [json!("client@example.com"), json!("client@example.com"), json!(1), json!("5.00")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_or_an_attachment_wakes_no_webhook_and_an_invoice_does() {
    let (tributary, owner) = start().await;
    let hook = json!({"name": "Notify", "model": "Invoice", "url": "http://127.0.0.1:9/", "event": "CREATE"});
    let hook = tributary.post(&owner.user, "/api/webhooks/", hook).await.expect(201);
    let invoice = owner.invoice(&tributary, json!({})).await;
    let at = format!("/api/invoices/comment/{}/", id(&invoice));
    owner.call(&tributary, Method::POST, &at, Some(json!({"comment": "Seen"}))).await.expect(201);
    let second = owner.invoice(&tributary, json!({})).await;
    let deliveries = format!("/api/webhooks/{}/deliveries/", hook["id"].as_str().unwrap());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    loop {
        let rows = tributary.get(&owner.user, &deliveries).await.expect(200);
        let mut of: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["object_id"].as_str().unwrap()).collect();
        of.sort_unstable();
        // The second invoice comes after the comment in the stream.
        if of.contains(&id(&second)) {
            assert_eq!(of, [id(&invoice), id(&second)]);
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{rows}");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
