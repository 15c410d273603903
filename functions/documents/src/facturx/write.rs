//! The figures and parties as XML, in the order that the schema wants.

use domain::document::{Category, Statement, TaxGroup, is_blank, line_allowance};
use domain::invoice::TaxCategory;
use domain::money::Currency;
use jiff::civil::Date;
use quick_xml::escape::escape;
use rust_decimal::Decimal;

use crate::{DocumentLine, InvoiceDocument, Party, PostalAddress};

const OPENING: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100\"",
    " xmlns:ram=\"urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100\"",
    " xmlns:udt=\"urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100\">",
);

/// The whole document.
pub(super) fn invoice(document: &InvoiceDocument, statement: &Statement) -> String {
    let Statement { figures: _, seller_country, customer_country, seller_vat_id, customer_vat_id } = statement;
    let mut xml = Xml(OPENING.to_owned());
    xml.within("rsm:ExchangedDocumentContext", |xml| {
        xml.within("ram:GuidelineSpecifiedDocumentContextParameter", |xml| {
            xml.leaf("ram:ID", "urn:cen.eu:en16931:2017");
        });
    });
    xml.within("rsm:ExchangedDocument", |xml| {
        xml.leaf("ram:ID", &document.number);
        // A commercial invoice, in UNTDID 1001.
        xml.leaf("ram:TypeCode", "380");
        xml.date("ram:IssueDateTime", document.issue_date);
        if !is_blank(&document.notes) {
            xml.within("ram:IncludedNote", |xml| xml.leaf("ram:Content", &document.notes));
        }
    });
    xml.within("rsm:SupplyChainTradeTransaction", |xml| {
        for (index, line) in document.lines.iter().enumerate() {
            xml.within("ram:IncludedSupplyChainTradeLineItem", |xml| {
                write_line(xml, index + 1, line, document.currency)
            });
        }
        xml.within("ram:ApplicableHeaderTradeAgreement", |xml| {
            xml.within("ram:SellerTradeParty", |xml| {
                write_party(xml, &document.seller, seller_country, seller_vat_id.as_deref());
            });
            xml.within("ram:BuyerTradeParty", |xml| {
                write_party(xml, &document.customer, customer_country, customer_vat_id.as_deref());
            });
        });
        xml.0.push_str("<ram:ApplicableHeaderTradeDelivery/>");
        xml.within("ram:ApplicableHeaderTradeSettlement", |xml| write_settlement(xml, document, statement));
    });
    xml.0.push_str("</rsm:CrossIndustryInvoice>\n");
    xml.0
}

fn write_line(xml: &mut Xml, number: usize, line: &DocumentLine, currency: Currency) {
    let (full, allowance) = line_allowance(line, currency);
    xml.within("ram:AssociatedDocumentLineDocument", |xml| xml.leaf("ram:LineID", &number.to_string()));
    xml.within("ram:SpecifiedTradeProduct", |xml| {
        xml.leaf("ram:Name", if is_blank(&line.description) { "-" } else { &line.description });
    });
    xml.within("ram:SpecifiedLineTradeAgreement", |xml| {
        xml.within("ram:NetPriceProductTradePrice", |xml| {
            xml.leaf("ram:ChargeAmount", &line.unit_price.normalize().to_string());
        });
    });
    xml.within("ram:SpecifiedLineTradeDelivery", |xml| {
        // Pieces, in UN/ECE recommendation 20.
        xml.leaf_with("ram:BilledQuantity", "unitCode", "C62", &line.quantity.normalize().to_string());
    });
    xml.within("ram:SpecifiedLineTradeSettlement", |xml| {
        if let Some(category) = Category::of(line) {
            xml.within("ram:ApplicableTradeTax", |xml| write_category(xml, category, line.tax_rate));
        }
        if !allowance.is_zero() {
            xml.within("ram:SpecifiedTradeAllowanceCharge", |xml| {
                xml.within("ram:ChargeIndicator", |xml| xml.leaf("udt:Indicator", "false"));
                xml.leaf("ram:CalculationPercent", &line.discount.normalize().to_string());
                xml.amount("ram:BasisAmount", full);
                xml.amount("ram:ActualAmount", allowance);
                write_discount_reason(xml);
            });
        }
        xml.within("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
            xml.amount("ram:LineTotalAmount", line.amount);
        });
    });
}

fn write_party(xml: &mut Xml, party: &Party, country: &str, vat_id: Option<&str>) {
    let PostalAddress { street, postcode, city, region, country: _ } = &party.address;
    xml.leaf("ram:Name", &party.name);
    if !is_blank(&party.registration) {
        xml.within("ram:SpecifiedLegalOrganization", |xml| xml.leaf("ram:ID", &party.registration));
    }
    xml.within("ram:PostalTradeAddress", |xml| {
        xml.leaf_unless_empty("ram:PostcodeCode", postcode);
        let mut lines = street.lines().map(str::trim).filter(|line| !line.is_empty());
        xml.leaf_unless_empty("ram:LineOne", lines.next().unwrap_or_default());
        xml.leaf_unless_empty("ram:LineTwo", lines.next().unwrap_or_default());
        xml.leaf_unless_empty("ram:LineThree", &lines.collect::<Vec<_>>().join(", "));
        xml.leaf_unless_empty("ram:CityName", city);
        xml.leaf("ram:CountryID", country);
        xml.leaf_unless_empty("ram:CountrySubDivisionName", region);
    });
    if party.email.contains('@') {
        xml.within("ram:URIUniversalCommunication", |xml| {
            xml.leaf_with("ram:URIID", "schemeID", "EM", &party.email);
        });
    }
    if let Some(vat_id) = vat_id {
        xml.within("ram:SpecifiedTaxRegistration", |xml| xml.leaf_with("ram:ID", "schemeID", "VA", vat_id));
    }
}

