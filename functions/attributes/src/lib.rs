//! Attribute definitions over HTTP: crm, section 1.

use app::App;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use contracts::crm::attributes::{AttributeBody, AttributeJson};
use domain::attributes::EntityName;
use domain::id::AttributeId;
use edge::{Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;
use store::Page;

/// The function's routes. One path serves both: the key is an entity's name to list and create, and
/// a definition's id to change and delete.
pub fn router(app: App) -> Router {
    let methods = get(list).post(create).put(update).patch(update).delete(delete);
    edge::service(app, Router::new().route("/api/attributes/{key}", methods))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Id(entity): Id<EntityName>,
    listing: Listing,
) -> Result<Response, Failure> {
    let rows = app.list_attributes(caller.actor(), entity).await?;
    // An entity has few definitions: they are one page, unless a limit asks for less.
    let page = Page::of(
        rows,
        &listing.page(),
        |attribute| attribute.id.to_string(),
        |attribute| attribute.list_values.as_slice().iter().map(|value| value.len() + 3).sum::<usize>() + 1_000,
    );
    Ok(listing.answer(page, |attribute| AttributeJson::from(&attribute)))
}

async fn create(
    State(app): State<App>,
    caller: Caller,
    Id(entity): Id<EntityName>,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<AttributeBody>(&body)?.into_new(entity)?;
    let attribute = app.create_attribute(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, attribute.version, AttributeJson::from(&attribute)))
}

async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AttributeId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let patch = read::<AttributeBody>(&body)?.into_patch()?;
    let attribute = app.update_attribute(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, attribute.version, AttributeJson::from(&attribute)))
}

async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<AttributeId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_attribute(caller.actor(), id, expected).await?;
    Ok(no_content())
}
