//! This contract's words for the one status of an invoice.

use domain::invoice::Status;

use crate::status::{Column, StatusWords, words};

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

/// The words, for a status in a body.
pub enum Words {}

impl StatusWords for Words {
    const COLUMNS: &'static [Column] = &COLUMNS;

    fn refusal(_: &str) -> String {
        format!("Must be one of {}.", WORDS.join(", "))
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
    use crate::status::check_columns;

    #[test]
    fn each_word_shows_its_column_and_writes_the_first_status_of_it() {
        check_columns::<Words>(|status| Some(status_word(status)));
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
