//! Catalogue items: crm, section 11.2.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::catalogue::{CatalogueItemBody, CatalogueItemJson};
use contracts::crm::{Update, filters};
use domain::id::ItemId;
use edge::{BaseUrl, Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    listing: Listing,
) -> Result<Response, Failure> {
    let filter = filters::items(listing.filters())?;
    let page = app.list_items(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |item| CatalogueItemJson::new(&item, &base)))
}

pub async fn create(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    body: JsonBody,
) -> Result<Response, Failure> {
    let new = read::<CatalogueItemBody>(&body)?.into_new();
    let item = app.create_item(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, item.meta.version, CatalogueItemJson::new(&item, &base)))
}

pub async fn retrieve(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ItemId>,
) -> Result<Response, Failure> {
    let item = app.get_item(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, item.meta.version, CatalogueItemJson::new(&item, &base)))
}

pub async fn replace(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ItemId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    base: BaseUrl,
    caller: Caller,
    id: Id<ItemId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, base, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    BaseUrl(base): BaseUrl,
    caller: Caller,
    Id(id): Id<ItemId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<CatalogueItemBody>(&body)?.into_patch(mode);
    let item = app.update_item(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, item.meta.version, CatalogueItemJson::new(&item, &base)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<ItemId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_item(caller.actor(), id, expected).await?;
    Ok(no_content())
}
