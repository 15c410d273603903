//! Failures: crm's form, with this contract's names of fields.

use domain::{Error, FieldErrors};

use crate::{Problem, Rendered, crm};

/// Fields that have another name here than where the books refuse them.
const NAMES: [(&str, &str); 4] =
    [("client", "client_id"), ("issue_date", "invoice_date"), ("unit_price", "items"), ("discount", "items")];

/// A failure in this contract's form.
#[must_use]
pub fn render(problem: &Problem) -> Rendered {
    match problem {
        Problem::Domain(Error::Invalid(errors)) => crm::render(&renamed(errors).into()),
        other => crm::render(other),
    }
}

fn renamed(errors: &FieldErrors) -> FieldErrors {
    let mut here = FieldErrors::new();
    for (field, messages) in errors.iter() {
        let name = NAMES.iter().find(|(there, _)| *there == field).map_or(field, |(_, name)| name);
        messages.iter().for_each(|message| here.add(name, message));
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_named_as_this_contract_names_them() {
        let mut errors = FieldErrors::one("client", "no such");
        errors.add("title", "missing");
        let Rendered { status, body, .. } = render(&errors.into());
        assert_eq!((status, body), (400, json!({"client_id": ["no such"], "title": ["missing"]})));
    }

    #[test]
    fn everything_else_is_as_in_crm() {
        for problem in [Problem::CredentialMissing, Problem::TooLarge, Error::NotFound.into(), Error::Forbidden.into()]
        {
            assert_eq!(render(&problem), crm::render(&problem));
        }
    }
}
