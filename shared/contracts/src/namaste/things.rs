//! What is told of the objects that `?id=` names: in each group the same sentences, with another noun.

use super::errors::refused;
use crate::Problem;
use crate::query::filled;
use domain::{Error, FieldErrors};

/// A kind of object, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thing {
    /// The noun.
    noun: &'static str,
    /// Whether a refusal to change what is not there mentions permission.
    mentions_permission: bool,
    /// The domain's names of fields, and this contract's.
    fields: &'static [(&'static str, &'static str)],
}

impl Thing {
    pub(super) const fn new(noun: &'static str, fields: &'static [(&'static str, &'static str)]) -> Self {
        Self { noun, mentions_permission: true, fields }
    }

    pub(super) const fn without_permission(self) -> Self {
        Self { mentions_permission: false, ..self }
    }

    /// The number that `?id=` names, if it is sent. One that no object can have is 0.
    ///
    /// # Errors
    /// What is sent is no integer.
    pub fn named(self, pairs: &[(String, String)]) -> Result<Option<u64>, Problem> {
        let Some(sent) = filled(pairs, "id") else { return Ok(None) };
        let digits = sent.strip_prefix('-').unwrap_or(&sent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused(400, &format!("Invalid {} ID", self.noun)));
        }
        Ok(Some(sent.parse().unwrap_or(0)))
    }

    /// The number that `?id=` names.
    ///
    /// # Errors
    /// It is not sent, or no integer.
    pub fn needed(self, pairs: &[(String, String)]) -> Result<u64, Problem> {
        self.named(pairs)?.ok_or_else(|| refused(400, &format!("{} ID is required", self.noun)))
    }

    /// What failed, in the words for making one.
    #[must_use]
    pub fn made(self, problem: Problem) -> Problem {
        self.reworded(problem, "")
    }

    /// What failed, in the words for showing one.
    #[must_use]
    pub fn shown(self, problem: Problem) -> Problem {
        self.reworded(problem, "")
    }

    /// What failed, in the words for changing one.
    #[must_use]
    pub fn edited(self, problem: Problem) -> Problem {
        self.reworded(problem, " or you do not have permission to edit it.")
    }

    /// What failed, in the words for deleting one.
    #[must_use]
    pub fn deleted(self, problem: Problem) -> Problem {
        self.reworded(problem, " or you do not have permission to delete it.")
    }

    /// What failed, in the words for changing what a party is, which can be gone since the party was found.
    #[must_use]
    pub fn without_relation(self, problem: Problem) -> Problem {
        match problem {
            Problem::Domain(Error::NotFound) => refused(400, "No related customer or supplier found"),
            other => self.reworded(other, ""),
        }
    }

    fn reworded(self, problem: Problem, doing: &str) -> Problem {
        match problem {
            Problem::Domain(Error::NotFound) => {
                let doing = if self.mentions_permission { doing } else { "" };
                refused(404, &format!("{} not found{doing}", self.noun))
            }
            Problem::Domain(Error::Invalid(errors)) => match rule(&errors) {
                Some(broken) => refused(400, &broken),
                None => self.renamed(errors).into(),
            },
            other => other,
        }
    }

    /// The messages under this contract's names of the fields.
    fn renamed(self, errors: FieldErrors) -> FieldErrors {
        errors.renamed(|field| match field.strip_prefix("lines[") {
            Some(line) => format!("items[{}", line.replace(".unit_price", ".rate")),
            None => self.fields.iter().find(|(domain, _)| *domain == field).map_or(field, |(_, own)| own).to_owned(),
        })
    }
}

/// What is said of the object as a whole, if nothing is said of single fields.
fn rule(errors: &FieldErrors) -> Option<String> {
    let mut all = errors.iter();
    let (field, messages) = all.next()?;
    (field == FieldErrors::NON_FIELD && all.next().is_none()).then(|| messages.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDGET: Thing = Thing::new("Widget", &[("name", "widget_name")]);

    fn named(id: &str) -> Result<Option<u64>, Problem> {
        WIDGET.named(&[("id".to_owned(), id.to_owned())])
    }

    #[test]
    fn an_id_is_an_integer_and_one_that_nothing_has_is_looked_for_in_vain() {
        assert_eq!((named("7"), named("007")), (Ok(Some(7)), Ok(Some(7))));
        assert_eq!((named("0"), named("-1"), named("99999999999999999999")), (Ok(Some(0)), Ok(Some(0)), Ok(Some(0))));
        for wrong in ["abc", "1.0", "1e3", "-", "+1", "1 2", "0x1"] {
            assert_eq!(named(wrong), Err(refused(400, "Invalid Widget ID")), "{wrong}");
        }
    }

    #[test]
    fn a_missing_id_is_named() {
        for pairs in [vec![], vec![("id".to_owned(), String::new())]] {
            assert_eq!(WIDGET.needed(&pairs), Err(refused(400, "Widget ID is required")));
        }
    }

    #[test]
    fn what_is_not_there_is_told_in_the_words_of_the_request() {
        let missing = || Problem::Domain(Error::NotFound);
        assert_eq!(WIDGET.shown(missing()), refused(404, "Widget not found"));
        let to_edit = "Widget not found or you do not have permission to edit it.";
        assert_eq!(WIDGET.edited(missing()), refused(404, to_edit));
        let to_delete = "Widget not found or you do not have permission to delete it.";
        assert_eq!(WIDGET.deleted(missing()), refused(404, to_delete));
        assert_eq!(WIDGET.without_permission().deleted(missing()), refused(404, "Widget not found"));
    }

    #[test]
    fn wrong_fields_have_this_contracts_names() {
        let (mut errors, mut expected) = (FieldErrors::new(), FieldErrors::new());
        let names = [("name", "widget_name"), ("other", "other"), ("lines[0].unit_price", "items[0].rate")];
        for (domain, own) in names.into_iter().chain([("lines[11]", "items[11]")]) {
            errors.add(domain, "Wrong.");
            expected.add(own, "Wrong.");
        }
        assert_eq!(WIDGET.edited(errors.into()), expected.into());
        assert_eq!(WIDGET.edited(Error::rule("It is broken.").into()), refused(400, "It is broken."));
    }
}
