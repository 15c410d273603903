//! Invoices as documents: to be downloaded, and to be sent by mail.
//!
//! Anybody who has the address of a customer's page may ask for its PDF, and typesetting is what costs most of all that
//! can be asked for. So a PDF is kept in the bucket under what it depends on and made once; typesetting has a deadline;
//! and few are made at a time, so that one that is given up does not pile up with the next.

use std::sync::Arc;
use std::time::Duration;

use domain::id::InvoiceId;
use domain::invoice::Invoice;
use domain::letter::Letter;
use domain::mail_limits::MailLimits;
use domain::text::Name;
use domain::{Action, Actor, Model, Tenant};
use tokio::sync::Semaphore;

use crate::bucket::Bucket;
use crate::disposition::in_ascii;
use crate::hosted::Visitor;
use crate::mail::{MailFile, MailWithFile, Mailer};
use crate::{App, Error, Expected, check_version, may};

/// How long typesetting may take. Texts are bounded, so nothing that the books hold comes near it.
const DEADLINE: Duration = Duration::from_secs(10);
/// How many documents a process makes at a time. One that was given up counts until it is done.
static TYPESETTERS: Semaphore = Semaphore::const_new(4);

/// What makes a document of an invoice.
pub trait Press: std::fmt::Debug + Send + Sync {
    /// Prepares the document of an invoice.
    ///
    /// # Errors
    /// [`Error::Defect`] where the invoice cannot be given to the template.
    fn prepare(&self, invoice: PrintedInvoice) -> Result<Manuscript, Error>;
}

/// A document that can be made.
pub struct Manuscript {
    /// A name for the document's bytes: documents of one name are the same. Letters and digits.
    pub fingerprint: String,
    /// Makes the document. It keeps its thread busy.
    pub render: Box<dyn FnOnce() -> Result<Vec<u8>, Error> + Send>,
}

/// Where documents are made and sent from.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Makes them.
    pub press: Arc<dyn Press>,
    /// Has the organisations' logos.
    pub bucket: Bucket,
    /// Sends them.
    pub mailer: Mailer,
    /// How many of them an organisation sends.
    pub limits: MailLimits,
}

/// Everything that the document of an invoice shows.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedInvoice {
    /// The invoice with its lines, payments and refunds.
    pub invoice: Invoice,
    /// The organisation's name.
    pub seller: Name,
    /// The organisation's logo: an image file.
    pub logo: Option<Vec<u8>>,
    /// The client's name, where the invoice has a client and names no customer of its own.
    pub client: Option<Name>,
    /// The customer's e-mail address; empty, where none is known.
    pub customer_email: String,
    /// Where the customer pays, or reads the invoice.
    pub pay_url: Option<String>,
}

/// An invoice as a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    /// The invoice's number.
    pub number: String,
    /// The file.
    pub content: Vec<u8>,
}

