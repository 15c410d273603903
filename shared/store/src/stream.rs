//! What the table's stream says: which object of the books changed, and how.
//!
//! An object's item carries its model while the object is in the books; so a record's two images
//! tell by themselves whether the object was made, changed or deleted.

use domain::Tenant;
use domain::catalogue::{CatalogueItem, Category, PriceTier};
use domain::client::Client;
use domain::contact::Contact;
use domain::follow_up::FollowUp;
use domain::id::InvoiceId;
use domain::invoice::{Header, Line, Payment};
use domain::lead::Lead;
use domain::service::Service;
use domain::webhook::{WebhookEvent, WebhookModel};
use serde_dynamo::{AttributeValue, Item};

use crate::codec::{self, Stored};
use crate::error::StoreError;
use crate::hops;
use crate::invoice_items::{LineOf, PaymentOf};
use crate::keys;

/// An object of the books, as an image of the stream has it.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one is at hand at a time, and most are invoices")]
pub enum Object {
    Client(Client),
    Contact(Contact),
    Service(Service),
    FollowUp(FollowUp),
    Lead(Lead),
    Category(Category),
    CatalogueItem(CatalogueItem),
    PriceTier(PriceTier),
    Invoice(Header),
    InvoiceLineItem(InvoiceId, Line),
    Payment(InvoiceId, Payment),
}

/// A committed change of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The organisation.
    pub tenant: Tenant,
    /// The kind of object.
    pub model: WebhookModel,
    /// What happened to it.
    pub event: WebhookEvent,
    /// The object as it was; none when it is new.
    pub before: Option<Object>,
    /// The object as it is; none when it was deleted.
    pub after: Option<Object>,
    /// How many webhooks led to it, one after the other. A deletion has as many as the last write had: it leaves no
    /// image of its own, and a loop of webhooks has to write.
    pub hops: u32,
}

/// Reads a record's images. None when the record is about something else than an object of the
/// books.
///
/// # Errors
/// [`StoreError::Corrupt`] for an image that does not read as its model says.
pub fn change(old: &Item, new: &Item) -> Result<Option<Change>, StoreError> {
    let (model_before, model_after) = (text(old, "model"), text(new, "model"));
    let Some(model) = model_after.or(model_before) else { return Ok(None) };
    let Some(tenant) = text(new, "pk").or(text(old, "pk")).and_then(keys::tenant_of) else {
        return Err(StoreError::corrupt("an object outside an organisation"));
    };
    let event = match (model_before, model_after) {
        (None, _) => WebhookEvent::Create,
        (Some(_), Some(_)) => WebhookEvent::Update,
        (Some(_), None) => WebhookEvent::Delete,
    };
    let model: WebhookModel = model.parse().map_err(StoreError::corrupt)?;
    let before = model_before.map(|_| object(model, old)).transpose()?;
    let after = model_after.map(|_| object(model, new)).transpose()?;
    let hops = hops::of(if text(new, "pk").is_some() { new } else { old });
    Ok(Some(Change { tenant, model, event, before, after, hops }))
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

fn object(model: WebhookModel, item: &Item) -> Result<Object, StoreError> {
    Ok(match model {
        WebhookModel::Client => Object::Client(read(item)?),
        WebhookModel::Contact => Object::Contact(read(item)?),
        WebhookModel::Service => Object::Service(read(item)?),
        WebhookModel::FollowUp => Object::FollowUp(read(item)?),
        WebhookModel::Lead => Object::Lead(read(item)?),
        WebhookModel::Category => Object::Category(read(item)?),
        WebhookModel::CatalogueItem => Object::CatalogueItem(read(item)?),
        WebhookModel::PriceTier => Object::PriceTier(read(item)?),
        WebhookModel::Invoice => Object::Invoice(read(item)?),
        WebhookModel::InvoiceLineItem => {
            let LineOf(invoice, line) = read(item)?;
            Object::InvoiceLineItem(invoice, line)
        }
        WebhookModel::Payment => {
            let PaymentOf(invoice, payment) = read(item)?;
            Object::Payment(invoice, payment)
        }
    })
}

fn read<T: Stored>(item: &Item) -> Result<T, StoreError> {
    T::restore(codec::from_stream(item.clone())?)
}
