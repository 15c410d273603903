//! Attribute definitions.

use domain::Tenant;
use domain::attributes::{Attribute, AttributeName, AttributeType, EntityName, ListValues};
use domain::id::AttributeId;
use domain::text::Name;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{Stored, encode, encode_body, word};
use crate::error::{StoreError, Unique};
use crate::keys::{self, Collection, Key};
use crate::transaction::Transaction;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AttributeBody {
    id: AttributeId,
    #[serde(with = "word")]
    entity: EntityName,
    name: String,
    label: Name,
    #[serde(with = "word")]
    attribute_type: AttributeType,
    is_required: bool,
    list_values: Vec<String>,
    created_at: Timestamp,
    version: u64,
}

impl Stored for Attribute {
    type Body = AttributeBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> AttributeBody {
        let Self { id, entity, name, label, attribute_type, is_required, list_values, created_at, version } =
            self.clone();
        let (name, list_values) = (name.as_str().to_owned(), list_values.as_slice().to_vec());
        AttributeBody { id, entity, name, label, attribute_type, is_required, list_values, created_at, version }
    }

    fn restore(body: AttributeBody) -> Result<Self, StoreError> {
        let AttributeBody { id, entity, name, label, attribute_type, is_required, list_values, created_at, version } =
            body;
        let name = AttributeName::parse(&name).map_err(StoreError::corrupt)?;
        let list_values = ListValues::parse(list_values).map_err(StoreError::corrupt)?;
        Ok(Self { id, entity, name, label, attribute_type, is_required, list_values, created_at, version })
    }
}

fn key(tenant: Tenant, id: AttributeId) -> Key {
    keys::member(tenant, Collection::Attribute, id)
}

fn name_key(tenant: Tenant, attribute: &Attribute) -> Key {
    keys::unique_in(tenant, "ATTRIBUTE", &format!("{}#{}", attribute.entity, attribute.name.as_str()))
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`], and the writes
/// with [`StoreError::Raced`] and [`StoreError::Taken`] for a name too.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// One definition.
    pub async fn attribute(&self, tenant: Tenant, id: AttributeId) -> Result<Option<Attribute>, StoreError> {
        self.find(&key(tenant, id)).await
    }

    /// Every definition of the organisation, oldest first.
    pub async fn attributes(&self, tenant: Tenant) -> Result<Vec<Attribute>, StoreError> {
        self.all(tenant, Collection::Attribute).await
    }

    /// Writes a new definition.
    pub async fn create_attribute(&self, tenant: Tenant, attribute: &Attribute) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.create(encode(attribute, &key(tenant, attribute.id))?);
        commit.claim(Unique::AttributeName, name_key(tenant, attribute), attribute.id.uuid());
        commit.commit(&self.table).await
    }

    /// Writes a definition over the one that was read.
    pub async fn save_attribute(
        &self,
        tenant: Tenant,
        attribute: &Attribute,
        before: &Attribute,
    ) -> Result<(), StoreError> {
        let mut commit = Transaction::new();
        commit.replace(encode(attribute, &key(tenant, attribute.id))?, before.version);
        if attribute.name != before.name {
            commit.release(name_key(tenant, before), attribute.id.uuid());
            commit.claim(Unique::AttributeName, name_key(tenant, attribute), attribute.id.uuid());
        }
        commit.commit(&self.table).await
    }

    /// Removes a definition; its name is free again.
    pub async fn delete_attribute(&self, tenant: Tenant, attribute: &Attribute) -> Result<(), StoreError> {
        let key = key(tenant, attribute.id);
        let mut commit = Transaction::new();
        commit.put(encode_body(&attribute.body(), &keys::trash(tenant, &key))?);
        commit.remove(key, attribute.version);
        commit.release(name_key(tenant, attribute), attribute.id.uuid());
        commit.commit(&self.table).await
    }
}
