//! The one status of an invoice, and which changes of it are allowed.

use crate::words::words;

words! {
    /// Where an invoice stands, in the domain's words, under which it is stored. The contracts have
    /// their own.
    pub enum Status {
        /// Being written.
        Draft = "draft",
        /// With the customer.
        Sent = "sent",
        /// The customer has opened it.
        Viewed = "viewed",
        /// Awaiting something before it is paid.
        Pending = "pending",
        /// Something is paid and something is owed.
        PartiallyPaid = "partially_paid",
        /// Nothing is owed.
        Paid = "paid",
        /// The due date has passed and something is owed.
        Overdue = "overdue",
        /// Cancelled, for good.
        Void = "void",
        /// All that was paid was given back.
        Refunded = "refunded",
    }
}

impl Status {
    /// Whether the sweep turns it overdue once its due date has passed and something is owed.
    #[must_use]
    pub const fn is_receivable(self) -> bool {
        match self {
            Self::Sent | Self::Viewed | Self::Pending | Self::PartiallyPaid => true,
            Self::Draft | Self::Paid | Self::Overdue | Self::Void | Self::Refunded => false,
        }
    }

    /// Whether the invoice is among namaste's billings.
    #[must_use]
    pub const fn is_listed_as_billing(self) -> bool {
        !self.is_closed()
    }

    /// Whether the customer may see the invoice: a draft is still being written.
    #[must_use]
    pub const fn is_issued(self) -> bool {
        match self {
            Self::Draft => false,
            Self::Sent | Self::Viewed | Self::Pending | Self::PartiallyPaid => true,
            Self::Paid | Self::Overdue | Self::Void | Self::Refunded => true,
        }
    }

    /// Whether the invoice is over: its money no longer changes by lines, totals or payments.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        match self {
            Self::Void | Self::Refunded => true,
            Self::Draft | Self::Sent | Self::Viewed | Self::Pending => false,
            Self::PartiallyPaid | Self::Paid | Self::Overdue => false,
        }
    }

    /// What writing `target` over `self` means, given what is paid and owed.
    ///
    /// # Errors
    /// The transition is not allowed.
    pub fn write(self, target: Self, books: Books) -> Result<Transition, Refused> {
        let refused = Err(Refused { from: self, to: target });
        match (self, target) {
            (Self::Draft | Self::Sent | Self::Viewed | Self::Pending | Self::Overdue, to) => match to {
                Self::Draft | Self::Sent | Self::Viewed | Self::Pending | Self::Overdue | Self::Void => {
                    Ok(Transition::Set(to))
                }
                Self::PartiallyPaid if books.something_paid && books.something_owed => Ok(Transition::Set(to)),
                Self::PartiallyPaid | Self::Refunded => refused,
                Self::Paid => Ok(Transition::BookBalance),
            },
            (Self::PartiallyPaid, to) => match to {
                Self::Paid => Ok(Transition::BookBalance),
                Self::Void => Ok(Transition::Set(to)),
                Self::Draft | Self::Sent | Self::Viewed | Self::Pending => refused,
                Self::PartiallyPaid | Self::Overdue | Self::Refunded => refused,
            },
            (Self::Paid, to) => match to {
                Self::Refunded => Ok(Transition::BookRefund),
                Self::Draft | Self::Sent | Self::Viewed | Self::Pending | Self::PartiallyPaid => refused,
                Self::Paid | Self::Overdue | Self::Void => refused,
            },
            (Self::Void | Self::Refunded, _) => refused,
        }
    }

    /// The status that follows from a change of what it depends on. No other rule sets a status that
    /// was not written.
    pub(super) const fn after(self, cause: Cause, books: Books) -> Self {
        let (paid, owed) = (books.something_paid, books.something_owed);
        match (self, cause) {
            (Self::Void, _) => Self::Void,
            (Self::Refunded, Cause::RefundTakenBack) if paid && owed => Self::PartiallyPaid,
            (Self::Refunded, Cause::RefundTakenBack) if paid => Self::Paid,
            (Self::Refunded, _) => Self::Refunded,
            (_, Cause::Refunds) if !paid => Self::Refunded,
            // A draft over zero waits until it is issued.
            (Self::Draft, _) if !paid => Self::Draft,
            (_, _) if !owed => Self::Paid,
            (Self::Sent | Self::Viewed | Self::Pending | Self::PartiallyPaid, Cause::DueDatePassed) => Self::Overdue,
            (Self::Overdue, Cause::DueDateAhead) | (Self::Paid, Cause::Totals) => books.with_customer(),
            (Self::Paid | Self::PartiallyPaid, _) if paid => Self::PartiallyPaid,
            (Self::Paid | Self::PartiallyPaid, _) => Self::Sent,
            (
                Self::Draft | Self::Sent | Self::Viewed | Self::Pending | Self::Overdue,
                Cause::Payments | Cause::Refunds | Cause::RefundTakenBack,
            ) if paid => Self::PartiallyPaid,
            (Self::Draft | Self::Sent | Self::Viewed | Self::Pending | Self::Overdue, _) => self,
        }
    }
}

