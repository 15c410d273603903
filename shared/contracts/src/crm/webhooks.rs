//! Webhooks (crm, section 9).

use domain::FieldErrors;
use domain::json::{Map, Value};
use domain::text::Name;
use domain::webhook::{
    Condition, ConditionLogic, Conditions, FieldPath, Headers, Method, NewWebhook, Operator, Payload, UrlTemplate,
    Webhook, WebhookEvent, WebhookModel, WebhookPatch,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Ref, Schema, Type};
use uuid::Uuid;

use crate::wire::{Field, FromWire, OrEmpty, body, defaulted, nested, optional, or_default, patch, required, text};

body! {
    /// A webhook, as it is created or changed.
    ///
    /// In `url`, `headers` and `payload`, `{self.…}` with a dotted path stands for a field of the
    /// object, and `{id}` for its id.
    WebhookBody {
        /// What a person calls it.
        required name: Name,
        /// The kind of object.
        required model: WebhookModel,
        /// What must happen to it; `UPDATE`, if left out.
        optional event: WebhookEvent,
        /// Where the request goes.
        required url: UrlTemplate,
        /// The method of the request; `POST`, if left out.
        optional method: Method,
        /// Headers of the request.
        optional headers: Headers,
        /// Whether it is sent at all; true, if left out.
        optional is_active: bool,
        /// What the object must be like; the list that is sent replaces the list.
        optional conditions: Conditions,
        /// Whether all conditions must be true or one; `AND`, if left out.
        optional condition_logic: ConditionLogic,
        /// The body of the request; the object itself, if there is none.
        optional payload: OrEmpty<Payload>,
    }
}

body! {
    /// A rule about a field of the object.
    ConditionBody {
        /// The field's dotted path, with or without `self.` before it.
        required field: FieldPath,
        /// How it is compared.
        required operator: Operator,
        /// What it is compared with: a list for `in`.
        required value: Value,
    }
}

impl FromWire for UrlTemplate {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&String::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Object::builder()
            .schema_type(Type::String)
            .max_length(Some(Self::MAX_CHARS))
            .examples(["https://api.example.com/hooks/{id}"])
            .into()
    }
}

impl FromWire for FieldPath {
    const IS_TEXT: bool = true;

    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&String::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::String).max_length(Some(255)).examples(["self.attributes.source"]).into()
    }
}

