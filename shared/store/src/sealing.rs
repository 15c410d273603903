//! Encryption of what an item holds that its readers in the table must not see.
//!
//! The attributes of [`Stored::SEALED`] are one encrypted text in the table, under the attribute `sealed`. It is bound to
//! the item's key, so nobody who writes the table can move it to another item. An item of an earlier release holds the
//! attributes as they are, and is sealed when it is next written.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::codec::{self, Stored};
use crate::error::StoreError;
use crate::keys::Key;
use crate::table::{Item, Table, s};

/// The attribute that holds what is sealed.
pub(crate) const SEALED: &str = "sealed";

/// Encrypts and decrypts, with a key that the table does not give.
pub trait Cipher: fmt::Debug + Send + Sync {
    /// Encrypts a text for one context.
    fn seal(&self, context: &[&[u8]], plain: &[u8]) -> String;

    /// Decrypts what was sealed for the same context; `None` for anything else.
    fn open(&self, context: &[&[u8]], sealed: &str) -> Option<Vec<u8>>;
}

impl Table {
    /// The item of an object under a key, as the table keeps it.
    pub fn encode<T: Stored>(&self, object: &T, key: &Key) -> Result<Item, StoreError> {
        let mut item = codec::encode_open(object, key)?;
        self.seal(&mut item, T::SEALED, key)?;
        Ok(item)
    }

    /// The object of an item, as the table keeps it.
    pub fn decode<T: Stored>(&self, mut item: Item) -> Result<T, StoreError> {
        self.open(&mut item)?;
        codec::decode_open(item)
    }

    fn seal(&self, item: &mut Item, names: &[&str], key: &Key) -> Result<(), StoreError> {
        let Some(cipher) = self.cipher.as_ref().filter(|_| !names.is_empty()) else { return Ok(()) };
        let mut kept = BTreeMap::new();
        for name in names {
            match item.remove(*name) {
                Some(AttributeValue::S(text)) => kept.insert(*name, text),
                Some(AttributeValue::Null(_)) | None => None,
                Some(_) => return Err(StoreError::corrupt(format!("{name} is no text"))),
            };
        }
        let plain = serde_json::to_vec(&kept).map_err(StoreError::corrupt)?;
        item.insert(SEALED.into(), s(cipher.seal(&[key.pk.as_bytes(), key.sk.as_bytes()], &plain)));
        Ok(())
    }

    fn open(&self, item: &mut Item) -> Result<(), StoreError> {
        let Some(sealed) = item.remove(SEALED) else { return Ok(()) };
        let text = |value: Option<&AttributeValue>| value?.as_s().ok().cloned();
        let opened = (|| {
            let (pk, sk) = (text(item.get("pk"))?, text(item.get("sk"))?);
            self.cipher.as_ref()?.open(&[pk.as_bytes(), sk.as_bytes()], sealed.as_s().ok()?)
        })();
        let opened = opened.ok_or_else(|| StoreError::corrupt("what is sealed was not sealed with this key"))?;
        let kept: BTreeMap<String, String> = serde_json::from_slice(&opened).map_err(StoreError::corrupt)?;
        item.extend(kept.into_iter().map(|(name, text)| (name, s(text))));
        Ok(())
    }
}
