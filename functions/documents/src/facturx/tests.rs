use quick_xml::Reader;
use quick_xml::events::Event;
use rust_decimal::Decimal;

use super::xml;
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
        let Some(xml) = xml(&document) else { continue };
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
        ["Z", "E", "S", "S", "S", "S"]
    );
    let rates = values(&leaves, "HeaderTradeSettlement/ApplicableTradeTax/RateApplicablePercent");
    assert_eq!(rates, ["0", "0", "0.3", "7", "7.7", "19"]);
    assert_eq!(values(&leaves, "HeaderTradeSettlement/ApplicableTradeTax/BasisAmount")[1], "-25.50");
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
fn lines_without_tax_say_why() {
    let tax = |name: &str, leaf: &str| {
        let leaves = leaves(&xml(&sample(name)).unwrap());
        values(&leaves, &format!("HeaderTradeSettlement/ApplicableTradeTax/{leaf}"))
    };
    assert_eq!(tax("exempt", "CategoryCode"), ["E"]);
    assert_eq!(tax("exempt", "BasisAmount"), ["800.00"]);
    assert_eq!(tax("exempt", "ExemptionReason"), ["Exempt from tax"]);
    assert_eq!(tax("reverse-charge", "ExemptionReasonCode"), ["VATEX-EU-AE"]);
    assert_eq!(tax("out-of-scope", "ExemptionReasonCode"), ["VATEX-EU-O"]);
    assert_eq!(tax("out-of-scope", "RateApplicablePercent"), [""; 0]);
    assert_eq!(tax("categories", "CategoryCode"), ["Z", "E", "AE", "S"]);
    let leaves = leaves(&xml(&sample("out-of-scope")).unwrap());
    assert_eq!(values(&leaves, "SellerTradeParty/SpecifiedLegalOrganization/ID"), ["HRB 98765"]);
    assert_eq!(values(&leaves, "SpecifiedTaxRegistration/ID"), [""; 0]);
}

#[test]
fn countries_are_stated_by_their_codes() {
    let leaves = leaves(&xml(&sample("categories")).unwrap());
    assert_eq!(values(&leaves, "PostalTradeAddress/CountryID"), ["DE", "FR"]);
}

#[test]
fn what_cannot_be_stated_has_no_electronic_invoice() {
    for name in ["foreign", "empty", "unknown-category"] {
        assert_eq!(xml(&sample(name)), None, "{name}");
    }
    let draft = InvoiceDocument { status: domain::invoice::Status::Draft, ..sample("simple") };
    assert_eq!(xml(&draft), None);
}
