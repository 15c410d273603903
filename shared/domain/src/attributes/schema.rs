//! The rules that attribute values must keep.

use jiff::civil::Date;

use super::{Attribute, AttributeType, Attributes};
use crate::error::FieldErrors;
use crate::json::{Number, Value};
use crate::number::Digits;
use crate::text::parse_bool;

/// The definitions of one kind of object. Empty where no rule binds: contracts that do not know
/// attributes write with [`Schema::default`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Schema<'a>(&'a [Attribute]);

const FIELD: &str = "attributes";
const REQUIRED: &str = "This field is required.";
const NOT_NULL: &str = "This field may not be null.";
const NOT_BLANK: &str = "This field may not be blank.";
/// How many wrong choices of one value are named; a short array could ask for a long answer.
const MAX_WRONG_CHOICES: usize = 20;

impl<'a> Schema<'a> {
    /// The rules of these definitions, which are all of one kind of object.
    #[must_use]
    pub const fn new(definitions: &'a [Attribute]) -> Self {
        Self(definitions)
    }

    /// The values as the definitions mean them: of another type than text, empty text is null, and a number or a
    /// truth value may be sent as text.
    #[must_use]
    pub fn read(self, values: Attributes) -> Attributes {
        self.read_beside(&Attributes::default(), values)
    }

    /// The values as the definitions mean them, but for what an object has already: that comes back as it was read.
    #[must_use]
    pub fn read_beside(self, current: &Attributes, values: Attributes) -> Attributes {
        let mut values = values.into_map();
        for attribute in self.0 {
            let name = attribute.name.as_str();
            if let Some(value) = values.get_mut(name)
                && current.get(name) != Some(&*value)
                && let Some(meant) = meant(attribute, value)
            {
                *value = meant;
            }
        }
        Attributes(values)
    }

    /// What is wrong with the values of a new object: messages under `attributes`, in the order of
    /// the definitions. Keys that no attribute defines are not looked at.
    #[must_use]
    pub fn validate_create(self, values: &Attributes) -> FieldErrors {
        self.validate(values, |_| true)
    }

    /// What is wrong with values that replace those of an object: the same as for a new one, but for what the object
    /// has already.
    #[must_use]
    pub fn validate_replace(self, current: &Attributes, values: &Attributes) -> FieldErrors {
        self.validate(values, |key| current.get(key) != values.get(key))
    }

    fn validate(self, values: &Attributes, is_new: impl Fn(&str) -> bool) -> FieldErrors {
        let mut errors = FieldErrors::new();
        for attribute in self.0.iter().filter(|attribute| is_new(attribute.name.as_str())) {
            match values.get(attribute.name.as_str()) {
                None if attribute.is_required => refuse(&mut errors, attribute, REQUIRED),
                Some(Value::Null) if attribute.is_required => refuse(&mut errors, attribute, NOT_NULL),
                None | Some(Value::Null) => {}
                Some(value) => check(&mut errors, attribute, value),
            }
        }
        errors
    }

    /// The values after a change key by key: null removes a key, and every other value is set. What
    /// the change does not mention, or mentions as it is, stays, whether or not it still suits the definitions.
    ///
    /// # Errors
    /// A value of the wrong type, a required one removed, or more than an object carries.
    pub fn merge(self, current: &Attributes, patch: Attributes) -> Result<Attributes, FieldErrors> {
        let mut errors = FieldErrors::new();
        let patch = self.read_beside(current, patch);
        for attribute in self.0 {
            match patch.get(attribute.name.as_str()) {
                sent if sent == current.get(attribute.name.as_str()) => {}
                Some(Value::Null) if attribute.is_required => refuse(&mut errors, attribute, NOT_NULL),
                None | Some(Value::Null) => {}
                Some(value) => check(&mut errors, attribute, value),
            }
        }
        let mut merged = current.as_map().clone();
        for (key, value) in patch.into_map() {
            if value.is_null() {
                merged.shift_remove(&key);
            } else {
                merged.insert(key, value);
            }
        }
        let merged = errors.take(FIELD, Attributes::parse(merged));
        errors.into_result()?;
        Ok(merged.unwrap_or_default())
    }
}

fn refuse(errors: &mut FieldErrors, attribute: &Attribute, message: &str) {
    errors.add(FIELD, format!("{}: {message}", attribute.name));
}

