//! The document's example requests, as printed, and the answers that it gives.

use http::Method;
use serde_json::{Value, json};

use super::{Member, id, path, start};

/// The fields that an invoice has in the document's model, and those that decisions add.
const FIELDS: [&str; 24] = [
    "id",
    "invoice_title",
    "invoice_number",
    "status",
    "due_date",
    "name",
    "email",
    "phone",
    "quantity",
    "rate",
    "total_amount",
    "currency",
    "created_on",
    "assigned_to",
    "teams",
    "tax",
    "created_by",
    "org",
    "from_address",
    "to_address",
    "einvoice",
    "comments",
    "attachments",
    "invoice_history",
];

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn create_invoice_answers_201_with_the_invoice() {
    let (tributary, owner) = start().await;
    let body = json!({
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": "billing@techsolutions.com",
        "quantity": 80,
        "rate": "125.00",
        "currency": "USD",
        "due_date": "2024-02-15",
        "assigned_to": [owner.uuid],
        "teams": ["dev-team-uuid"]
    });
    let answer = owner.call(&tributary, Method::POST, "/api/invoices/", Some(body.clone())).await;
    assert!(answer.header("etag").is_some());
    let invoice = answer.expect(201);
    assert_eq!(names(&invoice), FIELDS);
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(invoice[field], *value, "{field}");
    }
    let year = &invoice["created_on"].as_str().unwrap()[..4];
    let expected = json!({
        "status": "Draft", "invoice_number": format!("INV-{year}-001"), "total_amount": "10000.00", "tax": "0.00",
        "phone": null, "from_address": null, "to_address": null, "comments": [], "attachments": [],
        "invoice_history": [], "created_by": {"id": owner.uuid, "username": "owner"},
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(invoice[field], *value, "{field}");
    }
    assert_eq!(invoice["org"]["id"], json!(owner.organisation));
    assert!(invoice["created_on"].as_str().unwrap().ends_with('Z'));
    assert_eq!(owner.shown(&tributary, &invoice).await, invoice);
}

#[tokio::test(flavor = "multi_thread")]
async fn list_invoices_answers_a_page_of_rows_as_the_document_has_them() {
    let (tributary, owner) = start().await;
    let invoice = json!({
        "invoice_title": "Monthly Service", "invoice_number": "INV-001", "name": "ACME Corporation",
        "email": "billing@acme.com", "phone": "+1234567890", "quantity": 40, "rate": "150.00", "currency": "USD",
        "due_date": "2024-01-15", "assigned_to": [owner.uuid], "teams": ["team-uuid"]
    });
    let made = owner.call(&tributary, Method::POST, "/api/invoices/", Some(invoice.clone())).await.expect(201);
    for n in 0..5 {
        owner.invoice(&tributary, json!({"name": "Acme", "invoice_title": format!("Later {n}")})).await;
    }
    owner.invoice(&tributary, json!({"name": "Another"})).await;
    let list = "/api/invoices/?status=Draft&name=acme&limit=5";
    let page = owner.call(&tributary, Method::GET, list, None).await.expect(200);
    assert_eq!(names(&page), ["count", "next", "previous", "results"]);
    assert_eq!((&page["count"], &page["previous"]), (&json!(6), &Value::Null));
    let next = page["next"].as_str().unwrap();
    assert!(next.starts_with("/api/invoices/?limit=5&offset=5"), "{next}");
    let last = owner.call(&tributary, Method::GET, next, None).await.expect(200);
    assert_eq!((&last["count"], &last["next"]), (&json!(6), &Value::Null));
    let mut row = invoice;
    for field in ["id", "created_on"] {
        row[field] = made[field].clone();
    }
    row["status"] = json!("Draft");
    row["total_amount"] = json!("6000.00");
    assert_eq!(last["results"], json!([row]));
    assert_eq!(names(&last["results"][0]), FIELDS[..15]);
}

