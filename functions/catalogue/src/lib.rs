//! Categories, catalogue items and price tiers, products and payment methods over HTTP.

mod categories;
mod items;
mod namaste;
mod tiers;

use app::App;
use axum::Router;
use axum::routing::get;

/// The function's routes.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/api/categories", get(categories::list).post(categories::create))
        .route(
            "/api/categories/{id}",
            get(categories::retrieve).put(categories::replace).patch(categories::update).delete(categories::delete),
        )
        .route("/api/catalogue", get(items::list).post(items::create))
        .route(
            "/api/catalogue/{id}",
            get(items::retrieve).put(items::replace).patch(items::update).delete(items::delete),
        )
        .route("/api/catalogue/{id}/price-tiers", get(tiers::list).post(tiers::create))
        .route(
            "/api/catalogue/{id}/price-tiers/{tier_id}",
            get(tiers::retrieve).put(tiers::replace).patch(tiers::update).delete(tiers::delete),
        );
    edge::service(app, routes.merge(namaste::routes()))
}
