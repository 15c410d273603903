use domain::Author;
use domain::id::{InvoiceId, UserId};
use domain::invoice::{DetailsPatch, Status, TotalsSource};
use serde_json::{Value, json};

use super::*;
use crate::wire::parse_object;

const CLIENT: &str = "0190b5a1-7c5e-7000-8000-000000000001";
const CONTACT: &str = "0190b5a1-7c5e-7000-8000-000000000002";

fn body(json: Value) -> InvoiceBody {
    parse_object(json.to_string().as_bytes()).unwrap()
}

fn documented() -> Value {
    json!({
        "client": CLIENT, "contact": CONTACT, "status": "draft", "issue_date": "2026-02-26", "due_date": "2026-03-26",
        "currency": "USD", "subtotal": "0.00", "tax_amount": "0.00", "discount": "0.00", "total": "0.00",
        "notes": "30-day payment terms.", "attributes": {}
    })
}

fn header(new: NewInvoice) -> Header {
    let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
    let usd = |text: &str| Money::exact(text.parse().unwrap(), Currency::USD).unwrap();
    let (subtotal, tax, discount, total) = (usd("2000"), usd("300"), usd("0"), usd("2300"));
    Header {
        id: CONTACT.parse::<InvoiceId>().unwrap(),
        number: Text::parse("INV-20260226-A3F1").unwrap(),
        billing_number: 1,
        details: new.details,
        status: Status::PartiallyPaid,
        issue_date: new.issue_date.unwrap(),
        due_date: new.due_date,
        currency: new.currency,
        totals: Totals { source: TotalsSource::Lines, subtotal, tax, own_tax: usd("0"), discount, total },
        amount_paid: usd("2300.5"),
        next_position: 1,
        sole_line: None,
        viewed_at: None,
        paid_at: None,
        payment_link: None,
        extras: Extras::default(),
        meta: Meta {
            created_at: at,
            created_by: Some(Author { id: UserId::new(Uuid::nil()), number: 1, name: "John Doe".into() }),
            updated_at: at,
            version: 2,
        },
    }
}

#[test]
fn the_documents_invoice_is_read_field_by_field() {
    let NewInvoice {
        number,
        details,
        client_by_email,
        status,
        issue_date,
        due_date,
        currency,
        totals,
        lines,
        paid_amount,
        extras,
        attributes_bind,
    } = body(documented()).into_new().unwrap();
    assert_eq!((number, client_by_email, paid_amount, attributes_bind), (NewNumber::Random, None, None, true));
    assert_eq!(details.client.unwrap().to_string(), CLIENT);
    assert_eq!(details.contact.unwrap().to_string(), CONTACT);
    assert_eq!(details.notes.as_str(), "30-day payment terms.");
    assert_eq!((status.target, status.shown_as), (Status::Draft, &[Status::Draft][..]));
    assert_eq!(issue_date.unwrap().to_string(), "2026-02-26");
    assert_eq!(due_date.unwrap().to_string(), "2026-03-26");
    assert_eq!(currency, Currency::USD);
    let zero = Some("0".parse().unwrap());
    assert_eq!(totals, SentTotals { subtotal: zero, tax: zero, discount: zero, total: zero, ..SentTotals::default() });
    assert!(lines.is_empty() && extras.attributes.is_empty());
}

#[test]
fn a_client_is_all_that_a_new_invoice_needs() {
    let new = body(json!({"client": CLIENT})).into_new().unwrap();
    assert_eq!(
        (new.status.target, new.currency, new.issue_date, new.due_date),
        (Status::Draft, Currency::USD, None, None)
    );
    assert_eq!(new.totals, SentTotals::default());
    let missing = body(json!({"client": null})).into_new().unwrap_err();
    assert_eq!(missing.wrong, FieldErrors::one("client", "This field may not be null."));
}

#[test]
fn every_wrong_field_of_an_invoice_is_named() {
    let wrong = body(json!({
        "status": "viewed", "issue_date": "26.02.2026", "due_date": "2026-02-30", "currency": "XXX", "subtotal": "1e3",
        "total": 0.001, "stripe_hosted_url": "javascript:alert(1)", "contact": "x"
    }))
    .into_new()
    .unwrap_err();
    let fields: Vec<_> = wrong.wrong.iter().map(|(field, messages)| (field, messages.len())).collect();
    let expected =
        ["subtotal", "total", "stripe_hosted_url", "currency", "status", "contact", "due_date", "client", "issue_date"];
    assert_eq!(fields, expected.map(|field| (field, 1)));
}

#[test]
fn a_patch_says_only_what_was_sent_and_ignores_what_the_server_owns() {
    let change = body(json!({"status": "sent", "invoice_number": "X", "amount_paid": "9", "balance_due": "x"}));
    let patch = change.into_patch(Update::Patch).unwrap();
    let InvoicePatch { number, details, status, issue_date, due_date, currency, totals, lines, paid_amount, extras } =
        patch;
    assert_eq!((number, lines, paid_amount), (None, None, None));
    assert_eq!(status.unwrap().target, Status::Sent);
    assert_eq!(status.unwrap().shown_as.len(), 4);
    assert_eq!((details, issue_date, due_date, currency), (DetailsPatch::default(), None, Patch::Keep, None));
    assert_eq!((totals, extras), (SentTotals::default(), domain::record::ExtrasPatch::default()));
}

#[test]
fn null_empties_what_may_be_empty_and_nothing_else() {
    let change = body(json!({"contact": null, "due_date": null, "notes": null, "stripe_pdf_url": ""}));
    let change = change.into_patch(Update::Put).unwrap();
    assert_eq!((change.details.contact, change.due_date), (Patch::Clear, Patch::Clear));
    assert_eq!((change.details.notes, change.details.stripe.pdf_url), (Some(LongText::default()), Patch::Clear));
    let wrong =
        body(json!({"client": null, "issue_date": null, "currency": null})).into_patch(Update::Put).unwrap_err();
    assert_eq!(wrong.wrong.iter().count(), 3);
}

#[test]
fn an_invoice_is_shown_with_every_field_of_the_document() {
    let header = header(body(documented()).into_new().unwrap());
    let shown = serde_json::to_value(InvoiceJson::new(&header, "https://example.com/i/x".into())).unwrap();
    assert_eq!(
        shown,
        json!({
            "id": CONTACT, "client": CLIENT, "contact": CONTACT, "invoice_number": "INV-20260226-A3F1", "status": "sent",
            "issue_date": "2026-02-26", "due_date": "2026-03-26", "currency": "USD", "subtotal": "2000.00",
            "tax_amount": "300.00", "discount": "0.00", "total": "2300.00", "amount_paid": "2300.50",
            "balance_due": "-0.50", "notes": "30-day payment terms.", "stripe_invoice_id": null,
            "stripe_payment_intent_id": null, "stripe_hosted_url": null, "stripe_pdf_url": null,
            "hosted_url": "https://example.com/i/x", "einvoice": null, "attributes": {}, "list_of_tasks": [],
            "list_of_notes": [], "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z",
            "created_by": 1
        })
    );
}
