//! Idempotency keys and the answers that they stand for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{decode_body, encode_body, json_text};
use crate::error::StoreError;
use crate::keys;
use crate::table::{Update, n, s};

/// What is kept under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// Names the request that took the key.
    pub fingerprint: String,
    /// Status, headers and body of its answer, once it has one.
    pub answer: Option<Answer>,
}

/// Status, headers and body.
pub type Answer = (u16, Vec<(String, String)>, String);

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The key was free.
    Fresh,
    /// Somebody had taken it.
    Before(IdempotencyRecord),
}

#[derive(Debug, Serialize, Deserialize)]
struct Body {
    fingerprint: String,
    claimed_at: i64,
    #[serde(with = "json_text")]
    answer: Option<Answer>,
    /// Unix seconds: DynamoDB deletes the item some time after.
    expires_at: i64,
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// Takes a key, if it is free: never taken, expired, or taken before `abandoned` without an
    /// answer since.
    pub async fn claim_idempotency_key(
        &self,
        key: &str,
        fingerprint: &str,
        now: Timestamp,
        expires_at: Timestamp,
        abandoned: Timestamp,
    ) -> Result<Claimed, StoreError> {
        let key = keys::idempotency(key);
        let body = Body {
            fingerprint: fingerprint.to_owned(),
            claimed_at: now.as_millisecond(),
            answer: None,
            expires_at: expires_at.as_second(),
        };
        let free = "attribute_not_exists(pk) OR expires_at <= :now OR (answer = :none AND claimed_at < :abandoned)";
        let values = [
            (":now".to_owned(), n(now.as_second())),
            (":none".to_owned(), s("null")),
            (":abandoned".to_owned(), n(abandoned.as_millisecond())),
        ];
        match self.table.put(encode_body(&body, &key)?, Some(free), values.into()).await {
            Ok(()) => Ok(Claimed::Fresh),
            Err(StoreError::Raced) => {
                // Released between the two calls: as good as running, since its owner has just ended.
                let item = self.table.get(&key).await?;
                let record = match item.map(decode_body::<Body>).transpose()? {
                    Some(Body { fingerprint, answer, .. }) => IdempotencyRecord { fingerprint, answer },
                    None => IdempotencyRecord { fingerprint: fingerprint.to_owned(), answer: None },
                };
                Ok(Claimed::Before(record))
            }
            Err(other) => Err(other),
        }
    }

    /// Keeps the answer under a key that was claimed at `claimed_at` (Unix milliseconds).
    /// [`StoreError::Raced`] when the claim has been taken over since.
    pub async fn finish_idempotency_key(
        &self,
        key: &str,
        record: &IdempotencyRecord,
        claimed_at: i64,
    ) -> Result<(), StoreError> {
        let answer = serde_json::to_string(&record.answer).map_err(StoreError::corrupt)?;
        let update = Update {
            key: keys::idempotency(key),
            expression: "SET answer = :answer",
            condition: "claimed_at = :claimed_at".into(),
            names: [].into(),
            values: [(":answer".to_owned(), s(answer)), (":claimed_at".to_owned(), n(claimed_at))].into(),
        };
        match self.table.update(update).await {
            Ok(_) => Ok(()),
            Err(StoreError::Missing) => Err(StoreError::Raced),
            Err(other) => Err(other),
        }
    }

    /// Frees a key that was claimed at `claimed_at` (Unix milliseconds).
    pub async fn release_idempotency_key(&self, key: &str, claimed_at: i64) -> Result<(), StoreError> {
        let values = [(":claimed_at".to_owned(), n(claimed_at))].into();
        match self.table.delete(&keys::idempotency(key), "claimed_at = :claimed_at", values).await {
            Ok(()) | Err(StoreError::Raced) => Ok(()),
            Err(other) => Err(other),
        }
    }
}
