//! How the domain's checked values are read.

use domain::Group;
use domain::attributes::{AttributeName, AttributeType, Attributes, ListValues};
use domain::catalogue::ItemType;
use domain::expense::ExpenseCategory;
use domain::id::{
    AttributeId, CategoryId, ClientId, CohortId, ContactId, DeliveryId, EntryId, FollowUpId, InvoiceId, ItemId, LineId,
    PaymentId, PipelineId, ServiceId, StageId, TierId, WebhookId,
};
use domain::invoice::{PaymentMethod, TaxCategory};
use domain::json::Map;
use domain::money::{Balance, Cost, Currency, Percent, Price, Quantity};
use domain::text::{Email, Text};
use domain::webhook::{ConditionLogic, Method, Operator, WebhookEvent, WebhookModel};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Schema, SchemaFormat, Type};

use super::values::{FromWire, decimal, decimal_schema, formatted, of_type, parsed, string, word, words_schema};

macro_rules! read_ids {
    ($($id:ty),+ $(,)?) => {$(
        impl FromWire for $id {
            fn from_wire(raw: &str) -> Result<Self, String> {
                // A value that is no string is no UUID either, and is told so.
                parsed(&string(raw).unwrap_or_default())
            }

            fn schema() -> RefOr<Schema> {
                formatted(KnownFormat::Uuid).into()
            }
        }
    )+};
}

read_ids!(
    AttributeId,
    CategoryId,
    ClientId,
    CohortId,
    ContactId,
    DeliveryId,
    EntryId,
    FollowUpId,
    InvoiceId,
    ItemId,
    LineId,
    PaymentId,
    PipelineId,
    ServiceId,
    StageId,
    TierId,
    WebhookId,
);

macro_rules! read_decimals {
    ($($decimal:ty { $integer:literal, $scale:literal }),+ $(,)?) => {$(
        impl FromWire for $decimal {
            fn from_wire(raw: &str) -> Result<Self, String> {
                Self::new(decimal(raw, $integer, $scale)?).map_err(|error| error.to_string())
            }

            fn schema() -> RefOr<Schema> {
                decimal_schema($integer, $scale)
            }
        }
    )+};
}

read_decimals!(Quantity { 8, 2 }, Price { 10, 2 }, Percent { 3, 2 }, Balance { 10, 2 }, Cost { 8, 2 });

macro_rules! read_words {
    ($($word:ty),+ $(,)?) => {$(
        impl FromWire for $word {
            fn from_wire(raw: &str) -> Result<Self, String> {
                word(raw)
            }

            fn schema() -> RefOr<Schema> {
                words_schema(<$word>::ALL.map(<$word>::as_str))
            }
        }
    )+};
}

read_words!(
    AttributeType,
    ConditionLogic,
    ExpenseCategory,
    Group,
    ItemType,
    Method,
    Operator,
    PaymentMethod,
    TaxCategory,
    WebhookEvent,
    WebhookModel
);

impl<const MIN: usize, const MAX: usize> FromWire for Text<MIN, MAX> {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&string(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::String).min_length((MIN > 0).then_some(MIN)).max_length(Some(MAX)).into()
    }
}

impl FromWire for Email {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&string(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::String).format(Some(SchemaFormat::Custom("email".into()))).max_length(Some(254)).into()
    }
}

impl FromWire for Currency {
    fn from_wire(raw: &str) -> Result<Self, String> {
        parsed(&string(raw)?)
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::String).pattern(Some("^[A-Z]{3}$")).into()
    }
}

impl FromWire for Attributes {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(Map::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Map::schema()
    }
}

impl FromWire for AttributeName {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        parsed(&string(raw)?)
    }

    fn schema() -> RefOr<Schema> {
        of_type(Type::String).max_length(Some(Self::MAX_CHARS)).pattern(Some("^[A-Za-z0-9_-]+$")).into()
    }
}

impl FromWire for ListValues {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(Vec::<String>::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Vec::<String>::schema()
    }
}
