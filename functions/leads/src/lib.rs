//! Pipelines and leads over HTTP.

mod leads;
mod pipelines;

use app::App;
use axum::Router;
use axum::routing::{get, post};

/// The function's routes.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/api/pipelines", get(pipelines::list).post(pipelines::create))
        .route(
            "/api/pipelines/{id}",
            get(pipelines::retrieve).put(pipelines::update).patch(pipelines::update).delete(pipelines::delete),
        )
        .route("/api/leads", get(leads::list).post(leads::create))
        .route("/api/leads/{id}", get(leads::retrieve).put(leads::replace).patch(leads::update).delete(leads::delete))
        .route("/api/leads/{id}/update-task", post(leads::update_task))
        .route("/api/leads/{id}/delete-note", post(leads::delete_note));
    edge::service(app, routes)
}
