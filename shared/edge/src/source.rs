//! Whence a request comes.

use std::convert::Infallible;

use app::logins::SourceAddress;
use axum::extract::FromRequestParts;
use http::Extensions;
use http::request::Parts;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

/// The address that the gateway saw. What a client claims of it, in `X-Forwarded-For` for example,
/// is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source(pub SourceAddress);

impl Source {
    /// The source of a request with these extensions.
    pub(crate) fn of(extensions: &Extensions) -> Self {
        let address = match extensions.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.as_deref(),
            Some(_) | None => None,
        };
        Self(address.map_or_else(SourceAddress::unknown, SourceAddress::parse))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Source {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
