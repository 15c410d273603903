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
}

/// What a transition may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Books {
    /// More than nothing is paid.
    pub something_paid: bool,
    /// More than nothing is owed.
    pub something_owed: bool,
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

    const OWED: Books = Books { something_paid: false, something_owed: true };
    const PART: Books = Books { something_paid: true, something_owed: true };

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
}
