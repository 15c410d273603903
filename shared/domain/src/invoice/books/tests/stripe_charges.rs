//! Charges that a client books by hand, and that Stripe reports too.

use super::stripe::{given_back, id, named, orders, paid, report};
use super::*;
use crate::invoice::stripe::{IntentBook, StripeFact};

fn by_hand(desk: &mut Desk, amount: &str) -> PaymentId {
    let booked = desk.book(NewPayment { stripe_charge_id: Some(id("ch_1")), ..payment(amount) }).unwrap();
    desk.reload();
    booked
}

#[derive(Debug, Clone)]
enum Step {
    ByHand,
    Told(StripeFact),
}

#[test]
fn a_charge_is_one_payment_whether_it_is_booked_by_hand_before_between_or_told_first() {
    let told = [paid(6_000, None), paid(6_000, Some("ch_1")), given_back(1_000)].map(Step::Told);
    for order in orders(&[vec![Step::ByHand], told.to_vec()].concat()) {
        let mut desk = Desk::sent();
        let mut book = IntentBook::new(id("pi_1"));
        let mut hand = None;
        for step in &order {
            // Once Stripe has told the charge, it is taken, and booking it by hand is refused.
            let named = desk.invoice.payments().iter().any(|payment| payment.stripe_charge_id.is_some());
            match step {
                Step::ByHand if named => {}
                Step::ByHand => hand = Some(by_hand(&mut desk, "60")),
                Step::Told(fact) => drop(report(&mut desk, &mut book, fact).unwrap()),
            }
        }
        let payments = desk.invoice.payments();
        assert_eq!((payments.len(), payments[0].stripe_charge_id.clone()), (1, Some(id("ch_1"))), "{order:?}");
        assert_eq!(book.payment, Some(payments[0].id), "{order:?}");
        assert!(hand.is_none_or(|hand| payments[0].id == hand), "{order:?}");
        assert_eq!((desk.paid(), desk.status()), (usd("50"), Status::PartiallyPaid), "{order:?}");
        assert_eq!(desk.invoice.refunds().len(), 1, "{order:?}");
    }
}

#[test]
fn the_payment_that_gives_way_is_removed_in_the_same_commit() {
    let mut desk = Desk::sent();
    let mut book = IntentBook::new(id("pi_1"));
    report(&mut desk, &mut book, &paid(11_500, None)).unwrap();
    let own = book.payment.unwrap();
    by_hand(&mut desk, "115");
    assert_eq!(desk.balance(), "-115.00 USD");
    let fact = paid(11_500, Some("ch_1"));
    desk.decide(|invoice, moment, new_id| {
        book.take(&fact, new_id);
        invoice.follow_intent(&mut book, true, moment, new_id)
    })
    .unwrap();
    let changes = desk.invoice.changes();
    assert_eq!(changes.removed_payments.iter().map(|payment| payment.id).collect::<Vec<_>>(), [own]);
    assert!(changes.claimed_charges.is_empty() && changes.released_charges.is_empty());
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "0.00 USD".into()));
}

#[test]
fn stripes_amount_of_its_own_charge_is_the_right_one() {
    for (hand, left) in [("100", "0.00 USD"), ("120", "0.00 USD")] {
        let mut desk = Desk::sent();
        let booked = by_hand(&mut desk, hand);
        let mut book = IntentBook::new(id("pi_1"));
        let corrected = report(&mut desk, &mut book, &paid(11_500, Some("ch_1"))).unwrap();
        assert_eq!(corrected, Some(usd(hand)));
        assert_eq!(desk.invoice.payment(booked).unwrap().amount, usd("115"));
        assert_eq!((desk.invoice.payments().len(), desk.status(), desk.balance()), (1, Status::Paid, left.into()));
        // What a client corrects afterwards is the client's.
        assert_eq!(report(&mut desk, &mut book, &named("re_1", 500, false)).unwrap(), None);
        assert_eq!(desk.paid(), usd("110"));
    }
    let mut desk = Desk::sent();
    by_hand(&mut desk, "115");
    let same = report(&mut desk, &mut IntentBook::new(id("pi_1")), &paid(11_500, Some("ch_1"))).unwrap();
    assert_eq!(same, None);
}

#[test]
fn a_charge_that_is_booked_on_another_invoice_is_not_claimed_and_its_money_is_booked() {
    let mut desk = Desk::sent();
    let mut book = IntentBook::new(id("pi_1"));
    desk.decide(|invoice, moment, new_id| {
        book.take(&paid(11_500, Some("ch_1")), new_id);
        invoice.follow_intent(&mut book, false, moment, new_id)
    })
    .unwrap();
    assert!(desk.invoice.changes().claimed_charges.is_empty());
    let payments = desk.invoice.payments();
    assert_eq!((payments.len(), payments[0].stripe_charge_id.clone(), desk.paid()), (1, None, usd("115")));
}
