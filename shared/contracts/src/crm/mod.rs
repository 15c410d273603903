//! The crm contract: its bodies, answers, errors and reference.

pub mod accounts;
pub mod attributes;
pub mod catalogue;
pub mod categories;
pub mod clients;
pub mod contacts;
pub mod deliveries;
pub mod errors;
pub mod filters;
pub mod follow_ups;
pub mod images;
pub mod invoice_status;
pub mod invoices;
pub mod leads;
pub mod line_items;
pub mod openapi;
pub mod organisations;
pub mod parameters;
pub mod payments;
pub mod pipelines;
pub mod routes;
pub mod services;
pub mod tiers;
pub mod users;
pub mod webhooks;
pub mod worklist;

use domain::attributes::Attributes;
use domain::money::{Money, Percent, Price, Quantity, two_places};
use domain::record::AttributesChange;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

pub use errors::render;

/// How an object is updated. Both leave alone what the body leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// PUT: attributes that are sent replace what was there.
    Put,
    /// PATCH: attributes that are sent are merged key by key.
    Patch,
}

impl Update {
    /// What sent attributes mean.
    #[must_use]
    pub const fn attributes(self, sent: Attributes) -> AttributesChange {
        match self {
            Self::Put => AttributesChange::Replace(sent),
            Self::Patch => AttributesChange::Merge(sent),
        }
    }
}

/// A decimal as this contract writes it: text with two places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(String);

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        Object::builder()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("decimal".into())))
            .description(Some("A decimal with two places, as text."))
            .pattern(Some(r"^-?\d+\.\d{2}$"))
            .examples(["80.00"])
            .into()
    }
}

impl ToSchema for Amount {
    fn name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }
}

macro_rules! amounts {
    ($($source:ty: $value:ident),+ $(,)?) => {$(
        impl From<$source> for Amount {
            fn from(source: $source) -> Self {
                Self(two_places(source.$value()))
            }
        }
    )+};
}

amounts!(Money: amount, Percent: value, Price: value, Quantity: value);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_has_two_places() {
        let price = Price::new("80".parse().unwrap()).unwrap();
        assert_eq!(serde_json::to_value(Amount::from(price)).unwrap(), "80.00");
    }
}
