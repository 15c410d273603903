use quick_xml::Reader;
use quick_xml::events::Event;
use rust_decimal::Decimal;

use super::{Obstacle, xml};
use crate::layout_tests::sample;
use crate::{InvoiceDocument, samples};

/// The leaves in their order: the path of names, and the text.
fn leaves(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut text, mut leaves) = (Vec::new(), String::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(reference) => {
                text.push_str(&quick_xml::escape::unescape(&format!("&{};", &*reference)).unwrap());
            }
            Event::End(_) => {
                leaves.push((path.join("/"), std::mem::take(&mut text)));
                path.pop();
            }
            Event::Eof => return leaves,
            _ => {}
        }
    }
}

fn values(leaves: &[(String, String)], ending: &str) -> Vec<String> {
    leaves.iter().filter(|(path, _)| path.ends_with(ending)).map(|(_, text)| text.clone()).collect()
}

fn sum(leaves: &[(String, String)], ending: &str) -> Decimal {
    values(leaves, ending).iter().map(|text| text.parse::<Decimal>().unwrap()).sum()
}

#[test]
fn the_sums_follow_the_standards_rules() {
    for (name, document) in samples::all() {
        let Ok(xml) = xml(&document) else { continue };
        let leaves = leaves(&xml);
        let one = |leaf: &str| sum(&leaves, &format!("HeaderMonetarySummation/{leaf}"));
        // BR-CO-10, 11, 13, 14, 15, 16.
        assert_eq!(one("LineTotalAmount"), sum(&leaves, "SettlementLineMonetarySummation/LineTotalAmount"), "{name}");
        let allowances = sum(&leaves, "HeaderTradeSettlement/SpecifiedTradeAllowanceCharge/ActualAmount");
        assert_eq!(one("AllowanceTotalAmount"), allowances, "{name}");
        assert_eq!(one("TaxBasisTotalAmount"), one("LineTotalAmount") - one("AllowanceTotalAmount"), "{name}");
        assert_eq!(one("TaxTotalAmount"), sum(&leaves, "ApplicableTradeTax/CalculatedAmount"), "{name}");
        assert_eq!(one("TaxBasisTotalAmount"), sum(&leaves, "ApplicableTradeTax/BasisAmount"), "{name}");
        assert_eq!(one("GrandTotalAmount"), one("TaxBasisTotalAmount") + one("TaxTotalAmount"), "{name}");
        assert_eq!(one("DuePayableAmount"), one("GrandTotalAmount") - one("TotalPrepaidAmount"), "{name}");
        assert_eq!(one("GrandTotalAmount"), document.totals.total, "{name}");
        assert_eq!(one("DuePayableAmount"), document.totals.balance, "{name}");
    }
}

