//! One set of books: an invoice made in one contract is seen in the other, and nobody sees another's.

use http::Method;
use serde_json::{Value, json};

use super::{Business, crm_id, failed, path, start, with};
use crate::support::Tributary;

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_here_is_seen_in_crm_with_its_client_and_its_lines() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let at = format!("/api/invoices/{}/", crm_id(&invoice["invoice_id"]));
    let shown = business.crm(&tributary, Method::GET, &at, None).await.expect(200);
    for (field, value) in [
        ("invoice_number", "INV-2024-001"),
        ("status", "draft"),
        ("issue_date", "2024-02-15"),
        ("due_date", "2024-03-15"),
        ("currency", "USD"),
        ("subtotal", "55.00"),
        ("tax_amount", "5.00"),
        ("discount", "0.00"),
        ("total", "60.00"),
        ("balance_due", "60.00"),
        ("notes", "Thank you for your business!"),
    ] {
        assert_eq!(shown[field], json!(value), "{field}");
    }
    let lines = business.crm(&tributary, Method::GET, &format!("{at}line-items/"), None).await.expect(200);
    let prices: Vec<_> = lines.as_array().unwrap().iter().map(|line| line["unit_price"].clone()).collect();
    assert_eq!(prices, [json!("50.00"), json!("5.00")]);
    assert_eq!(lines[0]["id"], json!(crm_id(&invoice["line_items"][0]["line_item_id"])));
    let client = format!("/api/clients/{}/", shown["client"].as_str().unwrap());
    let client = business.crm(&tributary, Method::GET, &client, None).await.expect(200);
    assert_eq!(client["name"], "John Smith");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_found_by_the_address_in_any_case_or_made() {
    let (tributary, business) = start().await;
    let client = async |changes: Value| {
        let invoice = business.invoice(&tributary, with(json!({"invoice_number": null}), changes)).await;
        let at = format!("/api/invoices/{}/", crm_id(&invoice["invoice_id"]));
        let client = business.crm(&tributary, Method::GET, &at, None).await.expect(200)["client"].clone();
        let at = format!("/api/clients/{}/", client.as_str().unwrap());
        (client, business.crm(&tributary, Method::GET, &at, None).await.expect(200)["name"].clone())
    };
    let number = json!({"invoice_number": "A-1"});
    let (first, name) = client(number).await;
    assert_eq!(name, "John Smith");
    let again = json!({"invoice_number": "A-2", "customer_email": "CLIENT@Example.com", "customer_name": "Other"});
    assert_eq!(client(again).await, (first.clone(), json!("John Smith")));
    let other = json!({"invoice_number": "A-3", "customer_email": "other@example.com"});
    let mut body = with(business.example(), other);
    body.as_object_mut().unwrap().remove("customer_name");
    let made = business.call(&tributary, Method::POST, "/api/invoices", Some(body)).await.expect(201);
    assert_eq!(made.get("customer_name"), None);
    let clients = business.crm(&tributary, Method::GET, "/api/clients/", None).await.expect(200);
    let names: Vec<_> = clients.as_array().unwrap().iter().map(|client| client["name"].clone()).collect();
    assert_eq!(names, [json!("John Smith"), json!("other@example.com")]);
}

/// Makes an invoice in crm, of a client, and perhaps of a contact with an address.
async fn made_in_crm(tributary: &Tributary, business: &Business, client: &Value, email: Option<&str>) -> Value {
    let mut body = json!({"client": client, "subtotal": "100.00", "tax_amount": "8.25", "due_date": "2030-01-31"});
    if let Some(email) = email {
        let contact = json!({"client": client, "first_name": "Maria", "email": email});
        let contact = business.crm(tributary, Method::POST, "/api/contacts/", Some(contact)).await.expect(201);
        body["contact"] = contact["id"].clone();
    }
    business.crm(tributary, Method::POST, "/api/invoices/", Some(body)).await.expect(201)
}

