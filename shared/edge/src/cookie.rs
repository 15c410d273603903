//! The cookie of a browser's session.

use axum::response::Response;
use domain::user::User;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::address;
use crate::answer::no_content;
use crate::credential::SESSION;
use crate::failure::Failure;

/// The id of the session that a request's cookie names.
#[must_use]
pub fn session_id(headers: &HeaderMap) -> Option<String> {
    crate::credential::session_id(headers)
}

/// An empty answer that gives the browser its session, as long as it lasts.
///
/// # Errors
/// The id cannot stand in a cookie.
pub fn session_opened(headers: &HeaderMap, id: &str) -> Result<Response, Failure> {
    set(headers, id, User::SESSION_LENGTH.as_secs())
}

/// An empty answer that takes the session's cookie from the browser.
///
/// # Errors
/// None that happens.
pub fn session_ended(headers: &HeaderMap) -> Result<Response, Failure> {
    set(headers, "", 0)
}

fn set(headers: &HeaderMap, id: &str, seconds: i64) -> Result<Response, Failure> {
    // Browsers keep no `Secure` cookie of plain http, which exists on one's own machine alone.
    let secure = if address::is_plain_loopback(headers) { "" } else { "; Secure" };
    let cookie = format!("{SESSION}={id}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Failure::defect(error.to_string()))?;
    let mut response = no_content();
    response.headers_mut().insert(SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(host: &'static str, proto: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(host));
        headers.insert("x-forwarded-proto", HeaderValue::from_static(proto));
        let response = session_opened(&headers, "abc").unwrap();
        response.headers()[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn only_plain_http_on_ones_own_machine_has_a_cookie_that_is_not_secure() {
        let plain = "sessionid=abc; HttpOnly; SameSite=Strict; Path=/; Max-Age=1209600";
        for host in ["127.0.0.1:3000", "localhost", "[::1]:3000"] {
            assert_eq!(cookie(host, "http"), plain, "{host}");
            assert_eq!(cookie(host, "https"), format!("{plain}; Secure"), "{host}");
        }
        for host in ["api.example.com", "127.0.0.1.example.com", "", "localhost@evil"] {
            assert_eq!(cookie(host, "http"), format!("{plain}; Secure"), "{host}");
        }
    }

    #[test]
    fn an_ended_session_takes_its_cookie_away() {
        let response = session_ended(&HeaderMap::new()).unwrap();
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie, "sessionid=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0; Secure");
    }
}
