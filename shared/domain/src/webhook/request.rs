//! What a webhook sends, before its placeholders are filled: URL, headers and payload.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::template;
use crate::json::Value;
use crate::text::normalised;

/// The http or https URL of a receiver, with placeholders in its path, query and fragment. Which address it leads to is
/// checked when the connection is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlTemplate(String);

/// Why a URL was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlTemplateError {
    /// Nothing but white space.
    #[error("This field may not be blank.")]
    Blank,
    /// Longer than a URL may be.
    #[error("Ensure this field has no more than {0} characters.")]
    TooLong(usize),
    /// Not an http or https URL in ASCII.
    #[error("Enter a valid URL.")]
    Invalid,
    /// A user name or a password, which no request carries in its URL.
    #[error("The URL may not hold a user name or a password; send an Authorization header instead.")]
    Credentials,
    /// A placeholder that would choose the receiver.
    #[error("A placeholder may not stand in the scheme, the host or the port.")]
    Authority,
}

impl UrlTemplate {
    /// The most characters.
    pub const MAX_CHARS: usize = 2000;

    /// Checks a URL; white space at its ends is dropped.
    ///
    /// # Errors
    /// No URL can come of it, or one that must not be called.
    pub fn parse(text: &str) -> Result<Self, UrlTemplateError> {
        let text = normalised(text);
        if text.is_empty() {
            return Err(UrlTemplateError::Blank);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(UrlTemplateError::TooLong(Self::MAX_CHARS));
        }
        if !template::has_fixed_authority(&text) {
            return Err(UrlTemplateError::Authority);
        }
        check_url(&template::with_placeholders_as(&text, "a"))?;
        Ok(Self(text))
    }

    /// A URL that was checked when it was written. The rules may be stricter now; [`super::Webhook::render`] checks
    /// again what decides where a request goes.
    #[must_use]
    pub const fn stored(text: String) -> Self {
        Self(text)
    }

    /// The URL with its placeholders.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_url(text: &str) -> Result<(), UrlTemplateError> {
    // The parser would repair some of what it reads; HTTP clients differ in how they do.
    if !text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(UrlTemplateError::Invalid);
    }
    let url = url::Url::parse(text).map_err(|_| UrlTemplateError::Invalid)?;
    let after_scheme = &text[url.scheme().len()..];
    let names_a_host = after_scheme.starts_with("://") && !after_scheme.starts_with(":///");
    if !matches!(url.scheme(), "http" | "https") || !names_a_host {
        return Err(UrlTemplateError::Invalid);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlTemplateError::Credentials);
    }
    Ok(())
}

impl fmt::Display for UrlTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The headers that a customer adds, in the order in which they were given, with placeholders in
/// their values. `Debug` shows their names only: the values are often credentials.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<(String, String)>);

/// Why headers were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeadersError {
    /// More headers than a webhook holds.
    #[error("Ensure this field has no more than {0} headers.")]
    TooMany(usize),
    /// A name that is not a token of HTTP, or too long.
    #[error("\"{0}\" is not a valid header name.")]
    Name(String),
    /// A name that is there twice, whatever its case.
    #[error("The header \"{0}\" is given more than once.")]
    Repeated(String),
    /// A value that holds a control character.
    #[error("The value of the header \"{0}\" may not hold line breaks or other control characters.")]
    Control(String),
    /// Longer than receivers take.
    #[error("Ensure the headers have no more than {0} bytes together.")]
    TooLarge(usize),
}

impl Headers {
    /// The most headers.
    pub const MAX: usize = 50;
    /// The most characters of a name.
    pub const MAX_NAME_CHARS: usize = 128;
    /// The most bytes of all names and values.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// Checks the headers.
    ///
    /// # Errors
    /// The first header that HTTP does not allow, or too much of them.
    pub fn parse(headers: impl IntoIterator<Item = (String, String)>) -> Result<Self, HeadersError> {
        let mut checked: Vec<(String, String)> = Vec::new();
        for (name, value) in headers {
            if checked.len() == Self::MAX {
                return Err(HeadersError::TooMany(Self::MAX));
            }
            if name.is_empty() || name.len() > Self::MAX_NAME_CHARS || !name.bytes().all(is_token_byte) {
                return Err(HeadersError::Name(name.chars().take(Self::MAX_NAME_CHARS).collect()));
            }
            if checked.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                return Err(HeadersError::Repeated(name));
            }
            if value.chars().any(char::is_control) {
                return Err(HeadersError::Control(name));
            }
            checked.push((name, value));
        }
        if checked.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > Self::MAX_BYTES {
            return Err(HeadersError::TooLarge(Self::MAX_BYTES));
        }
        Ok(Self(checked))
    }

    /// All headers, those that are never sent included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A `tchar` of RFC 9110.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// Headers that a customer may give and that are never sent as given: those that frame the message
/// or belong to the connection, and those of the signature.
const RESERVED: [&str; 15] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "tributary-hops",
    "upgrade",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

/// Whether a customer's header of this name is never sent.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// The template of a request body: any JSON of at most [`MAX_BYTES`](Self::MAX_BYTES).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Payload(Value);

/// The payload is larger than a webhook holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Ensure this field has no more than {} bytes as JSON.", Payload::MAX_BYTES)]
pub struct PayloadTooLarge;

impl Payload {
    /// The most bytes as JSON.
    pub const MAX_BYTES: usize = 64 * 1024;

