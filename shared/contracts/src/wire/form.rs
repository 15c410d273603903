//! Forms: names and texts that stand for a JSON object.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

type Raw = Box<RawValue>;

/// A list of objects, as far as it was read.
#[derive(Default)]
struct List {
    /// The last text under the name itself, if it was no object.
    text: Option<String>,
    /// The texts under the name itself that are objects: one for each entry.
    objects: Vec<Raw>,
    /// What stands under `name[0]key`, by place.
    entries: BTreeMap<usize, BTreeMap<String, String>>,
}

/// The JSON object that a form stands for. A value is its text; of a name that is there twice, the last holds. Those in
/// `lists` are lists of objects, and are written in one of three ways: the list as JSON text, the name once for each
/// entry with its object as JSON text, or `name[0]key` and `name[0][key]` for each value.
#[must_use]
pub fn object(pairs: &[(String, String)], lists: &[&str]) -> Vec<u8> {
    let mut object: BTreeMap<&str, Raw> = BTreeMap::new();
    let mut read: BTreeMap<&str, List> = BTreeMap::new();
    for (name, text) in pairs {
        match lists.iter().find_map(|list| Some((*list, name.strip_prefix(list)?))) {
            Some((list, "")) => read.entry(list).or_default().take(text),
            Some((list, place)) if let Some((at, key)) = place_and_key(place) => {
                read.entry(list).or_default().entries.entry(at).or_default().insert(key.to_owned(), text.clone());
            }
            Some(_) | None => {
                object.insert(name, raw(text));
            }
        }
    }
    object.extend(read.into_iter().map(|(name, list)| (name, list.into_json())));
    raw(&object).get().as_bytes().to_vec()
}

impl List {
    fn take(&mut self, text: &str) {
        match serde_json::from_str::<Raw>(text) {
            Ok(json) if json.get().starts_with('{') => self.objects.push(json),
            Ok(_) | Err(_) => self.text = Some(text.to_owned()),
        }
    }

    /// What is no JSON stays text, which no list is.
    fn into_json(self) -> Raw {
        let Self { text, objects, entries } = self;
        match text {
            Some(text) => serde_json::from_str(&text).unwrap_or_else(|_| raw(&text)),
            None if !objects.is_empty() => raw(&objects),
            None => raw(&Vec::from_iter(entries.into_values())),
        }
    }
}

/// `[0]key`, `[0][key]` or `[0].key`.
fn place_and_key(place: &str) -> Option<(usize, &str)> {
    let (at, key) = place.strip_prefix('[')?.split_once(']')?;
    let bracketed = key.strip_prefix('[').and_then(|key| key.strip_suffix(']'));
    let key = bracketed.or_else(|| key.strip_prefix('.')).unwrap_or(key);
    let is_number = at.bytes().all(|byte| byte.is_ascii_digit());
    Some((at.parse().ok().filter(|_| is_number)?, key)).filter(|_| !key.is_empty())
}

fn raw(value: &(impl serde::Serialize + ?Sized)) -> Raw {
    // Maps with text keys, lists and texts have a JSON form, always.
    serde_json::value::to_raw_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(pairs: &[(&str, &str)]) -> Value {
        let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        serde_json::from_slice(&object(&pairs, &["items"])).unwrap()
    }

    #[test]
    fn a_value_is_its_text_and_the_last_of_two_holds() {
        let form = [("title", "a"), ("title", "1"), ("itemsx", "{}"), ("note", "\"")];
        assert_eq!(read(&form), json!({"title": "1", "itemsx": "{}", "note": "\""}));
        assert_eq!(read(&[]), json!({}));
    }

    #[test]
    fn a_list_is_json_text_or_an_object_each_or_values_by_place() {
        let expected = json!({"items": [{"quantity": "2"}, {"quantity": "3", "currency": ""}]});
        let text = r#" [{"quantity": "2"}, {"quantity": "3", "currency": ""}] "#;
        assert_eq!(read(&[("items", text)]), expected);
        assert_eq!(
            read(&[("items", r#"{"quantity": "2"}"#), ("items", r#"{"quantity": "3", "currency": ""}"#)]),
            expected
        );
        assert_eq!(
            read(&[("items[7][currency]", ""), ("items[0]quantity", "2"), ("items[7].quantity", "3")]),
            expected
        );
        assert_eq!(read(&[("items", "[]")]), json!({"items": []}));
    }

    #[test]
    fn numbers_in_json_text_keep_their_digits() {
        let pairs = [("items".to_owned(), "[{\"unit_price\": 0.10000000000000000001}]".to_owned())];
        let json = String::from_utf8(object(&pairs, &["items"])).unwrap();
        assert!(json.contains("0.10000000000000000001"), "{json}");
    }

    #[test]
    fn what_is_no_json_stays_text_and_what_has_no_place_stays_a_name() {
        for text in ["", "[", "{'quantity': 1}", "x"] {
            assert_eq!(read(&[("items", text)]), json!({"items": text}), "{text}");
        }
        for name in ["items[]", "items[0]", "items[-1]a", "items[+1]a", "items[99999999999999999999]a", "items[0"] {
            assert_eq!(read(&[(name, "1")]), json!({name: "1"}), "{name}");
        }
    }
}
