//! The customer's page of an invoice: public to who has its address.

mod document;
mod figures;
mod invoice;
mod visitor;

use app::App;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use edge::Failure;
use http::{HeaderMap, Method, StatusCode};

/// The function's routes.
pub fn router(app: App) -> Router {
    edge::service(app, Router::new().route("/i/{token}", get(page)))
}

async fn page(
    State(app): State<App>,
    token: Result<Path<String>, PathRejection>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Ok(Path(token)) = token else { return Ok(document::not_found()) };
    match app.open_hosted(&token, visitor::visitor(&method, &headers)).await {
        Ok(hosted) => Ok(document::answer(StatusCode::OK, &invoice::title(&hosted), &invoice::body(&hosted, &token))),
        Err(app::Error::Domain(domain::Error::NotFound)) => Ok(document::not_found()),
        Err(other) => Err(other.into()),
    }
}
