//! Invoices with what is kept beside their books, and lists of them by place.

use std::collections::{BTreeMap, BTreeSet};

use domain::filter::{CustomerNamed, InvoiceFilter};
use domain::id::{CommentId, InvoiceId, UserId};
use domain::invoice::{Beside, Comment, CommentText, Header, Invoice, MAX_COMMENT_BYTES};
use domain::organisation::Organisation;
use domain::{Action, Actor, Author, Model};
use store::PageRequest;

use crate::{App, Error, may};

/// How many rows are held at once while those before a place are passed over.
const READ_AT_ONCE: u64 = 1_000;
/// How many items one read by keys can take.
const KEYS_AT_ONCE: usize = 100;

/// An invoice with everything that is kept about it.
#[derive(Debug, Clone)]
pub struct InvoiceRecord {
    /// The invoice.
    pub invoice: Invoice,
    /// What is kept beside its books.
    pub beside: Beside,
    /// Its organisation.
    pub organisation: Organisation,
    /// The usernames of the members that are named in it. Who has left the organisation has none.
    pub usernames: BTreeMap<UserId, String>,
    /// Its customer's name; empty, if none is known.
    pub customer_name: String,
    /// Its customer's e-mail address; empty, if none is known.
    pub customer_email: String,
}

/// Which rows of a list, by their place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// How many rows come before.
    pub offset: u64,
    /// How many there are at most.
    pub limit: usize,
}

/// Errors as for invoices.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// An invoice with everything that is kept about it.
    pub async fn get_invoice_record(&self, actor: &Actor, id: InvoiceId) -> Result<InvoiceRecord, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let found = self.store.invoice_with_beside(actor.tenant(), id).await?;
        let (invoice, beside) = found.ok_or(domain::Error::NotFound)?;
        self.record(actor, invoice, beside).await
    }

    /// An invoice that was just written, with everything that is kept about it.
    pub async fn invoice_record(&self, actor: &Actor, invoice: &Invoice) -> Result<InvoiceRecord, Error> {
        let found = self.store.invoice_with_beside(actor.tenant(), invoice.header().id).await?;
        // Gone, if somebody deleted it just now; it was written all the same.
        let beside = found.map(|(_, beside)| beside).unwrap_or_default();
        self.record(actor, invoice.clone(), beside).await
    }

    async fn record(&self, actor: &Actor, invoice: Invoice, beside: Beside) -> Result<InvoiceRecord, Error> {
        let header = invoice.header();
        let organisation = self.store.organisation(actor.tenant().organisation()).await?;
        let organisation = organisation.ok_or_else(|| Error::Defect("a caller's organisation is not there".into()))?;
        let by_comments = beside.comments.iter().map(|comment| &comment.by);
        let by_history = beside.history.iter().filter_map(|row| row.by.as_ref());
        let authors = by_comments.chain(by_history).chain(header.meta.created_by.as_ref());
        let usernames = self.usernames(actor, authors).await?;
        let customer_name = self.customer_names(actor, &[header]).await?.pop().unwrap_or_default();
        let customer_email = self.customer_emails(actor, &[header]).await?.pop().unwrap_or_default();
        Ok(InvoiceRecord { beside, organisation, usernames, customer_name, customer_email, invoice })
    }

    /// The usernames of members.
    pub async fn usernames<'a>(
        &self,
        actor: &Actor,
        authors: impl Iterator<Item = &'a Author>,
    ) -> Result<BTreeMap<UserId, String>, Error> {
        let numbers: BTreeSet<u64> = authors.map(|author| author.number).collect();
        let numbers: Vec<u64> = numbers.into_iter().collect();
        let mut usernames = BTreeMap::new();
        for numbers in numbers.chunks(KEYS_AT_ONCE) {
            let members = self.store.members_of(actor.tenant(), numbers).await?;
            usernames.extend(members.into_iter().map(|member| (member.id, member.username.as_str().to_owned())));
        }
        Ok(usernames)
    }

    /// Rows of the invoices by their places, newest first, and how many there are in all; `customer` is a part of the
    /// customer's name. It reads the rows before them too.
    pub async fn list_invoices_at(
        &self,
        actor: &Actor,
        mut filter: InvoiceFilter,
        customer: Option<String>,
        Places { offset, limit }: Places,
    ) -> Result<(Vec<Header>, u64), Error> {
        may(actor, Action::View, Model::Invoice)?;
        if let Some(part) = customer {
            let clients = self.clients_named(actor, &part).await?;
            filter.beside.customer = Some(CustomerNamed { part, clients });
        }
        let (mut rows, mut passed, mut after) = (Vec::new(), 0_u64, None);
        loop {
            let missing = offset.saturating_sub(passed).saturating_add((limit - rows.len()) as u64);
            let page = PageRequest { limit: usize::try_from(missing.min(READ_AT_ONCE)).unwrap_or(limit), after };
            let found = self.store.invoices_newest(actor.tenant(), &filter, page).await?;
            for row in found.rows {
                if passed >= offset {
                    rows.push(row);
                }
                passed += 1;
            }
            match found.next {
                None => return Ok((rows, passed)),
                Some(_) if rows.len() >= limit => {
                    return Ok((rows, self.store.count_invoices(actor.tenant(), &filter).await?));
                }
                Some(next) => after = Some(next),
            }
        }
    }

    /// Comments on an invoice.
    pub async fn add_comment(&self, actor: &Actor, invoice: InvoiceId, text: CommentText) -> Result<Comment, Error> {
        may(actor, Action::Change, Model::Invoice)?;
        self.load_header(actor, invoice).await?;
        let before = self.store.comments_and_attachments(actor.tenant(), invoice).await?;
        let bytes: usize = before.comments.iter().map(|comment| comment.text.as_str().len()).sum();
        if bytes + text.as_str().len() > MAX_COMMENT_BYTES {
            return Err(domain::Error::field("comment", "There is no room for more comments on this invoice.").into());
        }
        let comment = Comment { id: CommentId::new(self.new_id()), text, by: actor.author().clone(), at: self.now() };
        self.retrying(async || Ok(self.store.add_comment(actor.tenant(), invoice, &comment).await?)).await?;
        Ok(comment)
    }
}
