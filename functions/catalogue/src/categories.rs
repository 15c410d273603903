//! Categories: crm, section 11.1.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::categories::{CategoryBody, CategoryJson};
use contracts::crm::{Update, filters};
use domain::id::CategoryId;
use edge::{Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let filter = filters::categories(listing.filters())?;
    let page = app.list_categories(caller.actor(), &filter, listing.page()).await?;
    Ok(listing.answer(page, |category| CategoryJson::from(&category)))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<CategoryBody>(&body)?.into_new();
    let category = app.create_category(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, category.meta.version, CategoryJson::from(&category)))
}

pub async fn retrieve(State(app): State<App>, caller: Caller, Id(id): Id<CategoryId>) -> Result<Response, Failure> {
    let category = app.get_category(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, category.meta.version, CategoryJson::from(&category)))
}

pub async fn replace(
    state: State<App>,
    caller: Caller,
    id: Id<CategoryId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, body, Update::Put).await
}

pub async fn update(
    state: State<App>,
    caller: Caller,
    id: Id<CategoryId>,
    version: IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    change(state, caller, id, version, body, Update::Patch).await
}

async fn change(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CategoryId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
    mode: Update,
) -> Result<Response, Failure> {
    let patch = read::<CategoryBody>(&body)?.into_patch(mode);
    let category = app.update_category(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, category.meta.version, CategoryJson::from(&category)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<CategoryId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_category(caller.actor(), id, expected).await?;
    Ok(no_content())
}
