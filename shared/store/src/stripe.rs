//! What is kept of Stripe's reports: which events were handled, what is known about each payment
//! intent, and whose an object of Stripe's is.

use std::collections::BTreeMap;

use domain::Tenant;
use domain::id::{InvoiceId, OrganisationId, PaymentId, RefundId};
use domain::invoice::{Header, IntentBook, Invoice, KnownRefund, StripeAmount, StripeInvoice, StripeMoney, StripeTie};
use domain::money::Currency;
use domain::text::ShortText;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::codec::{decode_body, encode_body};
use crate::error::{StoreError, Unique};
use crate::forms;
use crate::invoices::put_changes;
use crate::keys;
use crate::table::{Item, s};
use crate::transaction::Transaction;

/// How long an event is remembered. Stripe repeats one for three days; the books of intents know
/// what was booked for longer.
const MEMORY: SignedDuration = SignedDuration::from_hours(90 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct EventBody {
    handled_at: Timestamp,
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
struct OwnerBody {
    organisation: OrganisationId,
    invoice: InvoiceId,
}

#[derive(Debug, Serialize, Deserialize)]
struct BookBody {
    intent: ShortText,
    owner: Option<OwnerBody>,
    payment: Option<PaymentId>,
    paid: Option<MoneyBody>,
    #[serde(default)]
    stripe_invoice: ToldBody,
    charge: Option<ShortText>,
    not_paid: bool,
    refunded: Option<AmountBody>,
    refunds: BTreeMap<ShortText, RefundBody>,
    version: u64,
    /// Set while it is not known whose the intent is: it may be nobody's here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct AmountBody {
    units: i64,
    currency: Currency,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct MoneyBody {
    amount: AmountBody,
    at: Timestamp,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToldBody {
    #[default]
    Untold,
    NoneMade,
    Made(ShortText),
}

/// What of Stripe's a payment is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TieBody {
    Intent(ToldBody),
    Assumed(ShortText),
    Invoice(ShortText),
}

#[derive(Debug, Serialize, Deserialize)]
struct RefundBody {
    row: RefundId,
    amount: AmountBody,
    at: Timestamp,
    failed: bool,
}

impl From<StripeAmount> for AmountBody {
    fn from(amount: StripeAmount) -> Self {
        let StripeAmount { units, currency } = amount;
        Self { units, currency }
    }
}

impl From<AmountBody> for StripeAmount {
    fn from(body: AmountBody) -> Self {
        let AmountBody { units, currency } = body;
        Self { units, currency }
    }
}

impl From<StripeInvoice> for ToldBody {
    fn from(told: StripeInvoice) -> Self {
        match told {
            StripeInvoice::Untold => Self::Untold,
            StripeInvoice::NoneMade => Self::NoneMade,
            StripeInvoice::Made(id) => Self::Made(id),
        }
    }
}

impl From<ToldBody> for StripeInvoice {
    fn from(body: ToldBody) -> Self {
        match body {
            ToldBody::Untold => Self::Untold,
            ToldBody::NoneMade => Self::NoneMade,
            ToldBody::Made(id) => Self::Made(id),
        }
    }
}

impl From<StripeTie> for TieBody {
    fn from(tie: StripeTie) -> Self {
        match tie {
            StripeTie::Intent(told) => Self::Intent(told.into()),
            StripeTie::Assumed(id) => Self::Assumed(id),
            StripeTie::Invoice(id) => Self::Invoice(id),
        }
    }
}

impl From<TieBody> for StripeTie {
    fn from(body: TieBody) -> Self {
        match body {
            TieBody::Intent(told) => Self::Intent(told.into()),
            TieBody::Assumed(id) => Self::Assumed(id),
            TieBody::Invoice(id) => Self::Invoice(id),
        }
    }
}

impl BookBody {
    #[rustfmt::skip]
    fn of(book: &IntentBook, version: u64, now: Timestamp) -> Self {
        let IntentBook {
            intent, invoice, payment, paid, stripe_invoice, charge, not_paid, refunded, refunds, version: _,
        } = book.clone();
        let paid = paid.map(|StripeMoney { amount, at }| MoneyBody { amount: amount.into(), at });
        let refunds = refunds.into_iter().map(|(id, KnownRefund { row, amount, at, failed })| {
            (id, RefundBody { row, amount: amount.into(), at, failed })
        });
        let owner = invoice.map(|(tenant, invoice)| OwnerBody { organisation: tenant.organisation(), invoice });
        let expires_at = owner.is_none().then(|| after(now, MEMORY));
        let refunded = refunded.map(AmountBody::from);
        Self {
            intent, owner, payment, paid, stripe_invoice: stripe_invoice.into(), charge, not_paid, refunded,
            refunds: refunds.collect(), version, expires_at,
        }
    }

    #[rustfmt::skip]
    fn restore(self) -> IntentBook {
        let Self {
            intent, owner, payment, paid, stripe_invoice, charge, not_paid, refunded, refunds, version, expires_at: _,
        } = self;
        let paid = paid.map(|MoneyBody { amount, at }| StripeMoney { amount: amount.into(), at });
        let refunds = refunds
            .into_iter()
            .map(|(id, RefundBody { row, amount, at, failed })| {
                (id, KnownRefund { row, amount: amount.into(), at, failed })
            })
            .collect();
        let invoice = owner.map(|OwnerBody { organisation, invoice }| (Tenant::trusted(organisation), invoice));
        IntentBook {
            intent, invoice, payment, paid, stripe_invoice: stripe_invoice.into(), charge, not_paid,
            refunded: refunded.map(Into::into), refunds, version,
        }
    }
}

/// What one event comes to.
#[derive(Debug)]
pub struct StripeCommit<'a> {
    /// Stripe's id of the event.
    pub event: &'a str,
    /// What is known about the intent now.
    pub book: Option<&'a IntentBook>,
    /// The invoice as it was decided, and its header before.
    pub invoice: Option<(Tenant, &'a Invoice, &'a Header)>,
    /// Another object of Stripe's that the event ties to the invoice.
    pub object: Option<(&'a str, Tenant, InvoiceId)>,
    /// Now.
    pub now: Timestamp,
}

/// All methods fail with [`StoreError::Unavailable`] and [`StoreError::Corrupt`].
#[allow(clippy::missing_errors_doc, reason = "said once for the group")]
impl Store {
    /// Whether an event has been handled, and what is known about an intent: one round trip.
    pub async fn stripe_event(
        &self,
        event: &str,
        intent: Option<&str>,
    ) -> Result<(bool, Option<IntentBook>), StoreError> {
        let wanted: Vec<_> = [Some(keys::unique("STRIPE-EVENT", event)), intent.map(keys::stripe_intent)]
            .into_iter()
            .flatten()
            .collect();
        let (mut seen, mut book) = (false, None);
        for item in self.table.get_all(&wanted).await? {
            if item.contains_key("handled_at") {
                seen = true;
            } else {
                book = Some(decode_body::<BookBody>(item)?.restore());
            }
        }
        Ok((seen, book))
    }

    /// Whose an object of Stripe's is.
    pub async fn stripe_owner(&self, object: &str) -> Result<Option<(Tenant, InvoiceId)>, StoreError> {
        let Some(item) = self.table.get(&keys::stripe_object(object)).await? else { return Ok(None) };
        let OwnerBody { organisation, invoice } = decode_body(item)?;
        Ok(Some((Tenant::trusted(organisation), invoice)))
    }

    /// Writes all that an event comes to, with the event itself. [`StoreError::Taken`] when it has
    /// been handled, or for a charge; [`StoreError::Raced`] when the invoice or the book changed.
    pub async fn commit_stripe(&self, commit: StripeCommit<'_>) -> Result<(), StoreError> {
        let StripeCommit { event, book, invoice, object, now } = commit;
        let mut commit = Transaction::new();
        let handled = EventBody { handled_at: now, expires_at: after(now, MEMORY) };
        commit.claim_with(Unique::StripeEvent, encode_body(&handled, &keys::unique("STRIPE-EVENT", event))?);
        if let Some(book) = book {
            let body = BookBody::of(book, book.version + 1, now);
            let mut item = encode_body(&body, &keys::stripe_intent(book.intent.as_str()))?;
            forms::place_with_organisation(&mut item);
            match book.version {
                0 => commit.create(item),
                before => commit.replace(item, before),
            };
        }
        if let Some((object, tenant, invoice)) = object {
            commit.put(owner_item(object, tenant, invoice));
        }
        if let Some((tenant, invoice, before)) = invoice {
            put_changes(&mut commit, tenant, invoice, before)?;
        }
        commit.commit(&self.table).await
    }
}

/// The item that says whose an object of Stripe's is.
pub(crate) fn owner_item(object: &str, tenant: Tenant, invoice: InvoiceId) -> Item {
    let mut item = keys::stripe_object(object).attributes();
    item.insert("organisation".into(), s(tenant.organisation().to_string()));
    item.insert("invoice".into(), s(invoice.to_string()));
    forms::place_with_organisation(&mut item);
    item
}

fn after(now: Timestamp, by: SignedDuration) -> i64 {
    now.as_second().saturating_add(by.as_secs())
}
