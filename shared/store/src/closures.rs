//! The closure of organisations: how far it has come, and what is removed beside what a walk finds.

use domain::Tenant;
use domain::api_key::PublicKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode};
use crate::error::StoreError;
use crate::exports::watch;
use crate::forms::text;
use crate::keys::{self, Key};
use crate::lists::of_partition;
use crate::table::{Item, Query, s};
use crate::transaction::Transaction;
use crate::walk::WalkCursor;

/// An organisation that is being closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closure {
    /// When its owner asked for it.
    pub requested_at: Timestamp,
    /// Whether Stripe holds no payment link of it any more.
    pub links_ended: bool,
    /// What is to be removed next.
    pub cursor: WalkCursor,
    /// How many walks have come to their end.
    pub walks: u32,
    /// How many items the present walk has removed.
    pub removed: u64,
    /// Counts the writes of this closure.
    pub version: u64,
}

impl Closure {
    /// One that was just asked for.
    #[must_use]
    pub fn requested(now: Timestamp) -> Self {
        let cursor = WalkCursor::default();
        Self { requested_at: now, links_ended: false, cursor, walks: 0, removed: 0, version: 1 }
    }
}

impl Stored for Closure {
    type Body = Self;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> Self {
        self.clone()
    }

    fn restore(body: Self) -> Result<Self, StoreError> {
        Ok(body)
    }
}

fn item(tenant: Tenant, closure: &Closure, now: Timestamp) -> Result<Item, StoreError> {
    let mut item = encode(closure, &keys::closure(tenant))?;
    watch(&mut item, tenant, now);
    Ok(item)
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// The closure of an organisation, if it is being closed.
    pub async fn closure(&self, tenant: Tenant) -> Result<Option<Closure>, StoreError> {
        self.find(&keys::closure(tenant)).await
    }

    /// Begins the closure of an organisation.
    pub async fn create_closure(&self, tenant: Tenant, closure: &Closure, now: Timestamp) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(item(tenant, closure, now)?);
        commit.commit(&self.table).await
    }

    /// Writes how far a closure has come, over the version `before`.
    pub async fn save_closure(
        &self,
        tenant: Tenant,
        closure: &Closure,
        before: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(item(tenant, closure, now)?, before);
        commit.commit(&self.table).await
    }

    /// Removes API keys; their names stay in the ring until the organisation goes.
    pub async fn remove_api_keys(&self, keys: &[PublicKey]) -> Result<(), StoreError> {
        let keys: Vec<_> = keys.iter().map(keys::api_key).collect();
        self.remove_keys(&keys).await
    }

    /// Removes what is kept of an organisation's objects at Stripe, as far as the index, which may lag,
    /// knows of it. Says how much that was.
    pub async fn remove_stripe_items(&self, tenant: Tenant) -> Result<u64, StoreError> {
        let query = Query {
            index: Some("gsi1"),
            condition: "gsi1pk = :stripe",
            values: [(":stripe".to_owned(), s(keys::stripe_of(tenant)))].into(),
            ..Query::default()
        };
        let keys: Vec<_> = self.table.query_all(query).await?.iter().map(key_of).collect();
        self.remove_keys(&keys).await?;
        Ok(u64::try_from(keys.len()).unwrap_or(0))
    }

    /// Removes what is left of an organisation when all it had is gone: the counters of its series of invoice
    /// numbers, which may be of any year, its own items, and its closure last.
    pub async fn end_organisation(&self, tenant: Tenant) -> Result<(), StoreError> {
        const AT_ONCE: usize = 100;
        let series: Vec<_> = (0..=9999).map(|year| keys::invoice_series(tenant, year)).collect();
        for years in series.chunks(AT_ONCE) {
            let found: Vec<_> = self.table.get_all(years).await?.iter().map(key_of).collect();
            self.remove_keys(&found).await?;
        }
        let closure = keys::closure(tenant);
        let own = self.table.query_all(of_partition(keys::org(tenant))).await?;
        let own: Vec<_> = own.iter().map(key_of).filter(|key| *key != closure).collect();
        self.remove_keys(&own).await?;
        self.remove_keys(&[closure]).await
    }
}

fn key_of(item: &Item) -> Key {
    Key { pk: text(item, "pk").to_owned(), sk: text(item, "sk").to_owned() }
}
