//! Filter patterns of event source mappings, in EventBridge's language.
//!
//! A pattern names fields and lists what each may be; all fields must match, any element of a list suffices.
//! Known are exact values, `prefix`, `suffix`, `exists`, `anything-but` and `numeric`.

use serde_json::{Map, Value};

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    Json(String),
    /// It is JSON of another shape.
    #[error("{0}")]
    Shape(String),
}

/// A parsed pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    fields: Vec<(String, Node)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Nested(Pattern),
    Leaf(Vec<Test>),
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Equals(Value),
    Prefix(String),
    Suffix(String),
    Exists(bool),
    AnythingBut(Vec<Value>),
    AnythingButPrefix(String),
    Numeric(Vec<(Comparison, f64)>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

impl Pattern {
    /// Parses a pattern's JSON.
    ///
    /// # Errors
    /// It is malformed, or uses a test that is not known here.
    pub fn parse(json: &str) -> Result<Self, PatternError> {
        let value: Value = serde_json::from_str(json).map_err(|error| PatternError::Json(error.to_string()))?;
        match value {
            Value::Object(fields) => Self::of(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(PatternError::Shape("a pattern is an object".to_owned()))
            }
        }
    }

    /// Whether `event` matches.
    #[must_use]
    pub fn matches(&self, event: &Value) -> bool {
        self.fields.iter().all(|(name, node)| {
            let field = event.get(name);
            match node {
                // A nested pattern may ask for absence, so it is asked about what is not there, too.
                Node::Nested(pattern) => pattern.matches(field.unwrap_or(&Value::Null)),
                Node::Leaf(tests) => tests.iter().any(|test| test.accepts(field)),
            }
        })
    }

    fn of(fields: Map<String, Value>) -> Result<Self, PatternError> {
        let mut parsed = Vec::with_capacity(fields.len());
        for (name, value) in fields {
            let node = match value {
                Value::Object(nested) => Node::Nested(Self::of(nested)?),
                Value::Array(tests) => Node::Leaf(tests.into_iter().map(Test::of).collect::<Result<_, _>>()?),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                    return Err(PatternError::Shape(format!("{name:?} is neither an object nor a list")));
                }
            };
            parsed.push((name, node));
        }
        Ok(Self { fields: parsed })
    }
}

/// Whether `event` matches any of `patterns`, or there is none to match.
#[must_use]
pub fn matches_any(patterns: &[Pattern], event: &Value) -> bool {
    patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(event))
}

impl Test {
    fn of(value: Value) -> Result<Self, PatternError> {
        let test = match value {
            Value::Object(test) => test,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Ok(Self::Equals(value)),
            Value::Array(_) => return Err(PatternError::Shape("a list inside a list of tests".to_owned())),
        };
        let unknown = || PatternError::Shape(format!("the test {} is unknown", Value::Object(test.clone())));
        let (name, argument) = test.iter().next().filter(|_| test.len() == 1).ok_or_else(unknown)?;
        match (name.as_str(), argument) {
            ("prefix", Value::String(prefix)) => Ok(Self::Prefix(prefix.clone())),
            ("suffix", Value::String(suffix)) => Ok(Self::Suffix(suffix.clone())),
            ("exists", Value::Bool(exists)) => Ok(Self::Exists(*exists)),
            ("anything-but", Value::Array(values)) => Ok(Self::AnythingBut(values.clone())),
            ("anything-but", Value::Object(inner)) => match (inner.len(), inner.get("prefix")) {
                (1, Some(Value::String(prefix))) => Ok(Self::AnythingButPrefix(prefix.clone())),
                _ => Err(unknown()),
            },
            ("anything-but", value) => Ok(Self::AnythingBut(vec![value.clone()])),
            ("numeric", Value::Array(parts)) => numeric(parts).map(Self::Numeric).ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }

    fn accepts(&self, field: Option<&Value>) -> bool {
        if let Self::Exists(wanted) = self {
            // `exists` is about leaves: an object in that place is no value.
            return field.is_some_and(|field| !field.is_object()) == *wanted;
        }
        match field {
            None | Some(Value::Object(_)) => false,
            Some(Value::Array(elements)) => elements.iter().any(|element| self.accepts_value(element)),
            Some(value) => self.accepts_value(value),
        }
    }

    fn accepts_value(&self, value: &Value) -> bool {
        match self {
            Self::Equals(wanted) => same(wanted, value),
            Self::Prefix(prefix) => value.as_str().is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => value.as_str().is_some_and(|text| text.ends_with(suffix)),
            Self::Exists(wanted) => *wanted,
            Self::AnythingBut(refused) => !refused.iter().any(|one| same(one, value)),
            Self::AnythingButPrefix(prefix) => value.as_str().is_some_and(|text| !text.starts_with(prefix)),
            Self::Numeric(bounds) => value
                .as_f64()
                .is_some_and(|number| bounds.iter().all(|(comparison, bound)| comparison.holds(number, *bound))),
        }
    }
}

impl Comparison {
    fn of(sign: &str) -> Option<Self> {
        match sign {
            "<" => Some(Self::Less),
            "<=" => Some(Self::AtMost),
            "=" => Some(Self::Equal),
            ">=" => Some(Self::AtLeast),
            ">" => Some(Self::Greater),
            _ => None,
        }
    }

    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Less => number < bound,
            Self::AtMost => number <= bound,
            Self::Equal => (number - bound).abs() < f64::EPSILON,
            Self::AtLeast => number >= bound,
            Self::Greater => number > bound,
        }
    }
}

