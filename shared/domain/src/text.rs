//! Text: how it is normalised where it enters, how it is compared, and bounded texts, which have been checked.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use serde::{Deserialize, Serialize};

/// Normalises text that enters: composes it (NFC), removes what [`is_removed`] names, and trims it. Text without a
/// visible character becomes empty. Normalising twice changes nothing.
#[must_use]
pub fn normalised(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    let kept: String = text.chars().filter(|c| !is_removed(*c)).collect();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&kept);
    if composed.chars().any(is_visible) { composed.trim().to_owned() } else { String::new() }
}

/// The form in which unique values are compared: compatible characters are equal (NFKC), and characters that show
/// nothing (`Default_Ignorable_Code_Point`) do not count.
#[must_use]
pub fn unique_key(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_owned();
    }
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let counted: String = compatible(text).chars().filter(|c| !ignorable.contains(*c)).collect();
    // What an ignored character kept apart may compose.
    compatible(&counted).trim().to_owned()
}

/// The form in which usernames and e-mail addresses are compared, and parts of names are searched for: as
/// [`unique_key`], without case.
#[must_use]
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    compatible(&unique_key(text).to_lowercase())
}

/// The form in which passwords are compared: compatible characters are equal (NFKC). Every character counts.
#[must_use]
pub fn compatible(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned()
}

/// Whether a character is removed from all text: bidirectional controls, the soft hyphen, the zero-width space, the
/// word joiner and the byte order mark. Joiners stay, because scripts and emoji need them.
const fn is_removed(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    )
}

fn is_visible(c: char) -> bool {
    const BLANK_BRAILLE: char = '\u{2800}';
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    !c.is_whitespace()
        && !CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        && c != BLANK_BRAILLE
        && !matches!(
            category,
            GeneralCategory::Control | GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark
        )
}

/// Reads a truth value: `true` or `1`, `false` or `0`, in any case.
#[must_use]
pub fn parse_bool(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// [Normalised](normalised) text of `MIN` to `MAX` characters (Unicode scalar values).
///
/// Deserializing is for stored values, which were checked when they entered: what an earlier release took stays
/// readable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
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
    /// Normalises and checks a text.
    ///
    /// # Errors
    /// Too long, blank where `MIN` is above 0, or holding control characters other than tab and
    /// line breaks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = normalised(text);
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
        Ok(Self(text))
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

impl<const MIN: usize, const MAX: usize> From<Text<MIN, MAX>> for String {
    fn from(text: Text<MIN, MAX>) -> Self {
        text.0
    }
}

/// An e-mail address: one `@`, a dotted domain, no white space, at most 254 characters (RFC 5321).
///
/// Deserializing is for stored values, as with [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Checks an address. Its case is kept; [`Email::folded`] compares.
    ///
    /// # Errors
    /// Anything that is not plainly an address; a header could be injected otherwise.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = normalised(text);
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
        if local_ok && domain_ok && text.len() <= 254 { Ok(Self(text)) } else { Err(TextError::Email) }
    }

    /// The address as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which addresses are compared: two that differ in case are one.
    #[must_use]
    pub fn folded(&self) -> String {
        folded(&self.0)
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
mod tests;
