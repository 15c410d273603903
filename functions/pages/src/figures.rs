//! Amounts, numbers and dates as people read them.

use domain::money::Money;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// An amount with its currency, all of its minor digits, and its thousands apart: `USD 1,234.50`.
pub fn money(amount: Money) -> String {
    format!("{}\u{a0}{}", amount.currency(), plain(amount))
}

/// As [`money`], where the currency is known from elsewhere.
pub fn plain(amount: Money) -> String {
    figure(amount.amount(), amount.currency().minor_digits())
}

/// A number with so many decimal places.
pub fn figure(number: Decimal, places: u32) -> String {
    let mut number = number;
    number.rescale(places);
    let text = number.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown = String::new();
    if number.is_sign_negative() && !number.is_zero() {
        shown.push('\u{2212}');
    }
    for (place, digit) in whole.char_indices() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// A number with no more decimal places than it has.
pub fn short(number: Decimal) -> String {
    let number = number.normalize();
    figure(number, number.scale())
}

/// A date that nobody can read in two ways: `5 March 2026`.
pub fn date(date: Date) -> String {
    date.strftime("%-d\u{a0}%B\u{a0}%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(amount: &str, currency: &str) -> String {
        money(Money::exact(amount.parse().unwrap(), currency.parse().unwrap()).unwrap()).replace('\u{a0}', " ")
    }

    #[test]
    fn an_amount_has_all_minor_digits_of_its_currency_and_no_more() {
        assert_eq!(of("1234.5", "USD"), "USD 1,234.50");
        assert_eq!(of("1234567", "JPY"), "JPY 1,234,567");
        assert_eq!(of("0", "EUR"), "EUR 0.00");
        assert_eq!(of("999", "CHF"), "CHF 999.00");
        assert_eq!(of("-1000.05", "USD"), "USD \u{2212}1,000.05");
        assert_eq!(of("9999999999999.99", "USD"), "USD 9,999,999,999,999.99");
    }

    #[test]
    fn a_quantity_is_as_short_as_it_can_be() {
        for (quantity, shown) in [("20.00", "20"), ("1.50", "1.5"), ("0.25", "0.25"), ("12000", "12,000")] {
            assert_eq!(short(quantity.parse().unwrap()), shown);
        }
    }

    #[test]
    fn a_date_names_its_month() {
        assert_eq!(date("2026-03-05".parse().unwrap()).replace('\u{a0}', " "), "5 March 2026");
    }
}
