//! This contract's words for the one status of an invoice.

use domain::invoice::{Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

use crate::wire::FromWire;

/// The words, in the document's order.
pub const WORDS: [&str; 4] = ["Paid", "Unpaid", "Pending", "Draft"];

/// The status of a new billing that names none.
pub const DRAFT: StatusRequest = StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] };

/// The word that shows a status; none for what this contract does not show.
#[must_use]
pub const fn status_word(status: Status) -> Option<&'static str> {
    match status {
        Status::Draft => Some("Draft"),
        Status::Sent | Status::Viewed | Status::PartiallyPaid | Status::Overdue => Some("Unpaid"),
        Status::Pending => Some("Pending"),
        Status::Paid => Some("Paid"),
        Status::Void | Status::Refunded => None,
    }
}

/// What a client asks for with a word.
fn status_request(word: &str) -> Option<StatusRequest> {
    let shown_as: &'static [Status] = match word {
        "Draft" => return Some(DRAFT),
        "Unpaid" => &[Status::Sent, Status::Viewed, Status::PartiallyPaid, Status::Overdue],
        "Pending" => &[Status::Pending],
        "Paid" => &[Status::Paid],
        _ => return None,
    };
    shown_as.first().map(|target| StatusRequest { target: *target, shown_as })
}

/// A status in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentStatus(pub StatusRequest);

impl FromWire for SentStatus {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let word = String::from_wire(raw).unwrap_or_else(|_| raw.to_owned());
        let wrong = || format!("\"{}\" is not a valid choice.", word.chars().take(64).collect::<String>());
        status_request(&word).map(Self).ok_or_else(wrong)
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
                let shows = status_request(word).unwrap().shown_as.contains(&status);
                assert_eq!(shows, status_word(status) == Some(word), "{status} {word}");
            }
        }
    }

    #[test]
    fn a_word_writes_the_first_status_of_its_column() {
        let target = |word: &str| SentStatus::from_wire(&format!("\"{word}\"")).map(|SentStatus(sent)| sent.target);
        assert_eq!((target("Unpaid"), target("Paid")), (Ok(Status::Sent), Ok(Status::Paid)));
        assert_eq!((target("Pending"), target("Draft")), (Ok(Status::Pending), Ok(Status::Draft)));
        for wrong in ["paid", "Void", "", "Overdue", "Cancelled"] {
            assert_eq!(target(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
        assert!(SentStatus::from_wire("7").is_err());
    }
}
