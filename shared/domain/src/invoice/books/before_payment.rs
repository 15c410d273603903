//! The rule of contracts in which an invoice is fixed once it is paid.

use super::Invoice;
use crate::error::Error;
use crate::invoice::input::InvoicePatch;
use crate::invoice::status::Status;

impl Invoice {
    /// Refuses every change of an invoice that is paid in full, but for the bare status refunded.
    /// It goes before what the status that is written means: paid over paid is refused too.
    ///
    /// # Errors
    /// [`Error::Conflict`].
    pub fn changes_before_payment(&self, patch: &InvoicePatch) -> Result<(), Error> {
        if self.header.status != Status::Paid {
            return Ok(());
        }
        let refunds = patch.status.is_some_and(|status| status.target == Status::Refunded);
        let nothing_else = *patch == InvoicePatch { status: patch.status, ..InvoicePatch::default() };
        if refunds && nothing_else {
            return Ok(());
        }
        Err(Error::Conflict("The invoice has been paid in full; it can only be refunded.".into()))
    }
}
