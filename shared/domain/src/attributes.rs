//! Dynamic attributes: an organisation defines which attributes its objects have, and an object
//! carries their values.

mod definition;
mod schema;

use serde::{Deserialize, Serialize};

use crate::json::{Map, Value, normalised};

pub use definition::{
    Attribute, AttributeName, AttributeNameError, AttributePatch, AttributeType, EntityName, ListValues,
    ListValuesError, NewAttribute,
};
pub use schema::Schema;

/// The dynamic values that an object carries, in the order in which they were sent.
///
/// They stand in their object's item, which may hold 400 KB with its tasks and notes: hence at most
/// [`MAX_KEYS`](Self::MAX_KEYS) keys of at most [`MAX_KEY_CHARS`](Self::MAX_KEY_CHARS) characters,
/// and [`MAX_BYTES`](Self::MAX_BYTES) as JSON. Whether the values suit the organisation's
/// definitions is for [`Schema`] to say. Deserializing is for stored values, which were checked when they entered.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(Map);

/// Why a set of attribute values was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttributesError {
    /// More keys than an object carries.
    #[error("Ensure this field has no more than {0} keys.")]
    TooManyKeys(usize),
    /// A key without a character.
    #[error("Keys may not be blank.")]
    BlankKey,
    /// A key that is too long.
    #[error("Ensure that every key has no more than {0} characters.")]
    KeyTooLong(usize),
    /// More than fits the object's item.
    #[error("Ensure this field has no more than {0} bytes as JSON.")]
    TooLarge(usize),
}

impl Attributes {
    /// The most keys.
    pub const MAX_KEYS: usize = 100;
    /// The most characters of a key.
    pub const MAX_KEY_CHARS: usize = 255;
    /// The most bytes of all keys and values as JSON.
    pub const MAX_BYTES: usize = 128 * 1024;

    /// Normalises the texts and checks the bounds.
    ///
    /// # Errors
    /// A bound that is passed, or a blank key.
    pub fn parse(values: Map) -> Result<Self, AttributesError> {
        let values = normalised(values);
        if values.len() > Self::MAX_KEYS {
            return Err(AttributesError::TooManyKeys(Self::MAX_KEYS));
        }
        if values.keys().any(String::is_empty) {
            return Err(AttributesError::BlankKey);
        }
        if values.keys().any(|key| key.chars().count() > Self::MAX_KEY_CHARS) {
            return Err(AttributesError::KeyTooLong(Self::MAX_KEY_CHARS));
        }
        if serde_json::to_vec(&values).map_or(usize::MAX, |json| json.len()) > Self::MAX_BYTES {
            return Err(AttributesError::TooLarge(Self::MAX_BYTES));
        }
        Ok(Self(values))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values.
    #[must_use]
    pub const fn as_map(&self) -> &Map {
        &self.0
    }

    /// All values, taken out.
    #[must_use]
    pub fn into_map(self) -> Map {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(value: serde_json::Value) -> Result<Attributes, AttributesError> {
        match value.into() {
            Value::Object(fields) => Attributes::parse(fields),
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn values_are_bounded_in_number_length_and_size() {
        let keys = |n: usize| serde_json::Value::Object((0..n).map(|i| (format!("k{i}"), json!(i))).collect());
        let key = |n: usize| json!({ "é".repeat(n): 1 });
        // `{"a":"…"}` is eight bytes around the text.
        let text = |n: usize| json!({ "a": "x".repeat(n - 8) });
        assert!(parse(keys(100)).is_ok());
        assert_eq!(parse(keys(101)), Err(AttributesError::TooManyKeys(100)));
        assert!(parse(key(255)).is_ok());
        assert_eq!(parse(key(256)), Err(AttributesError::KeyTooLong(255)));
        assert!(parse(text(Attributes::MAX_BYTES)).is_ok());
        assert_eq!(parse(text(Attributes::MAX_BYTES + 1)), Err(AttributesError::TooLarge(131_072)));
        for blank in [" ", "\u{200b}", "\u{3164}"] {
            assert_eq!(parse(json!({ blank: 1 })), Err(AttributesError::BlankKey));
        }
    }

    #[test]
    fn values_survive_a_round_trip_in_the_order_in_which_they_were_sent() {
        let text = r#"{"z":1.50,"a":[true,null,1E+2],"m":{"x":"y"}}"#;
        let attributes: Attributes = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&attributes).unwrap(), text);
    }
}
