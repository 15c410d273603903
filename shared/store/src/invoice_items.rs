//! How an invoice's header and parts are kept.

use domain::Author;
use domain::attributes::Attributes;
use domain::id::{ClientId, ContactId, HistoryId, InvoiceId, ItemId, LineId, PaymentId, RefundId, UserId};
use domain::invoice::{
    Address, Customer, Details, Figures, Header, HistoryEntry, InvoiceNumber, Line, LineKind, LineText, Payment,
    PaymentMethod, Refund, Status, StripeRefs, Totals, TotalsSource,
};
use domain::money::{Currency, Percent, Price, Quantity};
use domain::text::{Email, LongText, ShortText, Text};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::codec::{AuthorBody, ExtrasBody, MetaBody, Stored, amount, amount_text, json_text, word};
use crate::error::StoreError;
use crate::payment_links::LinkBody;
use crate::stripe::TieBody;

/// What is not there takes no room: a header is written up to five times, and every kilobyte of it is paid for.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HeaderBody {
    id: InvoiceId,
    number: InvoiceNumber,
    billing_number: u64,
    #[serde(with = "word")]
    status: Status,
    issue_date: Date,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_date: Option<Date>,
    currency: Currency,
    totals: TotalsBody,
    amount_paid: String,
    next_position: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    sole_line: Option<(Quantity, Price)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    viewed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_link: Option<LinkBody>,
    details: DetailsBody,
    #[serde(flatten)]
    extras: ExtrasBody,
    #[serde(flatten)]
    meta: MetaBody,
}

#[derive(Debug, Serialize, Deserialize)]
struct TotalsBody {
    from_lines: bool,
    subtotal: String,
    tax: String,
    own_tax: String,
    discount: String,
    total: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct DetailsBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<ContactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<ShortText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_email: Option<Email>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_phone: Option<ShortText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_address: Option<LongText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_vat_number: Option<ShortText>,
    title: ShortText,
    description: LongText,
    notes: LongText,
    payment_terms: ShortText,
    #[serde(with = "json_text")]
    from_address: Option<Address>,
    #[serde(with = "json_text")]
    to_address: Option<Address>,
    assigned_to: Vec<UserId>,
    teams: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_method: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_invoice_id: Option<ShortText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_payment_intent_id: Option<ShortText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_hosted_url: Option<Text<0, 2000>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stripe_pdf_url: Option<Text<0, 2000>>,
}

impl From<&Details> for DetailsBody {
    #[rustfmt::skip]
    fn from(details: &Details) -> Self {
        let Details {
            client, contact, customer, title, description, notes, payment_terms, from_address, to_address, assigned_to,
            teams, payment_method, stripe,
        } = details.clone();
        let Customer { name, email, phone, address, vat_number } = customer;
        let StripeRefs { invoice_id, payment_intent_id, hosted_url, pdf_url } = stripe;
        Self {
            client, contact, customer_name: name, customer_email: email, customer_phone: phone,
            customer_address: address, customer_vat_number: vat_number, title, description, notes, payment_terms,
            from_address, to_address, assigned_to, teams, payment_method, stripe_invoice_id: invoice_id,
            stripe_payment_intent_id: payment_intent_id, stripe_hosted_url: hosted_url, stripe_pdf_url: pdf_url,
        }
    }
}

impl From<DetailsBody> for Details {
    #[rustfmt::skip]
    fn from(body: DetailsBody) -> Self {
        let DetailsBody {
            client, contact, customer_name, customer_email, customer_phone, customer_address, customer_vat_number,
            title, description, notes, payment_terms, from_address, to_address, assigned_to, teams, payment_method,
            stripe_invoice_id, stripe_payment_intent_id, stripe_hosted_url, stripe_pdf_url,
        } = body;
        Self {
            client, contact,
            customer: Customer {
                name: customer_name, email: customer_email, phone: customer_phone, address: customer_address,
                vat_number: customer_vat_number,
            },
            title, description, notes, payment_terms, from_address, to_address, assigned_to, teams, payment_method,
            stripe: StripeRefs {
                invoice_id: stripe_invoice_id, payment_intent_id: stripe_payment_intent_id,
                hosted_url: stripe_hosted_url, pdf_url: stripe_pdf_url,
            },
        }
    }
}

