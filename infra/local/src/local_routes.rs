//! `/_local/`: what only the local cloud has, on loopback alone.
//!
//! These routes show credentials, so a page of another site must not reach them: neither by a request across origins
//! nor by a name of its own that resolves to this machine.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use app::ports::Clock;
use axum::body::Body;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::{ClockError, LocalClock};
use crate::function::Invoker;
use crate::gateway::json_response;
use crate::origins::{is_loopback_origin, names_loopback};
use crate::schedule::ScheduledCall;
use crate::services::ses::Mailbox;

/// The most that is read of a body.
const LARGEST_BODY: usize = 64 * 1024;

/// What the local routes show and move.
#[derive(Debug, Clone)]
pub(crate) struct LocalRoutes {
    /// The clock that everything reads.
    pub(crate) clock: Arc<LocalClock>,
    /// What was mailed.
    pub(crate) mailbox: Mailbox,
    /// Credentials of the demo, once somebody has set them.
    pub(crate) credentials: Arc<RwLock<Option<Value>>>,
    /// Calls the sweep.
    pub(crate) invoker: Invoker,
    /// The sweep, if the template has one.
    pub(crate) sweep: Option<ScheduledCall>,
    /// What a function of another process needs in its environment to work on this cloud.
    pub(crate) variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u64,
}

impl LocalRoutes {
    /// Answers a request for `/_local/<path>`.
    pub(crate) async fn answer(&self, path: &str, parts: &Parts, body: Body) -> Response<Body> {
        if !is_local(parts) {
            return problem(StatusCode::FORBIDDEN, "this address is for this machine alone");
        }
        let path = path.trim_end_matches('/');
        match (&parts.method, path) {
            (&Method::GET | &Method::HEAD, "credentials") => self.credentials(),
            (&Method::GET | &Method::HEAD, "mailbox") => self.mailbox().await,
            (&Method::GET | &Method::HEAD, "environment") => self.environment(),
            (&Method::GET | &Method::HEAD, "clock") => shown(self.clock.now()),
            (&Method::POST, "clock") => self.advance(body).await,
            (&Method::POST, "sweep") => self.sweep().await,
            (_, "credentials" | "mailbox" | "environment" | "clock" | "sweep") => {
                problem(StatusCode::METHOD_NOT_ALLOWED, "this method is not allowed here")
            }
            _ => problem(StatusCode::NOT_FOUND, "there is no such local route"),
        }
    }

    fn credentials(&self) -> Response<Body> {
        match &*self.credentials.read().unwrap_or_else(PoisonError::into_inner) {
            Some(credentials) => json_response(StatusCode::OK, credentials),
            None => problem(StatusCode::NOT_FOUND, "there is no demo"),
        }
    }

    /// One `NAME=value` a line, as `env` takes them.
    fn environment(&self) -> Response<Body> {
        let lines: String = self.variables.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let mut response = Response::new(Body::from(lines));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        response
    }

    async fn mailbox(&self) -> Response<Body> {
        match self.mailbox.list().await {
            Ok(mails) => json_response(StatusCode::OK, &json!(mails)),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }

    async fn advance(&self, body: Body) -> Response<Body> {
        let body = Limited::new(body, LARGEST_BODY).collect().await.map(|body| body.to_bytes());
        let advance = body.ok().and_then(|body| serde_json::from_slice::<Advance>(&body).ok());
        let Some(Advance { advance_seconds }) = advance else {
            return problem(StatusCode::BAD_REQUEST, r#"the body is {"advance_seconds": n}, n a whole number from 0"#);
        };
        match self.clock.advance(advance_seconds) {
            Ok(now) => shown(now),
            Err(error @ ClockError::OutOfRange) => problem(StatusCode::BAD_REQUEST, &error.to_string()),
            Err(error @ (ClockError::Io(_) | ClockError::Malformed(_))) => {
                problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string())
            }
        }
    }

    async fn sweep(&self) -> Response<Body> {
        let Some(sweep) = &self.sweep else {
            return problem(StatusCode::NOT_FOUND, "the template has no sweep");
        };
        match self.invoker.invoke(&sweep.group, sweep.event(&*self.clock, self.clock.now())).await {
            Ok(answer) => json_response(StatusCode::OK, &answer),
            Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        }
    }
}

fn shown(now: jiff::Timestamp) -> Response<Body> {
    json_response(StatusCode::OK, &json!({ "now": now }))
}

fn problem(status: StatusCode, detail: &str) -> Response<Body> {
    json_response(status, &json!({ "detail": detail }))
}

/// Whether no page of another site sends the request. An origin that may call the API may not see these routes.
fn is_local(parts: &Parts) -> bool {
    let is_loopback = |origin: &HeaderValue| origin.to_str().is_ok_and(is_loopback_origin);
    names_loopback(&parts.uri, &parts.headers)
        && parts.headers.get_all(header::ORIGIN).iter().all(is_loopback)
        && parts.headers.get_all("sec-fetch-site").iter().all(|site| site != "cross-site")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::get("/_local/credentials");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_local(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn only_a_loopback_host_is_answered() {
        for host in ["127.0.0.1:3000", "localhost", "LOCALHOST:3000", "[::1]:3000"] {
            assert!(local(&[("host", host)]), "{host}");
        }
        for host in ["rebound.example:3000", "localhost.example", "127.0.0.1.example", "127.0.0.1@evil.example", ""] {
            assert!(!local(&[("host", host)]), "{host}");
        }
        assert!(!local(&[]));
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        let host = ("host", "127.0.0.1:3000");
        assert!(local(&[host, ("origin", "http://localhost:8080"), ("sec-fetch-site", "same-site")]));
        for other in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
            assert!(!local(&[host, other]), "{other:?}");
        }
    }
}