/// Errors as for invoices. `base_url` is the API's address as the client sees it, under which the customer's page is.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// An invoice as a PDF.
    pub async fn invoice_pdf(&self, desk: &Desk, actor: &Actor, id: InvoiceId, base_url: &str) -> Result<Pdf, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let invoice = self.load_invoice(actor, id).await?;
        self.pdf(desk, actor.tenant(), invoice, base_url).await
    }

    /// The invoice of a customer's page as a PDF: what its mail brings, too. It leaves no trace, since who asks for it
    /// has seen the page. [`domain::Error::NotFound`] as for the page.
    pub async fn hosted_pdf(&self, desk: &Desk, token: &str, base_url: &str) -> Result<Pdf, Error> {
        let (tenant, id) = self.hosted_invoice(token).ok_or(domain::Error::NotFound)?;
        let invoice = self.visited(tenant, id, Visitor::Preview).await?;
        self.pdf(desk, tenant, invoice, base_url).await
    }

    /// Sends an invoice by mail, as a PDF, and gives SES's id of the mail; a draft becomes sent.
    /// [`Error::MailRefused`] when SES does not take it: then nothing is changed.
    ///
    /// Here the commit follows, unlike elsewhere: an invoice is not sent before SES has taken it, and to say so
    /// earlier and take it back would be two events about nothing. Whoever hears of no success, because the function
    /// ended in between or the table could not be reached, has to ask again: then the customer gets the mail a second
    /// time, which does less harm than an invoice that is said to be sent and was not.
    pub async fn mail_invoice(
        &self,
        desk: &Desk,
        actor: &Actor,
        id: InvoiceId,
        letter: Letter,
        expected: Expected,
        base_url: &str,
    ) -> Result<String, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        let mut invoice = self.load_invoice(actor, id).await?;
        check_version(expected, invoice.header().meta.version)?;
        self.take_mails(actor.tenant(), desk.limits, letter.recipients.iter().count()).await?;
        // What the customer gets is no draft.
        invoice.mark_sent(self.moment(actor), &mut || self.new_id());
        let number = invoice.header().number.to_string();
        let printed = self.printed(desk, actor.tenant(), invoice, base_url).await?;
        let Letter { recipients: to, subject, message } = letter;
        let subject = subject.map_or_else(|| default_subject(&printed), |subject| subject.as_str().to_owned());
        let text = message.map_or_else(|| default_text(&printed), |text| text.into_string());
        let text = framed(&printed, &text);
        let content = desk.document(actor.tenant(), id, printed).await?;
        let file = MailFile { name: file_name(&number), media_type: "application/pdf", content };
        let mail = MailWithFile { of: actor.tenant().organisation(), to, subject, text, file };
        let message = desk.mailer.send_with_file(mail).await?;
        let marked = self.change_invoice(actor, id, |invoice| {
            invoice.mark_sent(self.moment(actor), &mut || self.new_id());
            Ok(())
        });
        match marked.await {
            Ok(_) => Ok(message),
            // It was deleted since: there is nothing left to mark, and the mail is on its way.
            Err(Error::Domain(domain::Error::NotFound)) => Ok(message),
            Err(error) => {
                tracing::error!(invoice = %id, message, %error, "a mailed invoice could not be marked as sent");
                Err(error)
            }
        }
    }

    async fn pdf(&self, desk: &Desk, tenant: Tenant, invoice: Invoice, base_url: &str) -> Result<Pdf, Error> {
        let (id, number) = (invoice.header().id, invoice.header().number.to_string());
        let printed = self.printed(desk, tenant, invoice, base_url).await?;
        Ok(Pdf { number, content: desk.document(tenant, id, printed).await? })
    }

    async fn printed(
        &self,
        desk: &Desk,
        tenant: Tenant,
        invoice: Invoice,
        base_url: &str,
    ) -> Result<PrintedInvoice, Error> {
        let header = invoice.header();
        let client = async {
            match header.details.client.filter(|_| header.details.customer.name.is_none()) {
                Some(client) => self.client_name(tenant, client).await,
                None => Ok(None),
            }
        };
        let (organisation, client, emails, logo) = tokio::join!(
            self.store.organisation(tenant.organisation()),
            client,
            self.emails_of_customers(tenant, std::slice::from_ref(&header)),
            desk.bucket.logo(tenant),
        );
        let missing = || Error::Defect(format!("{} is of an organisation that is not there", header.id));
        let link = header.payment_link.as_ref().and_then(|link| link.shown(self.now()));
        let page = || header.status.is_issued().then(|| self.hosted_url(base_url, tenant, header.id));
        Ok(PrintedInvoice {
            seller: organisation?.ok_or_else(missing)?.name,
            logo: logo?,
            client: client?,
            customer_email: emails?.pop().unwrap_or_default(),
            pay_url: link.map(|made| made.url.to_string()).or_else(page),
            invoice,
        })
    }
}

impl Desk {
    /// The document of an invoice: the kept one, or else a new one, which is kept. The bucket is no more than a cache, so
    /// its failures are logged and the document is made.
    async fn document(&self, tenant: Tenant, id: InvoiceId, printed: PrintedInvoice) -> Result<Vec<u8>, Error> {
        let Manuscript { fingerprint, render } = self.press.prepare(printed)?;
        let kept = self.bucket.document(tenant, id, &fingerprint).await;
        match kept {
            Ok(Some(content)) => return Ok(content),
            Ok(None) => {}
            Err(error) => tracing::warn!(invoice = %id, %error, "a kept document could not be read"),
        }
        let content = typeset(render, DEADLINE).await?;
        if let Err(error) = self.bucket.keep_document(tenant, id, &fingerprint, content.clone()).await {
            tracing::warn!(invoice = %id, %error, "a document could not be kept");
        }
        Ok(content)
    }
}

