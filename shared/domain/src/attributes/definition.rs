//! What an organisation defines: the attributes of each kind of object.

use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::FieldErrors;
use crate::id::AttributeId;
use crate::text::{Name, TextError, normalised};
use crate::words::words;

words! {
    /// The kinds of objects that have attributes, as attribute paths name them.
    pub enum EntityName {
        /// Clients.
        Client = "client",
        /// Services.
        Service = "service",
        /// Leads.
        Lead = "lead",
        /// The potential new client of a lead.
        LeadClientInfo = "lead_client_info",
        /// The services that a lead asks for.
        LeadServiceInfo = "lead_service_info",
        /// Follow-ups.
        FollowUp = "follow_up" | "followup",
        /// Contacts.
        Contact = "contact",
        /// Categories.
        Category = "category",
        /// Catalogue items.
        CatalogueItem = "catalogue_item",
        /// Price tiers.
        PriceTier = "price_tier",
        /// Invoices.
        Invoice = "invoice",
        /// Lines of invoices.
        InvoiceLineItem = "invoice_line_item",
        /// Payments.
        Payment = "payment",
    }
}

words! {
    /// What an attribute's value must be.
    pub enum AttributeType {
        /// A string.
        Text = "text",
        /// A JSON number.
        Number = "number",
        /// A date as `YYYY-MM-DD`.
        Date = "date",
        /// True or false.
        Boolean = "boolean",
        /// One of the list values, or an array of them.
        List = "list",
        /// The http or https URL of a file.
        File = "file",
    }
}

/// The key of an attribute's value: a slug of 1 to 100 ASCII letters, digits, `_` and `-`. It holds
/// no dot, so that a dotted path can always name it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttributeName(String);

/// Why a name was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttributeNameError {
    /// Nothing but white space.
    #[error("This field may not be blank.")]
    Blank,
    /// Longer than a name may be.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// Other characters than those of a slug.
    #[error("Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens.")]
    NotASlug,
}

impl AttributeName {
    /// The most characters.
    pub const MAX_CHARS: usize = 100;

    /// Normalises and checks a name.
    ///
    /// # Errors
    /// Anything that is not a slug of the right length.
    pub fn parse(text: &str) -> Result<Self, AttributeNameError> {
        let text = normalised(text);
        if text.is_empty() {
            return Err(AttributeNameError::Blank);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(AttributeNameError::TooLong(Self::MAX_CHARS));
        }
        if !text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            return Err(AttributeNameError::NotASlug);
        }
        Ok(Self(text))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for AttributeName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AttributeName {
    type Err = AttributeNameError;

    fn from_str(text: &str) -> Result<Self, AttributeNameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for AttributeName {
    type Error = AttributeNameError;

    fn try_from(text: String) -> Result<Self, AttributeNameError> {
        Self::parse(&text)
    }
}

impl From<AttributeName> for String {
    fn from(name: AttributeName) -> Self {
        name.0
    }
}

/// The values that a `list` attribute may take: texts of 1 to 255 characters, each there once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct ListValues(Vec<String>);

/// Why list values were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListValuesError {
    /// More than a definition's item holds.
    #[error("Ensure this field has no more than {0} elements.")]
    TooMany(usize),
    /// A value that is blank or too long.
    #[error(transparent)]
    Value(#[from] TextError),
    /// A value that is there twice.
    #[error("\"{0}\" is listed more than once.")]
    Repeated(String),
}

impl ListValues {
    /// The most values; 300 of the longest stay below the 400 KB of an item.
    pub const MAX: usize = 300;

    /// Normalises and checks the values.
    ///
    /// # Errors
    /// The first value that is blank, too long or repeated, or too many of them.
    pub fn parse(values: impl IntoIterator<Item = impl AsRef<str>>) -> Result<Self, ListValuesError> {
        let mut list: Vec<String> = Vec::new();
        for value in values {
            let value = Name::parse(value.as_ref())?.into_string();
            if list.len() == Self::MAX {
                return Err(ListValuesError::TooMany(Self::MAX));
            }
            if list.contains(&value) {
                return Err(ListValuesError::Repeated(value));
            }
            list.push(value);
        }
        Ok(Self(list))
    }

    /// The values, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.0.iter().any(|known| known == value)
    }
}

/// For stored values, which were checked when they entered: what an earlier release took stays readable.
impl From<Vec<String>> for ListValues {
    fn from(values: Vec<String>) -> Self {
        Self::parse(&values).unwrap_or(Self(values))
    }
}

impl From<ListValues> for Vec<String> {
    fn from(values: ListValues) -> Self {
        values.0
    }
}

/// The definition of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The definition's id.
    pub id: AttributeId,
    /// The kind of object that has the attribute.
    pub entity: EntityName,
    /// The key of its value, unique among the entity's attributes.
    pub name: AttributeName,
    /// What a person reads.
    pub label: Name,
    /// What its value must be.
    pub attribute_type: AttributeType,
    /// Whether every object must have it.
    pub is_required: bool,
    /// The values to choose from. Other types than `list` keep them without effect.
    pub list_values: ListValues,
    /// When it was defined.
    pub created_at: Timestamp,
    /// Counts its states from 1.
    pub version: u64,
}

/// An attribute to be defined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttribute {
    /// The kind of object that has the attribute.
    pub entity: EntityName,
    /// The key of its value.
    pub name: AttributeName,
    /// What a person reads.
    pub label: Name,
    /// What its value must be.
    pub attribute_type: AttributeType,
    /// Whether every object must have it.
    pub is_required: bool,
    /// The values to choose from.
    pub list_values: ListValues,
}

