//! Money: a decimal amount with its currency, exact to the minor unit.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::number::Digits;

/// Why a number or an amount was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("A valid number is required.")]
    NotANumber,
    /// More digits before the point than the field holds.
    #[error("Ensure that there are no more than {0} digits before the decimal point.")]
    TooLarge(u32),
    /// More digits after the point than the field or the currency holds.
    #[error("Ensure that there are no more than {0} decimal places.")]
    TooPrecise(u32),
    /// Below zero where that means nothing.
    #[error("Ensure this value is greater than or equal to 0.")]
    Negative,
    /// Zero or below where something is needed.
    #[error("Ensure this value is greater than 0.")]
    NotPositive,
    /// Above one hundred per cent.
    #[error("Ensure this value is less than or equal to 100.")]
    AboveHundred,
    /// The result is too large to be kept.
    #[error("The amounts add up to more than can be kept.")]
    Overflow,
    /// Two currencies in one sum.
    #[error("Amounts of different currencies cannot be added.")]
    MixedCurrencies,
    /// Not an ISO 4217 code.
    #[error("\"{}\" is not a valid ISO 4217 currency code.", code(.0))]
    UnknownCurrency([u8; 8]),
    /// A currency with more than two minor digits.
    #[error("Currencies with more than two minor digits are not supported.")]
    UnsupportedCurrency,
}

