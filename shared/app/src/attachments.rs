//! Files that are attached to invoices: kept in S3, and named by a part of their invoice.
//!
//! They are written in the order of images: under `tmp/`, then into the table, then to where they stay. A link leads to
//! where a file stays, so a file that may still wait is moved before it is linked to; the attachment says so until then.

use domain::id::{AttachmentId, InvoiceId};
use domain::invoice::{Attachment, AttachmentKey, FileName, MAX_ATTACHMENTS, MediaType};
use domain::{Action, Actor, Model};
use futures::{FutureExt, TryFutureExt};
use jiff::Timestamp;
use store::StoreError;

use crate::bucket::{Bucket, Content, FilesReport};
use crate::{App, Error, may};

/// A file to be attached.
#[derive(Debug, Clone)]
pub struct NewAttachment {
    /// What the client calls it.
    pub file_name: FileName,
    /// What the client says that it is.
    pub content_type: MediaType,
    /// Its content.
    pub content: Vec<u8>,
}

impl App {
    /// Attaches a file to an invoice. Gives the attachment and a link to it.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] to who may not change invoices, [`domain::Error::NotFound`],
    /// [`domain::Error::Invalid`] where there are [`MAX_ATTACHMENTS`].
    pub async fn add_attachment(
        &self,
        bucket: &Bucket,
        actor: &Actor,
        invoice: InvoiceId,
        new: NewAttachment,
    ) -> Result<(Attachment, String), Error> {
        may(actor, Action::Change, Model::Invoice)?;
        self.load_header(actor, invoice).await?;
        let beside = self.store.comments_and_attachments(actor.tenant(), invoice).await?;
        if beside.attachments.len() >= MAX_ATTACHMENTS {
            let message = format!("Ensure this invoice has no more than {MAX_ATTACHMENTS} attachments.");
            return Err(domain::Error::field("attachment", message).into());
        }
        let NewAttachment { file_name, content_type, content } = new;
        let mut attachment = Attachment {
            id: AttachmentId::new(self.new_id()),
            file_name,
            content_type,
            size: content.len() as u64,
            by: actor.author().clone(),
            at: self.now(),
            waits: true,
        };
        let key = AttachmentKey { tenant: actor.tenant(), invoice, attachment: attachment.id };
        let (media_type, file_name) = (attachment.content_type.as_str(), Some(attachment.file_name.as_str()));
        bucket.put(actor.tenant(), &key.path(), Content { media_type, file_name, bytes: content }).await?;
        self.retrying(async || Ok(self.store.add_attachment(actor.tenant(), invoice, &attachment).await?)).await?;
        // The table names it: from here on the upload has succeeded, whatever becomes of the move.
        match self.settle_attachment(bucket, key).await {
            Ok(_) => attachment.waits = false,
            Err(error) => {
                tracing::warn!(key = key.path(), %error, "a file is moved when its invoice is read or by the next sweep");
            }
        }
        Ok((attachment, bucket.link(&key.path()).await?))
    }

    /// A link to each attachment of an invoice, good for [`crate::bucket::LINK_TTL`].
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] to who may not view invoices.
    pub async fn attachment_links(
        &self,
        bucket: &Bucket,
        actor: &Actor,
        invoice: InvoiceId,
        attachments: &[Attachment],
    ) -> Result<Vec<String>, Error> {
        may(actor, Action::View, Model::Invoice)?;
        let mut links = Vec::with_capacity(attachments.len());
        for attachment in attachments {
            let key = AttachmentKey { tenant: actor.tenant(), invoice, attachment: attachment.id };
            if attachment.waits
                && let Err(error) = self.settle_attachment(bucket, key).await
            {
                // The invoice is shown all the same: the link leads to the file once it is moved.
                tracing::warn!(key = key.path(), %error, "a file that waits was not moved");
            }
            links.push(bucket.link(&key.path()).await?);
        }
        Ok(links)
    }

    /// Moves the files that attachments name and whose uploads ended before they did. What nothing names is left to the
    /// bucket's lifecycle rule: its upload may be on its way still.
    ///
    /// # Errors
    /// The bucket cannot be listed. A file that fails is counted and does not stop the others.
    pub async fn settle_attachments<'a>(&'a self, bucket: &'a Bucket, until: Timestamp) -> Result<FilesReport, Error> {
        let waiting = bucket.waiting(AttachmentKey::PREFIX).await?;
        let keys = waiting.iter().filter_map(|path| AttachmentKey::parse(path)).collect();
        let tally = self.tally(keys, until, |key: AttachmentKey| {
            let moved = self.settle_named(bucket, key).inspect_err(move |error| {
                tracing::error!(key = key.path(), %error, "an attached file was not moved");
            });
            moved.boxed()
        });
        Ok(tally.await.into())
    }

    async fn settle_named(&self, bucket: &Bucket, key: AttachmentKey) -> Result<bool, Error> {
        match self.store.attachment(key).await? {
            Some(_) => self.settle_attachment(bucket, key).await,
            None => Ok(false),
        }
    }

    /// Moves a file that an attachment names to where it stays; false when it was there already.
    async fn settle_attachment(&self, bucket: &Bucket, key: AttachmentKey) -> Result<bool, Error> {
        let moved = bucket.keep(&key.path()).await?;
        match self.store.attachment_settled(key).await {
            // It is noted by the next who reads the invoice.
            Ok(()) | Err(StoreError::Raced) => Ok(moved),
            Err(other) => Err(other.into()),
        }
    }
}
