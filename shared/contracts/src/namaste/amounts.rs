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

/// How many of a product a billing is for, as it is sent: a whole number, or what another contract sold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count(Quantity);

impl Count {
    /// The quantity, which is whole or `kept`.
    ///
    /// # Errors
    /// The message for the field.
    pub fn whole_or(self, kept: Option<Quantity>) -> Result<Quantity, &'static str> {
        let Self(quantity) = self;
        let is_taken = quantity.value().fract().is_zero() || kept == Some(quantity);
        if is_taken { Ok(quantity) } else { Err("A valid integer is required.") }
    }
}

impl FromWire for Count {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Quantity::from_wire(raw).map(Self)
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
        let kept = Quantity::new("1.5".parse().unwrap()).ok();
        let count = |raw, kept| {
            let count = Count::from_wire(raw).unwrap().whole_or(kept);
            count.map(|quantity| quantity.value().normalize().to_string())
        };
        assert_eq!((count("10", None), count("\"5\"", kept)), (Ok("10".into()), Ok("5".into())));
        assert_eq!((count("1e2", None), count("\"5.0\"", None)), (Ok("100".into()), Ok("5".into())));
        for (raw, kept) in [("1.5", None), ("2.5", kept)] {
            assert_eq!(count(raw, kept), Err("A valid integer is required."), "{raw}");
        }
        assert_eq!(count("1.50", kept), Ok("1.5".into()));
        for wrong in ["0", "-1", "\"1e2\"", "1e8", "100000000", "true", "\"\""] {
            assert!(Count::from_wire(wrong).is_err(), "{wrong}");
        }
    }
}
