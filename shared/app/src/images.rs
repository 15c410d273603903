//! Images: uploaded to S3, and named by the objects that they belong to.
//!
//! An image goes under `tmp/` first, where the bucket's lifecycle rule removes it after a day, and
//! moves to where it stays only once its object names it. Wherever an upload ends — refused by the
//! table, or by the end of the process — nothing that nobody names outlives that day. The one gap
//! that is left, an end after the commit and before the move, is closed by whoever first opens the
//! image: its URL is known from its object alone, so an image that is asked for is to be kept.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::image::{FIELD, ImageKey, ImageKind, MAX_IMAGES, Pictured};
use domain::{Action, Actor};
use store::{Album, StoreError};

use crate::{App, Error, Expected, check_version, may};

/// How long a link to an image is good.
pub const LINK_TTL: Duration = Duration::from_secs(900);

/// The bucket of the deployment's files.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: Arc<str>,
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

impl Bucket {
    /// The bucket of a name, through a client.
    #[must_use]
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    async fn put(&self, key: &str, kind: ImageKind, content: Vec<u8>) -> Result<(), Error> {
        let request = self.client.put_object().bucket(&*self.name).key(temporary(key)).content_type(kind.media_type());
        request.body(ByteStream::from(content)).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Moves an image to where it stays; false when there is none to move.
    async fn keep(&self, key: &str) -> Result<bool, Error> {
        let source = format!("{}/{}", self.name, temporary(key));
        let copied = self.client.copy_object().bucket(&*self.name).key(key).copy_source(source).send().await;
        if !found(copied)? {
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

    async fn has(&self, key: &str) -> Result<bool, Error> {
        found(self.client.head_object().bucket(&*self.name).key(key).send().await)
    }

    async fn link(&self, key: &str) -> Result<String, Error> {
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
        bucket.put(&key, kind, content).await?;
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
            Ok(false) => tracing::error!(key, "an image was gone before it could be moved"),
            Err(error) => tracing::warn!(key, %error, "an image is moved when it is first opened"),
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
    format!("tmp/{key}")
}

/// Whether S3 found what a call was about.
fn found<T, E>(answer: Result<T, SdkError<E>>) -> Result<bool, Error>
where
    E: std::error::Error + 'static,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.raw_response().is_some_and(|answer| answer.status().as_u16() == 404) => Ok(false),
        Err(error) => Err(unavailable(error)),
    }
}

fn unavailable<E: std::error::Error + 'static>(error: SdkError<E>) -> Error {
    Error::Unavailable(format!("S3: {}", DisplayErrorContext(error)))
}