#[tokio::test(flavor = "multi_thread")]
async fn update_invoice_takes_the_documents_put_and_leaves_alone_what_it_leaves_out() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({"assigned_to": [owner.uuid]})).await;
    let body = json!({"status": "Sent", "total_amount": "6500.00"});
    let updated = owner.call(&tributary, Method::PUT, &path(&invoice), Some(body)).await.expect(200);
    let [row] = &updated["invoice_history"].as_array().unwrap()[..] else { panic!("{updated}") };
    assert_eq!(names(row), ["id", "invoice", "updated_by", "updated_on", "status_changed_from", "status_changed_to"]);
    assert_eq!((&row["status_changed_from"], &row["status_changed_to"]), (&json!("Draft"), &json!("Sent")));
    assert_eq!(
        (&row["invoice"], &row["updated_by"]),
        (&invoice["id"], &json!({"id": owner.uuid, "username": "owner"}))
    );
    // The line has the say in the total.
    let mut expected = invoice.clone();
    expected["status"] = json!("Sent");
    expected["invoice_history"] = updated["invoice_history"].clone();
    assert_eq!(updated, expected);
    assert_eq!(owner.shown(&tributary, &invoice).await, updated);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_can_be_changed_with_put_and_with_patch() {
    let (tributary, owner) = start().await;
    for method in [Method::PUT, Method::PATCH] {
        let invoice = owner.invoice(&tributary, json!({"assigned_to": [owner.uuid]})).await;
        let body = json!({
            "invoice_title": "Audit", "invoice_number": format!("A-{method}"), "name": "Other Inc",
            "email": "other@example.com", "phone": "+1", "quantity": 2, "rate": 10.5, "tax": "1.50", "currency": "EUR",
            "due_date": "2034-03-01", "status": "Pending", "assigned_to": [], "teams": [],
            "from_address": {"street": "1 Main St", "lines": [1, {"a": null}]}, "to_address": {}
        });
        let updated = owner.call(&tributary, method.clone(), &path(&invoice), Some(body.clone())).await.expect(200);
        let mut expected = body;
        expected["rate"] = json!("10.50");
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(updated[field], *value, "{field}");
        }
        assert_eq!(updated["total_amount"], "22.50");
        let nothing = json!({"due_date": null, "phone": null, "from_address": null, "unknown": 1, "id": "x"});
        let emptied = owner.call(&tributary, method, &path(&invoice), Some(nothing)).await.expect(200);
        assert_eq!([&emptied["due_date"], &emptied["phone"], &emptied["from_address"]], [&Value::Null; 3]);
        assert_eq!((&emptied["to_address"], &emptied["id"]), (&json!({}), &invoice["id"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn delete_invoice_confirms_and_the_invoice_is_gone() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let done = owner.call(&tributary, Method::DELETE, &path(&invoice), None).await.expect(200);
    assert_eq!((&done["error"], done["message"].is_string()), (&json!(false), true));
    for method in [Method::GET, Method::DELETE] {
        super::failed(&owner.call(&tributary, method, &path(&invoice), None).await, 404, &["detail"]);
    }
    let list = owner.call(&tributary, Method::GET, "/api/invoices/", None).await.expect(200);
    assert_eq!(list, json!({"count": 0, "next": null, "previous": null, "results": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_can_be_written_and_paid_books_the_balance() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({"tax": "10.00"})).await;
    let at = format!("{}status/", path(&invoice));
    let mut changes = Vec::new();
    for (from, word) in [("Draft", "Pending"), ("Pending", "Sent"), ("Sent", "Draft"), ("Draft", "Paid")] {
        let body = Some(json!({"status": word}));
        let answer = owner.call(&tributary, Method::POST, &at, body.clone()).await;
        assert!(answer.header("etag").is_some());
        assert_eq!(answer.expect(200)["status"], word);
        // The word that is shown already changes nothing.
        let again = owner.call(&tributary, Method::POST, &at, body).await;
        assert_eq!(again.header("etag"), answer.header("etag"));
        changes.push((json!(from), json!(word)));
    }
    let history = owner.shown(&tributary, &invoice).await["invoice_history"].clone();
    let shown = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["status_changed_from"].clone(), row["status_changed_to"].clone()));
    assert_eq!(shown.collect::<Vec<_>>(), changes);
    let payments = tributary.get(&owner.user, &format!("{}payments/", path(&invoice))).await.expect(200);
    assert_eq!((&payments[0]["amount"], &payments[0]["method"]), (&json!("10010.00"), &json!("other")));
    let cancelled = owner.invoice(&tributary, json!({"status": "Cancelled"})).await;
    assert_eq!(cancelled["status"], "Cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_examples_steps_work_one_after_the_other() {
    let (tributary, owner) = start().await;
    let invoice_data = json!({
        "invoice_title": "Q1 Consulting Services",
        "name": "Global Tech Corp",
        "email": "finance@globaltech.com",
        "quantity": 120,
        "rate": "200.00",
        "currency": "USD",
        "due_date": "2024-02-28",
        "assigned_to": [owner.uuid]
    });
    let invoice = owner.call(&tributary, Method::POST, "/api/invoices/", Some(invoice_data)).await.expect(201);
    let invoice_id = id(&invoice).to_owned();
    assert_eq!(invoice["total_amount"], "24000.00");
    let status_update = json!({"status": "Sent"});
    let at = format!("/api/invoices/{invoice_id}/status/");
    owner.call(&tributary, Method::POST, &at, Some(status_update)).await.expect(200);
    let comment_data = json!({"comment": "Payment reminder sent via email"});
    let at = format!("/api/invoices/comment/{invoice_id}/");
    owner.call(&tributary, Method::POST, &at, Some(comment_data)).await.expect(201);
    let shown = owner.shown(&tributary, &invoice).await;
    assert_eq!(
        (&shown["status"], &shown["comments"][0]["comment"]),
        (&json!("Sent"), &json!("Payment reminder sent via email"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_header_names_an_organisation_of_which_the_caller_is_a_member() {
    let (tributary, owner) = start().await;
    let stranger = Member::sign_up(&tributary, "stranger").await;
    let authorization = format!("Bearer {}", owner.access);
    let list = async |organisation: Option<&str>| {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(organisation.map(|id| ("organization-id", id)));
        tributary.raw(Method::GET, "/api/invoices/", &headers, "").await
    };
    owner.invoice(&tributary, json!({})).await;
    let business = tributary.post(&owner.user, "/api/businesses", json!({"name": "Second"})).await.expect(201);
    let hex = business["business_id"].as_str().unwrap().strip_prefix("biz_").unwrap();
    let second = uuid::Uuid::try_parse(hex).unwrap().to_string();
    assert_eq!(list(None).await.expect(200)["count"], 1);
    assert_eq!(list(Some(&owner.organisation)).await.expect(200)["count"], 1);
    assert_eq!(list(Some(&second)).await.expect(200)["count"], 0);
    super::failed(&list(Some(&stranger.organisation)).await, 403, &["detail"]);
    super::failed(&list(Some("7")).await, 400, &["organization-id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_credential_speaks_this_contract_with_the_header() {
    let (tributary, owner) = start().await;
    let invoice = owner.invoice(&tributary, json!({})).await;
    let token = format!("Token {}", owner.user.token);
    let headers = [("authorization", token.as_str()), ("x-api-contract", "bottlecrm")];
    let shown = tributary.raw(Method::GET, &path(&invoice), &headers, "").await.expect(200);
    assert_eq!(shown, invoice);
    // Where this contract alone has the path, it is spoken in any case.
    let body = json!({"status": "Sent"});
    let at = format!("{}status/", path(&invoice));
    assert_eq!(tributary.post(&owner.user, &at, body).await.expect(200)["status"], "Sent");
    let headers = [("x-api-contract", "crm")];
    let in_crm = owner.call_with(&tributary, Method::GET, &path(&invoice), &headers, None).await.expect(200);
    assert_eq!((&in_crm["status"], &in_crm["total"]), (&json!("sent"), &json!("10000.00")));
}
