//! What every page is: HTML that loads nothing, runs nothing, and is kept nowhere.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use http::{HeaderName, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("style.css");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The page's own style and an empty icon are all that the browser takes.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// A page as an answer.
pub fn answer(status: StatusCode, title: &str, body: &Markup) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                title { (title) }
                // Without one, browsers ask for /favicon.ico.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.as_str()),
        // The address is the key: no other site may learn it.
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "private, no-store"),
        (ROBOTS, "noindex, nofollow"),
    ];
    (status, headers, Html(page.into_string())).into_response()
}

/// The page for an address that leads to no invoice.
pub fn not_found() -> Response {
    let body = html! {
        section.notice {
            h1 { "Invoice not found" }
            p { "This address does not lead to an invoice that can be shown." }
            p { "Please check that it is complete, or ask whoever sent it to you." }
        }
    };
    answer(StatusCode::NOT_FOUND, "Invoice not found", &body)
}
