//! Attribute definitions: the schema of what entities carry.

use domain::attributes::{Attribute, AttributePatch, EntityName, NewAttribute, Schema};
use domain::id::AttributeId;
use domain::{Action, Actor, Model};
use store::{StoreError, Unique};

use crate::{App, Error, Expected, check_version, may};

/// The definitions for one entity, as they were loaded.
#[derive(Debug, Clone)]
pub(crate) struct LoadedSchema(Vec<Attribute>);

impl LoadedSchema {
    /// The schema.
    pub(crate) fn of(&self) -> Schema<'_> {
        Schema::new(&self.0)
    }
}

/// Attributes may be read by every member and written by the owner alone; all methods fail with
/// [`domain::Error::Forbidden`] and [`domain::Error::NotFound`] accordingly.
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl App {
    /// The definitions for an entity, oldest first.
    pub async fn list_attributes(&self, actor: &Actor, entity: EntityName) -> Result<Vec<Attribute>, Error> {
        may(actor, Action::View, Model::Attribute)?;
        Ok(self.schema(actor, entity).await?.0)
    }

    /// One definition.
    pub async fn get_attribute(&self, actor: &Actor, id: AttributeId) -> Result<Attribute, Error> {
        may(actor, Action::View, Model::Attribute)?;
        self.load_attribute(actor, id).await
    }

    /// Defines an attribute.
    pub async fn create_attribute(&self, actor: &Actor, new: NewAttribute) -> Result<Attribute, Error> {
        may(actor, Action::Add, Model::Attribute)?;
        let attribute = Attribute::new(AttributeId::new(self.new_id()), new, self.now())?;
        // Two that claim one name at once conflict; the one that tries again is told that it is taken.
        self.retrying(async || self.store.create_attribute(actor.tenant(), &attribute).await.map_err(name_taken))
            .await?;
        Ok(attribute)
    }

    /// Changes a definition. Values that are kept already are not looked at again.
    pub async fn update_attribute(
        &self,
        actor: &Actor,
        id: AttributeId,
        patch: AttributePatch,
        expected: Expected,
    ) -> Result<Attribute, Error> {
        may(actor, Action::Change, Model::Attribute)?;
        self.retrying(async || {
            let before = self.load_attribute(actor, id).await?;
            check_version(expected, before.version)?;
            let attribute = before.clone().apply(patch.clone())?;
            self.store.save_attribute(actor.tenant(), &attribute, &before).await.map_err(name_taken)?;
            Ok(attribute)
        })
        .await
    }

    /// Removes a definition; values that were given under it stay as they are.
    pub async fn delete_attribute(&self, actor: &Actor, id: AttributeId, expected: Expected) -> Result<(), Error> {
        may(actor, Action::Delete, Model::Attribute)?;
        self.retrying(async || {
            let attribute = self.load_attribute(actor, id).await?;
            check_version(expected, attribute.version)?;
            Ok(self.store.delete_attribute(actor.tenant(), &attribute).await?)
        })
        .await
    }

    /// The schema of an entity, to check values against.
    pub(crate) async fn schema(&self, actor: &Actor, entity: EntityName) -> Result<LoadedSchema, Error> {
        let [schema] = self.schemas(actor, [entity]).await?;
        Ok(schema)
    }

    /// The schemas of several entities, for one read.
    pub(crate) async fn schemas<const N: usize>(
        &self,
        actor: &Actor,
        entities: [EntityName; N],
    ) -> Result<[LoadedSchema; N], Error> {
        let attributes = self.store.attributes(actor.tenant()).await?;
        let of = |entity| attributes.iter().filter(|attribute| attribute.entity == entity).cloned().collect();
        Ok(entities.map(|entity| LoadedSchema(of(entity))))
    }

    async fn load_attribute(&self, actor: &Actor, id: AttributeId) -> Result<Attribute, Error> {
        self.store.attribute(actor.tenant(), id).await?.ok_or(domain::Error::NotFound.into())
    }
}

fn name_taken(error: StoreError) -> Error {
    match error {
        StoreError::Taken(Unique::AttributeName) => {
            domain::Error::field("name", "An attribute with this name already exists.").into()
        }
        other => other.into(),
    }
}
