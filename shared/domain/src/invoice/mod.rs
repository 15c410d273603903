//! Invoices: the aggregate of header, lines, payments, refunds and history.

mod books;
mod header;
mod line;
mod payment;
mod status;

pub use books::{Changes, Invoice, MAX_LINES, utc_date};
pub use header::{
    Address, Customer, Details, DetailsPatch, Header, HistoryEntry, InvoiceNumber, InvoicePatch, NewInvoice,
    SentTotals, StripeRefs, StripeRefsPatch, Totals, TotalsSource,
};
pub use line::{Figures, Line, LineInput, LineKind, LinePatch, LineText, NewLine};
pub use payment::{NewPayment, Payment, PaymentInput, PaymentMethod, PaymentPatch, Refund};
pub use status::{Books, Refused, Status, StatusRequest, Transition};
