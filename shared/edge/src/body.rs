//! Bodies of requests.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use contracts::wire::SentObject;
use contracts::{Problem, wire};
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::failure::Failure;

/// How large a body may be, files apart.
pub const MAX_BODY: usize = 1024 * 1024;
/// How large an event can be in which Lambda hands over a request, and so a body with files.
const MAX_EVENT: usize = 6 * 1024 * 1024;
/// U+FEFF in UTF-8, which RFC 8259 allows a reader of JSON to ignore.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The body of a request, sent as JSON, of at most [`MAX_BODY`] bytes. It names its type, unless an `Authorization`
/// header comes with it: a page of another origin can send a body without a type unasked, but not that header.
#[derive(Debug, Clone)]
pub struct JsonBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        Self::of(&parts.headers, body).await
    }
}

impl JsonBody {
    async fn of(headers: &HeaderMap, body: Body) -> Result<Self, Failure> {
        let (media_type, is_json) = (media_type(headers), is_json(headers));
        if !media_type.is_empty() && !is_json {
            return Err(Problem::UnsupportedMediaType { media_type }.into());
        }
        let bytes = without_mark(collect(headers, body).await?);
        match bytes.is_empty() {
            true => Err(Problem::Malformed("A JSON body is required.".to_owned()).into()),
            false if is_json => Ok(Self(bytes)),
            false => Err(Problem::UnsupportedMediaType { media_type }.into()),
        }
    }
}

/// The body of a request that needs none: without one it is an empty object.
#[derive(Debug, Clone)]
pub struct OptionalBody(pub JsonBody);

impl<S: Send + Sync> FromRequest<S> for OptionalBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = collect(&parts.headers, body).await?;
        match bytes.is_empty() {
            true => Ok(Self(JsonBody(Bytes::from_static(b"{}")))),
            false => JsonBody::of(&parts.headers, Body::from(bytes)).await.map(Self),
        }
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

/// The longest boundary that RFC 2046 allows.
const MAX_BOUNDARY: usize = 70;

/// What separates the parts of a multipart body.
pub(crate) fn boundary(headers: &HeaderMap) -> Result<String, Failure> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type).map_err(bad_form)?;
    match boundary.len() {
        1..=MAX_BOUNDARY => Ok(boundary),
        _ => Err(bad_form(format!("its boundary has more than {MAX_BOUNDARY} characters, or none"))),
    }
}

pub(crate) fn bad_form(why: impl std::fmt::Display) -> Failure {
    Problem::Malformed(format!("The form cannot be read: {why}.")).into()
}

/// The media type without its parameters, in lower case; empty when there is none.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let header = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let essence = header.as_deref().and_then(|text| text.split(';').next()).unwrap_or_default();
    essence.trim().to_ascii_lowercase()
}

/// Whether a body is read as JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    match media_type(headers).as_str() {
        "" => headers.contains_key(AUTHORIZATION),
        media_type => media_type == "application/json" || media_type.ends_with("+json"),
    }
}

#[cfg(test)]
mod tests {
    use super::boundary as boundary_of;
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
    async fn json_goes_by_its_name_or_by_a_suffix() {
        for name in ["application/json", "Application/JSON; charset=utf-8", "application/ld+json"] {
            assert_eq!(extract(Some(name), None, b"{}".to_vec()).await, Ok(2), "{name:?}");
        }
        for name in [
            None,
            Some(""),
            Some(";application/json"),
            Some("text/plain"),
            Some("text/plain; application/json"),
            Some("application/x-www-form-urlencoded"),
            Some("application/jsonp"),
            Some("multipart/form-data; boundary=x"),
        ] {
            let refused = extract(name, None, b"{}".to_vec()).await.unwrap_err();
            assert!(matches!(refused, Problem::UnsupportedMediaType { .. }), "{name:?}");
        }
    }

    #[tokio::test]
    async fn a_body_without_a_type_is_json_beside_an_authorization() {
        let bare = |name: http::HeaderName| {
            let mut request = Request::new(Body::from("{}"));
            request.headers_mut().insert(name, "sessionid=x".parse().unwrap());
            async move { JsonBody::from_request(request, &()).await.is_ok() }
        };
        assert!(bare(AUTHORIZATION).await);
        assert!(!bare(http::header::COOKIE).await);
    }

    #[tokio::test]
    async fn a_body_ends_at_one_megabyte() {
        let json = Some("application/json");
        assert_eq!(extract(json, None, vec![b' '; MAX_BODY]).await, Ok(MAX_BODY));
        assert_eq!(extract(json, None, vec![b' '; MAX_BODY + 1]).await, Err(Problem::TooLarge));
        assert_eq!(extract(json, Some(MAX_BODY + 1), b"{}".to_vec()).await, Err(Problem::TooLarge));
    }

    #[test]
    fn a_boundary_has_1_to_70_characters() {
        let of = |boundary: &str| {
            let value = format!("multipart/form-data; boundary={boundary}").parse().unwrap();
            boundary_of(&HeaderMap::from_iter([(CONTENT_TYPE, value)]))
        };
        assert_eq!(of("x"), Ok("x".to_owned()));
        for longest in ["x".repeat(70), format!("\"{}\"", "x".repeat(70))] {
            assert_eq!(of(&longest).map(|boundary| boundary.len()), Ok(70), "{longest}");
        }
        for bad in ["", "\"\"", &"x".repeat(71), &format!("\"{}\"", "x".repeat(71)), &"x".repeat(5_000)] {
            assert!(matches!(of(bad).unwrap_err().problem(), Problem::Malformed(_)), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_body_must_be_there() {
        for (name, empty) in [(None, &b""[..]), (Some("application/json"), BYTE_ORDER_MARK)] {
            assert!(matches!(extract(name, None, empty.to_vec()).await, Err(Problem::Malformed(_))), "{name:?}");
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
            request.headers_mut().insert(CONTENT_TYPE, "application/json".parse().unwrap());
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
