//! Invoices.

use domain::id::OrganisationId;
use domain::invoice::{
    Customer, CustomerPatch, Details, DetailsPatch, Header, InvoiceNumber, InvoicePatch, Line, NewInvoice, NewNumber,
    SentTotals, StripeRefs, Totals,
};
use domain::money::Currency;
use domain::record::{Extras, Meta, NewExtras};
use domain::text::{Email, LongText, ShortText};
use domain::{Edit, Error, FieldErrors, Patch, Refused};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::amounts::{Minor, SentCurrency};
use super::dates::{Day, Midnight};
use super::ids::{BusinessKey, InvoiceKey};
use super::line_items::{LineItemJson, LineItems};
use super::status::{Words, status_word};
use super::{given, needed};
use crate::status::{CANCELLED, DRAFT, SentStatus};
use crate::wire::{Field, OrEmpty, REQUIRED, SentObject, body, optional, or_default, patch, text};

/// How many days a customer has to pay, if the client does not say.
const DAYS_TO_PAY: i64 = 30;

body! {
    /// An invoice, as it is created.
    InvoiceBody {
        /// The business of the API key.
        required business_id: String,
        /// The customer's e-mail address. Its client is found by it, or made.
        required customer_email: Email,
        /// The customer's name.
        optional customer_name: OrEmpty<ShortText>,
        /// A number of one's own, unique in the business; the next of `INV-YYYY-NNN`, if left out.
        optional invoice_number: OrEmpty<InvoiceNumber>,
        /// The date of issue; today in UTC, if left out.
        optional issued_date: Day,
        /// The date by which it is to be paid; 30 days after the date of issue, if left out.
        optional due_date: Day,
        /// The currency; USD, if left out.
        optional currency: SentCurrency,
        /// Notes for the customer.
        optional notes: LongText,
        /// Terms such as "Net 30".
        optional payment_terms: ShortText,
        /// What is sold; at least one.
        required line_items: LineItems,
    }
}

body! {
    /// A change of an invoice that is not paid. What is left out stays.
    InvoicePatchBody {
        /// The status. Writing `paid` books a payment of the balance; a paid invoice takes `refunded` alone, which
        /// books a refund of all.
        optional status: SentStatus<Words>,
        /// The customer's e-mail address, on this invoice.
        optional customer_email: Email,
        /// The customer's name, on this invoice.
        optional customer_name: OrEmpty<ShortText>,
        /// The date by which it is to be paid.
        optional due_date: Day,
        /// Notes for the customer.
        optional notes: LongText,
        /// Terms such as "Net 30".
        optional payment_terms: ShortText,
        /// The business of the API key, if it is sent.
        optional business_id: String,
    }
}

/// Checks that what a client names is its credential's own business.
pub(super) fn check_business(errors: &mut FieldErrors, sent: Field<String>, own: BusinessKey) -> Result<(), Error> {
    match needed(errors, "business_id", sent) {
        Some(sent) if sent.trim().is_empty() => {
            errors.add("business_id", REQUIRED);
            Ok(())
        }
        Some(sent) if sent != own.to_string() => Err(Error::NotFound),
        Some(_) | None => Ok(()),
    }
}

