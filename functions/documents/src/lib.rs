//! Invoices as PDF documents, and the function that lets them be downloaded and sends them by mail.
//!
//! [`router`] is the function. What it prints comes from the books (`books.rs`); the rest knows nothing of them.
//!
//! [`render`] sets an [`InvoiceDocument`] by a [`Template`], which is a Typst file that anybody can change, and answers
//! PDF/A-3. Where the invoice says all that EN 16931 asks for, the same invoice is attached for machines, as Factur-X.
//!
//! The same invoice gives the same bytes: its dates and its id are the invoice's. A template sees the invoice's data and
//! nothing else: no file, no network, no clock. Texts of an invoice reach it as values, so that they are never code.

mod books;
mod copyable;
mod data;
pub mod facturx;
mod fonts;
mod format;
mod http;
mod press;
mod qr;
mod text;
mod typeset;
mod world;
mod xmp;

// The samples are shared with the example and the bench, which see the crate from outside.
#[cfg(test)]
extern crate self as documents;
#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod layout_tests;
#[cfg(test)]
#[path = "../examples/samples/invoices.rs"]
mod samples;

use sha2::{Digest, Sha256};

pub use domain::document::{
    DocumentLine, DocumentPayment, DocumentTotals, InvoiceDocument, Party, PostalAddress, TaxTotal,
};
pub use http::{Documents, router};
pub use press::StandardPress;
pub use text::missing_characters;
pub use world::Template;

/// The version of how documents come about. It is raised when the same invoice and template give other bytes, so that no
/// document that was kept before is served: after a new release of Typst, new fonts, or a change of this crate.
const FORM: u32 = 1;

/// Why an invoice could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The template has a fault: each one with its line.
    #[error("the template does not compile: {0}")]
    Template(String),
    /// The pages cannot be written as PDF/A.
    #[error("the pages cannot be written as PDF/A: {0}")]
    Export(String),
    /// The invoice cannot be written as data for the template.
    #[error("the invoice cannot be given to the template: {0}")]
    Data(#[from] serde_json::Error),
    /// The PDF is not built as it was expected, so that it cannot say that it carries an electronic invoice.
    #[error("the PDF's metadata is not where it should be")]
    Metadata,
}

/// A name for the bytes that [`render`] makes of the invoice: it is another one when anything that they depend on is.
///
/// # Errors
/// As [`render`]'s, for the invoice's data.
pub fn fingerprint(document: &InvoiceDocument, template: &Template) -> Result<String, RenderError> {
    let world = typeset::world(document, template, document.logo.as_deref(), facturx::xml(document))?;
    let mut hash = Sha256::new_with_prefix(FORM.to_be_bytes());
    let parts = [Some(&world.data), world.logo.as_ref(), world.attachment.as_ref()];
    let parts = parts.map(|part| part.map(|bytes| bytes.as_slice()).unwrap_or_default());
    for part in parts.into_iter().chain([document.id.as_bytes(), template.text().as_bytes()]) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Ok(app::secrets::hex(&hash.finalize()))
}

/// The invoice as a PDF.
///
/// It is PDF/A-3b. Factur-X (EN 16931) is attached where [`facturx::xml`] makes it. A logo that cannot be
/// read, or whose colours PDF/A forbids, is left out.
///
/// # Errors
/// Faults of the template.
pub fn render(document: &InvoiceDocument, template: &Template) -> Result<Vec<u8>, RenderError> {
    let attachment = facturx::xml(document);
    let Some(logo) = document.logo.as_deref().filter(|bytes| typeset::is_image(bytes)) else {
        return typeset::pdf(document, template, None, attachment);
    };
    match typeset::pdf(document, template, Some(logo), attachment.clone()) {
        Err(error @ (RenderError::Template(_) | RenderError::Export(_))) => {
            let without = typeset::pdf(document, template, None, attachment)?;
            tracing::warn!(%error, "the logo is left out");
            Ok(without)
        }
        result => result,
    }
}
