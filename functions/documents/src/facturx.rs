//! The electronic invoice: Factur-X (ZUGFeRD 2) in its profile EN 16931, which is UN/CEFACT's Cross Industry Invoice.

mod write;

#[cfg(test)]
mod tests;

use domain::document::EInvoiceState;

use crate::InvoiceDocument;

/// The invoice as `factur-x.xml`; none, where [`InvoiceDocument::einvoice`] says that there is none.
#[must_use]
pub fn xml(document: &InvoiceDocument) -> Option<String> {
    let is_attached = document.einvoice().state == EInvoiceState::Attached;
    let statement = document.stated().ok().filter(|_| is_attached)?;
    Some(write::invoice(document, &statement))
}
