//! What Stripe reports: once, in any order, to the cent.

use super::*;
use crate::id::RefundId;
use crate::invoice::stripe::{IntentBook, NamedRefund, PaidFact, RefundFact, StripeAmount, StripeFact};

fn id(text: &str) -> ShortText {
    ShortText::parse(text).unwrap()
}

fn cents(units: i64) -> StripeAmount {
    StripeAmount { units, currency: Currency::USD }
}

fn paid(units: i64, charge: Option<&str>) -> StripeFact {
    let charge = charge.map(id);
    StripeFact::Paid(PaidFact { amount: cents(units), at: at("2026-03-02"), charge, stripe_invoice: None })
}

fn named(name: &str, units: i64, failed: bool) -> StripeFact {
    let refund = NamedRefund { id: id(name), amount: cents(units), at: at("2026-03-02"), failed };
    StripeFact::Refunded(RefundFact { charge: Some(id("ch_1")), refunded: None, refunds: vec![refund] })
}

fn given_back(units: i64) -> StripeFact {
    StripeFact::Refunded(RefundFact { charge: Some(id("ch_1")), refunded: Some(cents(units)), refunds: vec![] })
}

/// The decision about one report.
fn report(desk: &mut Desk, book: &mut IntentBook, fact: &StripeFact) -> Result<(), Error> {
    let mut kept = book.clone();
    desk.decide(|invoice, moment, new_id| {
        kept.take(fact, new_id);
        if let StripeFact::Paid(paid) = fact {
            invoice.book_intent(&mut kept, paid, moment, new_id)?;
        }
        invoice.name_charge(&kept, moment.at);
        invoice.book_refunds(&kept, moment, new_id)
    })?;
    *book = kept;
    desk.reload();
    Ok(())
}

fn all(desk: &mut Desk, facts: &[StripeFact]) -> IntentBook {
    let mut book = IntentBook::new(id("pi_1"));
    for fact in facts {
        report(desk, &mut book, fact).unwrap();
    }
    book
}

fn orders(facts: &[StripeFact]) -> Vec<Vec<StripeFact>> {
    if facts.len() < 2 {
        return vec![facts.to_vec()];
    }
    let mut all = vec![];
    for first in 0..facts.len() {
        let mut rest = facts.to_vec();
        let fact = rest.remove(first);
        all.extend(orders(&rest).into_iter().map(|order| [vec![fact.clone()], order].concat()));
    }
    all
}

/// In every order, each report once and then all of them again.
fn in_any_order(facts: &[StripeFact], expected: (Status, &str, usize)) {
    for order in orders(facts) {
        let mut desk = Desk::sent();
        all(&mut desk, &[order.clone(), order.clone()].concat());
        let refunds = desk.invoice.refunds().len();
        assert_eq!((desk.status(), desk.paid(), refunds), (expected.0, usd(expected.1), expected.2), "{order:?}");
        let payments = desk.invoice.payments();
        assert_eq!(payments.len(), 1, "{order:?}");
        assert_eq!(payments[0].stripe_charge_id, Some(id("ch_1")), "{order:?}");
    }
}

#[test]
fn an_intent_is_booked_once_whatever_tells_of_it() {
    in_any_order(&[paid(11_500, None), paid(11_500, Some("ch_1"))], (Status::Paid, "115", 0));
    let mut desk = Desk::sent();
    let book = all(&mut desk, &[paid(11_500, Some("ch_1"))]);
    let payment = desk.invoice.payments()[0].clone();
    assert_eq!((payment.method, payment.amount), (PaymentMethod::Stripe, usd("115")));
    assert_eq!(book.payment, Some(payment.id));
    assert_eq!(desk.invoice.header().details.stripe.payment_intent_id, Some(id("pi_1")));
}

