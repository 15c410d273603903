//! Numbers, currencies and sums.

use super::*;

fn usd(text: &str) -> Money {
    Money::exact(Decimal::from_str(text).unwrap(), Currency::USD).unwrap()
}

#[test]
fn only_plain_decimals_are_numbers() {
    for bad in
        ["", "-", ".", "1.", ".5", "+1", "1e3", "1E3", "NaN", "Infinity", "1,000", " 1", "1_0", "0x1", "--1", "١"]
    {
        assert_eq!(parse_decimal(bad, 10, 2), Err(MoneyError::NotANumber), "{bad:?}");
    }
    for (text, value) in
        [("0", "0"), ("007.50", "7.5"), ("-3.10", "-3.1"), ("1.5000000000000000000000000000000000000", "1.5")]
    {
        assert_eq!(parse_decimal(text, 10, 2), Ok(Decimal::from_str(value).unwrap()), "{text}");
    }
    assert_eq!(parse_decimal("12345678901", 10, 2), Err(MoneyError::TooLarge(10)));
    assert_eq!(parse_decimal("1.001", 10, 2), Err(MoneyError::TooPrecise(2)));
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