fn code(bytes: &[u8; 8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default().trim_end_matches('\0')
}

/// The decimal of some digits.
///
/// # Errors
/// [`MoneyError::NotANumber`] without digits, or one of the bounds: `integer_digits` before the point (leading zeros
/// aside) and `scale` after it (trailing zeros aside).
pub fn decimal(digits: Option<&Digits>, integer_digits: u32, scale: u32) -> Result<Decimal, MoneyError> {
    let digits = digits.ok_or(MoneyError::NotANumber)?;
    if digits.before_point() > integer_digits.into() {
        return Err(MoneyError::TooLarge(integer_digits));
    }
    let plain = digits.within(integer_digits, scale).ok_or(MoneyError::TooPrecise(scale))?;
    Decimal::from_str_exact(&plain).map(|decimal| decimal.normalize()).map_err(|_| MoneyError::NotANumber)
}

/// A currency of ISO 4217 with at most two minor digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The default of every contract.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many digits stand after the point: 2 for USD, 0 for JPY.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let mut shown = [0; 8];
        for (to, from) in shown.iter_mut().zip(text.bytes().filter(u8::is_ascii_graphic)) {
            *to = from;
        }
        let currency = iso_currency::Currency::from_code(text).ok_or(MoneyError::UnknownCurrency(shown))?;
        // Funds, metals and test codes have no minor unit that money could be counted in.
        match currency.exponent() {
            Some(0..=2) => Ok(Self(currency)),
            Some(_) => Err(MoneyError::UnsupportedCurrency),
            None => Err(MoneyError::UnknownCurrency(shown)),
        }
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The one rounding of the books: half away from zero.
fn round(amount: Decimal, digits: u32) -> Decimal {
    amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

/// An amount of one currency, with no more digits than its minor unit has.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// The largest magnitude that a sum may reach: 13 digits before the point.
    const LIMIT: Decimal = Decimal::from_parts(1_316_134_912, 2328, 0, false, 0);

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { amount: Decimal::ZERO, currency }
    }

    /// An amount that must be exact in the currency's minor unit.
    ///
    /// # Errors
    /// A fraction of the minor unit, or an amount that is too large to be kept.
    pub fn exact(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let amount = amount.normalize();
        if amount.scale() > currency.minor_digits() {
            return Err(MoneyError::TooPrecise(currency.minor_digits()));
        }
        Self::bounded(amount, currency)
    }

    /// An amount rounded half away from zero to the currency's minor unit.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] when it is too large to be kept.
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        Self::bounded(round(amount, currency.minor_digits()).normalize(), currency)
    }

    fn bounded(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount.abs() >= Self::LIMIT { Err(MoneyError::Overflow) } else { Ok(Self { amount, currency }) }
    }

    /// The amount in major units: 12.5 for twelve dollars fifty.
    #[must_use]
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// Two currencies, or a sum that is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_add)
    }

    /// The difference of two amounts.
    ///
    /// # Errors
    /// Two currencies, or a difference that is too large.
    pub fn checked_subtract(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_sub)
    }

    fn combine(self, other: Self, with: fn(Decimal, Decimal) -> Option<Decimal>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::MixedCurrencies);
        }
        let amount = with(self.amount, other.amount).ok_or(MoneyError::Overflow)?;
        Self::bounded(amount.normalize(), self.currency)
    }

    /// The sum of many amounts of one currency.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>, currency: Currency) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// The same figure in another currency: 10 USD becomes 10 EUR. Nothing is converted.
    ///
    /// # Errors
    /// The other currency lacks the digits that the figure has.
    pub fn relabelled(self, currency: Currency) -> Result<Self, MoneyError> {
        Self::exact(self.amount, currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", two_places(self.amount), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A decimal with exactly two places, as four of the contracts write it: `80.00`.
#[must_use]
pub fn two_places(amount: Decimal) -> String {
    format!("{:.2}", round(amount, 2))
}

macro_rules! checked_decimals {
    ($($(#[$doc:meta])* $name:ident($integer:literal, $scale:literal, $check:expr)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Decimal);

        impl $name {
            /// Checks a number.
            ///
            /// # Errors
            /// Out of the bounds that the type's description gives.
            pub fn new(value: Decimal) -> Result<Self, MoneyError> {
                let value = value.normalize();
                if value.scale() > $scale {
                    return Err(MoneyError::TooPrecise($scale));
                }
                if value.abs() >= Decimal::from(10_u64.pow($integer)) {
                    return Err(MoneyError::TooLarge($integer));
                }
                let check: fn(Decimal) -> Result<(), MoneyError> = $check;
                check(value).map(|()| Self(value))
            }

            /// The number.
            #[must_use]
            pub const fn value(self) -> Decimal {
                self.0
            }
        }

        /// As text, so that no reader makes a float of it.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let value = Decimal::from_str_exact(&text).map_err(D::Error::custom)?;
                Self::new(value).map_err(D::Error::custom)
            }
        }
    )+};
}

checked_decimals! {
    /// How many units a line sells: above zero, (10,2).
    Quantity(8, 2, |q| if q > Decimal::ZERO { Ok(()) } else { Err(MoneyError::NotPositive) }),
    /// A rate in per cent: 0 to 100, (5,2).
    Percent(3, 2, |p| {
        if p < Decimal::ZERO {
            Err(MoneyError::Negative)
        } else if p > Decimal::ONE_HUNDRED {
            Err(MoneyError::AboveHundred)
        } else {
            Ok(())
        }
    }),
    /// A price per unit: not negative, (12,2). Its currency is that of what it stands in.
    Price(10, 2, |p| if p >= Decimal::ZERO { Ok(()) } else { Err(MoneyError::Negative) }),
    /// What stands open on one side or the other, (12,2). Its currency is that of what it stands in.
    Balance(10, 2, |_| Ok(())),
    /// What something has cost: not negative, (10,2).
    Cost(8, 2, |c| if c >= Decimal::ZERO { Ok(()) } else { Err(MoneyError::Negative) }),
}

impl Balance {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);
}

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// This share of an amount, rounded to its minor unit.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn of(self, amount: Money) -> Result<Money, MoneyError> {
        let share = amount.amount.checked_mul(self.0).ok_or(MoneyError::Overflow)? / Decimal::ONE_HUNDRED;
        Money::rounded(share, amount.currency)
    }
}

impl Price {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The price in a currency.
    ///
    /// # Errors
    /// More digits than the currency's minor unit has.
    pub fn in_currency(self, currency: Currency) -> Result<Money, MoneyError> {
        Money::exact(self.0, currency)
    }
}

#[cfg(test)]
mod tests;
