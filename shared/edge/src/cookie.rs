//! Cookies: of a browser's session, and of a reset that was proven.

use axum::response::Response;
use domain::otp::Otp;
use domain::user::User;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::address;
use crate::answer::no_content;
use crate::credential::{SESSION, cookie};
use crate::failure::Failure;

/// The cookie that holds the proof of a reset.
const RESET: Cookie = Cookie { name: "reset_token", path: "/api/reset-password" };

struct Cookie {
    name: &'static str,
    path: &'static str,
}

/// The id of the session that a request's cookie names.
#[must_use]
pub fn session_id(headers: &HeaderMap) -> Option<String> {
    cookie(headers, SESSION)
}

/// An empty answer that gives the browser its session, as long as it lasts.
///
/// # Errors
/// The id cannot stand in a cookie.
pub fn session_opened(headers: &HeaderMap, id: &str) -> Result<Response, Failure> {
    set(no_content(), headers, &Cookie { name: SESSION, path: "/" }, id, User::SESSION_LENGTH.as_secs())
}

/// An empty answer that takes the session's cookie from the browser.
///
/// # Errors
/// None that happens.
pub fn session_ended(headers: &HeaderMap) -> Result<Response, Failure> {
    set(no_content(), headers, &Cookie { name: SESSION, path: "/" }, "", 0)
}

/// The token of a proven reset that a request's cookie names.
#[must_use]
pub fn reset_token(headers: &HeaderMap) -> Option<String> {
    cookie(headers, RESET.name)
}

/// An answer that gives the browser the token of a proven reset, as long as it is good.
///
/// # Errors
/// The token cannot stand in a cookie.
pub fn with_reset_token(answer: Response, headers: &HeaderMap, token: &str) -> Result<Response, Failure> {
    set(answer, headers, &RESET, token, Otp::PROVEN_FOR.as_secs())
}

fn set(
    mut answer: Response,
    headers: &HeaderMap,
    Cookie { name, path }: &Cookie,
    value: &str,
    seconds: i64,
) -> Result<Response, Failure> {
    // Browsers keep no `Secure` cookie of plain http, which exists on one's own machine alone.
    let secure = if address::is_plain_loopback(headers) { "" } else { "; Secure" };
    let cookie = format!("{name}={value}; HttpOnly; SameSite=Strict; Path={path}; Max-Age={seconds}{secure}");
    let cookie = HeaderValue::try_from(cookie).map_err(|error| Failure::defect(error.to_string()))?;
    answer.headers_mut().insert(SET_COOKIE, cookie);
    Ok(answer)
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

    #[test]
    fn the_proof_of_a_reset_goes_to_the_reset_alone() {
        let answer = with_reset_token(no_content(), &HeaderMap::new(), "abc").unwrap();
        let set = answer.headers()[SET_COOKIE].to_str().unwrap();
        assert_eq!(set, "reset_token=abc; HttpOnly; SameSite=Strict; Path=/api/reset-password; Max-Age=600; Secure");
        let headers = HeaderMap::from_iter([(http::header::COOKIE, HeaderValue::from_static("a=b; reset_token=abc"))]);
        assert_eq!((reset_token(&headers).as_deref(), session_id(&headers)), (Some("abc"), None));
    }
}
