//! The HTTP request of a delivery.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Uri};
use http_body_util::Full;

use crate::sender::Outbound;
use crate::signature::{self, SignatureError};

const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("Tributary-Webhooks/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

const WEBHOOK_ID: HeaderName = HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_ID);
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP);
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static(standardwebhooks::HEADER_WEBHOOK_SIGNATURE);

/// Why there is no request to send.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error("the URL cannot be read: {0}")]
    Url(http::uri::InvalidUri),
    #[error("{0} cannot be sent: its value is no header's")]
    Header(HeaderName),
    #[error("{0}")]
    Signature(SignatureError),
}

/// Renders `outbound` as a request: the customer's headers, then ours, which they cannot replace.
pub(crate) fn build(outbound: &Outbound) -> Result<Request<Full<Bytes>>, RequestError> {
    let uri: Uri = outbound.url.parse().map_err(RequestError::Url)?;
    let body = outbound.body.clone().filter(|_| carries_body(&outbound.method)).unwrap_or_default();
    let mut headers = customers(&outbound.headers);
    if !body.is_empty() {
        headers.entry(CONTENT_TYPE).or_insert(JSON);
    }
    headers.entry(USER_AGENT).or_insert(PRODUCT);
    sign(&mut headers, outbound, &body)?;

    let mut request = Request::new(Full::new(body));
    *request.method_mut() = outbound.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    Ok(request)
}

fn sign(headers: &mut HeaderMap, outbound: &Outbound, body: &[u8]) -> Result<(), RequestError> {
    let signature = signature::sign(&outbound.message_id, outbound.timestamp, body, &outbound.secrets)
        .map_err(RequestError::Signature)?;
    let values = [
        (WEBHOOK_ID, outbound.message_id.clone()),
        (WEBHOOK_TIMESTAMP, outbound.timestamp.as_second().to_string()),
        (WEBHOOK_SIGNATURE, signature),
    ];
    for (name, value) in values {
        let value = HeaderValue::try_from(value).map_err(|_| RequestError::Header(name.clone()))?;
        headers.insert(name, value);
    }
    Ok(())
}

fn carries_body(method: &Method) -> bool {
    [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(method)
}

/// The customer's headers, without those that HTTP forbids or that are not theirs to set. Values may hold UTF-8, as
/// rendered placeholders do.
fn customers(pairs: &[(String, String)]) -> HeaderMap {
    let readable = pairs.iter().filter_map(|(name, value)| {
        let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
        Some((name, HeaderValue::from_bytes(value.trim().as_bytes()).ok()?))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in readable.filter(|(name, _)| !is_ours(name)) {
        headers.insert(name, value);
    }
    headers
}

/// Headers that frame the message, name its target or its sender's proof, or concern one connection alone.
fn is_ours(name: &HeaderName) -> bool {
    const OURS: [&str; 11] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "upgrade",
        "keep-alive",
        "trailer",
        standardwebhooks::HEADER_WEBHOOK_ID,
        standardwebhooks::HEADER_WEBHOOK_TIMESTAMP,
        standardwebhooks::HEADER_WEBHOOK_SIGNATURE,
    ];
    OURS.contains(&name.as_str()) || name.as_str().starts_with("proxy-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(headers: &[(&str, &str)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn outbound(method: Method, headers: &[(&str, &str)]) -> Outbound {
        Outbound {
            method,
            url: "https://receiver.example/hook?a=b#part".to_owned(),
            headers: pairs(headers),
            body: Some(Bytes::from_static(b"{}")),
            message_id: "evt_1".to_owned(),
            timestamp: jiff::Timestamp::from_second(1_700_000_000).unwrap(),
            secrets: vec!["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned()],
        }
    }

    #[test]
    fn a_request_is_json_from_this_product_unless_the_customer_says_otherwise() {
        let plain = build(&outbound(Method::POST, &[])).unwrap();
        assert_eq!(plain.headers()[CONTENT_TYPE], JSON);
        assert_eq!(plain.headers()[USER_AGENT], PRODUCT);
        let own = build(&outbound(Method::POST, &[("Content-Type", "text/plain"), ("USER-AGENT", "mine")])).unwrap();
        assert_eq!(own.headers()[CONTENT_TYPE], "text/plain");
        assert_eq!(own.headers()[USER_AGENT], "mine");
    }

    #[test]
    fn every_method_but_get_carries_the_body() {
        let length = |method| {
            let (parts, body) = build(&outbound(method, &[])).unwrap().into_parts();
            (hyper::body::Body::size_hint(&body).exact(), parts.headers.contains_key(CONTENT_TYPE))
        };
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(length(method), (Some(2), true));
        }
        assert_eq!(length(Method::GET), (Some(0), false));
    }

    #[test]
    fn headers_that_are_not_the_customer_s_to_set_are_dropped() {
        let request = build(&outbound(
            Method::POST,
            &[
                ("Host", "other.example"),
                ("Content-Length", "1"),
                ("Transfer-Encoding", "chunked"),
                ("Connection", "upgrade"),
                ("TE", "trailers"),
                ("Upgrade", "websocket"),
                ("Keep-Alive", "timeout=5"),
                ("Trailer", "x"),
                ("Proxy-Authorization", "Basic eA=="),
                ("Proxy-Anything", "x"),
                ("Webhook-Id", "forged"),
                ("Webhook-Timestamp", "1"),
                ("Webhook-Signature", "v1,forged"),
            ],
        ))
        .unwrap();
        let mut names: Vec<&str> = request.headers().keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-type", "user-agent", "webhook-id", "webhook-signature", "webhook-timestamp"]);
        assert_eq!(request.headers()[WEBHOOK_ID], "evt_1");
        assert_eq!(request.headers()[WEBHOOK_TIMESTAMP], "1700000000");
        assert_ne!(request.headers()[WEBHOOK_SIGNATURE], "v1,forged");
    }

    #[test]
    fn headers_that_cannot_be_sent_are_dropped_and_the_others_stay() {
        let headers =
            customers(&pairs(&[("bad name", "x"), ("", "x"), ("x-split", "a\r\nx-more: b"), ("x-name", " Zoë ")]));
        assert_eq!(headers.len(), 1);
        assert_eq!(headers["x-name"].as_bytes(), "Zoë".as_bytes());
    }

    #[test]
    fn an_id_that_no_header_can_carry_is_refused() {
        let broken = Outbound { message_id: "a\nb".to_owned(), ..outbound(Method::POST, &[]) };
        assert!(matches!(build(&broken), Err(RequestError::Header(_))));
    }

    #[test]
    fn a_url_that_cannot_be_read_is_refused() {
        let broken = Outbound { url: "https://receiver.example/a b".to_owned(), ..outbound(Method::POST, &[]) };
        assert!(matches!(build(&broken), Err(RequestError::Url(_))));
    }
}
