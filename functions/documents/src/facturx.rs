//! The electronic invoice: Factur-X (ZUGFeRD 2) in its profile EN 16931, which is UN/CEFACT's Cross Industry Invoice.
//!
//! An invoice that cannot be stated by the standard has no electronic invoice, rather than one that says something else.
//! Numbers such as BT-106 are the standard's.

mod codes;
mod figures;
mod write;

#[cfg(test)]
mod tests;

use domain::invoice::Status;

use crate::{InvoiceDocument, Party};

/// What an invoice lacks for an electronic invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Obstacle {
    /// A draft, and an invoice that is void or refunded, demands nothing.
    #[error("a draft, void or refunded invoice has no electronic form")]
    Status,
    /// The invoice has no number.
    #[error("the invoice has no number")]
    Number,
    /// The seller has no name.
    #[error("the seller has no name")]
    SellerName,
    /// The seller has no address, or its country is not a code of ISO 3166-1.
    #[error("the seller has no address with its country's code")]
    SellerAddress,
    /// The seller has no VAT identifier with its country's prefix.
    #[error("the seller has no VAT identifier with its country's prefix")]
    SellerVatId,
    /// The customer has no name.
    #[error("the customer has no name")]
    CustomerName,
    /// The customer's country is not a code of ISO 3166-1.
    #[error("the customer has no country's code")]
    CustomerCountry,
    /// The currency is not in the standard's list.
    #[error("the standard does not know the currency")]
    Currency,
    /// There are no lines.
    #[error("the invoice has no lines")]
    NoLines,
    /// A line has a price below zero.
    #[error("a price is below zero")]
    NegativePrice,
    /// There is tax without a rate.
    #[error("the invoice has tax of its own, and the standard knows none without a rate")]
    TaxWithoutRate,
    /// The lines do not add up to the totals.
    #[error("the totals are not those of the lines")]
    Sums,
    /// The sum of the lines' rounded taxes is too far from the rate's share of their sum.
    #[error("the tax of a rate is more than one unit away from its share of the sum")]
    TaxRounding,
    /// Something is owed, and nothing says until when.
    #[error("neither a due date nor terms say when the balance is due")]
    NoTerms,
}

/// The invoice as `factur-x.xml`.
///
/// The standard has no discount after tax. It is stated as an allowance that is exempt from tax, which leaves the tax
/// as it is.
///
/// # Errors
/// What keeps the invoice from being stated by the standard.
pub fn xml(document: &InvoiceDocument) -> Result<String, Obstacle> {
    if document.status == Status::Draft || !document.is_owed() {
        return Err(Obstacle::Status);
    }
    if codes::is_blank(&document.number) {
        return Err(Obstacle::Number);
    }
    if !codes::is_currency(document.currency.code()) {
        return Err(Obstacle::Currency);
    }
    let seller_vat_id = check_seller(&document.seller)?;
    check_customer(&document.customer)?;
    let figures = figures::Figures::new(document)?;
    let terms = document.due_date.is_some() || !codes::is_blank(&document.terms);
    if figures.due > rust_decimal::Decimal::ZERO && !terms {
        return Err(Obstacle::NoTerms);
    }
    Ok(write::invoice(document, &figures, &seller_vat_id))
}

fn check_seller(seller: &Party) -> Result<String, Obstacle> {
    let address = &seller.address;
    if codes::is_blank(&seller.name) {
        return Err(Obstacle::SellerName);
    }
    let somewhere = !codes::is_blank(&address.street) || !codes::is_blank(&address.city);
    if !somewhere || !codes::is_country(&address.country) {
        return Err(Obstacle::SellerAddress);
    }
    codes::vat_id(&seller.vat_id).ok_or(Obstacle::SellerVatId)
}

fn check_customer(customer: &Party) -> Result<(), Obstacle> {
    if codes::is_blank(&customer.name) {
        return Err(Obstacle::CustomerName);
    }
    if codes::is_country(&customer.address.country) { Ok(()) } else { Err(Obstacle::CustomerCountry) }
}
