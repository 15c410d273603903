//! `Idempotency-Key`: a POST that is sent twice happens once.

use jiff::SignedDuration;
use store::idempotency::{Claimed, IdempotencyRecord};

use crate::{App, Error};

/// An answer that is given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// The key is new: do it, then [`App::finish_idempotent`].
    Proceed(Claim),
    /// It was done: this was the answer.
    Replay(StoredAnswer),
    /// It is being done.
    Running,
    /// The key was used with another request.
    Mismatch,
}

/// The right to do what a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    key: String,
    fingerprint: String,
    claimed_at: i64,
}

impl App {
    /// How long an answer is kept.
    const KEPT: SignedDuration = SignedDuration::from_hours(24);
    /// How long a request may take before its key is taken to be abandoned by a crash. Lambda and
    /// API Gateway end every request within 30 s.
    const ABANDONED: SignedDuration = SignedDuration::from_secs(60);

    /// Claims a key for a request. `scope` names the credential, `fingerprint` the request.
    ///
    /// # Errors
    /// The store's.
    pub async fn begin_idempotent(&self, scope: &str, key: &str, fingerprint: &str) -> Result<Begun, Error> {
        let now = self.now();
        let key = crate::secrets::hex(&self.mac("idempotency", &[scope.as_bytes(), key.as_bytes()]));
        let claimed =
            self.store.claim_idempotency_key(&key, fingerprint, now, now + Self::KEPT, now - Self::ABANDONED).await?;
        Ok(match claimed {
            Claimed::Fresh => {
                Begun::Proceed(Claim { key, fingerprint: fingerprint.to_owned(), claimed_at: now.as_millisecond() })
            }
            Claimed::Before(record) if record.fingerprint != fingerprint => Begun::Mismatch,
            Claimed::Before(IdempotencyRecord { answer: None, .. }) => Begun::Running,
            Claimed::Before(IdempotencyRecord { answer: Some((status, headers, body)), .. }) => {
                Begun::Replay(StoredAnswer { status, headers, body })
            }
        })
    }

    /// Keeps the answer for the next request with the key; without one, the key is free again.
    ///
    /// # Errors
    /// The store's. An answer that is too large to keep frees the key.
    pub async fn finish_idempotent(&self, claim: Claim, answer: Option<StoredAnswer>) -> Result<(), Error> {
        let Claim { key, fingerprint, claimed_at } = claim;
        let Some(StoredAnswer { status, headers, body }) = answer else {
            return Ok(self.store.release_idempotency_key(&key, claimed_at).await?);
        };
        let record = IdempotencyRecord { fingerprint, answer: Some((status, headers, body)) };
        match self.store.finish_idempotency_key(&key, &record, claimed_at).await {
            Err(store::StoreError::TooLarge) => Ok(self.store.release_idempotency_key(&key, claimed_at).await?),
            // The claim had been taken over as abandoned: that request's answer counts.
            Err(store::StoreError::Raced) => Ok(()),
            other => Ok(other?),
        }
    }
}
