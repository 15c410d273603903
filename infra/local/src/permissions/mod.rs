//! What functions may do: each calls AWS with the permissions of its role in the template, as in Lambda.
//!
//! A call that the role does not allow is refused as AWS refuses it. What was made use of is remembered, so that a test
//! can tell a permission that nobody needs.

mod call;
mod guard;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use guard::{SignedLinks, guarded};

/// An action on a resource, as IAM knows them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    action: String,
    resource: String,
    /// What conditions ask for, by their keys: `dynamodb:LeadingKeys`, `ses:FromAddress`.
    context: Vec<(&'static str, String)>,
}

impl Access {
    /// An action, `service:Name`, on the resource of an ARN.
    #[must_use]
    pub fn new(action: &str, resource: &str) -> Self {
        Self { action: action.to_owned(), resource: resource.to_owned(), context: Vec::new() }
    }

    fn with(mut self, key: &'static str, values: impl IntoIterator<Item = String>) -> Self {
        self.context.extend(values.into_iter().map(|value| (key, value)));
        self
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource)?;
        self.context.iter().try_for_each(|(key, value)| write!(f, ", {key} {value}"))
    }
}

/// A statement of a policy, which allows each of the actions on each of the resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The actions, written out.
    pub actions: Vec<String>,
    /// The resources' ARNs, in which `*` is any text.
    pub resources: Vec<String>,
    /// What it is limited to.
    pub conditions: Vec<Condition>,
}

/// A limit of a statement: each value of the key in the call is as one of the patterns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The key, such as `dynamodb:LeadingKeys`.
    pub key: String,
    /// In which `*` is any text.
    pub patterns: Vec<String>,
}

impl Condition {
    /// A call that does not say what the condition is about is not allowed. Of `ForAllValues`, IAM says otherwise; here
    /// that would be a call that [`call`] does not read.
    fn holds(&self, access: &Access) -> bool {
        let mut values = access.context.iter().filter(|(key, _)| *key == self.key).map(|(_, value)| value).peekable();
        values.peek().is_some() && values.all(|value| self.patterns.iter().any(|pattern| matches(pattern, value)))
    }
}

/// What a role allows, and what of it was made use of. Clones share that.
#[derive(Debug, Clone)]
pub struct Role {
    name: String,
    statements: Vec<Statement>,
    used: Arc<Mutex<BTreeSet<Access>>>,
}

/// Two roles are the same if they allow the same.
impl PartialEq for Role {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.statements) == (&other.name, &other.statements)
    }
}

impl Role {
    /// A role with its policies' statements.
    #[must_use]
    pub fn new(name: String, statements: Vec<Statement>) -> Self {
        Self { name, statements, used: Arc::default() }
    }

    /// Its key under `Resources`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the role allows it. If so, the permission has been made use of.
    #[must_use]
    pub fn allows(&self, access: &Access) -> bool {
        let holds = |statement: &&Statement| statement.conditions.iter().all(|condition| condition.holds(access));
        let granted = self
            .statements
            .iter()
            .filter(holds)
            .flat_map(Statement::granted)
            .find(|granted| granted.action == access.action && matches(&granted.resource, &access.resource));
        let allowed = granted.is_some();
        self.used.lock().unwrap_or_else(PoisonError::into_inner).extend(granted);
        allowed
    }

    /// The permissions of which no use was made.
    #[must_use]
    pub fn unused(&self) -> Vec<Access> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        self.statements.iter().flat_map(Statement::granted).filter(|granted| !used.contains(granted)).collect()
    }
}

impl Statement {
    fn granted(&self) -> impl Iterator<Item = Access> {
        self.actions.iter().flat_map(|action| self.resources.iter().map(|resource| Access::new(action, resource)))
    }
}

/// Whether a text is as a pattern says, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(start) else { return false };
    text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| matches(pattern, &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_nothing_else_is() {
        for (pattern, text, expected) in [
            ("a/b", "a/b", true),
            ("a/b", "a/bc", false),
            ("a/*", "a/b/c", true),
            ("a/*", "a/", true),
            ("a/*", "a", false),
            ("a/*/c", "a/b/b/c", true),
            ("a/*/c", "a/b/d", false),
            ("*é*", "caféé", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_role_tells_what_it_allows_and_what_was_not_needed() {
        let statement = |actions: [&str; 2], resource: &str| Statement {
            actions: actions.map(str::to_owned).into(),
            resources: vec![resource.to_owned()],
            conditions: Vec::new(),
        };
        let role = Role::new("One".to_owned(), vec![statement(["s3:GetObject", "s3:PutObject"], "arn:b/tmp/*")]);
        assert!(role.clone().allows(&Access::new("s3:GetObject", "arn:b/tmp/x")));
        for (action, resource) in [("s3:GetObject", "arn:b/x"), ("s3:DeleteObject", "arn:b/tmp/x")] {
            assert!(!role.allows(&Access::new(action, resource)), "{action} {resource}");
        }
        assert_eq!(role.unused(), [Access::new("s3:PutObject", "arn:b/tmp/*")]);
    }

    #[test]
    fn a_condition_holds_for_every_value_and_never_for_none() {
        let condition = Condition { key: "k".to_owned(), patterns: vec!["ORG#*".to_owned(), "STRIPE#*".to_owned()] };
        let table = [
            (&["ORG#1"][..], true),
            (&["ORG#1", "STRIPE#2"], true),
            (&["ORG#1", "USER#2"], false),
            (&["XORG#1"], false),
            (&[], false),
        ];
        for (values, expected) in table {
            let access = Access::new("a", "r").with("k", values.iter().map(|&value| value.to_owned()));
            assert_eq!(condition.holds(&access), expected, "{values:?}");
        }
    }
}
