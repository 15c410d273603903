//! Webhooks.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::deliveries::{TestBody, TestJson};
use contracts::crm::webhooks::{SecretJson, WebhookBody, WebhookCreatedJson, WebhookJson};
use domain::id::WebhookId;
use domain::webhook::RenderError;
use edge::events::crm_body;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, json, no_content, object, read};
use http::StatusCode;

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let page = app.list_webhooks(caller.actor(), listing.page()).await?;
    Ok(listing.answer(page, |webhook| WebhookJson::from(&webhook)))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<WebhookBody>(&body)?.into_new()?;
    let webhook = app.create_webhook(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, webhook.version, WebhookCreatedJson::from(&webhook)))
}

pub async fn retrieve(State(app): State<App>, caller: Caller, Id(id): Id<WebhookId>) -> Result<Response, Failure> {
    let webhook = app.get_webhook(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, webhook.version, WebhookJson::from(&webhook)))
}

pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WebhookId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let patch = read::<WebhookBody>(&body)?.into_patch()?;
    let webhook = app.update_webhook(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, webhook.version, WebhookJson::from(&webhook)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WebhookId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_webhook(caller.actor(), id, expected).await?;
    Ok(no_content())
}

pub async fn rotate_secret(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WebhookId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    let webhook = app.rotate_webhook_secret(caller.actor(), id, expected).await?;
    Ok(object(StatusCode::OK, webhook.version, SecretJson::from(&webhook)))
}

/// Shows what would be sent for an object, without sending it.
pub async fn test(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<WebhookId>,
    BaseUrl(base): BaseUrl,
    body: JsonBody,
) -> Result<Response, Failure> {
    let object_id = read::<TestBody>(&body)?.into_object_id()?;
    let webhook = app.get_webhook(caller.actor(), id).await?;
    let found = app.object_for_test(caller.actor(), webhook.model, object_id).await?;
    let page = |invoice| app.hosted_url(&base, caller.actor().tenant(), invoice);
    let shown = crm_body(&found, &base, page).map_err(|error| Failure::defect(error.to_string()))?;
    let rendered = webhook.render(&shown).map_err(|error| {
        let field = match error {
            RenderError::TooLarge(_) => "payload",
            RenderError::Url(_) => "url",
        };
        domain::Error::field(field, error.to_string())
    })?;
    Ok(json(StatusCode::OK, TestJson::new(webhook.conditions_hold(&shown), &rendered)))
}
