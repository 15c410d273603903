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

/// Names this contract's words, for bodies and queries.
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
    use crate::status::{DRAFT, check_columns};

    #[test]
    fn each_word_shows_its_column_and_writes_a_status_of_it() {
        let targets = [Status::Paid, Status::Sent, Status::Pending, Status::Draft];
        check_columns::<Words>(status_word, &targets);
        assert_eq!(Words::request("Draft"), Ok(DRAFT));
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["paid", "Void", "", "Overdue", "Cancelled"] {
            assert_eq!(Words::request(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
    }
}
