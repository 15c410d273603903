//! Versions of single objects, as `ETag` and `If-Match` carry them.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::header::{ETAG, IF_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;

use crate::answer::json;
use crate::failure::Failure;

/// The version of an object that no object has.
const NEVER: u64 = u64::MAX;

/// The version that a write is based on; none when the client did not say, or takes any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        Ok(Self(expected(&parts.headers)))
    }
}

/// Of several versions only the newest can be current, since versions grow. A tag that was never
/// given, or a weak one, is no version that an object can have.
fn expected(headers: &HeaderMap) -> Option<u64> {
    let mut newest = None;
    for header in headers.get_all(IF_MATCH) {
        for tag in header.to_str().unwrap_or_default().split(',').map(str::trim) {
            if tag == "*" {
                return None;
            }
            newest = newest.max(Some(version(tag).unwrap_or_default()));
        }
    }
    // An object's first version is 1.
    newest.map(|version| if version == 0 { NEVER } else { version })
}

fn version(tag: &str) -> Option<u64> {
    let digits = tag.strip_prefix("\"v")?.strip_suffix('"')?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// A single object, with its version.
#[must_use]
pub fn object(status: StatusCode, version: u64, body: impl Serialize) -> Response {
    let mut response = json(status, body);
    if let Ok(tag) = HeaderValue::try_from(format!("\"v{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> Option<u64> {
        expected(&values.iter().map(|value| (IF_MATCH, value.parse().unwrap())).collect())
    }

    #[test]
    fn no_condition_and_a_star_take_any_version() {
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["*"]), None);
    }

    #[test]
    fn a_tag_names_its_version_and_of_several_the_newest_counts() {
        assert_eq!(of(&["\"v3\""]), Some(3));
        assert_eq!(of(&["\"v3\", \"v12\" ,\"v4\""]), Some(12));
        assert_eq!(of(&["\"v3\"", "\"v4\""]), Some(4));
        assert_eq!(of(&["\"other\", \"v3\""]), Some(3));
    }

    #[test]
    fn a_weak_or_unknown_tag_matches_no_version() {
        for tag in ["W/\"v3\"", "\"3\"", "v3", "\"v\"", "\"v+3\"", "\"v-1\"", "\"v99999999999999999999\"", "\"v0\"", ""]
        {
            assert_eq!(of(&[tag]), Some(NEVER), "{tag}");
        }
    }

    #[test]
    fn an_object_carries_the_tag_that_matches_it() {
        let response = object(StatusCode::CREATED, 7, serde_json::json!({}));
        let tag = response.headers()[ETAG].to_str().unwrap();
        assert_eq!((response.status(), of(&[tag])), (StatusCode::CREATED, Some(7)));
    }
}
