//! API keys, and the organisations that a user opens beside the first one.

use domain::Tenant;
use domain::api_key::{ApiKey, KeyRing, PublicKey};
use domain::id::OrganisationId;
use domain::organisation::Organisation;
use domain::user::User;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{AuthorBody, Stored, decode, encode, word};
use crate::error::StoreError;
use crate::keys;
use crate::members::new_member_item;
use crate::starting_rows::put_starting_rows;
use crate::table::n;
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeyBody {
    #[serde(with = "word")]
    public: PublicKey,
    secret_hash: String,
    organisation: OrganisationId,
    owner: AuthorBody,
    created_at: Timestamp,
}

impl Stored for ApiKey {
    type Body = ApiKeyBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> ApiKeyBody {
        let Self { public, secret_hash, organisation, owner, created_at } = self.clone();
        ApiKeyBody { public, secret_hash, organisation, owner: AuthorBody::from(&owner), created_at }
    }

    fn restore(body: ApiKeyBody) -> Result<Self, StoreError> {
        let ApiKeyBody { public, secret_hash, organisation, owner, created_at } = body;
        Ok(Self { public, secret_hash, organisation, owner: owner.into(), created_at })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeyRingBody {
    keys: Vec<String>,
    version: u64,
}

impl Stored for KeyRing {
    type Body = KeyRingBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> KeyRingBody {
        let Self { keys, version } = self;
        KeyRingBody { keys: keys.iter().map(PublicKey::to_string).collect(), version: *version }
    }

    fn restore(body: KeyRingBody) -> Result<Self, StoreError> {
        let KeyRingBody { keys, version } = body;
        let keys = keys.iter().map(|key| key.parse().map_err(StoreError::corrupt));
        Ok(Self { keys: keys.collect::<Result<_, _>>()?, version })
    }
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// An API key, with all that a request by it needs: one round trip.
    pub async fn api_key(&self, public: &PublicKey) -> Result<Option<ApiKey>, StoreError> {
        self.find(&keys::api_key(public)).await
    }

    /// The names of an organisation's API keys.
    pub async fn key_ring(&self, tenant: Tenant) -> Result<KeyRing, StoreError> {
        Ok(self.find(&keys::key_ring(tenant)).await?.unwrap_or_default())
    }

    /// The organisations of some ids, of which there are at most 100, oldest first.
    pub async fn organisations(&self, ids: &[OrganisationId]) -> Result<Vec<Organisation>, StoreError> {
        let keys: Vec<_> = ids.iter().map(|id| keys::organisation(*id)).collect();
        let items = self.table.get_all(&keys).await?;
        let mut found = items.into_iter().map(decode).collect::<Result<Vec<Organisation>, _>>()?;
        found.sort_by_key(|organisation| organisation.id);
        Ok(found)
    }

    /// Writes a new organisation with its first API key, and its owner over the version `before`.
    pub async fn open_business(
        &self,
        organisation: &Organisation,
        owner: &User,
        before: u64,
        key: &ApiKey,
        ring: &KeyRing,
    ) -> Result<(), StoreError> {
        let tenant = Tenant::trusted(organisation.id);
        let mut commit = Transaction::new();
        commit.create(encode(organisation, &keys::organisation(organisation.id))?);
        commit.create(new_member_item(tenant, owner)?);
        commit.create(encode(key, &keys::api_key(&key.public))?);
        commit.create(encode(ring, &keys::key_ring(tenant))?);
        commit.replace(encode(owner, &keys::user(owner.id))?, before);
        put_starting_rows(&mut commit, organisation, owner.author())?;
        commit.commit(&self.table).await
    }

    /// Writes a new API key, and the organisation's ring with it over the version `before`.
    pub async fn create_api_key(&self, key: &ApiKey, ring: &KeyRing, before: u64) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(key, &keys::api_key(&key.public))?);
        self.replace_ring(&mut commit, Tenant::trusted(key.organisation), ring, before)?;
        commit.commit(&self.table).await
    }

    /// Deletes an API key, and writes the organisation's ring without it over the version `before`.
    pub async fn delete_api_key(
        &self,
        tenant: Tenant,
        public: &PublicKey,
        ring: &KeyRing,
        before: u64,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.remove_if(keys::api_key(public), "attribute_exists(pk)", Default::default());
        self.replace_ring(&mut commit, tenant, ring, before)?;
        commit.commit(&self.table).await
    }

    fn replace_ring(
        &self,
        commit: &mut Transaction,
        tenant: Tenant,
        ring: &KeyRing,
        before: u64,
    ) -> Result<(), StoreError> {
        let values = [(":before".to_owned(), n(before))].into();
        let item = encode(ring, &keys::key_ring(tenant))?;
        match before {
            0 => commit.create(item),
            _ => commit.put_if(item, "version = :before", values),
        };
        Ok(())
    }
}
