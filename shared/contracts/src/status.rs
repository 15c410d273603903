//! The words of the contracts for the one status of an invoice.

use std::fmt;
use std::marker::PhantomData;

use domain::invoice::{Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

use crate::wire::{FromWire, no_choice};

/// The status that a new invoice has, in every contract.
pub const DRAFT: StatusRequest = StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] };

/// What an action asks for that pays an invoice, without a word.
pub const PAID: StatusRequest = StatusRequest { target: Status::Paid, shown_as: &[Status::Paid] };

/// What an action asks for that cancels an invoice, without a word.
pub const CANCELLED: StatusRequest = StatusRequest { target: Status::Void, shown_as: &[Status::Void] };

/// A word with every status that it shows, the one that it writes first.
pub type Column = (&'static str, &'static [Status]);

/// A contract's words. Empty enums implement it: they name the contract to [`SentStatus`].
pub trait StatusWords {
    /// The words, in the document's order.
    const COLUMNS: &'static [Column];

    /// What a client is told of a word that is not among them.
    #[must_use]
    fn refusal(word: &str) -> String {
        no_choice(word)
    }

    /// What a client asks for with a word.
    ///
    /// # Errors
    /// No such word.
    fn request(word: &str) -> Result<StatusRequest, String> {
        let column = Self::COLUMNS.iter().find(|(known, _)| *known == word);
        match column {
            Some((_, shown_as @ [target, ..])) => Ok(StatusRequest { target: *target, shown_as }),
            Some((_, [])) | None => Err(Self::refusal(word)),
        }
    }
}

/// What a client is told who is to choose from `words`.
#[must_use]
pub fn must_be_one_of(words: &[&str]) -> String {
    format!("Must be one of {}.", words.join(", "))
}

/// The words alone.
#[must_use]
pub const fn words<const N: usize>(columns: &[Column; N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = columns[at].0;
        at += 1;
    }
    words
}

/// A status in a body, in the words of a contract.
pub struct SentStatus<W> {
    /// What is asked for.
    pub request: StatusRequest,
    words: PhantomData<fn() -> W>,
}

impl<W: StatusWords> FromWire for SentStatus<W> {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let word = String::from_wire(raw).unwrap_or_else(|_| raw.to_owned());
        W::request(&word).map(|request| Self { request, words: PhantomData })
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::String).enum_values(Some(W::COLUMNS.iter().map(|(word, _)| *word))).into()
    }
}

// Derived, these would ask the same of the words, which are never there.
impl<W> Clone for SentStatus<W> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<W> Copy for SentStatus<W> {}

impl<W> PartialEq for SentStatus<W> {
    fn eq(&self, other: &Self) -> bool {
        self.request == other.request
    }
}

impl<W> fmt::Debug for SentStatus<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SentStatus").field(&self.request).finish()
    }
}

/// Fails unless each word shows just the statuses that `shown` shows with it, all words that it shows are there, and each
/// writes its target in `targets`.
#[cfg(test)]
pub(crate) fn check_columns<W: StatusWords>(shown: impl Fn(Status) -> Option<&'static str>, targets: &[Status]) {
    for status in Status::ALL {
        for (word, statuses) in W::COLUMNS {
            assert_eq!(statuses.contains(&status), shown(status) == Some(word), "{status} {word}");
        }
        assert!(shown(status).is_none_or(|word| W::request(word).is_ok()), "{status}");
    }
    let sent = |word: &str| SentStatus::<W>::from_wire(&format!("\"{word}\"")).map(|sent| sent.request.target);
    let written: Result<Vec<Status>, String> = W::COLUMNS.iter().map(|(word, _)| sent(word)).collect();
    assert_eq!(written.as_deref(), Ok(targets));
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_AND_DONE: [Column; 2] = [("open", &[Status::Sent, Status::Viewed]), ("done", &[Status::Paid])];

    enum Two {}

    impl StatusWords for Two {
        const COLUMNS: &'static [Column] = &OPEN_AND_DONE;
    }

    #[test]
    fn what_is_no_word_is_refused_and_named_in_short() {
        for wrong in ["Open", "", "viewed"] {
            assert_eq!(Two::request(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
        assert_eq!(SentStatus::<Two>::from_wire("7"), Err("\"7\" is not a valid choice.".into()));
        assert_eq!(Two::request(&"é".repeat(65)), Err(format!("\"{}\" is not a valid choice.", "é".repeat(64))));
    }

    #[test]
    fn the_words_are_those_of_the_columns() {
        assert_eq!(words(&OPEN_AND_DONE), ["open", "done"]);
    }
}