#[test]
fn an_invoice_with_rates_and_discounts_is_stated_in_full() {
    let xml = xml(&sample("rates")).unwrap();
    let leaves = leaves(&xml);
    assert_eq!(
        values(&leaves, "HeaderTradeSettlement/ApplicableTradeTax/CategoryCode"),
        ["Z", "S", "S", "S", "S", "E"]
    );
    let rates = values(&leaves, "HeaderTradeSettlement/ApplicableTradeTax/RateApplicablePercent");
    assert_eq!(rates, ["0", "0.3", "7", "7.7", "19", "0"]);
    assert_eq!(values(&leaves, "HeaderTradeSettlement/ApplicableTradeTax/BasisAmount").last().unwrap(), "-25.50");
    assert_eq!(values(&leaves, "SpecifiedTradeSettlementHeaderMonetarySummation/TotalPrepaidAmount"), ["164.50"]);
    assert_eq!(values(&leaves, "SellerTradeParty/SpecifiedTaxRegistration/ID"), ["DE123456789"]);
    assert_eq!(values(&leaves, "BuyerTradeParty/PostalTradeAddress/LineTwo"), ["2e étage"]);
    assert_eq!(values(&leaves, "ExchangedDocument/IssueDateTime/DateTimeString"), ["20260331"]);
    assert_eq!(values(&leaves, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"), ["20260430"]);
    // 2.5 × 99.99 = 249.98, less ten per cent: 224.98.
    assert_eq!(values(&leaves, "SpecifiedTradeAllowanceCharge/BasisAmount")[0], "249.98");
    assert_eq!(values(&leaves, "SpecifiedLineTradeSettlement/SpecifiedTradeAllowanceCharge/ActualAmount")[0], "25.00");
}

#[test]
fn hostile_texts_stay_texts() {
    let leaves = leaves(&xml(&sample("hostile")).unwrap());
    let names = values(&leaves, "SpecifiedTradeProduct/Name");
    assert_eq!(names[3], "</ram:Name> & <![CDATA[ ]]> <!-- --> &amp;");
    assert_eq!(names[2], "\"quotes\" 'single' \\backslash \\n \\u{41} ] } ) ; #] ~ -- --- ...");
}

#[test]
fn what_the_standard_asks_for_must_be_there() {
    let change = |change: fn(&mut InvoiceDocument)| {
        let mut document = sample("simple");
        change(&mut document);
        xml(&document).err()
    };
    assert_eq!(change(|_| {}), None);
    assert_eq!(change(|invoice| invoice.number = " \u{1}".to_owned()), Some(Obstacle::Number));
    assert_eq!(change(|invoice| invoice.seller.name.clear()), Some(Obstacle::SellerName));
    assert_eq!(change(|invoice| invoice.seller.vat_id.clear()), Some(Obstacle::SellerVatId));
    assert_eq!(change(|invoice| invoice.seller.vat_id = "123".to_owned()), Some(Obstacle::SellerVatId));
    assert_eq!(change(|invoice| invoice.seller.address.country = "Germany".to_owned()), Some(Obstacle::SellerAddress));
    assert_eq!(change(|invoice| invoice.customer.name.clear()), Some(Obstacle::CustomerName));
    assert_eq!(change(|invoice| invoice.customer.address.country.clear()), Some(Obstacle::CustomerCountry));
    assert_eq!(change(|invoice| invoice.currency = "HRK".parse().unwrap()), Some(Obstacle::Currency));
    assert_eq!(change(|invoice| invoice.status = domain::invoice::Status::Draft), Some(Obstacle::Status));
    assert_eq!(change(|invoice| invoice.status = domain::invoice::Status::Void), Some(Obstacle::Status));
    assert_eq!(change(|invoice| invoice.status = domain::invoice::Status::Refunded), Some(Obstacle::Status));
    assert_eq!(change(|invoice| invoice.lines.clear()), Some(Obstacle::NoLines));
    assert_eq!(change(|invoice| invoice.lines[0].unit_price = (-1).into()), Some(Obstacle::NegativePrice));
    assert_eq!(change(|invoice| invoice.totals.own_tax = 1.into()), Some(Obstacle::TaxWithoutRate));
    assert_eq!(change(|invoice| (invoice.due_date, invoice.terms) = (None, String::new())), Some(Obstacle::NoTerms));
}

#[test]
fn totals_that_are_not_those_of_the_lines_are_not_stated() {
    let cent = Decimal::new(1, 2);
    for change in [
        |invoice: &mut InvoiceDocument, cent| invoice.totals.subtotal += cent,
        |invoice: &mut InvoiceDocument, cent| invoice.totals.tax += cent,
        |invoice: &mut InvoiceDocument, cent| invoice.totals.total += cent,
        |invoice: &mut InvoiceDocument, cent| invoice.totals.balance += cent,
        |invoice: &mut InvoiceDocument, cent| invoice.totals.discount += cent,
        |invoice: &mut InvoiceDocument, cent| invoice.lines[1].quantity += cent,
    ] {
        let mut document = sample("simple");
        change(&mut document, cent);
        assert_eq!(xml(&document), Err(Obstacle::Sums));
    }
}

#[test]
fn taxes_rounded_per_line_may_differ_from_the_rates_share_by_less_than_one_unit() {
    let mut document = sample("simple");
    let (mut base, mut tax) = (Decimal::ZERO, Decimal::ZERO);
    // 0.05 at 10 % is 0.005, rounded to 0.01: each line adds half a cent.
    for count in [190, 210] {
        let line = crate::DocumentLine {
            quantity: Decimal::ONE,
            unit_price: Decimal::new(5, 2),
            tax_rate: Decimal::TEN,
            amount: Decimal::new(5, 2),
            tax: Decimal::new(1, 2),
            ..document.lines[0].clone()
        };
        document.lines = vec![line; count];
        base = document.lines.iter().map(|line| line.amount).sum();
        tax = document.lines.iter().map(|line| line.tax).sum();
        let total = base + tax;
        document.totals = crate::DocumentTotals { subtotal: base, tax, total, balance: total, ..Default::default() };
        assert_eq!(xml(&document).err(), (count == 210).then_some(Obstacle::TaxRounding), "{count}");
    }
    assert!(tax > base / Decimal::TEN);
}
