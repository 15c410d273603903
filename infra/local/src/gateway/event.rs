//! A request as an event of payload format 2.0.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::routes::Matched;
use crate::services::ACCOUNT;

/// What stays encoded in `rawPath`.
///
/// API Gateway decodes the path, and `lambda_http` parses what it is given as a URL. Decoded, these would make the
/// router see another path than the client sent.
const KEPT_ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'#').add(b'%').add(b'/').add(b'?').add(b'\\');

/// Bodies of these types are sent as text, all others as base64.
const TEXT_TYPES: [&str; 4] = ["text/", "application/json", "application/javascript", "application/xml"];

/// What the event says beside the request itself.
#[derive(Debug)]
pub(super) struct Circumstances<'a> {
    /// The route taken.
    pub(super) route: &'a Matched<'a>,
    /// Whence the request came.
    pub(super) client: SocketAddr,
    /// The port of the gateway.
    pub(super) port: u16,
    /// The request's id.
    pub(super) request_id: &'a str,
    /// When it came.
    pub(super) now: Timestamp,
}

/// Builds the event.
pub(super) fn build(request: &Parts, body: &Bytes, circumstances: &Circumstances) -> Value {
    let Circumstances { route, client, port, request_id, now } = circumstances;
    let path = raw_path(request.uri.path());
    let query = request.uri.query().unwrap_or_default();
    let mut headers = headers_of(&request.headers);
    let cookies = headers.remove(header::COOKIE.as_str());
    headers.entry(header::HOST.to_string()).or_insert_with(|| format!("localhost:{port}"));
    // The gateway's own name, whatever the client calls it.
    let domain = format!("127.0.0.1:{port}");
    let forwarded = headers.get("x-forwarded-for").map_or_else(String::new, |before| format!("{before}, "));
    headers.insert("x-forwarded-for".to_owned(), format!("{forwarded}{}", client.ip()));
    headers.insert("x-forwarded-port".to_owned(), port.to_string());
    headers.insert("x-forwarded-proto".to_owned(), "http".to_owned());
    headers.insert("x-amzn-trace-id".to_owned(), trace_id(request_id, *now));

    let agent = headers.get(header::USER_AGENT.as_str()).cloned().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": "127",
            "http": {
                "method": request.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", request.version),
                "sourceIp": client.ip().to_string(),
                "userAgent": agent,
            },
            "requestId": request_id,
            "routeKey": route.key,
            "stage": "$default",
            "time": now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    if let Value::Object(event) = &mut event {
        add_cookies(event, cookies.as_deref());
        add_query(event, query);
        if !route.parameters.is_empty() {
            event.insert("pathParameters".to_owned(), json!(route.parameters));
        }
        add_body(event, &request.headers, body);
    }
    event
}