impl InvoiceBody {
    /// The invoice to be made today, for a business.
    ///
    /// # Errors
    /// Every field that is missing or wrong, or another business than the credential's own.
    pub fn into_new(self, business: OrganisationId, today: Date) -> Result<NewInvoice, Error> {
        let Self {
            business_id,
            customer_email,
            customer_name,
            invoice_number,
            issued_date,
            due_date,
            currency,
            notes,
            payment_terms,
            line_items,
        } = self;
        let mut errors = FieldErrors::new();
        check_business(&mut errors, business_id, BusinessKey(business))?;
        let email = needed(&mut errors, "customer_email", customer_email);
        let name = or_default(&mut errors, "customer_name", customer_name);
        let number = or_default(&mut errors, "invoice_number", invoice_number);
        let issued = given(&mut errors, "issued_date", issued_date).map_or(today, |Day(date)| date);
        let due = given(&mut errors, "due_date", due_date);
        let currency = given(&mut errors, "currency", currency).map_or(Currency::USD, |SentCurrency(it)| it);
        let notes = text(&mut errors, "notes", notes).unwrap_or_default();
        let payment_terms = text(&mut errors, "payment_terms", payment_terms).unwrap_or_default();
        let line_items = needed(&mut errors, "line_items", line_items);
        let lines = line_items.map(|items| items.into_lines(&mut errors)).unwrap_or_default();
        errors.into_result()?;
        let customer = Customer { name, email: email.clone(), ..Customer::default() };
        Ok(NewInvoice {
            number: number.map_or(NewNumber::Series, NewNumber::Given),
            details: Details { customer, notes, payment_terms, ..Details::default() },
            client_by_email: email,
            status: DRAFT,
            issue_date: Some(issued),
            due_date: Some(due.map_or_else(|| issued.saturating_add(DAYS_TO_PAY.days()), |Day(date)| date)),
            currency,
            totals: SentTotals::default(),
            lines,
            paid_amount: None,
            extras: NewExtras::default(),
            attributes_bind: false,
        })
    }
}

impl InvoicePatchBody {
    /// Refuses a body that names another business than the credential's own.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn check_business(&self, business: OrganisationId) -> Result<(), Error> {
        // What else is wrong with it is told with the other fields.
        check_business(&mut FieldErrors::new(), self.business_id.clone(), BusinessKey(business))
    }

    /// The change that a body asks for of an invoice.
    #[must_use]
    pub fn edit(sent: &SentObject, before: &Header) -> Edit<InvoicePatch> {
        let customer_email = before.details.customer.email.as_ref().map(ToString::to_string).unwrap_or_default();
        let business = OrganisationId::new(Uuid::nil());
        let around = Around { business, customer_email, hosted_url: String::new(), now: before.meta.updated_at };
        sent.edit(&InvoiceJson::row(before, around), &[], Self::into_patch)
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<InvoicePatch, Refused<InvoicePatch>> {
        let Self { status, customer_email, customer_name, due_date, notes, payment_terms, business_id } = self;
        let mut errors = FieldErrors::new();
        if given(&mut errors, "business_id", business_id).is_some_and(|business| business.trim().is_empty()) {
            errors.add("business_id", REQUIRED);
        }
        let email = optional(&mut errors, "customer_email", customer_email);
        let customer = CustomerPatch {
            name: patch(&mut errors, "customer_name", customer_name),
            email: email.map_or(Patch::Keep, Patch::Set),
            ..CustomerPatch::default()
        };
        let due_date = optional(&mut errors, "due_date", due_date);
        let details = DetailsPatch {
            customer,
            notes: text(&mut errors, "notes", notes),
            payment_terms: text(&mut errors, "payment_terms", payment_terms),
            ..DetailsPatch::default()
        };
        let status = optional(&mut errors, "status", status);
        errors.checked(InvoicePatch {
            details,
            status: status.map(|sent| sent.request),
            due_date: due_date.map_or(Patch::Keep, |Day(date)| Patch::Set(date)),
            ..InvoicePatch::default()
        })
    }
}

/// What DELETE asks for.
#[must_use]
pub fn cancellation() -> InvoicePatch {
    InvoicePatch { status: Some(CANCELLED), ..InvoicePatch::default() }
}

/// What an invoice's answer shows that is not the invoice's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// The business.
    pub business: OrganisationId,
    /// The customer's e-mail address: the invoice's own, else its contact's, else its client's.
    pub customer_email: String,
    /// The customer's page of the invoice.
    pub hosted_url: String,
    /// Now: a payment link that has expired is not shown.
    pub now: Timestamp,
}

