//! Clients, contacts, services and follow-ups, and parties, over HTTP.

mod clients;
mod contacts;
mod follow_ups;
mod parties;
mod services;

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
        .route("/api/contacts/{id}/delete-note", post(contacts::delete_note))
        .route("/api/services", get(services::list).post(services::create))
        .route(
            "/api/services/{id}",
            get(services::retrieve).put(services::replace).patch(services::update).delete(services::delete),
        )
        .route("/api/services/{id}/update-task", post(services::update_task))
        .route("/api/services/{id}/delete-note", post(services::delete_note));
    let routes = routes
        .route("/api/parties", get(parties::list).post(parties::create).put(parties::update).delete(parties::delete));
    edge::service(app, routes.merge(follow_up_routes("/services/{id}")).merge(follow_up_routes("/api/services/{id}")))
}

/// The follow-ups of a service. The document has them without `/api`; they are served with it too.
fn follow_up_routes(service: &str) -> Router<App> {
    Router::new().route(&format!("{service}/follow-ups"), get(follow_ups::list).post(follow_ups::create)).route(
        &format!("{service}/follow-ups/{{follow_up_id}}"),
        get(follow_ups::retrieve).put(follow_ups::replace).patch(follow_ups::update).delete(follow_ups::delete),
    )
}