/// The path as `rawPath` has it.
fn raw_path(path: &str) -> String {
    let segments = path.split('/').map(|segment| match percent_decode_str(segment).decode_utf8() {
        Ok(decoded) => utf8_percent_encode_keeping(&decoded),
        // JSON has no place for other bytes than UTF-8.
        Err(_) => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

/// Encodes what must stay encoded, and nothing else: `utf8_percent_encode` would encode all that is not ASCII.
fn utf8_percent_encode_keeping(text: &str) -> String {
    let mut buffer = [0; 4];
    text.chars()
        .map(|char| {
            let char = &*char.encode_utf8(&mut buffer);
            if char.is_ascii() { utf8_percent_encode(char, KEPT_ENCODED).to_string() } else { char.to_owned() }
        })
        .collect()
}

fn headers_of(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut combined = BTreeMap::new();
    for name in headers.keys() {
        let separator = if name == header::COOKIE { "; " } else { "," };
        let values: Vec<String> = headers.get_all(name).iter().map(|value| visible(value.as_bytes())).collect();
        combined.insert(name.as_str().to_owned(), values.join(separator));
    }
    combined
}

/// A header's value with what is no visible ASCII replaced: `lambda_http` refuses the whole event for one such byte.
fn visible(value: &[u8]) -> String {
    value.iter().map(|byte| if matches!(byte, b' '..=b'~' | b'\t') { char::from(*byte) } else { '?' }).collect()
}

fn add_cookies(event: &mut Map<String, Value>, cookies: Option<&str>) {
    let cookies: Vec<&str> = cookies
        .into_iter()
        .flat_map(|line| line.split(';'))
        .map(str::trim)
        .filter(|cookie| !cookie.is_empty())
        .collect();
    if !cookies.is_empty() {
        event.insert("cookies".to_owned(), json!(cookies));
    }
}

fn add_query(event: &mut Map<String, Value>, query: &str) {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = query_text(value);
        parameters
            .entry(query_text(name))
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert(value);
    }
    if !parameters.is_empty() {
        event.insert("queryStringParameters".to_owned(), json!(parameters));
    }
}

fn query_text(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn add_body(event: &mut Map<String, Value>, headers: &HeaderMap, body: &Bytes) {
    if body.is_empty() {
        return;
    }
    let text = if is_text(headers) { std::str::from_utf8(body).ok() } else { None };
    let body = text.map_or_else(|| STANDARD.encode(body), str::to_owned);
    event.insert("body".to_owned(), Value::String(body));
    event.insert("isBase64Encoded".to_owned(), Value::Bool(text.is_none()));
}

fn is_text(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    TEXT_TYPES.iter().any(|text| kind.starts_with(text)) || kind.ends_with("+json") || kind.ends_with("+xml")
}

fn trace_id(request_id: &str, now: Timestamp) -> String {
    let digits: String = request_id.chars().filter(char::is_ascii_hexdigit).rev().take(24).collect();
    format!("Root=1-{:08x}-{digits}", now.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(request: http::Request<&'static [u8]>) -> Value {
        let (parts, body) = request.into_parts();
        let route = Matched { key: "ANY /a/{id}", group: "a", parameters: BTreeMap::new() };
        let circumstances = Circumstances {
            route: &route,
            client: SocketAddr::from(([127, 0, 0, 1], 50_000)),
            port: 3000,
            request_id: "0190c1e0-0000-7000-8000-0123456789ab",
            now: "2026-01-02T03:04:05.678Z".parse().unwrap(),
        };
        build(&parts, &Bytes::from_static(body), &circumstances)
    }

    #[test]
    fn an_event_has_the_shape_of_payload_format_2() {
        let request = http::Request::post("/a/1?x=1&x=2&y=a%20b+c")
            .header("Host", "localhost:3000")
            .header("X-Twice", "one")
            .header("X-Twice", "two")
            .header("Cookie", "a=1; b=2")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("User-Agent", "curl/8")
            .body(br#"{"name":"caf\u00e9"}"#.as_slice())
            .unwrap();
        insta::assert_json_snapshot!(event(request));
    }

    #[test]
    fn bodies_that_are_not_declared_text_go_as_base64() {
        let sent = |kind: &str, body: &'static [u8]| {
            let event = event(http::Request::post("/").header("Content-Type", kind).body(body).unwrap());
            (event["isBase64Encoded"].clone(), event["body"].clone())
        };
        assert_eq!(sent("application/problem+json", b"{}"), (json!(false), json!("{}")));
        assert_eq!(sent("application/x-www-form-urlencoded", b"a=b"), (json!(true), json!("YT1i")));
        assert_eq!(sent("multipart/form-data; boundary=x", b"\xff"), (json!(true), json!("/w==")));
        assert_eq!(sent("text/plain", b"\xff"), (json!(true), json!("/w==")));
        let without = event(http::Request::get("/").body(b"".as_slice()).unwrap());
        assert_eq!(without.get("body"), None);
    }

    #[test]
    fn a_path_is_decoded_but_for_what_would_change_its_meaning() {
        assert_eq!(raw_path("/a/caf%C3%A9/x%2Dy"), "/a/café/x-y");
        assert_eq!(raw_path("/a%2Fb/c%3Fd/e%23/f%25/g%20"), "/a%2Fb/c%3Fd/e%23/f%25/g%20");
        assert_eq!(raw_path("/a/%ff/"), "/a/%ff/");
    }

    #[test]
    fn a_header_that_is_not_ascii_does_not_spoil_the_event() {
        let value = http::HeaderValue::from_bytes(b"caf\xe9").unwrap();
        let event = event(http::Request::get("/").header("X-Name", value).body(b"".as_slice()).unwrap());
        assert_eq!(event["headers"]["x-name"], "caf?");
    }
}