    /// Checks a payload.
    ///
    /// # Errors
    /// More than [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn parse(template: Value) -> Result<Self, PayloadTooLarge> {
        if template.to_string().len() > Self::MAX_BYTES { Err(PayloadTooLarge) } else { Ok(Self(template)) }
    }

    /// The template.
    #[must_use]
    pub const fn as_value(&self) -> &Value {
        &self.0
    }
}

impl TryFrom<Value> for Payload {
    type Error = PayloadTooLarge;

    fn try_from(template: Value) -> Result<Self, PayloadTooLarge> {
        Self::parse(template)
    }
}

impl From<Payload> for Value {
    fn from(payload: Payload) -> Self {
        payload.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_may_hold_placeholders_after_its_authority() {
        for good in [
            "https://api.external.com/hooks/{id}",
            "http://127.0.0.1:9000/hook",
            "HTTPS://[::1]:8443/{self.a}?b={self.attributes.größe}#c",
            "https://example.com?to={self.url}",
            "https://example.com#{id}",
            "https://example.com/{name}",
            "https://example.com/@{self.host}:{self.port}",
        ] {
            assert_eq!(UrlTemplate::parse(good).map(|url| url.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "{self.url}",
            "{self.scheme}://example.com/",
            "http{self.s}://example.com",
            "https:{self.rest}/",
            "https:/{self.host}/x",
            "https://{self.attributes.host}/x",
            "https://{id}",
            "https://{self.a}.{self.b}.example.com:{self.port}/",
            "https://example.{self.tld}/",
            "https://example.com{self.path}",
            "https://example.com:{self.port}/",
            "https://example.com:44{self.port}/",
            "https://[::{id}]/",
            "https://{self.user}@example.com/",
            "https://example.com:80{self.at}@evil.example/",
        ] {
            assert_eq!(UrlTemplate::parse(bad), Err(UrlTemplateError::Authority), "{bad}");
        }
        for bad in [
            "ftp://example.com",
            "https:example.com",
            "https:/example.com",
            "https://",
            "https:///example.com",
            "//example.com",
            "example.com",
            "https://example.com:99999/",
            "https://exa mple.com",
            "https://example.com/ü",
            "https://example.com/\r\nHost: b",
            "https:\\\\example.com",
            "javascript:alert(1)",
        ] {
            assert_eq!(UrlTemplate::parse(bad), Err(UrlTemplateError::Invalid), "{bad}");
        }
        for bad in ["https://user:pass@example.com", "https://user@example.com/{id}", "https://:p@example.com"] {
            assert_eq!(UrlTemplate::parse(bad), Err(UrlTemplateError::Credentials), "{bad}");
        }
        let long = |n: usize| UrlTemplate::parse(&format!("https://a.b/{}", "x".repeat(n - 12)));
        assert!(long(2000).is_ok());
        assert_eq!(long(2001), Err(UrlTemplateError::TooLong(2000)));
        assert_eq!(UrlTemplate::parse(" "), Err(UrlTemplateError::Blank));
    }

    fn headers(pairs: &[(&str, &str)]) -> Result<Headers, HeadersError> {
        Headers::parse(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn headers_are_what_http_allows() {
        let good = headers(&[("Authorization", "Bearer token"), ("X-Custom-ID", "{id}"), ("x-empty", "")]).unwrap();
        assert_eq!(good.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Authorization", "X-Custom-ID", "x-empty"]);
        for bad in ["", "a b", "a:b", "ü", "a\r\nb", "{id}"] {
            assert_eq!(headers(&[(bad, "v")]), Err(HeadersError::Name(bad.to_owned())));
        }
        for bad in ["a\r\nB: c", "a\nb", "a\0", "a\u{85}"] {
            assert_eq!(headers(&[("n", bad)]), Err(HeadersError::Control("n".to_owned())));
        }
        assert_eq!(headers(&[("X-A", "1"), ("x-a", "2")]), Err(HeadersError::Repeated("x-a".to_owned())));
    }

    #[test]
    fn headers_are_bounded_in_number_and_size() {
        let many = |n: usize| Headers::parse((0..n).map(|i| (format!("h{i}"), String::new())));
        assert!(many(50).is_ok());
        assert_eq!(many(51), Err(HeadersError::TooMany(50)));
        assert!(headers(&[("h", &"x".repeat(16_383))]).is_ok());
        assert_eq!(headers(&[("h", &"x".repeat(16_384))]), Err(HeadersError::TooLarge(16_384)));
        assert!(headers(&[(&"n".repeat(129), "")]).is_err());
    }

    #[test]
    fn the_values_of_headers_are_not_shown_by_debug() {
        assert_eq!(format!("{:?}", headers(&[("Authorization", "Bearer token")]).unwrap()), "[\"Authorization\"]");
    }

    #[test]
    fn headers_of_the_message_and_of_the_signature_are_reserved() {
        for name in ["Host", "content-length", "Transfer-Encoding", "CONNECTION", "Webhook-Id", "webhook-signature"] {
            assert!(is_reserved(name), "{name}");
        }
        assert!(!is_reserved("content-type") && !is_reserved("authorization") && !is_reserved("x-host"));
    }

    #[test]
    fn a_payload_is_bounded_in_size() {
        let text = |n: usize| Payload::parse(Value::String("x".repeat(n - 2)));
        assert!(text(65_536).is_ok());
        assert_eq!(text(65_537), Err(PayloadTooLarge));
        assert_eq!(PayloadTooLarge.to_string(), "Ensure this field has no more than 65536 bytes as JSON.");
    }
}
