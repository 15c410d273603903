//! A function's JSON as an HTTP response.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::template::Cors;

/// Headers that belong to the connection, which the gateway keeps itself.
const OF_THE_CONNECTION: [HeaderName; 3] = [header::CONNECTION, header::TRANSFER_ENCODING, header::UPGRADE];

/// The gateway's own answer.
pub(super) fn message(status: StatusCode, message: &str) -> Response<Body> {
    json_response(status, &json!({ "message": message }))
}

/// An answer in JSON.
pub(crate) fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What a function answered to a method; `None` if it is no answer to an HTTP request.
pub(super) fn from_function(answer: &Value, method: &Method) -> Option<Response<Body>> {
    if answer.get("statusCode").is_none() {
        // Format 2.0: any other JSON is the body of a 200.
        return Some(json_response(StatusCode::OK, answer));
    }
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = StatusCode::from_u16(status?).ok()?;
    let mut body = match &answer["body"] {
        Value::Null => Vec::new(),
        Value::String(body) if answer["isBase64Encoded"] == true => STANDARD.decode(body).ok()?,
        Value::String(body) => body.clone().into_bytes(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let mut headers = HeaderMap::new();
    for name in ["headers", "multiValueHeaders"] {
        add_headers(&mut headers, &answer[name])?;
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie.as_str()?).ok()?);
    }
    if !body.is_empty() {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    let said = headers.remove(header::CONTENT_LENGTH);
    if *method == Method::HEAD {
        // No body passes, so its length is what the function says.
        headers.insert(header::CONTENT_LENGTH, said.unwrap_or_else(|| body.len().into()));
        body.clear();
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Some(response)
}

/// The answer to a preflight request.
pub(super) fn preflight(cors: &Cors, origin: &HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allow_origin(cors, origin, response.headers_mut()) {
        let headers = response.headers_mut();
        set_list(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &cors.methods);
        set_list(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &cors.headers);
        if let Some(age) = cors.max_age {
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from(age));
        }
    }
    response
}

/// Puts the gateway's cross-origin headers in place of the function's.
pub(super) fn add_cors(cors: &Cors, origin: Option<&HeaderValue>, response: &mut Response<Body>) {
    let headers = response.headers_mut();
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
    ] {
        headers.remove(name);
    }
    if let Some(origin) = origin
        && allow_origin(cors, origin, headers)
    {
        set_list(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &cors.exposed);
    }
}

fn allow_origin(cors: &Cors, origin: &HeaderValue, headers: &mut HeaderMap) -> bool {
    let allowed = if cors.origins.iter().any(|allowed| allowed == "*") {
        HeaderValue::from_static("*")
    } else if cors.origins.iter().any(|allowed| allowed.as_bytes().eq_ignore_ascii_case(origin.as_bytes())) {
        origin.clone()
    } else {
        return false;
    };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
    if cors.credentials {
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    true
}

fn set_list(headers: &mut HeaderMap, name: HeaderName, values: &[String]) {
    if let Ok(value) = HeaderValue::from_str(&values.join(","))
        && !values.is_empty()
    {
        headers.insert(name, value);
    }
}

fn add_headers(headers: &mut HeaderMap, fields: &Value) -> Option<()> {
    for (name, value) in fields.as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        if OF_THE_CONNECTION.contains(&name) {
            continue;
        }
        let values = match value {
            Value::Array(values) => values.as_slice(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                std::slice::from_ref(value)
            }
        };
        for value in values {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            headers.append(name.clone(), HeaderValue::from_str(&text).ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn status_headers_cookies_and_body_reach_the_client() {
        let response = from_function(
            &json!({
                "statusCode": 201,
                "headers": {"x-one": "1", "content-length": "99"},
                "multiValueHeaders": {"x-two": ["a", "b"]},
                "cookies": ["a=1", "b=2"],
                "body": "aGVsbG8=",
                "isBase64Encoded": true,
            }),
            &Method::GET,
        )
        .unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        let all = |name: &str| {
            response.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(all("x-one"), ["1"]);
        assert_eq!(all("x-two"), ["a", "b"]);
        assert_eq!(all("set-cookie"), ["a=1", "b=2"]);
        assert_eq!(all("content-length"), [] as [&str; 0]);
        assert_eq!(all("content-type"), ["text/plain; charset=utf-8"]);
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    }

    #[tokio::test]
    async fn an_answer_to_head_has_the_length_of_a_body_that_is_not_sent() {
        for (answer, length) in [
            (json!({"statusCode": 200, "headers": {"content-length": "99"}, "body": ""}), "99"),
            (json!({"statusCode": 200, "body": "hello"}), "5"),
        ] {
            let response = from_function(&answer, &Method::HEAD).unwrap();
            assert_eq!(response.headers()["content-length"], length);
            assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "");
        }
    }

    #[test]
    fn json_without_a_status_is_the_body_and_malformed_answers_are_refused() {
        let from_function = |answer: &Value| from_function(answer, &Method::GET);
        assert_eq!(from_function(&json!({"ok": true})).unwrap().status(), StatusCode::OK);
        assert!(from_function(&json!({"statusCode": "teapot"})).is_none());
        assert!(from_function(&json!({"statusCode": 200, "body": {"not": "text"}})).is_none());
        assert!(from_function(&json!({"statusCode": 200, "headers": {"x": "line\nbreak"}})).is_none());
    }
}
