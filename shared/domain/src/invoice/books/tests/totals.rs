//! Lines and totals: sums, discounts, currencies, and when they are fixed.

use super::*;
use crate::invoice::header::TotalsSource;
use crate::invoice::line::LinePatch;

fn sent(subtotal: &str, tax: &str, discount: &str) -> SentTotals {
    SentTotals { subtotal: Some(d(subtotal)), tax: Some(d(tax)), discount: Some(d(discount)), ..SentTotals::default() }
}

fn discounted(discount: &str) -> InvoicePatch {
    let totals = SentTotals { discount: Some(d(discount)), ..SentTotals::default() };
    InvoicePatch { totals, ..InvoicePatch::default() }
}

fn in_currency(code: &str) -> InvoicePatch {
    InvoicePatch { currency: Some(code.parse().unwrap()), ..InvoicePatch::default() }
}

fn revise(desk: &mut Desk, id: LineId, patch: LinePatch) -> Result<(), Error> {
    desk.decide(|invoice, moment, new_id| invoice.update_line(id, patch, Schema::default(), moment, new_id))
}

fn reprice(desk: &mut Desk, id: LineId, price: &str) -> Result<(), Error> {
    revise(desk, id, LinePatch { unit_price: Some(Price::new(d(price)).unwrap()), ..LinePatch::default() })
}

fn remove(desk: &mut Desk, id: LineId) -> Result<(), Error> {
    desk.decide(|invoice, moment, new_id| invoice.remove_line(id, moment, new_id))
}

fn amounts(desk: &Desk) -> [String; 4] {
    let totals = desk.invoice.header().totals;
    [totals.subtotal, totals.tax, totals.discount, totals.total].map(|amount| amount.amount().to_string())
}

fn first_line(desk: &Desk) -> LineId {
    desk.invoice.lines()[0].id
}

#[test]
fn the_totals_are_the_sum_of_rounded_lines() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    for _ in 0..3 {
        desk.add(line("1.5", "0.33", "10")).unwrap();
    }
    assert_eq!(amounts(&desk), ["1.5", "0.15", "0", "1.65"]);
    let positions: Vec<_> = desk.invoice.lines().iter().map(|line| line.position).collect();
    assert_eq!(positions, [0, 1, 2]);
    let second = desk.invoice.lines()[1].id;
    remove(&mut desk, second).unwrap();
    assert_eq!(amounts(&desk), ["1", "0.1", "0", "1.1"]);
    desk.add(line("1", "5", "0")).unwrap();
    assert_eq!(desk.invoice.lines().last().unwrap().position, 3);
}

#[test]
fn a_changed_line_changes_the_totals_in_the_same_decision() {
    let mut desk = Desk::sent();
    let id = first_line(&desk);
    let quantity = Some(Quantity::new(d("3")).unwrap());
    let discount = Some(Percent::new(d("50")).unwrap());
    revise(&mut desk, id, LinePatch { quantity, discount, ..LinePatch::default() }).unwrap();
    assert_eq!(amounts(&desk), ["150", "22.5", "0", "172.5"]);
    assert_eq!(desk.invoice.changes().lines.iter().copied().collect::<Vec<_>>(), [id]);
    assert_eq!(desk.invoice.line(id).unwrap().meta.version, 2);
    assert_eq!(remove(&mut desk, LineId::new(Uuid::nil())), Err(Error::NotFound));
}

#[test]
fn totals_that_are_sent_stand_until_there_is_a_line() {
    let mut desk = Desk::open(NewInvoice { totals: sent("80", "8", "3"), ..new_invoice() }).unwrap();
    assert_eq!(amounts(&desk), ["80", "8", "3", "85"]);
    desk.decide(|invoice, moment, new_id| invoice.recalculate(moment, new_id)).unwrap();
    assert_eq!(amounts(&desk), ["80", "8", "3", "85"]);
    desk.add(line("1", "10", "10")).unwrap();
    assert_eq!(amounts(&desk), ["10", "1", "3", "8"]);
    desk.update(InvoicePatch { totals: sent("500", "50", "1"), ..InvoicePatch::default() }).unwrap();
    assert_eq!(amounts(&desk), ["10", "1", "1", "10"]);
    let id = first_line(&desk);
    desk.update(discounted("0")).unwrap();
    remove(&mut desk, id).unwrap();
    assert_eq!(amounts(&desk), ["0", "0", "0", "0"]);
    assert_eq!(desk.invoice.header().totals.source, TotalsSource::Lines);
}

#[test]
fn a_total_that_is_sent_alone_stands_as_it_is() {
    let totals = SentTotals { total: Some(d("99.5")), ..SentTotals::default() };
    let mut desk = Desk::open(NewInvoice { totals, ..new_invoice() }).unwrap();
    assert_eq!(amounts(&desk), ["0", "0", "0", "99.5"]);
    let totals = SentTotals { subtotal: Some(d("100")), ..SentTotals::default() };
    desk.update(InvoicePatch { totals, ..InvoicePatch::default() }).unwrap();
    assert_eq!(amounts(&desk), ["100", "0", "0", "100"]);
}

#[test]
fn every_wrong_total_is_named() {
    let totals = SentTotals { subtotal: Some(d("-1")), tax: Some(d("0.001")), ..SentTotals::default() };
    let refused = refusal(Desk::open(NewInvoice { totals, ..new_invoice() }).map(|desk| desk.total()));
    assert!(refused.contains("subtotal: ") && refused.contains("tax_amount: "), "{refused}");
}

