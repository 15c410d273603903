//! Invoices.

mod sent;

use std::collections::BTreeMap;

use domain::client::Client;
use domain::id::{ClientId, ItemId};
use domain::invoice::{
    Customer, Details, DetailsPatch, Header, Invoice, InvoiceNumber, InvoicePatch, Line, LinesChange, NewInvoice,
    NewNumber, SentTotals, StatusRequest, StripeRefs, Totals,
};
use domain::money::{Currency, Money, two_places};
use domain::record::{Extras, Meta, NewExtras};
use domain::text::Text;
use domain::{Claims, Edit, FieldErrors, Patch, Reference, Refused};
use jiff::Timestamp;
use jiff::civil::Date;
use utoipa::openapi::schema::{Array, Ref};
use uuid::Uuid;

use super::answer;
use super::items::{Catalogue, ItemJson, Lines, SentId, SentItems};
use super::parties::{ClientMini, PersonMini};
use super::schemas;
use super::status::{Words, status_display, status_word};
use crate::status::{DRAFT, SentStatus};
use crate::wire::{Bounded, Field, REQUIRED, SentObject, body, defaulted, optional, or_default, text};

pub use sent::{SentClient, SentDescription, SentInvoiceDate, SentNumber, SentPaid, SentTitle};

body! {
    /// An invoice, as it is sent.
    InvoiceRequest {
        /// Given by the server: what is sent is ignored.
        optional unique_id: SentId,
        /// What the invoice is called.
        required title: SentTitle,
        /// What it is about.
        optional description: SentDescription,
        /// Its number, unique in the organisation.
        required invoice_number: SentNumber,
        /// The status; `draft`, if a new invoice names none. `paid` books a payment of the balance, `refunded` a refund of
        /// all that is paid.
        optional status: SentStatus<Words>,
        /// The date of issue; today in UTC, if a new invoice names none.
        optional invoice_date: SentInvoiceDate,
        /// The date by which it is to be paid.
        required due_date: Date,
        /// How much is paid: what is missing to it is booked as a payment. It is never lowered.
        optional paid_amount: SentPaid,
        /// The client.
        required client_id: SentClient,
        /// Its line items. Those that are sent replace all that were there.
        optional items: SentItems,
    }
}

/// What an invoice says about itself, as far as it was sent.
struct Sent {
    number: Option<InvoiceNumber>,
    details: DetailsPatch,
    status: Option<StatusRequest>,
    issue_date: Option<Date>,
    due_date: Option<Date>,
    paid_amount: Option<rust_decimal::Decimal>,
    lines: Option<Lines>,
}

impl InvoiceRequest {
    /// The catalogue items that the line items name.
    #[must_use]
    pub fn named_items(&self) -> Vec<ItemId> {
        match &self.items {
            Field::Value(items) => items.items().collect(),
            Field::Absent | Field::Null | Field::Empty | Field::Wrong(_) => Vec::new(),
        }
    }

