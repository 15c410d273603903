//! Products, their categories, and payment methods: namaste.

mod payment_methods;
mod product_categories;
mod products;

use app::App;
use axum::Router;
use axum::routing::get;

/// This contract's routes.
pub fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/products",
            get(products::list).post(products::create).put(products::update).delete(products::delete),
        )
        .route(
            "/api/product-categories",
            get(product_categories::list)
                .post(product_categories::create)
                .put(product_categories::update)
                .delete(product_categories::delete),
        )
        .route(
            "/api/payment-methods",
            get(payment_methods::list)
                .post(payment_methods::create)
                .put(payment_methods::update)
                .delete(payment_methods::delete),
        )
}
