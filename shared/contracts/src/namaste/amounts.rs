//! Amounts: decimals as text with two places, taken as text or numbers.

use domain::money::{Balance, Cost, Money, Price, Quantity, two_places};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::wire::{Bounded, FromWire};

/// An amount of money, as it is sent: up to ten digits before the point and two after it.
pub type SentAmount = Bounded<10, 2>;

/// The price of a product, as it is sent: ten digits in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitPrice(pub Price);

impl FromWire for UnitPrice {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let Bounded(price) = Bounded::<8, 2>::from_wire(raw)?;
        Price::new(price).map(Self).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Bounded::<8, 2>::schema()
    }
}

/// How many of a product a billing is for, as it is sent: a whole number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count(pub Quantity);

impl FromWire for Count {
    fn from_wire(raw: &str) -> Result<Self, String> {
        match Quantity::from_wire(raw)? {
            quantity if quantity.value().fract().is_zero() => Ok(Self(quantity)),
            _ => Err("A valid integer is required.".to_owned()),
        }
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_u32)).into()
    }
}

/// An amount as it is answered: `99.99`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(Decimal);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.amount())
    }
}

impl From<Price> for Amount {
    fn from(price: Price) -> Self {
        Self(price.value())
    }
}

impl From<Balance> for Amount {
    fn from(balance: Balance) -> Self {
        Self(balance.value())
    }
}

impl From<Cost> for Amount {
    fn from(cost: Cost) -> Self {
        Self(cost.value())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&two_places(self.0))
    }
}

impl PartialSchema for Amount {
    fn schema() -> RefOr<Schema> {
        let about = "A decimal with two places.";
        Object::builder()
            .schema_type(Type::String)
            .description(Some(about))
            .pattern(Some(r"^-?\d+\.\d{2}$"))
            .examples(["99.99"])
            .into()
    }
}

impl ToSchema for Amount {
    fn name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }
}

/// The JSON number that a quantity is: `10` for 10.00. Other contracts sell parts of a unit too.
pub(super) fn number_of(quantity: Quantity) -> Number {
    quantity.value().normalize().to_string().parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_two_places_and_is_taken_as_text_or_number() {
        let shown = |raw: &str| serde_json::to_value(Amount::from(Price::from_wire(raw).unwrap())).unwrap();
        for (raw, expected) in [("\"99.99\"", "99.99"), ("99.9", "99.90"), ("5000", "5000.00"), ("\"0\"", "0.00")] {
            assert_eq!(shown(raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_products_price_has_ten_digits_in_all() {
        assert!(UnitPrice::from_wire("\"99999999.99\"").is_ok());
        for wrong in ["\"100000000\"", "\"1.234\"", "-1", "1e3", "\"NaN\"", "true", "\"\""] {
            assert!(UnitPrice::from_wire(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_count_is_a_whole_number_above_zero() {
        let count = |raw| Count::from_wire(raw).map(|Count(quantity)| number_of(quantity).to_string());
        assert_eq!((count("10"), count("\"5\"")), (Ok("10".into()), Ok("5".into())));
        assert_eq!(count("1.5"), Err("A valid integer is required.".into()));
        for wrong in ["0", "-1", "1e2", "100000000", "true", "\"\""] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
        assert_eq!(number_of(Quantity::new("1.50".parse().unwrap()).unwrap()).to_string(), "1.5");
    }
}
