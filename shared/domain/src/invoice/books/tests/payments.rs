//! Payments: in parts, too much, changed, removed.

use super::*;
use crate::invoice::payment::PaymentPatch;
use crate::patch::Patch;

fn revise(desk: &mut Desk, id: PaymentId, patch: PaymentPatch) -> Result<(), Error> {
    desk.decide(|invoice, moment, new_id| invoice.update_payment(id, patch, Schema::default(), moment, new_id))
}

fn set_amount(desk: &mut Desk, id: PaymentId, amount: &str) -> Result<(), Error> {
    revise(desk, id, PaymentPatch { amount: Some(d(amount)), ..PaymentPatch::default() })
}

fn remove(desk: &mut Desk, id: PaymentId) -> Result<(), Error> {
    desk.decide(|invoice, moment, new_id| invoice.remove_payment(id, moment, new_id))
}

fn charge(id: &str) -> ShortText {
    ShortText::parse(id).unwrap()
}

#[test]
fn payments_in_parts_add_up_until_nothing_is_owed() {
    let mut desk = Desk::sent();
    desk.pay("40").unwrap();
    assert_eq!((desk.status(), desk.paid(), desk.balance()), (Status::PartiallyPaid, usd("40"), "75.00 USD".into()));
    desk.pay("74.99").unwrap();
    assert_eq!((desk.status(), desk.balance()), (Status::PartiallyPaid, "0.01 USD".into()));
    desk.pay("0.01").unwrap();
    assert_eq!((desk.status(), desk.paid(), desk.balance()), (Status::Paid, usd("115"), "0.00 USD".into()));
    assert_eq!(
        desk.history(),
        [(Some(Status::Sent), Status::PartiallyPaid), (Some(Status::PartiallyPaid), Status::Paid)]
    );
    assert_eq!(desk.invoice.changes().payments.len(), 3);
    assert_eq!(desk.invoice.header().meta.version, 5);
}

#[test]
fn an_overpayment_is_kept_and_shows_as_a_balance_below_zero() {
    let mut desk = Desk::sent();
    desk.pay("115").unwrap();
    desk.reload();
    desk.pay("10").unwrap();
    assert_eq!((desk.status(), desk.paid(), desk.balance()), (Status::Paid, usd("125"), "-10.00 USD".into()));
    assert_eq!(desk.history(), []);
}

#[test]
fn a_payment_is_above_zero_and_of_whole_cents() {
    let mut desk = Desk::sent();
    let id = desk.pay("40").unwrap();
    let nothing = NewPayment { amount: Money::zero(Currency::USD), ..payment("1") };
    assert_eq!(refusal(desk.book(nothing)), "amount: Ensure this value is greater than 0.");
    assert_eq!(refusal(set_amount(&mut desk, id, "-1")), "amount: Ensure this value is greater than 0.");
    assert_eq!(
        refusal(set_amount(&mut desk, id, "0.001")),
        "amount: Ensure that there are no more than 2 decimal places."
    );
    assert_eq!(desk.paid(), usd("40"));
}

#[test]
fn a_payment_in_another_currency_is_refused() {
    let mut desk = Desk::sent();
    let yen = NewPayment { amount: Money::exact(d("115"), "JPY".parse().unwrap()).unwrap(), ..payment("1") };
    assert_eq!(refusal(desk.book(yen)), "amount: Amounts of different currencies cannot be added.");
}

#[test]
fn a_payment_that_is_changed_changes_what_is_owed() {
    let mut desk = Desk::sent();
    let id = desk.pay("115").unwrap();
    set_amount(&mut desk, id, "15").unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::PartiallyPaid, usd("15")));
    assert_eq!(desk.invoice.header().paid_at, None);
    set_amount(&mut desk, id, "200").unwrap();
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "-85.00 USD".into()));
}

#[test]
fn a_payment_whose_note_is_corrected_leaves_the_status_alone() {
    let mut desk = Desk::sent();
    let id = desk.pay("40").unwrap();
    assert!(desk.decide(|invoice, _, new_id| Ok(invoice.mark_overdue(at("2026-04-01"), new_id))).unwrap());
    desk.reload();
    let notes = Some(LongText::parse("by wire").unwrap());
    revise(&mut desk, id, PaymentPatch { notes, amount: Some(d("40")), ..PaymentPatch::default() }).unwrap();
    assert_eq!((desk.status(), desk.history()), (Status::Overdue, vec![]));
    assert_eq!(desk.invoice.payment(id).unwrap().meta.version, 2);
}

