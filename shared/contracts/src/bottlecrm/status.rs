//! This contract's words for the one status of an invoice.

use domain::FieldErrors;
use domain::invoice::{InvoicePatch, Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};

use super::needed;
use crate::wire::{FromWire, body};

/// The words, in the document's order.
pub const WORDS: [&str; 5] = ["Draft", "Sent", "Paid", "Pending", "Cancelled"];

/// The status that a new invoice has.
pub const DRAFT: StatusRequest = StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] };

/// The word that shows a status.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "Draft",
        Status::Sent | Status::Viewed => "Sent",
        Status::Pending | Status::PartiallyPaid | Status::Overdue => "Pending",
        Status::Paid => "Paid",
        Status::Void | Status::Refunded => "Cancelled",
    }
}

/// Every status that a word shows, the one that it writes first.
#[must_use]
pub fn statuses_of(word: &str) -> Option<&'static [Status]> {
    match word {
        "Draft" => Some(DRAFT.shown_as),
        "Sent" => Some(&[Status::Sent, Status::Viewed]),
        "Pending" => Some(&[Status::Pending, Status::PartiallyPaid, Status::Overdue]),
        "Paid" => Some(&[Status::Paid]),
        "Cancelled" => Some(&[Status::Void, Status::Refunded]),
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

body! {
    /// Another status.
    StatusBody {
        /// The status. Writing `Paid` books a payment of the balance.
        required status: SentStatus,
    }
}

impl StatusBody {
    /// The change to be made.
    ///
    /// # Errors
    /// The status is missing or none of this contract's.
    pub fn into_patch(self) -> Result<InvoicePatch, FieldErrors> {
        let Self { status } = self;
        let mut errors = FieldErrors::new();
        let status = needed(&mut errors, "status", status);
        errors.into_result()?;
        Ok(InvoicePatch { status: status.map(|SentStatus(request)| request), ..InvoicePatch::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_among_those_that_its_word_shows_and_no_other_words() {
        for status in Status::ALL {
            for word in WORDS {
                let is_shown = statuses_of(word).unwrap().contains(&status);
                assert_eq!(is_shown, status_word(status) == word, "{status} {word}");
            }
        }
    }

    #[test]
    fn a_word_writes_the_first_status_of_its_column() {
        let targets = WORDS.map(|word| status_request(word).unwrap().target);
        assert_eq!(targets, [Status::Draft, Status::Sent, Status::Paid, Status::Pending, Status::Void]);
        for wrong in ["draft", "SENT", "", "Overdue", "Void", "Canceled"] {
            assert!(status_request(wrong).is_err(), "{wrong}");
        }
        assert!(SentStatus::from_wire("7").is_err());
    }
}
