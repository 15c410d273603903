//! Invoices (crm, section 12.1).

use domain::attributes::{Attributes, EntityName};
use domain::document::EInvoice;
use domain::id::{ClientId, ContactId};
use domain::invoice::{
    Details, Header, Invoice, InvoicePatch, NewInvoice, NewNumber, SentTotals, StripeRefs, StripeRefsPatch, Totals,
};
use domain::money::{Currency, Money};
use domain::record::{Extras, Meta};
use domain::text::{LongText, ShortText, Text};
use domain::worklist::{NoteInput, TaskInput};
use domain::{Claims, Edit, FieldErrors, Patch, Reference, Refused};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, SchemaFormat, Type};
use uuid::Uuid;

mod details;

use self::details::{details, details_patch};
use super::Update;
use super::invoice_status::{Words, status_word};
use super::worklist::{self, ExtrasFields, NoteJson, TaskJson};
use crate::decimals::Amount;
use crate::einvoice::EInvoiceJson;
use crate::status::{DRAFT, SentStatus};
use crate::wire::{
    Bounded, Field, FromWire, OrEmpty, SentObject, body, not_emptied, optional, or_default, patch, required, text,
};

/// An amount of an invoice: (14,2).
type Total = Bounded<12, 2>;

/// The address of a web page.
#[derive(Debug, Clone, PartialEq)]
pub struct WebAddress(pub Text<0, 2000>);

impl FromWire for WebAddress {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let text = Text::from_wire(raw)?;
        let rest = ["https://", "http://"].iter().find_map(|scheme| text.as_str().strip_prefix(scheme));
        match rest {
            Some(rest) if !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace) => {
                Ok(Self(text))
            }
            Some(_) | None => Err("Enter a valid URL.".to_owned()),
        }
    }

    fn schema() -> RefOr<Schema> {
        let uri = SchemaFormat::Custom("uri".into());
        Object::builder().schema_type(Type::String).format(Some(uri)).max_length(Some(2000)).into()
    }
}

body! {
    /// An invoice, as it is created or changed. Its number is given by the server.
    ///
    /// Once an invoice has a line item, its totals are those of its lines, and the totals that are
    /// sent, but for `discount`, are ignored.
    InvoiceBody {
        /// The client.
        required client: ClientId,
        /// The contact at the client.
        optional contact: OrEmpty<ContactId>,
        /// The status; `draft`, if left out. Writing `paid` books a payment of the balance.
        optional status: SentStatus<Words>,
        /// The date of issue; today in UTC, if left out.
        optional issue_date: OrEmpty<Date>,
        /// The date by which it is to be paid.
        optional due_date: OrEmpty<Date>,
        /// ISO 4217 code; USD, if left out.
        optional currency: Currency,
        /// Sum before tax and discount, as text or number.
        optional subtotal: Total,
        /// All tax.
        optional tax_amount: Total,
        /// The discount; not more than subtotal and tax.
        optional discount: Total,
        /// Subtotal and tax less the discount; computed, if left out.
        optional total: Total,
        /// Notes for the customer.
        optional notes: LongText,
        /// Stripe's id of its invoice.
        optional stripe_invoice_id: OrEmpty<ShortText>,
        /// Stripe's id of the payment intent.
        optional stripe_payment_intent_id: OrEmpty<ShortText>,
        /// Stripe's page where it can be paid.
        optional stripe_hosted_url: OrEmpty<WebAddress>,
        /// Stripe's PDF of it.
        optional stripe_pdf_url: OrEmpty<WebAddress>,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// The tasks; the list that is sent replaces the list.
        optional list_of_tasks: Vec<TaskInput>,
        /// The notes; the list that is sent replaces the list.
        optional list_of_notes: Vec<NoteInput>,
    }
}

/// The fields that a new invoice and a change read alike.
struct Shared {
    totals: SentTotals,
    stripe: StripeRefsPatch,
    currency: Option<Currency>,
    status: Option<SentStatus<Words>>,
    contact: Patch<ContactId>,
    due_date: Patch<Date>,
    notes: Option<LongText>,
}

/// What is left for the two to read each in its way.
struct Apart {
    client: Field<ClientId>,
    issue_date: Field<OrEmpty<Date>>,
    extras: ExtrasFields,
}

