//! The keys that sign JWTs, while `SigningSecret` is rotated.
//!
//! Secrets Manager keeps two values of a rotated secret: `AWSCURRENT` and `AWSPREVIOUS`. Every instance reads both again
//! after [`READ_EVERY`], so a new value signs only once it is older than that: by then every instance verifies with it.

use std::sync::{Arc, PoisonError, RwLock};

use aws_config::SdkConfig;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

use crate::Error;
use crate::secret_store::{Secret, Stage};
use crate::secrets::hex;

/// How long an instance trusts what it has read.
const READ_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// The pause before another attempt when Secrets Manager fails and there are keys to go on with.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// A key for HS256.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SigningKey {
    /// The header `kid` of its JWTs (RFC 7515, section 4.1.4).
    pub(crate) id: String,
    pub(crate) bytes: [u8; 32],
}

/// The signing keys of the deployment. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SigningKeys {
    /// `None` for a function that neither issues nor verifies JWTs.
    secret: Option<Secret>,
    kept: Arc<RwLock<Option<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    current: Version,
    previous: Option<SigningKey>,
    read_again_at: Timestamp,
}

#[derive(Debug)]
struct Version {
    key: SigningKey,
    /// When it may sign, if there is a previous one to sign with until then.
    signs_from: Timestamp,
}

impl SigningKeys {
    /// The keys of a secret at Secrets Manager, or the one key of a secret that is given.
    #[must_use]
    pub fn of(secret: Option<Secret>) -> Self {
        let given = secret.as_ref().and_then(Secret::known).map(|value| Kept {
            current: Version { key: SigningKey::new(value), signs_from: Timestamp::MIN },
            previous: None,
            read_again_at: Timestamp::MAX,
        });
        Self { secret, kept: Arc::new(RwLock::new(given)) }
    }

    /// The secret that [`Secret::from_env`] finds under `SIGNING_KEY`, if the function has one.
    #[must_use]
    pub fn from_env(config: &SdkConfig) -> Self {
        Self::of(Secret::from_env(config, "SIGNING_KEY"))
    }

    /// Reads the keys, unless they were read within the last 5 minutes.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if Secrets Manager fails and no keys were read before.
    pub(crate) async fn ready(&self, now: Timestamp) -> Result<(), Error> {
        let Some(secret) = &self.secret else { return Ok(()) };
        let is_fresh = |kept: &Kept| now < kept.read_again_at;
        if self.with(|kept| kept.as_ref().is_some_and(is_fresh)) {
            return Ok(());
        }
        let read = tokio::try_join!(secret.version(Stage::Current), secret.version(Stage::Previous));
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        match (read, kept.as_mut()) {
            (Ok((Some(current), previous)), _) => {
                let signs_from = current.created_at.saturating_add(READ_EVERY + TRY_AGAIN_AFTER).unwrap_or(now);
                *kept = Some(Kept {
                    current: Version { key: SigningKey::new(&current.value), signs_from },
                    previous: previous.map(|version| SigningKey::new(&version.value)),
                    read_again_at: now + READ_EVERY,
                });
                Ok(())
            }
            (read, Some(kept)) => {
                tracing::warn!(error = ?read.err(), "the signing secret cannot be read again");
                kept.read_again_at = now + TRY_AGAIN_AFTER;
                Ok(())
            }
            (Ok((None, _)), None) => Err(Error::Unavailable("the signing secret has no value yet".to_owned())),
            (Err(error), None) => Err(error),
        }
    }

    /// The key to sign with.
    ///
    /// # Panics
    /// Before [`SigningKeys::ready`], and in a function without a signing key.
    pub(crate) fn signing(&self, now: Timestamp) -> SigningKey {
        self.with(|kept| {
            let Kept { current, previous, .. } = kept.as_ref().expect("the signing keys have been read: App::ready");
            let previous = previous.as_ref().filter(|_| now < current.signs_from);
            previous.unwrap_or(&current.key).clone()
        })
    }

    /// The key that a JWT names by its `kid`. One of an earlier release names none, and is verified with the current
    /// key.
    ///
    /// # Panics
    /// As [`SigningKeys::signing`].
    pub(crate) fn verifying(&self, id: Option<&str>) -> Option<SigningKey> {
        self.with(|kept| {
            let Kept { current, previous, .. } = kept.as_ref().expect("the signing keys have been read: App::ready");
            let mut keys = std::iter::once(&current.key).chain(previous);
            keys.find(|key| id.is_none_or(|id| key.id == id)).cloned()
        })
    }

    fn with<T>(&self, read: impl FnOnce(&Option<Kept>) -> T) -> T {
        read(&self.kept.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl SigningKey {
    fn new(secret: &str) -> Self {
        let derived = |purpose: &[u8]| -> [u8; 32] {
            let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
            mac.chain_update(purpose).finalize().into_bytes().into()
        };
        Self { id: hex(&derived(b"kid")[..4]), bytes: derived(b"jwt") }
    }
}

/// Without the key.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}
