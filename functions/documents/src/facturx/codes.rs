//! The codes that EN 16931 admits.

/// The countries of ISO 3166-1, and Northern Ireland (XI).
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO \
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE \
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO \
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW \
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM \
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI YE YT ZA ZM ZW";

/// Currencies that the books know and the standard's list has no more: they have been replaced, or were never in use.
const FORMER_CURRENCIES: [&str; 6] = ["BGN", "CUC", "HRK", "SLL", "XAD", "ZWL"];

/// Whether nothing of the text would be left in XML.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || character.is_control())
}

/// Whether it is the code of a country.
pub(super) fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.split(' ').any(|country| country == code)
}

/// Whether the standard's list has the currency.
pub(super) fn is_currency(code: &str) -> bool {
    !FORMER_CURRENCIES.contains(&code)
}

/// The VAT identifier as the standard wants it: with the prefix of its country, capital, without what groups it.
pub(super) fn vat_id(text: &str) -> Option<String> {
    let id: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '-' | '/')).collect();
    let id = id.to_ascii_uppercase();
    let (prefix, rest) = id.split_at_checked(2)?;
    let plain = rest.len() >= 2 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'*'));
    // Greece has a prefix of its own.
    (plain && (prefix == "EL" || is_country(prefix))).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vat_identifier_has_its_countrys_prefix() {
        assert_eq!(vat_id("DE 123.456.789"), Some("DE123456789".to_owned()));
        assert_eq!(vat_id("el123456789"), Some("EL123456789".to_owned()));
        assert_eq!(vat_id("XI 123 4567 89"), Some("XI123456789".to_owned()));
        for refused in ["", "D", "DE", "123456789", "ZZ123456789", "DE12;45", "ß1234"] {
            assert_eq!(vat_id(refused), None, "{refused}");
        }
    }

    #[test]
    fn countries_are_two_capital_letters() {
        assert!(is_country("DE") && is_country("AD") && is_country("ZW"));
        assert!(!is_country("de") && !is_country("D ") && !is_country("") && !is_country("ZZ"));
    }
}
