//! What an invoice says: every field of it changes, and only what is mentioned.

use super::*;
use crate::Patch;
use crate::id::{ClientId, ContactId};
use crate::invoice::details::{Customer, CustomerPatch, DetailsPatch, StripeRefs};
use crate::invoice::header::TotalsSource;
use crate::invoice::input::{NewNumber, series_number};
use crate::text::{Email, Text};
use crate::worklist::TaskInput;

fn short(text: &str) -> ShortText {
    ShortText::parse(text).unwrap()
}

fn details() -> Details {
    Details {
        client: Some(ClientId::new(Uuid::from_u128(5))),
        contact: Some(ContactId::new(Uuid::from_u128(6))),
        customer: Customer {
            name: Some(short("Acme")),
            email: Some(Email::parse("a@example.com").unwrap()),
            phone: Some(short("+1")),
            address: Some(LongText::parse("Street 1").unwrap()),
            vat_number: Some(short("VAT")),
        },
        title: short("Website"),
        description: LongText::parse("All of it").unwrap(),
        notes: LongText::parse("Thanks").unwrap(),
        payment_terms: short("Net 30"),
        from_address: Some(crate::json::Map::new()),
        to_address: Some(crate::json::Map::new()),
        assigned_to: vec![UserId::new(Uuid::from_u128(1))],
        teams: vec!["blue".into()],
        payment_method: Some(2),
        stripe: StripeRefs { invoice_id: Some(short("in_1")), ..StripeRefs::default() },
    }
}

fn described(details: DetailsPatch) -> InvoicePatch {
    InvoicePatch { details, ..InvoicePatch::default() }
}

#[test]
fn every_detail_can_be_set_and_what_is_not_mentioned_stays() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    let Details { client, contact, customer, stripe, .. } = details();
    let all = DetailsPatch {
        client: Patch::Set(client.unwrap()),
        contact: Patch::Set(contact.unwrap()),
        customer: CustomerPatch {
            name: Patch::Set(customer.name.unwrap()),
            email: Patch::Set(customer.email.unwrap()),
            phone: Patch::Set(customer.phone.unwrap()),
            address: Patch::Set(customer.address.unwrap()),
            vat_number: Patch::Set(customer.vat_number.unwrap()),
        },
        title: Some(details().title),
        description: Some(details().description),
        notes: Some(details().notes),
        payment_terms: Some(details().payment_terms),
        from_address: Patch::Set(crate::json::Map::new()),
        to_address: Patch::Set(crate::json::Map::new()),
        assigned_to: Some(details().assigned_to),
        teams: Some(details().teams),
        payment_method: Patch::Set(2),
        stripe: crate::invoice::details::StripeRefsPatch {
            invoice_id: Patch::Set(stripe.invoice_id.unwrap()),
            ..Default::default()
        },
    };
    desk.update(described(all)).unwrap();
    assert_eq!(desk.invoice.header().details, details());
    desk.update(described(DetailsPatch::default())).unwrap();
    assert_eq!(desk.invoice.header().details, details());
}

#[test]
fn what_may_be_empty_can_be_emptied() {
    let mut desk = Desk::open(NewInvoice { details: details(), ..new_invoice() }).unwrap();
    desk.update(described(DetailsPatch {
        client: Patch::Clear,
        contact: Patch::Clear,
        customer: CustomerPatch {
            name: Patch::Clear,
            email: Patch::Clear,
            phone: Patch::Clear,
            address: Patch::Clear,
            vat_number: Patch::Clear,
        },
        title: Some(ShortText::default()),
        description: Some(LongText::default()),
        notes: Some(LongText::default()),
        payment_terms: Some(ShortText::default()),
        from_address: Patch::Clear,
        to_address: Patch::Clear,
        assigned_to: Some(vec![]),
        teams: Some(vec![]),
        payment_method: Patch::Clear,
        stripe: crate::invoice::details::StripeRefsPatch { invoice_id: Patch::Clear, ..Default::default() },
    }))
    .unwrap();
    assert_eq!(desk.invoice.header().details, Details::default());
}

