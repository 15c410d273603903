//! API keys: an organisation's own credentials, which act as its owner.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::actor::Author;
use crate::error::Error;
use crate::id::OrganisationId;

/// The part of an API key that names it: `pk_` and 32 hex digits. It is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(String);

impl PublicKey {
    const PREFIX: &'static str = "pk_";
    const DIGITS: usize = 32;

    /// Names a new key by random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("{}{:032x}", Self::PREFIX, u128::from_be_bytes(bytes)))
    }

    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text names no API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is not the public part of an API key.")]
pub struct InvalidKey;

impl FromStr for PublicKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let digits = text.strip_prefix(Self::PREFIX).ok_or(InvalidKey)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let good = digits.len() == Self::DIGITS && digits.bytes().all(is_digit);
        if good { Ok(Self(text.to_owned())) } else { Err(InvalidKey) }
    }
}

/// An API key, as it is kept: with the secret's hash alone, and with all that a request by it needs
/// to know of its owner.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its name.
    pub public: PublicKey,
    /// SHA-256 of its secret part, as lower-case hex.
    pub secret_hash: String,
    /// The organisation that it speaks for.
    pub organisation: OrganisationId,
    /// The owner as whom it acts.
    pub owner: Author,
    /// When it was made.
    pub created_at: Timestamp,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { public, organisation, .. } = self;
        f.debug_struct("ApiKey").field("public", public).field("organisation", organisation).finish_non_exhaustive()
    }
}

/// The names of an organisation's API keys, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRing {
    /// The names.
    pub keys: Vec<PublicKey>,
    /// Counts the writes; 0 before the first one.
    pub version: u64,
}

impl KeyRing {
    /// How many API keys an organisation may have.
    pub const CAPACITY: usize = 50;

    /// The ring with one more key.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it is full.
    pub fn with(mut self, key: PublicKey) -> Result<Self, Error> {
        if self.keys.len() >= Self::CAPACITY {
            let most = Self::CAPACITY;
            return Err(Error::Conflict(format!("A business has at most {most} API keys: delete one first.")));
        }
        self.keys.push(key);
        self.version += 1;
        Ok(self)
    }

    /// The ring without a key.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the key is not on it.
    pub fn without(mut self, key: &PublicKey) -> Result<Self, Error> {
        let at = self.keys.iter().position(|there| there == key).ok_or(Error::NotFound)?;
        self.keys.remove(at);
        self.version += 1;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u128) -> PublicKey {
        PublicKey::from_random(n.to_be_bytes())
    }

    #[test]
    fn a_public_key_is_read_as_it_is_written_and_not_otherwise() {
        let written = key(0xabc).to_string();
        assert_eq!(written, "pk_00000000000000000000000000000abc");
        assert_eq!(written.parse(), Ok(key(0xabc)));
        for bad in ["", "pk_", "pk_abc", &written[3..], &written.to_uppercase(), &format!("{written}0"), "sk_0"] {
            assert_eq!(bad.parse::<PublicKey>(), Err(InvalidKey), "{bad}");
        }
    }

    #[test]
    fn a_ring_takes_fifty_keys_and_gives_up_those_that_are_on_it() {
        let ring = (0..50).try_fold(KeyRing::default(), |ring, n| ring.with(key(n))).unwrap();
        assert_eq!((ring.keys.len(), ring.version), (50, 50));
        assert!(matches!(ring.clone().with(key(50)), Err(Error::Conflict(_))));
        assert_eq!(ring.clone().without(&key(50)), Err(Error::NotFound));
        let ring = ring.without(&key(7)).unwrap();
        assert!(ring.keys.len() == 49 && !ring.keys.contains(&key(7)) && ring.version == 51);
    }
}
