//! Which contract a request speaks.

use app::session::CredentialKind;
use contracts::{Problem, Rendered, bottlecrm, clawprint, crm, namaste, skhokho};
use http::HeaderMap;

use crate::credential;

/// The name of the header that chooses the contract on shared paths.
const HEADER: &str = "x-api-contract";

/// Who speaks on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// One contract, whatever the credential.
    One(Contract),
    /// The contract that the header names, or else the credential.
    Shared,
}

/// A public API contract. It decides everything that the client sees, errors included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// crm.
    Crm,
    /// clawprint.
    Clawprint,
    /// bottlecrm.
    Bottlecrm,
    /// namaste.
    Namaste,
    /// skhokho.
    Skhokho,
}

impl Contract {
    /// The contract's name, as the header and the log write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Clawprint => "clawprint",
            Self::Bottlecrm => "bottlecrm",
            Self::Namaste => "namaste",
            Self::Skhokho => "skhokho",
        }
    }

    /// The contract of a request to `path`, whose trailing slash is gone.
    ///
    /// # Errors
    /// On a shared path the header asks for a contract that is not spoken there. The refusal is in
    /// the crm form.
    pub fn choose(path: &str, headers: &HeaderMap) -> Result<Self, Problem> {
        match (Owner::of(path), headers.get(HEADER)) {
            (Owner::One(contract), _) => Ok(contract),
            (Owner::Shared, Some(name)) => Self::named(name.as_bytes()),
            (Owner::Shared, None) => Ok(match credential::kind(headers) {
                Some(CredentialKind::ApiKey) => Self::Clawprint,
                Some(CredentialKind::Jwt) => Self::Bottlecrm,
                Some(CredentialKind::Token | CredentialKind::Basic | CredentialKind::Cookie) | None => Self::Crm,
            }),
        }
    }

    fn named(name: &[u8]) -> Result<Self, Problem> {
        [Self::Crm, Self::Clawprint, Self::Bottlecrm]
            .into_iter()
            .find(|contract| contract.as_str().as_bytes() == name)
            .ok_or_else(|| Problem::Malformed("X-Api-Contract must be crm, clawprint or bottlecrm.".to_owned()))
    }

    /// A failure in this contract's form.
    #[must_use]
    pub fn render(self, problem: &Problem) -> Rendered {
        match self {
            // By decision, whoever owns the paths beside it.
            _ if matches!(problem, Problem::UnknownPath) => crm::render(problem),
            Self::Clawprint => clawprint::render(problem),
            Self::Bottlecrm => bottlecrm::render(problem),
            Self::Namaste => namaste::render(problem),
            Self::Skhokho => skhokho::render(problem),
            Self::Crm => crm::render(problem),
        }
    }
}

impl Owner {
    fn of(path: &str) -> Self {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        Self::One(match segments.as_slice() {
            ["api", "invoices"] | ["api", "invoices", _] => return Self::Shared,
            ["api", "invoices", _, "payment-link"] | ["api", "businesses", ..] => Contract::Clawprint,
            ["api", "invoices", _, "send-mail" | "download" | "status"] => Contract::Bottlecrm,
            ["api", "invoices", "comment" | "attachment", _] => Contract::Bottlecrm,
            ["api", "signup" | "verify-signup-otp" | "login" | "verify-login-otp"] => Contract::Namaste,
            ["api", "forget-password" | "verify-forget-password-otp" | "reset-password"] => Contract::Namaste,
            ["api", "token", ..] | ["api", "products" | "product-categories", ..] => Contract::Namaste,
            ["api", "payment-methods" | "parties" | "expenses" | "billing", ..] => Contract::Namaste,
            ["api", "v1.0", ..] => Contract::Skhokho,
            _ => Contract::Crm,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(path: &str, header: Option<&'static str>) -> Result<Contract, String> {
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            headers.insert(HEADER, value.parse().unwrap());
        }
        Contract::choose(path, &headers).map_err(|problem| match problem {
            Problem::Malformed(text) => text,
            other => panic!("{other:?}"),
        })
    }

    fn chosen(path: &str, authorization: &'static str) -> Contract {
        let headers = HeaderMap::from_iter([(http::header::AUTHORIZATION, authorization.parse().unwrap())]);
        Contract::choose(path, &headers).unwrap()
    }

    #[test]
    fn the_credential_chooses_on_shared_paths() {
        for path in ["/api/invoices", "/api/invoices/7"] {
            assert_eq!(choose(path, None), Ok(Contract::Crm));
            assert_eq!(chosen(path, "Token abc"), Contract::Crm);
            assert_eq!(chosen(path, "Basic YTpi"), Contract::Crm);
            assert_eq!(chosen(path, "Bearer pk_a:sk_b"), Contract::Clawprint);
            assert_eq!(chosen(path, "Bearer pk_a"), Contract::Clawprint);
            assert_eq!(chosen(path, "bearer a.b.c"), Contract::Bottlecrm);
        }
    }

    #[test]
    fn the_header_overrides_the_credential_and_counts_on_shared_paths_alone() {
        let unknown = Err("X-Api-Contract must be crm, clawprint or bottlecrm.".to_owned());
        for path in ["/api/invoices", "/api/invoices/7"] {
            assert_eq!(choose(path, Some("crm")), Ok(Contract::Crm));
            assert_eq!(choose(path, Some("clawprint")), Ok(Contract::Clawprint));
            assert_eq!(choose(path, Some("bottlecrm")), Ok(Contract::Bottlecrm));
            for name in ["namaste", "skhokho", "CRM", "crm,crm", ""] {
                assert_eq!(choose(path, Some(name)), unknown, "{name}");
            }
        }
        for path in ["/api/clients", "/api/invoices-by-mail", "/nowhere", "/"] {
            for name in ["clawprint", "anything"] {
                assert_eq!(choose(path, Some(name)), Ok(Contract::Crm), "{path}");
            }
        }
    }

    #[test]
    fn a_path_of_one_contract_speaks_it_whatever_the_credential() {
        for (path, contract) in [
            ("/api/invoices/7/payment-link", Contract::Clawprint),
            ("/api/businesses/biz_1/api-keys/pk_1", Contract::Clawprint),
            ("/api/invoices/7/send-mail", Contract::Bottlecrm),
            ("/api/invoices/comment/7", Contract::Bottlecrm),
            ("/api/invoices/7/line-items", Contract::Crm),
            ("/api/invoices/7/payments/8", Contract::Crm),
            ("/api/products", Contract::Namaste),
            ("/api/token/refresh", Contract::Namaste),
            ("/api/v1.0/organisation/7/invoices", Contract::Skhokho),
        ] {
            assert_eq!(choose(path, Some("crm")), Ok(contract), "{path}");
            assert_eq!(chosen(path, "Bearer pk_a:sk_b"), contract, "{path}");
        }
    }
}
