//! Dates: read as a date or a datetime of ISO 8601, written as midnight in UTC.

use domain::invoice::utc_date;
use jiff::civil::Date;
use serde::{Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::wire::{FromWire, read_date, read_timestamp};

/// A date; of an instant, it is that in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub Date);

impl FromWire for Day {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let text = String::from_wire(raw).unwrap_or_default();
        let date = read_date(&text).or_else(|_| read_timestamp(&text).map(utc_date));
        date.map(Self).map_err(|_| "Must be an ISO 8601 date, such as 2024-02-15.".to_owned())
    }

    fn schema() -> RefOr<Schema> {
        let about = "A date of ISO 8601, with or without a time; of one with a time, the day in UTC counts.";
        Object::builder().schema_type(Type::String).description(Some(about)).examples(["2024-02-15"]).into()
    }
}

/// A date as it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Midnight(pub Date);

impl Serialize for Midnight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}T00:00:00Z", self.0))
    }
}

impl PartialSchema for Midnight {
    fn schema() -> RefOr<Schema> {
        let datetime = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        Object::builder()
            .schema_type(Type::String)
            .format(Some(datetime))
            .description(Some("A date, as its midnight in UTC."))
            .examples(["2024-02-15T00:00:00Z"])
            .into()
    }
}

impl ToSchema for Midnight {
    fn name() -> std::borrow::Cow<'static, str> {
        "DateAtMidnight".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_may_be_sent_with_a_time_and_is_the_day_in_utc() {
        let read = |text: &str| Day::from_wire(&format!("\"{text}\"")).map(|Day(date)| date.to_string());
        for good in ["2024-02-15", "2024-02-15T00:00:00Z", "2024-02-15T23:59:59.999Z", "2024-02-15T10:00:00"] {
            assert_eq!(read(good), Ok("2024-02-15".into()), "{good}");
        }
        assert_eq!(read("2024-02-15T23:00:00-05:00"), Ok("2024-02-16".into()));
        for wrong in ["", "2024-02-30", "15.02.2024", "2024-2-15", "20240215", "2024-02-15T25:00:00Z", "tomorrow"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        for wrong in ["1708114800", "{}", "true"] {
            assert!(Day::from_wire(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_comes_back_as_midnight_in_utc() {
        let date = Midnight("2024-02-15".parse().unwrap());
        assert_eq!(serde_json::to_value(date).unwrap(), "2024-02-15T00:00:00Z");
    }
}
