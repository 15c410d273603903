//! Invoices: the aggregate of header, lines, payments, refunds and history.

mod beside;
mod books;
mod details;
mod header;
mod input;
mod line;
mod payment;
mod payment_link;
mod status;
mod stripe;

pub use beside::{
    Attachment, AttachmentKey, Beside, Comment, CommentText, FileName, MAX_ATTACHMENTS, MAX_COMMENT_BYTES, MediaType,
};
pub use books::{Changes, Invoice, MAX_LINES, utc_date};
pub use details::{
    Address, Customer, CustomerPatch, Details, DetailsPatch, PaymentPage, StripeRefs, StripeRefsPatch,
    check_payment_page,
};
pub use header::{Header, HistoryEntry, InvoiceNumber, Totals, TotalsSource};
pub use input::{InvoicePatch, LinesChange, NewInvoice, NewNumber, SentTotals, SoleLine, series_number};
pub use line::{Figures, Line, LineInput, LineKind, LinePatch, LineText, NewLine, TaxCategory};
pub use payment::{NewPayment, Payment, PaymentInput, PaymentMethod, PaymentPatch, Refund, StripeTie};
pub use payment_link::{LinkChange, LinkState, LinkUrl, MadeLink, PaymentLink};
pub use status::{Books, Refused, Status, StatusRequest, Transition};
pub use stripe::{
    IntentBook, KnownRefund, NamedRefund, PaidFact, RefundFact, StripeAmount, StripeFact, StripeInvoice, StripeMoney,
};