fn here(id: &Value) -> String {
    format!("/api/invoices/inv_{}", id.as_str().unwrap().replace('-', ""))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_made_in_crm_is_seen_here_with_the_nearest_address_of_its_customer() {
    let (tributary, business) = start().await;
    let client = json!({"name": "Acme Corp"});
    let client = business.crm(&tributary, Method::POST, "/api/clients/", Some(client)).await.expect(201)["id"].clone();
    let by_email = business.invoice(&tributary, json!({"customer_email": "known@example.com"})).await;
    let at = format!("/api/invoices/{}/", crm_id(&by_email["invoice_id"]));
    let known = business.crm(&tributary, Method::GET, &at, None).await.expect(200)["client"].clone();

    let without = made_in_crm(&tributary, &business, &client, None).await;
    let of_contact = made_in_crm(&tributary, &business, &client, Some("maria@example.com")).await;
    let of_client = made_in_crm(&tributary, &business, &known, None).await;
    let expected = [(&without, ""), (&of_contact, "maria@example.com"), (&of_client, "known@example.com")];
    for (invoice, email) in expected {
        let shown = business.call(&tributary, Method::GET, &here(&invoice["id"]), None).await.expect(200);
        assert_eq!(shown["customer_email"], json!(email));
        let sums = ["amount", "tax_amount", "total_amount"].map(|name| shown[name].clone());
        assert_eq!(sums, [10000, 825, 10825].map(Value::from));
        assert_eq!(shown["invoice_number"], invoice["invoice_number"]);
        assert_eq!((&shown["due_date"], &shown["line_items"]), (&json!("2030-01-31T00:00:00Z"), &json!([])));
    }
    let list = format!("/api/invoices?business_id={}", business.id);
    let list = business.call(&tributary, Method::GET, &list, None).await.expect(200);
    let emails: Vec<_> = list["invoices"].as_array().unwrap().iter().map(|row| row["customer_email"].clone()).collect();
    assert_eq!(emails, ["known@example.com", "maria@example.com", "", "known@example.com"].map(Value::from));
    let body = Some(json!({"customer_email": "own@example.com"}));
    let own = business.call(&tributary, Method::PATCH, &here(&of_contact["id"]), body).await.expect(200);
    assert_eq!(own["customer_email"], "own@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_crm_knows_survives_an_update_made_here_and_does_not_bind_it() {
    let (tributary, business) = start().await;
    let rule = json!({"name": "po", "label": "PO", "type": "text", "is_required": true});
    business.crm(&tributary, Method::POST, "/api/attributes/invoice/", Some(rule)).await.expect(201);
    let invoice = business.invoice(&tributary, json!({})).await;
    let at = format!("/api/invoices/{}/", crm_id(&invoice["invoice_id"]));
    let change = json!({"attributes": {"po": "4711"}, "discount": "10.00", "list_of_notes": [{"note": "call"}]});
    business.crm(&tributary, Method::PATCH, &at, Some(change)).await.expect(200);
    let body = Some(json!({"customer_name": "Jane Smith", "notes": "New"}));
    let updated = business.call(&tributary, Method::PATCH, &path(&invoice), body).await.expect(200);
    let sums = ["amount", "tax_amount", "total_amount"].map(|name| updated[name].clone());
    assert_eq!(sums, [5500, 500, 5000].map(Value::from));
    let shown = business.crm(&tributary, Method::GET, &at, None).await.expect(200);
    assert_eq!((&shown["attributes"], &shown["discount"]), (&json!({"po": "4711"}), &json!("10.00")));
    assert_eq!((&shown["list_of_notes"][0]["note"], &shown["notes"]), (&json!("call"), &json!("New")));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_business_is_not_found_in_body_query_and_path() {
    let (tributary, business) = start().await;
    let other = Business::open(&tributary, "other").await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let not_found = |answer| failed(&answer, 404, "Not found", &[]);
    let ids = [other.id.as_str(), "biz_abc123", "biz_0192f0c123457abc8def0123456789ab", "x"];
    for id in ids {
        let body = with(business.example(), json!({"business_id": id}));
        not_found(business.call(&tributary, Method::POST, "/api/invoices", Some(body)).await);
        not_found(business.call(&tributary, Method::GET, &format!("/api/invoices?business_id={id}"), None).await);
        let body = json!({"business_id": id, "notes": "x"});
        not_found(business.call(&tributary, Method::PATCH, &path(&invoice), Some(body)).await);
    }
    for (method, body) in [(Method::GET, None), (Method::PATCH, Some(json!({"notes": "x"}))), (Method::DELETE, None)] {
        not_found(other.call(&tributary, method, &path(&invoice), body).await);
    }
    let list = other.call(&tributary, Method::GET, &format!("/api/invoices?business_id={}", other.id), None).await;
    assert_eq!(list.expect(200)["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_is_chosen_by_the_credential_unless_the_header_says_another() {
    let (tributary, business) = start().await;
    let invoice = business.invoice(&tributary, json!({})).await;
    let in_crm = format!("/api/invoices/{}", crm_id(&invoice["invoice_id"]));
    let as_crm = business.call_with(&tributary, Method::GET, &in_crm, &[("x-api-contract", "crm")], None).await;
    assert_eq!(as_crm.expect(200)["total"], "60.00");
    let authorization = format!("Token {}", business.owner.token);
    let organisation = business.organisation();
    let headers = [
        ("authorization", authorization.as_str()),
        ("organization-id", organisation.as_str()),
        ("x-api-contract", "clawprint"),
    ];
    let as_clawprint = tributary.raw(Method::GET, &path(&invoice), &headers, "").await.expect(200);
    assert_eq!(as_clawprint, invoice);
    let unknown =
        business.call_with(&tributary, Method::GET, &path(&invoice), &[("x-api-contract", "other")], None).await;
    assert_eq!(unknown.status, 400);
}
