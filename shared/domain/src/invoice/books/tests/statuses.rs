//! Statuses: written, refused, followed from the money, and swept.

use super::*;
use crate::invoice::input::LinesChange;
use crate::invoice::line::LinePatch;

#[test]
fn a_new_invoice_has_a_history_from_its_first_status_on() {
    let lines = vec![line("1", "100", "15")];
    let sent = Desk::open(NewInvoice { status: status(Status::Sent), lines, ..new_invoice() }).unwrap();
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
    let mut undated = of(Status::Sent);
    undated.update(InvoicePatch { due_date: crate::Patch::Clear, ..InvoicePatch::default() }).unwrap();
    assert_eq!(due(&undated), None);
    let mut partly = Desk::sent();
    partly.pay("114.99").unwrap();
    assert_eq!(due(&partly), Some(day("2026-03-31")));
}

/// An invoice of one line that is overdue since the first of April.
fn overdue() -> Desk {
    let mut desk = Desk::sent();
    desk.now = at("2026-04-01");
    desk.decide(|invoice, moment, new_id| Ok(invoice.mark_overdue(moment.at, new_id))).unwrap();
    desk.reload();
    desk
}

fn due(date: crate::Patch<Date>) -> InvoicePatch {
    InvoicePatch { due_date: date, ..InvoicePatch::default() }
}

#[test]
fn an_overdue_invoice_whose_due_date_is_moved_ahead_or_removed_is_where_it_was() {
    use crate::Patch::{Clear, Set};
    for date in [Clear, Set(day("2026-04-01")), Set(day("2026-12-31"))] {
        let mut desk = overdue();
        desk.update(due(date)).unwrap();
        assert_eq!(desk.history(), [(Some(Status::Overdue), Status::Sent)], "{date:?}");

        let mut viewed = overdue();
        viewed.decide(|invoice, moment, new_id| Ok(invoice.mark_viewed(moment.at, new_id))).unwrap();
        viewed.update(due(date)).unwrap();
        assert_eq!(viewed.status(), Status::Viewed, "{date:?}");

        let mut part = Desk::sent();
        part.pay("40").unwrap();
        part.now = at("2026-04-01");
        part.decide(|invoice, moment, new_id| Ok(invoice.mark_overdue(moment.at, new_id))).unwrap();
        part.update(due(date)).unwrap();
        assert_eq!(part.status(), Status::PartiallyPaid, "{date:?}");
    }
}

#[test]
fn an_invoice_that_was_called_viewed_is_viewed_again_after_it_was_overdue() {
    let mut desk = Desk::sent();
    desk.write(Status::Viewed).unwrap();
    desk.write(Status::Overdue).unwrap();
    desk.update(due(crate::Patch::Clear)).unwrap();
    assert_eq!(desk.status(), Status::Viewed);
}

#[test]
fn an_overdue_invoice_stays_so_while_its_due_date_is_past_or_untouched() {
    let mut desk = overdue();
    desk.update(due(crate::Patch::Set(day("2026-03-30")))).unwrap();
    desk.update(due(crate::Patch::Set(day("2026-03-30")))).unwrap();
    desk.update(InvoicePatch { issue_date: Some(day("2026-03-02")), ..InvoicePatch::default() }).unwrap();
    assert_eq!((desk.status(), desk.history()), (Status::Overdue, vec![]));
}

#[test]
fn a_status_that_is_written_with_the_due_date_counts_unless_it_is_shown_already() {
    let ahead = due(crate::Patch::Set(day("2026-12-31")));
    let with = |target| InvoicePatch { status: Some(status(target)), ..ahead.clone() };
    let mut sent = Desk::sent();
    sent.update(with(Status::Overdue)).unwrap();
    assert_eq!(sent.status(), Status::Overdue);
    let mut saved_as_read = overdue();
    saved_as_read.update(with(Status::Overdue)).unwrap();
    assert_eq!(saved_as_read.status(), Status::Sent);
    let mut pending = overdue();
    pending.update(with(Status::Pending)).unwrap();
    assert_eq!(pending.status(), Status::Pending);
}