/// An invoice. What it does not have is left out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Invoice)]
pub struct InvoiceJson {
    /// Unique identifier.
    pub invoice_id: InvoiceKey,
    /// The business.
    pub business_id: BusinessKey,
    /// The number.
    pub invoice_number: String,
    /// The customer's e-mail address; empty, if none is known.
    pub customer_email: String,
    /// The customer's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub customer_name: Option<String>,
    /// `draft`, `sent`, `viewed`, `paid`, `overdue`, `cancelled` or `refunded`.
    pub status: &'static str,
    /// Sum of the line items before tax.
    pub amount: Minor,
    /// All tax.
    pub tax_amount: Minor,
    /// Amount and tax, less the discount that another contract may have given.
    pub total_amount: Minor,
    /// ISO 4217 code.
    pub currency: &'static str,
    /// The date of issue.
    pub issued_date: Midnight,
    /// The date by which it is to be paid; null, if the contract that made it set none.
    pub due_date: Option<Midnight>,
    /// Notes for the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<String>,
    /// Terms such as "Net 30".
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub payment_terms: Option<String>,
    /// Stripe's page where it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stripe_payment_link: Option<String>,
    /// Stripe's id of its invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stripe_invoice_id: Option<String>,
    /// The customer's page of the invoice.
    pub hosted_url: String,
    /// When it was paid in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub paid_at: Option<Timestamp>,
    /// When the customer first opened it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub viewed_at: Option<Timestamp>,
    /// The line items; lists leave them out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line_items: Option<Vec<LineItemJson>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl InvoiceJson {
    /// An invoice with its line items.
    #[must_use]
    pub fn whole(header: &Header, lines: &[&Line], around: Around) -> Self {
        let show = |line: &&Line| LineItemJson::new(header.id, header.currency, line);
        Self { line_items: Some(lines.iter().map(show).collect()), ..Self::row(header, around) }
    }

    /// An invoice as a list has it.
    #[must_use]
    pub fn row(header: &Header, Around { business, customer_email, hosted_url, now }: Around) -> Self {
        let Header {
            id,
            number,
            billing_number: _,
            details,
            status,
            issue_date,
            due_date,
            currency,
            totals: Totals { source: _, subtotal, tax, own_tax: _, discount: _, total },
            amount_paid: _,
            next_position: _,
            sole_line: _,
            viewed_at,
            paid_at,
            payment_link,
            extras: Extras { attributes: _, tasks: _, notes: _ },
            meta: Meta { created_at, created_by: _, updated_at, version: _ },
        } = header;
        let Details {
            client: _,
            contact: _,
            customer: Customer { name, email: _, phone: _, address: _, vat_number: _ },
            title: _,
            description: _,
            notes,
            payment_terms,
            from_address: _,
            to_address: _,
            assigned_to: _,
            teams: _,
            payment_method: _,
            stripe: StripeRefs { invoice_id, payment_intent_id: _, hosted_url: _, pdf_url: _ },
        } = details;
        Self {
            invoice_id: InvoiceKey(*id),
            business_id: BusinessKey(business),
            invoice_number: number.to_string(),
            customer_email,
            customer_name: name.as_ref().and_then(|name| filled(name.as_str())),
            status: status_word(*status),
            amount: (*subtotal).into(),
            tax_amount: (*tax).into(),
            total_amount: (*total).into(),
            currency: currency.code(),
            issued_date: Midnight(*issue_date),
            due_date: due_date.map(Midnight),
            notes: filled(notes.as_str()),
            payment_terms: filled(payment_terms.as_str()),
            stripe_payment_link: payment_link
                .as_ref()
                .and_then(|link| link.shown(now))
                .map(|made| made.url.to_string()),
            stripe_invoice_id: invoice_id.as_ref().and_then(|id| filled(id.as_str())),
            hosted_url,
            paid_at: *paid_at,
            viewed_at: *viewed_at,
            line_items: None,
            created_at: *created_at,
            updated_at: *updated_at,
        }
    }
}

fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

/// The answer to a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Cancelled)]
pub struct CancelledJson {
    /// That it is done.
    pub message: &'static str,
    /// The invoice.
    pub invoice_id: InvoiceKey,
}

impl CancelledJson {
    /// An invoice that is cancelled.
    #[must_use]
    pub const fn new(invoice: InvoiceKey) -> Self {
        Self { message: "Invoice cancelled successfully", invoice_id: invoice }
    }
}

#[cfg(test)]
mod tests;
