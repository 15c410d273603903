use super::*;
use crate::wire::parse_object;
use domain::invoice::Status;
use domain::text::LongText;
use serde_json::{Value, json};

const CLIENT: &str = "0190b5a1-7c5e-7000-8000-000000000001";

fn request(body: &Value) -> InvoiceRequest {
    parse_object(body.to_string().as_bytes()).unwrap()
}

fn minimal() -> Value {
    json!({"title": "Web", "invoice_number": "A-1", "due_date": "2026-03-01", "client_id": CLIENT})
}

#[test]
fn a_new_invoice_needs_what_the_document_needs() {
    let new = request(&minimal()).into_new(&Catalogue::new()).unwrap();
    assert_eq!(new.number, NewNumber::Given(InvoiceNumber::parse("A-1").unwrap()));
    assert_eq!((new.details.title.as_str(), new.details.client), ("Web", CLIENT.parse().ok()));
    assert_eq!((new.status.target, new.issue_date, new.currency), (Status::Draft, None, Currency::USD));
    let missing = request(&json!({})).into_new(&Catalogue::new()).unwrap_err();
    let names: Vec<_> = missing.wrong.iter().map(|(field, _)| field).collect();
    assert_eq!(names, ["title", "invoice_number", "due_date", "client_id"]);
    for (field, value) in [
        ("title", json!(" ")),
        ("invoice_number", json!("")),
        ("due_date", json!(null)),
        ("client_id", json!("7")),
        ("status", json!("void")),
        ("paid_amount", json!("10000000000")),
        ("items", json!({})),
        ("unique_id", json!(7)),
    ] {
        let mut body = minimal();
        body[field] = value;
        let wrong = request(&body).into_new(&Catalogue::new()).unwrap_err();
        assert_eq!(wrong.wrong.iter().map(|(field, _)| field).collect::<Vec<_>>(), [field]);
    }
}

#[test]
fn a_change_keeps_what_it_leaves_out_and_null_empties_what_can_be_empty() {
    assert_eq!(request(&json!({})).into_patch(&Catalogue::new(), &[], Currency::USD), Ok(InvoicePatch::default()));
    let nulls = json!({"description": null, "invoice_date": null, "unique_id": null});
    let patch = request(&nulls).into_patch(&Catalogue::new(), &[], Currency::USD).unwrap();
    let details = DetailsPatch { description: Some(LongText::default()), ..DetailsPatch::default() };
    assert_eq!(patch, InvoicePatch { details, ..InvoicePatch::default() });
    let full = json!({"status": "sent", "paid_amount": 5, "items": [], "due_date": "2026-03-01"});
    let patch = request(&full).into_patch(&Catalogue::new(), &[], Currency::USD).unwrap();
    assert_eq!(patch.lines, Some(LinesChange::Replace(vec![])));
    assert_eq!((patch.status.map(|status| status.target), patch.paid_amount), (Some(Status::Sent), Some(5.into())));
}