/// What a value means, if it is not what it says.
fn meant(attribute: &Attribute, value: &Value) -> Option<Value> {
    match (attribute.attribute_type, value) {
        (AttributeType::Text, _) => None,
        // Of a required attribute it is refused, as a missing value is.
        (_, Value::String(text)) if text.is_empty() => (!attribute.is_required).then_some(Value::Null),
        (AttributeType::Number, Value::String(text)) => number(text).map(Value::Number),
        (AttributeType::Boolean, Value::String(text)) => parse_bool(text).map(Value::Bool),
        (AttributeType::Number | AttributeType::Boolean, _) => None,
        (AttributeType::Date | AttributeType::List | AttributeType::File, _) => None,
    }
}

/// The number that is sent as text, which has no exponent.
fn number(text: &str) -> Option<Number> {
    let digits = Digits::typed(text)?;
    // JSON writes no zeros before the digits, and digits on both sides of the point.
    Number::parse(text).or_else(|| Number::parse(&digits.within(38, 38)?))
}

fn check(errors: &mut FieldErrors, attribute: &Attribute, value: &Value) {
    let empty = value.as_str() == Some("");
    let wrong = match attribute.attribute_type {
        AttributeType::Text if empty => attribute.is_required.then_some(NOT_BLANK),
        _ if empty => Some(REQUIRED),
        AttributeType::Text => (!value.is_string()).then_some("Not a valid string."),
        AttributeType::Number => (!value.is_number()).then_some("A valid number is required."),
        AttributeType::Boolean => (!matches!(value, Value::Bool(_))).then_some("Must be a valid boolean."),
        AttributeType::Date => (!value.as_str().is_some_and(is_date))
            .then_some("Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
        AttributeType::File => (!value.as_str().is_some_and(is_web_url)).then_some("Enter a valid URL."),
        AttributeType::List => return check_choices(errors, attribute, value),
    };
    if let Some(message) = wrong {
        refuse(errors, attribute, message);
    }
}

fn check_choices(errors: &mut FieldErrors, attribute: &Attribute, value: &Value) {
    let chosen = value.as_array().unwrap_or_else(|| std::slice::from_ref(value));
    let is_listed = |choice: &&Value| choice.as_str().is_some_and(|text| attribute.list_values.contains(text));
    for choice in chosen.iter().filter(|choice| !is_listed(choice)).take(MAX_WRONG_CHOICES) {
        refuse(errors, attribute, &format!("\"{}\" is not a valid choice.", shown(choice)));
    }
}

/// As much of a refused value as helps the caller to find it.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.chars().take(100).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) => "[…]".to_owned(),
        Value::Object(_) => "{…}".to_owned(),
    }
}

/// The parser also reads other forms of ISO 8601; only the one with hyphens is exactly ten bytes.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && text.parse::<Date>().is_ok()
}

