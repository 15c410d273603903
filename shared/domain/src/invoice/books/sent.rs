//! The invoice is given to its customer.

use super::Invoice;
use crate::invoice::status::{Cause, Status};
use crate::record::{Moment, NewId};

impl Invoice {
    /// Notes that the customer was sent the invoice: a draft is sent from then on. Any other status
    /// says more than that, and stays. Says whether anything changed.
    pub fn mark_sent(&mut self, moment: Moment<'_>, new_id: NewId<'_>) -> bool {
        match self.header.status {
            Status::Draft => {
                self.set_status(Status::Sent, moment, new_id);
                self.follow(Cause::Totals, moment, new_id);
                self.header.meta.touch(moment.at);
                true
            }
            Status::Sent | Status::Viewed | Status::Pending | Status::PartiallyPaid | Status::Paid => false,
            Status::Overdue | Status::Void | Status::Refunded => false,
        }
    }
}
