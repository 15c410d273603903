//! This contract's words for the one status of an invoice.

use domain::invoice::Status;

use crate::status::{Column, StatusWords, words};

const COLUMNS: [Column; 6] = [
    ("draft", &[Status::Draft]),
    ("sent", &[Status::Sent, Status::Viewed, Status::Pending, Status::PartiallyPaid]),
    ("paid", &[Status::Paid]),
    ("overdue", &[Status::Overdue]),
    ("void", &[Status::Void]),
    ("refunded", &[Status::Refunded]),
];

/// The words, in the document's order.
pub const WORDS: [&str; 6] = words(&COLUMNS);

/// Names this contract's words, for bodies and queries.
pub enum Words {}

impl StatusWords for Words {
    const COLUMNS: &'static [Column] = &COLUMNS;
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{DRAFT, check_columns};

    #[test]
    fn each_word_shows_its_column_and_writes_a_status_of_it() {
        let targets = [Status::Draft, Status::Sent, Status::Paid, Status::Overdue, Status::Void, Status::Refunded];
        check_columns::<Words>(|status| Some(status_word(status)), &targets);
        assert_eq!(Words::request("draft"), Ok(DRAFT));
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["viewed", "Sent", "", "partially_paid", "cancelled"] {
            assert_eq!(Words::request(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
    }
}
