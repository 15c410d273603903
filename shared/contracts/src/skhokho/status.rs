//! This contract's words for the one status of an invoice.

use domain::invoice::{Status, StatusRequest};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::schemas;
use crate::wire::FromWire;

/// The words, in the document's order.
pub const WORDS: [&str; 8] = ["draft", "sent", "viewed", "paid", "partially_paid", "overdue", "cancelled", "refunded"];

/// The words by which the document narrows a list; the others are taken too.
pub const FILTERS: [&str; 6] = ["cancelled", "draft", "paid", "partially_paid", "sent", "viewed"];

/// The status that a new invoice has.
pub const DRAFT: StatusRequest = StatusRequest { target: Status::Draft, shown_as: &[Status::Draft] };

/// What the action `mark_as_paid` asks for.
pub const PAID: StatusRequest = StatusRequest { target: Status::Paid, shown_as: &[Status::Paid] };

/// What the action `cancel` asks for.
pub const CANCELLED: StatusRequest = StatusRequest { target: Status::Void, shown_as: &[Status::Void] };

/// The word that shows a status.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Draft => "draft",
        Status::Sent | Status::Pending => "sent",
        Status::Viewed => "viewed",
        Status::PartiallyPaid => "partially_paid",
        Status::Paid => "paid",
        Status::Overdue => "overdue",
        Status::Void => "cancelled",
        Status::Refunded => "refunded",
    }
}

/// The status in words for people.
#[must_use]
pub const fn status_display(status: Status) -> &'static str {
    match status {
        Status::Draft => "Draft",
        Status::Sent | Status::Pending => "Sent",
        Status::Viewed => "Viewed by Client",
        Status::PartiallyPaid => "Partially Paid",
        Status::Paid => "Paid",
        Status::Overdue => "Overdue",
        Status::Void => "Cancelled",
        Status::Refunded => "Refunded",
    }
}

/// What a client asks for with a word.
///
/// # Errors
/// No such word.
pub fn status_request(word: &str) -> Result<StatusRequest, String> {
    let request = |target, shown_as| Ok(StatusRequest { target, shown_as });
    match word {
        "draft" => Ok(DRAFT),
        "sent" => request(Status::Sent, &[Status::Sent, Status::Pending]),
        "viewed" => request(Status::Viewed, &[Status::Viewed]),
        "paid" => Ok(PAID),
        "partially_paid" => request(Status::PartiallyPaid, &[Status::PartiallyPaid]),
        "overdue" => request(Status::Overdue, &[Status::Overdue]),
        "cancelled" => Ok(CANCELLED),
        "refunded" => request(Status::Refunded, &[Status::Refunded]),
        _ => Err(format!("\"{}\" is not a valid choice.", word.chars().take(64).collect::<String>())),
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
        schemas::status().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_among_those_that_its_word_shows_and_no_other_words() {
        for status in Status::ALL {
            for word in WORDS {
                let shown_as = status_request(word).unwrap().shown_as;
                assert_eq!(shown_as.contains(&status), status_word(status) == word, "{status} {word}");
            }
        }
        for wrong in ["void", "Sent", "", "pending", "canceled"] {
            assert!(status_request(wrong).is_err(), "{wrong}");
        }
        assert!(SentStatus::from_wire("7").is_err());
        assert!(FILTERS.iter().all(|word| WORDS.contains(word)));
    }

    #[test]
    fn a_word_writes_the_first_status_of_its_column() {
        for word in WORDS {
            let request = status_request(word).unwrap();
            assert_eq!((request.shown_as.first(), status_word(request.target)), (Some(&request.target), word));
        }
    }
}