    /// The invoice to be made; `catalogue` holds those of the items named that there are.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self, catalogue: &Catalogue) -> Result<NewInvoice, Refused<Claims>> {
        let mut errors = FieldErrors::new();
        let absent = [
            ("title", self.title == Field::Absent),
            ("invoice_number", self.invoice_number == Field::Absent),
            ("due_date", self.due_date == Field::Absent),
            ("client_id", self.client_id == Field::Absent),
        ];
        absent.into_iter().filter(|(_, is_absent)| *is_absent).for_each(|(name, _)| errors.add(name, REQUIRED));
        let sent = self.read(catalogue, &[], Currency::USD, &mut errors);
        let Sent { number, details, status, issue_date, due_date, paid_amount, lines } = sent;
        let DetailsPatch { client, title, description, .. } = details;
        let Some(number) = number.filter(|_| errors.is_empty()) else {
            let client = client.into_option().map(Reference::Client);
            return Err(Claims::default().naming("client", client).refused(errors));
        };
        let Lines { lines, currency } = lines.unwrap_or_default();
        Ok(NewInvoice {
            number: NewNumber::Given(number),
            details: Details {
                client: client.into_option(),
                title: title.unwrap_or_default(),
                description: description.unwrap_or_default(),
                ..Details::default()
            },
            client_by_email: None,
            status: status.unwrap_or(DRAFT),
            issue_date,
            due_date,
            currency: currency.unwrap_or(Currency::USD),
            totals: SentTotals::default(),
            lines,
            paid_amount,
            extras: NewExtras::default(),
            attributes_bind: false,
        })
    }

    /// The change to be made, by PUT or by PATCH: what is left out stays. `catalogue` is as for a new one; `before` are
    /// the lines that the invoice has, in `currency`.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(
        self,
        catalogue: &Catalogue,
        before: &[&Line],
        currency: Currency,
    ) -> Result<InvoicePatch, Refused<InvoicePatch>> {
        let mut errors = FieldErrors::new();
        let sent = self.read(catalogue, before, currency, &mut errors);
        let Sent { number, details, status, issue_date, due_date, paid_amount, lines } = sent;
        errors.checked(InvoicePatch {
            number,
            details,
            status,
            issue_date,
            due_date: due_date.map_or(Patch::Keep, Patch::Set),
            currency: lines.as_ref().and_then(|lines| lines.currency),
            lines: lines.map(|lines| LinesChange::Replace(lines.lines)),
            paid_amount,
            ..InvoicePatch::default()
        })
    }

    /// The change that a body asks for of an invoice. One without a due date shows its date of issue in its place.
    #[must_use]
    pub fn edit(sent: &SentObject, catalogue: &Catalogue, before: &Invoice) -> Edit<InvoicePatch> {
        let (header, lines) = (before.header(), before.lines());
        let derived: &[&str] = if header.due_date.is_none() { &["due_date"] } else { &[] };
        let around = Around { clients: BTreeMap::new(), catalogue: Catalogue::new(), today: header.issue_date };
        let into_patch = |body: Self| body.into_patch(catalogue, &lines, header.currency);
        sent.edit(&InvoiceJson::new(header, &lines, &around), derived, into_patch)
    }

    fn read(self, catalogue: &Catalogue, before: &[&Line], currency: Currency, errors: &mut FieldErrors) -> Sent {
        let Self {
            unique_id,
            title,
            description,
            invoice_number,
            status,
            invoice_date,
            due_date,
            paid_amount,
            client_id,
            items,
        } = self;
        or_default(errors, "unique_id", unique_id.map(|SentId(id)| id));
        let client = optional(errors, "client_id", client_id).map(|SentClient(client)| client);
        let title = optional(errors, "title", title).and_then(|SentTitle(title)| Text::parse(title.as_str()).ok());
        let description = text(errors, "description", description.map(|SentDescription(text)| text));
        let details = DetailsPatch {
            client: client.map_or(Patch::Keep, Patch::Set),
            title,
            description,
            ..DetailsPatch::default()
        };
        Sent {
            number: optional(errors, "invoice_number", invoice_number).map(|SentNumber(number)| number),
            details,
            status: defaulted(errors, "status", status).map(|sent| sent.request),
            issue_date: or_default(errors, "invoice_date", invoice_date.map(|SentInvoiceDate(date)| date)),
            due_date: optional(errors, "due_date", due_date),
            paid_amount: defaulted(errors, "paid_amount", paid_amount).map(|SentPaid(Bounded(amount))| amount),
            lines: defaulted(errors, "items", items)
                .and_then(|items| errors.keep(items.into_lines(catalogue, before, currency))),
        }
    }
}

/// What an invoice's answer shows that is not the invoice's own.
#[derive(Debug, Clone)]
pub struct Around {
    /// The clients of the invoices.
    pub clients: BTreeMap<ClientId, Client>,
    /// The catalogue items of the lines.
    pub catalogue: Catalogue,
    /// Today in UTC.
    pub today: Date,
}

answer! {
    /// An invoice as lists have it.
    InvoiceRowJson as "InvoiceList" {
        /// Unique identifier.
        optional unique_id: Uuid => schemas::unique_id(),
        /// What the invoice is called.
        required title: String => schemas::text(),
        /// Its number.
        required invoice_number: String => schemas::text().max_length(Some(100)),
        /// The status.
        optional status: &'static str => schemas::status(),
        /// The status in words for people.
        required status_display: &'static str => schemas::shown(schemas::text()),
        /// The date of issue.
        optional invoice_date: Date => schemas::date_or_null(),
        /// The date by which it is to be paid; the date of issue, where none was set.
        required due_date: Date => schemas::date(),
        /// Subtotal and VAT, less the discount that another contract may have given.
        required total_amount: String => schemas::shown(schemas::decimal(13)),
        /// The payments less the refunds.
        optional paid_amount: String => schemas::decimal(13),
        /// What is owed; below zero, if too much was paid.
        required remaining_amount: String => schemas::shown(schemas::decimal(13)),
        /// Whether the due date has passed and something is owed.
        required is_overdue: bool => schemas::flag(),
        /// The currency (ISO 4217).
        required currency: &'static str => schemas::shown(schemas::text()),
        /// The client.
        required client: ClientMini => Ref::from_schema_name("FinanceClientMini"),
        /// When it was made.
        required date_created: Timestamp => schemas::instant(),
    }
}

