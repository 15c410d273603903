//! Encryption of what the table keeps, with keys that the table does not give.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::ports::Entropy;
use crate::secrets::SecretKey;
use crate::{App, secrets};

/// Encrypts with keys that are derived from the secret key.
#[derive(Debug, Clone)]
pub(crate) struct Sealer {
    pub(crate) secret: SecretKey,
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl App {
    /// Encrypts `plain` for one purpose and context; returns base64. ChaCha20-Poly1305 (RFC 8439) under a key that is
    /// derived from the secret key, purpose and context, with a random nonce in front.
    ///
    /// # Panics
    /// As [`App::mac`].
    #[must_use]
    pub fn seal(&self, purpose: &str, context: &[&[u8]], plain: &[u8]) -> String {
        self.sealer().seal(purpose, context, plain)
    }

    /// Decrypts what [`App::seal`] made for the same purpose and context; `None` for anything else.
    ///
    /// # Panics
    /// As [`App::mac`].
    #[must_use]
    pub fn open(&self, purpose: &str, context: &[&[u8]], sealed: &str) -> Option<Vec<u8>> {
        self.sealer().open(purpose, context, sealed)
    }

    fn sealer(&self) -> Sealer {
        Sealer { secret: self.secret.clone(), entropy: Arc::clone(&self.entropy) }
    }
}

impl Sealer {
    fn seal(&self, purpose: &str, context: &[&[u8]], plain: &[u8]) -> String {
        let nonce: [u8; NONCE_LEN] = secrets::random(self.entropy.as_ref());
        let mut sealed = plain.to_vec();
        self.cipher(purpose, context)
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .expect("the text is shorter than the cipher's limit of 256 GB");
        STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    fn open(&self, purpose: &str, context: &[&[u8]], sealed: &str) -> Option<Vec<u8>> {
        let mut bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, body) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.cipher(purpose, context).open_in_place(nonce, Aad::empty(), body).ok()?;
        Some(opened.to_vec())
    }

    fn cipher(&self, purpose: &str, context: &[&[u8]]) -> LessSafeKey {
        let key = self.secret.mac(purpose, context);
        LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).expect("the key has 32 bytes"))
    }
}

/// The purpose of what the table keeps sealed.
const ATTRIBUTES: &str = "sealed attributes";

impl store::Cipher for Sealer {
    fn seal(&self, context: &[&[u8]], plain: &[u8]) -> String {
        Self::seal(self, ATTRIBUTES, context, plain)
    }

    fn open(&self, context: &[&[u8]], sealed: &str) -> Option<Vec<u8>> {
        Self::open(self, ATTRIBUTES, context, sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;

    #[test]
    fn a_sealed_text_opens_with_its_key_purpose_and_context_alone() {
        let app = app("key");
        let sealed = app.seal("answer", &[b"me", b"key"], b"s3cret");
        assert_eq!(app.open("answer", &[b"me", b"key"], &sealed).unwrap(), b"s3cret");
        for context in [[b"you".as_slice(), b"key"], [b"me", b"kez"], [b"m", b"ekey"]] {
            assert_eq!(app.open("answer", &context, &sealed), None);
        }
        assert_eq!(app.open("header", &[b"me", b"key"], &sealed), None);
        assert_eq!(crate::testing::app("other").open("answer", &[b"me", b"key"], &sealed), None);
        for damaged in ["", "AAAA", &sealed[4..], &sealed.replacen(&sealed[20..21], "*", 1)] {
            assert_eq!(app.open("answer", &[b"me", b"key"], damaged), None, "{damaged}");
        }
    }

    #[test]
    fn a_sealed_text_is_unreadable_and_never_the_same_twice() {
        let app = app("key");
        let seal = || STANDARD.decode(app.seal("answer", &[], b"s3cret")).unwrap();
        assert!(!seal().windows(6).any(|window| window == b"s3cret"));
        assert_ne!(seal(), seal());
    }
}
