//! Hashes, keyed hashes, and the secrets that are shown once.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use domain::text::compatible;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::Error;
use crate::ports::Entropy;
use crate::secret_store::Secret;

/// The deployment's secret, from which every keyed hash and every key that seals stored data is derived. It is never
/// rotated: the table holds what it made.
#[derive(Debug, Clone)]
pub struct SecretKey(Option<Secret>);

impl SecretKey {
    /// A key that is known.
    #[must_use]
    pub fn new(key: impl Into<String>) -> Self {
        Self(Some(Secret::given(key)))
    }

    /// A key that is read when it is first needed, or none, for a function that needs none.
    #[must_use]
    pub const fn kept(secret: Option<Secret>) -> Self {
        Self(secret)
    }

    /// Has the key read, if it was not yet.
    ///
    /// # Errors
    /// Those of [`Secret::read`].
    pub async fn ready(&self) -> Result<(), Error> {
        match &self.0 {
            Some(secret) => secret.read().await.map(drop),
            None => Ok(()),
        }
    }

    /// HMAC-SHA256 of `parts` for one purpose. Parts are separated, so no two lists of parts have
    /// one input.
    ///
    /// # Panics
    /// The key was not read, or there is none.
    #[must_use]
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let key = self.0.as_ref().and_then(Secret::known).expect("the secret key has been read: App::ready");
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// SHA-256 as lower-case hex: what is kept of a credential that is random enough by itself.
#[must_use]
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes.as_ref()))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `N` random bytes.
pub fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// Six digits, each sequence as likely as any other.
pub fn six_digits(entropy: &dyn Entropy) -> String {
    const SPACE: u32 = 1_000_000;
    // The highest multiple of the space that fits: numbers above it would favour low codes.
    const FAIR: u32 = u32::MAX - u32::MAX % SPACE;
    loop {
        let number = u32::from_be_bytes(random(entropy));
        if number < FAIR {
            return format!("{:06}", number % SPACE);
        }
    }
}

/// Whether two byte strings are equal, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The argon2id hash of a password, in PHC form. Takes tens of milliseconds of CPU by design.
///
/// # Errors
/// Only for parameters that are out of range; the text is for the log.
pub fn hash_password(password: &str, entropy: &dyn Entropy) -> Result<String, String> {
    let salt: [u8; 16] = random(entropy);
    let password = compatible(password);
    let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map_err(|e| e.to_string())?;
    Ok(hash.to_string())
}

/// Whether a password is the one that was hashed, however its characters are composed.
#[must_use]
pub fn verify_password(password: &str, hash: &str) -> bool {
    let password = compatible(password);
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemEntropy;

    #[test]
    fn a_password_is_verified_against_its_own_hash_alone() {
        let hash = hash_password("SecurePass123!", &SystemEntropy).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify_password("SecurePass123!", &hash));
        assert!(!verify_password("securePass123!", &hash));
        assert!(!verify_password("SecurePass123!", "not a hash"));
    }

    #[test]
    fn a_password_is_the_same_however_it_is_composed() {
        let hash = hash_password("Gru\u{308}n①", &SystemEntropy).unwrap();
        for same in ["Grün①", "Gru\u{308}n1", "Ｇrün1"] {
            assert!(verify_password(same, &hash), "{same:?}");
        }
        assert!(!verify_password("Grun1", &hash) && !verify_password("Grün1 ", &hash));
    }

    #[test]
    fn keyed_hashes_differ_by_key_purpose_and_division_of_parts() {
        let key = SecretKey::new("one");
        let base = key.mac("cursor", &[b"ab", b"c"]);
        assert_eq!(base, key.mac("cursor", &[b"ab", b"c"]));
        assert_ne!(base, key.mac("cursor", &[b"a", b"bc"]));
        assert_ne!(base, key.mac("otp", &[b"ab", b"c"]));
        assert_ne!(base, SecretKey::new("two").mac("cursor", &[b"ab", b"c"]));
    }

    #[test]
    fn a_code_has_six_digits() {
        for _ in 0..100 {
            let code = six_digits(&SystemEntropy);
            assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()), "{code}");
        }
    }
}
