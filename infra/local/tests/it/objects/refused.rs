//! All that is wrong with a request is told in one answer.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};

use super::{NOWHERE, Office};

/// A request of which a field is malformed, a reference leads nowhere and an attribute is wrong, as far as the object
/// has such fields; and the fields that the answer names.
struct Wrong {
    contract: &'static str,
    path: String,
    body: Value,
    named: Vec<&'static str>,
}

fn wrong(contract: &'static str, path: impl Into<String>, body: Value, named: &[&'static str]) -> Wrong {
    Wrong { contract, path: path.into(), body, named: named.to_vec() }
}

fn values() -> Value {
    json!({"kind": "Nothing", "size": "big"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_field_a_missing_reference_and_a_wrong_attribute_are_told_in_one_answer() {
    let office = Office::open().await;
    office.define(json!({})).await;
    let client = office.make("/api/clients", json!({"name": "Acme"})).await;
    let item = office.make("/api/catalogue", json!({"name": "Hosting", "base_price": "10.00"})).await;
    let service = office.make("/api/services", json!({"name": "Student"})).await;
    let invoice = office.make("/api/invoices", json!({ "client": client })).await;
    for wrong in made_wrong(&office, &item, &service, &invoice) {
        office.refuses(Method::POST, wrong).await;
    }
    for (method, wrong) in changed_wrong(&office, &client, &item, &service, &invoice).await {
        office.refuses(method, wrong).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn good_fields_do_not_hide_what_is_wrong_with_references_and_attributes() {
    let office = Office::open().await;
    office.define(json!({})).await;
    let client = office.make("/api/clients", json!({"name": "Acme"})).await;
    let item = office.make("/api/catalogue", json!({"name": "Hosting", "base_price": "10.00"})).await;
    let invoice = office.make("/api/invoices", json!({ "client": client })).await;
    let lines = format!("/api/invoices/{invoice}/line-items");
    let bodies = [
        wrong(
            "crm",
            "/api/contacts",
            json!({"client": NOWHERE, "first_name": "A", "attributes": values()}),
            &["client", "attributes"],
        ),
        wrong(
            "crm",
            "/api/invoices",
            json!({"client": NOWHERE, "contact": NOWHERE, "attributes": values()}),
            &["client", "contact", "attributes"],
        ),
        wrong(
            "crm",
            "/api/categories",
            json!({"name": "A", "parent": NOWHERE, "attributes": values()}),
            &["parent", "attributes"],
        ),
        wrong(
            "crm",
            "/api/catalogue",
            json!({"name": "A", "base_price": 1, "category": NOWHERE, "attributes": values()}),
            &["category", "attributes"],
        ),
        wrong(
            "crm",
            lines,
            json!({"catalogue_item": NOWHERE, "quantity": 1, "attributes": values()}),
            &["catalogue_item", "attributes"],
        ),
        wrong(
            "namaste",
            "/api/billing",
            json!({"invoice_number": "1", "party": 9, "payment_method": 99, "items": [{"item": 1, "quantity": 1, "rate": 1}]}),
            &["party", "payment_method"],
        ),
    ];
    for wrong in bodies {
        office.refuses(Method::POST, wrong).await;
    }
    assert!(!item.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_refused_by_its_own_field() {
    let office = Office::open().await;
    let client = office.make("/api/clients", json!({"name": "Acme"})).await;
    office.make("/api/catalogue", json!({"name": "Hosting", "base_price": "10.00"})).await;
    let good = json!({"item": 1, "quantity": 1, "rate": "1.00"});
    let billing = |bad: Value| json!({"invoice_number": "1", "items": [good, bad]});
    let sold = |bad: Value| {
        json!({
            "title": "A", "invoice_number": "1", "due_date": "2099-01-01", "client_id": client,
            "items": [{"quantity": 1, "unit_price": "1.00"}, bad]
        })
    };
    let huge = json!({"item": 1, "quantity": "99999999", "rate": "9999999999.99"});
    let told = office.call("namaste", Method::POST, "/api/billing", billing(huge)).await.expect(400);
    assert_eq!(told, json!({"items[1]": ["The quantity times the unit price is more than can be kept."]}));
    let wrong = json!({"item": 9, "quantity": 1.5, "rate": "x"});
    let told = office.call("namaste", Method::POST, "/api/billing", billing(wrong)).await.expect(400);
    let named: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(named, ["items[1].item", "items[1].quantity", "items[1].rate"]);

    let create = office.skhokho("create");
    for (bad, message) in [
        (
            json!({"quantity": "10000000", "unit_price": "1000.00"}),
            "Entry 2: Its total has more than 10 digits before the decimal point.",
        ),
        (
            json!({"quantity": 1, "unit_price": "1.00", "product_id": NOWHERE}),
            "Entry 2: product_id: Invalid pk \"0190b5a1-7c5e-7000-8000-000000000001\" - object does not exist.",
        ),
        (
            json!({"quantity": 1, "unit_price": "1.50", "currency": "JPY"}),
            "Entry 2: unit_price: Ensure that there are no more than 0 decimal places.",
        ),
    ] {
        let told = office.call("skhokho", Method::POST, &create, sold(bad)).await.expect(400);
        assert_eq!(told, json!({"items": [message]}));
    }
    let invoice = office.make("/api/invoices", json!({ "client": client })).await;
    let huge = json!({"description": "A", "quantity": "99999999", "unit_price": "9999999999.99"});
    let told = office.call("crm", Method::POST, &format!("/api/invoices/{invoice}/line-items"), huge).await.expect(400);
    assert_eq!(told, json!({"non_field_errors": ["The quantity times the unit price is more than can be kept."]}));
    let huge = json!({
        "business_id": office.business, "customer_email": "a@example.com",
        "line_items": [{"description": "A", "quantity": 99999999, "unit_price": 999999999999_u64}]
    });
    let told = office.call("clawprint", Method::POST, "/api/invoices", huge).await.expect(400);
    assert_eq!(
        told["details"],
        json!({"line_items[0]": "The quantity times the unit price is more than can be kept."})
    );
}

/// A create of each kind of object that has such fields.
fn made_wrong(office: &Office, item: &str, service: &str, invoice: &str) -> Vec<Wrong> {
    let at = |rest: &str| format!("/api/invoices/{invoice}/{rest}");
    vec![
        wrong("crm", "/api/clients", json!({"attributes": values()}), &["name", "attributes"]),
        wrong(
            "crm",
            "/api/contacts",
            json!({"client": NOWHERE, "first_name": "", "email": "x", "attributes": values()}),
            &["client", "first_name", "email", "attributes"],
        ),
        wrong(
            "crm",
            "/api/services",
            json!({"client": NOWHERE, "attributes": values()}),
            &["name", "client", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/services/{service}/follow-ups"),
            json!({"follow_up_date": "x", "attributes": values()}),
            &["follow_up_date", "attributes"],
        ),
        wrong(
            "crm",
            "/api/leads",
            json!({
                "responsible": 99, "pipeline": NOWHERE, "possible_client": NOWHERE, "attributes": values(),
                "client_attributes": values(), "service_attributes": [values()]
            }),
            &[
                "name",
                "responsible",
                "pipeline",
                "possible_client",
                "attributes",
                "client_attributes",
                "service_attributes",
            ],
        ),
        wrong(
            "crm",
            "/api/categories",
            json!({"parent": NOWHERE, "attributes": values()}),
            &["name", "parent", "attributes"],
        ),
        wrong(
            "crm",
            "/api/catalogue",
            json!({"name": "A", "base_price": "x", "category": NOWHERE, "attributes": values()}),
            &["base_price", "category", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/catalogue/{item}/price-tiers"),
            json!({"name": "A", "price": 1, "attributes": values()}),
            &["min_quantity", "attributes"],
        ),
        wrong(
            "crm",
            "/api/invoices",
            json!({"client": NOWHERE, "contact": NOWHERE, "due_date": "x", "attributes": values()}),
            &["client", "contact", "due_date", "attributes"],
        ),
        wrong(
            "crm",
            at("line-items"),
            json!({"catalogue_item": NOWHERE, "quantity": 0, "attributes": values()}),
            &["catalogue_item", "quantity", "attributes"],
        ),
        wrong(
            "crm",
            at("payments"),
            json!({"amount": 0, "method": "cash", "attributes": values()}),
            &["amount", "attributes"],
        ),
        wrong(
            "bottlecrm",
            "/api/invoices",
            json!({"invoice_title": "A", "name": "A", "email": "x", "quantity": 1, "rate": 1, "assigned_to": [NOWHERE]}),
            &["email", "assigned_to"],
        ),
        wrong(
            "skhokho",
            office.skhokho("create"),
            json!({
                "title": "A", "invoice_number": "1", "due_date": "x", "client_id": NOWHERE,
                "items": [{"quantity": 1, "unit_price": 1, "product_id": NOWHERE}]
            }),
            &["due_date", "client_id", "items"],
        ),
        wrong(
            "namaste",
            "/api/products",
            json!({"product_name": "", "category": 99, "unit_price": 1, "quantity": 1}),
            &["product_name", "category"],
        ),
        wrong(
            "namaste",
            "/api/parties",
            json!({"Category_type": "Customer", "payment_method": 99}),
            &["name", "payment_method"],
        ),
        wrong(
            "namaste",
            "/api/billing",
            json!({
                "invoice_number": "1", "due_date": "x", "party": 99, "payment_method": 99,
                "items": [{"item": 99, "quantity": 1, "rate": 1}]
            }),
            &["due_date", "party", "payment_method", "items[0].item"],
        ),
    ]
}

/// A change of each kind of object that has such fields.
async fn changed_wrong(
    office: &Office,
    client: &str,
    item: &str,
    service: &str,
    invoice: &str,
) -> Vec<(Method, Wrong)> {
    let contact = office.make("/api/contacts", json!({"client": client, "first_name": "A"})).await;
    let lead = office.make("/api/leads", json!({"name": "A"})).await;
    let category = office.make("/api/categories", json!({"name": "A"})).await;
    let path = format!("/api/invoices/{invoice}");
    let line = json!({"description": "A", "quantity": 1, "unit_price": 1});
    let line = office.make(&format!("{path}/line-items"), line).await;
    let payment = office.make(&format!("{path}/payments"), json!({"amount": "0.50", "method": "cash"})).await;
    let changes = vec![
        wrong(
            "crm",
            format!("/api/clients/{client}"),
            json!({"name": "", "attributes": values()}),
            &["name", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/contacts/{contact}"),
            json!({"client": NOWHERE, "email": "x", "attributes": values()}),
            &["client", "email", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/services/{service}"),
            json!({"name": "", "client": NOWHERE, "attributes": values()}),
            &["name", "client", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/leads/{lead}"),
            json!({"name": "", "responsible": 99, "pipeline": NOWHERE, "attributes": values()}),
            &["name", "responsible", "pipeline", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/categories/{category}"),
            json!({"name": "", "parent": NOWHERE, "attributes": values()}),
            &["name", "parent", "attributes"],
        ),
        wrong(
            "crm",
            format!("/api/catalogue/{item}"),
            json!({"base_price": "x", "category": NOWHERE, "attributes": values()}),
            &["base_price", "category", "attributes"],
        ),
        wrong(
            "crm",
            path.clone(),
            json!({"client": NOWHERE, "contact": NOWHERE, "due_date": "x", "attributes": values()}),
            &["client", "contact", "due_date", "attributes"],
        ),
        wrong(
            "crm",
            format!("{path}/line-items/{line}"),
            json!({"catalogue_item": NOWHERE, "quantity": 0, "attributes": values()}),
            &["catalogue_item", "quantity", "attributes"],
        ),
        wrong(
            "crm",
            format!("{path}/payments/{payment}"),
            json!({"amount": 0, "attributes": values()}),
            &["amount", "attributes"],
        ),
        wrong("bottlecrm", path.clone(), json!({"email": "x", "assigned_to": [NOWHERE]}), &["email", "assigned_to"]),
        wrong(
            "skhokho",
            office.skhokho(&format!("{invoice}/update")),
            json!({"title": "", "client_id": NOWHERE, "due_date": "x", "items": [{"quantity": 1, "unit_price": 1, "product_id": NOWHERE}]}),
            &["client_id", "due_date", "items"],
        ),
        wrong("namaste", "/api/products?id=1", json!({"unit_price": "x", "category": 99}), &["unit_price", "category"]),
        wrong("namaste", "/api/parties?id=1", json!({"name": "", "payment_method": 99}), &["name", "payment_method"]),
        wrong(
            "namaste",
            "/api/billing?id=1",
            json!({"due_date": "x", "party": 99, "payment_method": 99, "items": [{"item": 99, "quantity": 1, "rate": 1}]}),
            &["due_date", "party", "payment_method", "items[0].item"],
        ),
    ];
    let put_alone = |wrong: &Wrong| wrong.contract == "namaste";
    changes.into_iter().map(|wrong| (if put_alone(&wrong) { Method::PUT } else { Method::PATCH }, wrong)).collect()
}

impl Office {
    async fn refuses(&self, method: Method, Wrong { contract, path, body, named }: Wrong) {
        let answer = self.call(contract, method.clone(), &path, body).await;
        assert!(
            matches!(answer.status.as_u16(), 400 | 422),
            "{contract} {method} {path}: {} {}",
            answer.status,
            answer.text
        );
        let told = answer.json();
        let fields = if contract == "bottlecrm" { &told["errors"] } else { &told };
        let fields: BTreeSet<&str> = fields.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, named.into_iter().collect(), "{contract} {method} {path}: {told}");
    }
}