/// What a status may depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// More than nothing is paid.
    pub something_paid: bool,
    /// More than nothing is owed.
    pub something_owed: bool,
    /// The customer has opened the invoice.
    pub viewed: bool,
}

impl Books {
    /// The status of an issued invoice of which something is owed, apart from its due date.
    pub(super) const fn with_customer(self) -> Status {
        match self {
            Self { something_paid: true, .. } => Status::PartiallyPaid,
            Self { viewed: true, .. } => Status::Viewed,
            Self { .. } => Status::Sent,
        }
    }
}

/// What changed, where a status may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// Payments were booked, changed or removed.
    Payments,
    /// Refunds were booked or changed, and some are there.
    Refunds,
    /// A refund failed, and something is kept again.
    RefundTakenBack,
    /// The total may have changed, or the invoice was issued.
    Totals,
    /// The due date was changed to one that has not passed, or removed.
    DueDateAhead,
    /// The due date has passed.
    DueDatePassed,
}

/// What an allowed change of status does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// The status alone changes.
    Set(Status),
    /// A payment of the balance is booked; the invoice is paid.
    BookBalance,
    /// A refund of all that was paid is booked; the invoice is refunded.
    BookRefund,
}

/// A change of status that is not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The invoice's status does not allow this change.")]
pub struct Refused {
    /// The status that the invoice has.
    pub from: Status,
    /// The status that was asked for.
    pub to: Status,
}

