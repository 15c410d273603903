//! Statuses: written, refused, followed from the money, and swept.

use super::*;

#[test]
fn a_new_invoice_has_a_history_from_its_first_status_on() {
    let sent = Desk::open(NewInvoice { status: status(Status::Sent), ..new_invoice() }).unwrap();
    assert_eq!(sent.history(), [(None, Status::Draft), (Some(Status::Draft), Status::Sent)]);
    assert_eq!(sent.invoice.header().meta.version, 1);
    assert_eq!(Desk::of_115().history(), [(None, Status::Draft)]);
}

#[test]
fn history_says_who_and_when() {
    let mut desk = Desk::of_115();
    desk.reload();
    desk.now = at("2026-03-05");
    desk.write(Status::Sent).unwrap();
    let entry = &desk.invoice.changes().history[0];
    assert_eq!((entry.at, entry.by.clone()), (at("2026-03-05"), Some(author())));
    desk.decide(|invoice, _, new_id| Ok(invoice.mark_overdue(at("2026-04-01"), new_id))).unwrap();
    assert_eq!(desk.invoice.changes().history[1].by, None);
}

#[test]
fn a_new_invoice_can_be_paid_at_once_and_not_refunded() {
    let paid = NewInvoice { status: status(Status::Paid), lines: vec![line("1", "100", "15")], ..new_invoice() };
    let desk = Desk::open(paid).unwrap();
    assert_eq!((desk.status(), desk.paid(), desk.balance()), (Status::Paid, usd("115"), "0.00 USD".into()));
    for target in [Status::Refunded, Status::PartiallyPaid] {
        let refused = Desk::open(NewInvoice { status: status(target), ..new_invoice() }).map(|desk| desk.status());
        assert!(refusal(refused) == "status: The invoice's status does not allow this change.");
    }
}

#[test]
fn writing_paid_books_the_balance_and_no_more() {
    let mut desk = Desk::sent();
    desk.pay("40").unwrap();
    desk.reload();
    desk.write(Status::Paid).unwrap();
    let booked = desk.invoice.changes().payments.iter().map(|id| desk.invoice.payment(*id).unwrap());
    let booked: Vec<_> = booked.map(|payment| (payment.amount, payment.method)).collect();
    assert_eq!(booked, [(usd("75"), PaymentMethod::Other)]);
    assert_eq!((desk.status(), desk.paid()), (Status::Paid, usd("115")));
    desk.write(Status::Paid).unwrap();
    assert_eq!(desk.invoice.payments().len(), 2);
}

#[test]
fn an_invoice_over_nothing_is_paid_without_a_payment() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    desk.write(Status::Paid).unwrap();
    assert_eq!((desk.status(), desk.invoice.payments().len()), (Status::Paid, 0));
    desk.write(Status::Refunded).unwrap();
    assert_eq!((desk.status(), desk.invoice.refunds().len()), (Status::Refunded, 0));
}

#[test]
fn writing_refunded_books_a_refund_of_all_that_was_paid() {
    let mut desk = Desk::sent();
    desk.pay("120").unwrap();
    desk.reload();
    desk.write(Status::Refunded).unwrap();
    let refunds = desk.invoice.refunds();
    assert_eq!((refunds.len(), refunds[0].amount), (1, usd("120")));
    assert_eq!((desk.status(), desk.balance()), (Status::Refunded, "115.00 USD".into()));
    assert_eq!(desk.history(), [(Some(Status::Paid), Status::Refunded)]);
    for target in Status::ALL.into_iter().filter(|target| *target != Status::Refunded) {
        assert!(desk.write(target).is_err(), "{target}");
    }
}

#[test]
fn a_word_that_the_contract_shows_already_changes_nothing() {
    let mut desk = Desk::sent();
    desk.pay("40").unwrap();
    desk.reload();
    desk.write(Status::Sent).unwrap();
    assert_eq!((desk.status(), desk.history()), (Status::PartiallyPaid, vec![]));
    assert_eq!(refusal(desk.write(Status::Draft)), "status: The invoice's status does not allow this change.");
}

#[test]
fn a_void_invoice_keeps_its_payments_and_ends_there() {
    let mut desk = Desk::sent();
    desk.pay("40").unwrap();
    desk.write(Status::Void).unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::Void, usd("40")));
    for target in Status::ALL.into_iter().filter(|target| *target != Status::Void) {
        assert!(desk.write(target).is_err(), "{target}");
    }
}

#[test]
fn an_overdue_invoice_that_is_paid_in_part_is_partially_paid() {
    let mut desk = Desk::sent();
    desk.write(Status::Overdue).unwrap();
    desk.reload();
    desk.pay("1").unwrap();
    assert_eq!(desk.history(), [(Some(Status::Overdue), Status::PartiallyPaid)]);
}

#[test]
fn the_sweep_marks_what_is_owed_after_its_due_date_and_that_once() {
    let sweep = |desk: &mut Desk, day: &str| {
        desk.decide(|invoice, _, new_id| Ok(invoice.mark_overdue(at(day), new_id))).unwrap()
    };
    let mut desk = Desk::sent();
    let version = desk.invoice.header().meta.version;
    assert!(!sweep(&mut desk, "2026-03-31"), "the due date itself has not passed");
    assert_eq!(desk.invoice.header().meta.version, version);
    assert!(sweep(&mut desk, "2026-04-01"));
    assert_eq!((desk.status(), desk.invoice.header().meta.version), (Status::Overdue, version + 1));
    assert!(!sweep(&mut desk, "2026-04-02"));
    assert_eq!(desk.history(), [(Some(Status::Sent), Status::Overdue)]);
}

#[test]
fn the_sweep_passes_over_what_is_with_nobody_or_not_owed() {
    let due = |desk: &Desk| desk.invoice.header().receivable_until();
    let of = |target| {
        let mut desk = Desk::of_115();
        desk.write(target).unwrap();
        desk
    };
    for target in [Status::Sent, Status::Viewed, Status::Pending] {
        assert_eq!(due(&of(target)), Some(day("2026-03-31")), "{target}");
    }
    assert_eq!(due(&Desk::of_115()), None);
    for target in [Status::Paid, Status::Overdue, Status::Void] {
        assert_eq!(due(&of(target)), None, "{target}");
    }
    let nothing_owed = Desk::open(NewInvoice { status: status(Status::Sent), ..new_invoice() }).unwrap();
    assert_eq!(due(&nothing_owed), None);
    let mut undated = of(Status::Sent);
    undated.update(InvoicePatch { due_date: crate::Patch::Clear, ..InvoicePatch::default() }).unwrap();
    assert_eq!(due(&undated), None);
    let mut partly = Desk::sent();
    partly.pay("114.99").unwrap();
    assert_eq!(due(&partly), Some(day("2026-03-31")));
}
