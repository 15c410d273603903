//! Bounded text: a value of these types has been checked.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text of `MIN` to `MAX` characters (Unicode scalar values), trimmed at both ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// A name: 1 to 255 characters.
pub type Name = Text<1, 255>;
/// A line of free text: up to 255 characters.
pub type ShortText = Text<0, 255>;
/// Free text of up to 10,000 characters.
pub type LongText = Text<0, 10_000>;

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space where something is needed.
    #[error("This field may not be blank.")]
    Blank,
    /// Longer than the field holds.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// A NUL or another control character that no text field shows.
    #[error("Null and control characters are not allowed.")]
    Control,
    /// Not an e-mail address.
    #[error("Enter a valid email address.")]
    Email,
}

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Checks a text; white space at its ends is dropped.
    ///
    /// # Errors
    /// Too long, blank where `MIN` is above 0, or holding control characters other than tab and
    /// line breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            return Err(TextError::Control);
        }
        let length = text.chars().count();
        if length < MIN {
            return Err(TextError::Blank);
        }
        if length > MAX {
            return Err(TextError::TooLong(MAX));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, taken out.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: usize, const MAX: usize> TryFrom<String> for Text<MIN, MAX> {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

/// An e-mail address: one `@`, a dotted domain, no white space, at most 254 characters (RFC 5321).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Email(String);

impl Email {
    /// Checks an address. Its case is kept; [`Email::folded`] compares.
    ///
    /// # Errors
    /// Anything that is not plainly an address; a header could be injected otherwise.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(TextError::Email)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..");
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
        if local_ok && domain_ok && text.len() <= 254 { Ok(Self(text.to_owned())) } else { Err(TextError::Email) }
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which addresses are compared: two that differ in case are one.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

impl TryFrom<String> for Email {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_bounded() {
        assert_eq!(Name::parse("  Acme \n").map(Name::into_string), Ok("Acme".to_owned()));
        assert_eq!(Name::parse(" \t"), Err(TextError::Blank));
        assert_eq!(Name::parse(&"é".repeat(255)).map(|n| n.as_str().chars().count()), Ok(255));
        assert_eq!(Name::parse(&"é".repeat(256)), Err(TextError::TooLong(255)));
        assert_eq!(Name::parse("a\0b"), Err(TextError::Control));
    }

    #[test]
    fn an_address_that_could_carry_a_header_is_refused() {
        for bad in ["", "a", "a@b", "a@b..c", "@b.c", "a b@c.d", "a@b.c\r\nBcc: x@y.z", "a@b.c,d@e.f", "a@@b.c"] {
            assert_eq!(Email::parse(bad), Err(TextError::Email), "{bad:?}");
        }
        for good in ["m.lopez@example.com", "a+b@c-d.example", "O'Neil@example.co.uk"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
    }
}
