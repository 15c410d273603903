//! What an event of Stripe's says, as far as the books need it.
//!
//! Of Stripe's objects only these fields are read, whatever the version of its API. A field that
//! refers to another object may hold its id or, expanded, the object.

use app::stripe_events::StripeEvent;
use domain::id::{InvoiceId, OrganisationId};
use domain::invoice::{NamedRefund, PaidFact, RefundFact, StripeAmount, StripeFact, StripeInvoice};
use domain::text::ShortText;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Envelope<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: Option<i64>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Reference {
    Id(String),
    Object { id: String },
}

#[derive(Deserialize)]
struct Session {
    id: String,
    payment_intent: Option<Reference>,
    amount_total: Option<i64>,
    currency: Option<String>,
    payment_status: String,
    payment_link: Option<Reference>,
    invoice: Option<Reference>,
    invoice_creation: Option<InvoiceCreation>,
    metadata: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct InvoiceCreation {
    enabled: bool,
}

#[derive(Deserialize)]
struct Intent {
    id: String,
    amount: i64,
    amount_received: Option<i64>,
    currency: String,
    latest_charge: Option<Reference>,
    invoice: Option<Reference>,
    metadata: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    payment_intent: Option<Reference>,
    amount_refunded: i64,
    currency: String,
    refunds: Option<List<Refund>>,
    metadata: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Refund {
    id: String,
    amount: i64,
    currency: String,
    created: Option<i64>,
    status: Option<String>,
    charge: Option<Reference>,
    payment_intent: Option<Reference>,
    metadata: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct Invoice {
    id: String,
    amount_paid: i64,
    currency: String,
    payment_intent: Option<Reference>,
    charge: Option<Reference>,
    payments: Option<List<InvoicePayment>>,
    metadata: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct InvoicePayment {
    amount_paid: Option<i64>,
    status: Option<String>,
    payment: Option<PaidBy>,
}

#[derive(Deserialize)]
struct PaidBy {
    payment_intent: Option<Reference>,
}

/// Reads an event: what it says of each payment. Nothing when it says nothing about money of an
/// invoice.
///
/// # Errors
/// It is no event, or its object is not of its type.
pub(crate) fn read(body: &[u8]) -> Result<Vec<StripeEvent>, serde_json::Error> {
    let Envelope { id, kind, created, data: Data { object } } = serde_json::from_slice(body)?;
    // The books take no later time than now.
    let at = created.and_then(|created| Timestamp::from_second(created).ok()).unwrap_or(Timestamp::MAX);
    let told = match kind.as_str() {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => of_session(parse(object)?, at),
        "checkout.session.async_payment_failed" => of_failed_session(parse(object)?),
        "payment_intent.succeeded" => of_intent(parse(object)?, at),
        "charge.refunded" => of_charge(parse(object)?, at),
        "refund.created" | "refund.updated" => of_refund(parse(object)?, false, at),
        "refund.failed" => of_refund(parse(object)?, true, at),
        "invoice.paid" => return Ok(several(of_invoice(parse(object)?, at), &id)),
        "invoice.payment_failed" => of_failed_invoice(&parse(object)?),
        _ => None,
    };
    Ok(told.and_then(|told| told.of(&id)).into_iter().collect())
}

/// Each is booked in a commit of its own, so each has an id of its own.
fn several(told: Vec<Told>, id: &str) -> Vec<StripeEvent> {
    let one = told.len() == 1;
    let each = told.into_iter().filter_map(|told| match &told.intent {
        Some(intent) if !one => {
            let id = format!("{id}/{intent}");
            told.of(&id)
        }
        Some(_) | None => told.of(id),
    });
    each.collect()
}

/// An event without its id.
struct Told {
    intent: Option<ShortText>,
    named: Option<(OrganisationId, InvoiceId)>,
    objects: Vec<ShortText>,
    fact: StripeFact,
}

impl Told {
    fn of(self, id: &str) -> Option<StripeEvent> {
        let Self { intent, named, objects, fact } = self;
        Some(StripeEvent { id: text(id.to_owned())?, intent, named, objects, fact })
    }
}

fn of_session(session: Session, at: Timestamp) -> Option<Told> {
    let Session {
        id,
        payment_intent,
        amount_total,
        currency,
        payment_status,
        payment_link,
        invoice,
        invoice_creation,
        metadata,
    } = session;
    let stripe_invoice = reference(invoice);
    let fact = match payment_status.as_str() {
        "paid" => {
            let none = invoice_creation.is_some_and(|creation| !creation.enabled);
            let unnamed = if none { StripeInvoice::NoneMade } else { StripeInvoice::Untold };
            let stripe_invoice = stripe_invoice.clone().map_or(unnamed, StripeInvoice::Made);
            StripeFact::Paid(PaidFact { amount: paid(amount_total?, &currency?)?, at, charge: None, stripe_invoice })
        }
        "unpaid" => StripeFact::Pending { stripe_invoice: stripe_invoice.clone() },
        _ => return None,
    };
    let objects = [reference(payment_link), stripe_invoice].into_iter().flatten().collect();
    // A session without an intent is its own.
    let intent = reference(payment_intent).or_else(|| text(id));
    Some(Told { intent, named: named(metadata.as_ref()), objects, fact })
}

fn of_failed_session(session: Session) -> Option<Told> {
    let link = reference(session.payment_link);
    let objects = link.clone().into_iter().collect();
    let intent = reference(session.payment_intent).or_else(|| text(session.id));
    Some(Told { intent, named: named(session.metadata.as_ref()), objects, fact: StripeFact::NotPaid { link } })
}

fn of_intent(intent: Intent, at: Timestamp) -> Option<Told> {
    let Intent { id, amount: asked, amount_received, currency, latest_charge, invoice, metadata } = intent;
    let received = amount_received.filter(|received| *received > 0).unwrap_or(asked);
    let stripe_invoice = reference(invoice);
    let fact = StripeFact::Paid(PaidFact {
        amount: paid(received, &currency)?,
        at,
        charge: reference(latest_charge),
        stripe_invoice: stripe_invoice.clone().map_or(StripeInvoice::Untold, StripeInvoice::Made),
    });
    let objects = stripe_invoice.into_iter().collect();
    Some(Told { intent: Some(text(id)?), named: named(metadata.as_ref()), objects, fact })
}

fn of_charge(charge: Charge, at: Timestamp) -> Option<Told> {
    let Charge { id, payment_intent, amount_refunded, currency, refunds, metadata } = charge;
    let refunds = refunds.map(|list| list.data).unwrap_or_default();
    let fact = RefundFact {
        charge: text(id),
        refunded: Some(amount(amount_refunded, &currency)?),
        refunds: refunds.into_iter().filter_map(|refund| named_refund(refund, false, at)).collect(),
    };
    let intent = Some(reference(payment_intent)?);
    Some(Told { intent, named: named(metadata.as_ref()), objects: vec![], fact: StripeFact::Refunded(fact) })
}

fn of_refund(mut refund: Refund, failed: bool, at: Timestamp) -> Option<Told> {
    let intent = Some(reference(refund.payment_intent.take())?);
    let named = named(refund.metadata.as_ref());
    let charge = reference(refund.charge.take());
    let refunds = vec![named_refund(refund, failed, at)?];
    let fact = StripeFact::Refunded(RefundFact { charge, refunded: None, refunds });
    Some(Told { intent, named, objects: vec![], fact })
}

/// What each intent paid of an invoice, and the invoice itself where they do not account for it all.
fn of_invoice(invoice: Invoice, at: Timestamp) -> Vec<Told> {
    let Invoice { id, amount_paid, currency, payment_intent, charge, payments, metadata } = invoice;
    let Some(stripe_invoice) = text(id) else { return vec![] };
    let payments = payments.map(|list| list.data).unwrap_or_default();
    let is_sole = payments.len() == 1;
    let mut intents: Vec<_> = payments
        .into_iter()
        .filter(|payment| payment.status.as_deref().is_none_or(|status| status == "paid"))
        .filter_map(|InvoicePayment { amount_paid: part, status: _, payment }| {
            let units = part.or_else(|| is_sole.then_some(amount_paid))?;
            Some((reference(payment?.payment_intent)?, units))
        })
        .collect();
    if intents.is_empty() {
        intents.extend(reference(payment_intent).map(|intent| (intent, amount_paid)));
    }
    let charge = reference(charge).filter(|_| intents.len() < 2);
    let by_intents: i64 = intents.iter().fold(0, |sum, (_, units)| sum.saturating_add(*units));
    let told = |intent: ShortText, units: i64, fact: fn(PaidFact) -> StripeFact| {
        let (charge, made) = (charge.clone(), StripeInvoice::Made(stripe_invoice.clone()));
        let fact = fact(PaidFact { amount: paid(units, &currency)?, at, charge, stripe_invoice: made });
        let objects = vec![stripe_invoice.clone()];
        Some(Told { intent: Some(intent), named: named(metadata.as_ref()), objects, fact })
    };
    let of_intents = intents.into_iter().filter_map(|(intent, units)| told(intent, units, StripeFact::Paid));
    let whole = (by_intents < amount_paid).then(|| told(stripe_invoice.clone(), amount_paid, StripeFact::InvoicePaid));
    of_intents.chain(whole.flatten()).collect()
}

fn of_failed_invoice(invoice: &Invoice) -> Option<Told> {
    let objects = vec![text(invoice.id.clone())?];
    Some(Told { intent: None, named: named(invoice.metadata.as_ref()), objects, fact: StripeFact::InvoiceFailed })
}

fn named_refund(refund: Refund, failed: bool, at: Timestamp) -> Option<NamedRefund> {
    let failed = failed || matches!(refund.status.as_deref(), Some("failed" | "canceled"));
    let at = refund.created.and_then(|created| Timestamp::from_second(created).ok()).unwrap_or(at);
    Some(NamedRefund { id: text(refund.id)?, amount: amount(refund.amount, &refund.currency)?, at, failed })
}

/// The invoice that metadata of ours names.
fn named(metadata: Option<&Map<String, Value>>) -> Option<(OrganisationId, InvoiceId)> {
    let value = |name: &str| metadata?.get(name)?.as_str();
    Some((value("organisation")?.parse().ok()?, value("invoice")?.parse().ok()?))
}

/// An amount that came in.
fn paid(units: i64, currency: &str) -> Option<StripeAmount> {
    amount(units, currency).filter(|amount| amount.units > 0)
}

fn amount(units: i64, currency: &str) -> Option<StripeAmount> {
    let currency = currency.to_ascii_uppercase().parse().ok()?;
    (units >= 0).then_some(StripeAmount { units, currency })
}

fn reference(reference: Option<Reference>) -> Option<ShortText> {
    match reference? {
        Reference::Id(id) | Reference::Object { id } => text(id),
    }
}

fn text(id: String) -> Option<ShortText> {
    ShortText::parse(&id).ok().filter(|id| !id.as_str().is_empty())
}

fn parse<T: DeserializeOwned>(object: &RawValue) -> Result<T, serde_json::Error> {
    serde_json::from_str(object.get())
}
