//! Values of an invoice, as they are sent and as the document shows them.

use domain::id::ClientId;
use domain::invoice::InvoiceNumber;
use domain::text::{LongText, Text};
use jiff::civil::Date;

use crate::skhokho::schemas::{self, documented};
use crate::wire::{Bounded, OrEmpty};

documented! {
    /// A title.
    SentTitle(Text<1, 255>) => schemas::text().min_length(Some(1)),
    /// A description.
    SentDescription(LongText) => schemas::text_or_null(),
    /// A number of the invoice.
    SentNumber(InvoiceNumber) => schemas::text().min_length(Some(1)).max_length(Some(100)),
    /// The date of the invoice.
    SentInvoiceDate(OrEmpty<Date>) => schemas::date_or_null(),
    /// How much is paid.
    SentPaid(Bounded<10, 2>) => schemas::decimal(13),
    /// A client.
    SentClient(ClientId) => schemas::text().min_length(Some(1)).write_only(true),
}
