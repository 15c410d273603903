//! The codes that EN 16931 admits.

use super::country_code;

/// Currencies that the books know and the standard's list has no more: they have been replaced, or were never in use.
const FORMER_CURRENCIES: [&str; 6] = ["BGN", "CUC", "HRK", "SLL", "XAD", "ZWL"];

/// Whether nothing of the text would be left in XML.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|character| character.is_whitespace() || character.is_control())
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
    // Greece and Northern Ireland have prefixes of their own.
    (plain && (matches!(prefix, "EL" | "XI") || country_code(prefix) == Some(prefix))).then_some(id)
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
}
