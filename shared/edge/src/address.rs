//! Under which address the API is reached.

use app::App;
use axum::extract::{FromRef, FromRequestParts};
use http::header::HOST;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderValue};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

use crate::failure::Failure;

/// The API's address as clients see it, without a final slash: the deployment's own word, else the name under which the
/// gateway was called. A `Host` header never enters it, so it may be stored and mailed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(pub String);

impl<S> FromRequestParts<S> for BaseUrl
where
    App: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        Ok(Self(public(&App::from_ref(state), &parts.extensions)))
    }
}

/// The API's address; empty, which makes a link relative, where nobody knows it.
pub(crate) fn public(app: &App, extensions: &Extensions) -> String {
    if let Some(url) = app.public_url() {
        return url.to_owned();
    }
    match extensions.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.domain_name.as_deref().map(|domain| with_scheme(domain, None)).unwrap_or_default()
        }
        Some(_) | None => String::new(),
    }
}

/// The origin that a request says it is for; empty without a sound `Host`.
pub(crate) fn requested(headers: &HeaderMap) -> String {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    with_scheme(text(HOST.as_str()).unwrap_or_default(), text("x-forwarded-proto"))
}

/// Whether a request came without TLS to the machine that it is sent from.
pub(crate) fn is_plain_loopback(headers: &HeaderMap) -> bool {
    requested(headers).strip_prefix("http://").is_some_and(is_loopback)
}

fn with_scheme(host: &str, scheme: Option<&str>) -> String {
    let is_host = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if host.is_empty() || !is_host {
        return String::new();
    }
    let scheme = match scheme {
        Some("http") => "http",
        Some("https") => "https",
        Some(_) | None if is_loopback(host) => "http",
        Some(_) | None => "https",
    };
    format!("{scheme}://{host}")
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let name = name.unwrap_or_default();
    name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;

    use super::*;
    use crate::testing::app;

    fn called(domain: &str) -> Extensions {
        let mut context = ApiGatewayV2httpRequestContext::default();
        context.domain_name = Some(domain.to_owned());
        let mut extensions = Extensions::new();
        extensions.insert(RequestContext::ApiGatewayV2(context));
        extensions
    }

    #[test]
    fn the_deployments_word_comes_before_the_gateways_name() {
        for (domain, expected) in [
            ("api.example", "https://api.example"),
            ("127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("127.0.0.1.example", "https://127.0.0.1.example"),
            ("a>b", ""),
            ("", ""),
        ] {
            assert_eq!(public(&app(), &called(domain)), expected);
        }
        assert_eq!(public(&app(), &Extensions::new()), "");
        let app = app().with_public_url("https://books.example");
        assert_eq!(public(&app, &called("api.example")), "https://books.example");
    }

    #[test]
    fn origins_are_https_but_on_loopback() {
        let requested = |host: &str, proto: Option<&str>| {
            let proto = proto.map(|proto| ("x-forwarded-proto".parse().unwrap(), proto.parse().unwrap()));
            requested(&std::iter::once((HOST, host.parse().unwrap())).chain(proto).collect())
        };
        for (host, proto, expected) in [
            ("api.example", None, "https://api.example"),
            ("api.example:8443", Some("ftp"), "https://api.example:8443"),
            ("api.example", Some("http"), "http://api.example"),
            ("127.0.0.1:3000", None, "http://127.0.0.1:3000"),
            ("localhost:3000", None, "http://localhost:3000"),
            ("[::1]:3000", None, "http://[::1]:3000"),
            ("127.0.0.1.example", None, "https://127.0.0.1.example"),
            ("a>b", None, ""),
            ("", None, ""),
        ] {
            assert_eq!(requested(host, proto), expected);
        }
    }
}
