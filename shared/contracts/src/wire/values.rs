//! How single values are read, and how the reference shows them.

use std::fmt::Display;
use std::str::FromStr;

use domain::id::EntryId;
use domain::json::{self, Map, Value};
use domain::money::{self, MoneyError};
use domain::number::Digits;
use domain::text::{normalised, parse_bool};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde_json::value::RawValue;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use uuid::Uuid;

/// A value that can be read from JSON text.
pub trait FromWire: Sized {
    /// Whether empty text is a value, or is refused in words of its own. Where it is not, empty text stands for null.
    const IS_TEXT: bool = false;

    /// Reads the JSON text of one value.
    ///
    /// # Errors
    /// The message for the field.
    fn from_wire(raw: &str) -> Result<Self, String>;

    /// How the reference shows it.
    fn schema() -> RefOr<Schema>;
}

/// Text or nothing: null and the empty string are nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct OrEmpty<T>(pub Option<T>);

/// A decimal with at most `INTEGER` digits before the point and `SCALE` after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounded<const INTEGER: u32, const SCALE: u32>(pub Decimal);

/// The type of a JSON value, in the words of Django REST framework.
pub(super) fn kind(raw: &str) -> &'static str {
    match raw.bytes().next() {
        Some(b'{') => "dict",
        Some(b'[') => "list",
        Some(b'"') => "str",
        Some(b't' | b'f') => "bool",
        Some(b'n') | None => "NoneType",
        Some(_) if raw.contains(['.', 'e', 'E']) => "float",
        Some(_) => "int",
    }
}

/// Text as the books keep it.
pub(super) fn string(raw: &str) -> Result<String, String> {
    text_as_sent(raw).map(|text| normalised(&text))
}

/// Text with every character that was sent, for what is not kept as text: passwords, and what is checked for attacks.
///
/// # Errors
/// It is no text.
pub fn text_as_sent(raw: &str) -> Result<String, String> {
    serde_json::from_str(raw).map_err(|_| "Not a valid string.".to_owned())
}

pub(super) fn parsed<T>(text: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// One of a few words. What is echoed of a wrong one is short.
pub(super) fn word<T>(raw: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    let text = string(raw).unwrap_or_else(|_| raw.to_owned());
    parsed(&text.chars().take(64).collect::<String>())
}

/// The digits of a JSON number, which may have an exponent, or of a number in text, which has none.
fn digits(raw: &str) -> Option<Digits> {
    match kind(raw) {
        "str" => Digits::typed(&string(raw).ok()?),
        "int" | "float" => Digits::json(raw),
        _ => None,
    }
}

pub(super) fn decimal(raw: &str, integer_digits: u32, scale: u32) -> Result<Decimal, String> {
    money::decimal(digits(raw).as_ref(), integer_digits, scale).map_err(|error: MoneyError| error.to_string())
}

/// Reads text as an integer of at most `MAX` and not below 0.
///
/// # Errors
/// The message for the field.
pub fn read_integer<T: FromStr + Display>(text: &str, max: T) -> Result<T, String> {
    integer(Digits::typed(text).as_ref(), max)
}

fn integer<T: FromStr + Display>(digits: Option<&Digits>, max: T) -> Result<T, String> {
    // No integer that is read here has more digits.
    const DIGITS: u32 = 20;
    let digits = digits.filter(|digits| digits.after_point() == 0).ok_or("A valid integer is required.")?;
    if digits.is_negative() {
        return Err("Ensure this value is greater than or equal to 0.".to_owned());
    }
    let number = digits.within(DIGITS, 0).and_then(|plain| plain.parse().ok());
    number.ok_or_else(|| format!("Ensure this value is less than or equal to {max}."))
}

pub(super) fn of_type(schema_type: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(schema_type)
}

pub(super) fn formatted(format: KnownFormat) -> ObjectBuilder {
    of_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}

pub(super) fn decimal_schema(integer_digits: u32, scale: u32) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type([Type::String, Type::Number].into_iter().collect::<SchemaType>())
        .format(Some(SchemaFormat::Custom("decimal".into())))
        .pattern(Some(format!("^\\d{{1,{integer_digits}}}(\\.\\d{{1,{scale}}})?$")))
        .into()
}

pub(super) fn words_schema<'a>(words: impl IntoIterator<Item = &'a str>) -> RefOr<Schema> {
    of_type(Type::String).enum_values(Some(words.into_iter().map(str::to_owned))).into()
}

