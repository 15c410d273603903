//! This contract's words for the one status of an invoice.

use domain::invoice::{Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

use crate::wire::FromWire;

/// The words, in the document's order.
pub const WORDS: [&str; 6] = ["draft", "sent", "paid", "overdue", "void", "refunded"];

/// The word that shows a status.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid => "sent",
        Status::Paid => "paid",
        Status::Overdue => "overdue",
        Status::Void => "void",
        Status::Refunded => "refunded",
    }
}

/// Every status that a word shows, the one that it writes first.
#[must_use]
pub fn statuses_of(word: &str) -> Option<&'static [Status]> {
    match word {
        "draft" => Some(&[Status::Draft]),
        "sent" => Some(&[Status::Sent, Status::Viewed, Status::Pending, Status::PartiallyPaid]),
        "paid" => Some(&[Status::Paid]),
        "overdue" => Some(&[Status::Overdue]),
        "void" => Some(&[Status::Void]),
        "refunded" => Some(&[Status::Refunded]),
        _ => None,
    }
}

/// What a client asks for with a word.
///
/// # Errors
/// No such word.
pub fn status_request(word: &str) -> Result<StatusRequest, String> {
    match statuses_of(word) {
        Some(shown_as @ [target, ..]) => Ok(StatusRequest { target: *target, shown_as }),
        Some([]) | None => Err(format!("\"{}\" is not a valid choice.", word.chars().take(64).collect::<String>())),
    }
}

/// A status in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentStatus(pub StatusRequest);

impl FromWire for SentStatus {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let word = String::from_wire(raw).unwrap_or_else(|_| raw.to_owned());
        status_request(&word).map(Self)
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::String).enum_values(Some(WORDS)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_among_those_that_its_word_shows_and_no_other_words() {
        for status in Status::ALL {
            for word in WORDS {
                let shows = statuses_of(word).unwrap().contains(&status);
                assert_eq!(shows, status_word(status) == word, "{status} {word}");
            }
        }
    }

    #[test]
    fn a_word_writes_the_first_status_of_its_column() {
        let target = |word| status_request(word).map(|request| request.target);
        assert_eq!(target("sent"), Ok(Status::Sent));
        assert_eq!(WORDS.map(|word| target(word).unwrap().as_str()), WORDS);
        for wrong in ["viewed", "Sent", "", "partially_paid", "cancelled"] {
            assert_eq!(target(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
        assert_eq!(SentStatus::from_wire("7"), Err("\"7\" is not a valid choice.".into()));
    }
}
