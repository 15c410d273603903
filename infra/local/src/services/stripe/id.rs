//! Ids as Stripe makes them: a prefix that names the kind, and random letters and digits.

use app::ports::{Entropy, SystemEntropy};

const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new id; `prefix` comes with its underscore.
pub(super) fn new_id(prefix: &str) -> String {
    format!("{prefix}{}", random(24))
}

/// A new id of a checkout session, which is longer than the others.
pub(super) fn new_session_id() -> String {
    format!("cs_test_{}", random(58))
}

fn random(length: usize) -> String {
    let mut bytes = vec![0; length];
    SystemEntropy.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
}
