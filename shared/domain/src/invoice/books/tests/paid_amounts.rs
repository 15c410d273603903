//! Amounts that are said to be paid.

use super::*;
use crate::invoice::payment::PaymentMethod;

fn paid(amount: &str) -> InvoicePatch {
    InvoicePatch { paid_amount: Some(d(amount)), ..InvoicePatch::default() }
}

fn paid_as(amount: &str, target: Status) -> InvoicePatch {
    InvoicePatch { status: Some(status(target)), ..paid(amount) }
}

fn of_115() -> NewInvoice {
    NewInvoice { lines: vec![line("1", "100", "15")], ..new_invoice() }
}

fn booked(desk: &Desk) -> Vec<String> {
    desk.invoice.payments().iter().map(|payment| payment.amount.amount().to_string()).collect()
}

#[test]
fn what_is_missing_to_the_amount_is_booked() {
    let mut desk = Desk::open(NewInvoice { paid_amount: Some(d("15")), ..of_115() }).unwrap();
    assert_eq!((desk.paid(), desk.status()), (usd("15"), Status::PartiallyPaid));
    assert_eq!(desk.invoice.payments()[0].method, PaymentMethod::Other);
    desk.update(paid("40.5")).unwrap();
    assert_eq!(booked(&desk), ["15", "25.5"]);
    desk.update(paid("40.50")).unwrap();
    assert_eq!(booked(&desk).len(), 2, "the same amount again books nothing");
    desk.update(paid("115")).unwrap();
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "0.00 USD".into()));
}

#[test]
fn nothing_paid_is_no_payment() {
    let desk = Desk::open(NewInvoice { paid_amount: Some(d("0.00")), ..of_115() }).unwrap();
    assert_eq!((booked(&desk).len(), desk.status()), (0, Status::Draft));
}

#[test]
fn less_than_what_is_paid_is_refused_and_so_is_what_the_currency_has_no_digits_for() {
    let mut desk = Desk::sent();
    desk.pay("50").unwrap();
    assert_eq!(
        refusal(desk.update(paid("49.99"))),
        "paid_amount: Ensure this value is not less than the 50.00 that is paid."
    );
    assert!(refusal(desk.update(paid("-1"))).starts_with("paid_amount: "));
    assert!(refusal(desk.update(paid("50.001"))).starts_with("paid_amount: "));
    assert_eq!(desk.paid(), usd("50"));
}

#[test]
fn paid_in_word_and_amount_is_booked_once() {
    let mut desk = Desk::sent();
    desk.update(paid_as("115", Status::Paid)).unwrap();
    assert_eq!((booked(&desk), desk.status()), (vec!["115".to_owned()], Status::Paid));
    let new = NewInvoice { status: status(Status::Paid), paid_amount: Some(d("115")), ..of_115() };
    assert_eq!(booked(&Desk::open(new).unwrap()), ["115"]);
}

#[test]
fn the_word_paid_books_what_the_amount_leaves() {
    let new = NewInvoice { status: status(Status::Paid), paid_amount: Some(d("0")), ..of_115() };
    assert_eq!(booked(&Desk::open(new).unwrap()), ["115"]);
    let mut desk = Desk::sent();
    desk.update(paid_as("15", Status::Paid)).unwrap();
    assert_eq!((booked(&desk), desk.status()), (vec!["15".to_owned(), "100".to_owned()], Status::Paid));
}

#[test]
fn a_part_turns_any_open_word_partially_paid() {
    for target in [Status::Draft, Status::Sent, Status::Viewed, Status::Pending, Status::Overdue, Status::PartiallyPaid]
    {
        let new = NewInvoice { status: status(target), paid_amount: Some(d("15")), ..of_115() };
        assert_eq!(Desk::open(new).unwrap().status(), Status::PartiallyPaid, "{target}");
        let mut desk = Desk::sent();
        desk.update(paid_as("15", target)).unwrap();
        assert_eq!(desk.status(), Status::PartiallyPaid, "{target}");
    }
}

#[test]
fn a_total_that_comes_with_the_amount_counts_first() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    let totals = SentTotals { total: Some(d("80")), ..SentTotals::default() };
    desk.update(InvoicePatch { totals, ..paid("80") }).unwrap();
    assert_eq!((desk.status(), booked(&desk)), (Status::Paid, vec!["80".to_owned()]));
}

#[test]
fn nothing_more_is_paid_on_what_is_closed() {
    let mut desk = Desk::sent();
    desk.write(Status::Void).unwrap();
    assert!(refusal(desk.update(paid("1"))).contains("an invoice that is closed"));
    desk.update(paid("0")).unwrap();
}

#[test]
fn a_change_with_an_amount_is_one_version() {
    let mut desk = Desk::sent();
    let version = desk.invoice.header().meta.version;
    desk.update(paid("15")).unwrap();
    assert_eq!(desk.invoice.header().meta.version, version + 1);
}
