//! `Idempotency-Key`: a POST that is sent twice happens once.

use app::App;
use app::idempotency::{Begun, StoredAnswer};
use app::secrets::hex;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use contracts::Problem;
use http::header::{CONTENT_LENGTH, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, response};
use http_body_util::BodyExt;

use crate::body;
use crate::failure::Failure;
use crate::scope::Scope;

/// The name under which a client asks for it.
const KEY: &str = "idempotency-key";
/// The purpose of encrypting an answer, which can carry tokens. The table has neither the client's key nor the
/// deployment's.
const SEALED: &str = "idempotent answer";
/// The header that tells an answer given again from the first one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The key of a request, if it is a POST with one.
///
/// # Errors
/// It is not 1 to 255 visible ASCII characters.
pub(crate) fn key(request: &Request) -> Result<Option<String>, Failure> {
    let Some(header) = request.headers().get(KEY).filter(|_| request.method() == Method::POST) else {
        return Ok(None);
    };
    let key = header.to_str().unwrap_or_default();
    if (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(Some(key.to_owned()));
    }
    Err(domain::Error::field(KEY, "Ensure this value is 1 to 255 visible ASCII characters.").into())
}

/// Does what a request asks for, unless it was done before under the same key.
pub(crate) async fn once<F>(
    app: &App,
    scope: &Scope,
    key: &str,
    request: Request,
    handle: impl FnOnce(Request) -> F,
) -> Result<Response, Failure>
where
    F: Future<Output = Response>,
{
    let (parts, body) = request.into_parts();
    let Some(owner) = owner(app, scope, &parts).await else {
        return Ok(handle(Request::from_parts(parts, body)).await);
    };
    let body = body::collect(&parts.headers, body).await?;
    let fingerprint = fingerprint(app, scope, &parts, &body);
    match app.begin_idempotent(&owner, key, &fingerprint).await? {
        Begun::Mismatch => Err(Problem::IdempotencyMismatch.into()),
        Begun::Running => Err(Problem::IdempotencyRunning.into()),
        Begun::Replay(answer) => {
            let body = app.open(SEALED, &[owner.as_bytes(), key.as_bytes()], &answer.body);
            replay(answer, body.map(Bytes::from).ok_or_else(|| Failure::defect("a kept answer cannot be opened"))?)
        }
        Begun::Proceed(claim) => {
            let response = handle(Request::from_parts(parts, Body::from(body))).await;
            let (response, body) = whole(response).await?;
            // Headers are kept as they are, and a cookie is a credential.
            let answer = (keeps(response.status) && !response.headers.contains_key(SET_COOKIE))
                .then(|| answer(&response, app.seal(SEALED, &[owner.as_bytes(), key.as_bytes()], &body)));
            // It is done: that its answer could not be kept must not turn it into a failure.
            if let Err(error) = app.finish_idempotent(claim, answer).await {
                scope.blame(format!("the answer was not kept for its Idempotency-Key: {error}"));
            }
            Ok(Response::from_parts(response, Body::from(body)))
        }
    }
}

/// Whose key it is: the credential's, or on a public path everybody's. A request whose credential
/// is refused has none: the handler refuses it too, before anything is stored.
async fn owner(app: &App, scope: &Scope, parts: &Parts) -> Option<String> {
    match scope.session(app, parts).await {
        Ok(session) => Some(session.credential),
        Err(failure) if *failure.problem() == Problem::CredentialMissing => {
            Some(format!("public {}", parts.uri.path()))
        }
        Err(_) => None,
    }
}

/// What makes two requests the same. It is a keyed hash, because a body can carry a password.
fn fingerprint(app: &App, scope: &Scope, parts: &Parts, body: &[u8]) -> String {
    let organisation = scope.organisation().map(|id| id.to_string()).unwrap_or_default();
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let head = [scope.contract.as_str(), &organisation, parts.method.as_str(), target].map(str::as_bytes);
    let chunks = separator(&parts.headers).map_or_else(|| vec![body], |separator| split(body, separator.as_bytes()));
    hex(&app.mac("idempotent request", &[head.as_slice(), &chunks].concat()))
}

/// What separates the parts of a multipart body. Clients choose another one each time.
fn separator(headers: &HeaderMap) -> Option<String> {
    let boundary = if body::is_multipart(headers) { body::boundary(headers).ok() } else { None };
    boundary.map(|boundary| format!("--{boundary}"))
}

fn split<'a>(mut body: &'a [u8], separator: &[u8]) -> Vec<&'a [u8]> {
    let mut chunks = Vec::new();
    while let Some(at) = body.windows(separator.len()).position(|window| window == separator) {
        let (chunk, rest) = body.split_at(at);
        chunks.push(chunk);
        body = &rest[separator.len()..];
    }
    chunks.push(body);
    chunks
}