/// Makes a document on a thread of its own. The thread cannot be stopped: after the deadline it goes on until it is done,
/// in Lambda with the next request.
async fn typeset(
    render: impl FnOnce() -> Result<Vec<u8>, Error> + Send + 'static,
    deadline: Duration,
) -> Result<Vec<u8>, Error> {
    let typesetting = async {
        let permit = TYPESETTERS.acquire().await.map_err(|error| Error::Defect(error.to_string()))?;
        let thread = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            render()
        });
        thread.await.map_err(|error| Error::Defect(format!("the document: {error}")))?
    };
    let late = || Error::Unavailable(format!("a document was not made within {} s", deadline.as_secs()));
    tokio::time::timeout(deadline, typesetting).await.unwrap_or_else(|_| Err(late()))
}

fn default_subject(PrintedInvoice { invoice, seller, .. }: &PrintedInvoice) -> String {
    in_one_line(&format!("Invoice {} from {seller}", invoice.header().number))
}

/// A number may have line breaks in it, which in a subject would begin another header.
fn in_one_line(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// What its sender wrote, between who that is and why the mail came: the sender alone chooses the text.
fn framed(PrintedInvoice { invoice, seller, .. }: &PrintedInvoice, text: &str) -> String {
    let (number, seller) = (in_one_line(invoice.header().number.as_str()), in_one_line(seller.as_str()));
    format!(
        "{seller} sends you invoice {number} and writes:\n\n{text}\n\n-- \nYou get this mail because {seller} gave your \
         address for invoice {number}. If you do not know {seller}, mark the mail as spam: that stops its sender.\n"
    )
}

fn default_text(PrintedInvoice { invoice, seller, pay_url, .. }: &PrintedInvoice) -> String {
    let header = invoice.header();
    let due = header.due_date.map(|due| format!(", due on {due}")).unwrap_or_default();
    let page = pay_url.as_ref().map(|url| format!("You can also see it here:\n{url}\n\n")).unwrap_or_default();
    format!("Please find attached invoice {} over {}{due}.\n\n{page}{seller}\n", header.number, header.totals.total)
}

/// What the file of an invoice is called: its number in characters that no system takes for anything else.
#[must_use]
pub fn file_name(number: &str) -> String {
    let plain = in_ascii(number);
    let name = plain.trim_matches(['.', '_']);
    format!("{}.pdf", if name.is_empty() { "invoice" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, since the room for documents is the process's.
    #[tokio::test]
    async fn a_document_that_takes_too_long_is_given_up_and_takes_room_until_it_is_done() {
        let (ends, end) = std::sync::mpsc::channel::<()>();
        let end = Arc::new(std::sync::Mutex::new(end));
        let stuck = || {
            let end = Arc::clone(&end);
            move || {
                let _ = end.lock().map(|end| end.recv());
                Ok(Vec::new())
            }
        };
        for _ in 0..4 {
            let late = typeset(stuck(), Duration::from_millis(20)).await;
            assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
        }
        assert!(typeset(|| Ok(vec![1]), Duration::from_millis(50)).await.is_err());
        drop(ends);
        assert_eq!(typeset(|| Ok(vec![1]), DEADLINE).await, Ok(vec![1]));
    }

    #[test]
    fn a_file_is_called_by_the_number_without_what_a_system_could_take_for_more() {
        for (number, name) in [
            ("INV-2026-001", "INV-2026-001.pdf"),
            ("2026/03 (b)", "2026_03__b.pdf"),
            ("../../etc/passwd", "etc_passwd.pdf"),
            ("a\"; filename=\"b.exe", "a___filename__b.exe.pdf"),
            ("請求書", "invoice.pdf"),
            ("...", "invoice.pdf"),
            ("a\r\nb", "a__b.pdf"),
        ] {
            assert_eq!(file_name(number), name, "{number:?}");
        }
    }
}
