use super::*;
use crate::invoice::Figures as LineFigures;
use crate::money::{Percent, Price, Quantity};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn line(quantity: &str, price: &str, rate: &str, tax_category: Option<TaxCategory>) -> DocumentLine {
    let figures = LineFigures {
        quantity: Quantity::new(d(quantity)).unwrap(),
        unit_price: Price::new(d(price)).unwrap(),
        discount: Percent::ZERO,
        tax_rate: Percent::new(d(rate)).unwrap(),
    };
    DocumentLine {
        description: "Work".to_owned(),
        quantity: d(quantity),
        unit_price: d(price),
        discount: Decimal::ZERO,
        tax_rate: d(rate),
        tax_category,
        amount: figures.subtotal(Currency::USD).unwrap().amount(),
        tax: figures.tax(Currency::USD).unwrap().amount(),
    }
}

fn party(name: &str, country: &str, vat_id: &str) -> Party {
    let address = PostalAddress { city: "Town".to_owned(), country: country.to_owned(), ..PostalAddress::default() };
    Party { name: name.to_owned(), address, vat_id: vat_id.to_owned(), ..Party::default() }
}

fn document(lines: Vec<DocumentLine>) -> InvoiceDocument {
    let subtotal: Decimal = lines.iter().map(|line| line.amount).sum();
    let tax: Decimal = lines.iter().map(|line| line.tax).sum();
    let total = subtotal + tax;
    InvoiceDocument {
        id: "1".to_owned(),
        number: "INV-1".to_owned(),
        title: String::new(),
        description: String::new(),
        status: Status::Sent,
        issue_date: jiff::civil::date(2026, 3, 31),
        due_date: Some(jiff::civil::date(2026, 4, 30)),
        currency: Currency::USD,
        seller: party("Seller", "Germany", "DE123456789"),
        logo: None,
        customer: party("Customer", "FR", "FR12345678901"),
        lines,
        totals: DocumentTotals { subtotal, tax, total, balance: total, ..DocumentTotals::default() },
        payments: Vec::new(),
        terms: String::new(),
        notes: String::new(),
        pay_url: None,
    }
}

fn taxed() -> InvoiceDocument {
    document(vec![line("2", "100", "19", None), line("1", "9.99", "7", None)])
}

fn missing(document: &InvoiceDocument) -> Vec<String> {
    document.einvoice().missing.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn misses(document: InvoiceDocument, change: impl FnOnce(&mut InvoiceDocument), fields: &[&str]) {
    let mut document = document;
    change(&mut document);
    assert_eq!(missing(&document), fields);
    let is_incomplete = document.einvoice().state == EInvoiceState::Incomplete;
    assert_eq!(is_incomplete, !fields.is_empty());
}

#[test]
fn each_field_that_the_standard_asks_for_is_named() {
    misses(taxed(), |_| {}, &[]);
    misses(taxed(), |invoice| invoice.number = " \u{1}".to_owned(), &["invoice_number"]);
    misses(taxed(), |invoice| invoice.currency = "HRK".parse().unwrap(), &["currency"]);
    misses(taxed(), |invoice| invoice.seller.name.clear(), &["from_address.name"]);
    misses(taxed(), |invoice| invoice.seller.address.city.clear(), &["from_address.city"]);
    misses(taxed(), |invoice| invoice.seller.address.country = "Nowhere".to_owned(), &["from_address.country"]);
    misses(taxed(), |invoice| invoice.seller.vat_id = "123".to_owned(), &["from_address.vat_id"]);
    misses(taxed(), |invoice| invoice.customer.name.clear(), &["client"]);
    misses(taxed(), |invoice| invoice.customer.address.country.clear(), &["to_address.country"]);
    misses(taxed(), |invoice| invoice.due_date = None, &["due_date"]);
    misses(taxed(), |invoice| invoice.totals.own_tax = d("1"), &["tax_amount"]);
    misses(document(Vec::new()), |_| {}, &["line_items"]);
    let bare = |invoice: &mut InvoiceDocument| {
        (invoice.seller, invoice.customer) = (party("Seller", "", ""), Party::default());
    };
    misses(taxed(), bare, &["from_address.country", "client", "to_address.country", "from_address.vat_id"]);
}

#[test]
fn a_line_without_tax_has_to_say_why() {
    let zero = |category| line("1", "50", "0", category);
    misses(
        document(vec![line("1", "5", "19", None), zero(None), zero(None)]),
        |_| {},
        &["line_items[1].tax_category", "line_items[2].tax_category"],
    );
    for category in [TaxCategory::ZeroRated, TaxCategory::Exempt, TaxCategory::ReverseCharge] {
        misses(document(vec![zero(Some(category))]), |_| {}, &[]);
        misses(document(vec![zero(Some(category))]), |it| it.seller.vat_id.clear(), &["from_address.vat_id"]);
    }
    let reversed = document(vec![zero(Some(TaxCategory::ReverseCharge))]);
    misses(reversed, |invoice| invoice.customer.vat_id.clear(), &["to_address.vat_id"]);
}

#[test]
fn what_is_out_of_scope_admits_no_vat_identifiers_and_no_other_lines() {
    let zero = |category| line("1", "50", "0", Some(category));
    let out = || document(vec![zero(TaxCategory::OutOfScope)]);
    let vat_ids = ["from_address.vat_id", "to_address.vat_id", "from_address.registration_number"];
    misses(out(), |_| {}, &vat_ids);
    let plain = |invoice: &mut InvoiceDocument| {
        invoice.seller = Party { registration: "HRB 1".to_owned(), ..party("Seller", "DE", "") };
        invoice.customer.vat_id.clear();
    };
    misses(out(), plain, &[]);
    let mixed = document(vec![zero(TaxCategory::OutOfScope), zero(TaxCategory::Exempt)]);
    misses(mixed, |_| {}, &["line_items[0].tax_category"]);
}

#[test]
fn a_draft_is_ready_and_what_is_void_demands_nothing() {
    let state = |status| InvoiceDocument { status, ..taxed() }.einvoice().state;
    assert_eq!(state(Status::Draft), EInvoiceState::Ready);
    assert_eq!(state(Status::Overdue), EInvoiceState::Attached);
    assert_eq!(state(Status::Void), EInvoiceState::None);
    assert_eq!(state(Status::Refunded), EInvoiceState::None);
}

#[test]
fn totals_that_are_not_those_of_the_lines_are_not_stated() {
    let cent = d("0.01");
    misses(taxed(), |invoice| invoice.totals.subtotal += cent, &["total"]);
    misses(taxed(), |invoice| invoice.totals.tax += cent, &["total"]);
    misses(taxed(), |invoice| invoice.totals.total += cent, &["total"]);
    misses(taxed(), |invoice| invoice.totals.balance += cent, &["total"]);
    misses(taxed(), |invoice| invoice.totals.discount += cent, &["total"]);
    misses(taxed(), |invoice| invoice.lines[1].quantity += cent, &["total"]);
}

#[test]
fn taxes_rounded_per_line_may_differ_from_the_rates_share_by_less_than_one_unit() {
    // 0.05 at 10 % is 0.005, rounded to 0.01: each line adds half a cent.
    let lines = |count| vec![line("1", "0.05", "10", None); count];
    misses(document(lines(190)), |_| {}, &[]);
    misses(document(lines(210)), |_| {}, &["tax_amount"]);
}
