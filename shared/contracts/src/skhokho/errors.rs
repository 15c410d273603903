//! Failures: crm's form, with this contract's names of fields.

use domain::{Error, FieldErrors};

use crate::{Problem, Rendered, crm};

/// Fields that have another name here than where the books refuse them.
const NAMES: [(&str, &str); 3] = [("client", "client_id"), ("issue_date", "invoice_date"), ("discount", "items")];

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
        if let Some((entry, part)) = line(field) {
            let part = if part.is_empty() { String::new() } else { format!("{part}: ") };
            messages.iter().for_each(|message| here.add("items", format!("Entry {entry}: {part}{message}")));
            continue;
        }
        let name = NAMES.iter().find(|(there, _)| *there == field).map_or(field, |(_, name)| name);
        messages.iter().for_each(|message| here.add(name, message));
    }
    here
}

/// The place of a line and the name of its field, from `lines[0].unit_price` or `lines[0]`.
fn line(field: &str) -> Option<(usize, &str)> {
    let (index, part) = field.strip_prefix("lines[")?.split_once(']')?;
    Some((index.parse::<usize>().ok()? + 1, part.strip_prefix('.').unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_are_named_as_this_contract_names_them() {
        let mut errors = FieldErrors::one("client", "no such");
        errors.add("title", "missing");
        errors.add("lines[1].unit_price", "too precise");
        errors.add("lines[2]", "too large");
        let Rendered { status, body, .. } = render(&errors.into());
        let items = ["Entry 2: unit_price: too precise", "Entry 3: too large"];
        assert_eq!((status, body), (400, json!({"client_id": ["no such"], "title": ["missing"], "items": items})));
    }

    #[test]
    fn everything_else_is_as_in_crm() {
        for problem in [Problem::CredentialMissing, Problem::TooLarge, Error::NotFound.into(), Error::Forbidden.into()]
        {
            assert_eq!(render(&problem), crm::render(&problem));
        }
    }
}