fn write_settlement(xml: &mut Xml, document: &InvoiceDocument, statement: &Statement) {
    let figures = &statement.figures;
    let currency = document.currency.code();
    xml.leaf("ram:InvoiceCurrencyCode", currency);
    if let Some(url) = document.link_to_pay() {
        xml.within("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            // An online payment service, in UNTDID 4461.
            xml.leaf("ram:TypeCode", "68");
            xml.leaf("ram:Information", url);
        });
    }
    for tax in &figures.taxes {
        xml.within("ram:ApplicableTradeTax", |xml| write_tax(xml, tax));
    }
    if !figures.allowance.is_zero() {
        xml.within("ram:SpecifiedTradeAllowanceCharge", |xml| {
            xml.within("ram:ChargeIndicator", |xml| xml.leaf("udt:Indicator", "false"));
            xml.amount("ram:ActualAmount", figures.allowance);
            write_discount_reason(xml);
            xml.within("ram:CategoryTradeTax", |xml| {
                write_category(xml, figures.allowance_category, Decimal::ZERO);
            });
        });
    }
    if document.due_date.is_some() || !is_blank(&document.terms) {
        xml.within("ram:SpecifiedTradePaymentTerms", |xml| {
            xml.leaf_unless_empty("ram:Description", &document.terms);
            if let Some(due_date) = document.due_date {
                xml.date("ram:DueDateDateTime", due_date);
            }
        });
    }
    xml.within("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        xml.amount("ram:LineTotalAmount", figures.lines);
        xml.amount("ram:AllowanceTotalAmount", figures.allowance);
        xml.amount("ram:TaxBasisTotalAmount", figures.net);
        xml.leaf_with("ram:TaxTotalAmount", "currencyID", currency, &two_places(figures.tax));
        xml.amount("ram:GrandTotalAmount", figures.gross);
        xml.amount("ram:TotalPrepaidAmount", figures.paid);
        xml.amount("ram:DuePayableAmount", figures.due);
    });
}

fn write_tax(xml: &mut Xml, tax: &TaxGroup) {
    xml.amount("ram:CalculatedAmount", tax.tax);
    xml.leaf("ram:TypeCode", "VAT");
    let reason = reason(tax);
    if let Some((text, _)) = reason {
        xml.leaf("ram:ExemptionReason", text);
    }
    xml.amount("ram:BasisAmount", tax.base);
    xml.leaf("ram:CategoryCode", tax.category.code());
    if let Some((_, Some(code))) = reason {
        xml.leaf("ram:ExemptionReasonCode", code);
    }
    write_rate(xml, tax.category, tax.rate);
}

/// Why there is no tax, as a text and a code of the list VATEX (BR-E-10, BR-AE-10, BR-O-10).
fn reason(tax: &TaxGroup) -> Option<(&'static str, Option<&'static str>)> {
    let Category::Untaxed(category) = tax.category else { return None };
    match category {
        TaxCategory::ZeroRated => None,
        // Nothing but the discount on the whole.
        TaxCategory::Exempt if tax.base < Decimal::ZERO => Some(("Discount after tax", None)),
        TaxCategory::Exempt => Some(("Exempt from tax", None)),
        TaxCategory::ReverseCharge => Some(("Reverse charge", Some("VATEX-EU-AE"))),
        TaxCategory::OutOfScope => Some(("Not subject to VAT", Some("VATEX-EU-O"))),
    }
}

fn write_category(xml: &mut Xml, category: Category, rate: Decimal) {
    xml.leaf("ram:TypeCode", "VAT");
    xml.leaf("ram:CategoryCode", category.code());
    write_rate(xml, category, rate);
}

/// What is out of scope has no rate (BR-O-05 to BR-O-07).
fn write_rate(xml: &mut Xml, category: Category, rate: Decimal) {
    if category != Category::Untaxed(TaxCategory::OutOfScope) {
        xml.leaf("ram:RateApplicablePercent", &rate.normalize().to_string());
    }
}

fn write_discount_reason(xml: &mut Xml) {
    // A discount, in UNTDID 5189.
    xml.leaf("ram:ReasonCode", "95");
    xml.leaf("ram:Reason", "Discount");
}

/// The text of a document under construction.
struct Xml(String);

impl Xml {
    fn within(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.0.extend(["<", name, ">"]);
        content(self);
        self.0.extend(["</", name, ">"]);
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.within(name, |xml| xml.text(text));
    }

    fn leaf_unless_empty(&mut self, name: &str, text: &str) {
        if !is_blank(text) {
            self.leaf(name, text);
        }
    }

    /// The attribute is one of the code's own.
    fn leaf_with(&mut self, name: &str, attribute: &str, value: &str, text: &str) {
        self.0.extend(["<", name, " ", attribute, "=\"", value, "\">"]);
        self.text(text);
        self.0.extend(["</", name, ">"]);
    }

    fn amount(&mut self, name: &str, amount: Decimal) {
        self.leaf(name, &two_places(amount));
    }

    fn date(&mut self, name: &str, date: Date) {
        self.within(name, |xml| {
            xml.leaf_with("udt:DateTimeString", "format", "102", &date.strftime("%Y%m%d").to_string());
        });
    }

    /// The text without the characters that XML cannot have.
    fn text(&mut self, text: &str) {
        let forbidden = |c: char| (c.is_control() && !matches!(c, '\t' | '\n')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        let text: String = text.chars().filter(|c| !forbidden(*c)).collect();
        self.0.push_str(&escape(text.trim()));
    }
}

fn two_places(amount: Decimal) -> String {
    format!("{amount:.2}")
}
