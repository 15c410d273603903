//! Files, in S3.
//!
//! A file goes under `tmp/` first, where the bucket's lifecycle rule removes it after a week, and moves to where it
//! stays only once an object names it.
//!
//! Calls are boxed, as they are of every service here: the SDK's futures take up to 180 KB of the stack of whoever polls
//! them.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::Tenant;
use domain::id::InvoiceId;
use domain::invoice::AttachmentKey;
use futures::FutureExt;
use serde::Serialize;
use store::Lazy;

use crate::Error;
use crate::disposition::attachment;
use crate::sweep::Tally;

/// How long a link to a file is good.
pub const LINK_TTL: Duration = Duration::from_secs(900);
/// What is under it is not to stay.
const TEMPORARY: &str = "tmp/";
/// What the logos of organisations are under.
const LOGOS: &str = "logos/";
/// What the documents of invoices are kept under, until the bucket's lifecycle rule removes them.
const DOCUMENTS: &str = "documents/";
/// How large a logo may be: an answer ends at 6 MB, of which a document may take three quarters.
const MAX_LOGO: i64 = 1024 * 1024;
/// What a file that waits under `tmp/` says of its organisation.
const ORGANISATION: &str = "organisation";

/// The bucket of the deployment's files.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Lazy<Client>,
    pub(crate) name: Arc<str>,
}

/// A file to be kept.
#[derive(Debug)]
pub(crate) struct Content<'a> {
    /// Its media type.
    pub(crate) media_type: &'a str,
    /// Under which name it is to be saved; a browser shows one without.
    pub(crate) file_name: Option<&'a str>,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// What a sweep did about images and attachments that waited under `tmp/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FilesReport {
    /// Files that were moved to where they stay.
    pub images_moved: u32,
    /// Files that could not be looked after; the next sweep finds them again.
    pub images_failed: u32,
    /// Files for which there was no time; the next sweep finds them again.
    pub images_left: u32,
}

impl From<Tally> for FilesReport {
    fn from(Tally { all: _, done, failed, left }: Tally) -> Self {
        Self { images_moved: done, images_failed: failed, images_left: left }
    }
}

impl FilesReport {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            images_moved: self.images_moved + other.images_moved,
            images_failed: self.images_failed + other.images_failed,
            images_left: self.images_left + other.images_left,
        }
    }
}

impl Bucket {
    /// The bucket of a name, through a client.
    #[must_use]
    pub fn new(client: impl Into<Lazy<Client>>, name: &str) -> Self {
        Self { client: client.into(), name: name.into() }
    }

    /// Puts a file where it waits to be kept.
    pub(crate) async fn put(&self, tenant: Tenant, key: &str, content: Content<'_>) -> Result<(), Error> {
        let Content { media_type, file_name, bytes } = content;
        let request = self.client.put_object().bucket(&*self.name).key(temporary(key)).content_type(media_type);
        let request = request.metadata(ORGANISATION, tenant.organisation().to_string());
        // What is named is saved and never shown: it may hold anything.
        let request = request.set_content_disposition(file_name.map(|name| attachment(name, name)));
        request.body(ByteStream::from(bytes)).send().boxed().await.map_err(unavailable)?;
        Ok(())
    }

    /// The keys that begin so, without `tmp/`, of what waits to be moved or to expire.
    pub(crate) async fn waiting(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let (mut keys, mut after) = (Vec::new(), None::<String>);
        loop {
            let request = self.client.list_objects_v2().bucket(&*self.name).prefix(temporary(prefix));
            let page = request.set_start_after(after).send().boxed().await.map_err(unavailable)?;
            after = page.contents().last().and_then(|object| object.key()).map(str::to_owned);
            let found = page.contents().iter().filter_map(|object| object.key()?.strip_prefix(TEMPORARY));
            keys.extend(found.map(str::to_owned));
            if after.is_none() || page.is_truncated() != Some(true) {
                return Ok(keys);
            }
        }
    }

    /// The organisation for which a file waits.
    pub(crate) async fn waits_for(&self, key: &str) -> Result<Option<Tenant>, Error> {
        let answer = self.client.head_object().bucket(&*self.name).key(temporary(key)).send().boxed().await;
        let Some(answer) = found(answer)? else { return Ok(None) };
        let organisation = answer.metadata().and_then(|metadata| metadata.get(ORGANISATION)?.parse().ok());
        Ok(organisation.map(Tenant::trusted))
    }

    /// Moves a file to where it stays; false when there is none to move.
    pub(crate) async fn keep(&self, key: &str) -> Result<bool, Error> {
        let source = format!("{}/{}", self.name, temporary(key));
        let copied = self.client.copy_object().bucket(&*self.name).key(key).copy_source(source).send().boxed().await;
        if found(copied)?.is_none() {
            return Ok(false);
        }
        self.discard(key).await;
        Ok(true)
    }

