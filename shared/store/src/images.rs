//! The images of the objects that have some.

use domain::Tenant;
use domain::image::{MAX_IMAGES, Pictured};
use jiff::Timestamp;
use serde::Deserialize;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::Store;
use crate::codec::decode_body;
use crate::error::StoreError;
use crate::keys::{self, Collection, Key};
use crate::lists::expecting;
use crate::table::{Update, n, s};

/// The images of an object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Album {
    /// Their paths, oldest first.
    #[serde(rename = "images")]
    pub paths: Vec<String>,
    /// The object's version.
    pub version: u64,
}

fn key(tenant: Tenant, of: Pictured) -> Key {
    match of {
        Pictured::Service(id) => keys::member(tenant, Collection::Service, id),
        Pictured::Client(id) => keys::member(tenant, Collection::Client, id),
        Pictured::Lead(id) => keys::member(tenant, Collection::Lead, id),
        Pictured::CatalogueItem(id) => keys::member(tenant, Collection::Item, id),
    }
}

impl Store {
    /// The images of an object, if the object is there.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn album(&self, tenant: Tenant, of: Pictured) -> Result<Option<Album>, StoreError> {
        self.table.get(&key(tenant, of)).await?.map(decode_body).transpose()
    }

    /// Adds an image, in place: of those that are added at the same time, none is lost.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the object is not there, has as many images as it may, has
    /// this one, or is not of the expected version; [`StoreError::Raced`], [`StoreError::TooLarge`], and as [`Store::album`].
    pub async fn add_image(
        &self,
        tenant: Tenant,
        of: Pictured,
        path: &str,
        expected: Option<u64>,
        now: Timestamp,
    ) -> Result<Album, StoreError> {
        let values = [
            (":added", AttributeValue::L(vec![s(path)])),
            (":path", s(path)),
            (":most", n(MAX_IMAGES)),
            (":now", s(now.to_string())),
            (":one", n(1)),
        ];
        let update = Update {
            key: key(tenant, of),
            expression: "SET images = list_append(images, :added), updated_at = :now, version = version + :one",
            // A write that the SDK repeats adds nothing twice.
            condition: "attribute_exists(model) AND size(images) < :most AND NOT contains(images, :path)".into(),
            names: [].into(),
            values: values.map(|(name, value)| (name.to_owned(), value)).into(),
        };
        decode_body(self.table.update(expecting(update, expected)).await?)
    }
}
