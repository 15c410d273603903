//! This contract's words for the one status of an invoice.

use domain::invoice::Status;

use crate::status::{Column, StatusWords, words};

const COLUMNS: [Column; 8] = [
    ("draft", &[Status::Draft]),
    ("sent", &[Status::Sent, Status::Pending]),
    ("viewed", &[Status::Viewed]),
    ("paid", &[Status::Paid]),
    ("partially_paid", &[Status::PartiallyPaid]),
    ("overdue", &[Status::Overdue]),
    ("cancelled", &[Status::Void]),
    ("refunded", &[Status::Refunded]),
];

/// The words, in the document's order.
pub const WORDS: [&str; 8] = words(&COLUMNS);

/// The words by which the document narrows a list; the others are taken too.
pub const FILTERS: [&str; 6] = ["cancelled", "draft", "paid", "partially_paid", "sent", "viewed"];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{CANCELLED, DRAFT, PAID, check_columns};

    #[test]
    fn each_word_shows_its_column_and_writes_a_status_of_it() {
        let targets = [
            Status::Draft,
            Status::Sent,
            Status::Viewed,
            Status::Paid,
            Status::PartiallyPaid,
            Status::Overdue,
            Status::Void,
            Status::Refunded,
        ];
        check_columns::<Words>(|status| Some(status_word(status)), &targets);
        assert_eq!(Words::request("draft"), Ok(DRAFT));
        assert_eq!(Words::request("paid"), Ok(PAID));
        assert_eq!(Words::request("cancelled"), Ok(CANCELLED));
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["void", "Sent", "", "pending", "canceled"] {
            assert_eq!(Words::request(wrong), Err(format!("\"{wrong}\" is not a valid choice.")));
        }
        assert!(FILTERS.iter().all(|word| WORDS.contains(word)));
    }
}
