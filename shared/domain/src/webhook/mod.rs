//! Webhooks: requests that are sent when objects change.
//!
//! Everything here is decided from values: whether a change triggers a webhook, what is sent, how
//! it is signed for, and when it is tried again. Nothing is sent from here.

mod condition;
mod path;
mod request;
pub mod retry;
mod secret;
mod template;

use jiff::Timestamp;

pub use condition::{Condition, ConditionError, ConditionLogic, Conditions, FieldPath, Operator, evaluate};
pub use request::{Headers, HeadersError, Payload, PayloadTooLarge, UrlTemplate, UrlTemplateError, is_reserved};
pub use secret::{InvalidSecret, RetiredSecret, Secret, Secrets};
pub use template::{MAX_LINE_BYTES, MAX_PAYLOAD_BYTES, TooLarge, render_header, render_payload, render_url};

use crate::delivery::RenderedRequest;
use crate::id::WebhookId;
use crate::json::Value;
use crate::patch::Patch;
use crate::text::Name;
use crate::words::words;

/// Why there is no request to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The placeholders' values are larger than a delivery can be.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// A placeholder would choose the receiver.
    #[error(transparent)]
    Url(UrlTemplateError),
}

words! {
    /// The kinds of objects whose changes are events.
    pub enum WebhookModel {
        /// A lead.
        Lead = "Lead",
        /// A client.
        Client = "Client",
        /// A service.
        Service = "Service",
        /// A follow-up.
        FollowUp = "FollowUp",
        /// A contact of a client.
        Contact = "Contact",
        /// A category of the catalogue.
        Category = "Category",
        /// An item of the catalogue.
        CatalogueItem = "CatalogueItem",
        /// A price tier of an item.
        PriceTier = "PriceTier",
        /// An invoice.
        Invoice = "Invoice",
        /// A line of an invoice.
        InvoiceLineItem = "InvoiceLineItem",
        /// A payment on an invoice.
        Payment = "Payment",
    }
}

words! {
    /// What happened to an object.
    #[derive(Default)]
    pub enum WebhookEvent {
        /// It was made.
        Create = "CREATE",
        /// It was changed.
        #[default]
        Update = "UPDATE",
        /// It was deleted.
        Delete = "DELETE",
    }
}

words! {
    /// The method of a webhook's request.
    #[derive(Default)]
    pub enum Method {
        /// POST.
        #[default]
        Post = "POST",
        /// PUT.
        Put = "PUT",
        /// PATCH.
        Patch = "PATCH",
        /// DELETE.
        Delete = "DELETE",
        /// GET.
        Get = "GET",
    }
}

/// A webhook: which changes it is sent for, and what is sent where.
///
/// Every field is bounded by its type, and together they stay below the 400 KB of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The webhook's id.
    pub id: WebhookId,
    /// What a person calls it.
    pub name: Name,
    /// The kind of object.
    pub model: WebhookModel,
    /// What must happen to it.
    pub event: WebhookEvent,
    /// Where the request goes.
    pub url: UrlTemplate,
    /// The method of the request.
    pub method: Method,
    /// The headers that the customer adds.
    pub headers: Headers,
    /// Whether it is sent at all.
    pub is_active: bool,
    /// What the object must be like.
    pub conditions: Conditions,
    /// How the conditions combine.
    pub condition_logic: ConditionLogic,
    /// The body; the object itself where there is none.
    pub payload: Option<Payload>,
    /// What deliveries are signed with.
    pub secrets: Secrets,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its states from 1.
    pub version: u64,
}

/// A webhook to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// What a person calls it.
    pub name: Name,
    /// The kind of object.
    pub model: WebhookModel,
    /// What must happen to it.
    pub event: WebhookEvent,
    /// Where the request goes.
    pub url: UrlTemplate,
    /// The method of the request.
    pub method: Method,
    /// The headers that the customer adds.
    pub headers: Headers,
    /// Whether it is sent at all.
    pub is_active: bool,
    /// What the object must be like.
    pub conditions: Conditions,
    /// How the conditions combine.
    pub condition_logic: ConditionLogic,
    /// The body.
    pub payload: Option<Payload>,
}

