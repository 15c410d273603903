//! This contract's words for the one status of an invoice.

use domain::invoice::Status;

use crate::status::{Column, StatusWords, must_be_one_of, words};

const COLUMNS: [Column; 7] = [
    ("draft", &[Status::Draft]),
    ("sent", &[Status::Sent, Status::Pending, Status::PartiallyPaid]),
    ("viewed", &[Status::Viewed]),
    ("paid", &[Status::Paid]),
    ("overdue", &[Status::Overdue]),
    ("cancelled", &[Status::Void]),
    ("refunded", &[Status::Refunded]),
];

/// The words, in the document's order.
pub const WORDS: [&str; 7] = words(&COLUMNS);

/// Names this contract's words, for bodies and queries.
pub enum Words {}

impl StatusWords for Words {
    const COLUMNS: &'static [Column] = &COLUMNS;

    fn refusal(_: &str) -> String {
        must_be_one_of(&WORDS)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{CANCELLED, DRAFT, check_columns};

    #[test]
    fn each_word_shows_its_column_and_writes_a_status_of_it() {
        let targets = [
            Status::Draft,
            Status::Sent,
            Status::Viewed,
            Status::Paid,
            Status::Overdue,
            Status::Void,
            Status::Refunded,
        ];
        check_columns::<Words>(|status| Some(status_word(status)), &targets);
        assert_eq!(Words::request("draft"), Ok(DRAFT));
        assert_eq!(Words::request("cancelled"), Ok(CANCELLED));
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["void", "Sent", "", "partially_paid", "pending", "canceled"] {
            assert_eq!(
                Words::request(wrong),
                Err("Must be one of draft, sent, viewed, paid, overdue, cancelled, refunded.".into()),
                "{wrong}"
            );
        }
    }
}
