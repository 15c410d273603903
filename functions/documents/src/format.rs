//! Numbers as they are printed: the same for every language.

use domain::money::Currency;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

/// An amount with the currency's digits: `1,234.50`, in yen `1,235`.
pub(crate) fn amount(value: Decimal, currency: Currency) -> String {
    let digits = currency.minor_digits();
    let rounded = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    grouped(&format!("{rounded:.*}", digits as usize))
}

/// An amount with the currency's code: `1,234.50 USD`.
pub(crate) fn money(value: Decimal, currency: Currency) -> String {
    format!("{} {currency}", amount(value, currency))
}

/// A number with the digits that it needs: `2`, `1,000.25`.
pub(crate) fn number(value: Decimal) -> String {
    grouped(&value.normalize().to_string())
}

/// A share in per cent: `20%`, `7.5%`.
pub(crate) fn percent(value: Decimal) -> String {
    format!("{}%", number(value))
}

/// A day: `5 March 2026`.
pub(crate) fn date(value: Date) -> String {
    value.strftime("%-d %B %Y").to_string()
}

fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, rest)| (whole, Some(rest)));
    let digits = whole.trim_start_matches('-');
    // A rounded -0.00 is nothing.
    let negative = whole.len() > digits.len() && number.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    let mut text = String::from(if negative { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (value, expected) in [
            ("0", "0.00"),
            ("0.5", "0.50"),
            ("999.999", "1,000.00"),
            ("1234.5", "1,234.50"),
            ("-1234.5", "-1,234.50"),
            ("-123", "-123.00"),
            ("-0.001", "0.00"),
            ("1234567890123.45", "1,234,567,890,123.45"),
        ] {
            assert_eq!(amount(decimal(value), Currency::USD), expected, "{value}");
        }
        assert_eq!(money(decimal("1234.5"), Currency::USD), "1,234.50 USD");
    }

    #[test]
    fn numbers_and_percentages_have_the_digits_that_they_need() {
        assert_eq!(number(decimal("2.00")), "2");
        assert_eq!(number(decimal("1000.250")), "1,000.25");
        assert_eq!(percent(decimal("7.50")), "7.5%");
        assert_eq!(percent(decimal("20")), "20%");
        assert_eq!(date(jiff::civil::date(2026, 3, 5)), "5 March 2026");
    }

    #[test]
    fn every_currency_that_the_books_take_has_its_own_digits() {
        const LETTERS: std::ops::RangeInclusive<char> = 'A'..='Z';
        let codes = LETTERS.flat_map(|a| LETTERS.flat_map(move |b| LETTERS.map(move |c| format!("{a}{b}{c}"))));
        let currencies: Vec<Currency> = codes.filter_map(|code| code.parse().ok()).collect();
        assert!(currencies.len() > 150, "{}", currencies.len());
        for currency in currencies {
            let expected = match currency.minor_digits() {
                0 => "1,235",
                1 => "1,234.6",
                2 => "1,234.56",
                digits => panic!("{currency} has {digits} digits"),
            };
            assert_eq!(money(decimal("1234.56"), currency), format!("{expected} {}", currency.code()));
        }
        assert_eq!(money(decimal("1234.56"), "JPY".parse().unwrap()), "1,235 JPY");
    }
}
