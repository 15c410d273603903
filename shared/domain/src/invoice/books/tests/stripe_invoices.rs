//! Invoices that Stripe makes, and the intents that pay them.

use std::collections::BTreeMap;

use super::stripe::{cents, id, orders, paid_for, report};
use super::*;
use crate::invoice::stripe::{IntentBook, PaidFact, StripeFact, StripeInvoice};

type Report = (&'static str, StripeFact);

fn made(name: &str) -> StripeInvoice {
    StripeInvoice::Made(id(name))
}

fn intent(name: &'static str, units: i64, of: StripeInvoice) -> Report {
    (name, paid_for(units, None, of))
}

/// An invoice of Stripe's that names no intent.
fn invoice(name: &'static str, units: i64) -> Report {
    let fact = PaidFact { amount: cents(units), at: at("2026-03-02"), charge: None, stripe_invoice: made(name) };
    (name, StripeFact::InvoicePaid(fact))
}

/// What stands in the end, by the payments' references: each report once, then all of them again.
fn told(reports: &[Report]) -> (Desk, Vec<(String, Money)>) {
    let mut desk = Desk::sent();
    let mut books = BTreeMap::new();
    for (name, fact) in [reports, reports].concat() {
        let book = books.entry(name).or_insert_with(|| IntentBook::new(id(name)));
        report(&mut desk, book, &fact).unwrap();
    }
    let mut payments: Vec<_> =
        desk.invoice.payments().iter().map(|payment| (payment.reference.to_string(), payment.amount)).collect();
    payments.sort_by(|one, other| one.0.cmp(&other.0));
    (desk, payments)
}

fn in_any_order(reports: &[Report], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(name, amount)| ((*name).to_owned(), usd(amount))).collect();
    for order in orders(reports) {
        assert_eq!(told(&order).1, expected, "{order:?}");
    }
}

#[test]
fn an_invoice_that_stripe_made_and_its_intent_are_one_payment() {
    for of in [StripeInvoice::Untold, made("in_1")] {
        let reports = [invoice("in_1", 11_500), intent("pi_1", 11_500, of)];
        in_any_order(&reports, &[("pi_1", "115")]);
        let (desk, _) = told(&reports);
        assert_eq!((desk.status(), desk.balance()), (Status::Paid, "0.00 USD".into()));
        assert_eq!(desk.invoice.header().details.stripe.invoice_id, Some(id("in_1")));
    }
}

#[test]
fn an_invoice_of_the_same_amount_as_an_intent_for_another_is_other_money() {
    in_any_order(&[intent("pi_1", 5_000, made("in_1")), invoice("in_2", 5_000)], &[("in_2", "50"), ("pi_1", "50")]);
    let none = [intent("pi_1", 5_000, StripeInvoice::NoneMade), invoice("in_2", 5_000)];
    in_any_order(&none, &[("in_2", "50"), ("pi_1", "50")]);
}

#[test]
fn one_invoice_is_consumed_by_one_intent() {
    let untold = StripeInvoice::Untold;
    let one = [invoice("in_1", 5_000), intent("pi_1", 5_000, untold.clone()), intent("pi_2", 5_000, untold.clone())];
    in_any_order(&one, &[("pi_1", "50"), ("pi_2", "50")]);
    let two = [invoice("in_1", 5_000), invoice("in_2", 5_000), intent("pi_1", 5_000, untold)];
    for order in orders(&two) {
        let (desk, payments) = told(&order);
        assert_eq!((desk.paid(), payments.len()), (usd("100"), 2), "{order:?}");
    }
}

#[test]
fn what_was_taken_for_the_same_is_told_apart_later() {
    let untold = || intent("pi_1", 5_000, StripeInvoice::Untold);
    let none = [untold(), invoice("in_2", 5_000), intent("pi_1", 5_000, StripeInvoice::NoneMade)];
    in_any_order(&none, &[("in_2", "50"), ("pi_1", "50")]);
    let other = [untold(), invoice("in_2", 5_000), intent("pi_1", 5_000, made("in_1"))];
    in_any_order(&other, &[("in_2", "50"), ("pi_1", "50")]);
    let of_another = [untold(), invoice("in_2", 5_000), intent("pi_2", 5_000, made("in_2"))];
    in_any_order(&of_another, &[("pi_1", "50"), ("pi_2", "50")]);
}

#[test]
fn several_intents_pay_one_invoice_each_its_own_part() {
    let all = [invoice("in_1", 11_500), intent("pi_1", 4_000, made("in_1")), intent("pi_2", 7_500, made("in_1"))];
    in_any_order(&all, &[("pi_1", "40"), ("pi_2", "75")]);
    let part = [invoice("in_1", 11_500), intent("pi_1", 4_000, made("in_1"))];
    in_any_order(&part, &[("in_1", "75"), ("pi_1", "40")]);
}