impl InvoiceBody {
    /// The invoice to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewInvoice, Refused<Claims>> {
        let mut errors = FieldErrors::new();
        let (shared, Apart { client, issue_date, extras }) = self.with_defaults().read(&mut errors);
        let Shared { totals, stripe, currency, status, contact, due_date, notes } = shared;
        let client = required(&mut errors, "client", client);
        let issue_date = or_default(&mut errors, "issue_date", issue_date);
        let extras = extras.into_new(&mut errors);
        if !errors.is_empty() {
            let contact = contact.into_option().map(|contact| match client {
                Some(client) => Reference::ContactAt(contact, Some(client)),
                None => Reference::Contact(contact),
            });
            let claims = Claims::default().naming("client", client.map(Reference::Client)).naming("contact", contact);
            return Err(claims.carrying(EntityName::Invoice, extras.attributes).refused(errors));
        }
        Ok(NewInvoice {
            number: NewNumber::Random,
            details: details(client, contact.into_option(), notes.unwrap_or_default(), stripe),
            client_by_email: None,
            status: status.map_or(DRAFT, |sent| sent.request),
            issue_date,
            due_date: due_date.into_option(),
            currency: currency.unwrap_or(Currency::USD),
            totals,
            lines: Vec::new(),
            paid_amount: None,
            extras,
            attributes_bind: true,
        })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<InvoicePatch, Refused<InvoicePatch>> {
        let mut errors = FieldErrors::new();
        let (shared, Apart { client, issue_date, extras }) = self.read(&mut errors);
        let Shared { totals, stripe, currency, status, contact, due_date, notes } = shared;
        let client = optional(&mut errors, "client", client);
        let issue_date = not_emptied(&mut errors, "issue_date", issue_date);
        let extras = extras.into_patch(mode, &mut errors);
        let details = details_patch(client, contact, notes, stripe);
        let status = status.map(|sent| sent.request);
        errors.checked(InvoicePatch {
            number: None,
            details,
            status,
            issue_date,
            due_date,
            currency,
            totals,
            lines: None,
            paid_amount: None,
            extras,
        })
    }

    /// A new invoice has the defaults of amounts that are empty.
    fn with_defaults(self) -> Self {
        Self {
            subtotal: self.subtotal.unless_empty(),
            tax_amount: self.tax_amount.unless_empty(),
            discount: self.discount.unless_empty(),
            total: self.total.unless_empty(),
            ..self
        }
    }

    /// The change that a body asks for of an invoice.
    #[must_use]
    pub fn edit(sent: &SentObject, mode: Update, before: &Header) -> Edit<InvoicePatch> {
        sent.edit(&InvoiceJson::new(before, String::new()), &[], |body: Self| body.into_patch(mode))
    }

    fn read(self, errors: &mut FieldErrors) -> (Shared, Apart) {
        let Self {
            client,
            contact,
            status,
            issue_date,
            due_date,
            currency,
            subtotal,
            tax_amount,
            discount,
            total,
            notes,
            stripe_invoice_id,
            stripe_payment_intent_id,
            stripe_hosted_url,
            stripe_pdf_url,
            attributes,
            list_of_tasks: tasks,
            list_of_notes,
        } = self;
        let mut amount = |name: &str, field| optional(errors, name, field).map(|Bounded(amount)| amount);
        let totals = SentTotals {
            subtotal: amount("subtotal", subtotal),
            tax: amount("tax_amount", tax_amount),
            own_tax: None,
            discount: amount("discount", discount),
            total: amount("total", total),
            over_lines: false,
        };
        let stripe = StripeRefsPatch {
            invoice_id: patch(errors, "stripe_invoice_id", stripe_invoice_id),
            payment_intent_id: patch(errors, "stripe_payment_intent_id", stripe_payment_intent_id),
            hosted_url: address(patch(errors, "stripe_hosted_url", stripe_hosted_url)),
            pdf_url: address(patch(errors, "stripe_pdf_url", stripe_pdf_url)),
        };
        let shared = Shared {
            totals,
            stripe,
            currency: optional(errors, "currency", currency),
            status: optional(errors, "status", status),
            contact: patch(errors, "contact", contact),
            due_date: patch(errors, "due_date", due_date),
            notes: text(errors, "notes", notes),
        };
        (shared, Apart { client, issue_date, extras: ExtrasFields { attributes, tasks, notes: list_of_notes } })
    }
}

