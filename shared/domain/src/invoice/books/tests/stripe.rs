//! What Stripe reports: once, in any order, to the cent.

use super::*;
use crate::id::{PaymentLinkId, RefundId};
use crate::invoice::payment_link::LinkUrl;
use crate::invoice::stripe::{IntentBook, NamedRefund, PaidFact, RefundFact, StripeAmount, StripeFact, StripeInvoice};

pub(super) fn id(text: &str) -> ShortText {
    ShortText::parse(text).unwrap()
}

pub(super) fn cents(units: i64) -> StripeAmount {
    StripeAmount { units, currency: Currency::USD }
}

pub(super) fn paid(units: i64, charge: Option<&str>) -> StripeFact {
    paid_for(units, charge, StripeInvoice::Untold)
}

pub(super) fn paid_for(units: i64, charge: Option<&str>, stripe_invoice: StripeInvoice) -> StripeFact {
    let charge = charge.map(id);
    StripeFact::Paid(PaidFact { amount: cents(units), at: at("2026-03-02"), charge, stripe_invoice })
}

pub(super) fn named(name: &str, units: i64, failed: bool) -> StripeFact {
    let refund = NamedRefund { id: id(name), amount: cents(units), at: at("2026-03-02"), failed };
    StripeFact::Refunded(RefundFact { charge: Some(id("ch_1")), refunded: None, refunds: vec![refund] })
}

pub(super) fn given_back(units: i64) -> StripeFact {
    StripeFact::Refunded(RefundFact { charge: Some(id("ch_1")), refunded: Some(cents(units)), refunds: vec![] })
}

/// The decision about one report. Says what a client had booked, where that was another amount.
pub(super) fn report(desk: &mut Desk, book: &mut IntentBook, fact: &StripeFact) -> Result<Option<Money>, Error> {
    let mut kept = book.clone();
    let corrected = desk.decide(|invoice, moment, new_id| {
        kept.take(fact, new_id);
        match fact {
            StripeFact::InvoicePaid(_) => invoice.follow_stripe_invoice(&mut kept, moment, new_id).map(|()| None),
            _ => invoice.follow_intent(&mut kept, true, moment, new_id),
        }
    })?;
    *book = kept;
    desk.reload();
    Ok(corrected)
}

fn all(desk: &mut Desk, facts: &[StripeFact]) -> IntentBook {
    let mut book = IntentBook::new(id("pi_1"));
    for fact in facts {
        report(desk, &mut book, fact).unwrap();
    }
    book
}

pub(super) fn orders<T: Clone>(facts: &[T]) -> Vec<Vec<T>> {
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
    let paid = PaidFact { amount, at: at("2026-03-02"), charge: None, stripe_invoice: StripeInvoice::Untold };
    assert!(report(&mut desk, &mut book, &StripeFact::Paid(paid)).is_err());
    assert_eq!(desk.invoice.payments().len(), 0);
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
        invoice.follow_intent(&mut book, true, moment, new_id)?;
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
        invoice.follow_intent(&mut book, true, moment, new_id)?;
        invoice.touch_if_changed_since(&before, moment.at);
        Ok(())
    })
    .unwrap();
    assert_eq!(*desk.invoice.header(), before);
}

/// An invoice that waits for money, with a link of that name at Stripe.
fn pending_with_link(name: &str) -> Desk {
    let mut desk = Desk::sent();
    let (stripe_id, url) = (id(name), LinkUrl::parse("https://pay.test/1").unwrap());
    desk.decide(|invoice, moment, new_id| {
        let link = invoice.request_link(PaymentLinkId::new(new_id()), moment.at)?;
        invoice.activate_link(&link, stripe_id, url, moment, new_id)?;
        invoice.mark_pending(moment, new_id);
        Ok(())
    })
    .unwrap();
    desk.reload();
    desk
}

#[test]
fn money_that_did_not_come_retires_the_link_that_it_was_to_come_by_and_no_other() {
    for (told, stays) in [(Some("plink_old"), true), (None, true), (Some("plink_new"), false)] {
        let mut desk = pending_with_link("plink_new");
        desk.decide(|invoice, moment, new_id| {
            invoice.mark_not_paid(told.map(id).as_ref(), moment, new_id);
            Ok(())
        })
        .unwrap();
        assert_eq!((desk.status(), desk.invoice.header().payment_link.is_some()), (Status::Sent, stays), "{told:?}");
    }
    let mut desk = Desk::sent();
    desk.decide(|invoice, moment, _| invoice.request_link(PaymentLinkId::new(Uuid::from_u128(9)), moment.at)).unwrap();
    desk.decide(|invoice, moment, new_id| {
        invoice.mark_not_paid(None, moment, new_id);
        Ok(())
    })
    .unwrap();
    assert!(desk.invoice.header().payment_link.is_some());
}

#[test]
fn the_currency_stays_while_a_customer_can_pay_by_a_link() {
    let euros = || InvoicePatch { currency: Some("EUR".parse().unwrap()), ..InvoicePatch::default() };
    let mut desk = pending_with_link("plink_1");
    let refused = refusal(desk.update(euros()));
    assert_eq!(refused, "currency: The currency of an invoice with a payment link cannot change.");
    let mut desk = Desk::sent();
    desk.decide(|invoice, moment, _| invoice.request_link(PaymentLinkId::new(Uuid::from_u128(9)), moment.at)).unwrap();
    assert!(refusal(desk.update(euros())).starts_with("currency: "));
    let mut desk = Desk::sent();
    desk.update(euros()).unwrap();
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
