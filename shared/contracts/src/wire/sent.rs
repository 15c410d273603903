//! Changes of objects, read beside what the objects show.

use std::collections::BTreeMap;

use domain::{Edit, Refused};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Body, RawFields, fields_of, json_text};
use crate::Problem;

/// A JSON object as it was sent.
#[derive(Debug, Clone)]
pub struct SentObject(BTreeMap<String, Box<RawValue>>);

impl SentObject {
    /// Reads a body that must be a JSON object, as [`parse_object`](super::parse_object) does.
    ///
    /// # Errors
    /// Not JSON, not UTF-8, nested too deep, or no object.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let fields = fields_of(json_text(bytes)?)?;
        Ok(Self(fields.into_iter().map(|(key, raw)| (key, raw.to_owned())).collect()))
    }

    /// Reads the fields of a body.
    #[must_use]
    pub fn read<B: Body>(&self) -> B {
        self.without(&[])
    }

    /// The change that the object asks for of one that shows `shown`.
    ///
    /// An object can be saved as it was read, in every contract that shows it, though another contract gave it values
    /// that this one would not take. So a field that is refused counts as left out where it says what is shown. Fields
    /// in `derived` show something where the object has nothing of its own: what they say counts as left out too,
    /// although it could be taken.
    pub fn edit<B: Body, P>(
        &self,
        shown: &impl Serialize,
        derived: &[&str],
        into_patch: impl Fn(B) -> Result<P, Refused<P>>,
    ) -> Edit<P> {
        let shown = serde_json::to_value(shown).unwrap_or_default();
        let is_as_shown = |field: &str| self.says(field, &shown);
        let mut left_out: Vec<&str> = derived.iter().copied().filter(|field| is_as_shown(field)).collect();
        let refused = match into_patch(self.without(&left_out)) {
            Ok(patch) => return patch.into(),
            Err(refused) => refused,
        };
        let fields = refused.wrong.iter().filter_map(|(name, _)| name.split(['[', '.']).next());
        let forgiven: Vec<&str> = fields.filter(|field| is_as_shown(field)).collect();
        if forgiven.is_empty() {
            return Err(refused).into();
        }
        left_out.extend(forgiven);
        into_patch(self.without(&left_out)).into()
    }

    fn says(&self, field: &str, shown: &Value) -> bool {
        let sent = self.0.get(field).and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
        sent.is_some_and(|sent| shown.get(field) == Some(&sent))
    }

    fn without<B: Body>(&self, left_out: &[&str]) -> B {
        let kept = self.0.iter().filter(|(field, _)| !left_out.contains(&field.as_str()));
        B::read(&RawFields(kept.map(|(field, raw)| (field.clone(), &**raw)).collect()))
    }
}