/// A change of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookPatch {
    /// What a person calls it.
    pub name: Option<Name>,
    /// The kind of object.
    pub model: Option<WebhookModel>,
    /// What must happen to it.
    pub event: Option<WebhookEvent>,
    /// Where the request goes.
    pub url: Option<UrlTemplate>,
    /// The method of the request.
    pub method: Option<Method>,
    /// The headers that replace those there were.
    pub headers: Option<Headers>,
    /// Whether it is sent at all.
    pub is_active: Option<bool>,
    /// The conditions that replace those there were.
    pub conditions: Option<Conditions>,
    /// How the conditions combine.
    pub condition_logic: Option<ConditionLogic>,
    /// The body.
    pub payload: Patch<Payload>,
}

impl Webhook {
    /// How many an organisation has at most: each change is held against all of them.
    pub const MOST: u64 = 100;
    /// How many webhooks, one after the other, a delivery comes of at most.
    pub const MOST_HOPS: u32 = 5;

    /// Makes a webhook, whose secret is shown now and never again.
    #[must_use]
    pub fn new(id: WebhookId, new: NewWebhook, secret: Secret, now: Timestamp) -> Self {
        let NewWebhook { name, model, event, url, method, headers, is_active, conditions, condition_logic, payload } =
            new;
        Self {
            id,
            name,
            model,
            event,
            url,
            method,
            headers,
            is_active,
            conditions,
            condition_logic,
            payload,
            secrets: Secrets::new(secret),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The webhook after a change.
    #[must_use]
    pub fn apply(mut self, patch: WebhookPatch, now: Timestamp) -> Self {
        let WebhookPatch { name, model, event, url, method, headers, is_active, conditions, condition_logic, payload } =
            patch;
        self.name = name.unwrap_or(self.name);
        self.model = model.unwrap_or(self.model);
        self.event = event.unwrap_or(self.event);
        self.url = url.unwrap_or(self.url);
        self.method = method.unwrap_or(self.method);
        self.headers = headers.unwrap_or(self.headers);
        self.is_active = is_active.unwrap_or(self.is_active);
        self.conditions = conditions.unwrap_or(self.conditions);
        self.condition_logic = condition_logic.unwrap_or(self.condition_logic);
        payload.apply(&mut self.payload);
        self.touched(now)
    }

    /// The webhook with a new secret; the one before it signs too for [`Secrets::OVERLAP`].
    #[must_use]
    pub fn rotate(mut self, new_secret: Secret, now: Timestamp) -> Self {
        self.secrets = self.secrets.rotate(new_secret, now);
        self.touched(now)
    }

    fn touched(mut self, now: Timestamp) -> Self {
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// The secrets to sign a delivery with now, the current one first.
    #[must_use]
    pub fn signing_secrets(&self, now: Timestamp) -> Vec<&Secret> {
        self.secrets.signing(now)
    }

    /// Whether the webhook is sent for this change; the object is in crm form, and for a deletion
    /// as it last was.
    #[must_use]
    pub fn is_triggered_by(&self, model: WebhookModel, event: WebhookEvent, object: &Value) -> bool {
        self.is_active && self.model == model && self.event == event && self.conditions_hold(object)
    }

    /// Whether an object in crm form meets the conditions.
    #[must_use]
    pub fn conditions_hold(&self, object: &Value) -> bool {
        evaluate(self.conditions.as_slice(), self.condition_logic, object)
    }

    /// The request for an object in crm form, without the headers that are [reserved](is_reserved).
    ///
    /// # Errors
    /// The placeholders' values are larger than a delivery can be, or the URL is an old one that lets them choose the
    /// receiver.
    pub fn render(&self, object: &Value) -> Result<RenderedRequest, RenderError> {
        if !template::has_fixed_authority(self.url.as_str()) {
            return Err(RenderError::Url(UrlTemplateError::Authority));
        }
        let mut budget = template::Budget::line();
        let headers = self
            .headers
            .iter()
            .filter(|(name, _)| !is_reserved(name))
            .map(|(name, value)| Ok((name.to_owned(), template::render_header_within(value, object, &mut budget)?)))
            .collect::<Result<_, TooLarge>>()?;
        let body = match &self.payload {
            Some(payload) => render_payload(payload.as_value(), object)?.to_string(),
            None => object.to_string(),
        };
        Ok(RenderedRequest { method: self.method, url: render_url(self.url.as_str(), object)?, headers, body })
    }
}

#[cfg(test)]
mod tests;