impl FromWire for Headers {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let sent = Map::from_wire(raw)?.into_iter().map(|(name, value)| match value {
            Value::String(value) => Ok((name, value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => Err(format!(
                "The value of the header \"{}\" is not a valid string.",
                name.chars().take(64).collect::<String>()
            )),
        });
        Self::parse(sent.collect::<Result<Vec<_>, _>>()?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        let text = Object::builder().schema_type(Type::String);
        Object::builder().additional_properties(Some(RefOr::<Schema>::from(text))).into()
    }
}

impl FromWire for Condition {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let ConditionBody { field, operator, value } = nested(raw)?;
        let mut errors = FieldErrors::new();
        let field = required(&mut errors, "field", field);
        let operator = required(&mut errors, "operator", operator);
        // Null is a value here: it is what a missing field equals.
        let value = if value == Field::Null { Field::Value(Value::Null) } else { value };
        let value = required(&mut errors, "value", value);
        match (field, operator, value) {
            (Some(field), Some(operator), Some(value)) => {
                Self::new(field, operator, value).map_err(|error| error.to_string())
            }
            _ => Err(errors.to_string()),
        }
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(ConditionBody::name()).into()
    }
}

impl FromWire for Conditions {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(Vec::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Vec::<Condition>::schema()
    }
}

impl FromWire for Payload {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(Value::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Value::schema()
    }
}

impl WebhookBody {
    /// The webhook to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewWebhook, FieldErrors> {
        let Self { name, model, event, url, method, headers, is_active, conditions, condition_logic, payload } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let model = required(&mut errors, "model", model);
        let event = optional(&mut errors, "event", event).unwrap_or_default();
        let url = required(&mut errors, "url", url);
        let method = optional(&mut errors, "method", method).unwrap_or_default();
        let headers = text(&mut errors, "headers", headers).unwrap_or_default();
        let is_active = defaulted(&mut errors, "is_active", is_active).unwrap_or(true);
        let conditions = text(&mut errors, "conditions", conditions).unwrap_or_default();
        let condition_logic = optional(&mut errors, "condition_logic", condition_logic).unwrap_or_default();
        let payload = or_default(&mut errors, "payload", payload);
        let (Some(name), Some(model), Some(url), true) = (name, model, url, errors.is_empty()) else {
            return Err(errors);
        };
        Ok(NewWebhook { name, model, event, url, method, headers, is_active, conditions, condition_logic, payload })
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<WebhookPatch, FieldErrors> {
        let Self { name, model, event, url, method, headers, is_active, conditions, condition_logic, payload } = self;
        let mut errors = FieldErrors::new();
        let change = WebhookPatch {
            name: optional(&mut errors, "name", name),
            model: optional(&mut errors, "model", model),
            event: optional(&mut errors, "event", event),
            url: optional(&mut errors, "url", url),
            method: optional(&mut errors, "method", method),
            headers: text(&mut errors, "headers", headers),
            is_active: optional(&mut errors, "is_active", is_active),
            conditions: text(&mut errors, "conditions", conditions),
            condition_logic: optional(&mut errors, "condition_logic", condition_logic),
            payload: patch(&mut errors, "payload", payload),
        };
        errors.into_result().map(|()| change)
    }
}

/// A rule about a field of the object.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Condition)]
pub struct ConditionJson {
    /// The field's dotted path.
    pub field: String,
    /// How it is compared.
    pub operator: &'static str,
    /// What it is compared with.
    pub value: Value,
}

impl From<&Condition> for ConditionJson {
    fn from(condition: &Condition) -> Self {
        Self {
            field: condition.field().to_string(),
            operator: condition.operator().as_str(),
            value: condition.value().clone(),
        }
    }
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookJson {
    /// Unique identifier.
    pub id: Uuid,
    /// What a person calls it.
    pub name: String,
    /// The kind of object.
    pub model: &'static str,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub event: &'static str,
    /// Where the request goes.
    pub url: String,
    /// The method of the request.
    pub method: &'static str,
    /// Headers of the request.
    #[schema(value_type = Object)]
    pub headers: Map,
    /// Whether it is sent at all.
    pub is_active: bool,
    /// What the object must be like.
    pub conditions: Vec<ConditionJson>,
    /// `AND` or `OR`.
    pub condition_logic: &'static str,
    /// The body of the request; null for the object itself.
    pub payload: Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl From<&Webhook> for WebhookJson {
    fn from(webhook: &Webhook) -> Self {
        let Webhook {
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
            secrets: _,
            created_at,
            updated_at,
            version: _,
        } = webhook;
        Self {
            id: id.uuid(),
            name: name.to_string(),
            model: model.as_str(),
            event: event.as_str(),
            url: url.to_string(),
            method: method.as_str(),
            headers: headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            is_active: *is_active,
            conditions: conditions.as_slice().iter().map(ConditionJson::from).collect(),
            condition_logic: condition_logic.as_str(),
            payload: payload.as_ref().map_or(Value::Null, |payload| payload.as_value().clone()),
            created_at: *created_at,
            updated_at: *updated_at,
        }
    }
}

/// A webhook that was just made, with its secret.
#[derive(Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = WebhookCreated)]
pub struct WebhookCreatedJson {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: WebhookJson,
    /// What deliveries are signed with. It is shown once.
    pub secret: String,
}

impl From<&Webhook> for WebhookCreatedJson {
    fn from(webhook: &Webhook) -> Self {
        Self { webhook: webhook.into(), secret: webhook.secrets.current.expose().to_owned() }
    }
}

/// A new secret.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
pub struct SecretJson {
    /// What deliveries are signed with from now on. It is shown once.
    pub secret: String,
}

impl From<&Webhook> for SecretJson {
    fn from(webhook: &Webhook) -> Self {
        Self { secret: webhook.secrets.current.expose().to_owned() }
    }
}

#[cfg(test)]
mod tests;