#[test]
fn refunds_come_in_any_order() {
    let full = [paid(11_500, Some("ch_1")), given_back(11_500), named("re_1", 11_500, false)];
    in_any_order(&full, (Status::Refunded, "0", 1));
    let parts = [
        paid(11_500, Some("ch_1")),
        given_back(1_000),
        named("re_1", 1_000, false),
        given_back(1_500),
        named("re_2", 500, false),
    ];
    in_any_order(&parts, (Status::PartiallyPaid, "100", 2));
    // The charge alone tells of it: one row, of all that is not known by name.
    in_any_order(
        &[paid(11_500, Some("ch_1")), given_back(1_000), given_back(1_500)],
        (Status::PartiallyPaid, "100", 1),
    );
}

#[test]
fn a_refund_that_fails_is_taken_back_and_refunded_ends() {
    let failed = [paid(11_500, Some("ch_1")), named("re_1", 11_500, false), named("re_1", 11_500, true)];
    in_any_order(&failed, (Status::Paid, "115", 0));
    let unnamed = [paid(11_500, Some("ch_1")), given_back(11_500), named("re_1", 11_500, true)];
    in_any_order(&unnamed, (Status::Paid, "115", 0));
    let second =
        [paid(11_500, Some("ch_1")), given_back(11_500), named("re_1", 11_500, true), named("re_2", 11_400, false)];
    in_any_order(&second, (Status::PartiallyPaid, "1", 1));
    let mut desk = Desk::sent();
    let mut book = all(&mut desk, &[paid(11_500, Some("ch_1")), named("re_1", 11_500, false)]);
    assert_eq!(desk.status(), Status::Refunded);
    report(&mut desk, &mut book, &named("re_1", 11_500, true)).unwrap();
    assert_eq!((desk.status(), desk.paid(), desk.balance()), (Status::Paid, usd("115"), "0.00 USD".into()));
}

#[test]
fn more_or_less_than_is_owed_is_booked_as_it_is() {
    let mut desk = Desk::sent();
    let mut book = all(&mut desk, &[paid(20_000, Some("ch_1"))]);
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "-85.00 USD".into()));
    report(&mut desk, &mut book, &named("re_1", 8_500, false)).unwrap();
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "0.00 USD".into()));

    let mut desk = Desk::sent();
    all(&mut desk, &[paid(4_000, Some("ch_1"))]);
    assert_eq!((desk.status(), desk.balance()), (Status::PartiallyPaid, "75.00 USD".into()));
}

#[test]
fn money_that_came_for_a_void_invoice_is_booked_and_it_stays_void() {
    let mut desk = Desk::sent();
    desk.write(Status::Void).unwrap();
    let mut book = all(&mut desk, &[paid(11_500, Some("ch_1"))]);
    assert_eq!((desk.status(), desk.paid()), (Status::Void, usd("115")));
    report(&mut desk, &mut book, &named("re_1", 11_500, false)).unwrap();
    assert_eq!((desk.status(), desk.paid()), (Status::Void, usd("0")));
}

#[test]
fn another_currency_is_refused() {
    let mut desk = Desk::sent();
    let mut book = IntentBook::new(id("pi_1"));
    let amount = StripeAmount { units: 11_500, currency: "EUR".parse().unwrap() };
    let paid = PaidFact { amount, at: at("2026-03-02"), charge: None, stripe_invoice: None };
    assert!(report(&mut desk, &mut book, &StripeFact::Paid(paid)).is_err());
    assert_eq!(desk.invoice.payments().len(), 0);
}

#[test]
fn a_charge_that_was_booked_by_hand_is_the_same_payment() {
    let mut desk = Desk::sent();
    let by_hand = desk.book(NewPayment { stripe_charge_id: Some(id("ch_1")), ..payment("115") }).unwrap();
    desk.reload();
    let book = all(&mut desk, &[paid(11_500, Some("ch_1"))]);
    assert_eq!((book.payment, desk.invoice.payments().len()), (Some(by_hand), 1));
}

#[test]
fn a_refund_that_a_client_booked_is_the_one_that_stripe_reports() {
    let mut desk = Desk::sent();
    let mut book = all(&mut desk, &[paid(11_500, Some("ch_1"))]);
    desk.write(Status::Refunded).unwrap();
    desk.reload();
    report(&mut desk, &mut book, &named("re_1", 11_500, false)).unwrap();
    let refunds: Vec<_> = desk.invoice.refunds().into_iter().map(|refund| refund.stripe_refund_id.clone()).collect();
    assert_eq!((desk.status(), desk.paid(), refunds), (Status::Refunded, usd("0"), vec![Some(id("re_1"))]));
}

