//! What a request says about who is asking.

use app::session::{Credential, CredentialKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contracts::Problem;
use domain::id::OrganisationId;
use domain::user::Credentials;
use http::header::{AUTHORIZATION, COOKIE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue};

/// The name of the header that chooses among the caller's organisations.
const ORGANISATION: &str = "organization-id";
/// The name of the header with the code of a second factor; in an answer, it says that one is needed.
pub(crate) const OTP: &str = "x-otp";
/// The name of a browser session's cookie.
pub(crate) const SESSION: &str = "sessionid";

/// A scheme of `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    Token,
    Bearer,
    Basic,
}

impl Scheme {
    const ALL: [Self; 3] = [Self::Token, Self::Bearer, Self::Basic];

    /// The scheme that a request tries, whatever follows it.
    pub(crate) fn tried(headers: &HeaderMap) -> Option<Self> {
        let written = headers.get(AUTHORIZATION)?.as_bytes().trim_ascii();
        Self::named(written.split(|byte| *byte == b' ').next()?)
    }

    fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str().as_bytes().eq_ignore_ascii_case(name))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Bearer => "Bearer",
            Self::Basic => "Basic",
        }
    }

    /// Makes a 401 ask for this scheme: as its contract does, where that is the contract's own.
    pub(crate) fn challenge(self, headers: &mut HeaderMap) {
        let own = headers.get(WWW_AUTHENTICATE).map(HeaderValue::as_bytes).unwrap_or_default();
        if own.starts_with(self.as_str().as_bytes()) {
            return;
        }
        let challenge = match self {
            Self::Token => "Token",
            Self::Bearer => "Bearer",
            // Basic alone demands a realm (RFC 7617).
            Self::Basic => "Basic realm=\"api\"",
        };
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
}

/// The credential of a request: its `Authorization`, else its session cookie.
///
/// # Errors
/// [`Problem::CredentialMissing`] without one, [`Problem::CredentialInvalid`] for one of another
/// scheme or shape.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Credential, Problem> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return cookie(headers, SESSION).map(Credential::Cookie).ok_or(Problem::CredentialMissing);
    };
    let text = header.to_str().map_err(|_| Problem::CredentialInvalid)?;
    let (scheme, value) = text.trim().split_once(' ').ok_or(Problem::CredentialInvalid)?;
    let value = value.trim_start();
    if !is_token(value) {
        return Err(Problem::CredentialInvalid);
    }
    match Scheme::named(scheme.as_bytes()) {
        Some(Scheme::Token) => Ok(Credential::Token(value.to_owned())),
        Some(Scheme::Bearer) => Ok(bearer(value)),
        Some(Scheme::Basic) => basic(value, otp(headers)).ok_or(Problem::CredentialInvalid),
        None => Err(Problem::CredentialInvalid),
    }
}

/// What kind of credential a request has, whether or not it is good.
pub(crate) fn kind(headers: &HeaderMap) -> Option<CredentialKind> {
    credential(headers).ok().map(|credential| credential.kind())
}

/// What starts like an API key is meant as one, so that its refusal is in the form of those who use keys.
fn bearer(value: &str) -> Credential {
    if !value.starts_with("pk_") {
        return Credential::Jwt(value.to_owned());
    }
    let (public, secret) = value.split_once(':').unwrap_or((value, ""));
    Credential::ApiKey { public: public.to_owned(), secret: secret.to_owned() }
}

/// The code of a second factor, which Basic has no place for.
fn otp(headers: &HeaderMap) -> Option<String> {
    headers.get(OTP)?.to_str().ok().map(str::to_owned)
}

fn basic(value: &str, otp: Option<String>) -> Option<Credential> {
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (login, password) = text.split_once(':')?;
    Some(Credential::Basic(Credentials { login: login.to_owned(), password: password.to_owned(), otp }))
}

/// The value of a cookie, if the request has it.
pub(crate) fn cookie(headers: &HeaderMap, cookie: &str) -> Option<String> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let mut pairs = cookies.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let value = pairs.find_map(|(name, value)| (name == cookie).then(|| value.trim_matches('"')))?;
    (!value.is_empty()).then(|| value.to_owned())
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The organisation that a request names, if it names one.
///
/// # Errors
/// The header is not an UUID.
pub(crate) fn organisation(headers: &HeaderMap) -> Result<Option<OrganisationId>, Problem> {
    let Some(header) = headers.get(ORGANISATION) else {
        return Ok(None);
    };
    let id = header.to_str().ok().and_then(|text| text.trim().parse().ok());
    match id {
        Some(id) => Ok(Some(id)),
        None => Err(domain::Error::field(ORGANISATION, domain::id::InvalidId.to_string()).into()),
    }
}

