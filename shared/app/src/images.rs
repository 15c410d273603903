//! Images: uploaded to S3, and named by the objects that they belong to.
//!
//! An image goes under `tmp/` first, where the bucket's lifecycle rule removes it after a week, and
//! moves to where it stays only once its object names it. Wherever an upload ends — refused by the
//! table, or by the end of the process — nothing that nobody names outlives that week, and what is
//! named moves: at the end of its upload; else when somebody opens it, since its URL is known from
//! its object alone; else by the next sweep, which looks through what is still under `tmp/`.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::image::{FIELD, ImageKey, ImageKind, MAX_IMAGES, Pictured};
use domain::{Action, Actor, Tenant};
use serde::Serialize;
use store::{Album, StoreError};

use crate::{App, Error, Expected, check_version, may};

/// How long a link to an image is good.
pub const LINK_TTL: Duration = Duration::from_secs(900);
/// What is under it is not to stay.
const TEMPORARY: &str = "tmp/";
/// What an image that waits under `tmp/` says of its organisation.
const ORGANISATION: &str = "organisation";

/// The bucket of the deployment's files.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: Arc<str>,
}

/// An image to be added.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// Its kind, as its content tells.
    pub kind: ImageKind,
    /// Its content.
    pub content: Vec<u8>,
    /// What its URL begins with: the API's address, as the client sees it.
    pub base_url: String,
}

/// What a sweep did about images that waited under `tmp/`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ImagesReport {
    /// Images that were moved to where they stay.
    pub images_moved: u32,
    /// Images that could not be looked after; the next sweep finds them again.
    pub images_failed: u32,
}

impl Bucket {
    /// The bucket of a name, through a client.
    #[must_use]
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    async fn put(&self, tenant: Tenant, key: &str, kind: ImageKind, content: Vec<u8>) -> Result<(), Error> {
        let request = self.client.put_object().bucket(&*self.name).key(temporary(key)).content_type(kind.media_type());
        let request = request.metadata(ORGANISATION, tenant.organisation().to_string());
        request.body(ByteStream::from(content)).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Removes all under a prefix, a thousand at a time.
    pub(crate) async fn clear(&self, prefix: &str) -> Result<(), Error> {
        loop {
            let request = self.client.list_objects_v2().bucket(&*self.name).prefix(prefix);
            let page = request.send().await.map_err(unavailable)?;
            let keys: Vec<_> = page.contents().iter().filter_map(|object| object.key()).collect();
            for key in &keys {
                self.client.delete_object().bucket(&*self.name).key(*key).send().await.map_err(unavailable)?;
            }
            if keys.is_empty() || page.is_truncated() != Some(true) {
                return Ok(());
            }
        }
    }

    /// The keys, without `tmp/`, of what waits to be moved or to expire.
    async fn waiting(&self) -> Result<Vec<String>, Error> {
        let (mut keys, mut after) = (Vec::new(), None::<String>);
        loop {
            let request = self.client.list_objects_v2().bucket(&*self.name).prefix(temporary("images/"));
            let page = request.set_start_after(after).send().await.map_err(unavailable)?;
            after = page.contents().last().and_then(|object| object.key()).map(str::to_owned);
            let found = page.contents().iter().filter_map(|object| object.key()?.strip_prefix(TEMPORARY));
            keys.extend(found.map(str::to_owned));
            if after.is_none() || page.is_truncated() != Some(true) {
                return Ok(keys);
            }
        }
    }

    /// The organisation for which an image waits.
    async fn waits_for(&self, key: &str) -> Result<Option<Tenant>, Error> {
        let answer = self.client.head_object().bucket(&*self.name).key(temporary(key)).send().await;
        let Some(answer) = found(answer)? else { return Ok(None) };
        let organisation = answer.metadata().and_then(|metadata| metadata.get(ORGANISATION)?.parse().ok());
        Ok(organisation.map(Tenant::trusted))
    }

    /// Moves an image to where it stays; false when there is none to move.
    async fn keep(&self, key: &str) -> Result<bool, Error> {
        let source = format!("{}/{}", self.name, temporary(key));
        let copied = self.client.copy_object().bucket(&*self.name).key(key).copy_source(source).send().await;
        if found(copied)?.is_none() {
            return Ok(false);
        }
        self.discard(key).await;
        Ok(true)
    }

    /// Removes what was put and is not, or no longer, needed. The lifecycle rule does it where this fails.
    async fn discard(&self, key: &str) {
        let removed = self.client.delete_object().bucket(&*self.name).key(temporary(key)).send().await;
        if let Err(error) = removed {
            tracing::warn!(key, error = %DisplayErrorContext(error), "a temporary object is left to its lifecycle rule");
        }
    }

    pub(crate) async fn has(&self, key: &str) -> Result<bool, Error> {
        Ok(found(self.client.head_object().bucket(&*self.name).key(key).send().await)?.is_some())
    }

    pub(crate) async fn link(&self, key: &str) -> Result<String, Error> {
        let config = PresigningConfig::expires_in(LINK_TTL).map_err(|error| Error::Defect(error.to_string()))?;
        let request = self.client.get_object().bucket(&*self.name).key(key);
        Ok(request.presigned(config).await.map_err(unavailable)?.uri().to_owned())
    }
}

impl App {
    /// Adds an image to an object. Gives the image's URL, and all that the object then has.
    ///
    /// # Errors
    /// [`domain::Error::Forbidden`] to who may not change the object, [`domain::Error::NotFound`],
    /// [`domain::Error::Invalid`] where there are [`MAX_IMAGES`], [`domain::Error::Stale`].
    pub async fn add_image(
        &self,
        bucket: &Bucket,
        actor: &Actor,
        of: Pictured,
        image: NewImage,
        expected: Expected,
    ) -> Result<(String, Album), Error> {
        may(actor, Action::Change, of.model())?;
        self.check_album(actor, of, expected).await?;
        let NewImage { kind, content, base_url } = image;
        let key = ImageKey::new(of, self.new_id(), kind).path();
        let url = format!("{base_url}/files/{key}");
        bucket.put(actor.tenant(), &key, kind, content).await?;
        let added = self.retrying(async || self.commit_image(actor, of, &url, expected).await).await;
        let album = match added {
            Ok(album) => album,
            Err(error) => {
                // Only a refusal is certain: after any other failure the object may name the image all the same.
                if matches!(error, Error::Domain(_)) {
                    bucket.discard(&key).await;
                }
                return Err(error);
            }
        };
        // The object names it: from here on the upload has succeeded, whatever becomes of the move.
        match bucket.keep(&key).await {
            Ok(true) => {}
            // Who opened the image meanwhile, or a sweep, has moved it.
            Ok(false) => tracing::info!(key, "an image had been moved before its upload ended"),
            Err(error) => tracing::warn!(key, %error, "an image is moved when it is opened or by the next sweep"),
        }
        Ok((url, album))
    }

