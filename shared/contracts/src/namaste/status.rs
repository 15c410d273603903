//! This contract's words for the one status of an invoice.

use domain::invoice::Status;

use crate::status::{Column, StatusWords, words};

const COLUMNS: [Column; 4] = [
    ("Paid", &[Status::Paid]),
    ("Unpaid", &[Status::Sent, Status::Viewed, Status::PartiallyPaid, Status::Overdue]),
    ("Pending", &[Status::Pending]),
    ("Draft", &[Status::Draft]),
];

/// The words, in the document's order.
pub const WORDS: [&str; 4] = words(&COLUMNS);

/// The words, for a status in a body.
pub enum Words {}

impl StatusWords for Words {
    const COLUMNS: &'static [Column] = &COLUMNS;
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::check_columns;

    #[test]
    fn each_word_shows_its_column_and_writes_the_first_status_of_it() {
        check_columns::<Words>(status_word);
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["paid", "Void", "", "Overdue", "Cancelled"] {
            assert!(Words::request(wrong).is_err(), "{wrong}");
        }
    }
}