#[test]
fn a_discount_is_no_more_than_what_it_is_taken_from() {
    let mut desk = Desk::of_115();
    desk.update(discounted("115")).unwrap();
    assert_eq!(desk.total(), Money::zero(Currency::USD));
    let refused = "discount: The discount cannot be more than the subtotal and the tax.";
    assert_eq!(refusal(desk.update(discounted("115.01"))), refused);
    let id = first_line(&desk);
    assert_eq!(refusal(reprice(&mut desk, id, "99.99")), refused);
    assert_eq!(refusal(remove(&mut desk, id)), refused);
    assert_eq!(desk.total(), Money::zero(Currency::USD));
}

#[test]
fn a_total_that_falls_to_what_was_paid_settles_the_invoice() {
    let mut desk = Desk::sent();
    desk.pay("100").unwrap();
    desk.reload();
    desk.update(discounted("15")).unwrap();
    assert_eq!((desk.status(), desk.balance()), (Status::Paid, "0.00 USD".into()));
    assert_eq!(desk.history(), [(Some(Status::PartiallyPaid), Status::Paid)]);
}

#[test]
fn a_total_that_rises_leaves_a_partial_payment_partial() {
    let mut desk = Desk::sent();
    desk.pay("100").unwrap();
    desk.reload();
    desk.add(line("1", "50", "0")).unwrap();
    assert_eq!((desk.status(), desk.balance(), desk.history()), (Status::PartiallyPaid, "65.00 USD".into(), vec![]));
}

#[test]
fn the_total_of_a_paid_invoice_is_fixed_and_its_texts_are_not() {
    let mut desk = Desk::sent();
    desk.pay("115").unwrap();
    let id = first_line(&desk);
    let refused = "non_field_errors: The total of a paid invoice cannot change.";
    assert_eq!(refusal(desk.add(line("1", "1", "0"))), refused);
    assert_eq!(refusal(desk.update(discounted("1"))), refused);
    assert_eq!(refusal(remove(&mut desk, id)), refused);
    let description = Some(LineText::parse("Better words").unwrap());
    revise(&mut desk, id, LinePatch { description, ..LinePatch::default() }).unwrap();
    desk.add(line("1", "0", "0")).unwrap();
    assert_eq!((desk.status(), desk.total()), (Status::Paid, usd("115")));
}

#[test]
fn the_money_of_a_closed_invoice_is_fixed() {
    for end in [Status::Void, Status::Refunded] {
        let mut desk = Desk::sent();
        if end == Status::Refunded {
            desk.pay("115").unwrap();
        }
        desk.write(end).unwrap();
        let id = first_line(&desk);
        for refused in [
            desk.add(line("1", "1", "0")).map(|_| ()),
            reprice(&mut desk, id, "1"),
            remove(&mut desk, id),
            desk.update(discounted("1")),
        ] {
            assert!(refusal(refused).contains("cannot change on an invoice that is closed"));
        }
        let notes = Some(LongText::parse("for the file").unwrap());
        let details = crate::invoice::details::DetailsPatch { notes, ..Default::default() };
        desk.update(InvoicePatch { details, totals: sent("1", "1", "0"), ..InvoicePatch::default() }).unwrap();
        assert_eq!(desk.total(), usd("115"), "totals that are sent do not bind an invoice with lines");
    }
}

#[test]
fn another_currency_takes_the_figures_as_they_are() {
    let mut desk = Desk::sent();
    desk.update(in_currency("EUR")).unwrap();
    assert_eq!(desk.total().to_string(), "115.00 EUR");
    let only = desk.invoice.lines()[0];
    assert_eq!((only.subtotal.to_string(), only.meta.version), ("100.00 EUR".into(), 2));
    assert_eq!(desk.invoice.changes().lines.len(), 1);
    assert_eq!(desk.balance(), "115.00 EUR");
}

#[test]
fn sums_of_lines_are_rounded_anew_in_a_currency_without_cents() {
    let new = NewInvoice { lines: vec![line("1.5", "7", "0"), line("1", "99", "15")], ..new_invoice() };
    let mut desk = Desk::open(new).unwrap();
    assert_eq!(amounts(&desk), ["109.5", "14.85", "0", "124.35"]);
    desk.update(in_currency("JPY")).unwrap();
    assert_eq!(amounts(&desk), ["110", "15", "0", "125"]);
}

#[test]
fn a_currency_that_lacks_the_digits_is_refused() {
    let refused = "currency: Ensure that there are no more than 0 decimal places.";
    let lines = vec![line("1", "0.50", "0")];
    let mut desk = Desk::open(NewInvoice { lines, ..new_invoice() }).unwrap();
    assert_eq!(refusal(desk.update(in_currency("JPY"))), refused);
    let mut desk = Desk::open(NewInvoice { totals: sent("0.50", "0", "0"), ..new_invoice() }).unwrap();
    assert_eq!(refusal(desk.update(in_currency("JPY"))), refused);
}

#[test]
fn the_currency_of_an_invoice_with_payments_is_fixed() {
    let mut desk = Desk::sent();
    desk.pay("1").unwrap();
    assert!(refusal(desk.update(in_currency("EUR"))).starts_with("currency: "));
    desk.update(in_currency("USD")).unwrap();
}

#[test]
fn lines_have_a_limit_and_sums_too() {
    let lines = vec![line("1", "1", "0"); crate::invoice::MAX_LINES];
    let mut desk = Desk::open(NewInvoice { lines, ..new_invoice() }).unwrap();
    assert!(refusal(desk.add(line("1", "1", "0"))).contains("no more than 500 lines"));

    let mut desk = Desk::open(NewInvoice { lines: vec![line("999", "9999999999.99", "0")], ..new_invoice() }).unwrap();
    assert!(refusal(desk.add(line("2", "9999999999.99", "0"))).contains("more than can be kept"));
    let refused = refusal(desk.add(line("99999", "9999999999.99", "0")));
    assert_eq!(refused, "non_field_errors: The quantity times the unit price is more than can be kept.");
}
