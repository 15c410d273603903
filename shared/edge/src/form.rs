//! Bodies that may be forms.

use std::convert::Infallible;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use contracts::Problem;
use contracts::wire::{Body, SentObject, form};
use http::HeaderMap;
use multer::Multipart;
use percent_encoding::percent_decode;

use crate::body::{MAX_BODY, bad_form, boundary, collect_up_to, is_json, media_type, without_mark};
use crate::disposition::file_name;
use crate::failure::Failure;

/// The body of a request, sent as JSON or as a form of either kind, of at most [`MAX_BODY`] bytes. One that is there
/// names its type, as a [`JsonBody`](crate::JsonBody) does.
#[derive(Debug, Clone)]
pub enum SentBody {
    /// There is none.
    Empty,
    /// JSON.
    Json(Bytes),
    /// Names and texts.
    Form(Vec<(String, String)>),
}

impl<S: Send + Sync> FromRequest<S> for SentBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let bytes = without_mark(collect_up_to(MAX_BODY, &parts.headers, body).await?);
        let media_type = media_type(&parts.headers);
        match media_type.as_str() {
            "application/x-www-form-urlencoded" => urlencoded(&bytes).map(Self::Form),
            "multipart/form-data" => multipart(bytes, &parts.headers).await.map(Self::Form),
            "" if bytes.is_empty() => Ok(Self::Empty),
            _ if is_json(&parts.headers) && bytes.is_empty() => Ok(Self::Empty),
            _ if is_json(&parts.headers) => Ok(Self::Json(bytes)),
            _ => Err(Problem::UnsupportedMediaType { media_type }.into()),
        }
    }
}

/// Reads an object, in a form of which the fields in `lists` are lists of objects.
///
/// # Errors
/// There is none, or it is malformed, nested too deep, or no object.
pub fn read_sent<T: Body>(body: &SentBody, lists: &[&str]) -> Result<T, Failure> {
    Ok(read_sent_object(body, lists)?.read())
}

/// As [`read_sent`], of fields that are looked at beside those of the object that they change.
///
/// # Errors
/// As [`read_sent`].
pub fn read_sent_object(body: &SentBody, lists: &[&str]) -> Result<SentObject, Failure> {
    match body {
        SentBody::Empty => Err(Problem::Malformed("A body is required.".to_owned()).into()),
        SentBody::Json(bytes) => Ok(SentObject::parse(bytes)?),
        SentBody::Form(pairs) => Ok(SentObject::parse(&form::object(pairs, lists))?),
    }
}

fn urlencoded(bytes: &[u8]) -> Result<Vec<(String, String)>, Failure> {
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let value = pair.get(at + 1..).unwrap_or_default();
        Ok((decoded(&pair[..at])?, decoded(value)?))
    });
    pairs.collect()
}

fn decoded(text: &[u8]) -> Result<String, Failure> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(bad_form)?;
    Ok(text.into_owned())
}

/// The texts of a form's parts; files are none.
async fn multipart(body: Bytes, headers: &HeaderMap) -> Result<Vec<(String, String)>, Failure> {
    let boundary = boundary(headers)?;
    let stream = futures::stream::once(std::future::ready(Ok::<_, Infallible>(body)));
    let mut form = Multipart::new(stream, boundary);
    let mut pairs = Vec::new();
    while let Some(field) = form.next_field().await.map_err(bad_form)? {
        let is_text = file_name(field.headers()).is_none();
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = without_mark(field.bytes().await.map_err(bad_form)?);
        if is_text {
            pairs.push((name, String::from_utf8(bytes.to_vec()).map_err(bad_form)?));
        }
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contracts::skhokho::invoices::InvoiceRequest;
    use http::header::CONTENT_TYPE;

    async fn extract(content_type: &str, body: impl Into<axum::body::Body>) -> Result<InvoiceRequest, Problem> {
        let mut request = Request::new(body.into());
        request.headers_mut().insert(CONTENT_TYPE, content_type.parse().unwrap());
        let body = SentBody::from_request(request, &()).await;
        body.and_then(|body| read_sent(&body, &["items"])).map_err(|failure| failure.problem().clone())
    }

    #[tokio::test]
    async fn a_body_is_json_or_a_form_of_either_kind() {
        let json = r#"{"title": "a b&ü", "items": [{"quantity": "1"}]}"#;
        let expected = extract("application/json", json).await;
        let shown = format!("{expected:?}");
        assert!(shown.contains("a b&ü") && shown.contains("quantity: Value("), "{shown}");
        let pairs = "title=a+b%26%C3%BC&&items%5B0%5Dquantity=1";
        for mark in ["", "\u{feff}"] {
            assert_eq!(extract("application/json", format!("{mark}{json}")).await, expected);
            let form = extract("application/x-www-form-urlencoded; charset=utf-8", format!("{mark}{pairs}")).await;
            assert_eq!(form, expected);
        }
        let part =
            |head: &str, text: &str| format!("--+++\r\nContent-Disposition: form-data; {head}\r\n\r\n{text}\r\n");
        let parts = [
            part("name=\"title\"", "a b&ü"),
            part("name=\"title\"; filename=\"x\"", "a file"),
            part("name=\"title\"; filename*=UTF-8''x", "a file"),
            part("name=\"items\"", "\u{feff}{\"quantity\": \"1\"}"),
        ];
        let body = format!("{}--+++--\r\n", parts.concat());
        assert_eq!(extract("multipart/form-data; boundary=+++", body).await, expected);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_malformed_and_other_types_are_not_taken() {
        for (content_type, body) in [
            ("application/x-www-form-urlencoded", "title=%FF"),
            ("multipart/form-data; boundary=x", "no form"),
            ("multipart/form-data", "--x--"),
            (&format!("multipart/form-data; boundary={}", "x".repeat(71)), "--x--"),
            ("application/json", ""),
            ("application/json", "title=a"),
        ] {
            let refused = extract(content_type, body).await;
            assert!(matches!(refused, Err(Problem::Malformed(_))), "{content_type}: {refused:?}");
        }
        for (content_type, media_type) in [("text/plain", "text/plain"), ("", ""), ("; charset=utf-8", "")] {
            let refused = extract(content_type, r#"{"title": "a"}"#).await;
            assert_eq!(refused, Err(Problem::UnsupportedMediaType { media_type: media_type.into() }));
        }
        let large = "a".repeat(MAX_BODY + 1);
        assert_eq!(extract("application/x-www-form-urlencoded", large).await, Err(Problem::TooLarge));
    }
}
