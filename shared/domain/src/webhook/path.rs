//! Dotted paths into an object, as conditions and placeholders name its fields.

use crate::json::Value;

/// The most characters of a path.
pub(super) const MAX_CHARS: usize = 255;

/// Whether this is a path: keys that are not empty between dots, without braces and control
/// characters.
pub(super) fn is_path(path: &str) -> bool {
    path.chars().count() <= MAX_CHARS
        && path.split('.').all(|key| !key.is_empty())
        && !path.chars().any(|c| matches!(c, '{' | '}') || c.is_control())
}

/// The value at a path: keys of objects and, from 0, positions in arrays.
pub(super) fn resolve<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(object, |value, key| match value {
        Value::Object(fields) => fields.get(key),
        Value::Array(elements) => position(key).and_then(|at| elements.get(at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}

fn position(key: &str) -> Option<usize> {
    key.bytes().all(|b| b.is_ascii_digit()).then(|| key.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::value as json;

    #[test]
    fn a_path_leads_through_objects_and_arrays() {
        let object = json!({ "a": { "b": [10, { "c": null }], "1": "one" }, "größe": 2, "with space": 3 });
        let table = [
            ("a.b.0", Some(json!(10))),
            ("a.b.1.c", Some(json!(null))),
            ("a.1", Some(json!("one"))),
            ("größe", Some(json!(2))),
            ("with space", Some(json!(3))),
            ("a.b.2", None),
            ("a.b.+1", None),
            ("a.b.-1", None),
            ("a.b.99999999999999999999999", None),
            ("a.b.0.x", None),
            ("b", None),
            ("A", None),
        ];
        for (path, expected) in table {
            assert_eq!(resolve(&object, path).cloned(), expected, "{path}");
            assert!(is_path(path), "{path}");
        }
    }

    #[test]
    fn a_path_has_no_empty_key_brace_or_control_character() {
        for bad in ["", ".", "a.", ".a", "a..b", "a{b", "a}b", "a\nb", &"a".repeat(256)] {
            assert!(!is_path(bad), "{bad:?}");
        }
    }
}
