//! Which contract a request speaks.

use contracts::{Problem, Rendered, crm};
use http::HeaderMap;

/// The name of the header that chooses the contract on shared paths.
const HEADER: &str = "x-api-contract";
/// Where several contracts live on the same paths.
const SHARED: &str = "/api/invoices";

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
    pub(crate) fn choose(path: &str, headers: &HeaderMap) -> Result<Self, Problem> {
        let shared = path.strip_prefix(SHARED).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        match headers.get(HEADER) {
            Some(name) if shared => Self::named(name.as_bytes())?.served(),
            // The kinds of credential that would choose another contract are refused, in the crm form.
            Some(_) | None => Ok(Self::Crm),
        }
    }

    fn named(name: &[u8]) -> Result<Self, Problem> {
        [Self::Crm, Self::Clawprint, Self::Bottlecrm]
            .into_iter()
            .find(|contract| contract.as_str().as_bytes() == name)
            .ok_or_else(|| Problem::Malformed("X-Api-Contract must be crm, clawprint or bottlecrm.".to_owned()))
    }

    fn served(self) -> Result<Self, Problem> {
        match self {
            Self::Crm => Ok(self),
            Self::Clawprint | Self::Bottlecrm | Self::Namaste | Self::Skhokho => Err(Problem::Malformed(format!(
                "This deployment does not serve the {} contract on this path.",
                self.as_str()
            ))),
        }
    }

    /// A failure in this contract's form.
    #[must_use]
    pub fn render(self, problem: &Problem) -> Rendered {
        match self {
            // A contract that is not served is never chosen; its refusal speaks crm.
            Self::Crm | Self::Clawprint | Self::Bottlecrm | Self::Namaste | Self::Skhokho => crm::render(problem),
        }
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

    #[test]
    fn the_header_counts_on_shared_paths_alone() {
        let other = Err("X-Api-Contract must be crm, clawprint or bottlecrm.".to_owned());
        let unserved = |name: &str| Err(format!("This deployment does not serve the {name} contract on this path."));
        for path in ["/api/invoices", "/api/invoices/7/line-items"] {
            assert_eq!(choose(path, None), Ok(Contract::Crm));
            assert_eq!(choose(path, Some("crm")), Ok(Contract::Crm));
            assert_eq!(choose(path, Some("clawprint")), unserved("clawprint"));
            assert_eq!(choose(path, Some("bottlecrm")), unserved("bottlecrm"));
            for name in ["namaste", "skhokho", "CRM", "crm,crm", ""] {
                assert_eq!(choose(path, Some(name)), other, "{name}");
            }
        }
        for path in ["/api/clients", "/api/invoices-by-mail", "/nowhere", "/"] {
            for name in ["clawprint", "anything"] {
                assert_eq!(choose(path, Some(name)), Ok(Contract::Crm), "{path}");
            }
        }
    }
}
