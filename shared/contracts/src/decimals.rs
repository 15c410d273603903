//! How decimals are shown: as text with two places, or as JSON numbers.

use domain::money::{Balance, Cost, Money, Percent, Price, Quantity, two_places};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// A decimal as crm, bottlecrm and namaste show most of them: text with two places, `80.00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount(Decimal);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&two_places(self.0))
    }
}

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
        "DecimalText".into()
    }
}

macro_rules! amounts {
    ($($source:ty: $value:ident),+ $(,)?) => {$(
        impl From<$source> for Amount {
            fn from(source: $source) -> Self {
                Self(source.$value())
            }
        }
    )+};
}

amounts!(Balance: value, Cost: value, Money: amount, Percent: value, Price: value, Quantity: value);

/// The JSON number that a decimal is: `10` for 10.00. Its digits are few enough to survive.
#[must_use]
pub fn json_number(value: Decimal) -> Number {
    value.normalize().to_string().parse().unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::money::Currency;

    #[test]
    fn a_decimal_has_two_places() {
        let shown = |amount: Amount| serde_json::to_value(amount).unwrap();
        for (price, expected) in [("80", "80.00"), ("99.9", "99.90"), ("99.99", "99.99"), ("0", "0.00")] {
            assert_eq!(shown(Price::new(price.parse().unwrap()).unwrap().into()), expected);
        }
        let money = Money::exact("6000".parse().unwrap(), Currency::USD).unwrap();
        assert_eq!(shown(money.into()), "6000.00");
    }

    #[test]
    fn a_number_has_the_places_that_it_needs() {
        let number = |text: &str| json_number(text.parse().unwrap()).to_string();
        assert_eq!(["10.00", "1.50", "99999999.99"].map(number), ["10", "1.5", "99999999.99"]);
    }
}