#[test]
fn another_number_takes_the_place_of_the_one_before() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    let number = InvoiceNumber::parse("2026/7").unwrap();
    desk.update(InvoicePatch { number: Some(number.clone()), ..InvoicePatch::default() }).unwrap();
    assert_eq!((&desk.invoice.header().number, desk.invoice.header().meta.version), (&number, 2));
    desk.update(InvoicePatch { number: Some(number), ..InvoicePatch::default() }).unwrap();
    assert_eq!(desk.invoice.header().meta.version, 2);
}

#[test]
fn a_number_of_the_series_has_three_digits_or_more() {
    let shown = [1, 42, 999, 1000].map(|n| series_number(2026, n).unwrap().into_string());
    assert_eq!(shown, ["INV-2026-001", "INV-2026-042", "INV-2026-999", "INV-2026-1000"]);
}

#[test]
fn a_paid_invoice_is_fixed_where_the_contract_says_so_but_for_the_bare_status_refunded() {
    let refunded = InvoicePatch { status: Some(status(Status::Refunded)), ..InvoicePatch::default() };
    let notes = described(DetailsPatch { notes: Some(LongText::default()), ..DetailsPatch::default() });
    let others = [
        InvoicePatch::default(),
        notes.clone(),
        InvoicePatch { status: Some(status(Status::Paid)), ..InvoicePatch::default() },
        InvoicePatch { status: Some(status(Status::Void)), ..InvoicePatch::default() },
        InvoicePatch { details: notes.details.clone(), ..refunded.clone() },
    ];
    let mut desk = Desk::sent();
    for patch in &others {
        desk.invoice.changes_before_payment(patch).unwrap();
    }
    desk.pay("100").unwrap();
    desk.invoice.changes_before_payment(&notes).unwrap();
    desk.pay("15").unwrap();
    for patch in &others {
        assert!(matches!(desk.invoice.changes_before_payment(patch), Err(Error::Conflict(_))), "{patch:?}");
    }
    desk.invoice.changes_before_payment(&refunded).unwrap();
}

#[test]
fn a_duplicate_says_the_same_and_starts_anew() {
    let attributes: Attributes = serde_json::from_str(r#"{"po": "7"}"#).unwrap();
    let task = TaskInput { id: None, task: Text::parse("call").unwrap(), date: None, completed: false };
    let totals = SentTotals { own_tax: Some(d("2")), discount: Some(d("3")), ..SentTotals::default() };
    let new = NewInvoice {
        details: details(),
        status: status(Status::Sent),
        totals,
        lines: vec![line("1", "100", "15"), line("2", "5", "0")],
        extras: NewExtras { attributes: attributes.clone(), tasks: vec![task], notes: vec![] },
        ..new_invoice()
    };
    let mut desk = Desk::open(new).unwrap();
    desk.pay("20").unwrap();
    let copy = desk.invoice.duplicate(day("2026-05-10"));
    assert_eq!((&copy.number, copy.status.target, copy.paid_amount), (&NewNumber::Series, Status::Draft, None));
    assert_eq!((copy.issue_date, copy.due_date), (Some(day("2026-05-10")), Some(day("2026-06-09"))), "thirty days");
    assert_eq!(copy.details, Details { stripe: StripeRefs::default(), ..details() });
    assert_eq!((&copy.extras.attributes, copy.extras.tasks.len()), (&attributes, 0));
    assert_eq!((copy.lines.len(), copy.attributes_bind), (2, false));
    let copied = Desk::open(copy).unwrap();
    assert_eq!((copied.total(), copied.paid(), copied.status()), (desk.total(), usd("0"), Status::Draft));
    assert_eq!(copied.invoice.header().totals, desk.invoice.header().totals);
}

#[test]
fn a_duplicate_keeps_totals_that_were_sent_and_a_due_date_that_is_not_there() {
    let totals = SentTotals { total: Some(d("99.5")), over_lines: true, ..SentTotals::default() };
    let new = NewInvoice { totals, due_date: None, lines: vec![line("1", "100", "15")], ..new_invoice() };
    let desk = Desk::open(new).unwrap();
    let copy = desk.invoice.duplicate(day("2026-05-10"));
    assert_eq!(copy.due_date, None);
    let copied = Desk::open(copy).unwrap();
    assert_eq!(copied.invoice.header().totals, desk.invoice.header().totals);
    assert_eq!(copied.invoice.header().totals.source, TotalsSource::Sent);
}
