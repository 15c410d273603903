//! Query parameters. Of a parameter that is there twice, the last one holds; its text is normalised, as all text is.

use domain::text::normalised;

/// The value of a parameter, if it is sent.
#[must_use]
pub fn sent(pairs: &[(String, String)], name: &str) -> Option<String> {
    pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| normalised(value))
}

/// The value of a parameter, if it is sent and not empty.
#[must_use]
pub fn filled(pairs: &[(String, String)], name: &str) -> Option<String> {
    sent(pairs, name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_two_holds_and_its_text_is_normalised() {
        let pairs = [("a", "x"), ("a", " e\u{301}\u{200b} "), ("b", "\u{feff}")];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!((sent(&pairs, "a").as_deref(), filled(&pairs, "a").as_deref()), (Some("é"), Some("é")));
        assert_eq!((sent(&pairs, "b").as_deref(), filled(&pairs, "b")), (Some(""), None));
        assert_eq!((sent(&pairs, "c"), filled(&pairs, "c")), (None, None));
    }
}
