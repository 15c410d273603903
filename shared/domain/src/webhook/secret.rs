//! The secrets that deliveries are signed with, as Standard Webhooks writes them.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};

/// What every secret starts with.
const PREFIX: &str = "whsec_";

/// A signing secret: `whsec_` and the base64 of 24 to 64 bytes. It is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// The text is not a signing secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret is \"whsec_\" and the base64 of 24 to 64 bytes")]
pub struct InvalidSecret;

impl Secret {
    /// The secret of these bytes, which are random.
    ///
    /// # Errors
    /// Fewer than 24 bytes, or more than 64.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSecret> {
        if !(24..=64).contains(&bytes.len()) {
            return Err(InvalidSecret);
        }
        Ok(Self(format!("{PREFIX}{}", STANDARD.encode(bytes))))
    }

    /// Checks a secret.
    ///
    /// # Errors
    /// Another form than [`Secret::from_bytes`] makes.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        Self::from_bytes(&STANDARD.decode(encoded).map_err(|_| InvalidSecret)?)
    }

    /// The secret itself: for its owner when it is new, for the store, and for signing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret that was replaced and still signs for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredSecret {
    /// The secret.
    pub secret: Secret,
    /// From then on it signs no more.
    pub valid_until: Timestamp,
}

/// A webhook's secrets. A second rotation within a day ends the oldest one at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The newest.
    pub current: Secret,
    /// The one before it.
    pub previous: Option<RetiredSecret>,
}

impl Secrets {
    /// How long a secret signs after it was replaced.
    pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

    /// The secrets of a new webhook.
    #[must_use]
    pub const fn new(secret: Secret) -> Self {
        Self { current: secret, previous: None }
    }

    /// Replaces the current secret.
    #[must_use]
    pub fn rotate(self, new: Secret, now: Timestamp) -> Self {
        let valid_until = now.checked_add(Self::OVERLAP).unwrap_or(Timestamp::MAX);
        Self { current: new, previous: Some(RetiredSecret { secret: self.current, valid_until }) }
    }

    /// The secrets to sign with now, the current one first.
    #[must_use]
    pub fn signing(&self, now: Timestamp) -> Vec<&Secret> {
        let retired = self.previous.as_ref().filter(|previous| now < previous.valid_until);
        std::iter::once(&self.current).chain(retired.map(|previous| &previous.secret)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> Secret {
        Secret::from_bytes(&[byte; 32]).unwrap()
    }

    #[test]
    fn a_secret_is_24_to_64_bytes_in_base64() {
        for (length, good) in [(23, false), (24, true), (64, true), (65, false)] {
            let made = Secret::from_bytes(&vec![7; length]);
            assert_eq!(made.is_ok(), good, "{length}");
            let read = Secret::parse(&format!("whsec_{}", STANDARD.encode(vec![7; length])));
            assert_eq!(read, made);
        }
        for bad in ["", "whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_C2FVsBQIhrscChlQIMV-b5sSYspob7oD"] {
            assert_eq!(Secret::parse(bad), Err(InvalidSecret), "{bad}");
        }
        let known = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        assert_eq!(Secret::parse(known).as_ref().map(Secret::expose), Ok(known));
    }

    #[test]
    fn a_secret_is_not_shown_by_debug() {
        let secrets = Secrets::new(secret(1)).rotate(secret(2), Timestamp::UNIX_EPOCH);
        let shown = format!("{secrets:?}");
        assert!(!shown.contains("whsec_") && shown.matches("Secret(…)").count() == 2, "{shown}");
    }

    #[test]
    fn a_rotated_secret_signs_for_another_24_hours() {
        let start = Timestamp::UNIX_EPOCH;
        let rotated = Secrets::new(secret(1)).rotate(secret(2), start);
        let hours = |h| start + SignedDuration::from_hours(h);
        assert_eq!(Secrets::new(secret(1)).signing(start), [&secret(1)]);
        assert_eq!(rotated.signing(start), [&secret(2), &secret(1)]);
        assert_eq!(rotated.signing(hours(24) - SignedDuration::from_secs(1)), [&secret(2), &secret(1)]);
        assert_eq!(rotated.signing(hours(24)), [&secret(2)]);
        assert_eq!(rotated.rotate(secret(3), hours(1)).signing(hours(2)), [&secret(3), &secret(2)]);
    }
}
