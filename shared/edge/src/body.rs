//! Bodies of requests.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use contracts::wire::SentObject;
use contracts::{Problem, wire};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::failure::Failure;

/// How large a body may be, files apart.
pub const MAX_BODY: usize = 1024 * 1024;
/// How large an event can be in which Lambda hands over a request, and so a body with files.
const MAX_EVENT: usize = 6 * 1024 * 1024;
/// U+FEFF in UTF-8, which RFC 8259 allows a reader of JSON to ignore.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body of a request, sent as JSON, of at most [`MAX_BODY`] bytes.
#[derive(Debug, Clone)]
pub struct JsonBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let media_type = media_type(&parts.headers);
        if !is_json(&media_type) {
            return Err(Problem::UnsupportedMediaType { media_type }.into());
        }
        let bytes = without_mark(collect(&parts.headers, body).await?);
        if bytes.is_empty() {
            return Err(Problem::Malformed("A JSON body is required.".to_owned()).into());
        }
        Ok(Self(bytes))
    }
}

/// Reads a JSON object.
///
/// # Errors
/// It is malformed, nested too deep, or no object.
pub fn read<T: wire::Body>(JsonBody(bytes): &JsonBody) -> Result<T, Failure> {
    Ok(wire::parse_object(bytes)?)
}

/// Reads a JSON object whose fields are looked at beside those of the object that they change.
///
/// # Errors
/// As [`read`].
pub fn read_object(JsonBody(bytes): &JsonBody) -> Result<SentObject, Failure> {
    Ok(SentObject::parse(bytes)?)
}

/// A body as a whole, if it is not too large.
pub(crate) async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    collect_up_to(if is_multipart(headers) { MAX_EVENT } else { MAX_BODY }, headers, body).await
}

/// A body as a whole, of at most so many bytes and without a content coding.
pub(crate) async fn collect_up_to(limit: usize, headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    if let Some(coding) = content_coding(headers) {
        return Err(Problem::UnsupportedCoding { coding }.into());
    }
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(Problem::TooLarge.into());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Problem::TooLarge.into()),
        Err(error) => Err(Problem::Malformed(format!("The body cannot be read: {error}.")).into()),
    }
}

/// A text without the byte order mark that some programs put before it.
pub(crate) fn without_mark(text: Bytes) -> Bytes {
    if text.starts_with(BYTE_ORDER_MARK) { text.slice(BYTE_ORDER_MARK.len()..) } else { text }
}

/// The content codings of a body, as far as they change it.
fn content_coding(headers: &HeaderMap) -> Option<String> {
    let sent = headers.get_all(CONTENT_ENCODING).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    let sent = sent.collect::<Vec<_>>().join(",");
    let is_coding = |coding: &&str| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity");
    let codings: Vec<&str> = sent.split(',').map(str::trim).filter(is_coding).collect();
    (!codings.is_empty()).then(|| codings.join(", "))
}

/// Whether a body is of parts, which may be files.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    media_type(headers) == "multipart/form-data"
}

/// The media type without its parameters, in lower case; empty when there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let header = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let essence = header.as_deref().and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

pub(crate) fn is_json(media_type: &str) -> bool {
    media_type.is_empty() || media_type == "application/json" || media_type.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn extract(content_type: Option<&str>, length: Option<usize>, body: Vec<u8>) -> Result<usize, Problem> {
        let mut request = Request::new(Body::from(body));
        if let Some(content_type) = content_type {
            request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        if let Some(length) = length {
            request.headers_mut().insert(CONTENT_LENGTH, length.into());
        }
        let extracted = JsonBody::from_request(request, &()).await;
        extracted.map(|JsonBody(bytes)| bytes.len()).map_err(|failure| failure.problem().clone())
    }

    #[tokio::test]
    async fn json_may_go_by_its_name_by_a_suffix_or_unnamed() {
        for name in
            [None, Some("application/json"), Some("Application/JSON; charset=utf-8"), Some("application/ld+json")]
        {
            assert_eq!(extract(name, None, b"{}".to_vec()).await, Ok(2), "{name:?}");
        }
        for name in
            ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data; boundary=x"]
        {
            let refused = extract(Some(name), None, b"{}".to_vec()).await.unwrap_err();
            assert!(matches!(refused, Problem::UnsupportedMediaType { .. }), "{name}");
        }
    }

    #[tokio::test]
    async fn a_body_ends_at_one_megabyte() {
        assert_eq!(extract(None, None, vec![b' '; MAX_BODY]).await, Ok(MAX_BODY));
        assert_eq!(extract(None, None, vec![b' '; MAX_BODY + 1]).await, Err(Problem::TooLarge));
        assert_eq!(extract(None, Some(MAX_BODY + 1), b"{}".to_vec()).await, Err(Problem::TooLarge));
    }

    #[tokio::test]
    async fn a_body_must_be_there() {
        for empty in [&b""[..], BYTE_ORDER_MARK] {
            assert!(matches!(extract(None, None, empty.to_vec()).await, Err(Problem::Malformed(_))));
        }
    }

    #[tokio::test]
    async fn a_byte_order_mark_before_json_is_skipped() {
        let mut request = Request::new(Body::from("\u{feff}{\"a\": \"\u{feff}\"}"));
        request.headers_mut().insert(CONTENT_TYPE, "application/json".parse().unwrap());
        let JsonBody(bytes) = JsonBody::from_request(request, &()).await.unwrap();
        assert_eq!(bytes, "{\"a\": \"\u{feff}\"}");
    }

    #[tokio::test]
    async fn a_body_with_a_content_coding_is_not_read() {
        for (header, refused) in [
            ("identity", None),
            ("", None),
            ("gzip", Some("gzip")),
            ("Identity, br", Some("br")),
            ("deflate, gzip", Some("deflate, gzip")),
        ] {
            let mut request = Request::new(Body::from("{}"));
            request.headers_mut().insert(CONTENT_ENCODING, header.parse().unwrap());
            let body = JsonBody::from_request(request, &()).await.map_err(|failure| failure.problem().clone());
            let coding = body.err().map(|problem| match problem {
                Problem::UnsupportedCoding { coding } => coding,
                other => panic!("{other:?}"),
            });
            assert_eq!(coding.as_deref(), refused, "{header}");
        }
    }
}
