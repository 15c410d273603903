//! The invoice as the template sees it: texts that are ready to be printed, and no number to be calculated with.

use domain::invoice::Status;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::format;
use crate::text::{TextLine, line, lines};
use crate::{DocumentLine, DocumentPayment, DocumentTotals, InvoiceDocument, Party, PostalAddress, TaxTotal};

/// What `json("invoice.json")` gives in the template; template/README.md lists it.
#[derive(Debug, Serialize)]
pub(crate) struct Data {
    number: Vec<TextLine>,
    title: Vec<TextLine>,
    description: Vec<TextLine>,
    status: &'static str,
    issue_date: String,
    due_date: Option<String>,
    currency: &'static str,
    seller: PartyData,
    customer: PartyData,
    lines: Vec<LineData>,
    has_discounts: bool,
    has_taxes: bool,
    subtotal: String,
    taxes: Vec<TaxData>,
    own_tax: Option<String>,
    discount: Option<String>,
    total: String,
    payments: Vec<PaymentData>,
    paid: Option<String>,
    balance: Option<String>,
    overpaid: Option<String>,
    terms: Vec<TextLine>,
    notes: Vec<TextLine>,
    pay_url: Option<PayUrl>,
    logo: bool,
}

#[derive(Debug, Serialize)]
struct PartyData {
    name: Vec<TextLine>,
    address: Vec<TextLine>,
    email: Vec<TextLine>,
    phone: Vec<TextLine>,
    vat_id: String,
    registration: String,
}

#[derive(Debug, Serialize)]
struct LineData {
    description: Vec<TextLine>,
    quantity: String,
    unit_price: String,
    discount: String,
    tax_rate: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct TaxData {
    rate: String,
    base: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct PaymentData {
    date: String,
    method: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct PayUrl {
    url: String,
    text: String,
    qr: bool,
}

impl Data {
    pub(crate) fn new(document: &InvoiceDocument, logo: bool, qr: bool) -> Self {
        let InvoiceDocument { id: _, number, title, description, status, issue_date, due_date, .. } = document;
        let InvoiceDocument { currency, seller, logo: _, customer, lines: sold, totals, .. } = document;
        let InvoiceDocument { payments, terms, notes, pay_url: _, .. } = document;
        let DocumentTotals { subtotal, discount, tax: _, own_tax, total, paid, balance } = *totals;
        let money = |value: Decimal| format::money(value, *currency);
        let unless_zero = |value: Decimal| (!value.is_zero()).then(|| money(value));
        Self {
            number: lines(number),
            title: lines(title),
            description: lines(description),
            status: status_word(*status),
            issue_date: format::date(*issue_date),
            due_date: due_date.map(format::date),
            currency: currency.code(),
            seller: PartyData::new(seller),
            customer: PartyData::new(customer),
            lines: sold.iter().map(|line| LineData::new(line, document)).collect(),
            has_discounts: sold.iter().any(|line| !line.discount.is_zero()),
            has_taxes: sold.iter().any(|line| !line.tax_rate.is_zero()),
            subtotal: money(subtotal),
            taxes: document.tax_by_rate().into_iter().map(|tax| TaxData::new(tax, document)).collect(),
            own_tax: unless_zero(own_tax),
            discount: unless_zero(-discount),
            total: money(total),
            payments: payments.iter().map(|payment| PaymentData::new(payment, document)).collect(),
            paid: unless_zero(-paid),
            balance: (document.is_owed() && balance >= Decimal::ZERO).then(|| money(balance)),
            overpaid: (document.is_owed() && balance < Decimal::ZERO).then(|| money(-balance)),
            terms: lines(terms),
            notes: lines(notes),
            pay_url: document.link_to_pay().map(|url| PayUrl::new(url, qr)),
            logo,
        }
    }
}

impl PayUrl {
    fn new(url: &str, qr: bool) -> Self {
        Self { url: url.to_owned(), text: line(url), qr }
    }
}

impl PartyData {
    fn new(party: &Party) -> Self {
        let Party { name, address, email, phone, vat_id, registration } = party;
        let PostalAddress { street, postcode, city, region, country } = address;
        let town = [postcode.trim(), city.trim()].join(" ");
        let address = street.lines().chain([town.trim(), region, country]);
        Self {
            name: lines(name),
            address: address.flat_map(lines).collect(),
            email: lines(email),
            phone: lines(phone),
            vat_id: line(vat_id),
            registration: line(registration),
        }
    }
}

impl LineData {
    fn new(line: &DocumentLine, document: &InvoiceDocument) -> Self {
        let DocumentLine { description, quantity, unit_price, discount, tax_rate, tax_category: _, amount, tax: _ } =
            line;
        let percent = |value: Decimal| if value.is_zero() { String::new() } else { format::percent(value) };
        Self {
            description: lines(description),
            quantity: format::number(*quantity),
            unit_price: format::amount(*unit_price, document.currency),
            discount: percent(*discount),
            tax_rate: format::percent(*tax_rate),
            amount: format::amount(*amount, document.currency),
        }
    }
}

impl TaxData {
    fn new(tax: TaxTotal, document: &InvoiceDocument) -> Self {
        let TaxTotal { rate, base, tax } = tax;
        Self {
            rate: format::percent(rate),
            base: format::amount(base, document.currency),
            amount: format::money(tax, document.currency),
        }
    }
}

impl PaymentData {
    fn new(payment: &DocumentPayment, document: &InvoiceDocument) -> Self {
        let DocumentPayment { date, method, amount } = payment;
        Self { date: format::date(*date), method: line(method), amount: format::money(*amount, document.currency) }
    }
}

/// What the customer reads: of the states of an invoice that is on its way, there is nothing to tell.
const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Sent | Status::Viewed | Status::Pending => "open",
        Status::PartiallyPaid => "partially-paid",
        Status::Paid => "paid",
        Status::Overdue => "overdue",
        Status::Void => "void",
        Status::Refunded => "refunded",
    }
}
