//! Images: uploaded to S3, and named by the objects that they belong to.
//!
//! An image goes under `tmp/` first, where the bucket's lifecycle rule removes it after a week, and
//! moves to where it stays only once its object names it. Wherever an upload ends — refused by the
//! table, or by the end of the process — nothing that nobody names outlives that week, and what is
//! named moves: at the end of its upload; else when somebody opens it, since its URL is known from
//! its object alone; else by the next sweep, which looks through what is still under `tmp/`.

use domain::image::{FIELD, ImageKey, ImageKind, MAX_IMAGES, Pictured};
use domain::{Action, Actor};
use futures::FutureExt;
use jiff::Timestamp;
use store::{Album, StoreError};

use crate::bucket::{Bucket, Content, FilesReport};
use crate::{App, Error, Expected, check_version, may};

/// What all images are kept under.
const PREFIX: &str = "images/";

/// An image to be added.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// Its kind, as its content tells.
    pub kind: ImageKind,
    /// Its content.
    pub content: Vec<u8>,
}

impl App {
    /// Adds an image to an object. Returns the image's path, and all images of the object.
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
        let NewImage { kind, content } = image;
        let key = ImageKey::new(of, self.new_id(), kind).path();
        let media_type = kind.media_type();
        bucket.put(actor.tenant(), &key, Content { media_type, file_name: None, bytes: content }).await?;
        let added = self.retrying(async || self.commit_image(actor, of, &key, expected).await).await;
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
        Ok((key, album))
    }

    /// A link to an image, good for [`crate::bucket::LINK_TTL`], for whoever has its URL.
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
    pub async fn settle_images<'a>(&'a self, bucket: &'a Bucket, until: Timestamp) -> Result<FilesReport, Error> {
        let waiting = bucket.waiting(PREFIX).await?;
        let tally = self.tally(waiting, until, |key| {
            let moved = async move {
                let moved = self.settle_image(bucket, &key).await;
                moved.inspect_err(|error| tracing::error!(key, %error, "an image was not moved"))
            };
            moved.boxed()
        });
        Ok(tally.await.into())
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
        let named = album.is_some_and(|album| album.paths.iter().any(|path| path == key));
        Ok(named && bucket.keep(key).await?)
    }

    async fn commit_image(&self, actor: &Actor, of: Pictured, path: &str, expected: Expected) -> Result<Album, Error> {
        match self.store.add_image(actor.tenant(), of, path, expected, self.now()).await {
            Err(StoreError::Missing) => {
                // The SDK sends a write again whose answer it lost: then the image is there already.
                let there = self.store.album(actor.tenant(), of).await?;
                if let Some(album) = there.filter(|album| album.paths.iter().any(|known| known == path)) {
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
        if album.paths.len() >= MAX_IMAGES {
            let message = format!("Ensure this object has no more than {MAX_IMAGES} images.");
            return Err(domain::Error::field(FIELD, message).into());
        }
        Ok(())
    }
}
