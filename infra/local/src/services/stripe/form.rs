//! Parameters as Stripe takes them: form-encoded, with brackets for what is nested.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::error::StripeError;

/// Parameters by their full name, as `line_items[0][price]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Form {
    fields: BTreeMap<String, String>,
}

impl Form {
    /// Reads a body or a query.
    pub(super) fn parse(encoded: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(encoded).map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self { fields: fields.collect() }
    }

    /// Refuses parameters that the stand-in does not know, rather than acting as if they had not been sent.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), StripeError> {
        let unknown = self.fields.keys().find(|name| !known.contains(&name.split('[').next().unwrap_or_default()));
        match unknown {
            None => Ok(()),
            Some(name) => {
                let message = format!("Received unknown parameter: {name}");
                Err(StripeError::invalid("parameter_unknown", name, message))
            }
        }
    }

    /// A parameter's text; one that is empty counts as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// A parameter that must be there.
    pub(super) fn required(&self, name: &str) -> Result<&str, StripeError> {
        self.text(name).ok_or_else(|| StripeError::missing(name))
    }

    /// A parameter that is a whole number.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, StripeError> {
        let parse = |text: &str| {
            let refused =
                |_| StripeError::invalid("parameter_invalid_integer", name, format!("Invalid integer: {text}"));
            text.parse().map_err(refused)
        };
        self.text(name).map(parse).transpose()
    }

    /// A parameter that is a whole number from `least` up.
    pub(super) fn number_from(&self, name: &str, least: i64) -> Result<Option<i64>, StripeError> {
        match self.number(name)? {
            Some(number) if number < least => {
                let message = format!("This value must be greater than or equal to {least}.");
                Err(StripeError::invalid("parameter_invalid_integer", name, message))
            }
            number => Ok(number),
        }
    }

    /// A parameter that is true or false.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, StripeError> {
        let parse = |text: &str| match text {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(StripeError::invalid("parameter_invalid_boolean", name, format!("Invalid boolean: {other}"))),
        };
        self.text(name).map(parse).transpose()
    }

    /// The texts directly below a name, as the entries of `metadata`. Empty ones are among them.
    pub(super) fn entries<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(full, value)| {
            let key = full.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            (!key.contains('[')).then_some((key, value.as_str()))
        })
    }

    /// The entries below a name as an object.
    pub(super) fn object(&self, name: &str) -> Value {
        let entries = self.entries(name).filter(|(_, value)| !value.is_empty());
        Value::Object(entries.map(|(key, value)| (key.to_owned(), Value::from(value))).collect::<Map<_, _>>())
    }

    /// The positions in a list, in order.
    pub(super) fn positions(&self, name: &str) -> BTreeSet<usize> {
        let position = |full: &String| full.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?.0.parse().ok();
        self.fields.keys().filter_map(position).collect()
    }

    /// Whether anything of this name, or below it, was sent.
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields
            .keys()
            .any(|full| full.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('[')))
    }

    /// The same text for the same parameters, in whatever order they came.
    pub(super) fn canonical(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.fields).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_parameters_are_read_by_their_full_name() {
        let form = Form::parse(b"a[b]=1&l%5B0%5D%5Bprice%5D=p&l[1][price]=q&m[x]=1&m[y]=&m[z][w]=2");
        assert_eq!((form.number("a[b]").unwrap(), form.text("l[0][price]")), (Some(1), Some("p")));
        assert_eq!(form.positions("l"), BTreeSet::from([0, 1]));
        assert_eq!(form.object("m"), serde_json::json!({"x": "1"}));
        assert_eq!(form.entries("m").collect::<Vec<_>>(), [("x", "1"), ("y", "")]);
        assert!(form.has("l") && form.has("m") && !form.has("mm"));
    }

    #[test]
    fn what_is_unknown_or_no_number_is_refused() {
        let form = Form::parse(b"a=x&b=1");
        assert!(form.only(&["a", "b"]).is_ok());
        assert!(form.only(&["a"]).is_err());
        assert!(form.number("a").is_err());
        assert!(form.flag("a").is_err());
        assert!(form.number_from("b", 2).is_err());
        assert!(form.required("c").is_err());
    }

    #[test]
    fn the_order_of_parameters_does_not_change_their_canonical_text() {
        assert_eq!(Form::parse(b"a=1&b=2").canonical(), Form::parse(b"b=2&a=1").canonical());
        assert_ne!(Form::parse(b"a=1&b=2").canonical(), Form::parse(b"a=1&b=3").canonical());
    }
}
