//! Amounts and quantities, as they are sent.

use domain::money::{Price, Quantity};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_products_price_has_ten_digits_in_all() {
        for good in ["\"99999999.99\"", "99.9", "5000", "1e3", "\"0\""] {
            assert!(UnitPrice::from_wire(good).is_ok(), "{good}");
        }
        for wrong in ["\"100000000\"", "\"1.234\"", "-1", "\"1e3\"", "\"NaN\"", "true", "\"\""] {
            assert!(UnitPrice::from_wire(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_count_is_a_whole_number_above_zero() {
        let count = |raw| Count::from_wire(raw).map(|Count(quantity)| quantity.value().normalize().to_string());
        assert_eq!((count("10"), count("\"5\"")), (Ok("10".into()), Ok("5".into())));
        assert_eq!((count("1e2"), count("\"5.0\"")), (Ok("100".into()), Ok("5".into())));
        assert_eq!(count("1.5"), Err("A valid integer is required.".into()));
        for wrong in ["0", "-1", "\"1e2\"", "1e8", "100000000", "true", "\"\""] {
            assert!(count(wrong).is_err(), "{wrong}");
        }
    }
}
