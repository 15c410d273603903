//! Amounts, prices, quantities and rates: JSON numbers, the amounts in the currency's minor unit.

use domain::money::{Currency, Money, Percent, Price, Quantity};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::decimals::json_number;
use crate::wire::{Bounded, FromWire};

/// The currencies that this contract makes invoices in. All have two minor digits.
pub const CURRENCIES: [&str; 5] = ["USD", "EUR", "GBP", "CAD", "AUD"];

/// How many minor units a major one has, as a power of ten.
const MINOR_DIGITS: u32 = 2;

/// One of [`CURRENCIES`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentCurrency(pub Currency);

impl FromWire for SentCurrency {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let code = String::from_wire(raw).unwrap_or_default();
        let known = CURRENCIES.contains(&code.as_str());
        let currency = if known { code.parse().ok() } else { None };
        currency.map(Self).ok_or_else(|| format!("Must be one of {}.", CURRENCIES.join(", ")))
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::String).enum_values(Some(CURRENCIES)).into()
    }
}

/// A price per unit, as it is sent: a whole number of cents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cents(pub Price);

impl FromWire for Cents {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let Bounded(cents) = Bounded::<12, 2>::from_wire(raw)?;
        if !cents.fract().is_zero() {
            return Err("Must be a whole number of the currency's minor unit, such as cents.".to_owned());
        }
        Price::new(cents / Decimal::from(100)).map(Self).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        of_integer().minimum(Some(0_u32)).into()
    }
}

/// A quantity, as it is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentQuantity(pub Quantity);

impl FromWire for SentQuantity {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Quantity::from_wire(raw).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Number).exclusive_minimum(Some(0_u32)).into()
    }
}

/// A tax rate in per cent, as it is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentRate(pub Percent);

impl FromWire for SentRate {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Percent::from_wire(raw).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Number).minimum(Some(0_u32)).maximum(Some(100_u32)).into()
    }
}

/// An amount as it is answered: a number of minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Minor(Number);

impl From<Money> for Minor {
    fn from(money: Money) -> Self {
        Self::of(money.amount(), money.currency())
    }
}

impl Minor {
    /// A price in the minor units of a currency.
    #[must_use]
    pub fn price(price: Price, currency: Currency) -> Self {
        Self::of(price.value(), currency)
    }

    fn of(amount: Decimal, currency: Currency) -> Self {
        Self(json_number(amount * Decimal::from(10_u32.pow(currency.minor_digits().min(MINOR_DIGITS)))))
    }
}

impl PartialSchema for Minor {
    fn schema() -> RefOr<Schema> {
        of_integer().description(Some("A number of the currency's minor unit: 5000 is 50.00 USD.")).into()
    }
}

impl ToSchema for Minor {
    fn name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }
}

fn of_integer() -> ObjectBuilder {
    let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
    ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(raw: &str) -> Result<String, String> {
        Cents::from_wire(raw).map(|Cents(price)| price.value().to_string())
    }

    #[test]
    fn a_price_is_a_whole_number_of_cents() {
        assert_eq!(price("5000"), Ok("50".into()));
        assert_eq!(price("5001"), Ok("50.01".into()));
        assert_eq!(price("5000.00"), Ok("50".into()));
        assert_eq!(price("0"), Ok("0".into()));
        assert_eq!(
            (price("5e3"), price("5E+3"), price("\"5000\"")),
            (Ok("50".into()), Ok("50".into()), Ok("50".into()))
        );
        assert_eq!(price("999999999999"), Ok("9999999999.99".into()));
        let fraction = "Must be a whole number of the currency's minor unit, such as cents.";
        assert_eq!(price("0.5"), Err(fraction.into()));
        assert_eq!(price("5000.01"), Err(fraction.into()));
        for wrong in ["-1", "1000000000000", "0.001", "1e999", "1e-999", "\"5e3\"", "\"NaN\"", "true", "{}", "[]"] {
            assert!(price(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_quantity_is_a_number_above_zero() {
        let quantity = |raw| SentQuantity::from_wire(raw).map(|SentQuantity(quantity)| quantity.value().to_string());
        assert_eq!(quantity("1"), Ok("1".into()));
        assert_eq!(quantity("1.50"), Ok("1.5".into()));
        assert_eq!((quantity("1e1"), quantity("\"1\"")), (Ok("10".into()), Ok("1".into())));
        assert_eq!(quantity("0"), Err("Ensure this value is greater than 0.".into()));
        for wrong in ["-1", "0.001", "100000000", "1e8", "\"1e1\"", "null", "false"] {
            assert!(quantity(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_rate_goes_from_zero_to_a_hundred() {
        let rate = |raw| SentRate::from_wire(raw).map(|SentRate(rate)| rate.value().to_string());
        assert_eq!((rate("0"), rate("8.25"), rate("100")), (Ok("0".into()), Ok("8.25".into()), Ok("100".into())));
        assert_eq!((rate("1e1"), rate("\"10\"")), (Ok("10".into()), Ok("10".into())));
        for wrong in ["-0.01", "100.01", "8.255", "1e3", "\"1e1\""] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_amount_is_answered_in_the_minor_unit_of_its_currency() {
        let shown = |amount: &str, code: &str| {
            let money = Money::exact(amount.parse().unwrap(), code.parse().unwrap()).unwrap();
            serde_json::to_string(&Minor::from(money)).unwrap()
        };
        assert_eq!(shown("50", "USD"), "5000");
        assert_eq!(shown("0.01", "EUR"), "1");
        assert_eq!(shown("-12.34", "USD"), "-1234");
        assert_eq!(shown("5000", "JPY"), "5000");
        assert_eq!(shown("9999999999999.99", "USD"), "999999999999999");
    }

    #[test]
    fn only_the_five_currencies_are_taken() {
        for code in CURRENCIES {
            assert_eq!(SentCurrency::from_wire(&format!("\"{code}\"")).unwrap().0.code(), code);
        }
        for wrong in ["\"JPY\"", "\"CHF\"", "\"usd\"", "\"\"", "\"XXX\"", "840"] {
            assert!(SentCurrency::from_wire(wrong).is_err(), "{wrong}");
        }
    }
}
