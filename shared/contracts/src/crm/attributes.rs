//! Attribute definitions (crm, section 1).

use domain::FieldErrors;
use domain::attributes::{
    Attribute, AttributeName, AttributePatch, AttributeType, EntityName, ListValues, NewAttribute,
};
use domain::text::Name;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::{OrEmpty, body, defaulted, not_emptied, optional, or_default, required, text};

body! {
    /// An attribute, as it is defined or changed.
    AttributeBody {
        /// The key of its value: a slug, unique among the attributes of its kind of object.
        required name: AttributeName,
        /// What a person reads; the name, if left out.
        optional label: OrEmpty<Name>,
        /// What its value must be.
        required r#type: AttributeType,
        /// Whether every object must have it; false, if left out.
        optional is_required: bool,
        /// The values to choose from, for a `list`.
        optional list_values: ListValues,
    }
}

impl AttributeBody {
    /// The attribute to be defined for a kind of object.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self, entity: EntityName) -> Result<NewAttribute, FieldErrors> {
        let Self { name, label, r#type, is_required, list_values } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let label = or_default(&mut errors, "label", label);
        let attribute_type = required(&mut errors, "type", r#type);
        let is_required = defaulted(&mut errors, "is_required", is_required).unwrap_or(false);
        let list_values = text(&mut errors, "list_values", list_values).unwrap_or_default();
        let (Some(name), Some(attribute_type), true) = (name, attribute_type, errors.is_empty()) else {
            return Err(errors);
        };
        let label = match label {
            Some(label) => label,
            None => Name::parse(name.as_str()).map_err(|error| FieldErrors::one("label", error.to_string()))?,
        };
        Ok(NewAttribute { entity, name, label, attribute_type, is_required, list_values })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<AttributePatch, FieldErrors> {
        let Self { name, label, r#type, is_required, list_values } = self;
        let mut errors = FieldErrors::new();
        let change = AttributePatch {
            name: optional(&mut errors, "name", name),
            label: not_emptied(&mut errors, "label", label),
            attribute_type: optional(&mut errors, "type", r#type),
            is_required: optional(&mut errors, "is_required", is_required),
            list_values: text(&mut errors, "list_values", list_values),
        };
        errors.into_result().map(|()| change)
    }
}

/// An attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Attribute)]
pub struct AttributeJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The key of its value.
    pub name: String,
    /// What a person reads.
    pub label: String,
    /// `text`, `number`, `date`, `boolean`, `list` or `file`.
    #[serde(rename = "type")]
    pub attribute_type: &'static str,
    /// Whether every object must have it.
    pub is_required: bool,
    /// The values to choose from.
    pub list_values: Vec<String>,
}

impl From<&Attribute> for AttributeJson {
    fn from(attribute: &Attribute) -> Self {
        let Attribute {
            id,
            entity: _,
            name,
            label,
            attribute_type,
            is_required,
            list_values,
            created_at: _,
            version: _,
        } = attribute;
        Self {
            id: id.uuid(),
            name: name.to_string(),
            label: label.to_string(),
            attribute_type: attribute_type.as_str(),
            is_required: *is_required,
            list_values: list_values.as_slice().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use serde_json::{Value, json};

    fn body(json: Value) -> AttributeBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn the_documents_attribute_is_read_and_shown_field_by_field() {
        let sent = json!({
            "name": "industry", "label": "Industry Sector", "type": "text", "is_required": true,
            "list_values": ["Tech", "Health"]
        });
        let new = body(sent.clone()).into_new(EntityName::Client).unwrap();
        let id = "0190b5a1-7c5e-7000-8000-000000000001";
        let attribute = Attribute::new(id.parse().unwrap(), new, jiff::Timestamp::UNIX_EPOCH).unwrap();
        let mut shown = serde_json::to_value(AttributeJson::from(&attribute)).unwrap();
        assert_eq!(shown.as_object_mut().unwrap().shift_remove("id"), Some(json!(id)));
        assert_eq!(shown, sent);
    }

    #[test]
    fn a_label_is_the_name_and_nothing_is_required_unless_it_is_said() {
        let new =
            body(json!({"name": "age", "type": "number", "list_values": null})).into_new(EntityName::Lead).unwrap();
        assert_eq!((new.label.as_str(), new.is_required, new.list_values.is_empty()), ("age", false, true));
    }

    #[test]
    fn every_wrong_field_of_an_attribute_is_named() {
        let wrong = body(json!({"name": "my field", "type": "colour", "is_required": 1, "list_values": ["a", "a"]}));
        let wrong = wrong.into_new(EntityName::Client).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "name: Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.; \
             type: \"colour\" is not a valid choice.; is_required: Must be a valid boolean.; \
             list_values: \"a\" is listed more than once."
        );
    }

    #[test]
    fn the_documents_update_changes_label_and_duty_alone() {
        let change = body(json!({"label": "Industry Group", "is_required": false})).into_patch().unwrap();
        let label = Some(Name::parse("Industry Group").unwrap());
        assert_eq!(change, AttributePatch { label, is_required: Some(false), ..AttributePatch::default() });
    }
}
