//! Amounts are text with two places, quantities are numbers.

use domain::money::{Money, Price, Quantity, two_places};
use serde::Serialize;
use serde_json::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// An amount or a price, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Amount(String);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(two_places(money.amount()))
    }
}

impl From<Price> for Amount {
    fn from(price: Price) -> Self {
        Self(two_places(price.value()))
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        Object::builder()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("decimal".into())))
            .description(Some("A decimal with two places, as text."))
            .pattern(Some(r"^-?\d+\.\d{2}$"))
            .examples(["150.00"])
            .into()
    }
}

impl ToSchema for Amount {
    fn name() -> std::borrow::Cow<'static, str> {
        "Decimal".into()
    }
}

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
        let text = quantity.value().normalize().to_string();
        // Its digits are few enough for every kind of number.
        Self(text.parse().unwrap_or_else(|_| Number::from(0)))
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
    use domain::money::Currency;

    #[test]
    fn an_amount_has_two_places_and_a_quantity_those_that_it_needs() {
        let money = Money::exact("6000".parse().unwrap(), Currency::USD).unwrap();
        assert_eq!(serde_json::to_string(&Amount::from(money)).unwrap(), r#""6000.00""#);
        let units =
            |text: &str| serde_json::to_string(&Units::from(Quantity::new(text.parse().unwrap()).unwrap())).unwrap();
        assert_eq!((units("40.00"), units("1.50")), ("40".into(), "1.5".into()));
        assert_eq!(serde_json::to_string(&Units::one()).unwrap(), "1");
    }
}
