//! What a request says about who is asking.

use app::session::Credential;
use contracts::Problem;
use domain::id::OrganisationId;
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The name of the header that chooses among the caller's organisations.
const ORGANISATION: &str = "organization-id";

/// The credential of a request.
///
/// # Errors
/// [`Problem::CredentialMissing`] without one, [`Problem::CredentialInvalid`] for one of another
/// scheme or shape.
pub(crate) fn credential(headers: &HeaderMap) -> Result<Credential, Problem> {
    let header = headers.get(AUTHORIZATION).ok_or(Problem::CredentialMissing)?;
    let text = header.to_str().map_err(|_| Problem::CredentialInvalid)?;
    match text.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("token") && is_token(token.trim_start()) => {
            Ok(Credential::Token(token.trim_start().to_owned()))
        }
        Some(_) | None => Err(Problem::CredentialInvalid),
    }
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
    fn a_missing_credential_differs_from_an_invalid_one() {
        assert_eq!(credential(&HeaderMap::new()), Err(Problem::CredentialMissing));
        for header in
            ["", "Token", "Token ", "abc123", "Token a b", "Tokenabc", "Basic dXNlcjpwYXNz", "Bearer x", "Token é"]
        {
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
}
