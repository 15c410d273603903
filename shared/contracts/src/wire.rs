//! Reading bodies so that every wrong field is reported at once, and so that numbers stay exact.
//!
//! A body's struct has a [`Field`] for each value. Reading a field never fails: what is wrong with
//! it is kept, and the mapper collects it under the field's name with [`required`], [`optional`],
//! [`text`], [`patch`] and their like.

mod checked;
pub mod form;
mod sent;
mod values;

use std::collections::BTreeMap;
use std::fmt;

use domain::{FieldErrors, Patch};
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::Problem;

pub use sent::SentObject;
pub use values::{Bounded, FromWire, OrEmpty, no_choice, read_date, read_integer, read_timestamp, text_as_sent};

/// How deep a body may be nested.
pub const MAX_DEPTH: usize = 64;

/// One value of a body.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Field<T> {
    /// The body does not mention it.
    #[default]
    Absent,
    /// The body says null.
    Null,
    /// The body has empty text where no text is expected, which means null; a new object takes the field's default, if
    /// it has one. Of a field that is needed it is [`Wrong`](Self::Wrong).
    Empty,
    /// The body has a good value.
    Value(T),
    /// The body has a value that cannot be taken; this is why.
    Wrong(String),
}

impl<T> Field<T> {
    /// Whether nothing is sent for it.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::Absent | Self::Null | Self::Empty)
    }

    /// The same field; left out, if it is empty text.
    #[must_use]
    pub fn unless_empty(self) -> Self {
        match self {
            Self::Empty => Self::Absent,
            other => other,
        }
    }

    /// The same field with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Empty => Field::Empty,
            Self::Value(value) => Field::Value(change(value)),
            Self::Wrong(message) => Field::Wrong(message),
        }
    }
}

/// Whether an object must have a field to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
}

impl<T: FromWire> Field<T> {
    fn read(raw: &str, need: Need) -> Self {
        match (raw, need) {
            ("null", _) => Self::Null,
            (raw, Need::Required) if is_empty::<T>(raw) => Self::Wrong(REQUIRED.to_owned()),
            (raw, Need::Optional) if is_empty::<T>(raw) => Self::Empty,
            (raw, Need::Required | Need::Optional) => T::from_wire(raw).map_or_else(Self::Wrong, Self::Value),
        }
    }
}

fn is_empty<T: FromWire>(raw: &str) -> bool {
    !T::IS_TEXT && raw.starts_with('"') && String::from_wire(raw).is_ok_and(|text| text.is_empty())
}

/// The fields of an object, before they are read.
#[derive(Debug)]
pub struct RawFields<'a>(BTreeMap<String, &'a RawValue>);

impl RawFields<'_> {
    /// Reads a field.
    #[must_use]
    pub fn field<T: FromWire>(&self, name: &str, need: Need) -> Field<T> {
        self.0.get(name).map_or(Field::Absent, |raw| Field::read(raw.get(), need))
    }
}

/// An object that a client sends. [`body!`] implements it.
pub trait Body: Sized {
    /// Reads the fields.
    fn read(fields: &RawFields<'_>) -> Self;
}

/// Reads a body that must be a JSON object. Of a key that is there twice, the last one holds.
///
/// # Errors
/// Not JSON, not UTF-8, nested deeper than [`MAX_DEPTH`], or no object.
pub fn parse_object<T: Body>(bytes: &[u8]) -> Result<T, Problem> {
    read_object(json_text(bytes)?).map_err(Problem::from)
}

fn json_text(bytes: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(bytes).map_err(malformed)?;
    check_depth(bytes)?;
    Ok(text)
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Syntax(error) => malformed(error),
            Unread::NotAnObject(message) => FieldErrors::one(FieldErrors::NON_FIELD, message).into(),
        }
    }
}

/// Reads an object that stands inside a body.
///
/// # Errors
/// Why it cannot be taken.
pub fn nested<T: Body>(raw: &str) -> Result<T, String> {
    read_object(raw).map_err(|unread| match unread {
        Unread::Syntax(error) => error.to_string(),
        Unread::NotAnObject(message) => message,
    })
}

