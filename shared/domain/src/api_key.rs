//! API keys: an organisation's own credentials, which act as its owner.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use crate::actor::{Actor, Author};
use crate::error::Error;
use crate::id::OrganisationId;
use crate::scopes::{Reach, Scopes};
use crate::text::Name;

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
    /// What its owner calls it.
    pub name: Option<Name>,
    /// What it may do.
    pub reach: Reach,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to within [`ApiKey::USE_NOTED_EVERY`].
    pub last_used_at: Option<Timestamp>,
    /// When it ends, if it does by itself.
    pub expires_at: Option<Timestamp>,
}

/// What an API key is made with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewApiKey {
    /// What its owner calls it.
    pub name: Option<Name>,
    /// What it may do; what its maker may, if left out.
    pub scopes: Option<Scopes>,
    /// When it ends; when its maker does, if left out.
    pub expires_at: Option<Timestamp>,
}

/// How far a new key reaches, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What it may do.
    pub reach: Reach,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

impl NewApiKey {
    /// What a new key gets from its maker. A key that another key makes has no more permissions than that key, and does
    /// not outlive it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for more than the maker has; a field error for an end that is past.
    pub fn granted_by(&self, actor: &Actor, maker: Option<&ApiKey>, now: Timestamp) -> Result<Grant, Error> {
        if self.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::field("expires_at", "Must be in the future."));
        }
        if let Some(scopes) = &self.scopes {
            scopes.check_within(actor)?;
        }
        let inherited = maker.map_or(Reach::Books, |maker| maker.reach.clone());
        let latest = maker.and_then(|maker| maker.expires_at);
        let expires_at = match (self.expires_at, latest) {
            (Some(end), Some(latest)) if end > latest => return Err(Error::Forbidden),
            (end, latest) => end.or(latest),
        };
        Ok(Grant { reach: self.scopes.clone().map_or(inherited, Reach::Scopes), expires_at })
    }
}

impl ApiKey {
    /// How often the use of a key is written down.
    pub const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);

    /// Whether it has ended by itself.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether a use of it is to be written down.
    #[must_use]
    pub fn use_is_news(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now >= last + Self::USE_NOTED_EVERY)
    }
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

    fn made(reach: Reach, expires_at: Option<Timestamp>) -> ApiKey {
        let owner = Author { id: crate::id::UserId::new(uuid::Uuid::nil()), number: 1, name: "owner".into() };
        ApiKey {
            public: key(1),
            secret_hash: String::new(),
            organisation: OrganisationId::new(uuid::Uuid::nil()),
            owner,
            name: None,
            reach,
            created_at: at(0),
            last_used_at: None,
            expires_at,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn scopes(word: &str) -> Scopes {
        Scopes::new(&[word.parse().unwrap()]).unwrap()
    }

    #[test]
    fn a_key_hands_on_no_more_than_it_has_and_for_no_longer() {
        let maker = made(Reach::Scopes(scopes("app.view_lead")), Some(at(100)));
        let actor = Actor::by_key(
            crate::Tenant::trusted(maker.organisation),
            maker.owner.clone(),
            maker.public.clone(),
            maker.reach.clone(),
        );
        let grant = |new: NewApiKey| new.granted_by(&actor, Some(&maker), at(10));
        let inherited = Grant { reach: maker.reach.clone(), expires_at: Some(at(100)) };
        assert_eq!(grant(NewApiKey::default()), Ok(inherited));
        let ending = |second| NewApiKey { expires_at: Some(at(second)), ..NewApiKey::default() };
        assert_eq!(grant(ending(100)).unwrap().expires_at, Some(at(100)));
        assert_eq!(grant(ending(50)).unwrap().expires_at, Some(at(50)));
        assert_eq!(grant(ending(101)), Err(Error::Forbidden));
        assert_eq!(grant(ending(10)), Err(Error::field("expires_at", "Must be in the future.")));
        let of = |word| NewApiKey { scopes: Some(scopes(word)), ..NewApiKey::default() };
        assert!(grant(of("app.view_lead")).is_ok());
        assert_eq!(grant(of("app.add_lead")), Err(Error::Forbidden));
        // A key without scopes cannot give what it lacks itself.
        let books = made(Reach::Books, None);
        let actor = Actor::by_key(
            crate::Tenant::trusted(books.organisation),
            books.owner.clone(),
            books.public.clone(),
            Reach::Books,
        );
        assert_eq!(of("app.delete_business").granted_by(&actor, Some(&books), at(10)), Err(Error::Forbidden));
        assert_eq!(of("app.view_lead").granted_by(&actor, Some(&books), at(10)).unwrap().expires_at, None);
    }

    #[test]
    fn a_key_ends_in_the_second_it_says_and_its_use_is_news_once_an_hour() {
        let key = made(Reach::Books, Some(at(100)));
        assert!(!key.has_expired(at(99)) && key.has_expired(at(100)));
        assert!(!made(Reach::Books, None).has_expired(at(i64::from(i32::MAX))));
        let used = ApiKey { last_used_at: Some(at(0)), ..key };
        assert!(!used.use_is_news(at(3599)) && used.use_is_news(at(3600)));
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
