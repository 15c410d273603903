//! Countries by the names and codes that people write.

use std::str::FromStr;

use celes::Country;

/// Names that [`Country`] does not know: short ones, and those that Europeans and others give their own country.
#[rustfmt::skip]
const NAMES: [(&str, &str); 76] = [
    ("uk", "GB"), ("uae", "AE"), ("korea", "KR"), ("northmacedonia", "MK"), ("åland", "AX"), ("ålandislands", "AX"),
    ("réunion", "RE"), ("curaçao", "CW"), ("côtedivoire", "CI"), ("saintbarthélemy", "BL"), ("turkiye", "TR"),
    ("türkiye", "TR"), ("republicofireland", "IE"), ("northernireland", "GB"), ("thenetherlands", "NL"),
    ("deutschland", "DE"), ("österreich", "AT"), ("schweiz", "CH"), ("suisse", "CH"), ("svizzera", "CH"),
    ("svizra", "CH"), ("belgië", "BE"), ("belgique", "BE"), ("belgien", "BE"), ("nederland", "NL"),
    ("luxemburg", "LU"), ("lëtzebuerg", "LU"), ("liechtenstein", "LI"), ("españa", "ES"), ("italia", "IT"),
    ("danmark", "DK"), ("sverige", "SE"), ("norge", "NO"), ("noreg", "NO"), ("suomi", "FI"), ("ísland", "IS"),
    ("eesti", "EE"), ("latvija", "LV"), ("lietuva", "LT"), ("polska", "PL"), ("česko", "CZ"),
    ("českárepublika", "CZ"), ("slovensko", "SK"), ("slovenskárepublika", "SK"), ("slovenija", "SI"),
    ("hrvatska", "HR"), ("magyarország", "HU"), ("românia", "RO"), ("българия", "BG"), ("ελλάδα", "GR"),
    ("ελλάς", "GR"), ("κύπρος", "CY"), ("éire", "IE"), ("srbija", "RS"), ("србија", "RS"),
    ("bosnaihercegovina", "BA"), ("crnagora", "ME"), ("shqipëri", "AL"), ("shqipëria", "AL"), ("україна", "UA"),
    ("россия", "RU"), ("беларусь", "BY"), ("brasil", "BR"), ("méxico", "MX"), ("perú", "PE"), ("panamá", "PA"),
    ("ישראל", "IL"), ("日本", "JP"), ("中国", "CN"), ("中國", "CN"), ("대한민국", "KR"), ("한국", "KR"),
    ("ประเทศไทย", "TH"), ("ไทย", "TH"), ("भारत", "IN"), ("việtnam", "VN"),
];

/// The code of ISO 3166-1 (alpha-2) of a country that is written by its code, or by its name in any case.
#[must_use]
pub fn country_code(text: &str) -> Option<&'static str> {
    let key = |is_kept: fn(char) -> bool| {
        text.chars().filter(|c| is_kept(*c)).flat_map(char::to_lowercase).collect::<String>()
    };
    // Marks above and below letters are of the name.
    let name = key(|character| !character.is_whitespace() && !character.is_ascii_punctuation() && character != '’');
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let named = NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    named.or_else(|| Country::from_str(&name).ok().map(|country| country.alpha2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_its_codes_and_names() {
        for (text, code) in [
            ("DE", "DE"),
            (" de ", "DE"),
            ("DEU", "DE"),
            ("Germany", "DE"),
            ("Deutschland", "DE"),
            ("ÖSTERREICH", "AT"),
            ("United Kingdom", "GB"),
            ("UK", "GB"),
            ("GBR", "GB"),
            ("U.S.A.", "US"),
            ("United States", "US"),
            ("the Netherlands", "NL"),
            ("Česká republika", "CZ"),
            ("Ελλάδα", "GR"),
            ("Côte d’Ivoire", "CI"),
            ("South Korea", "KR"),
            ("Vietnam", "VN"),
            ("Jordan", "JO"),
            ("भारत", "IN"),
        ] {
            assert_eq!(country_code(text), Some(code), "{text}");
        }
        for text in ["", " ", "X", "ZZ", "Nowhere", "276", "12345", "D E U T", "EU"] {
            assert_eq!(country_code(text), None, "{text}");
        }
    }

    #[test]
    fn every_name_leads_to_a_code_and_is_listed_once() {
        for (index, (name, code)) in NAMES.iter().enumerate() {
            assert_eq!(country_code(code), Some(*code), "{name}");
            assert!(NAMES[..index].iter().all(|(other, _)| other != name), "{name}");
        }
    }
}
