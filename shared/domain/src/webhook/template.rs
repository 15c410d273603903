//! Templates: text with placeholders for the fields of the object that changed.
//!
//! A placeholder is `{self.…}` with a dotted path, or `{id}`, short for `{self.id}`. Any other text
//! in braces stays as it is, and so does what a substituted value brings along.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::path;
use crate::json::Value;

/// The most bytes that all placeholders of a URL are replaced by, and those of all headers.
pub const MAX_LINE_BYTES: usize = 8 * 1024;
/// The most bytes, as JSON, that all placeholders of a payload are replaced by. With the template
/// and the record of its attempts, a delivery stays below the 400 KB of an item.
pub const MAX_PAYLOAD_BYTES: usize = 192 * 1024;

/// All but what RFC 3986 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The placeholders would be replaced by more than a delivery holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the placeholders' values are larger than a delivery can be")]
pub struct TooLarge;

/// How much may still be substituted. A template may name one large value any number of times.
pub(super) struct Budget(usize);

impl Budget {
    /// What a URL, or all headers together, may take.
    pub(super) const fn line() -> Self {
        Self(MAX_LINE_BYTES)
    }

    const fn payload() -> Self {
        Self(MAX_PAYLOAD_BYTES)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(bytes).ok_or(TooLarge)?;
        Ok(())
    }
}

/// Fills the placeholders of a URL; their values are percent-encoded, so that none of them can add
/// a host, a path segment or a parameter.
///
/// # Errors
/// Values of more than [`MAX_LINE_BYTES`].
pub fn render_url(template: &str, object: &Value) -> Result<String, TooLarge> {
    let mut budget = Budget::line();
    fill(template, object, |value| {
        let encoded = utf8_percent_encode(value, RESERVED).to_string();
        budget.spend(encoded.len())?;
        Ok(encoded)
    })
}

/// Fills the placeholders of a header's value; control characters are dropped, so that none of the
/// values can end the header.
///
/// # Errors
/// Values of more than [`MAX_LINE_BYTES`].
pub fn render_header(template: &str, object: &Value) -> Result<String, TooLarge> {
    render_header_within(template, object, &mut Budget::line())
}

/// As [`render_header`], for one of several headers.
pub(super) fn render_header_within(template: &str, object: &Value, budget: &mut Budget) -> Result<String, TooLarge> {
    let line = fill(template, object, |value| {
        budget.spend(value.len())?;
        Ok(value.to_owned())
    })?;
    Ok(line.chars().filter(|c| !c.is_control()).collect())
}

/// Fills the placeholders in all strings of a payload; its keys stay as they are. A placeholder
/// that is alone in its string is replaced by the value itself, whatever its type.
///
/// # Errors
/// Values of more than [`MAX_PAYLOAD_BYTES`].
pub fn render_payload(template: &Value, object: &Value) -> Result<Value, TooLarge> {
    render_value(template, object, &mut Budget::payload())
}

fn render_value(template: &Value, object: &Value, budget: &mut Budget) -> Result<Value, TooLarge> {
    match template {
        Value::String(text) => match parts(text).as_slice() {
            [Part::Placeholder(path)] => {
                let value = path::resolve(object, path).cloned().unwrap_or_else(|| Value::String(String::new()));
                budget.spend(value.to_string().len())?;
                Ok(value)
            }
            _ => fill(text, object, |value| {
                // Inside the body's JSON the text is escaped, which can make it longer.
                budget.spend(Value::from(value).to_string().len())?;
                Ok(value.to_owned())
            })
            .map(Value::String),
        },
        Value::Array(elements) => elements
            .iter()
            .map(|element| render_value(element, object, budget))
            .collect::<Result<_, _>>()
            .map(Value::Array),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, field)| Ok((key.clone(), render_value(field, object, budget)?)))
            .collect::<Result<_, _>>()
            .map(Value::Object),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(template.clone()),
    }
}

/// Whether a URL names its scheme, host and port before its first placeholder.
pub(super) fn has_fixed_authority(template: &str) -> bool {
    let literal = parts(template).into_iter().map_while(|part| match part {
        Part::Text(literal) => Some(literal),
        Part::Placeholder(_) => None,
    });
    let literal: String = literal.collect();
    let has_path = |(_, rest): (&str, &str)| rest.contains(['/', '?', '#']);
    literal == template || literal.split_once("://").is_some_and(has_path)
}

/// The template with `text` in the place of every placeholder.
pub(super) fn with_placeholders_as(template: &str, text: &str) -> String {
    let replaced = parts(template).into_iter().map(|part| match part {
        Part::Text(literal) => literal,
        Part::Placeholder(_) => text,
    });
    replaced.collect()
}

fn fill(
    template: &str,
    object: &Value,
    mut write: impl FnMut(&str) -> Result<String, TooLarge>,
) -> Result<String, TooLarge> {
    let mut filled = String::with_capacity(template.len());
    for part in parts(template) {
        match part {
            Part::Text(literal) => filled.push_str(literal),
            Part::Placeholder(path) => filled.push_str(&write(&text_of(path::resolve(object, path)))?),
        }
    }
    Ok(filled)
}

/// A value inside text: strings as they are, nothing for null, all else as JSON.
fn text_of(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_))) => {
            Cow::Owned(other.to_string())
        }
    }
}

#[derive(Debug, PartialEq)]
enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        let (text, from_brace) = rest.split_at(open);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        match placeholder(from_brace) {
            Some((path, after)) => {
                parts.push(Part::Placeholder(path));
                rest = after;
            }
            None => {
                let (brace, after) = from_brace.split_at(1);
                parts.push(Part::Text(brace));
                rest = after;
            }
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    parts
}

/// The path of the placeholder that the text starts with, and what follows it.
fn placeholder(from_brace: &str) -> Option<(&str, &str)> {
    let inside = &from_brace[1..];
    let end = inside.find(['{', '}'])?;
    let after = inside[end..].strip_prefix('}')?;
    match &inside[..end] {
        "id" => Some(("id", after)),
        other => other.strip_prefix("self.").filter(|path| path::is_path(path)).map(|path| (path, after)),
    }
}

#[cfg(test)]
mod tests;
