use domain::invoice::{NewNumber, Status};
use serde_json::{Value, json};

use super::*;
use crate::wire::{REQUIRED, parse_object};

const MEMBER: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

fn body(json: Value) -> InvoiceBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

/// The document's request to create an invoice, with some fields changed; null takes one out.
fn example(changes: Value) -> InvoiceBody {
    let mut object = json!({
        "invoice_title": "Web Development Services",
        "name": "Tech Solutions Inc",
        "email": "billing@techsolutions.com",
        "quantity": 80,
        "rate": "125.00",
        "currency": "USD",
        "due_date": "2024-02-15",
        "assigned_to": [MEMBER, MEMBER],
        "teams": ["dev-team-uuid"]
    });
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body(object)
}

fn wrong<T: std::fmt::Debug>(read: Result<T, impl Into<FieldErrors>>) -> Vec<String> {
    let errors: FieldErrors = read.err().unwrap().into();
    errors.iter().map(|(field, _)| field.to_owned()).collect()
}

#[test]
fn the_documents_example_is_one_line_under_the_next_number() {
    let new = example(json!({})).into_new().unwrap();
    assert_eq!((&new.number, new.status.target), (&NewNumber::Series, Status::Draft));
    let [line] = &new.lines[..] else { panic!("{:?}", new.lines) };
    assert_eq!((line.figures.quantity.value(), line.figures.unit_price.value()), (80.into(), 125.into()));
    assert_eq!(line.description.as_str(), "Web Development Services");
    assert_eq!(new.details.assigned_to.len(), 1);
    assert_eq!(new.details.teams, ["dev-team-uuid"]);
    assert_eq!(new.client_by_email.unwrap().as_str(), "billing@techsolutions.com");
    assert!(new.totals.is_empty() && !new.attributes_bind);
}

#[test]
fn what_is_missing_is_named_and_a_total_alone_stands_for_quantity_and_rate() {
    let missing = wrong(body(json!({})).into_new());
    assert_eq!(missing, ["invoice_title", "name", "email", "quantity", "rate"]);
    assert_eq!(wrong(example(json!({"rate": null})).into_new()), ["rate"]);
    assert_eq!(wrong(example(json!({"quantity": null, "total_amount": "5"})).into_new()), ["quantity"]);
    let total = json!({"quantity": null, "rate": null, "total_amount": "110.00", "tax": "10.00"});
    let new = example(total).into_new().unwrap();
    assert!(new.lines.is_empty());
    assert_eq!((new.totals.subtotal, new.totals.total), (Some(100.into()), Some(110.into())));
    let below = json!({"quantity": null, "rate": null, "total_amount": "5.00", "tax": "10.00"});
    assert_eq!(wrong(example(below).into_new()), ["total_amount"]);
    let null = parse_object::<InvoiceBody>(br#"{"name": null}"#).unwrap().into_new().unwrap_err();
    assert!(null.wrong.iter().any(|(field, messages)| field == "name" && messages == [REQUIRED]));
}

#[test]
fn every_wrong_value_is_named() {
    let changes = json!({
        "invoice_title": " ", "invoice_number": 7, "email": "x", "phone": [], "quantity": 0, "rate": "-1",
        "total_amount": "1e5", "tax": "NaN", "currency": "US", "due_date": "15.02.2024", "status": "draft",
        "assigned_to": ["x"], "teams": "a", "from_address": [], "to_address": "a"
    });
    let names: std::collections::BTreeSet<String> = changes.as_object().unwrap().keys().cloned().collect();
    let of_new = wrong(example(changes.clone()).into_new()).into_iter().collect();
    let of_patch = wrong(example(changes).into_patch()).into_iter().collect();
    assert_eq!((&of_new, &of_patch), (&names, &names));
    let many = json!({"teams": vec!["a"; 101]});
    assert_eq!(wrong(example(many).into_patch()), ["teams"]);
}

#[test]
fn a_change_leaves_alone_what_it_leaves_out() {
    assert_eq!(body(json!({})).into_patch().unwrap(), InvoicePatch::default());
    let patch = body(json!({"status": "Sent", "total_amount": "6500.00"})).into_patch().unwrap();
    assert_eq!(patch.status.unwrap().target, Status::Sent);
    assert_eq!((patch.totals.total, patch.lines), (Some(6500.into()), None));
    let patch = body(json!({"rate": 10, "due_date": null, "from_address": null, "assigned_to": []})).into_patch();
    let patch = patch.unwrap();
    assert!(matches!(patch.lines, Some(LinesChange::Sole(SoleLine { quantity: None, unit_price: Some(_), .. }))));
    assert_eq!((patch.due_date, patch.details.from_address), (Patch::Clear, Patch::Clear));
    assert_eq!(patch.details.assigned_to, Some(vec![]));
}
