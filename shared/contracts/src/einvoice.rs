//! What an answer says of an invoice's electronic invoice.

use domain::document::EInvoice;
use serde::Serialize;
use utoipa::ToSchema;

/// The electronic invoice (Factur-X, EN 16931) that the PDF of an invoice carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EInvoice)]
pub struct EInvoiceJson {
    /// `attached` to the PDF; `ready`, once the invoice is no draft any more; `incomplete`, as `missing` says; or `none`,
    /// for a void or refunded invoice.
    pub state: &'static str,
    /// The fields that are missing, or say what the standard does not admit, such as `from_address.country` and
    /// `line_items[0].tax_category`.
    pub missing: Vec<String>,
}

impl From<EInvoice> for EInvoiceJson {
    fn from(EInvoice { state, missing }: EInvoice) -> Self {
        Self { state: state.as_str(), missing: missing.iter().map(ToString::to_string).collect() }
    }
}
