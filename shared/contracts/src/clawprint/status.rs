//! This contract's words for the one status of an invoice.

use domain::invoice::{Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

use crate::wire::FromWire;

/// The words, in the document's order.
pub const WORDS: [&str; 7] = ["draft", "sent", "viewed", "paid", "overdue", "cancelled", "refunded"];

/// The status of a cancelled invoice, as it is written.
pub const CANCELLED: StatusRequest = StatusRequest { target: Status::Void, shown_as: &[Status::Void] };

/// The status that a new invoice has.
pub const DRAFT: StatusRequest = StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] };

/// The word that shows a status.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Sent | Status::Pending | Status::PartiallyPaid => "sent",
        Status::Viewed => "viewed",
        Status::Paid => "paid",
        Status::Overdue => "overdue",
        Status::Void => "cancelled",
        Status::Refunded => "refunded",
    }
}

/// Every status that a word shows, the one that it writes first.
#[must_use]
pub fn statuses_of(word: &str) -> Option<&'static [Status]> {
    match word {
        "draft" => Some(DRAFT.shown_as),
        "sent" => Some(&[Status::Sent, Status::Pending, Status::PartiallyPaid]),
        "viewed" => Some(&[Status::Viewed]),
        "paid" => Some(&[Status::Paid]),
        "overdue" => Some(&[Status::Overdue]),
        "cancelled" => Some(CANCELLED.shown_as),
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
        Some([]) | None => Err(format!("Must be one of {}.", WORDS.join(", "))),
    }
}

/// A status in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentStatus(pub StatusRequest);

impl FromWire for SentStatus {
    fn from_wire(raw: &str) -> Result<Self, String> {
        status_request(&String::from_wire(raw).unwrap_or_default()).map(Self)
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
                assert_eq!(
                    statuses_of(word).unwrap().contains(&status),
                    status_word(status) == word,
                    "{status} {word}"
                );
            }
        }
    }

    #[test]
    fn a_word_writes_the_first_status_of_its_column() {
        let target = |word| status_request(word).map(|request| request.target);
        let targets = [Status::Draft, Status::Sent, Status::Viewed, Status::Paid, Status::Overdue, Status::Void];
        assert_eq!(WORDS[..6].iter().map(|word| target(word).unwrap()).collect::<Vec<_>>(), targets);
        assert_eq!(target("refunded"), Ok(Status::Refunded));
        for wrong in ["void", "Sent", "", "partially_paid", "pending", "canceled"] {
            assert!(target(wrong).is_err(), "{wrong}");
        }
        assert!(SentStatus::from_wire("7").is_err());
        assert_eq!(SentStatus::from_wire("\"cancelled\""), Ok(SentStatus(CANCELLED)));
    }
}
