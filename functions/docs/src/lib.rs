//! The OpenAPI documents and the page to read and try them.
//!
//! Requests to paths without a route come here too: a trailing slash too many is redirected, all else gets the crm
//! form's 404.

use std::sync::{Arc, LazyLock};

use app::App;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use contracts::{Problem, REFERENCES, is_served};
use edge::{Failure, json};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use utoipa_swagger_ui::{Config, Url};

/// Where the documents are served.
static PATHS: LazyLock<Vec<String>> =
    LazyLock::new(|| REFERENCES.iter().map(|reference| format!("/openapi/{}.json", reference.name)).collect());

/// The page runs its own scripts alone, is shown in no other page, and calls this API alone. Its styles and icons are
/// made by its scripts.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; connect-src 'self'; base-uri 'self'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page's settings: which documents it offers.
static PAGE: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    let documents = REFERENCES.iter().zip(PATHS.iter()).map(|(reference, path)| Url::new(reference.name, path));
    Arc::new(Config::new(documents).persist_authorization(true).try_it_out_enabled(true).validator_url("none"))
});

/// The function's routes.
pub fn router(app: App) -> Router {
    let routes = Router::new()
        .route("/docs", get(async || page("index.html")))
        .route("/docs/{*file}", get(async |Path(file): Path<String>| page(&file)))
        .route("/openapi/{file}", get(document));
    edge::catch_all_service(app, routes, is_served)
}

async fn document(Path(file): Path<String>) -> Result<Response, Failure> {
    let name = file.strip_suffix(".json").ok_or(Problem::UnknownPath)?;
    let reference = REFERENCES.into_iter().find(|reference| reference.name == name).ok_or(Problem::UnknownPath)?;
    Ok(json(StatusCode::OK, reference.openapi()))
}

fn page(file: &str) -> Result<Response, Failure> {
    let found =
        utoipa_swagger_ui::serve(file, Arc::clone(&PAGE)).map_err(|error| Failure::defect(error.to_string()))?;
    let Some(found) = found else { return Err(Problem::UnknownPath.into()) };
    if file == "index.html" {
        // The page names its files relative to itself, and is served without a trailing slash too.
        let html = String::from_utf8_lossy(&found.bytes).replacen("<head>", "<head>\n    <base href=\"/docs/\" />", 1);
        return Ok(([(CONTENT_SECURITY_POLICY, POLICY)], Html(html)).into_response());
    }
    Ok(([(CONTENT_TYPE, found.content_type)], found.bytes.into_owned()).into_response())
}
