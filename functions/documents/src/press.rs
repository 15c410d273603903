//! Documents as the use cases have them made.

use app::Error;
use app::documents::{Manuscript, Press, PrintedInvoice};

use crate::{Template, books, fingerprint, render};

/// Makes documents by the template that comes with the product.
#[derive(Debug, Clone, Copy)]
pub struct StandardPress;

impl Press for StandardPress {
    fn prepare(&self, invoice: PrintedInvoice) -> Result<Manuscript, Error> {
        let document = books::document(invoice);
        let failed = |error: crate::RenderError| Error::Defect(format!("the document: {error}"));
        let fingerprint = fingerprint(&document, Template::standard()).map_err(failed)?;
        let render = Box::new(move || render(&document, Template::standard()).map_err(failed));
        Ok(Manuscript { fingerprint, render })
    }
}
