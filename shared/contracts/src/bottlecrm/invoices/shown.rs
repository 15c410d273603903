//! Invoices as they are answered.

use domain::document::EInvoice;
use domain::id::InvoiceId;
use domain::invoice::{Address, Beside, Customer, Details, Header, HistoryEntry, Invoice, StripeRefs, Totals};
use domain::organisation::Organisation;
use domain::record::{Extras, Meta};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::bottlecrm::attachments::AttachmentJson;
use crate::bottlecrm::comments::CommentJson;
use crate::bottlecrm::quantity::Units;
use crate::bottlecrm::status::status_word;
use crate::bottlecrm::users::{OrganizationJson, UserJson, Usernames};
use crate::decimals::Amount;
use crate::einvoice::EInvoiceJson;

/// An invoice as a list has it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = InvoiceRow)]
pub struct InvoiceRowJson {
    /// Unique identifier.
    pub id: Uuid,
    /// What it is for.
    pub invoice_title: String,
    /// The number.
    pub invoice_number: String,
    /// `Draft`, `Sent`, `Paid`, `Pending` or `Cancelled`.
    pub status: &'static str,
    /// The date by which it is to be paid.
    pub due_date: Option<Date>,
    /// The customer's name: the invoice's own, else its client's.
    pub name: String,
    /// The customer's e-mail address; empty, if none is known.
    pub email: String,
    /// The customer's phone number.
    pub phone: Option<String>,
    /// Hours or units; 1, where the invoice has not exactly one line.
    pub quantity: Units,
    /// Price per unit; the sum before tax, where the invoice has not exactly one line.
    pub rate: Amount,
    /// What is to be paid in all.
    pub total_amount: Amount,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// When it was made.
    pub created_on: Timestamp,
    /// The members who take care of it.
    pub assigned_to: Vec<Uuid>,
    /// The teams.
    pub teams: Vec<String>,
}

impl InvoiceRowJson {
    /// Shows an invoice under its customer's name and e-mail address.
    #[must_use]
    pub fn new(header: &Header, name: String, email: String) -> Self {
        let Header {
            id,
            number,
            billing_number: _,
            details,
            status,
            issue_date: _,
            due_date,
            currency,
            totals: Totals { source: _, subtotal, tax: _, own_tax: _, discount: _, total },
            amount_paid: _,
            next_position: _,
            sole_line,
            viewed_at: _,
            paid_at: _,
            payment_link: _,
            extras: Extras { attributes: _, tasks: _, notes: _ },
            meta: Meta { created_at, created_by: _, updated_at: _, version: _ },
        } = header;
        let Details {
            client: _,
            contact: _,
            customer: Customer { name: _, email: _, phone, address: _, vat_number: _ },
            title,
            description: _,
            notes: _,
            payment_terms: _,
            from_address: _,
            to_address: _,
            assigned_to,
            teams,
            payment_method: _,
            stripe: StripeRefs { invoice_id: _, payment_intent_id: _, hosted_url: _, pdf_url: _ },
        } = details;
        Self {
            id: id.uuid(),
            invoice_title: title.to_string(),
            invoice_number: number.to_string(),
            status: status_word(*status),
            due_date: *due_date,
            name,
            email,
            phone: phone.as_ref().map(ToString::to_string),
            quantity: sole_line.map_or_else(Units::one, |(quantity, _)| quantity.into()),
            rate: sole_line.map_or_else(|| Amount::from(*subtotal), |(_, unit_price)| unit_price.into()),
            total_amount: (*total).into(),
            currency: currency.code(),
            created_on: *created_at,
            assigned_to: assigned_to.iter().map(|id| id.uuid()).collect(),
            teams: teams.clone(),
        }
    }
}

/// A change of an invoice's status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = InvoiceHistory)]
pub struct HistoryJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The invoice.
    pub invoice: Uuid,
    /// Who changed it; null, where a payment at Stripe or the passing of the due date did.
    pub updated_by: Option<UserJson>,
    /// When.
    pub updated_on: Timestamp,
    /// The status before.
    pub status_changed_from: &'static str,
    /// The status after.
    pub status_changed_to: &'static str,
}

