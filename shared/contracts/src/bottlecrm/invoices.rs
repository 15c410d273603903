//! Invoices as they are created and changed.

use domain::attributes::Attributes;
use domain::id::UserId;
use domain::invoice::{
    Address, Customer, CustomerPatch, Details, DetailsPatch, Figures, Header, InvoiceNumber, InvoicePatch, LineKind,
    LineText, LinesChange, NewInvoice, NewLine, NewNumber, SentTotals, SoleLine,
};
use domain::money::{Currency, Percent, Price, Quantity};
use domain::record::NewExtras;
use domain::text::{Email, Name, ShortText};
use domain::{Claims, Edit, FieldErrors, Patch, Reference, Refused};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

mod shown;

pub use shown::{Around, DeletedJson, HistoryJson, InvoiceJson, InvoiceRowJson};

use super::status::Words;
use super::{given, needed};
use crate::decimals::Amount;
use crate::status::{DRAFT, SentStatus};
use crate::wire::{Bounded, Field, OrEmpty, SentObject, body, optional, or_default, patch, text};

/// How many members and teams an invoice can name.
const MAX_NAMED: usize = 100;

/// An amount of an invoice: (14,2).
type Total = Bounded<12, 2>;

body! {
    /// An invoice, as it is created or changed. What a change leaves out stays.
    InvoiceBody {
        /// What it is for.
        required invoice_title: Name,
        /// A number of one's own, unique in the organisation; the next of `INV-YYYY-NNN`, if left out.
        optional invoice_number: OrEmpty<InvoiceNumber>,
        /// The customer's name.
        required name: Name,
        /// The customer's e-mail address. The client of a new invoice is found by it, or made.
        required email: Email,
        /// The customer's phone number.
        optional phone: OrEmpty<ShortText>,
        /// Hours or units. A new invoice needs it and `rate`, unless it says `total_amount` alone.
        optional quantity: Quantity,
        /// Price per unit.
        optional rate: Price,
        /// The total of an invoice that has no quantity and rate; ignored where it has.
        optional total_amount: Total,
        /// Tax, as an amount of its own beside quantity and rate.
        optional tax: Total,
        /// ISO 4217 code; USD, if left out.
        optional currency: Currency,
        /// The date by which it is to be paid.
        optional due_date: OrEmpty<Date>,
        /// The status; `Draft`, if left out. Writing `Paid` books a payment of the balance.
        optional status: SentStatus<Words>,
        /// The members who take care of it.
        optional assigned_to: Vec<Uuid>,
        /// The teams, kept as they are sent.
        optional teams: Vec<ShortText>,
        /// The sender's address, kept as it is sent.
        optional from_address: Address,
        /// The customer's address, kept as it is sent.
        optional to_address: Address,
    }
}

impl InvoiceBody {
    /// The invoice to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    #[rustfmt::skip]
    pub fn into_new(self) -> Result<NewInvoice, Refused<Claims>> {
        let Self {
            invoice_title, invoice_number, name, email, phone, quantity, rate, total_amount, tax, currency, due_date,
            status, assigned_to, teams, from_address, to_address,
        } = self;
        let mut errors = FieldErrors::new();
        let title = needed(&mut errors, "invoice_title", invoice_title);
        let number = or_default(&mut errors, "invoice_number", invoice_number);
        let name = needed(&mut errors, "name", name);
        let email = needed(&mut errors, "email", email);
        let phone = or_default(&mut errors, "phone", phone);
        let tax = amount(given(&mut errors, "tax", tax));
        let (figures, totals) = money(&mut errors, quantity, rate, total_amount, tax);
        let currency = given(&mut errors, "currency", currency).unwrap_or(Currency::USD);
        let due_date = or_default(&mut errors, "due_date", due_date);
        let status = given(&mut errors, "status", status).map_or(DRAFT, |sent| sent.request);
        let assigned_to = members(&mut errors, assigned_to).unwrap_or_default();
        let teams = all_teams(&mut errors, teams).unwrap_or_default();
        let from_address = address(&mut errors, "from_address", from_address).into_option();
        let to_address = address(&mut errors, "to_address", to_address).into_option();
        let (Some(title), Some(name), Some(email), true) = (title, name, email, errors.is_empty()) else {
            let assigned = assigned_to.into_iter().map(|user| Some(Reference::Assignee(user)));
            let claims = assigned.fold(Claims::default(), |claims, user| claims.naming("assigned_to", user));
            return Err(claims.refused(errors));
        };
        let line = figures.map(|figures| new_line(line_text(Some(&title)), figures));
        let customer = Customer { name: Some(short(&name)), email: Some(email.clone()), phone, ..Customer::default() };
        let title = short(&title);
        Ok(NewInvoice {
            number: number.map_or(NewNumber::Series, NewNumber::Given),
            details: Details {
                customer, title, from_address, to_address, assigned_to, teams, ..Details::default()
            },
            client_by_email: Some(email),
            status,
            issue_date: None,
            due_date,
            currency,
            totals,
            lines: line.into_iter().collect(),
            paid_amount: None,
            extras: NewExtras::default(),
            attributes_bind: false,
        })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    #[rustfmt::skip]
    pub fn into_patch(self) -> Result<InvoicePatch, Refused<InvoicePatch>> {
        let Self {
            invoice_title, invoice_number, name, email, phone, quantity, rate, total_amount, tax, currency, due_date,
            status, assigned_to, teams, from_address, to_address,
        } = self;
        let mut errors = FieldErrors::new();
        let title = optional(&mut errors, "invoice_title", invoice_title);
        let number = or_default(&mut errors, "invoice_number", invoice_number);
        let name = optional(&mut errors, "name", name);
        let email = optional(&mut errors, "email", email);
        let phone = patch(&mut errors, "phone", phone);
        let quantity = given(&mut errors, "quantity", quantity);
        let rate = given(&mut errors, "rate", rate);
        let totals = SentTotals {
            total: amount(given(&mut errors, "total_amount", total_amount)),
            own_tax: amount(given(&mut errors, "tax", tax)),
            ..SentTotals::default()
        };
        let currency = given(&mut errors, "currency", currency);
        let due_date = patch(&mut errors, "due_date", due_date);
        let status = given(&mut errors, "status", status).map(|sent| sent.request);
        let assigned_to = members(&mut errors, assigned_to);
        let teams = all_teams(&mut errors, teams);
        let from_address = address(&mut errors, "from_address", from_address);
        let to_address = address(&mut errors, "to_address", to_address);
        let has_figures = quantity.is_some() || rate.is_some();
        let sole = || SoleLine { quantity, unit_price: rate, description: line_text(title.as_ref()) };
        let customer = CustomerPatch {
            name: name.as_ref().map_or(Patch::Keep, |name| Patch::Set(short(name))),
            email: email.map_or(Patch::Keep, Patch::Set),
            phone,
            ..CustomerPatch::default()
        };
        errors.checked(InvoicePatch {
            number,
            details: DetailsPatch {
                customer, title: title.as_ref().map(short), from_address, to_address, assigned_to, teams,
                ..DetailsPatch::default()
            },
            status,
            due_date,
            currency,
            totals,
            lines: has_figures.then(|| LinesChange::Sole(sole())),
            ..InvoicePatch::default()
        })
    }

    /// The change that a body asks for of an invoice. An invoice without lines, or with several, shows a quantity and a
    /// rate that are no line's.
    #[must_use]
    pub fn edit(sent: &SentObject, before: &Header) -> Edit<InvoicePatch> {
        let Customer { name, email, .. } = &before.details.customer;
        let name = name.as_ref().map(ToString::to_string).unwrap_or_default();
        let email = email.as_ref().map(ToString::to_string).unwrap_or_default();
        let derived: &[&str] = if before.sole_line.is_some() { &["tax"] } else { &["quantity", "rate", "tax"] };
        let shown = Shown { row: InvoiceRowJson::new(before, name, email), tax: shown::tax(before) };
        sent.edit(&shown, derived, Self::into_patch)
    }
}

/// What an invoice shows of what a change can say.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    row: InvoiceRowJson,
    tax: Amount,
}

