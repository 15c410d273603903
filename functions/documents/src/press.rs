//! Documents as the use cases have them made.

use app::Error;
use app::documents::{Press, PrintedInvoice};
use async_trait::async_trait;

use crate::{InvoiceDocument, Template, render};

/// Makes documents by the template that comes with the product.
#[derive(Debug, Clone, Copy)]
pub struct StandardPress;

#[async_trait]
impl Press for StandardPress {
    /// On a thread of its own: while a page is being set, a server has other requests to answer.
    async fn pdf(&self, invoice: PrintedInvoice) -> Result<Vec<u8>, Error> {
        let set = tokio::task::spawn_blocking(|| render(&InvoiceDocument::from(invoice), Template::standard()));
        let rendered = set.await.map_err(|error| Error::Defect(format!("the document: {error}")))?;
        rendered.map_err(|error| Error::Defect(format!("the document: {error}")))
    }
}