/// A change of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttributePatch {
    /// The key of its value.
    pub name: Option<AttributeName>,
    /// What a person reads.
    pub label: Option<Name>,
    /// What its value must be.
    pub attribute_type: Option<AttributeType>,
    /// Whether every object must have it.
    pub is_required: Option<bool>,
    /// The values to choose from.
    pub list_values: Option<ListValues>,
}

impl Attribute {
    /// Defines an attribute.
    ///
    /// # Errors
    /// A `list` without a value to choose.
    pub fn new(id: AttributeId, new: NewAttribute, now: Timestamp) -> Result<Self, FieldErrors> {
        let NewAttribute { entity, name, label, attribute_type, is_required, list_values } = new;
        Self { id, entity, name, label, attribute_type, is_required, list_values, created_at: now, version: 1 }
            .checked()
    }

    /// The definition after a change. Objects keep the values that they have; those that are
    /// written from then on must suit it.
    ///
    /// # Errors
    /// As [`Attribute::new`].
    pub fn apply(mut self, patch: AttributePatch) -> Result<Self, FieldErrors> {
        let AttributePatch { name, label, attribute_type, is_required, list_values } = patch;
        self.name = name.unwrap_or(self.name);
        self.label = label.unwrap_or(self.label);
        self.attribute_type = attribute_type.unwrap_or(self.attribute_type);
        self.is_required = is_required.unwrap_or(self.is_required);
        self.list_values = list_values.unwrap_or(self.list_values);
        self.version += 1;
        self.checked()
    }

    fn checked(self) -> Result<Self, FieldErrors> {
        if self.attribute_type == AttributeType::List && self.list_values.is_empty() {
            return Err(FieldErrors::one("list_values", "A list needs at least one value."));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn attribute(attribute_type: AttributeType, values: &[&str]) -> Result<Attribute, FieldErrors> {
        let new = NewAttribute {
            entity: EntityName::Client,
            name: AttributeName::parse("industry").unwrap(),
            label: Name::parse("Industry").unwrap(),
            attribute_type,
            is_required: true,
            list_values: ListValues::parse(values).unwrap(),
        };
        Attribute::new(AttributeId::new(Uuid::nil()), new, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_name_is_a_slug() {
        for good in ["industry", "custom_field", "linkedin_url", "a-b", "Tier2", "7"] {
            assert_eq!(AttributeName::parse(good).map(String::from), Ok(good.to_owned()));
        }
        for bad in ["a b", "a.b", "größe", "a/b", "{a}", "a\0"] {
            assert_eq!(AttributeName::parse(bad), Err(AttributeNameError::NotASlug), "{bad:?}");
        }
        assert_eq!(AttributeName::parse("  "), Err(AttributeNameError::Blank));
        assert!(AttributeName::parse(&"a".repeat(100)).is_ok());
        assert_eq!(AttributeName::parse(&"a".repeat(101)), Err(AttributeNameError::TooLong(100)));
    }

    #[test]
    fn every_entity_and_type_is_read_by_its_own_word() {
        for entity in EntityName::ALL {
            assert_eq!(entity.as_str().parse(), Ok(entity));
        }
        for attribute_type in AttributeType::ALL {
            assert_eq!(attribute_type.to_string().parse(), Ok(attribute_type));
        }
        assert_eq!("followup".parse(), Ok(EntityName::FollowUp));
        assert_eq!("Client".parse::<EntityName>(), Err("\"Client\" is not a valid choice.".to_owned()));
    }

    #[test]
    fn list_values_are_unique_and_never_blank() {
        assert_eq!(ListValues::parse(["a", "b "]).map(Vec::from), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(ListValues::parse(["a", " a"]), Err(ListValuesError::Repeated("a".to_owned())));
        assert_eq!(ListValues::parse(["é", "e\u{301}"]), Err(ListValuesError::Repeated("é".to_owned())));
        assert_eq!(ListValues::parse(["a", " "]), Err(ListValuesError::Value(TextError::Blank)));
        let many = |n: usize| ListValues::parse((0..n).map(|i| i.to_string()));
        assert!(many(300).is_ok());
        assert_eq!(many(301), Err(ListValuesError::TooMany(300)));
    }

    #[test]
    fn a_list_needs_values_and_a_text_keeps_them() {
        assert_eq!(
            attribute(AttributeType::List, &[]),
            Err(FieldErrors::one("list_values", "A list needs at least one value."))
        );
        let text = attribute(AttributeType::Text, &["Tech", "Health"]).unwrap();
        assert_eq!(text.list_values.as_slice(), ["Tech", "Health"]);
        let list =
            text.apply(AttributePatch { attribute_type: Some(AttributeType::List), ..Default::default() }).unwrap();
        let emptied = AttributePatch { list_values: Some(ListValues::default()), ..Default::default() };
        assert!(list.apply(emptied).is_err());
    }

    #[test]
    fn a_change_keeps_what_it_does_not_mention() {
        let before = attribute(AttributeType::Number, &[]).unwrap();
        let patch = AttributePatch { is_required: Some(false), label: Name::parse("Group").ok(), ..Default::default() };
        let after = before.clone().apply(patch).unwrap();
        let expected = Attribute { is_required: false, label: Name::parse("Group").unwrap(), version: 2, ..before };
        assert_eq!(after, expected);
    }
}