enum Unread {
    Syntax(serde_json::Error),
    NotAnObject(String),
}

fn read_object<T: Body>(text: &str) -> Result<T, Unread> {
    Ok(T::read(&RawFields(fields_of(text)?)))
}

/// Of a key that is there twice, the map keeps the last.
fn fields_of(text: &str) -> Result<BTreeMap<String, &RawValue>, Unread> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            let kind = values::kind(text.trim_start());
            Unread::NotAnObject(format!("{NOT_AN_OBJECT}, but got {kind}."))
        } else {
            Unread::Syntax(error)
        }
    })
}

fn malformed(error: impl fmt::Display) -> Problem {
    Problem::Malformed(format!("JSON parse error - {error}"))
}

/// Counts brackets outside strings, so that nothing recurses over what a stranger nested.
fn check_depth(bytes: &[u8]) -> Result<(), Problem> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(malformed(format!("nested deeper than {MAX_DEPTH} levels")));
        }
    }
    Ok(())
}

/// How the message begins when a body is JSON and no object.
pub const NOT_AN_OBJECT: &str = "Invalid data. Expected a dictionary";
/// What a field says when it is left out.
pub const REQUIRED: &str = "This field is required.";
/// What a field says when it is null and has no empty value.
pub const NOT_NULL: &str = "This field may not be null.";

/// The value of a field that must be there.
pub fn required<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    if matches!(field, Field::Absent) {
        errors.add(name, REQUIRED);
    }
    optional(errors, name, field)
}

/// The value of a field that may be left out, but not null.
pub fn optional<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    match field {
        Field::Absent => None,
        Field::Null | Field::Empty => {
            errors.add(name, NOT_NULL);
            None
        }
        Field::Value(value) => Some(value),
        Field::Wrong(message) => {
            errors.add(name, message);
            None
        }
    }
}

/// The value of a field that has a default: empty text stands for leaving it out, null does not.
pub fn defaulted<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    optional(errors, name, field.unless_empty())
}

/// The value of a field that may be left out, which null and empty text stand for too.
pub fn or_null<T>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    match field {
        Field::Null | Field::Empty => None,
        other => optional(errors, name, other),
    }
}

/// The value of a field whose null means empty, such as an optional text.
pub fn text<T: Default>(errors: &mut FieldErrors, name: &str, field: Field<T>) -> Option<T> {
    match field {
        Field::Null | Field::Empty => Some(T::default()),
        other => optional(errors, name, other),
    }
}

/// The change that a field asks for; null and empty text empty it.
pub fn patch<T>(errors: &mut FieldErrors, name: &str, field: Field<OrEmpty<T>>) -> Patch<T> {
    match field {
        Field::Absent => Patch::Keep,
        Field::Null | Field::Empty | Field::Value(OrEmpty(None)) => Patch::Clear,
        Field::Value(OrEmpty(Some(value))) => Patch::Set(value),
        Field::Wrong(message) => {
            errors.add(name, message);
            Patch::Keep
        }
    }
}

/// The value of a field that has no empty state, where null and empty text stand for leaving it out.
pub fn or_default<T>(errors: &mut FieldErrors, name: &str, field: Field<OrEmpty<T>>) -> Option<T> {
    patch(errors, name, field).into_option()
}

/// The value of a field that may be changed but not emptied.
pub fn not_emptied<T>(errors: &mut FieldErrors, name: &str, field: Field<OrEmpty<T>>) -> Option<T> {
    match patch(errors, name, field) {
        Patch::Keep => None,
        Patch::Set(value) => Some(value),
        Patch::Clear => {
            errors.add(name, NOT_NULL);
            None
        }
    }
}

/// Checks the parent that a nested body repeats: it is the path's, or left out.
pub fn check_parent<T: PartialEq>(errors: &mut FieldErrors, name: &str, sent: Field<OrEmpty<T>>, path: T) {
    if or_default(errors, name, sent).is_some_and(|sent| sent != path) {
        errors.add(name, "This is not the object that the path names.");
    }
}

