//! Keeping an answer so that only the client who got it can have it read again.
//!
//! Answers can carry tokens, of which the table keeps hashes alone. The key comes from the deployment's secret and from the client's `Idempotency-Key`, of which the
//! table has only a keyed hash.

use app::App;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Seals an answer's body.
pub(crate) fn seal(app: &App, owner: &str, key: &str, body: &[u8]) -> Option<String> {
    let nonce = fresh_nonce(app);
    let mut sealed = body.to_vec();
    let cipher = cipher(app, owner, key)?;
    cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed).ok()?;
    Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

/// Opens what [`seal`] made for the same owner and key.
pub(crate) fn open(app: &App, owner: &str, key: &str, sealed: &str) -> Option<Bytes> {
    let mut bytes = STANDARD.decode(sealed).ok()?;
    let (nonce, body) = bytes.split_at_mut_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let opened = cipher(app, owner, key)?.open_in_place(nonce, Aad::empty(), body).ok()?;
    Some(Bytes::copy_from_slice(opened))
}

fn cipher(app: &App, owner: &str, key: &str) -> Option<LessSafeKey> {
    let bytes = app.mac("idempotent answer", &[owner.as_bytes(), key.as_bytes()]);
    UnboundKey::new(&CHACHA20_POLY1305, &bytes).ok().map(LessSafeKey::new)
}

/// The second part of a UUIDv7 is random, and few answers are ever sealed with one key.
fn fresh_nonce(app: &App) -> [u8; NONCE_LEN] {
    let id = app.new_id().into_bytes();
    std::array::from_fn(|index| id[id.len() - NONCE_LEN + index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;

    #[test]
    fn an_answer_is_opened_by_its_owner_with_its_key_alone() {
        let app = app();
        let sealed = seal(&app, "me", "key", b"{\"token\": \"s3cret\"}").unwrap();
        assert_eq!(open(&app, "me", "key", &sealed).unwrap(), "{\"token\": \"s3cret\"}");
        for (owner, key) in [("you", "key"), ("me", "kez"), ("m", "ekey")] {
            assert_eq!(open(&app, owner, key, &sealed), None);
        }
        for damaged in ["", "AAAA", &sealed[4..], &sealed.replacen(&sealed[20..21], "*", 1)] {
            assert_eq!(open(&app, "me", "key", damaged), None, "{damaged}");
        }
    }

    #[test]
    fn an_answer_is_kept_unreadable_and_never_sealed_twice_alike() {
        let app = app();
        let seal = || STANDARD.decode(seal(&app, "me", "key", b"s3cret").unwrap()).unwrap();
        assert!(!seal().windows(6).any(|window| window == b"s3cret"));
        assert_ne!(seal(), seal());
    }
}