fn is_web_url(text: &str) -> bool {
    text.len() <= 2000
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::attributes::{AttributeName, EntityName, ListValues, NewAttribute};
    use crate::id::AttributeId;
    use crate::text::Name;

    fn attribute(name: &str, attribute_type: AttributeType, is_required: bool) -> Attribute {
        let new = NewAttribute {
            entity: EntityName::Client,
            name: AttributeName::parse(name).unwrap(),
            label: Name::parse(name).unwrap(),
            attribute_type,
            is_required,
            list_values: ListValues::parse(["Tech", "Health"]).unwrap(),
        };
        Attribute::new(AttributeId::new(Uuid::nil()), new, Timestamp::UNIX_EPOCH).unwrap()
    }

    fn values(value: serde_json::Value) -> Attributes {
        match value.into() {
            Value::Object(fields) => Attributes::parse(fields).unwrap(),
            other => panic!("{other} is no object"),
        }
    }

    fn messages(errors: &FieldErrors) -> Vec<String> {
        errors
            .iter()
            .flat_map(|(field, messages)| {
                assert_eq!(field, "attributes");
                messages.to_vec()
            })
            .collect()
    }

    #[test]
    fn a_required_attribute_must_be_there_and_not_null() {
        let definitions = [
            attribute("industry", AttributeType::Text, true),
            attribute("size", AttributeType::Number, true),
            attribute("since", AttributeType::Date, false),
        ];
        let schema = Schema::new(&definitions);
        let wrong = schema.validate_create(&values(json!({ "size": null, "since": null, "other": null })));
        assert_eq!(messages(&wrong), ["industry: This field is required.", "size: This field may not be null."]);
        assert_eq!(schema.validate_create(&Attributes::default()).to_string().matches("required").count(), 2);
        assert!(schema.validate_create(&values(json!({ "industry": "Tech", "size": 0 }))).is_empty());
    }

    #[test]
    fn a_value_must_be_of_its_attributes_type() {
        let table = [
            (AttributeType::Text, vec![json!(""), json!("Tech")], vec![json!(1), json!(true), json!(["a"]), json!({})]),
            (
                AttributeType::Number,
                vec![json!(0), json!(-1.5), json!(1e300)],
                vec![json!("x"), json!("1e3"), json!("1,5"), json!(true), json!([])],
            ),
            (AttributeType::Boolean, vec![json!(true), json!(false)], vec![json!("yes"), json!(1), json!([true])]),
            (
                AttributeType::Date,
                vec![json!("2024-02-29")],
                vec![
                    json!("2023-02-29"),
                    json!("2024-2-9"),
                    json!("20240229"),
                    json!("2024-02-29T00:00:00Z"),
                    json!("+002024-02"),
                    json!("2024-W09-4"),
                    json!(20_240_229),
                ],
            ),
            (
                AttributeType::File,
                vec![json!("https://files.example.com/a.png?x=1"), json!("http://127.0.0.1:3000/a")],
                vec![
                    json!("ftp://example.com/a"),
                    json!("javascript:alert(1)"),
                    json!("a.png"),
                    json!("https://"),
                    json!("https://example.com/a b"),
                    json!(format!("https://example.com/{}", "a".repeat(2000))),
                    json!(1),
                ],
            ),
            (
                AttributeType::List,
                vec![json!("Tech"), json!(["Health", "Tech"]), json!([])],
                vec![json!("tech"), json!(["Tech", "Other"]), json!([["Tech"]]), json!({}), json!(1)],
            ),
        ];
        for (attribute_type, good, bad) in table {
            let definitions = [attribute("it", attribute_type, false)];
            let schema = Schema::new(&definitions);
            for value in good {
                assert!(schema.validate_create(&values(json!({ "it": value }))).is_empty(), "{attribute_type} {value}");
            }
            for value in bad {
                let wrong = schema.validate_create(&values(json!({ "it": value })));
                assert_eq!(messages(&wrong).len(), 1, "{attribute_type} {value}");
            }
        }
    }

    #[test]
    fn empty_text_is_null_and_what_has_one_reading_is_read() {
        let table = [
            (AttributeType::Number, "", "null"),
            (AttributeType::Number, " 42 ", "42"),
            (AttributeType::Number, "1.50", "1.50"),
            (AttributeType::Number, "-007", "-7"),
            (AttributeType::Number, ".5", "0.5"),
            (AttributeType::Boolean, "", "null"),
            (AttributeType::Boolean, "True", "true"),
            (AttributeType::Boolean, "0", "false"),
            (AttributeType::Date, "\u{200b}", "null"),
            (AttributeType::Date, " 2024-02-29", "\"2024-02-29\""),
            (AttributeType::List, "", "null"),
            (AttributeType::List, "Tech ", "\"Tech\""),
            (AttributeType::File, " ", "null"),
            (AttributeType::Text, "  ", "\"\""),
            (AttributeType::Text, "42", "\"42\""),
        ];
        for (attribute_type, sent, kept) in table {
            let definitions = [attribute("it", attribute_type, false)];
            let schema = Schema::new(&definitions);
            let read = schema.read(values(json!({ "it": sent })));
            assert_eq!(read.get("it").map(ToString::to_string).as_deref(), Some(kept), "{attribute_type} {sent:?}");
            assert!(schema.validate_create(&read).is_empty(), "{attribute_type} {sent:?}");
        }
    }

    #[test]
    fn empty_text_for_a_required_attribute_is_none() {
        let current = values(json!({ "it": "before" }));
        for attribute_type in AttributeType::ALL {
            let definitions = [attribute("it", attribute_type, true)];
            let schema = Schema::new(&definitions);
            let expected = match attribute_type {
                AttributeType::Text => "it: This field may not be blank.",
                _ => "it: This field is required.",
            };
            let sent = values(json!({ "it": " " }));
            assert_eq!(messages(&schema.validate_create(&schema.read(sent.clone()))), [expected]);
            assert_eq!(messages(&schema.merge(&current, sent).unwrap_err()), [expected]);
        }
    }

    #[test]
    fn choices_that_are_not_listed_are_named_up_to_a_bound() {
        let definitions = [attribute("industry", AttributeType::List, false)];
        let wrong = Schema::new(&definitions).validate_create(&values(json!({ "industry": ["A", "Tech", 5, ["x"]] })));
        assert_eq!(
            messages(&wrong),
            [
                "industry: \"A\" is not a valid choice.",
                "industry: \"5\" is not a valid choice.",
                "industry: \"[…]\" is not a valid choice.",
            ]
        );
        let many = Schema::new(&definitions).validate_create(&values(json!({ "industry": vec![0; 1000] })));
        assert_eq!(messages(&many).len(), 20);
    }

    #[test]
    fn a_merge_sets_and_removes_key_by_key() {
        let definitions = [attribute("industry", AttributeType::Text, true)];
        let current = values(json!({ "industry": "Tech", "a": 1, "b": 2, "c": 3 }));
        let merged =
            Schema::new(&definitions).merge(&current, values(json!({ "a": null, "c": [4], "x": null, "d": 5 })));
        assert_eq!(
            merged.map(|m| serde_json::to_string(&m).unwrap()),
            Ok(r#"{"industry":"Tech","b":2,"c":[4],"d":5}"#.to_owned())
        );
    }

    #[test]
    fn a_merge_neither_removes_a_required_attribute_nor_sets_a_wrong_type() {
        let definitions =
            [attribute("industry", AttributeType::Text, true), attribute("size", AttributeType::Number, false)];
        let schema = Schema::new(&definitions);
        let current = values(json!({ "industry": "Tech", "size": 1 }));
        let wrong = schema.merge(&current, values(json!({ "size": "big", "industry": null }))).unwrap_err();
        assert_eq!(messages(&wrong), ["industry: This field may not be null.", "size: A valid number is required."]);
    }

    #[test]
    fn a_value_that_is_there_already_may_come_back_though_it_suits_the_definitions_no_longer() {
        let definitions = [
            attribute("industry", AttributeType::List, true),
            attribute("size", AttributeType::Number, true),
            attribute("since", AttributeType::Date, true),
        ];
        let schema = Schema::new(&definitions);
        let current = values(json!({ "industry": "Gone", "size": "big" }));
        let wrong = |errors: &FieldErrors| messages(errors).len();
        assert_eq!(wrong(&schema.validate_create(&current)), 3);
        assert_eq!(wrong(&schema.validate_replace(&current, &current)), 0);
        assert_eq!(schema.merge(&current, current.clone()), Ok(current.clone()));
        let changed = values(json!({ "industry": "Gone too", "size": "big" }));
        assert_eq!(wrong(&schema.validate_replace(&current, &changed)), 1);
        assert_eq!(wrong(&schema.merge(&current, changed).unwrap_err()), 1);
        // What goes away with a replacement must not have been required.
        assert_eq!(wrong(&schema.validate_replace(&current, &values(json!({ "size": "big" })))), 1);
    }

    #[test]
    fn a_merge_looks_only_at_the_keys_that_were_sent() {
        let definitions =
            [attribute("industry", AttributeType::Text, true), attribute("size", AttributeType::Number, true)];
        let before_the_rule = values(json!({ "size": "big" }));
        let merged = Schema::new(&definitions).merge(&before_the_rule, values(json!({ "other": 1 })));
        assert_eq!(merged, Ok(values(json!({ "size": "big", "other": 1 }))));
    }

    #[test]
    fn a_merge_may_not_outgrow_the_object() {
        let keys = |prefix: &str| {
            values(serde_json::Value::Object((0..60).map(|i| (format!("{prefix}{i}"), json!(i))).collect()))
        };
        let wrong = Schema::default().merge(&keys("a"), keys("b")).unwrap_err();
        assert_eq!(messages(&wrong), ["Ensure this field has no more than 100 keys."]);
    }
}