/// Whether the next request gets this answer again. A conflict or a limit may have passed by then,
/// a failure of ours too; and who was not let in has stored nothing.
fn keeps(status: StatusCode) -> bool {
    let passing = [StatusCode::UNAUTHORIZED, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS];
    (status.is_success() || status.is_client_error()) && !passing.contains(&status)
}

async fn whole(response: Response) -> Result<(response::Parts, Bytes), Failure> {
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => Ok((parts, body.to_bytes())),
        Err(error) => Err(Failure::defect(format!("an answer could not be read: {error}"))),
    }
}

fn answer(parts: &response::Parts, sealed: String) -> StoredAnswer {
    // The length is that of the body, which comes with its own.
    let headers = parts.headers.iter().filter(|(name, _)| **name != CONTENT_LENGTH);
    let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
    StoredAnswer { status: parts.status.as_u16(), headers: headers.collect(), body: sealed }
}

fn replay(answer: StoredAnswer, body: Bytes) -> Result<Response, Failure> {
    let StoredAnswer { status, headers, body: _ } = answer;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).map_err(|error| Failure::defect(error.to_string()))?;
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::testing::app;
    use http::header::CONTENT_TYPE;

    fn post(target: &str, content_type: &str) -> http::request::Builder {
        http::Request::post(target).header(CONTENT_TYPE, content_type)
    }

    fn print(request: http::request::Builder, body: &str) -> String {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        fingerprint(&app(), &Scope::new(Contract::Crm, "/", &HeaderMap::new()), &parts, body.as_bytes())
    }

    #[test]
    fn a_key_is_of_visible_ascii_and_counts_on_a_post_alone() {
        let with = |method: Method, value: &[u8]| {
            let value = HeaderValue::from_bytes(value).unwrap();
            key(&http::Request::builder().method(method).header(KEY, value).body(Body::empty()).unwrap())
        };
        assert_eq!(with(Method::POST, b"k-1"), Ok(Some("k-1".to_owned())));
        assert_eq!(with(Method::POST, &[b'k'; 255]), Ok(Some("k".repeat(255))));
        assert_eq!(key(&post("/", "").body(Body::empty()).unwrap()), Ok(None));
        for bad in [b"".as_slice(), &[b'k'; 256], b"a b", "é".as_bytes()] {
            let refused = with(Method::POST, bad).unwrap_err();
            assert!(matches!(refused.problem(), Problem::Domain(domain::Error::Invalid(_))), "{bad:?}");
            assert_eq!(with(Method::PUT, bad), Ok(None), "{bad:?}");
        }
    }

    #[test]
    fn a_request_is_the_same_by_its_target_and_body() {
        let json = "application/json";
        let first = print(post("/api/clients?a=1", json), "{}");
        assert_eq!(first, print(post("/api/clients?a=1", json), "{}"));
        assert_ne!(first, print(post("/api/clients?a=1", json), "{ }"));
        assert_ne!(first, print(post("/api/clients?a=2", json), "{}"));
        assert_ne!(first, print(post("/api/contacts?a=1", json), "{}"));
    }

    #[test]
    fn multipart_bodies_compare_by_their_parts() {
        let form = |boundary: &str, first: &str, second: &str| {
            let part =
                |text: &str| format!("--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{text}\r\n");
            let body = format!("{}{}--{boundary}--\r\n", part(first), part(second));
            print(post("/files", &format!("multipart/form-data; boundary=\"{boundary}\"")), &body)
        };
        assert_eq!(form("x1", "one", "two"), form("----y2", "one", "two"));
        assert_ne!(form("x1", "one", "two"), form("x1", "one", "three"));
        assert_ne!(form("x1", "one", "two"), form("x1", "two", "one"));
    }

    #[test]
    fn what_may_come_out_otherwise_next_time_is_not_kept() {
        for kept in [200, 201, 204, 400, 403, 404, 412, 413, 422] {
            assert!(keeps(StatusCode::from_u16(kept).unwrap()), "{kept}");
        }
        for passing in [401, 409, 429, 500, 502, 503] {
            assert!(!keeps(StatusCode::from_u16(passing).unwrap()), "{passing}");
        }
    }

    #[tokio::test]
    async fn a_kept_answer_is_given_again_whole_and_marked() {
        let first = http::Response::builder().status(201).header("etag", "\"v1\"").header("content-length", "2");
        let (parts, ()) = first.body(()).unwrap().into_parts();
        let again = replay(answer(&parts, String::new()), Bytes::from_static(b"{}")).unwrap();
        assert_eq!(
            (again.status(), &again.headers()["etag"]),
            (StatusCode::CREATED, &HeaderValue::from_static("\"v1\""))
        );
        assert_eq!(again.headers()[REPLAYED], "true");
        assert_eq!(again.into_body().collect().await.unwrap().to_bytes(), "{}");
    }
}
