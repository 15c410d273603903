//! Totals that are sent: beside lines, over lines, and the invoice's own tax.

use super::*;
use crate::invoice::header::TotalsSource;
use crate::invoice::input::LinesChange;

fn amounts(desk: &Desk) -> [String; 4] {
    let totals = desk.invoice.header().totals;
    [totals.subtotal, totals.tax, totals.discount, totals.total].map(|amount| amount.amount().to_string())
}

fn own_tax(amount: &str) -> SentTotals {
    SentTotals { own_tax: Some(d(amount)), ..SentTotals::default() }
}

fn over(totals: SentTotals) -> SentTotals {
    SentTotals { over_lines: true, ..totals }
}

/// The document's billing, whose totals are not those of its items.
fn billing() -> NewInvoice {
    let totals = over(SentTotals {
        subtotal: Some(d("12800")),
        tax: Some(d("2700")),
        discount: Some(d("500")),
        total: Some(d("15000")),
        ..SentTotals::default()
    });
    NewInvoice { totals, lines: vec![line("10", "99.99", "0"), line("5", "199.99", "10")], ..new_invoice() }
}

fn with_totals(totals: SentTotals) -> InvoicePatch {
    InvoicePatch { totals, ..InvoicePatch::default() }
}

#[test]
fn the_invoices_own_tax_is_added_to_that_of_its_lines() {
    let mut desk = Desk::open(NewInvoice { totals: own_tax("7.5"), ..billing() }).unwrap();
    assert_eq!(amounts(&desk), ["1999.85", "107.5", "0", "2107.35"]);
    desk.add(line("1", "10", "10")).unwrap();
    assert_eq!(amounts(&desk), ["2009.85", "108.5", "0", "2118.35"]);
    desk.update(with_totals(own_tax("0"))).unwrap();
    assert_eq!(amounts(&desk), ["2009.85", "101", "0", "2110.85"]);
    assert!(refusal(desk.update(with_totals(own_tax("-1")))).starts_with("own_tax: "));
}

#[test]
fn without_lines_the_own_tax_is_all_tax_and_stays_beside_the_first_line() {
    let totals = SentTotals { subtotal: Some(d("100")), ..own_tax("8") };
    let mut desk = Desk::open(NewInvoice { totals, ..new_invoice() }).unwrap();
    assert_eq!(amounts(&desk), ["100", "8", "0", "108"]);
    desk.update(with_totals(own_tax("5"))).unwrap();
    assert_eq!(amounts(&desk), ["100", "5", "0", "105"]);
    desk.add(line("1", "10", "10")).unwrap();
    assert_eq!(amounts(&desk), ["10", "6", "0", "16"]);
}

#[test]
fn less_tax_than_the_own_tax_leaves_no_more_of_it() {
    let mut desk = Desk::open(NewInvoice { totals: own_tax("8"), ..new_invoice() }).unwrap();
    desk.update(with_totals(SentTotals { tax: Some(d("3")), ..SentTotals::default() })).unwrap();
    assert_eq!(desk.invoice.header().totals.own_tax, usd("3"));
}

#[test]
fn totals_sent_over_lines_stand_until_a_line_changes() {
    let mut desk = Desk::open(billing()).unwrap();
    assert_eq!(amounts(&desk), ["12800", "2700", "500", "15000"]);
    desk.reload();
    let notes = Some(LongText::parse("x").unwrap());
    let details = crate::invoice::details::DetailsPatch { notes, ..Default::default() };
    desk.update(InvoicePatch { details, ..InvoicePatch::default() }).unwrap();
    assert_eq!(amounts(&desk), ["12800", "2700", "500", "15000"]);
    desk.add(line("1", "0.15", "0")).unwrap();
    assert_eq!(amounts(&desk), ["2000", "100", "500", "1600"]);
}

#[test]
fn recalculating_takes_the_totals_from_the_lines() {
    let mut desk = Desk::open(billing()).unwrap();
    desk.decide(|invoice, moment, new_id| invoice.recalculate(moment, new_id)).unwrap();
    assert_eq!(amounts(&desk), ["1999.85", "100", "500", "1599.85"]);
}

#[test]
fn new_lines_without_totals_take_the_totals_with_them_and_with_totals_those_stand() {
    let lines = || Some(LinesChange::Replace(vec![line("1", "700", "0")]));
    let mut desk = Desk::open(billing()).unwrap();
    let total = over(SentTotals { total: Some(d("650")), ..SentTotals::default() });
    desk.update(InvoicePatch { lines: lines(), ..with_totals(total) }).unwrap();
    assert_eq!(amounts(&desk), ["700", "0", "500", "650"], "what was left out is the new lines'");
    assert_eq!(desk.invoice.header().totals.source, TotalsSource::Sent);
    desk.update(InvoicePatch { lines: lines(), ..with_totals(over(SentTotals::default())) }).unwrap();
    assert_eq!(amounts(&desk), ["700", "0", "500", "200"]);
    assert_eq!(desk.invoice.header().totals.source, TotalsSource::Lines);
}

#[test]
fn totals_that_are_left_out_are_the_lines() {
    for (sent, shown) in [
        (SentTotals::default(), ["1999.85", "100", "0", "2099.85"]),
        (SentTotals { discount: Some(d("99.85")), ..SentTotals::default() }, ["1999.85", "100", "99.85", "2000"]),
        (SentTotals { total: Some(d("2000")), ..SentTotals::default() }, ["1999.85", "100", "0", "2000"]),
        (SentTotals { subtotal: Some(d("1900")), ..SentTotals::default() }, ["1900", "100", "0", "2000"]),
    ] {
        let desk = Desk::open(NewInvoice { totals: over(sent), ..billing() }).unwrap();
        assert_eq!(amounts(&desk), shown);
    }
}

#[test]
fn without_the_right_to_stand_sums_are_ignored_beside_lines_and_the_discount_is_not() {
    let mut desk = Desk::open(billing()).unwrap();
    let totals = SentTotals {
        subtotal: Some(d("1")),
        tax: Some(d("1")),
        total: Some(d("1")),
        discount: Some(d("500")),
        ..SentTotals::default()
    };
    desk.update(with_totals(totals)).unwrap();
    assert_eq!(amounts(&desk), ["12800", "2700", "500", "15000"], "what was read and sent back changes nothing");
    desk.update(with_totals(SentTotals { discount: Some(d("400")), ..totals })).unwrap();
    assert_eq!(amounts(&desk), ["12800", "2700", "400", "15100"]);
    let desk = Desk::open(NewInvoice { totals: SentTotals { over_lines: false, ..billing().totals }, ..billing() });
    assert_eq!(amounts(&desk.unwrap()), ["1999.85", "100", "500", "1599.85"]);
}

#[test]
fn a_discount_over_the_sent_sums_is_refused() {
    let totals =
        over(SentTotals { subtotal: Some(d("10")), tax: Some(d("0")), discount: Some(d("11")), ..Default::default() });
    let refused = refusal(Desk::open(NewInvoice { totals, ..billing() }).map(|desk| desk.total()));
    assert_eq!(refused, "discount: The discount cannot be more than the subtotal and the tax.");
}
