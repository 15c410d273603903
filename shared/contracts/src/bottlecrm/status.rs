//! This contract's words for the one status of an invoice.

use domain::FieldErrors;
use domain::invoice::{InvoicePatch, Status};

use super::needed;
use crate::status::{Column, SentStatus, StatusWords, must_be_one_of, words};
use crate::wire::body;

const COLUMNS: [Column; 5] = [
    ("Draft", &[Status::Draft]),
    ("Sent", &[Status::Sent, Status::Viewed]),
    ("Paid", &[Status::Paid]),
    ("Pending", &[Status::Pending, Status::PartiallyPaid, Status::Overdue]),
    ("Cancelled", &[Status::Void, Status::Refunded]),
];

/// The words, in the document's order.
pub const WORDS: [&str; 5] = words(&COLUMNS);

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
        Status::Draft => "Draft",
        Status::Sent | Status::Viewed => "Sent",
        Status::Pending | Status::PartiallyPaid | Status::Overdue => "Pending",
        Status::Paid => "Paid",
        Status::Void | Status::Refunded => "Cancelled",
    }
}

body! {
    /// Another status.
    StatusBody {
        /// The status. Writing `Paid` books a payment of the balance.
        required status: SentStatus<Words>,
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
        Ok(InvoicePatch { status: status.map(|sent| sent.request), ..InvoicePatch::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::{DRAFT, check_columns};

    #[test]
    fn each_word_shows_its_column_and_writes_a_status_of_it() {
        let targets = [Status::Draft, Status::Sent, Status::Paid, Status::Pending, Status::Void];
        check_columns::<Words>(|status| Some(status_word(status)), &targets);
        assert_eq!(Words::request("Draft"), Ok(DRAFT));
    }

    #[test]
    fn other_words_are_refused() {
        for wrong in ["draft", "SENT", "", "Overdue", "Void", "Canceled"] {
            assert_eq!(
                Words::request(wrong),
                Err("Must be one of Draft, Sent, Paid, Pending, Cancelled.".into()),
                "{wrong}"
            );
        }
    }
}