#[test]
fn a_removed_payment_takes_the_invoice_back() {
    let mut desk = Desk::sent();
    let first = desk.pay("100").unwrap();
    let second = desk.pay("15").unwrap();
    remove(&mut desk, second).unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::PartiallyPaid, usd("100")));
    remove(&mut desk, first).unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::Sent, Money::zero(Currency::USD)));
    assert_eq!(remove(&mut desk, first), Err(Error::NotFound));
    let removed: Vec<_> = desk.invoice.changes().removed_payments.iter().map(|payment| payment.id).collect();
    assert_eq!(removed, [second, first]);
}

#[test]
fn the_only_payment_of_a_paid_invoice_leaves_it_sent() {
    let mut desk = Desk::sent();
    let id = desk.pay("115").unwrap();
    desk.reload();
    remove(&mut desk, id).unwrap();
    assert_eq!(desk.history(), [(Some(Status::Paid), Status::Sent)]);
    assert_eq!(desk.invoice.header().paid_at, None);
}

#[test]
fn an_invoice_is_paid_when_its_last_payment_was_made() {
    let mut desk = Desk::sent();
    let paid_on = |text: &str, amount: &str| NewPayment { paid_at: Some(at(text)), ..payment(amount) };
    let last = desk.book(paid_on("2026-03-20", "15")).unwrap();
    desk.book(paid_on("2026-03-10", "100")).unwrap();
    assert_eq!(desk.invoice.header().paid_at, Some(at("2026-03-20")));
    let patch = PaymentPatch { paid_at: Some(at("2026-03-21")), ..PaymentPatch::default() };
    revise(&mut desk, last, patch).unwrap();
    assert_eq!(desk.invoice.header().paid_at, Some(at("2026-03-21")));
}

#[test]
fn nothing_is_paid_on_a_void_invoice_and_nothing_taken_from_a_refunded_one() {
    let mut desk = Desk::sent();
    desk.write(Status::Void).unwrap();
    assert_eq!(refusal(desk.pay("1")), "non_field_errors: A payment cannot be booked on an invoice that is closed.");

    let mut desk = Desk::sent();
    let id = desk.pay("115").unwrap();
    desk.write(Status::Refunded).unwrap();
    assert_eq!(
        refusal(remove(&mut desk, id)),
        "non_field_errors: A payment cannot be taken from an invoice that is closed."
    );
    assert!(refusal(set_amount(&mut desk, id, "100")).contains("cannot change"));
    set_amount(&mut desk, id, "115").unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::Refunded, Money::zero(Currency::USD)));
}

#[test]
fn a_charge_is_claimed_and_released_with_its_payment() {
    let mut desk = Desk::sent();
    let id = desk.book(NewPayment { stripe_charge_id: Some(charge("ch_1")), ..payment("10") }).unwrap();
    assert_eq!(desk.invoice.changes().claimed_charges, [(charge("ch_1"), id)]);
    desk.reload();

    let to = |charge| PaymentPatch { stripe_charge_id: charge, ..PaymentPatch::default() };
    revise(&mut desk, id, to(Patch::Set(charge("ch_1")))).unwrap();
    assert!(desk.invoice.changes().claimed_charges.is_empty() && desk.invoice.changes().released_charges.is_empty());
    revise(&mut desk, id, to(Patch::Set(charge("ch_2")))).unwrap();
    assert_eq!(desk.invoice.changes().released_charges, [(charge("ch_1"), id)]);
    assert_eq!(desk.invoice.changes().claimed_charges, [(charge("ch_2"), id)]);
    desk.reload();

    revise(&mut desk, id, to(Patch::Set(charge("")))).unwrap();
    assert_eq!(desk.invoice.payment(id).unwrap().stripe_charge_id, None);
    assert_eq!(desk.invoice.changes().released_charges, [(charge("ch_2"), id)]);
    assert!(desk.invoice.changes().claimed_charges.is_empty());
}