answer! {
    /// An invoice with its line items.
    InvoiceJson as "Invoice" {
        /// Unique identifier.
        optional unique_id: Uuid => schemas::unique_id(),
        /// What the invoice is called.
        required title: String => schemas::text(),
        /// What it is about.
        optional description: String => schemas::text_or_null(),
        /// Its number.
        required invoice_number: String => schemas::text().max_length(Some(100)),
        /// The status.
        optional status: &'static str => schemas::status(),
        /// The status in words for people.
        required status_display: &'static str => schemas::shown(schemas::text()),
        /// The date of issue.
        optional invoice_date: Date => schemas::date_or_null(),
        /// The date by which it is to be paid; the date of issue, where none was set.
        required due_date: Date => schemas::date(),
        /// The sum of the line items before VAT.
        required subtotal: String => schemas::shown(schemas::decimal(13)),
        /// All VAT.
        required total_tax_amount: String => schemas::shown(schemas::decimal(13)),
        /// Subtotal and VAT, less the discount that another contract may have given.
        required total_amount: String => schemas::shown(schemas::decimal(13)),
        /// The payments less the refunds.
        optional paid_amount: String => schemas::decimal(13),
        /// What is owed; below zero, if too much was paid.
        required remaining_amount: String => schemas::shown(schemas::decimal(13)),
        /// Whether the due date has passed and something is owed.
        required is_overdue: bool => schemas::flag(),
        /// The currency (ISO 4217).
        required currency: &'static str => schemas::shown(schemas::text()),
        /// The client.
        required client: ClientMini => Ref::from_schema_name("FinanceClientMini"),
        /// Its line items.
        optional items: Vec<ItemJson> => Array::new(Ref::from_schema_name("InvoiceItem")),
        /// Who made it.
        required created_by: PersonMini => Ref::from_schema_name("FinancePersonMini"),
        /// When it was made.
        required date_created: Timestamp => schemas::instant(),
        /// When it was last changed.
        required last_updated: Timestamp => schemas::instant(),
    }
}

impl InvoiceJson {
    /// An invoice with its lines.
    #[must_use]
    pub fn new(header: &Header, lines: &[&Line], around: &Around) -> Self {
        let Header {
            id: _,
            number: _,
            billing_number: _,
            details,
            status: _,
            issue_date: _,
            due_date: _,
            currency,
            totals: Totals { source: _, subtotal, tax, own_tax: _, discount: _, total: _ },
            amount_paid: _,
            next_position: _,
            sole_line: _,
            viewed_at: _,
            paid_at: _,
            payment_link: _,
            extras: Extras { attributes: _, tasks: _, notes: _ },
            meta: Meta { created_at: _, created_by, updated_at, version: _ },
        } = header;
        let row = InvoiceRowJson::new(header, around);
        Self {
            unique_id: row.unique_id,
            title: row.title,
            description: details.description.to_string(),
            invoice_number: row.invoice_number,
            status: row.status,
            status_display: row.status_display,
            invoice_date: row.invoice_date,
            due_date: row.due_date,
            subtotal: two_places(subtotal.amount()),
            total_tax_amount: two_places(tax.amount()),
            total_amount: row.total_amount,
            paid_amount: row.paid_amount,
            remaining_amount: row.remaining_amount,
            is_overdue: row.is_overdue,
            currency: row.currency,
            client: row.client,
            items: lines.iter().map(|line| ItemJson::new(*currency, line, &around.catalogue)).collect(),
            created_by: PersonMini::new(created_by.as_ref()),
            date_created: row.date_created,
            last_updated: *updated_at,
        }
    }
}

impl InvoiceRowJson {
    /// An invoice as a list has it.
    #[must_use]
    pub fn new(header: &Header, around: &Around) -> Self {
        let Header {
            id,
            number,
            billing_number: _,
            details,
            status,
            issue_date,
            due_date,
            currency,
            totals: Totals { source: _, subtotal: _, tax: _, own_tax: _, discount: _, total },
            amount_paid,
            next_position: _,
            sole_line: _,
            viewed_at: _,
            paid_at: _,
            payment_link: _,
            extras: Extras { attributes: _, tasks: _, notes: _ },
            meta: Meta { created_at, created_by: _, updated_at: _, version: _ },
        } = header;
        let Details {
            client,
            contact: _,
            customer: customer @ Customer { name: _, email: _, phone: _, address: _, vat_number: _ },
            title,
            description: _,
            notes: _,
            payment_terms: _,
            from_address: _,
            to_address: _,
            assigned_to: _,
            teams: _,
            payment_method: _,
            stripe: StripeRefs { invoice_id: _, payment_intent_id: _, hosted_url: _, pdf_url: _ },
        } = details;
        let remaining = header.balance_due().map_or(total.amount(), Money::amount);
        Self {
            unique_id: id.uuid(),
            title: title.to_string(),
            invoice_number: number.to_string(),
            status: status_word(*status),
            status_display: status_display(*status),
            invoice_date: *issue_date,
            due_date: due_date.unwrap_or(*issue_date),
            total_amount: two_places(total.amount()),
            paid_amount: two_places(amount_paid.amount()),
            remaining_amount: two_places(remaining),
            is_overdue: header.is_overdue(around.today),
            currency: currency.code(),
            client: ClientMini::new(client.and_then(|client| around.clients.get(&client)), customer),
            date_created: *created_at,
        }
    }
}

#[cfg(test)]
mod tests;
