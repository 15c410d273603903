//! Conditions: which changes a webhook is sent for.

use std::cmp::Ordering;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use rust_decimal::Decimal;

use super::path;
use crate::json::Value;
use crate::money;
use crate::number::Digits;
use crate::text::normalised;
use crate::words::words;

words! {
    /// How conditions combine.
    #[derive(Default)]
    pub enum ConditionLogic {
        /// All must be true.
        #[default]
        And = "AND",
        /// At least one must be true.
        Or = "OR",
    }
}

words! {
    /// How a field is compared with a condition's value.
    pub enum Operator {
        /// The same.
        Equal = "=",
        /// Not the same.
        NotEqual = "!=",
        /// More, later, or further down the alphabet.
        Greater = ">",
        /// Less, earlier, or further up the alphabet.
        Less = "<",
        /// Not less.
        GreaterOrEqual = ">=",
        /// Not greater.
        LessOrEqual = "<=",
        /// The same as one of a list, or of the parts of a text between commas.
        In = "in",
        /// Has the value as a part of its text, or as an element.
        Contains = "contains",
    }
}

/// The path of a field, as it was written: `stage`, or `self.attributes.source`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(String);

impl FieldPath {
    /// Checks a path; white space at its ends is dropped.
    ///
    /// # Errors
    /// Not keys with dots between them, or longer than 255 characters.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        let path = Self(normalised(text));
        if path::is_path(path.below_self()) { Ok(path) } else { Err(ConditionError::Field) }
    }

    /// The path as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn below_self(&self) -> &str {
        self.0.strip_prefix("self.").unwrap_or(&self.0)
    }

    fn resolve<'a>(&self, object: &'a Value) -> &'a Value {
        path::resolve(object, self.below_self()).unwrap_or(&Value::Null)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One rule about a field of the object that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    field: FieldPath,
    operator: Operator,
    value: Value,
}

/// Why a condition, or a list of them, was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConditionError {
    /// The field is not a path.
    #[error("\"field\" must name a field of the object, such as \"self.attributes.source\".")]
    Field,
    /// `in` with something else than a list or a text.
    #[error("The operator \"in\" needs a list as its value, or its elements as text between commas.")]
    NotAList,
    /// An ordering with something that has no order.
    #[error("The operator \"{0}\" needs a number, a date or a text as its value.")]
    NotOrdered(Operator),
    /// More conditions than a webhook holds.
    #[error("Ensure this field has no more than {0} elements.")]
    TooMany(usize),
    /// More than fits the webhook's item.
    #[error("Ensure this field has no more than {0} bytes as JSON.")]
    TooLarge(usize),
}

impl Condition {
    /// A rule that can be true. Texts are compared with those of the books, so the value's are normalised as they are.
    ///
    /// # Errors
    /// A value that the operator can never be true for.
    pub fn new(field: FieldPath, operator: Operator, value: Value) -> Result<Self, ConditionError> {
        let value = value.normalised();
        match operator {
            Operator::In if value.as_array().is_none() && !value.is_string() => Err(ConditionError::NotAList),
            Operator::Greater | Operator::Less | Operator::GreaterOrEqual | Operator::LessOrEqual
                if !value.is_string() && !value.is_number() =>
            {
                Err(ConditionError::NotOrdered(operator))
            }
            Operator::Equal
            | Operator::NotEqual
            | Operator::Greater
            | Operator::Less
            | Operator::GreaterOrEqual
            | Operator::LessOrEqual
            | Operator::In
            | Operator::Contains => Ok(Self { field, operator, value }),
        }
    }

    /// The field that is looked at.
    #[must_use]
    pub const fn field(&self) -> &FieldPath {
        &self.field
    }

    /// How it is compared.
    #[must_use]
    pub const fn operator(&self) -> Operator {
        self.operator
    }

    /// What it is compared with.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// Whether the rule holds for an object in crm form. A missing field is as null.
    #[must_use]
    pub fn holds(&self, object: &Value) -> bool {
        let (field, value) = (self.field.resolve(object), &self.value);
        match self.operator {
            Operator::Equal => equal(field, value),
            Operator::NotEqual => !equal(field, value),
            Operator::Greater => order(field, value).is_some_and(Ordering::is_gt),
            Operator::Less => order(field, value).is_some_and(Ordering::is_lt),
            Operator::GreaterOrEqual => order(field, value).is_some_and(Ordering::is_ge),
            Operator::LessOrEqual => order(field, value).is_some_and(Ordering::is_le),
            Operator::In => is_in(field, value),
            Operator::Contains => contains(field, value),
        }
    }
}