    /// Removes what was put and is not, or no longer, needed. The lifecycle rule does it where this fails.
    pub(crate) async fn discard(&self, key: &str) {
        let removed = self.client.delete_object().bucket(&*self.name).key(temporary(key)).send().boxed().await;
        if let Err(error) = removed {
            tracing::warn!(key, error = %DisplayErrorContext(error), "a temporary object is left to its lifecycle rule");
        }
    }

    /// An organisation's logo, which whoever runs the deployment has put there: a file of at most [`MAX_LOGO`] bytes.
    pub(crate) async fn logo(&self, tenant: Tenant) -> Result<Option<Vec<u8>>, Error> {
        let key = logo_key(tenant);
        let answer = self.client.get_object().bucket(&*self.name).key(&key).send().boxed().await;
        let Some(answer) = found(answer)? else { return Ok(None) };
        if answer.content_length().is_none_or(|length| length > MAX_LOGO) {
            tracing::warn!(key, "a logo is too large to be printed");
            return Ok(None);
        }
        let content = answer.body.collect().await.map_err(|error| Error::Unavailable(format!("S3: {error}")))?;
        Ok(Some(content.to_vec()))
    }

    /// The document of an invoice that was kept under its fingerprint.
    pub(crate) async fn document(
        &self,
        tenant: Tenant,
        invoice: InvoiceId,
        fingerprint: &str,
    ) -> Result<Option<Vec<u8>>, Error> {
        let key = document_key(tenant, invoice, fingerprint);
        let answer = self.client.get_object().bucket(&*self.name).key(&key).send().boxed().await;
        let Some(answer) = found(answer)? else { return Ok(None) };
        let content = answer.body.collect().await.map_err(|error| Error::Unavailable(format!("S3: {error}")))?;
        Ok(Some(content.to_vec()))
    }

    /// Keeps the document of an invoice.
    pub(crate) async fn keep_document(
        &self,
        tenant: Tenant,
        invoice: InvoiceId,
        fingerprint: &str,
        content: Vec<u8>,
    ) -> Result<(), Error> {
        let key = document_key(tenant, invoice, fingerprint);
        let request = self.client.put_object().bucket(&*self.name).key(key).content_type("application/pdf");
        request.body(ByteStream::from(content)).send().boxed().await.map_err(unavailable)?;
        Ok(())
    }

    /// Removes all under a prefix, a thousand at a time.
    pub(crate) async fn clear(&self, prefix: &str) -> Result<(), Error> {
        loop {
            let request = self.client.list_objects_v2().bucket(&*self.name).prefix(prefix);
            let page = request.send().boxed().await.map_err(unavailable)?;
            let keys: Vec<_> = page.contents().iter().filter_map(|object| object.key()).collect();
            for key in &keys {
                self.client.delete_object().bucket(&*self.name).key(*key).send().boxed().await.map_err(unavailable)?;
            }
            if keys.is_empty() || page.is_truncated() != Some(true) {
                return Ok(());
            }
        }
    }

    /// Removes what is kept by organisation: attached files, those that wait too, documents, and the logo.
    pub(crate) async fn clear_files_of(&self, tenant: Tenant) -> Result<(), Error> {
        let attached = format!("{}{}/", AttachmentKey::PREFIX, tenant.organisation());
        self.clear(&attached).await?;
        self.clear(&temporary(&attached)).await?;
        self.clear(&documents_of(tenant)).await?;
        self.clear(&logo_key(tenant)).await
    }

    /// Whether a file is where it stays.
    pub(crate) async fn has(&self, key: &str) -> Result<bool, Error> {
        Ok(found(self.client.head_object().bucket(&*self.name).key(key).send().boxed().await)?.is_some())
    }

    /// A link to a file, good for [`LINK_TTL`].
    pub(crate) async fn link(&self, key: &str) -> Result<String, Error> {
        let config = PresigningConfig::expires_in(LINK_TTL).map_err(|error| Error::Defect(error.to_string()))?;
        let request = self.client.get_object().bucket(&*self.name).key(key);
        Ok(request.presigned(config).boxed().await.map_err(unavailable)?.uri().to_owned())
    }
}

fn documents_of(tenant: Tenant) -> String {
    format!("{DOCUMENTS}{}/", tenant.organisation())
}

/// Half of the fingerprint is enough within one invoice. The local S3 names a file after the whole key in base64, and a
/// name has 255 bytes.
fn document_key(tenant: Tenant, invoice: InvoiceId, fingerprint: &str) -> String {
    let short = fingerprint.get(..32).unwrap_or(fingerprint);
    format!("{}{invoice}/{short}.pdf", documents_of(tenant))
}

fn logo_key(tenant: Tenant) -> String {
    format!("{LOGOS}{}", tenant.organisation())
}

fn temporary(key: &str) -> String {
    format!("{TEMPORARY}{key}")
}

/// What S3 answered, if it found what a call was about.
fn found<T, E>(answer: Result<T, SdkError<E>>) -> Result<Option<T>, Error>
where
    E: std::error::Error + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

pub(crate) fn unavailable<E: std::error::Error + 'static>(error: SdkError<E>) -> Error {
    Error::Unavailable(format!("S3: {}", DisplayErrorContext(error)))
}