/// The figures of the line of a new invoice, or else its total as it is sent.
fn money(
    errors: &mut FieldErrors,
    quantity: Field<Quantity>,
    rate: Field<Price>,
    total: Field<Total>,
    tax: Option<Decimal>,
) -> (Option<Figures>, SentTotals) {
    let names_none = quantity.is_none() && rate.is_none();
    let total = amount(given(errors, "total_amount", total));
    if let (true, Some(total)) = (names_none, total) {
        let subtotal = total - tax.unwrap_or_default();
        if subtotal < Decimal::ZERO {
            errors.add("total_amount", "Ensure this value is not less than the tax.");
        }
        let totals = SentTotals { subtotal: Some(subtotal), own_tax: tax, total: Some(total), ..SentTotals::default() };
        return (None, totals);
    }
    let (quantity, rate) = (needed(errors, "quantity", quantity), needed(errors, "rate", rate));
    let figures = quantity.zip(rate).map(|(quantity, unit_price)| Figures {
        quantity,
        unit_price,
        discount: Percent::ZERO,
        tax_rate: Percent::ZERO,
    });
    (figures, SentTotals { own_tax: tax, ..SentTotals::default() })
}

fn new_line(description: LineText, figures: Figures) -> NewLine {
    let (kind, attributes) = (LineKind::default(), Attributes::default());
    NewLine { item: None, description, kind, figures, tax_category: None, attributes }
}

/// The only line says what the invoice is for.
fn line_text(title: Option<&Name>) -> LineText {
    title.and_then(|title| LineText::parse(title.as_str()).ok()).unwrap_or_default()
}

fn short(name: &Name) -> ShortText {
    // A name is no longer than a short text.
    ShortText::parse(name.as_str()).unwrap_or_default()
}

fn amount(total: Option<Total>) -> Option<Decimal> {
    total.map(|Bounded(amount)| amount)
}

/// The members, each once.
fn members(errors: &mut FieldErrors, field: Field<Vec<Uuid>>) -> Option<Vec<UserId>> {
    let sent = listed(errors, "assigned_to", field)?;
    let mut members: Vec<UserId> = Vec::with_capacity(sent.len());
    for id in sent.into_iter().map(UserId::new) {
        if !members.contains(&id) {
            members.push(id);
        }
    }
    Some(members)
}

fn all_teams(errors: &mut FieldErrors, field: Field<Vec<ShortText>>) -> Option<Vec<String>> {
    let teams = listed(errors, "teams", field)?;
    Some(teams.into_iter().map(ShortText::into_string).collect())
}

/// The list that is sent; null is the empty one.
fn listed<T>(errors: &mut FieldErrors, name: &str, field: Field<Vec<T>>) -> Option<Vec<T>> {
    let list = text(errors, name, field)?;
    if list.len() > MAX_NAMED {
        errors.add(name, format!("Ensure this list has no more than {MAX_NAMED} entries."));
        return None;
    }
    Some(list)
}

/// The change of an address; null empties it.
fn address(errors: &mut FieldErrors, name: &str, field: Field<Address>) -> Patch<Address> {
    match field {
        Field::Null | Field::Empty => Patch::Clear,
        other => given(errors, name, other).map_or(Patch::Keep, Patch::Set),
    }
}

#[cfg(test)]
mod tests;
