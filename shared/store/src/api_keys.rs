//! API keys, and the organisations that a user opens beside the first one.

use domain::Tenant;
use domain::actor::Permission;
use domain::api_key::{ApiKey, KeyRing, PublicKey};
use domain::id::OrganisationId;
use domain::organisation::Organisation;
use domain::scopes::{Reach, Scopes};
use domain::text::Name;
use domain::user::User;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{AuthorBody, Stored, decode, encode, word};
use crate::error::StoreError;
use crate::keys;
use crate::members::new_member_item;
use crate::starting_rows::put_starting_rows;
use crate::table::{Update, n, s};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ApiKeyBody {
    #[serde(with = "word")]
    public: PublicKey,
    secret_hash: String,
    organisation: OrganisationId,
    owner: AuthorBody,
    /// This and what follows is not in keys of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Timestamp>,
    /// Not `expires_at`, by which DynamoDB would delete the item and leave its name in the ring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
}

impl Stored for ApiKey {
    type Body = ApiKeyBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> ApiKeyBody {
        let Self { public, secret_hash, organisation, owner, name, reach, created_at, last_used_at, expires_at } =
            self.clone();
        let words = |scopes: &Scopes| scopes.as_slice().iter().map(Permission::to_string).collect();
        let (owner, scopes) = (AuthorBody::from(&owner), reach.scopes().map(words));
        let ends_at = expires_at;
        ApiKeyBody { public, secret_hash, organisation, owner, name, scopes, created_at, last_used_at, ends_at }
    }

    fn restore(body: ApiKeyBody) -> Result<Self, StoreError> {
        let ApiKeyBody { public, secret_hash, organisation, owner, name, scopes, created_at, last_used_at, ends_at } =
            body;
        let (owner, expires_at) = (owner.into(), ends_at);
        let reach = reach_of(scopes)?;
        Ok(Self { public, secret_hash, organisation, owner, name, reach, created_at, last_used_at, expires_at })
    }
}

/// Scopes that are there but cannot be read never become a key without scopes, which may do more.
fn reach_of(words: Option<Vec<String>>) -> Result<Reach, StoreError> {
    let Some(words) = words else { return Ok(Reach::Books) };
    let read = words.iter().map(|word| word.parse().map_err(StoreError::corrupt));
    let scopes = Scopes::new(&read.collect::<Result<Vec<Permission>, _>>()?);
    Ok(Reach::Scopes(scopes.ok_or_else(|| StoreError::corrupt("an API key with an empty list of scopes"))?))
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

    /// Up to 100 API keys by their names, in the order of the names.
    pub async fn api_keys(&self, names: &[PublicKey]) -> Result<Vec<ApiKey>, StoreError> {
        let keys: Vec<_> = names.iter().map(keys::api_key).collect();
        let items = self.table.get_all(&keys).await?;
        let mut found = items.into_iter().map(decode).collect::<Result<Vec<ApiKey>, _>>()?;
        found.sort_by_key(|key| names.iter().position(|name| *name == key.public));
        Ok(found)
    }

    /// Notes that an API key was used, unless a use since `before` is noted already or the key is gone.
    pub async fn note_key_use(&self, key: &PublicKey, now: Timestamp, before: Timestamp) -> Result<(), StoreError> {
        let update = Update {
            key: keys::api_key(key),
            expression: "SET last_used_at = :now",
            condition: "attribute_exists(pk) AND (attribute_not_exists(last_used_at) OR last_used_at <= :before)"
                .into(),
            names: [].into(),
            values: [(":now".to_owned(), s(now.to_string())), (":before".to_owned(), s(before.to_string()))].into(),
        };
        match self.table.update(update).await {
            Ok(_) | Err(StoreError::Missing | StoreError::Raced) => Ok(()),
            Err(other) => Err(other),
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Item;
    use domain::Author;
    use domain::id::UserId;
    use uuid::Uuid;

    fn key() -> ApiKey {
        let at = |text: &str| text.parse().unwrap();
        ApiKey {
            public: PublicKey::from_random([7; 16]),
            secret_hash: "ab".into(),
            organisation: OrganisationId::new(Uuid::from_u128(1)),
            owner: Author { id: UserId::new(Uuid::from_u128(2)), number: 3, name: "Eva".into() },
            name: Some(Name::parse("Shop").unwrap()),
            reach: Reach::Scopes(Scopes::new(&["app.view_lead".parse().unwrap()]).unwrap()),
            created_at: at("2026-01-01T00:00:00Z"),
            last_used_at: Some(at("2026-01-02T00:00:00Z")),
            expires_at: Some(at("2027-01-01T00:00:00Z")),
        }
    }

    fn item() -> Item {
        let key = key();
        encode(&key, &keys::api_key(&key.public)).unwrap()
    }

    #[test]
    fn a_key_is_read_as_it_was_written_and_is_not_deleted_by_its_end() {
        assert!(decode::<ApiKey>(item()).unwrap() == key());
        assert!(!item().contains_key("expires_at"), "DynamoDB deletes by this attribute");
    }

    #[test]
    fn a_key_of_an_older_release_has_no_scopes_and_no_end() {
        let mut old = item();
        for name in ["name", "scopes", "last_used_at", "ends_at"] {
            assert!(old.remove(name).is_some(), "{name}");
        }
        let restored = decode::<ApiKey>(old).unwrap();
        assert_eq!((restored.reach, restored.expires_at), (Reach::Books, None));
    }

    #[test]
    fn scopes_that_cannot_be_read_are_no_key_without_scopes() {
        for words in [vec![], vec!["app.rule"]] {
            let mut item = item();
            let words = words.into_iter().map(s).collect();
            item.insert("scopes".into(), aws_sdk_dynamodb::types::AttributeValue::L(words));
            assert!(decode::<ApiKey>(item).is_err());
        }
    }
}
