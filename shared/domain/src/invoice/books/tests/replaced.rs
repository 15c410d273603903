//! Lines that are replaced together.

use super::*;
use crate::invoice::header::TotalsSource;
use crate::invoice::input::{LinesChange, SoleLine};
use crate::invoice::line::LinePatch;

fn replace(lines: Vec<NewLine>) -> InvoicePatch {
    InvoicePatch { lines: Some(LinesChange::Replace(lines)), ..InvoicePatch::default() }
}

fn sole(quantity: Option<&str>, price: Option<&str>) -> InvoicePatch {
    let sole = SoleLine {
        quantity: quantity.map(|quantity| Quantity::new(d(quantity)).unwrap()),
        unit_price: price.map(|price| Price::new(d(price)).unwrap()),
        description: LineText::parse("Website").unwrap(),
    };
    InvoicePatch { lines: Some(LinesChange::Sole(sole)), ..InvoicePatch::default() }
}

fn of_three() -> Desk {
    let lines = vec![line("1", "10", "0"), line("1", "20", "0"), line("1", "30", "0")];
    let mut desk = Desk::open(NewInvoice { lines, ..new_invoice() }).unwrap();
    desk.reload();
    desk
}

fn ids(desk: &Desk) -> Vec<LineId> {
    desk.invoice.lines().iter().map(|line| line.id).collect()
}

#[test]
fn replaced_lines_keep_the_ids_of_their_places_and_only_what_changed_is_written() {
    let mut desk = of_three();
    let before = ids(&desk);
    desk.update(replace(vec![line("1", "10", "0"), line("2", "20", "0")])).unwrap();
    assert_eq!((ids(&desk), desk.total()), (before[..2].to_vec(), usd("50")));
    let changes = desk.invoice.changes();
    assert_eq!(changes.lines.iter().copied().collect::<Vec<_>>(), [before[1]]);
    assert_eq!(changes.removed_lines.iter().map(|line| line.id).collect::<Vec<_>>(), [before[2]]);
    let versions: Vec<_> = desk.invoice.lines().iter().map(|line| line.meta.version).collect();
    assert_eq!(versions, [1, 2]);

    desk.reload();
    desk.update(replace(vec![line("1", "10", "0"), line("2", "20", "0"), line("1", "5", "0")])).unwrap();
    assert_eq!((&ids(&desk)[..2], desk.total()), (&before[..2], usd("55")));
    assert!(!before.contains(&ids(&desk)[2]));
    assert_eq!(desk.invoice.lines()[2].position, 3, "a place is not given twice");
}

#[test]
fn the_same_lines_again_change_nothing() {
    let mut desk = of_three();
    let before = desk.invoice.clone();
    desk.update(replace(vec![line("1", "10", "0"), line("1", "20", "0"), line("1", "30", "0")])).unwrap();
    assert_eq!(desk.invoice, before);
}

#[test]
fn lines_that_come_back_as_they_were_leave_the_sums_that_were_sent() {
    let sums = SentTotals { subtotal: Some(d("80")), total: Some(d("75")), ..SentTotals::default() };
    let over_lines = SentTotals { over_lines: true, ..sums };
    for (lines, totals) in [(vec![], sums), (vec![line("1", "10", "0")], over_lines)] {
        let mut desk = Desk::open(NewInvoice { lines: lines.clone(), totals, ..new_invoice() }).unwrap();
        desk.reload();
        let before = desk.invoice.clone();
        desk.update(replace(lines.clone())).unwrap();
        assert_eq!(desk.invoice, before);
        desk.update(replace([lines, vec![line("1", "5", "0")]].concat())).unwrap();
        assert_eq!(desk.invoice.header().totals.source, TotalsSource::Lines);
    }
}

#[test]
fn a_line_may_come_back_as_it_was_where_it_may_not_change() {
    let mut desk = of_three();
    desk.write(Status::Void).unwrap();
    desk.reload();
    let (before, line) = (desk.invoice.clone(), desk.invoice.lines()[0].clone());
    let revise = |desk: &mut Desk, unit_price: Price| {
        let patch = LinePatch {
            description: Some(line.description.clone()),
            unit_price: Some(unit_price),
            ..LinePatch::default()
        };
        desk.decide(|invoice, moment, new_id| invoice.update_line(line.id, patch, Schema::default(), moment, new_id))
    };
    revise(&mut desk, line.figures.unit_price).unwrap();
    assert_eq!(desk.invoice, before);
    assert!(revise(&mut desk, Price::new(d("11")).unwrap()).is_err());
}