impl From<Totals> for TotalsBody {
    fn from(totals: Totals) -> Self {
        let Totals { source, subtotal, tax, own_tax, discount, total } = totals;
        Self {
            from_lines: source == TotalsSource::Lines,
            subtotal: amount_text(subtotal),
            tax: amount_text(tax),
            own_tax: amount_text(own_tax),
            discount: amount_text(discount),
            total: amount_text(total),
        }
    }
}

impl TotalsBody {
    fn restore(self, currency: Currency) -> Result<Totals, StoreError> {
        let Self { from_lines, subtotal, tax, own_tax, discount, total } = self;
        Ok(Totals {
            source: if from_lines { TotalsSource::Lines } else { TotalsSource::Sent },
            subtotal: amount(&subtotal, currency)?,
            tax: amount(&tax, currency)?,
            own_tax: amount(&own_tax, currency)?,
            discount: amount(&discount, currency)?,
            total: amount(&total, currency)?,
        })
    }
}

impl Stored for Header {
    type Body = HeaderBody;
    const MODEL: Option<&'static str> = Some("Invoice");

    #[rustfmt::skip]
    fn body(&self) -> HeaderBody {
        let Self {
            id, number, billing_number, details, status, issue_date, due_date, currency, totals, amount_paid,
            next_position, sole_line, viewed_at, paid_at, payment_link, extras, meta,
        } = self;
        HeaderBody {
            id: *id, number: number.clone(), billing_number: *billing_number, status: *status, issue_date: *issue_date, due_date: *due_date,
            currency: *currency, totals: (*totals).into(), amount_paid: amount_text(*amount_paid),
            next_position: *next_position, sole_line: *sole_line, viewed_at: *viewed_at, paid_at: *paid_at,
            payment_link: payment_link.as_ref().map(LinkBody::from), details: details.into(),
            extras: extras.into(), meta: meta.into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: HeaderBody) -> Result<Self, StoreError> {
        let HeaderBody {
            id, number, billing_number, status, issue_date, due_date, currency, totals, amount_paid, next_position,
            sole_line, viewed_at, paid_at, payment_link, details, extras, meta,
        } = body;
        Ok(Self {
            id, number, billing_number, details: details.into(), status, issue_date, due_date, currency,
            totals: totals.restore(currency)?, amount_paid: amount(&amount_paid, currency)?, next_position,
            sole_line, viewed_at, paid_at, payment_link: payment_link.map(LinkBody::restore).transpose()?,
            extras: extras.into(), meta: meta.into(),
        })
    }
}

/// A line, with the invoice that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LineOf(pub InvoiceId, pub Line);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LineBody {
    invoice: InvoiceId,
    id: LineId,
    position: u32,
    item: Option<ItemId>,
    description: LineText,
    #[serde(with = "word")]
    line_kind: LineKind,
    quantity: Quantity,
    unit_price: Price,
    discount: Percent,
    tax_rate: Percent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tax_category: Option<String>,
    currency: Currency,
    subtotal: String,
    tax: String,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for LineOf {
    type Body = LineBody;
    const MODEL: Option<&'static str> = Some("InvoiceLineItem");

    #[rustfmt::skip]
    fn body(&self) -> LineBody {
        let Self(invoice, line) = self;
        let Line { id, position, item, description, kind, figures, tax_category, subtotal, tax, attributes, meta } = line;
        let Figures { quantity, unit_price, discount, tax_rate } = *figures;
        LineBody {
            invoice: *invoice, id: *id, position: *position, item: *item, description: description.clone(),
            line_kind: *kind, quantity, unit_price, discount, tax_rate,
            tax_category: tax_category.map(|category| category.to_string()), currency: subtotal.currency(),
            subtotal: amount_text(*subtotal), tax: amount_text(*tax), attributes: attributes.clone(), meta: meta.into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: LineBody) -> Result<Self, StoreError> {
        let LineBody {
            invoice, id, position, item, description, line_kind, quantity, unit_price, discount, tax_rate,
            tax_category, currency, subtotal, tax, attributes, meta,
        } = body;
        let tax_category = tax_category.map(|word| word.parse()).transpose().map_err(StoreError::Corrupt)?;
        Ok(Self(invoice, Line {
            id, position, item, description, kind: line_kind,
            figures: Figures { quantity, unit_price, discount, tax_rate }, tax_category,
            subtotal: amount(&subtotal, currency)?, tax: amount(&tax, currency)?, attributes, meta: meta.into(),
        }))
    }
}

/// A payment, with the invoice that it is booked on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PaymentOf(pub InvoiceId, pub Payment);

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaymentBody {
    invoice: InvoiceId,
    id: PaymentId,
    amount: String,
    currency: Currency,
    #[serde(with = "word")]
    method: PaymentMethod,
    paid_at: Timestamp,
    stripe_charge_id: Option<ShortText>,
    reference: ShortText,
    remarks: LongText,
    #[serde(with = "json_text")]
    attributes: Attributes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stripe_tie: Option<TieBody>,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for PaymentOf {
    type Body = PaymentBody;
    const MODEL: Option<&'static str> = Some("Payment");

    #[rustfmt::skip]
    fn body(&self) -> PaymentBody {
        let Self(invoice, payment) = self.clone();
        let Payment {
            id, amount, method, paid_at, stripe_charge_id, reference, notes, attributes, stripe_tie, meta,
        } = payment;
        PaymentBody {
            invoice, id, amount: amount_text(amount), currency: amount.currency(), method, paid_at, stripe_charge_id,
            reference, remarks: notes, attributes, stripe_tie: stripe_tie.map(Into::into), meta: (&meta).into(),
        }
    }

    #[rustfmt::skip]
    fn restore(body: PaymentBody) -> Result<Self, StoreError> {
        let PaymentBody {
            invoice, id, amount: text, currency, method, paid_at, stripe_charge_id, reference, remarks, attributes,
            stripe_tie, meta,
        } = body;
        Ok(Self(invoice, Payment {
            id, amount: amount(&text, currency)?, method, paid_at, stripe_charge_id, reference, notes: remarks,
            attributes, stripe_tie: stripe_tie.map(Into::into), meta: meta.into(),
        }))
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RefundBody {
    id: RefundId,
    amount: String,
    currency: Currency,
    refunded_at: Timestamp,
    stripe_refund_id: Option<ShortText>,
    #[serde(flatten)]
    meta: MetaBody,
}

impl Stored for Refund {
    type Body = RefundBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> RefundBody {
        let Self { id, amount, refunded_at, stripe_refund_id, meta } = self.clone();
        let (text, currency) = (amount_text(amount), amount.currency());
        RefundBody { id, amount: text, currency, refunded_at, stripe_refund_id, meta: (&meta).into() }
    }

    fn restore(body: RefundBody) -> Result<Self, StoreError> {
        let RefundBody { id, amount: text, currency, refunded_at, stripe_refund_id, meta } = body;
        Ok(Self { id, amount: amount(&text, currency)?, refunded_at, stripe_refund_id, meta: meta.into() })
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct HistoryBody {
    id: HistoryId,
    at: Timestamp,
    by: Option<AuthorBody>,
    from_status: Option<String>,
    #[serde(with = "word")]
    to_status: Status,
}

impl Stored for HistoryEntry {
    type Body = HistoryBody;
    const MODEL: Option<&'static str> = None;

    fn body(&self) -> HistoryBody {
        let Self { id, at, by, from, to } = self;
        HistoryBody {
            id: *id,
            at: *at,
            by: by.as_ref().map(AuthorBody::from),
            from_status: from.map(|status| status.to_string()),
            to_status: *to,
        }
    }

    fn restore(body: HistoryBody) -> Result<Self, StoreError> {
        let HistoryBody { id, at, by, from_status, to_status } = body;
        let from = from_status.map(|status| status.parse().map_err(StoreError::corrupt)).transpose()?;
        Ok(Self { id, at, by: by.map(Author::from), from, to: to_status })
    }
}