/// What a client is told of a word that is not among those that there are, in Django REST framework's words. What is
/// echoed of it is short.
#[must_use]
pub fn no_choice(word: &str) -> String {
    format!("\"{}\" is not a valid choice.", word.chars().take(64).collect::<String>())
}

/// Reads a date as `YYYY-MM-DD`, from year 1 on.
///
/// # Errors
/// The message for the field.
pub fn read_date(text: &str) -> Result<Date, String> {
    let wrong = || "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.".to_owned();
    let shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !shaped {
        return Err(wrong());
    }
    text.parse().ok().filter(|date: &Date| date.year() > 0).ok_or_else(wrong)
}

/// Reads an instant as RFC 3339 has it; without an offset it is in UTC, and a date alone is its midnight. Up to nine
/// decimals of a second are kept; an instant with more is refused, because it would not come back as it was sent.
///
/// # Errors
/// The message for the field.
pub fn read_timestamp(text: &str) -> Result<Timestamp, String> {
    const WRONG: &str = "Datetime has wrong format. Use one of these formats instead: \
                         YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z], YYYY-MM-DD.";
    let day = text.get(..10).filter(|_| !text.contains('[')).and_then(|day| read_date(day).ok()).ok_or(WRONG)?;
    let in_utc = |local: DateTime| local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let read = match text.len() {
        10 => in_utc(day.into()),
        _ => text.parse().ok().or_else(|| in_utc(text.parse().ok()?)),
    };
    read.ok_or_else(|| WRONG.to_owned())
}

impl<const INTEGER: u32, const SCALE: u32> FromWire for Bounded<INTEGER, SCALE> {
    fn from_wire(raw: &str) -> Result<Self, String> {
        decimal(raw, INTEGER, SCALE).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        decimal_schema(INTEGER, SCALE)
    }
}

impl FromWire for String {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        string(raw)
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::String).into()
    }
}

impl FromWire for Uuid {
    fn from_wire(raw: &str) -> Result<Self, String> {
        EntryId::from_wire(raw).map(EntryId::uuid)
    }

    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::Uuid).into()
    }
}

impl FromWire for Date {
    fn from_wire(raw: &str) -> Result<Self, String> {
        read_date(&string(raw).unwrap_or_default())
    }

    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::Date).into()
    }
}

impl FromWire for Timestamp {
    fn from_wire(raw: &str) -> Result<Self, String> {
        read_timestamp(&string(raw).unwrap_or_default())
    }

    fn schema() -> RefOr<Schema> {
        formatted(KnownFormat::DateTime).into()
    }
}

impl FromWire for bool {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let read = match kind(raw) {
            "bool" => raw.parse().ok(),
            "str" => string(raw).ok().and_then(|text| parse_bool(&text)),
            _ => None,
        };
        read.ok_or_else(|| "Must be a valid boolean.".to_owned())
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::Boolean).into()
    }
}

macro_rules! read_integers {
    ($($integer:ty: $format:ident),+ $(,)?) => {$(
        impl FromWire for $integer {
            fn from_wire(raw: &str) -> Result<Self, String> {
                integer(digits(raw).as_ref(), Self::MAX)
            }

            fn schema() -> RefOr<Schema> {
                let format = SchemaFormat::KnownFormat(KnownFormat::$format);
                of_type(Type::Integer).format(Some(format)).minimum(Some(0_u32)).into()
            }
        }
    )+};
}

read_integers!(u32: Int32, u64: Int64);

impl<T: FromWire> FromWire for Vec<T> {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let entries: Vec<&RawValue> = serde_json::from_str(raw)
            .map_err(|_| format!("Expected a list of items but got type \"{}\".", kind(raw)))?;
        let (mut list, mut wrong) = (Self::with_capacity(entries.len()), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            match T::from_wire(entry.get()) {
                Ok(value) => list.push(value),
                // A list of a thousand wrong entries needs no thousand messages.
                Err(message) if wrong.len() < 10 => wrong.push(format!("Entry {}: {message}", at + 1)),
                Err(_) => {}
            }
        }
        if wrong.is_empty() && list.len() == entries.len() { Ok(list) } else { Err(wrong.join(" ")) }
    }

    fn schema() -> RefOr<Schema> {
        Array::new(T::schema()).into()
    }
}

/// All texts of an object are normalised.
impl FromWire for Map {
    fn from_wire(raw: &str) -> Result<Self, String> {
        match kind(raw) {
            "dict" => {
                serde_json::from_str(raw).map(json::normalised).map_err(|_| "Value must be valid JSON.".to_owned())
            }
            other => Err(format!("Expected a dictionary of items but got type \"{other}\".")),
        }
    }

