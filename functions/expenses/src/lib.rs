//! Expenses over HTTP: namaste.

mod expenses;

use app::App;
use axum::Router;
use axum::routing::get;

/// The function's routes.
pub fn router(app: App) -> Router {
    let one = get(expenses::list).post(expenses::create).put(expenses::update).delete(expenses::delete);
    edge::service(app, Router::new().route("/api/expenses", one))
}
