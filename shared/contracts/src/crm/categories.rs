//! Catalogue categories (crm, section 11.1).

use domain::attributes::{Attributes, EntityName};
use domain::catalogue::{Category, CategoryPatch, NewCategory};
use domain::id::CategoryId;
use domain::record::Meta;
use domain::text::{LongText, Name};
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Update;
use crate::wire::{OrEmpty, body, defaulted, optional, or_default, patch, required, text};

body! {
    /// A category, as it is created or changed.
    CategoryBody {
        /// The name.
        required name: Name,
        /// What it is for.
        optional description: LongText,
        /// The category above it; null for a root.
        optional parent: OrEmpty<CategoryId>,
        /// Values by attribute name.
        optional attributes: Attributes,
    }
}

impl CategoryBody {
    /// The category to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewCategory, Refused<Claims>> {
        let Self { name, description, parent, attributes } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let description = text(&mut errors, "description", description).unwrap_or_default();
        let parent = or_default(&mut errors, "parent", parent);
        let attributes = defaulted(&mut errors, "attributes", attributes).unwrap_or_default();
        match name {
            Some(name) if errors.is_empty() => Ok(NewCategory { name, description, parent, attributes }),
            Some(_) | None => {
                let claims = Claims::default().naming("parent", parent.map(Reference::Category));
                Err(claims.carrying(EntityName::Category, attributes).refused(errors))
            }
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<CategoryPatch, Refused<CategoryPatch>> {
        let Self { name, description, parent, attributes } = self;
        let mut errors = FieldErrors::new();
        let change = CategoryPatch {
            name: optional(&mut errors, "name", name),
            description: text(&mut errors, "description", description),
            parent: patch(&mut errors, "parent", parent),
            attributes: optional(&mut errors, "attributes", attributes).map(|sent| mode.attributes(sent)),
        };
        errors.checked(change)
    }
}

/// A category.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Category)]
pub struct CategoryJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The category above it; null for a root.
    pub parent: Option<Uuid>,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl From<&Category> for CategoryJson {
    fn from(category: &Category) -> Self {
        let Category { id, name, description, parent, number: _, attributes, meta } = category;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            name: name.to_string(),
            description: description.to_string(),
            parent: parent.map(CategoryId::uuid),
            attributes: attributes.clone(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::Patch;
    use serde_json::{Value, json};

    const PARENT: &str = "0190b5a1-7c5e-7000-8000-000000000001";

    fn body(json: Value) -> CategoryBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_documents_categories_are_read_field_by_field() {
        let root = json!({
            "name": "Software", "description": "Software products and licenses", "parent": null, "attributes": {}
        });
        let NewCategory { name, description, parent, attributes } = body(root).into_new().unwrap();
        assert_eq!((name.as_str(), description.as_str()), ("Software", "Software products and licenses"));
        assert!(parent.is_none() && attributes.is_empty());
        let child = body(json!({"name": "SaaS", "parent": PARENT})).into_new().unwrap();
        assert_eq!(child.parent, Some(PARENT.parse().unwrap()));
    }

    #[test]
    fn a_null_parent_moves_a_category_to_the_top_and_an_absent_one_leaves_it() {
        let parent = |json| body(json).into_patch(Update::Put).unwrap().parent;
        assert_eq!(parent(json!({"parent": null})), Patch::Clear);
        assert_eq!(parent(json!({"name": "x"})), Patch::Keep);
        let wrong = body(json!({"parent": 7, "name": ""})).into_patch(Update::Patch).unwrap_err();
        assert_eq!(wrong.to_string(), "name: This field may not be blank.; parent: Must be a valid UUID.");
    }

    #[test]
    fn a_category_is_shown_with_its_parent() {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let category = Category {
            id: PARENT.parse().unwrap(),
            name: Name::parse("SaaS").unwrap(),
            description: LongText::default(),
            parent: None,
            number: 1,
            attributes: Attributes::default(),
            meta: Meta { created_at: at, created_by: None, updated_at: at, version: 1 },
        };
        assert_eq!(
            serde_json::to_value(CategoryJson::from(&category)).unwrap(),
            json!({
                "id": PARENT, "name": "SaaS", "description": "", "parent": null, "attributes": {},
                "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z", "created_by": null
            })
        );
    }
}
