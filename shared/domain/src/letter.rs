//! Letters: what somebody writes to send an invoice by mail.

use crate::text::{Email, LongText, Text, TextError};

/// The most recipients of a letter: what SES takes for one mail.
pub const MAX_RECIPIENTS: usize = 50;

/// A letter with an invoice. What it leaves out, the invoice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who gets it.
    pub recipients: Recipients,
    /// The subject.
    pub subject: Option<Subject>,
    /// The text.
    pub message: Option<LongText>,
}

/// The addresses of a letter: 1 to 50, each one once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipients(Vec<Email>);

/// Why addresses cannot be those of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecipientsError {
    /// There are none.
    #[error("Ensure this list has at least 1 address.")]
    None,
    /// There are too many.
    #[error("Ensure this list has no more than {MAX_RECIPIENTS} addresses.")]
    TooMany,
}

impl Recipients {
    /// Checks how many there are. An address that is there again, in whatever case, is left out.
    ///
    /// # Errors
    /// None, or more than [`MAX_RECIPIENTS`] as they were sent.
    pub fn new(addresses: Vec<Email>) -> Result<Self, RecipientsError> {
        if addresses.len() > MAX_RECIPIENTS {
            return Err(RecipientsError::TooMany);
        }
        let mut once: Vec<Email> = Vec::with_capacity(addresses.len());
        for address in addresses {
            if once.iter().all(|known| known.folded() != address.folded()) {
                once.push(address);
            }
        }
        if once.is_empty() { Err(RecipientsError::None) } else { Ok(Self(once)) }
    }

    /// The addresses, in the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &Email> {
        self.0.iter()
    }
}

/// The subject of a mail: one line of 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(Text<1, 255>);

impl Subject {
    /// Checks a subject; blanks at its ends are dropped.
    ///
    /// # Errors
    /// Blank, too long, or with a control character: a line break would begin another header.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.chars().any(|char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')) {
            return Err(TextError::Control);
        }
        Text::parse(text).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn emails(names: impl IntoIterator<Item = String>) -> Vec<Email> {
        names.into_iter().map(|name| Email::parse(&name).unwrap()).collect()
    }

    #[test]
    fn a_letter_has_one_to_fifty_recipients_as_they_were_sent() {
        let some = |count: usize| Recipients::new(emails((0..count).map(|number| format!("a{number}@b.example"))));
        assert_eq!(some(0), Err(RecipientsError::None));
        assert_eq!(some(50).unwrap().iter().count(), 50);
        assert_eq!(some(51), Err(RecipientsError::TooMany));
        let same = emails((0..51).map(|_| "a@b.example".to_owned()));
        assert_eq!(Recipients::new(same), Err(RecipientsError::TooMany));
    }

    #[test]
    fn an_address_that_is_there_twice_gets_one_letter() {
        let twice = ["A@b.example", "c@d.example", "a@B.example"].map(str::to_owned);
        let recipients = Recipients::new(emails(twice)).unwrap();
        assert_eq!(recipients.iter().map(Email::as_str).collect::<Vec<_>>(), ["A@b.example", "c@d.example"]);
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(Subject::parse("  Invoice INV-001 – Zoë ").unwrap().as_str(), "Invoice INV-001 – Zoë");
        for bad in ["a\r\nBcc: x@y.example", "a\nb", "a\r", "a\tb", "a\0", "a\u{2028}b", "\u{85}"] {
            assert_eq!(Subject::parse(bad), Err(TextError::Control), "{bad:?}");
        }
        assert_eq!(Subject::parse("  "), Err(TextError::Blank));
        assert_eq!(Subject::parse(&"é".repeat(256)), Err(TextError::TooLong(255)));
    }
}
