//! Quantities are numbers, where amounts are text.

use domain::money::Quantity;
use serde::Serialize;
use serde_json::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::decimals::json_number;

/// A quantity, as it is answered: whole ones without a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Units(Number);

impl Units {
    /// The quantity of what is shown as one thing.
    #[must_use]
    pub fn one() -> Self {
        Self(Number::from(1))
    }
}

impl From<Quantity> for Units {
    fn from(quantity: Quantity) -> Self {
        Self(json_number(quantity.value()))
    }
}

impl PartialSchema for Units {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Number)
            .exclusive_minimum(Some(0_u32))
            .description(Some("Hours or units; another contract may have sold a part of one."))
            .into()
    }
}

impl ToSchema for Units {
    fn name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_the_places_that_it_needs() {
        let units =
            |text: &str| serde_json::to_string(&Units::from(Quantity::new(text.parse().unwrap()).unwrap())).unwrap();
        assert_eq!((units("40.00"), units("1.50")), ("40".into(), "1.5".into()));
        assert_eq!(serde_json::to_string(&Units::one()).unwrap(), "1");
    }
}
