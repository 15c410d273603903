//! Whether an invoice says what EN 16931 demands of an electronic invoice.
//!
//! An invoice that does not has no electronic invoice, rather than one that claims what nobody said. Rules such as
//! BR-AE-02 are the standard's.

use std::fmt;

use rust_decimal::Decimal;

use super::figures::{Category, Figures, is_share};
use super::{InvoiceDocument, Party, codes, country_code};
use crate::invoice::{Invoice, Status, TaxCategory};

/// The electronic invoice of an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EInvoice {
    /// Whether there is one.
    pub state: EInvoiceState,
    /// The fields that are missing, or say what the standard does not admit.
    pub missing: Vec<Missing>,
}

/// Whether an invoice has an electronic invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EInvoiceState {
    /// Its document carries it.
    Attached,
    /// Its document will carry it once it is no draft any more.
    Ready,
    /// Fields are missing.
    Incomplete,
    /// A void or refunded invoice demands nothing.
    None,
}

impl EInvoiceState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Attached, Self::Ready, Self::Incomplete, Self::None];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Ready => "ready",
            Self::Incomplete => "incomplete",
            Self::None => "none",
        }
    }
}

/// A field that keeps an invoice from being stated by the standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A field of the invoice.
    Field(&'static str),
    /// A field of a line, by the line's place.
    OfLine(usize, &'static str),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => f.write_str(field),
            Self::OfLine(place, field) => write!(f, "line_items[{place}].{field}"),
        }
    }
}

/// What the standard states of an invoice beside what the document says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The sums.
    pub figures: Figures,
    /// The code of the seller's country.
    pub seller_country: &'static str,
    /// The code of the customer's country.
    pub customer_country: &'static str,
    /// The seller's VAT identifier; none where tax is out of scope.
    pub seller_vat_id: Option<String>,
    /// The customer's VAT identifier.
    pub customer_vat_id: Option<String>,
}

impl EInvoice {
    /// That of an invoice. It does not depend on the names of the organisation and the client, which are there.
    #[must_use]
    pub fn of(invoice: &Invoice) -> Self {
        InvoiceDocument::without_names(invoice).einvoice()
    }
}

impl InvoiceDocument {
    /// The electronic invoice of the document.
    #[must_use]
    pub fn einvoice(&self) -> EInvoice {
        if !self.is_owed() {
            return EInvoice { state: EInvoiceState::None, missing: Vec::new() };
        }
        match self.stated() {
            Ok(_) if self.status == Status::Draft => EInvoice { state: EInvoiceState::Ready, missing: Vec::new() },
            Ok(_) => EInvoice { state: EInvoiceState::Attached, missing: Vec::new() },
            Err(missing) => EInvoice { state: EInvoiceState::Incomplete, missing },
        }
    }

    /// What the standard states of the document.
    ///
    /// # Errors
    /// What keeps it from being stated.
    pub fn stated(&self) -> Result<Statement, Vec<Missing>> {
        let mut missing = Demands::default();
        missing.unless(!codes::is_blank(&self.number), "invoice_number");
        missing.unless(codes::is_currency(self.currency.code()), "currency");
        let owes = self.totals.balance > Decimal::ZERO;
        // BR-CO-25.
        missing.unless(!owes || self.due_date.is_some() || !codes::is_blank(&self.terms), "due_date");
        let (seller_country, customer_country) = self.parties(&mut missing);
        let (seller_vat_id, customer_vat_id) = self.tax(&mut missing);
        let figures = self.figures(&mut missing);
        match (figures, seller_country, customer_country) {
            (Some(figures), Some(seller_country), Some(customer_country)) if missing.0.is_empty() => {
                Ok(Statement { figures, seller_country, customer_country, seller_vat_id, customer_vat_id })
            }
            _ => Err(missing.0),
        }
    }

    /// Names and places of both sides; gives their countries.
    fn parties(&self, missing: &mut Demands) -> (Option<&'static str>, Option<&'static str>) {
        let Self { seller, customer, .. } = self;
        let place = &seller.address;
        missing.unless(!codes::is_blank(&seller.name), "from_address.name");
        missing.unless(!codes::is_blank(&place.street) || !codes::is_blank(&place.city), "from_address.city");
        let seller_country = country_code(&place.country);
        missing.unless(seller_country.is_some(), "from_address.country");
        missing.unless(!codes::is_blank(&customer.name), "client");
        let customer_country = country_code(&customer.address.country);
        missing.unless(customer_country.is_some(), "to_address.country");
        (seller_country, customer_country)
    }

    /// The categories of the lines, and the identifiers that they demand or do not admit.
    fn tax(&self, missing: &mut Demands) -> (Option<String>, Option<String>) {
        let vat_id = |party: &Party| codes::vat_id(&party.vat_id);
        let (seller, customer) = (vat_id(&self.seller), vat_id(&self.customer));
        let is_out = |category| category == Some(Category::Untaxed(TaxCategory::OutOfScope));
        let categories: Vec<_> = self.lines.iter().map(Category::of).collect();
        let mixed = !categories.iter().all(|category| is_out(*category));
        for (place, category) in categories.iter().enumerate() {
            // BR-O-11 to BR-O-14: what is out of scope stands with nothing else.
            if category.is_none() || (is_out(*category) && mixed) {
                missing.0.push(Missing::OfLine(place, "tax_category"));
            }
        }
        if mixed || self.lines.is_empty() {
            // BR-S-02, BR-Z-02, BR-E-02, BR-AE-02.
            missing.unless(seller.is_some(), "from_address.vat_id");
            let reversed = categories.contains(&Some(Category::Untaxed(TaxCategory::ReverseCharge)));
            missing.unless(!reversed || customer.is_some(), "to_address.vat_id");
        } else {
            // BR-O-02, and BR-CO-26, which the VAT identifier would satisfy.
            missing.unless(seller.is_none(), "from_address.vat_id");
            missing.unless(customer.is_none(), "to_address.vat_id");
            missing.unless(!codes::is_blank(&self.seller.registration), "from_address.registration_number");
        }
        (seller, customer)
    }

    /// The sums, where they are the document's.
    fn figures(&self, missing: &mut Demands) -> Option<Figures> {
        missing.unless(!self.lines.is_empty(), "line_items");
        // The standard knows no tax without a rate.
        missing.unless(self.totals.own_tax.is_zero(), "tax_amount");
        let figures = Figures::new(self)?;
        if self.lines.is_empty() || !self.totals.own_tax.is_zero() {
            return Some(figures);
        }
        missing.unless(figures.are_those_of(self), "total");
        missing.unless(figures.taxes.iter().all(is_share), "tax_amount");
        Some(figures)
    }
}

/// What is missing so far.
#[derive(Default)]
struct Demands(Vec<Missing>);

impl Demands {
    fn unless(&mut self, is_there: bool, field: &'static str) {
        if !is_there {
            self.0.push(Missing::Field(field));
        }
    }
}