#[test]
fn a_payment_that_a_client_removed_takes_its_refunds_along() {
    let mut desk = Desk::sent();
    let mut book = all(&mut desk, &[paid(6_000, Some("ch_1"))]);
    desk.pay("40").unwrap();
    let gone = book.payment.unwrap();
    desk.decide(|invoice, moment, new_id| invoice.remove_payment(gone, moment, new_id)).unwrap();
    desk.reload();
    report(&mut desk, &mut book, &named("re_1", 6_000, false)).unwrap();
    report(&mut desk, &mut book, &paid(6_000, Some("ch_1"))).unwrap();
    assert_eq!((desk.paid(), desk.invoice.payments().len(), desk.invoice.refunds().len()), (usd("40"), 1, 0));
}

#[test]
fn only_what_changed_is_written() {
    let mut desk = Desk::sent();
    let mut book = all(&mut desk, &[paid(11_500, Some("ch_1")), given_back(1_500)]);
    let unnamed = RefundId::new(book.payment.unwrap().uuid());
    let before = desk.invoice.header().clone();
    let fact = named("re_1", 1_000, false);
    desk.decide(|invoice, moment, new_id| {
        book.take(&fact, new_id);
        invoice.book_refunds(&book, moment, new_id)?;
        invoice.touch_if_changed_since(&before, moment.at);
        Ok(())
    })
    .unwrap();
    let row = book.refunds[&id("re_1")].row;
    let changes = desk.invoice.changes();
    assert_eq!(changes.refunds.iter().copied().collect::<Vec<_>>(), [unnamed, row]);
    assert!(changes.removed_refunds.is_empty() && changes.payments.is_empty());
    assert_eq!(desk.invoice.refund(unnamed).unwrap().amount, usd("5"));
    assert_eq!(desk.invoice.header().meta.version, before.meta.version + 1);

    desk.reload();
    let before = desk.invoice.header().clone();
    desk.decide(|invoice, moment, new_id| {
        invoice.book_refunds(&book, moment, new_id)?;
        invoice.touch_if_changed_since(&before, moment.at);
        Ok(())
    })
    .unwrap();
    assert_eq!(*desk.invoice.header(), before);
}

#[test]
fn an_invoice_that_stripe_made_and_its_intent_are_one_payment() {
    let told = PaidFact { amount: cents(11_500), at: at("2026-03-02"), charge: None, stripe_invoice: Some(id("in_1")) };
    for invoice_first in [true, false] {
        let mut desk = Desk::sent();
        let mut book = IntentBook::new(id("pi_1"));
        for by_invoice in [invoice_first, !invoice_first, true] {
            if by_invoice {
                desk.decide(|invoice, moment, new_id| invoice.book_stripe_invoice(&id("in_1"), &told, moment, new_id))
                    .unwrap();
                desk.reload();
            } else {
                report(&mut desk, &mut book, &paid(11_500, Some("ch_1"))).unwrap();
            }
        }
        assert_eq!((desk.status(), desk.paid(), desk.invoice.payments().len()), (Status::Paid, usd("115"), 1));
        assert_eq!(desk.invoice.payments()[0].stripe_charge_id, Some(id("ch_1")));
        assert_eq!(desk.invoice.header().details.stripe.invoice_id, Some(id("in_1")));
    }
}

#[test]
fn stripes_units_are_those_of_the_currency_but_for_a_few() {
    for (amount, code, units) in
        [("115.5", "USD", 11_550), ("1200", "JPY", 1_200), ("1200", "ISK", 120_000), ("12", "MGA", 12)]
    {
        let money = Money::exact(d(amount), code.parse().unwrap()).unwrap();
        let stripe = StripeAmount::of(money).unwrap();
        assert_eq!((stripe.units, stripe.money().unwrap()), (units, money), "{code}");
    }
    let half = StripeAmount { units: 120_050, currency: "ISK".parse().unwrap() };
    assert!(half.money().is_err());
}