/// A status that a client asked for by its contract's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusRequest {
    /// The first status in the word's column.
    pub target: Status,
    /// Every status that the contract shows with this word: writing it over one of them is no
    /// change.
    pub shown_as: &'static [Status],
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWED: Books = Books { something_paid: false, something_owed: true, viewed: false };
    const PART: Books = Books { something_paid: true, something_owed: true, viewed: false };
    const ALL_PAID: Books = Books { something_paid: true, something_owed: false, viewed: false };
    const ZERO: Books = Books { something_paid: false, something_owed: false, viewed: false };
    const CAUSES: [Cause; 6] = [
        Cause::Payments,
        Cause::Refunds,
        Cause::RefundTakenBack,
        Cause::Totals,
        Cause::DueDateAhead,
        Cause::DueDatePassed,
    ];

    fn issued() -> impl Iterator<Item = Status> {
        Status::ALL.into_iter().filter(|status| status.is_issued() && !status.is_closed())
    }

    #[test]
    fn open_statuses_may_be_written_over_each_other() {
        let open = [Status::Draft, Status::Sent, Status::Viewed, Status::Pending, Status::Overdue];
        for from in open {
            for to in open {
                assert_eq!(from.write(to, OWED), Ok(Transition::Set(to)));
            }
            assert_eq!(from.write(Status::Void, OWED), Ok(Transition::Set(Status::Void)));
            assert_eq!(from.write(Status::Paid, OWED), Ok(Transition::BookBalance));
            assert!(from.write(Status::PartiallyPaid, OWED).is_err());
            assert_eq!(from.write(Status::PartiallyPaid, PART), Ok(Transition::Set(Status::PartiallyPaid)));
            assert!(from.write(Status::Refunded, PART).is_err());
        }
    }

    #[test]
    fn from_partially_paid_only_paid_and_void_may_be_written() {
        let allowed: Vec<_> =
            Status::ALL.into_iter().filter(|to| Status::PartiallyPaid.write(*to, PART).is_ok()).collect();
        assert_eq!(allowed, [Status::Paid, Status::Void]);
    }

    #[test]
    fn paid_goes_to_refunded_alone_and_void_and_refunded_nowhere() {
        let allowed: Vec<_> = Status::ALL.into_iter().filter(|to| Status::Paid.write(*to, PART).is_ok()).collect();
        assert_eq!(allowed, [Status::Refunded]);
        for end in [Status::Void, Status::Refunded] {
            assert!(Status::ALL.into_iter().all(|to| end.write(to, PART).is_err()));
        }
    }

    #[test]
    fn a_void_invoice_stays_void_and_a_draft_over_zero_a_draft() {
        for cause in CAUSES {
            for books in [OWED, PART, ALL_PAID, ZERO] {
                assert_eq!(Status::Void.after(cause, books), Status::Void, "{cause:?} {books:?}");
            }
            let draft = if cause == Cause::Refunds { Status::Refunded } else { Status::Draft };
            assert_eq!(Status::Draft.after(cause, ZERO), draft, "{cause:?}");
        }
    }

    #[test]
    fn an_issued_invoice_of_which_nothing_is_owed_is_paid_whatever_changed() {
        for status in issued() {
            for cause in CAUSES {
                assert_eq!(status.after(cause, ALL_PAID), Status::Paid, "{status} {cause:?}");
                let of_zero = if cause == Cause::Refunds { Status::Refunded } else { Status::Paid };
                assert_eq!(status.after(cause, ZERO), of_zero, "{status} {cause:?}");
            }
        }
    }

    #[test]
    fn an_overdue_invoice_whose_due_date_is_ahead_is_where_it_was() {
        let viewed = Books { viewed: true, ..OWED };
        let both = Books { viewed: true, ..PART };
        for (books, then) in [
            (OWED, Status::Sent),
            (viewed, Status::Viewed),
            (PART, Status::PartiallyPaid),
            (both, Status::PartiallyPaid),
        ] {
            assert_eq!(Status::Overdue.after(Cause::DueDateAhead, books), then, "{books:?}");
            assert_eq!(Status::Overdue.after(Cause::Totals, books), Status::Overdue, "{books:?}");
        }
        for status in [Status::Draft, Status::Sent, Status::Viewed, Status::Pending] {
            assert_eq!(status.after(Cause::DueDateAhead, OWED), status);
        }
    }

    #[test]
    fn what_is_with_the_customer_is_overdue_when_its_due_date_has_passed_and_nothing_else() {
        for status in Status::ALL {
            let becomes = status.after(Cause::DueDatePassed, PART) == Status::Overdue;
            assert_eq!(becomes, status.is_receivable() || status == Status::Overdue, "{status}");
        }
    }

    #[test]
    fn payments_leave_an_open_invoice_partially_paid_and_their_removal_leaves_it_sent() {
        for status in issued().chain([Status::Draft]) {
            assert_eq!(status.after(Cause::Payments, PART), Status::PartiallyPaid, "{status}");
        }
        for status in [Status::Paid, Status::PartiallyPaid] {
            assert_eq!(status.after(Cause::Payments, Books { viewed: true, ..OWED }), Status::Sent);
        }
    }

    #[test]
    fn an_invoice_that_was_paid_as_it_was_over_zero_is_with_the_customer_once_something_is_owed() {
        assert_eq!(Status::Paid.after(Cause::Totals, OWED), Status::Sent);
        assert_eq!(Status::Paid.after(Cause::Totals, Books { viewed: true, ..OWED }), Status::Viewed);
    }
}
