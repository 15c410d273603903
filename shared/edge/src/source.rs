//! Whence a request comes.

use std::convert::Infallible;

use app::App;
use app::sources::SourceAddress;
use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

/// The header in which proxies say where a request came from.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that the gateway saw, or that a proxy which the deployment names saw before it. What a client claims of
/// it, in `X-Forwarded-For` for example, is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source(pub SourceAddress);

impl Source {
    /// The source of a request.
    pub(crate) fn of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Self {
        let peer = match extensions.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            Some(_) | None => None,
        };
        let values = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
        Self(app.proxies().source(peer, &values.collect::<Vec<_>>().join(",")))
    }
}

impl<S> FromRequestParts<S> for Source
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&App::from_ref(state), &parts.extensions, &parts.headers))
    }
}
