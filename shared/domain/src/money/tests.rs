//! Numbers, currencies and sums.

use super::*;

fn usd(text: &str) -> Money {
    Money::exact(Decimal::from_str(text).unwrap(), Currency::USD).unwrap()
}

#[test]
fn a_decimal_has_the_digits_that_its_field_holds() {
    let read = |text| decimal(Digits::json(text).as_ref(), 10, 2).map(|decimal| decimal.to_string());
    for (text, value) in [
        ("0", "0"),
        ("007.50", "7.5"),
        ("-3.10", "-3.1"),
        ("1.5000000000000000000000000000000000000", "1.5"),
        ("1E+2", "100"),
        ("12.5e-1", "1.25"),
        ("1e9", "1000000000"),
        ("0e999", "0"),
    ] {
        assert_eq!(read(text), Ok(value.into()), "{text}");
    }
    for large in ["12345678901", "1e10", "1e999", "1e999999999999999999999", "-1e400"] {
        assert_eq!(read(large), Err(MoneyError::TooLarge(10)), "{large}");
    }
    for precise in ["1.001", "1e-3", "1.25e-1", "1e-999", "1e-999999999999999999999"] {
        assert_eq!(read(precise), Err(MoneyError::TooPrecise(2)), "{precise}");
    }
    assert_eq!(read("NaN"), Err(MoneyError::NotANumber));
}

#[test]
fn halves_are_rounded_away_from_zero() {
    for (text, cents) in
        [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.015", "1.02"), ("1.0149", "1.01"), ("2.675", "2.68")]
    {
        let rounded = Money::rounded(Decimal::from_str(text).unwrap(), Currency::USD).unwrap();
        assert_eq!(rounded, usd(cents), "{text}");
    }
    let yen: Currency = "JPY".parse().unwrap();
    assert_eq!(Money::rounded(Decimal::from_str("10.5").unwrap(), yen).unwrap().amount(), Decimal::from(11));
}

#[test]
fn a_currency_is_iso_4217_with_at_most_two_minor_digits() {
    assert_eq!("JPY".parse::<Currency>().map(Currency::minor_digits), Ok(0));
    assert_eq!("KWD".parse::<Currency>(), Err(MoneyError::UnsupportedCurrency));
    for bad in ["", "usd", "USDX", "XXQ", "€", "XAU"] {
        assert!(matches!(bad.parse::<Currency>(), Err(MoneyError::UnknownCurrency(_))), "{bad}");
    }
    assert_eq!("nope".parse::<Currency>().unwrap_err().to_string(), "\"nope\" is not a valid ISO 4217 currency code.");
}

#[test]
fn sums_keep_to_one_currency_and_to_what_can_be_kept() {
    let yen = Money::zero("JPY".parse().unwrap());
    assert_eq!(usd("1").checked_add(yen), Err(MoneyError::MixedCurrencies));
    let most = usd("9999999999999.99");
    assert_eq!(most.checked_add(usd("0.01")), Err(MoneyError::Overflow));
    assert_eq!(most.checked_subtract(usd("0.99")), Ok(usd("9999999999999")));
}

#[test]
fn quantities_prices_and_rates_have_bounds() {
    let d = |text: &str| Decimal::from_str(text).unwrap();
    assert_eq!(Quantity::new(d("0")), Err(MoneyError::NotPositive));
    assert_eq!(Quantity::new(d("99999999.99")).map(Quantity::value), Ok(d("99999999.99")));
    assert_eq!(Quantity::new(d("100000000")), Err(MoneyError::TooLarge(8)));
    assert_eq!(Price::new(d("-0.01")), Err(MoneyError::Negative));
    assert_eq!(Percent::new(d("100.01")), Err(MoneyError::AboveHundred));
    assert_eq!(Percent::new(d("12.345")), Err(MoneyError::TooPrecise(2)));
}
