//! The document of an invoice of the books.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{DocumentLine, DocumentPayment, DocumentTotals, InvoiceDocument, Party, PostalAddress};
use crate::invoice::{Address, Header, Invoice, Line, Payment, PaymentMethod, Refund, utc_date};
use crate::json::Value;
use crate::money::Money;

/// What an invoice does not say itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentContext {
    /// The organisation's name.
    pub seller: String,
    /// The organisation's logo: an image file.
    pub logo: Option<Vec<u8>>,
    /// The client's name, where the invoice has a client and names no customer of its own.
    pub client: Option<String>,
    /// The customer's e-mail address; empty, where none is known.
    pub customer_email: String,
    /// Where the customer pays, or reads the invoice.
    pub pay_url: Option<String>,
}

impl InvoiceDocument {
    /// The document of an invoice in names that stand for those of its organisation and its client.
    pub(super) fn without_names(invoice: &Invoice) -> Self {
        let name = || "-".to_owned();
        let client = invoice.header().details.client.map(|_| name());
        Self::new(invoice, DocumentContext { seller: name(), client, ..DocumentContext::default() })
    }

    /// The document of an invoice.
    #[must_use]
    pub fn new(invoice: &Invoice, context: DocumentContext) -> Self {
        let DocumentContext { seller, logo, client, customer_email, pay_url } = context;
        let header = invoice.header();
        let details = &header.details;
        Self {
            id: header.id.to_string(),
            number: header.number.to_string(),
            title: details.title.to_string(),
            description: details.description.to_string(),
            status: header.status,
            issue_date: header.issue_date,
            due_date: header.due_date,
            currency: header.currency,
            seller: self::seller(&seller, details.from_address.as_ref()),
            logo,
            customer: customer(header, client.as_deref(), customer_email),
            lines: invoice.lines().into_iter().map(line).collect(),
            totals: totals(invoice),
            payments: payments(invoice),
            terms: details.payment_terms.to_string(),
            notes: details.notes.to_string(),
            pay_url,
        }
    }
}

/// What an address calls the number in a register of companies.
const REGISTRATION: [&str; 2] = ["registration_number", "company_number"];

/// Who invoices: what the invoice's address says, and the organisation's name where it says none.
fn seller(organisation: &str, address: Option<&Address>) -> Party {
    let said = |names: &[&str]| address.map(|address| text(address, names)).unwrap_or_default();
    let name = said(&["name"]);
    Party {
        name: if name.is_empty() { organisation.to_owned() } else { name },
        address: address.map(postal).unwrap_or_default(),
        email: said(&["email"]),
        phone: said(&["phone"]),
        vat_id: said(&["vat_id", "vat_number"]),
        registration: said(&REGISTRATION),
    }
}

/// Who is invoiced: the customer as the invoice names it, with what its address and its client add.
fn customer(header: &Header, client: Option<&str>, email: String) -> Party {
    let customer = &header.details.customer;
    let to = header.details.to_address.as_ref();
    let own = customer
        .address
        .as_ref()
        .map(|address| PostalAddress { street: address.to_string(), ..PostalAddress::default() });
    let said = |names: &[&str]| to.map(|address| text(address, names)).unwrap_or_default();
    let named = customer.name.as_ref().map(|name| name.as_str()).or(client).map(str::to_owned);
    Party {
        name: named.filter(|name| !name.is_empty()).unwrap_or_else(|| said(&["name"])),
        address: to.map(postal).filter(|address| *address != PostalAddress::default()).or(own).unwrap_or_default(),
        email,
        phone: customer.phone.as_ref().map_or_else(|| said(&["phone"]), ToString::to_string),
        vat_id: customer.vat_number.as_ref().map_or_else(|| said(&["vat_id", "vat_number"]), ToString::to_string),
        registration: said(&REGISTRATION),
    }
}