#[test]
fn each_wrong_line_is_told_with_its_place() {
    let mut desk = of_three();
    let wrong = vec![line("99999", "9999999999.99", "0"), line("1", "20", "0"), line("99999", "9999999999.99", "0")];
    let too_large = "The quantity times the unit price is more than can be kept.";
    let expected = format!("lines[0]: {too_large}; lines[2]: {too_large}");
    assert_eq!(refusal(desk.update(replace(wrong.clone()))), expected);
    assert_eq!(refusal(Desk::open(NewInvoice { lines: wrong, ..new_invoice() }).map(|_| ())), expected);
}

#[test]
fn other_words_of_a_line_are_a_new_version_of_the_invoice_too() {
    let mut desk = of_three();
    let version = desk.invoice.header().meta.version;
    let other = NewLine { description: LineText::parse("Other work").unwrap(), ..line("1", "10", "0") };
    desk.update(replace(vec![other, line("1", "20", "0"), line("1", "30", "0")])).unwrap();
    assert_eq!(desk.invoice.header().meta.version, version + 1);
}

#[test]
fn lines_that_go_away_need_not_fit_the_new_currency() {
    let lines = vec![line("1", "0.50", "0")];
    let mut desk = Desk::open(NewInvoice { lines, ..new_invoice() }).unwrap();
    let currency = Some("JPY".parse().unwrap());
    desk.update(InvoicePatch { currency, ..replace(vec![line("2", "300", "10")]) }).unwrap();
    assert_eq!(desk.total().to_string(), "660.00 JPY");
}

#[test]
fn no_lines_at_all_leave_nothing_to_pay() {
    let mut desk = of_three();
    desk.update(replace(vec![])).unwrap();
    assert_eq!((desk.total(), desk.invoice.header().totals.source), (usd("0"), TotalsSource::Lines));
}

#[test]
fn the_lines_of_a_paid_invoice_may_change_in_words_alone_and_those_of_a_void_one_not_at_all() {
    let mut paid = Desk::sent();
    paid.pay("115").unwrap();
    let refused = "non_field_errors: The total of a paid invoice cannot change.";
    assert_eq!(refusal(paid.update(replace(vec![line("1", "1", "0")]))), refused);
    let other = NewLine { description: LineText::parse("Other work").unwrap(), ..line("1", "100", "15") };
    paid.update(replace(vec![other.clone()])).unwrap();

    let mut void = Desk::sent();
    void.write(Status::Void).unwrap();
    assert!(refusal(void.update(replace(vec![other]))).contains("cannot change on an invoice that is closed"));
    void.update(replace(vec![line("1", "100", "15")])).unwrap();
}

#[test]
fn the_figures_of_the_only_line_change_one_by_one() {
    let mut desk = Desk::sent();
    let id = ids(&desk)[0];
    desk.update(sole(Some("3"), None)).unwrap();
    assert_eq!((ids(&desk), desk.total()), (vec![id], usd("345")));
    desk.update(sole(None, Some("10"))).unwrap();
    assert_eq!(desk.total(), usd("34.5"));
    assert_eq!(desk.invoice.lines()[0].description.as_str(), "Work", "its words stay");
    let before = desk.invoice.clone();
    desk.update(sole(Some("3"), Some("10"))).unwrap();
    assert_eq!(desk.invoice, before);
}

#[test]
fn the_only_line_is_made_where_there_is_none() {
    let mut desk = Desk::open(new_invoice()).unwrap();
    assert_eq!(refusal(desk.update(sole(Some("2"), None))), "unit_price: This field is required.");
    desk.update(sole(None, Some("10"))).unwrap();
    let only = desk.invoice.lines()[0];
    assert_eq!((only.description.as_str(), only.figures.quantity.value()), ("Website", d("1")));
    assert_eq!(desk.total(), usd("10"));
}

#[test]
fn several_lines_are_one_at_the_subtotal_and_nothing_else() {
    let mut desk = of_three();
    let before = desk.invoice.clone();
    desk.update(sole(Some("1"), Some("60"))).unwrap();
    assert_eq!(desk.invoice, before);
    assert!(refusal(desk.update(sole(Some("2"), None))).starts_with("quantity: "));
    assert!(refusal(desk.update(sole(None, Some("61")))).starts_with("unit_price: "));
}
