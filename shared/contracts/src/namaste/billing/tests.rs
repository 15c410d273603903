//! Bodies of billings, as they are read.

use domain::invoice::{MAX_LINES, Status};
use serde_json::{Value, json};

use super::*;
use crate::wire::parse_object;

fn body(json: &Value) -> BillingBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

fn example() -> Value {
    json!({
        "invoice_number": "INV-2026-001",
        "invoice_date": "2026-02-12",
        "due_date": "2026-03-12",
        "party": 1,
        "phone": "+919876543210",
        "address": "123 Main Street",
        "invoice_status": "Unpaid",
        "sub_total": "12800.00",
        "discount": "500.00",
        "tax": "2700.00",
        "total_amount": "15000.00",
        "due_amount": "15000.00",
        "notes": "Payment due in 30 days",
        "items": [{"item": 1, "quantity": 10, "rate": "99.99"}, {"item": 2, "quantity": 5, "rate": "199.99"}]
    })
}

fn fields(problem: &Problem) -> Vec<&str> {
    match problem {
        Problem::Domain(domain::Error::Invalid(errors)) => errors.iter().map(|(field, _)| field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_documents_billing_is_read_whole() {
    let new = body(&example()).into_new().unwrap();
    assert_eq!((new.party, new.items.len(), new.items[1].product), (Some(1), 2, 2));
    assert_eq!((new.number.as_str(), new.status.target), ("INV-2026-001", Status::Sent));
    let SentTotals { subtotal, tax, own_tax, discount, total, over_lines } = new.totals;
    let shown = [subtotal, tax, discount, total].map(|amount| amount.unwrap().to_string());
    assert_eq!((shown, own_tax, over_lines), (["12800", "2700", "500", "15000"].map(str::to_owned), None, true));
    assert_eq!(new.customer.phone.unwrap().as_str(), "+919876543210");
    assert_eq!(new.customer.address.unwrap().as_str(), "123 Main Street");
}

#[test]
fn items_are_asked_for_before_anything_else() {
    let refusal = refused(400, "At least one billing item is required.");
    for json in [json!({}), json!({"items": []}), json!({"items": null})] {
        assert_eq!(body(&json).into_new(), Err(refusal.clone()), "{json}");
    }
    for json in [json!({"items": []}), json!({"items": null})] {
        assert_eq!(body(&json).into_patch(), Err(refusal.clone()), "{json}");
    }
    assert_eq!(body(&json!({})).into_patch().unwrap().items, None);
}

#[test]
fn every_wrong_field_is_named_with_the_place_of_its_item() {
    let json = json!({
        "invoice_status": "paid",
        "party": "x",
        "total_amount": "1.001",
        "items": [{"item": 1, "quantity": 0, "rate": "-1"}, 7, {"item": 1, "quantity": 1, "rate": 1}]
    });
    let problem = body(&json).into_new().unwrap_err();
    let expected =
        ["invoice_number", "invoice_status", "party", "total_amount", "items[0].quantity", "items[0].rate", "items[1]"];
    assert_eq!(fields(&problem), expected);
    assert_eq!(fields(&body(&json!({"items": {}})).into_patch().unwrap_err()), ["items"]);
}

#[test]
fn too_many_items_are_refused_before_any_is_looked_at() {
    let many = |item: Value, count: usize| json!({"invoice_number": "1", "items": vec![item; count]});
    let item = || json!({"item": 1, "quantity": 1, "rate": 1});
    assert_eq!(body(&many(item(), MAX_LINES)).into_new().unwrap().items.len(), MAX_LINES);
    for json in [many(item(), MAX_LINES + 1), many(json!({}), 30_000)] {
        let expected: Problem = FieldErrors::one("items", "A billing has no more than 500 items.").into();
        assert_eq!(body(&json).into_new().unwrap_err(), expected);
        assert_eq!(body(&json).into_patch().unwrap_err(), expected);
    }
}

#[test]
fn null_and_empty_text_stand_for_leaving_out_what_is_not_needed() {
    let amounts = ["paid_amount", "due_amount", "total_amount", "discount", "tax", "sub_total"];
    let mut json = example();
    for nothing in [json!(""), Value::Null] {
        for name in amounts.iter().chain(&["invoice_status"]) {
            json[name] = nothing.clone();
        }
        let new = body(&json).into_new().unwrap();
        assert_eq!((new.status, new.paid_amount), (DRAFT, None));
        assert_eq!(new.totals, SentTotals { over_lines: true, ..SentTotals::default() });
    }
    json.as_object_mut().unwrap().retain(|name, _| name == "invoice_status" || amounts.contains(&name.as_str()));
    let over_lines = SentTotals { over_lines: true, ..SentTotals::default() };
    assert_eq!(body(&json).into_patch(), Ok(BillingPatch { totals: over_lines, ..BillingPatch::default() }));
    assert_eq!(fields(&body(&json!({"invoice_status": "paid"})).into_patch().unwrap_err()), ["invoice_status"]);
}

#[test]
fn what_is_due_is_checked_and_not_kept() {
    let sent = |due: &str| body(&json!({"due_amount": due})).into_patch();
    let over_lines = SentTotals { over_lines: true, ..SentTotals::default() };
    assert_eq!(sent("0.00"), Ok(BillingPatch { totals: over_lines, ..BillingPatch::default() }));
    assert_eq!(fields(&sent("much").unwrap_err()), ["due_amount"]);
}