    /// A link to an image, good for [`LINK_TTL`], for whoever has its URL.
    ///
    /// # Errors
    /// [`domain::Error::NotFound`].
    pub async fn image_link(&self, bucket: &Bucket, key: ImageKey) -> Result<String, Error> {
        let key = key.path();
        // Looked for again at the end: its upload may have moved it in the meantime.
        if !bucket.has(&key).await? && !bucket.keep(&key).await? && !bucket.has(&key).await? {
            return Err(domain::Error::NotFound.into());
        }
        bucket.link(&key).await
    }

    /// Moves the images that their objects name and whose uploads ended before they did. What no object
    /// names is left to the bucket's lifecycle rule: its upload may be on its way still.
    ///
    /// # Errors
    /// The bucket cannot be listed. An image that fails is counted and does not stop the others.
    pub async fn settle_images(&self, bucket: &Bucket) -> Result<ImagesReport, Error> {
        let mut report = ImagesReport::default();
        for key in bucket.waiting().await? {
            match self.settle_image(bucket, &key).await {
                Ok(true) => report.images_moved += 1,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(key, %error, "an image was not moved");
                    report.images_failed += 1;
                }
            }
        }
        Ok(report)
    }

    async fn settle_image(&self, bucket: &Bucket, key: &str) -> Result<bool, Error> {
        let mut words = key.split('/').skip(1);
        let (collection, id, file) = (words.next(), words.next(), words.next());
        let parts = collection.zip(id).zip(file);
        let Some(of) = parts.and_then(|((collection, id), file)| Some(ImageKey::parse(collection, id, file)?.of()))
        else {
            return Ok(false);
        };
        let Some(tenant) = bucket.waits_for(key).await? else { return Ok(false) };
        let album = self.store.album(tenant, of).await?;
        let ending = format!("/files/{key}");
        let named = album.is_some_and(|album| album.urls.iter().any(|url| url.ends_with(&ending)));
        Ok(named && bucket.keep(key).await?)
    }

    async fn commit_image(&self, actor: &Actor, of: Pictured, url: &str, expected: Expected) -> Result<Album, Error> {
        match self.store.add_image(actor.tenant(), of, url, expected, self.now()).await {
            Err(StoreError::Missing) => {
                // The SDK sends a write again whose answer it lost: then the image is there already.
                let there = self.store.album(actor.tenant(), of).await?;
                if let Some(album) = there.filter(|album| album.urls.iter().any(|known| known == url)) {
                    return Ok(album);
                }
                self.check_album(actor, of, expected).await?;
                // What was in the way is gone again.
                Err(StoreError::Raced.into())
            }
            added => Ok(added?),
        }
    }

    /// Refuses an image that the object as it is cannot take.
    async fn check_album(&self, actor: &Actor, of: Pictured, expected: Expected) -> Result<(), Error> {
        let album = self.store.album(actor.tenant(), of).await?.ok_or(domain::Error::NotFound)?;
        check_version(expected, album.version)?;
        if album.urls.len() >= MAX_IMAGES {
            let message = format!("Ensure this object has no more than {MAX_IMAGES} images.");
            return Err(domain::Error::field(FIELD, message).into());
        }
        Ok(())
    }
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