    fn schema() -> RefOr<Schema> {
        let mut object = Object::new();
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(true)));
        object.into()
    }
}

/// A value is taken as it is sent.
impl FromWire for Value {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        serde_json::from_str(raw).map_err(|_| "Value must be valid JSON.".to_owned())
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).into()
    }
}

impl<T: FromWire> FromWire for OrEmpty<T> {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        let empty = raw.starts_with('"') && string(raw).is_ok_and(|text| text.is_empty());
        if empty { Ok(Self(None)) } else { T::from_wire(raw).map(|value| Self(Some(value))) }
    }

    fn schema() -> RefOr<Schema> {
        match T::schema() {
            RefOr::T(Schema::Object(mut object)) => {
                object.schema_type = match object.schema_type {
                    SchemaType::Type(one) => [one, Type::Null].into_iter().collect(),
                    SchemaType::Array(some) => some.into_iter().chain([Type::Null]).collect(),
                    SchemaType::AnyValue => SchemaType::AnyValue,
                };
                object.min_length = None;
                RefOr::T(Schema::Object(object))
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::attributes::Attributes;
    use domain::catalogue::ItemType;
    use domain::id::ClientId;
    use domain::money::Price;
    use domain::text::Text;

    #[test]
    fn only_the_right_kind_of_json_is_taken() {
        for wrong in ["\"yes\"", "\"2\"", "1", "0", "[]", "{}", "null", "\"null\""] {
            assert_eq!(bool::from_wire(wrong), Err("Must be a valid boolean.".into()), "{wrong}");
        }
        let wrong_integers = [
            "\"x\"",
            "\"1.5\"",
            "\"1e1\"",
            "\"1_000\"",
            "\"1,000\"",
            "\"0x1\"",
            "\"+1\"",
            "\"1 2\"",
            "1.5",
            "1e-1",
            "true",
            "[]",
            "{}",
            "[1]",
        ];
        for wrong in wrong_integers {
            assert_eq!(u32::from_wire(wrong), Err("A valid integer is required.".into()), "{wrong}");
        }
        for negative in ["-1", "\"-1\"", "-1e999"] {
            assert_eq!(u32::from_wire(negative), Err("Ensure this value is greater than or equal to 0.".into()));
        }
        for large in ["4294967296", "\"4294967296\"", "1e999", "1e999999999999999", "99999999999999999999999999"] {
            let told = Err("Ensure this value is less than or equal to 4294967295.".into());
            assert_eq!(u32::from_wire(large), told, "{large}");
        }
        for wrong in ["1", "true", "[]", "{}", r#""\ud800""#] {
            assert_eq!(Text::<0, 5>::from_wire(wrong), Err("Not a valid string.".into()), "{wrong}");
        }
        assert_eq!(ClientId::from_wire("7"), Err("Must be a valid UUID.".into()));
    }

    #[test]
    fn what_has_one_reading_is_taken_as_text_too() {
        for ten in ["10", "10.0", "1e1", "1E+1", "\"10\"", "\" 10\\n\"", "\"010\"", "\"10.00\""] {
            assert_eq!(u32::from_wire(ten), Ok(10), "{ten}");
            assert_eq!(u64::from_wire(ten), Ok(10), "{ten}");
        }
        assert_eq!((u32::from_wire("-0"), u64::from_wire("18446744073709551615")), (Ok(0), Ok(u64::MAX)));
        for yes in ["true", "\"true\"", "\" True \"", "\"1\""] {
            assert_eq!(bool::from_wire(yes), Ok(true), "{yes}");
        }
        for no in ["false", "\"false\"", "\"FALSE\"", "\"0\""] {
            assert_eq!(bool::from_wire(no), Ok(false), "{no}");
        }
        assert_eq!(ItemType::from_wire("\" service\\u200b\""), Ok(ItemType::Service));
        assert!(ClientId::from_wire("\" 0190b5a1-7c5e-7000-8000-000000000001 \"").is_ok());
    }

    #[test]
    fn a_number_keeps_every_digit_of_its_text() {
        let amount = |raw| Bounded::<12, 2>::from_wire(raw).map(|Bounded(amount)| amount.to_string());
        assert_eq!(amount("999999999999.99"), Ok("999999999999.99".into()));
        for (raw, read) in [("\"0.10\"", "0.1"), ("\" 1\"", "1"), ("\".5\"", "0.5"), ("1e2", "100"), ("1E+2", "100")] {
            assert_eq!(amount(raw), Ok(read.into()), "{raw}");
        }
        for wrong in ["1000000000000", "0.001", "\"1e2\"", "\"1,5\"", "true", "{}", "\"\"", "1e999", "1e-999", "1e12"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        assert_eq!(Date::from_wire("\"2026-02-26\"").map(|date| date.to_string()), Ok("2026-02-26".into()));
        for wrong in [
            "20260226",
            "2026-02-30",
            "2026-2-26",
            "0000-01-01",
            "2026-02-26T00:00:00Z",
            "-026-02-26",
            "",
            "２０26-01-1",
        ] {
            assert!(read_date(wrong).unwrap_err().starts_with("Date has wrong format."), "{wrong}");
        }
        assert!(Date::from_wire("20260226").is_err());
    }

    #[test]
    fn an_instant_has_an_offset_or_is_in_utc() {
        let read = |text| read_timestamp(text).map(|at| at.to_string());
        assert_eq!(read("2026-03-01T10:00:00Z"), Ok("2026-03-01T10:00:00Z".into()));
        assert_eq!(read("2026-03-01T10:00:00+02:00"), Ok("2026-03-01T08:00:00Z".into()));
        assert_eq!(read("2026-03-01T10:00:00.25"), Ok("2026-03-01T10:00:00.25Z".into()));
        assert_eq!(read("2026-03-01T10:00"), Ok("2026-03-01T10:00:00Z".into()));
        assert_eq!(read("2026-03-01"), Ok("2026-03-01T00:00:00Z".into()));
        for wrong in [
            "2026-02-30",
            "2026-03-01T",
            "2026-3-1",
            "20260301T100000Z",
            "2026-03-01T25:00:00Z",
            "2026-03-01T10:00:00[Europe/Paris]",
            "2026-03-01T10:00:00.1234567891Z",
            "now",
            "",
        ] {
            assert!(read(wrong).unwrap_err().starts_with("Datetime has wrong format."), "{wrong}");
        }
    }

    #[test]
    fn an_instant_keeps_every_digit() {
        for digits in 1..=9 {
            let sent = format!("2026-03-01T10:00:00.{}Z", &"123456789"[..digits]);
            assert_eq!(read_timestamp(&sent).map(|at| at.to_string()), Ok(sent));
        }
    }

    #[test]
    fn a_word_that_is_not_in_the_list_is_echoed_short() {
        assert_eq!(ItemType::from_wire("\"service\""), Ok(ItemType::Service));
        assert_eq!(ItemType::from_wire("5"), Err("\"5\" is not a valid choice.".into()));
        assert_eq!(ItemType::from_wire("\"Service\""), Err("\"Service\" is not a valid choice.".into()));
        let long = ItemType::from_wire(&format!("\"{}\"", "x".repeat(10_000))).unwrap_err();
        assert!(long.len() < 100, "{}", long.len());
    }

    #[test]
    fn a_list_names_the_place_of_what_is_wrong_and_does_not_go_on_for_ever() {
        assert_eq!(Vec::<u32>::from_wire("[1, 2]"), Ok(vec![1, 2]));
        assert_eq!(Vec::<u32>::from_wire("[1, null]"), Err("Entry 2: A valid integer is required.".into()));
        assert_eq!(Vec::<u32>::from_wire("{}"), Err("Expected a list of items but got type \"dict\".".into()));
        let many = Vec::<u32>::from_wire(&format!("[{}null]", "null,".repeat(999))).unwrap_err();
        assert_eq!(many.matches("Entry").count(), 10);
    }

    #[test]
    fn attributes_are_an_object_within_bounds() {
        assert!(Attributes::from_wire(r#"{"a": 1, "b": [null]}"#).is_ok());
        for wrong in ["[]", "\"{}\"", r#"{"": 1}"#, r#"{"a": 1e999}"#] {
            assert!(Attributes::from_wire(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_optional_value_shows_that_it_may_be_null() {
        let schema = serde_json::to_value(OrEmpty::<ClientId>::schema()).unwrap();
        assert_eq!(schema, serde_json::json!({"type": ["string", "null"], "format": "uuid"}));
        let decimal = serde_json::to_value(OrEmpty::<Price>::schema()).unwrap();
        assert_eq!(decimal["type"], serde_json::json!(["string", "number", "null"]));
    }
}
