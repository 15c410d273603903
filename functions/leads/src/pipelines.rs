//! Pipelines: crm, section 4.

use app::App;
use axum::extract::State;
use axum::response::Response;
use contracts::crm::pipelines::{PipelineBody, PipelineJson};
use domain::id::PipelineId;
use edge::{Caller, Failure, Id, IfMatch, JsonBody, Listing, no_content, object, read};
use http::StatusCode;

pub async fn list(State(app): State<App>, caller: Caller, listing: Listing) -> Result<Response, Failure> {
    let page = app.list_pipelines(caller.actor(), listing.page()).await?;
    Ok(listing.answer(page, |pipeline| PipelineJson::from(&pipeline)))
}

pub async fn create(State(app): State<App>, caller: Caller, body: JsonBody) -> Result<Response, Failure> {
    let new = read::<PipelineBody>(&body)?.into_new()?;
    let pipeline = app.create_pipeline(caller.actor(), new).await?;
    Ok(object(StatusCode::CREATED, pipeline.meta.version, PipelineJson::from(&pipeline)))
}

pub async fn retrieve(State(app): State<App>, caller: Caller, Id(id): Id<PipelineId>) -> Result<Response, Failure> {
    let pipeline = app.get_pipeline(caller.actor(), id).await?;
    Ok(object(StatusCode::OK, pipeline.meta.version, PipelineJson::from(&pipeline)))
}

/// PUT and PATCH: a pipeline has no attributes, so both mean the same.
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PipelineId>,
    IfMatch(expected): IfMatch,
    body: JsonBody,
) -> Result<Response, Failure> {
    let patch = read::<PipelineBody>(&body)?.into_patch()?;
    let pipeline = app.update_pipeline(caller.actor(), id, patch, expected).await?;
    Ok(object(StatusCode::OK, pipeline.meta.version, PipelineJson::from(&pipeline)))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Id(id): Id<PipelineId>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Failure> {
    app.delete_pipeline(caller.actor(), id, expected).await?;
    Ok(no_content())
}
