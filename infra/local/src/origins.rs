//! Which requests the listeners of the local cloud answer.
//!
//! They listen on loopback, where every page in this machine's browsers can send requests. A page of another site says
//! so in `Origin`; one that had its own name resolve to this machine says that name in `Host`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::uri::Authority;
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::json;

use crate::gateway::json_response;

const FOREIGN_HOST: &str =
    "The local cloud answers requests to 127.0.0.1, localhost and [::1] alone; this one names another host.";
const FOREIGN_ORIGIN: &str = "The local cloud answers no pages of other origins; \
                              start it with --allow-origin <origin> to let the pages of an origin call it.";

/// The origins whose pages may call the local cloud, beside those on loopback.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins(Arc<[String]>);

impl AllowedOrigins {
    /// Allows these origins, such as `https://app.example`.
    #[must_use]
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self(origins.into_iter().collect())
    }

    /// The answer to a request that is refused.
    pub(crate) fn refusal(&self, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        let why = match () {
            () if !names_loopback(uri, headers) => FOREIGN_HOST,
            () if !headers.get_all(header::ORIGIN).iter().all(|origin| self.allows(origin.to_str().ok())) => {
                FOREIGN_ORIGIN
            }
            () => return None,
        };
        Some(json_response(StatusCode::FORBIDDEN, &json!({ "message": why })))
    }

    fn allows(&self, origin: Option<&str>) -> bool {
        let named = |origin: &str| self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin));
        origin.is_some_and(|origin| is_loopback_origin(origin) || named(origin))
    }
}

/// Where a service listens, and whom it answers.
#[derive(Debug, Clone, Default)]
pub struct Listen {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The origins whose pages may call it.
    pub origins: AllowedOrigins,
}

impl From<u16> for Listen {
    fn from(port: u16) -> Self {
        Self { port, origins: AllowedOrigins::default() }
    }
}

/// Refuses what a page of another site sends.
pub(crate) async fn guard(State(origins): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    match origins.refusal(request.uri(), request.headers()) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}

/// Whether a request names this machine as its host, and nothing else.
pub(crate) fn names_loopback(uri: &Uri, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = match hosts.next() {
        Some(host) => host.to_str().ok(),
        None => uri.authority().map(Authority::as_str),
    };
    hosts.next().is_none() && host.is_some_and(is_loopback)
}

/// Whether an origin is a page's on this machine.
pub(crate) fn is_loopback_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    host.is_some_and(is_loopback)
}

/// Whether a host, with a port or without, is this machine by one of its usual names.
fn is_loopback(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let rest = ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|name| host.strip_prefix(name));
    let is_port = |rest: &str| rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok());
    rest.is_some_and(|rest| rest.is_empty() || is_port(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(origins: &AllowedOrigins, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        origins.refusal(&Uri::from_static("/"), &map).is_some()
    }

    #[test]
    fn only_a_loopback_host_is_answered() {
        let none = AllowedOrigins::default();
        for host in ["127.0.0.1:3000", "localhost", "LOCALHOST:3000", "[::1]:3000"] {
            assert!(!refused(&none, &[("host", host)]), "{host}");
        }
        for host in [
            "rebound.example:3000",
            "localhost.example",
            "127.0.0.1.example",
            "127.0.0.1@evil.example",
            "evil.example@127.0.0.1",
            "localhost:3000.evil.example",
            "127.0.0.1, evil.example",
            "0.0.0.0:3000",
            "",
        ] {
            assert!(refused(&none, &[("host", host)]), "{host}");
        }
        assert!(refused(&none, &[("host", "localhost"), ("host", "evil.example")]));
        assert!(refused(&none, &[]));
    }

    #[test]
    fn pages_of_other_origins_are_refused_unless_theirs_is_named() {
        let host = ("host", "127.0.0.1:3000");
        let named = AllowedOrigins::new(["https://app.example".to_owned(), "http://dev.example:5173".to_owned()]);
        for origin in ["http://localhost:8080", "http://127.0.0.1:3000", "https://[::1]"] {
            assert!(!refused(&AllowedOrigins::default(), &[host, ("origin", origin)]), "{origin}");
        }
        for origin in ["https://app.example", "HTTPS://App.Example", "http://dev.example:5173"] {
            assert!(refused(&AllowedOrigins::default(), &[host, ("origin", origin)]), "{origin}");
            assert!(!refused(&named, &[host, ("origin", origin)]), "{origin}");
        }
        for origin in [
            "null",
            "",
            "http://app.example",
            "https://app.example:8443",
            "https://app.example.evil.example",
            "http://dev.example",
            "http://localhost@evil.example",
            "http://evil.example@localhost",
            "http://localhost.evil.example",
            "chrome-extension://localhost",
            "file://localhost",
        ] {
            assert!(refused(&named, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(refused(&named, &[host, ("origin", "https://app.example"), ("origin", "https://evil.example")]));
        assert!(refused(&named, &[("host", "app.example"), ("origin", "https://app.example")]));
    }
}
