//! JSON values whose numbers keep the text that was sent: `1.50` stays `1.50`, and no digit passes through a float.

use std::fmt;

use indexmap::IndexMap;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::number::Digits;
use crate::text;

/// The fields of an object, in the order in which they were sent.
pub type Map = IndexMap<String, Value>;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Value {
    /// Null.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Self>),
    /// An object.
    Object(Map),
}

/// A number as it is written. Its magnitude is one that readers with 64-bit floats can tell from zero and infinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Checks the text of a JSON number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = Digits::json(text)?;
        let is_json = serde_json::from_str::<&RawValue>(text).is_ok();
        let readable = text.parse().is_ok_and(|number: f64| number.is_finite() && (number != 0.0 || digits.is_zero()));
        (is_json && readable).then(|| Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value {
    fn parse(json: &str) -> Result<Self, serde_json::Error> {
        match json.bytes().next() {
            Some(b'{') => serde_json::from_str(json).map(Self::Object),
            Some(b'[') => serde_json::from_str(json).map(Self::Array),
            Some(b'"') => serde_json::from_str(json).map(Self::String),
            Some(b't' | b'f') => serde_json::from_str(json).map(Self::Bool),
            Some(b'n') | None => Ok(Self::Null),
            Some(_) => Number::parse(json)
                .map(Self::Number)
                .ok_or_else(|| <serde_json::Error as serde::de::Error>::custom("number out of range")),
        }
    }

    /// The value with all its texts [normalised](text::normalised), keys included. Of keys that are the same then, the
    /// last one holds.
    #[must_use]
    pub fn normalised(self) -> Self {
        match self {
            Self::String(text) => Self::String(text::normalised(&text)),
            Self::Array(elements) => Self::Array(elements.into_iter().map(Self::normalised).collect()),
            Self::Object(fields) => Self::Object(normalised(fields)),
            other @ (Self::Null | Self::Bool(_) | Self::Number(_)) => other,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a string.
    #[must_use]
    pub const fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is a number.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Object(_) => None,
        }
    }

    /// A field's value, if it is an object that has the field.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.get(key),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Array(_) => None,
        }
    }
}

/// The fields with all their texts normalised.
#[must_use]
pub fn normalised(fields: Map) -> Map {
    fields.into_iter().map(|(key, value)| (text::normalised(&key), value.normalised())).collect()
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(Number(text)) => {
                RawValue::from_string(text.clone()).map_err(S::Error::custom)?.serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(elements) => elements.serialize(serializer),
            Self::Object(fields) => fields.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::parse(raw.get()).map_err(D::Error::custom)
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(truth) => Self::Bool(truth),
            serde_json::Value::Number(number) => Self::Number(Number(number.to_string())),
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(elements) => Self::Array(elements.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(fields) => {
                Self::Object(fields.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

/// A value, written as for `serde_json::json!`.
#[cfg(test)]
macro_rules! value {
    ($($json:tt)+) => { $crate::json::Value::from(serde_json::json!($($json)+)) };
}
#[cfg(test)]
pub(crate) use value;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_back_as_it_was_written() {
        let numbers =
            "0 -0 1 1.0 1.50 1E+2 1e-7 12345678901234567890123 0.1000000000000000055 1.10e001 -9007199254740993";
        for number in numbers.split(' ') {
            let json = format!(r#"{{"a":[{number},{{"b":{number}}}],"c":"x","d":null,"e":false}}"#);
            assert_eq!(serde_json::from_str::<Value>(&json).unwrap().to_string(), json);
        }
    }

    #[test]
    fn a_number_that_readers_would_take_for_infinity_or_zero_is_refused() {
        for number in ["1e999", "-1e309", "1e-999", "1e999999999999", "123e-400"] {
            let json = format!(r#"{{"a": [{{"b": {number}}}]}}"#);
            assert!(serde_json::from_str::<Value>(&json).is_err(), "{number}");
        }
        for number in ["0e999", "1e308", "2.5e-308", "0.0"] {
            assert!(serde_json::from_str::<Value>(number).is_ok(), "{number}");
        }
        for text in ["01", "1.", ".5", "+1", "NaN", "1 ", "", "\"1\"", "0x1"] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn all_texts_are_normalised_and_the_last_of_two_keys_holds() {
        let sent = "{\"e\u{301} \": \" Cafe\u{301}\", \"\u{e9}\": [{\"\u{200b}k\": \"\u{200b}\"}]}";
        let kept = serde_json::from_str::<Value>(sent).unwrap().normalised();
        assert_eq!(kept.to_string(), "{\"\u{e9}\":[{\"k\":\"\"}]}");
    }

    #[test]
    fn a_value_of_serde_json_is_the_same_value() {
        let value = serde_json::json!({"a": [1, 2.5, null, true, "x"], "b": {}});
        assert_eq!(Value::from(value.clone()).to_string(), value.to_string());
        assert_eq!(serde_json::to_value(Value::from(value.clone())).unwrap(), value);
        assert_eq!(serde_json::from_value::<Value>(value.clone()).unwrap(), Value::from(value));
    }
}