impl HistoryJson {
    /// Shows a change; none for the first row, with which the invoice began.
    #[must_use]
    pub fn new(invoice: InvoiceId, entry: &HistoryEntry, usernames: &Usernames) -> Option<Self> {
        let HistoryEntry { id, at, by, from, to } = entry;
        Some(Self {
            id: id.uuid(),
            invoice: invoice.uuid(),
            updated_by: by.as_ref().map(|by| UserJson::new(by, usernames)),
            updated_on: *at,
            status_changed_from: status_word((*from)?),
            status_changed_to: status_word(*to),
        })
    }
}

/// What an invoice's answer shows that is not the invoice's own.
#[derive(Debug, Clone)]
pub struct Around<'a> {
    /// The customer's name.
    pub name: String,
    /// The customer's e-mail address.
    pub email: String,
    /// The organisation.
    pub organisation: &'a Organisation,
    /// The usernames of those who are named.
    pub usernames: &'a Usernames,
    /// What is kept beside the books.
    pub beside: &'a Beside,
    /// A link to each attachment, in their order.
    pub links: Vec<String>,
}

/// An invoice with its addresses, its history, and what was said and attached.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceJson {
    /// What a list has of it.
    #[serde(flatten)]
    pub row: InvoiceRowJson,
    /// Tax beside that of its lines.
    pub tax: Amount,
    /// Who made it; null, where nobody is known.
    pub created_by: Option<UserJson>,
    /// The organisation.
    pub org: OrganizationJson,
    /// The sender's address.
    #[schema(value_type = Option<Object>)]
    pub from_address: Option<Address>,
    /// The customer's address.
    #[schema(value_type = Option<Object>)]
    pub to_address: Option<Address>,
    /// The electronic invoice that its PDF carries.
    pub einvoice: EInvoiceJson,
    /// What was said about it, oldest first.
    pub comments: Vec<CommentJson>,
    /// The files that are attached to it, oldest first.
    pub attachments: Vec<AttachmentJson>,
    /// The changes of its status, oldest first, through whichever contract.
    pub invoice_history: Vec<HistoryJson>,
}

/// The tax beside that of the lines; where there never were any, all that was sent.
pub(super) fn tax(header: &Header) -> Amount {
    let Totals { tax, own_tax, .. } = header.totals;
    if header.next_position == 0 { tax.into() } else { own_tax.into() }
}

impl InvoiceJson {
    /// Shows an invoice.
    #[must_use]
    pub fn new(invoice: &Invoice, around: Around<'_>) -> Self {
        let header = invoice.header();
        let Around { name, email, organisation, usernames, beside, links } = around;
        let Beside { history, comments, attachments } = beside;
        Self {
            row: InvoiceRowJson::new(header, name, email),
            tax: tax(header),
            created_by: header.meta.created_by.as_ref().map(|author| UserJson::new(author, usernames)),
            org: organisation.into(),
            from_address: header.details.from_address.clone(),
            to_address: header.details.to_address.clone(),
            einvoice: EInvoice::of(invoice).into(),
            comments: comments.iter().map(|comment| CommentJson::new(comment, usernames)).collect(),
            attachments: attachments.iter().zip(links).map(|(it, link)| AttachmentJson::new(it, link)).collect(),
            invoice_history: history.iter().filter_map(|row| HistoryJson::new(header.id, row, usernames)).collect(),
        }
    }
}

/// The answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Deleted)]
pub struct DeletedJson {
    /// That nothing went wrong: false.
    pub error: bool,
    /// That it is done.
    pub message: &'static str,
}

impl DeletedJson {
    /// An invoice that is deleted.
    pub const DONE: Self = Self { error: false, message: "Invoice deleted successfully" };
}
