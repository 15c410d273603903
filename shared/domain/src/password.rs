//! Passwords that may be taken.

use std::cmp::Ordering;
use std::fmt;

use crate::error::FieldErrors;
use crate::text::compatible;

/// A password that may be taken: 8 to 128 characters, not all digits, not one of the most used, and no repetition of
/// such a one or of fewer than 8 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// The fewest characters of a password.
const SHORTEST: usize = 8;
/// The most characters of a password.
const LONGEST: usize = 128;
/// The most used passwords that have [`SHORTEST`] characters: see `data/README.md`.
const COMMON: &[u8] = include_bytes!("../data/common-passwords.txt");

impl Password {
    /// Checks a new password, in the form in which passwords are compared.
    ///
    /// # Errors
    /// Every message for the field.
    pub fn parse(text: &str) -> Result<Self, FieldErrors> {
        let text = compatible(text);
        let mut errors = FieldErrors::new();
        let length = text.chars().count();
        if length < SHORTEST {
            errors.add("password", "This password is too short. It must contain at least 8 characters.");
        }
        if length > LONGEST {
            errors.add("password", "Ensure this field has no more than 128 characters.");
        }
        if is_numeric(&text) {
            errors.add("password", "This password is entirely numeric.");
        }
        if (SHORTEST..=LONGEST).contains(&length)
            && let Some(message) = weakness(&text)
        {
            errors.add("password", message);
        }
        errors.into_result().map(|()| Self(text))
    }

    /// The password, to be hashed.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

fn is_numeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_numeric)
}

/// Why a password of a good length is easy to guess, if it is.
fn weakness(text: &str) -> Option<&'static str> {
    let folded = text.trim().to_lowercase();
    if is_common(folded.as_bytes()) {
        return Some("This password is too common.");
    }
    let chars: Vec<char> = folded.chars().collect();
    let repeated: String = chars[..period(&chars)?].iter().collect();
    let is_weak = repeated.chars().count() < SHORTEST || is_numeric(&repeated) || is_common(repeated.as_bytes());
    is_weak.then_some("This password only repeats something shorter.")
}

/// The length of the shortest part that a text repeats, at least twice and up to its end.
fn period(text: &[char]) -> Option<usize> {
    (1..=text.len() / 2).find(|length| text[*length..] == text[..text.len() - length])
}

/// Whether a password is a line of [`COMMON`]. Halves the file until it is found, at the lines' beginnings.
fn is_common(password: &[u8]) -> bool {
    let mut rest = COMMON;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let start = rest[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let end = rest[start..].iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| start + at);
        match password.cmp(&rest[start..end]) {
            Ordering::Equal => return true,
            Ordering::Less => rest = &rest[..start],
            Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<String> {
        let errors = Password::parse(text).err();
        errors.iter().flat_map(FieldErrors::iter).flat_map(|(_, messages)| messages.to_vec()).collect()
    }

    #[test]
    fn a_password_is_long_enough_and_not_a_number() {
        assert_eq!(messages("SecurePass123!"), [""; 0]);
        assert_eq!(messages("1234567").len(), 2);
        assert_eq!(messages("93650174"), ["This password is entirely numeric."]);
        assert_eq!(messages(&"xyz-".repeat(33)), ["Ensure this field has no more than 128 characters."]);
        assert_eq!(format!("{:?}", Password::parse("SecurePass123!").unwrap()), "Password(…)");
    }

    #[test]
    fn every_line_of_the_list_is_found_and_nothing_beside_it() {
        let text = std::str::from_utf8(COMMON).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() > 10_000 && lines.is_sorted(), "{}", lines.len());
        for line in &lines {
            assert!(is_common(line.as_bytes()), "{line}");
            assert!(line.chars().count() >= SHORTEST && *line == line.to_lowercase(), "{line}");
        }
        for other in ["", "a", "passwor", "~~~~~~~~~~", "\n", "password\n", "password1\npassword2", "zzzzzzzzzzzzz"] {
            assert!(!is_common(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn a_common_password_is_refused_however_it_is_written() {
        for common in ["password", "PassWord1", "iloveyou", "QWERTYUIOP", "trustno1", " password ", "1q2w3e4r"] {
            assert_eq!(messages(common), ["This password is too common."], "{common}");
        }
    }

    #[test]
    fn a_password_that_looks_common_is_common() {
        assert_eq!(messages("ｐａｓｓｗｏｒｄ"), ["This password is too common."]);
        assert_eq!(Password::parse("Ｓecure①Pass").unwrap().expose(), "Secure1Pass");
    }

    #[test]
    fn a_repetition_is_refused_if_what_it_repeats_would_be() {
        let long = "Ωжßa".repeat(9);
        for repetition in
            ["zqzqzqzq", "xkcdxkcd", "xkcdXKCDxk", long.as_str(), "passwordPassword", "trustno1trustno1trust"]
        {
            assert_eq!(messages(repetition), ["This password only repeats something shorter."], "{repetition}");
        }
        for good in ["SecurePass123!SecurePass123!", "xkcdxkcdy", "aaaaaaaab!"] {
            assert_eq!(messages(good), [""; 0], "{good}");
        }
    }
}