fn numeric(parts: &[Value]) -> Option<Vec<(Comparison, f64)>> {
    let pairs = parts.chunks(2).map(|pair| match pair {
        [sign, bound] => Some((Comparison::of(sign.as_str()?)?, bound.as_f64()?)),
        _ => None,
    });
    pairs.collect::<Option<Vec<_>>>().filter(|bounds| !bounds.is_empty())
}

fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => Comparison::Equal.holds(left, right),
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(pattern: Value, event: &Value) -> bool {
        Pattern::parse(&pattern.to_string()).unwrap().matches(event)
    }

    #[test]
    fn every_field_must_match_and_any_listed_value_suffices() {
        let event = json!({"eventName": "INSERT", "dynamodb": {"NewImage": {"model": {"S": "Client"}}}});
        assert!(matches(json!({"eventName": ["MODIFY", "INSERT"]}), &event));
        assert!(matches(json!({"dynamodb": {"NewImage": {"model": {"S": ["Client"]}}}}), &event));
        assert!(!matches(json!({"eventName": ["REMOVE"]}), &event));
        assert!(!matches(
            json!({"eventName": ["INSERT"], "dynamodb": {"OldImage": {"model": {"S": ["Client"]}}}}),
            &event
        ));
    }

    #[test]
    fn exists_asks_for_a_leaf_or_for_its_absence() {
        let event = json!({"dynamodb": {"NewImage": {"model": {"S": "Client"}}}});
        assert!(matches(json!({"dynamodb": {"NewImage": {"model": {"S": [{"exists": true}]}}}}), &event));
        assert!(matches(json!({"dynamodb": {"OldImage": {"model": {"S": [{"exists": false}]}}}}), &event));
        assert!(!matches(json!({"dynamodb": {"OldImage": {"model": {"S": [{"exists": true}]}}}}), &event));
        assert!(!matches(json!({"dynamodb": {"NewImage": {"model": [{"exists": true}]}}}), &event));
    }

    #[test]
    fn prefix_suffix_anything_but_and_numeric_compare_values() {
        let event = json!({"name": "ORG#1", "count": 5, "tags": ["a", "b"]});
        assert!(matches(json!({"name": [{"prefix": "ORG#"}]}), &event));
        assert!(matches(json!({"name": [{"suffix": "#1"}]}), &event));
        assert!(!matches(json!({"name": [{"anything-but": ["ORG#1"]}]}), &event));
        assert!(matches(json!({"name": [{"anything-but": {"prefix": "USER#"}}]}), &event));
        assert!(matches(json!({"count": [{"numeric": [">", 0, "<=", 5]}]}), &event));
        assert!(!matches(json!({"count": [{"numeric": [">", 5]}]}), &event));
        assert!(matches(json!({"count": [5.0]}), &event));
        assert!(matches(json!({"tags": ["b"]}), &event));
    }

    #[test]
    fn an_event_needs_one_of_several_patterns_and_no_pattern_takes_all() {
        let patterns = [r#"{"a":[1]}"#, r#"{"b":[2]}"#].map(|pattern| Pattern::parse(pattern).unwrap());
        assert!(matches_any(&patterns, &json!({"b": 2})));
        assert!(!matches_any(&patterns, &json!({"a": 2, "b": 1})));
        assert!(matches_any(&[], &json!({})));
    }

    #[test]
    fn an_unknown_test_is_refused_and_not_skipped() {
        for pattern in ["[]", "{", r#"{"a":"b"}"#, r#"{"a":[{"cidr":"10.0.0.0/8"}]}"#, r#"{"a":[{"numeric":[">"]}]}"#] {
            assert!(Pattern::parse(pattern).is_err(), "{pattern}");
        }
    }
}