/// A schema with a description.
#[must_use]
pub fn described(schema: RefOr<Schema>, about: &str) -> RefOr<Schema> {
    let about = about.trim().to_owned();
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.description = Some(about);
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.description = Some(about);
            RefOr::T(Schema::Array(array))
        }
        RefOr::Ref(mut reference) => {
            reference.description = about;
            RefOr::Ref(reference)
        }
        other @ RefOr::T(_) => other,
    }
}

/// Declares a body: its fields as they are read, and its schema, from the same lines.
///
/// `required` and `optional` say what the schema says, and what empty text means where no text is expected; else the
/// mapper decides.
macro_rules! body {
    (@need required) => { $crate::wire::Need::Required };
    (@need optional) => { $crate::wire::Need::Optional };
    (@name $field:ident) => { stringify!($field).trim_start_matches("r#") };
    (
        $(#[doc = $about:literal])+
        $name:ident {
            $($(#[doc = $field_about:literal])+ $need:ident $field:ident: $type:ty,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[doc = $field_about])+ pub $field: $crate::wire::Field<$type>,)+
        }

        impl $crate::wire::Body for $name {
            fn read(fields: &$crate::wire::RawFields<'_>) -> Self {
                Self { $($field: fields.field($crate::wire::body!(@name $field), $crate::wire::body!(@need $need)),)+ }
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let mut object = utoipa::openapi::schema::Object::new();
                object.description = Some(concat!($($about, "\n"),+).trim().replace("\n ", "\n"));
                $(
                    let name = $crate::wire::body!(@name $field).to_owned();
                    if $crate::wire::body!(@need $need) == $crate::wire::Need::Required {
                        object.required.push(name.clone());
                    }
                    let about = concat!($($field_about),+);
                    let schema = <$type as $crate::wire::FromWire>::schema();
                    object.properties.insert(name, $crate::wire::described(schema, about));
                )+
                object.into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}
pub(crate) use body;

#[cfg(test)]
mod tests {
    use super::*;
    use domain::text::{Name, ShortText};

    body! {
        /// A thing.
        ThingBody {
            /// Its name.
            required name: Name,
            /// Its kind.
            optional r#type: ShortText,
            /// How many.
            optional count: u32,
        }
    }

    fn thing(json: &str) -> ThingBody {
        parse_object(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_field_is_absent_null_good_or_wrong_and_never_fails_the_body() {
        let ThingBody { name, r#type, count } = thing(r#"{"name": null, "count": "x", "other": [1e999]}"#);
        assert_eq!(name, Field::Null);
        assert_eq!(r#type, Field::Absent);
        assert_eq!(count, Field::Wrong("A valid integer is required.".into()));
        assert_eq!(thing(r#" {"type": "a\u0062"} "#).r#type, Field::Value(ShortText::parse("ab").unwrap()));
    }

    #[test]
    fn the_last_of_two_keys_holds() {
        assert_eq!(thing(r#"{"count": 1, "count": 2}"#).count, Field::Value(2));
    }

    #[test]
    fn what_is_not_json_is_malformed_and_what_is_no_object_is_invalid() {
        let read = |bytes: &[u8]| parse_object::<ThingBody>(bytes).unwrap_err();
        for bad in
            [&b""[..], b" ", b"{", b"{}x", b"{} {}", b"nul", b"\xff{}", br#"{"\ud800": 1}"#, br#"{"a": 01}"#, b"{a: 1}"]
        {
            assert!(
                matches!(read(bad), Problem::Malformed(text) if text.starts_with("JSON parse error - ")),
                "{bad:?}"
            );
        }
        for (bad, kind) in [("[]", "list"), (" \"a\"", "str"), ("1", "int"), ("1.5", "float"), ("null", "NoneType")] {
            let message = format!("Invalid data. Expected a dictionary, but got {kind}.");
            assert_eq!(read(bad.as_bytes()), FieldErrors::one("non_field_errors", message).into(), "{bad}");
        }
    }

    #[test]
    fn nesting_is_bounded_and_brackets_in_strings_do_not_count() {
        let nest = |depth: usize| format!(r#"{{"other": {}{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(parse_object::<ThingBody>(nest(64).as_bytes()).is_ok());
        assert!(matches!(parse_object::<ThingBody>(nest(65).as_bytes()), Err(Problem::Malformed(_))));
        let text = format!(r#"{{"type": "\"{}"}}"#, "[".repeat(100));
        assert!(matches!(thing(&text).r#type, Field::Value(_)));
    }

    #[test]
    fn every_wrong_field_is_named() {
        let ThingBody { name, r#type, count } = thing(r#"{"type": 7, "count": null}"#);
        let mut errors = FieldErrors::new();
        assert_eq!(required(&mut errors, "name", name), None);
        assert_eq!(text(&mut errors, "type", r#type), None);
        assert_eq!(optional(&mut errors, "count", count), None);
        let words = "name: This field is required.; type: Not a valid string.; count: This field may not be null.";
        assert_eq!(errors.to_string(), words);
    }

    #[test]
    fn null_and_empty_text_may_stand_for_leaving_out() {
        let mut errors = FieldErrors::new();
        let mut read = |raw: &str| or_null(&mut errors, "count", Field::<u32>::read(raw, Need::Optional));
        assert_eq!((read("null"), read("0"), read("\"\""), read("\"x\"")), (None, Some(0), None, None));
        assert_eq!(or_null(&mut errors, "other", Field::<u32>::Absent), None);
        assert_eq!(errors.to_string(), "count: A valid integer is required.");
    }

    #[test]
    fn null_and_empty_text_empty_an_optional_field() {
        let mut errors = FieldErrors::new();
        let mut read = |raw: &str| patch(&mut errors, "sku", Field::<OrEmpty<Name>>::read(raw, Need::Optional));
        assert_eq!((read("null"), read("\"\""), read("\" \"")), (Patch::Clear, Patch::Clear, Patch::Clear));
        assert_eq!(read("\"A\""), Patch::Set(Name::parse("A").unwrap()));
        assert_eq!(read("1"), Patch::Keep);
        assert_eq!(errors.to_string(), "sku: Not a valid string.");
    }

    #[test]
    fn empty_text_where_none_is_expected_is_null_or_missing() {
        for raw in ["\"\"", "\" \\n\"", "\"\\u200b\""] {
            assert_eq!(Field::<u32>::read(raw, Need::Optional), Field::Empty, "{raw}");
            assert_eq!(Field::<u32>::read(raw, Need::Required), Field::Wrong(REQUIRED.into()), "{raw}");
            assert_eq!(Field::<ShortText>::read(raw, Need::Required), Field::Value(ShortText::default()), "{raw}");
        }
        let mut errors = FieldErrors::new();
        assert_eq!(defaulted::<u32>(&mut errors, "a", Field::Empty), None);
        assert_eq!(or_null::<u32>(&mut errors, "a", Field::Empty), None);
        assert_eq!(text::<Vec<u32>>(&mut errors, "a", Field::Empty), Some(vec![]));
        assert_eq!(patch::<u32>(&mut errors, "a", Field::Empty), Patch::Clear);
        assert!(errors.is_empty());
        assert_eq!(optional::<u32>(&mut errors, "a", Field::Empty), None);
        assert_eq!(not_emptied::<u32>(&mut errors, "b", Field::Empty), None);
        assert_eq!(errors.to_string(), "a: This field may not be null.; b: This field may not be null.");
    }

    #[test]
    fn the_schema_names_what_is_required_and_describes_each_field() {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(ThingBody::schema()).unwrap();
        assert_eq!(schema["required"], serde_json::json!(["name"]));
        assert_eq!(schema["properties"]["type"]["description"], "Its kind.");
        assert_eq!(schema["properties"]["name"]["maxLength"], 255);
    }
}