/// An address as it is kept, by the names that bottlecrm's document and its likes give its parts.
fn postal(address: &Address) -> PostalAddress {
    let streets = ["address_line", "street"].map(|name| text(address, &[name]));
    let streets: Vec<String> = streets.into_iter().filter(|line| !line.is_empty()).collect();
    PostalAddress {
        street: streets.join("\n"),
        postcode: text(address, &["postcode", "postal_code", "zip"]),
        city: text(address, &["city"]),
        region: text(address, &["state", "region"]),
        country: text(address, &["country"]),
    }
}

/// The first of some parts that says anything.
fn text(address: &Address, names: &[&str]) -> String {
    let said = |name: &&str| match address.get(*name)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    names.iter().find_map(said).unwrap_or_default()
}

fn line(line: &Line) -> DocumentLine {
    DocumentLine {
        description: line.description.to_string(),
        quantity: line.figures.quantity.value(),
        unit_price: line.figures.unit_price.value(),
        discount: line.figures.discount.value(),
        tax_rate: line.figures.tax_rate.value(),
        tax_category: line.tax_category,
        amount: line.subtotal.amount(),
        tax: line.tax.amount(),
    }
}

/// The sums as they are kept. Tax that is none of a line's is the invoice's own, so that what is printed adds up where
/// totals were sent, too.
fn totals(invoice: &Invoice) -> DocumentTotals {
    let header = invoice.header();
    let zero = Money::zero(header.currency);
    let totals = header.totals;
    let of_lines: Decimal = invoice.lines().iter().map(|line| line.tax.amount()).sum();
    DocumentTotals {
        subtotal: totals.subtotal.amount(),
        discount: totals.discount.amount(),
        tax: totals.tax.amount(),
        own_tax: totals.tax.amount() - of_lines,
        total: totals.total.amount(),
        paid: header.amount_paid.amount(),
        balance: header.balance_due().unwrap_or(zero).amount(),
    }
}

/// Payments and refunds in the order in which they happened.
fn payments(invoice: &Invoice) -> Vec<DocumentPayment> {
    let paid = |payment: &Payment| (payment.paid_at, method(payment.method), payment.amount.amount());
    let refunded = |refund: &Refund| (refund.refunded_at, "Refund", -refund.amount.amount());
    let mut moved: Vec<(Timestamp, &str, Decimal)> = invoice.payments().into_iter().map(paid).collect();
    moved.extend(invoice.refunds().into_iter().map(refunded));
    moved.sort_by_key(|(at, ..)| *at);
    let shown = |(at, method, amount): (Timestamp, &str, Decimal)| DocumentPayment {
        date: utc_date(at),
        method: method.to_owned(),
        amount,
    };
    moved.into_iter().map(shown).collect()
}

const fn method(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::Stripe => "Online payment",
        PaymentMethod::BankTransfer => "Bank transfer",
        PaymentMethod::Cash => "Cash",
        PaymentMethod::Check => "Check",
        PaymentMethod::Other => "Payment",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn address(json: serde_json::Value) -> Address {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn the_seller_is_the_organisation_with_what_the_invoices_address_says() {
        let bare = seller("Acme", None);
        assert_eq!((bare.name.as_str(), bare.address), ("Acme", PostalAddress::default()));
        let from = address(json!({
            "name": "Acme GmbH", "address_line": "2nd floor", "street": "Main 1", "city": "Bonn", "state": "NRW",
            "postcode": 53111, "country": "DE", "vat_id": "DE123456789", "email": "a@acme.example", "phone": null
        }));
        let said = seller("Acme", Some(&from));
        assert_eq!([said.name, said.vat_id, said.phone], ["Acme GmbH", "DE123456789", ""]);
        let PostalAddress { street, postcode, city, region, country } = said.address;
        assert_eq!([street, postcode, city, region, country], ["2nd floor\nMain 1", "53111", "Bonn", "NRW", "DE"]);
    }

    #[test]
    fn parts_of_an_address_that_are_no_text_are_not_printed() {
        let odd = address(json!({"street": ["a"], "city": {"b": 1}, "zip": true, "country": " ", "name": null}));
        assert_eq!(postal(&odd), PostalAddress::default());
        assert_eq!(seller("Acme", Some(&odd)).name, "Acme");
    }
}
