//! The document of an invoice of the books.

use app::documents::PrintedInvoice;
use domain::document::DocumentContext;

use crate::InvoiceDocument;

/// The document that is printed.
pub(crate) fn document(printed: PrintedInvoice) -> InvoiceDocument {
    let PrintedInvoice { invoice, seller, logo, client, customer_email, pay_url } = printed;
    let (seller, client) = (seller.into_string(), client.map(domain::text::Name::into_string));
    InvoiceDocument::new(&invoice, DocumentContext { seller, logo, client, customer_email, pay_url })
}