#[test]
fn an_invoice_over_zero_is_paid_when_it_is_issued() {
    let over_zero = || vec![line("1", "0", "15")];
    for target in [Status::Sent, Status::Viewed, Status::Pending, Status::Overdue] {
        let rows = [(None, Status::Draft), (Some(Status::Draft), target), (Some(target), Status::Paid)];
        let new = NewInvoice { status: status(target), lines: over_zero(), ..new_invoice() };
        assert_eq!(Desk::open(new).unwrap().history(), rows);
        let mut written = Desk::open(NewInvoice { lines: over_zero(), ..new_invoice() }).unwrap();
        assert_eq!(written.status(), Status::Draft);
        written.write(target).unwrap();
        assert_eq!(written.history(), rows);
        assert_eq!((written.invoice.payments().len(), written.invoice.header().paid_at), (0, Some(written.now)));
    }
    let mut mailed = Desk::open(new_invoice()).unwrap();
    mailed.decide(|invoice, moment, new_id| Ok(invoice.mark_sent(moment, new_id))).unwrap();
    assert_eq!(mailed.status(), Status::Paid);
}

#[test]
fn an_issued_invoice_that_comes_to_zero_is_paid_and_is_owed_again_with_its_next_line() {
    let to_zero: [fn(&mut Desk); 4] = [
        |desk| desk.update(InvoicePatch { totals: discount("115"), ..InvoicePatch::default() }).unwrap(),
        |desk| {
            desk.update(InvoicePatch { lines: Some(LinesChange::Replace(vec![])), ..InvoicePatch::default() }).unwrap()
        },
        |desk| {
            let only = desk.invoice.lines()[0].id;
            desk.decide(|invoice, moment, new_id| invoice.remove_line(only, moment, new_id)).unwrap();
        },
        |desk| {
            let only = desk.invoice.lines()[0].id;
            let free = LinePatch { unit_price: Some(Price::new(d("0")).unwrap()), ..LinePatch::default() };
            desk.decide(|invoice, moment, new_id| invoice.update_line(only, free, Schema::default(), moment, new_id))
                .unwrap();
        },
    ];
    for (n, change) in to_zero.into_iter().enumerate() {
        for before in [Status::Draft, Status::Sent, Status::Viewed, Status::Pending, Status::Overdue] {
            let mut desk = Desk::of_115();
            desk.write(before).unwrap();
            change(&mut desk);
            let draft = before == Status::Draft;
            assert_eq!(desk.status(), if draft { Status::Draft } else { Status::Paid }, "{n}: {before}");
            desk.add(line("2", "100", "0")).unwrap();
            let viewed = if before == Status::Viewed { Status::Viewed } else { Status::Sent };
            assert_eq!(desk.status(), if draft { Status::Draft } else { viewed }, "{n}: {before}");
        }
    }
}

#[test]
fn the_status_that_is_written_with_a_total_of_zero_comes_first() {
    let mut desk = Desk::sent();
    let free = InvoicePatch { totals: discount("115"), ..InvoicePatch::default() };
    desk.update(InvoicePatch { status: Some(status(Status::Void)), ..free }).unwrap();
    assert_eq!(desk.status(), Status::Void);
}

#[test]
fn an_object_that_is_saved_as_it_was_read_keeps_its_word_whatever_its_money_makes_of_it() {
    let mut desk = Desk::sent();
    desk.pay("100").unwrap();
    let as_read = InvoicePatch { status: Some(status(Status::PartiallyPaid)), ..InvoicePatch::default() };
    desk.update(InvoicePatch { paid_amount: Some(d("115")), ..as_read.clone() }).unwrap();
    assert_eq!(desk.status(), Status::Paid);
    let mut cheaper = Desk::sent();
    cheaper.pay("100").unwrap();
    cheaper.update(InvoicePatch { totals: discount("15"), ..as_read }).unwrap();
    assert_eq!(cheaper.status(), Status::Paid);
}

fn discount(amount: &str) -> SentTotals {
    SentTotals { discount: Some(d(amount)), ..SentTotals::default() }
}
