//! The customer's first look at an invoice.

use jiff::Timestamp;

use super::Invoice;
use crate::invoice::status::Status;
use crate::record::{Moment, NewId};

impl Invoice {
    /// Notes that the customer has opened the invoice. The first time alone counts, and what was
    /// sent is viewed from then on; any other status says more than that, and stays. A draft is
    /// nobody's to open. Says whether anything changed.
    pub fn mark_viewed(&mut self, now: Timestamp, new_id: NewId<'_>) -> bool {
        if self.header.viewed_at.is_some() || !self.header.status.is_issued() {
            return false;
        }
        if self.header.status == Status::Sent {
            self.set_status(Status::Viewed, Moment { at: now, by: None }, new_id);
        }
        self.header.viewed_at = Some(now);
        self.header.meta.touch(now);
        true
    }
}
