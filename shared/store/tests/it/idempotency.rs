//! Idempotency keys.

use jiff::{SignedDuration, Timestamp};
use tributary_store::StoreError;
use tributary_store::idempotency::{Answer, Claimed, IdempotencyRecord};

use crate::support::{Table, now};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

async fn claim(table: &Table, fingerprint: &str, at: Timestamp) -> Claimed {
    table.store.claim_idempotency_key("key", fingerprint, at, at + DAY, at - MINUTE).await.unwrap()
}

fn running(fingerprint: &str) -> Claimed {
    Claimed::Before(IdempotencyRecord { fingerprint: fingerprint.into(), answer: None })
}

fn answered(fingerprint: &str) -> IdempotencyRecord {
    let answer: Answer = (201, vec![("etag".into(), "\"1\"".into())], "{\"a\": \"é\"}".into());
    IdempotencyRecord { fingerprint: fingerprint.into(), answer: Some(answer) }
}

#[tokio::test]
async fn a_key_is_claimed_once_and_gives_its_answer_for_a_day() {
    let table = Table::start().await;
    assert_eq!(claim(&table, "one", now()).await, Claimed::Fresh);
    assert_eq!(claim(&table, "one", now()).await, running("one"));
    assert_eq!(claim(&table, "other", now()).await, running("one"));
    let record = answered("one");
    table.store.finish_idempotency_key("key", &record, now().as_millisecond()).await.unwrap();
    assert_eq!(claim(&table, "one", now() + DAY - MINUTE).await, Claimed::Before(record));
    assert_eq!(claim(&table, "other", now() + DAY).await, Claimed::Fresh, "deleted yet or not, it has expired");
}

#[tokio::test]
async fn of_many_claims_at_once_one_is_fresh() {
    let table = Table::start().await;
    let claims = futures::future::join_all((0..10).map(|_| claim(&table, "one", now()))).await;
    assert_eq!(claims.iter().filter(|claimed| **claimed == Claimed::Fresh).count(), 1);
}

#[tokio::test]
async fn a_released_key_is_free_and_only_its_holder_releases_it() {
    let table = Table::start().await;
    claim(&table, "one", now()).await;
    table.store.release_idempotency_key("key", 1).await.unwrap();
    assert_eq!(claim(&table, "two", now()).await, running("one"));
    table.store.release_idempotency_key("key", now().as_millisecond()).await.unwrap();
    table.store.release_idempotency_key("key", now().as_millisecond()).await.unwrap();
    assert_eq!(claim(&table, "two", now()).await, Claimed::Fresh);
}

#[tokio::test]
async fn an_abandoned_key_is_taken_over_and_its_late_answer_does_not_count() {
    let table = Table::start().await;
    claim(&table, "one", now()).await;
    assert_eq!(claim(&table, "one", now() + MINUTE).await, running("one"));
    let later = now() + MINUTE + SignedDuration::from_millis(1);
    assert_eq!(claim(&table, "one", later).await, Claimed::Fresh);
    let late = table.store.finish_idempotency_key("key", &answered("one"), now().as_millisecond()).await;
    assert_eq!(late, Err(StoreError::Raced));
    assert_eq!(claim(&table, "one", later).await, running("one"));
    table.store.finish_idempotency_key("key", &answered("one"), later.as_millisecond()).await.unwrap();
    assert_eq!(claim(&table, "one", later + MINUTE + MINUTE).await, Claimed::Before(answered("one")));
}
