//! What is kept about an invoice beside its books: comments and attachments, and its history.

use domain::Tenant;
use domain::id::{AttachmentId, CommentId, InvoiceId};
use domain::invoice::{Attachment, AttachmentKey, Beside, Comment, CommentText, FileName, Invoice, MediaType};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{AuthorBody, Stored, decode, encode};
use crate::error::StoreError;
use crate::invoices::restored;
use crate::keys::{self, Key, Part};
use crate::table::{Item, Query, Update, s};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CommentBody {
    id: CommentId,
    text: CommentText,
    by: AuthorBody,
    at: Timestamp,
}

impl Stored for Comment {
    type Body = CommentBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> CommentBody {
        let Self { id, text, by, at } = self;
        CommentBody { id: *id, text: text.clone(), by: by.into(), at: *at }
    }

    fn restore(body: CommentBody) -> Result<Self, StoreError> {
        let CommentBody { id, text, by, at } = body;
        Ok(Self { id, text, by: by.into(), at })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttachmentBody {
    id: AttachmentId,
    file_name: String,
    content_type: String,
    size: u64,
    by: AuthorBody,
    at: Timestamp,
    /// There while the file may wait under its temporary key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits: Option<bool>,
}

impl Stored for Attachment {
    type Body = AttachmentBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> AttachmentBody {
        let Self { id, file_name, content_type, size, by, at, waits } = self;
        AttachmentBody {
            id: *id,
            file_name: file_name.to_string(),
            content_type: content_type.to_string(),
            size: *size,
            by: by.into(),
            at: *at,
            waits: waits.then_some(true),
        }
    }

    fn restore(body: AttachmentBody) -> Result<Self, StoreError> {
        let AttachmentBody { id, file_name, content_type, size, by, at, waits } = body;
        Ok(Self {
            id,
            file_name: FileName::of(&file_name),
            content_type: MediaType::of(&content_type),
            size,
            by: by.into(),
            at,
            waits: waits.is_some(),
        })
    }
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// An invoice with its books and all that is kept beside them: one round trip.
    pub async fn invoice_with_beside(
        &self,
        tenant: Tenant,
        id: InvoiceId,
    ) -> Result<Option<(Invoice, Beside)>, StoreError> {
        let items = self.table.query_all(starting_with(tenant, id.to_string())).await?;
        let (beside, books): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| match part(item) {
            Some(Part::History | Part::Comment | Part::Attachment) => true,
            Some(Part::Line | Part::Payment | Part::Refund | Part::Link) | None => false,
        });
        let Some(invoice) = restored(books)? else { return Ok(None) };
        Ok(Some((invoice, beside_of(beside)?)))
    }

    /// Comments and attachments of an invoice, without its history.
    pub async fn comments_and_attachments(&self, tenant: Tenant, id: InvoiceId) -> Result<Beside, StoreError> {
        beside_of(self.table.query_all(starting_with(tenant, keys::beside_books(id))).await?)
    }

    /// Writes a comment.
    pub async fn add_comment(&self, tenant: Tenant, invoice: InvoiceId, comment: &Comment) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.put(encode(comment, &keys::invoice_part(tenant, invoice, Part::Comment, comment.id))?);
        commit.commit(&self.table).await
    }

    /// Writes an attachment.
    pub async fn add_attachment(
        &self,
        tenant: Tenant,
        invoice: InvoiceId,
        attachment: &Attachment,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.put(encode(attachment, &keys::invoice_part(tenant, invoice, Part::Attachment, attachment.id))?);
        commit.commit(&self.table).await
    }

    /// An attachment.
    pub async fn attachment(&self, key: AttachmentKey) -> Result<Option<Attachment>, StoreError> {
        self.find(&key_of(key)).await
    }

    /// Notes that an attachment's file is where it stays.
    pub async fn attachment_settled(&self, key: AttachmentKey) -> Result<(), StoreError> {
        let update = Update {
            key: key_of(key),
            expression: "REMOVE waits",
            condition: "attribute_exists(sk)".into(),
            names: [].into(),
            values: [].into(),
        };
        self.table.update(update).await.map(drop)
    }
}

fn key_of(AttachmentKey { tenant, invoice, attachment }: AttachmentKey) -> Key {
    keys::invoice_part(tenant, invoice, Part::Attachment, attachment)
}

fn part(item: &Item) -> Option<Part> {
    item.get("sk").and_then(|sk| sk.as_s().ok()).and_then(|sk| Part::of(sk))
}

/// All items of the invoices whose sort keys begin so.
fn starting_with(tenant: Tenant, prefix: String) -> Query {
    Query {
        condition: "pk = :pk AND begins_with(sk, :prefix)",
        values: [(":pk".to_owned(), s(keys::invoices(tenant))), (":prefix".to_owned(), s(prefix))].into(),
        ..Query::default()
    }
}

fn beside_of(items: Vec<Item>) -> Result<Beside, StoreError> {
    let mut beside = Beside::default();
    for item in items {
        match part(&item) {
            Some(Part::History) => beside.history.push(decode(item)?),
            Some(Part::Comment) => beside.comments.push(decode(item)?),
            Some(Part::Attachment) => beside.attachments.push(decode(item)?),
            Some(Part::Line | Part::Payment | Part::Refund | Part::Link) | None => {}
        }
    }
    Ok(beside)
}
