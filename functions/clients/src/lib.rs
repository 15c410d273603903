//! Clients and contacts over HTTP.

mod clients;
mod contacts;

use app::App;
use axum::Router;
use axum::routing::{get, post};

/// The function's routes.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/api/clients", get(clients::list).post(clients::create))
        .route(
            "/api/clients/{id}",
            get(clients::retrieve).put(clients::replace).patch(clients::update).delete(clients::delete),
        )
        .route("/api/clients/{id}/update-task", post(clients::update_task))
        .route("/api/clients/{id}/delete-note", post(clients::delete_note))
        .route("/api/contacts", get(contacts::list).post(contacts::create))
        .route(
            "/api/contacts/{id}",
            get(contacts::retrieve).put(contacts::replace).patch(contacts::update).delete(contacts::delete),
        )
        .route("/api/contacts/{id}/update-task", post(contacts::update_task))
        .route("/api/contacts/{id}/delete-note", post(contacts::delete_note));
    edge::service(app, routes)
}