/// The conditions of a webhook: at most [`MAX`](Self::MAX), and [`MAX_BYTES`](Self::MAX_BYTES) of
/// values and fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions(Vec<Condition>);

impl Conditions {
    /// The most conditions.
    pub const MAX: usize = 50;
    /// The most bytes of all fields and values as JSON.
    pub const MAX_BYTES: usize = 32 * 1024;

    /// Checks the bounds.
    ///
    /// # Errors
    /// Too many conditions, or too large ones.
    pub fn parse(conditions: Vec<Condition>) -> Result<Self, ConditionError> {
        if conditions.len() > Self::MAX {
            return Err(ConditionError::TooMany(Self::MAX));
        }
        let bytes: usize = conditions.iter().map(|one| one.field.0.len() + one.value.to_string().len()).sum();
        if bytes > Self::MAX_BYTES {
            return Err(ConditionError::TooLarge(Self::MAX_BYTES));
        }
        Ok(Self(conditions))
    }

    /// The conditions, in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Condition] {
        &self.0
    }
}

/// Whether an object in crm form meets the conditions; no conditions are always met.
#[must_use]
pub fn evaluate(conditions: &[Condition], logic: ConditionLogic, object: &Value) -> bool {
    match logic {
        ConditionLogic::And => conditions.iter().all(|condition| condition.holds(object)),
        ConditionLogic::Or => conditions.is_empty() || conditions.iter().any(|condition| condition.holds(object)),
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    order(a, b).map_or_else(|| a == b || is_same_number(a, b), Ordering::is_eq)
}

/// Whether both are one number, also where it is too large for a decimal.
fn is_same_number(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Digits::json(a.as_str()) == Digits::json(b.as_str()),
        _ => false,
    }
}

/// Two numbers, two dates or two other texts have an order; nothing else has.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (decimal(a), decimal(b)) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (Moment::read(a), Moment::read(b)) {
        return Some(a.order(b));
    }
    match (a, b) {
        (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// A number, or a text that is one, without a detour over a float. What a decimal cannot hold
/// exactly is not a number here, so that long digit strings compare as the texts that they are.
fn decimal(value: &Value) -> Option<Decimal> {
    let digits = match value {
        Value::Number(number) => Digits::json(number.as_str()),
        Value::String(text) => Digits::plain(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    money::decimal(digits.as_ref(), 28, 28).ok()
}

/// An ISO 8601 date, or a date with a time, which is read as UTC when it names no offset.
#[derive(Clone, Copy)]
enum Moment {
    Day(Date),
    Instant(Timestamp),
}

impl Moment {
    fn read(value: &Value) -> Option<Self> {
        let text = value.as_str()?;
        let bytes = text.as_bytes();
        // The parsers read more forms than people mean by a date, a bare `20240115` among them.
        let starts_like_a_date = bytes.len() >= 10
            && bytes[..10].iter().enumerate().all(|(at, b)| match at {
                4 | 7 => *b == b'-',
                _ => b.is_ascii_digit(),
            });
        match bytes.get(10) {
            _ if !starts_like_a_date => None,
            None => text.parse().ok().map(Self::Day),
            Some(b'T' | b't' | b' ') => {
                let naive = || text.parse::<DateTime>().ok().and_then(|local| Offset::UTC.to_timestamp(local).ok());
                text.parse().ok().or_else(naive).map(Self::Instant)
            }
            Some(_) => None,
        }
    }

    fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Instant(at) => Offset::UTC.to_datetime(at).date(),
        }
    }

    /// Beside a mere date, only the day of an instant (in UTC) is known to matter.
    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Instant(a), Self::Instant(b)) => a.cmp(&b),
            (a, b) => a.day().cmp(&b.day()),
        }
    }
}

/// Whether a field is one of a list, or of the parts of a text between commas, without the spaces around them.
fn is_in(field: &Value, value: &Value) -> bool {
    match value {
        Value::Array(list) => list.iter().any(|one| equal(field, one)),
        Value::String(text) => text.split(',').any(|part| equal(field, &Value::from(part.trim()))),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn contains(field: &Value, value: &Value) -> bool {
    match (field, value) {
        (Value::String(text), Value::String(part)) => text.contains(part.as_str()),
        (Value::String(text), Value::Number(part)) => text.contains(&part.to_string()),
        (Value::Array(elements), value) => elements.iter().any(|element| equal(element, value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