fn address(change: Patch<WebAddress>) -> Patch<Text<0, 2000>> {
    match change {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(WebAddress(address)) => Patch::Set(address),
    }
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The client; null only for a billing without party.
    pub client: Option<Uuid>,
    /// The contact at the client.
    pub contact: Option<Uuid>,
    /// The number, given by the server.
    pub invoice_number: String,
    /// `draft`, `sent`, `paid`, `overdue`, `void` or `refunded`.
    pub status: &'static str,
    /// The date of issue.
    pub issue_date: Date,
    /// The date by which it is to be paid.
    pub due_date: Option<Date>,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// Sum before tax and discount.
    pub subtotal: Amount,
    /// All tax.
    pub tax_amount: Amount,
    /// The discount.
    pub discount: Amount,
    /// Subtotal and tax less the discount.
    pub total: Amount,
    /// The payments less the refunds.
    pub amount_paid: Amount,
    /// Total less what is paid; below zero on overpayment.
    pub balance_due: Amount,
    /// Notes for the customer.
    pub notes: String,
    /// Stripe's id of its invoice.
    pub stripe_invoice_id: Option<String>,
    /// Stripe's id of the payment intent.
    pub stripe_payment_intent_id: Option<String>,
    /// Stripe's page where it can be paid.
    pub stripe_hosted_url: Option<String>,
    /// Stripe's PDF of it.
    pub stripe_pdf_url: Option<String>,
    /// The customer's page, for whoever has this address; it opens once the invoice is no draft.
    pub hosted_url: String,
    /// The electronic invoice that its PDF carries. It depends on the lines, so it is null where they are not read: in
    /// lists, answers to a task or a note, and webhooks.
    pub einvoice: Option<EInvoiceJson>,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// The tasks.
    pub list_of_tasks: Vec<TaskJson>,
    /// The notes.
    pub list_of_notes: Vec<NoteJson>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl InvoiceJson {
    /// The invoice with what its lines tell.
    #[must_use]
    pub fn whole(invoice: &Invoice, page: String) -> Self {
        Self { einvoice: Some(EInvoice::of(invoice).into()), ..Self::new(invoice.header(), page) }
    }

    /// The invoice, with the address of its page, which only the deployment knows.
    #[must_use]
    pub fn new(header: &Header, page: String) -> Self {
        // Sums of the books cannot outgrow what an amount holds, so the fallback is never shown.
        let balance_due = header.balance_due().unwrap_or(Money::zero(header.currency));
        let Header {
            id,
            number,
            billing_number: _,
            details,
            status,
            issue_date,
            due_date,
            currency,
            totals: Totals { source: _, subtotal, tax, own_tax: _, discount, total },
            amount_paid,
            next_position: _,
            sole_line: _,
            viewed_at: _,
            paid_at: _,
            payment_link: _,
            extras: Extras { attributes, tasks, notes: list_of_notes },
            meta: Meta { created_at, created_by, updated_at, version: _ },
        } = header;
        let Details {
            client,
            contact,
            customer: _,
            title: _,
            description: _,
            notes,
            payment_terms: _,
            from_address: _,
            to_address: _,
            assigned_to: _,
            teams: _,
            payment_method: _,
            stripe,
        } = details;
        let StripeRefs { invoice_id, payment_intent_id, hosted_url, pdf_url } = stripe;
        Self {
            id: id.uuid(),
            client: client.map(ClientId::uuid),
            contact: contact.map(ContactId::uuid),
            invoice_number: number.to_string(),
            status: status_word(*status),
            issue_date: *issue_date,
            due_date: *due_date,
            currency: currency.code(),
            subtotal: (*subtotal).into(),
            tax_amount: (*tax).into(),
            discount: (*discount).into(),
            total: (*total).into(),
            amount_paid: (*amount_paid).into(),
            balance_due: balance_due.into(),
            notes: notes.to_string(),
            stripe_invoice_id: invoice_id.as_ref().map(ToString::to_string),
            stripe_payment_intent_id: payment_intent_id.as_ref().map(ToString::to_string),
            stripe_hosted_url: hosted_url.as_ref().map(ToString::to_string),
            stripe_pdf_url: pdf_url.as_ref().map(ToString::to_string),
            hosted_url: page,
            einvoice: None,
            attributes: attributes.clone(),
            list_of_tasks: worklist::tasks(tasks),
            list_of_notes: worklist::notes(list_of_notes),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests;