/// The organisation that a path names, where paths do: none, if what stands in its place is no UUID.
pub(crate) fn organisation_of_path(path: &str) -> Option<Option<OrganisationId>> {
    let (id, _) = path.strip_prefix("/api/v1.0/organisation/")?.split_once('/')?;
    Some(id.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &'static str, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), http::HeaderValue::from_bytes(value.as_bytes()).unwrap())])
    }

    #[test]
    fn a_token_is_read_from_its_scheme_in_any_case() {
        for header in ["Token abc123", "token abc123", "Token   abc123 "] {
            assert_eq!(credential(&with("authorization", header)), Ok(Credential::Token("abc123".into())), "{header}");
        }
    }

    #[test]
    fn a_bearer_is_an_api_key_by_its_prefix_and_else_a_jwt() {
        let of = |header: &str| credential(&with("authorization", header));
        let key = Credential::ApiKey { public: "pk_1".into(), secret: "sk_2".into() };
        assert_eq!(of("Bearer pk_1:sk_2"), Ok(key));
        for (half, secret) in [("pk_1", ""), ("pk_1:2", "2"), ("pk_1:", "")] {
            let key = Credential::ApiKey { public: "pk_1".into(), secret: secret.into() };
            assert_eq!(of(&format!("Bearer {half}")), Ok(key), "{half}");
        }
        for jwt in ["a.b.c", "sk_2:pk_1", "x"] {
            assert_eq!(of(&format!("bearer {jwt}")), Ok(Credential::Jwt(jwt.into())));
        }
    }

    #[test]
    fn basic_holds_a_login_and_a_password_that_may_have_colons() {
        let of = |text: &[u8]| credential(&with("authorization", &format!("Basic {}", STANDARD.encode(text))));
        let basic = |login: &str, password: &str| {
            Credential::Basic(Credentials { login: login.into(), password: password.into(), otp: None })
        };
        assert_eq!(of("jé@example.com:a:b ü".as_bytes()), Ok(basic("jé@example.com", "a:b ü")));
        assert_eq!(of(b":"), Ok(basic("", "")));
        for bad in [b"no colon".as_slice(), b"\xff:\xfe"] {
            assert_eq!(of(bad), Err(Problem::CredentialInvalid));
        }
        assert_eq!(credential(&with("authorization", "Basic ***")), Err(Problem::CredentialInvalid));
    }

    #[test]
    fn the_scheme_that_is_tried_is_the_one_that_is_asked_for() {
        let asked = |header: &str, own: &str| {
            let mut answer = with("www-authenticate", own);
            if let Some(scheme) = Scheme::tried(&with("authorization", header)) {
                scheme.challenge(&mut answer);
            }
            answer["www-authenticate"].to_str().unwrap().to_owned()
        };
        for (header, challenge) in [
            ("Basic YTpi", "Basic realm=\"api\""),
            ("basic ***", "Basic realm=\"api\""),
            ("Token", "Token"),
            ("TOKEN é", "Token"),
            ("Bearer pk_1:sk_2", "Bearer realm=\"own\""),
            ("Digest x", "Bearer realm=\"own\""),
            ("Tokenabc", "Bearer realm=\"own\""),
            ("", "Bearer realm=\"own\""),
        ] {
            assert_eq!(asked(header, "Bearer realm=\"own\""), challenge, "{header}");
        }
        assert_eq!(asked("Bearer a.b.c", "Token"), "Bearer");
    }

    #[test]
    fn a_cookie_counts_where_there_is_no_authorization() {
        let mut headers = with("cookie", "theme=dark; sessionid=abc; sessionid=later");
        assert_eq!(credential(&headers), Ok(Credential::Cookie("abc".into())));
        assert_eq!(kind(&headers), Some(CredentialKind::Cookie));
        headers.insert(AUTHORIZATION, "Token t".parse().unwrap());
        assert_eq!(kind(&headers), Some(CredentialKind::Token));
        headers.insert(AUTHORIZATION, "Digest t".parse().unwrap());
        assert_eq!((credential(&headers), kind(&headers)), (Err(Problem::CredentialInvalid), None));
        for none in ["sessionid=", "xsessionid=abc", "sessionid", ""] {
            assert_eq!(credential(&with("cookie", none)), Err(Problem::CredentialMissing), "{none}");
        }
    }

    #[test]
    fn a_missing_credential_differs_from_an_invalid_one() {
        assert_eq!(credential(&HeaderMap::new()), Err(Problem::CredentialMissing));
        for header in ["", "Token", "Token ", "abc123", "Token a b", "Tokenabc", "Bearer", "Bearer a b", "Token é"] {
            assert_eq!(credential(&with("authorization", header)), Err(Problem::CredentialInvalid), "{header}");
        }
    }

    #[test]
    fn an_organisation_is_an_uuid() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        assert_eq!(organisation(&HeaderMap::new()), Ok(None));
        assert_eq!(organisation(&with(ORGANISATION, id)), Ok(Some(id.parse().unwrap())));
        for header in ["", "7", "0192f0c123457abc8def0123456789ab", "ü"] {
            assert_eq!(
                organisation(&with(ORGANISATION, header)),
                Err(domain::Error::field("organization-id", "Must be a valid UUID.").into()),
                "{header}"
            );
        }
    }

    #[test]
    fn a_path_may_name_an_organisation() {
        let id = "0192f0c1-2345-7abc-8def-0123456789ab";
        let of = |id: &str| organisation_of_path(&format!("/api/v1.0/organisation/{id}/invoices"));
        assert_eq!(of(id), Some(id.parse().ok()));
        for wrong in ["7", "", "0192f0c123457abc8def0123456789ab", "%30192f0c1-2345-7abc-8def-0123456789ab"] {
            assert_eq!(of(wrong), Some(None), "{wrong}");
        }
        for path in ["/api/invoices", "/api/v1.0/organisation", "/"] {
            assert_eq!(organisation_of_path(path), None, "{path}");
        }
    }
}
