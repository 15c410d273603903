//! Whatever stands in a body, the answer is a success or a 4xx in the contract's form.

use std::collections::BTreeMap;

use contracts::crm::routes::{Method, Route, routes};
use futures::{StreamExt, stream};
use http::Method as HttpMethod;
use serde_json::{Map, Value, json};

use super::books::{Books, exports};
use super::sound::{sound, sound_with};
use crate::support::{Answer, Tributary};

const MEGABYTE: usize = 1024 * 1024;
/// How many requests are under way at once.
const AT_ONCE: usize = 8;

/// Values as they are written, with the kind that JSON Schema gives them. No field takes a text of the last length.
fn values() -> Vec<(String, &'static str)> {
    let short = [
        ("true", "boolean"),
        ("0", "integer"),
        ("-1", "integer"),
        ("123456789012345678901234567890", "integer"),
        ("1.5", "number"),
        ("0.0000000000000000000000000000000000001", "number"),
        ("1e400", "number"),
        (r#""""#, "string"),
        (r#"" ""#, "string"),
        (r#""x y""#, "string"),
        (r#""\u0000""#, "string"),
        (r#""\ud83d\ude00\u202e""#, "string"),
        (r#""1e5""#, "string"),
        ("[]", "array"),
        ("[null]", "array"),
        (r#"[[{"a": 1}]]"#, "array"),
        ("{}", "object"),
        (r#"{"a": null, "b": [1e-300, {}]}"#, "object"),
        (r#"{"": 1}"#, "object"),
    ];
    let mut values: Vec<_> = short.map(|(raw, kind)| (raw.to_owned(), kind)).into();
    values.push((format!("\"{}\"", "x".repeat(100_000)), "string"));
    values
}

/// Those of them that are hard to keep.
const ODD: [&str; 7] =
    ["true", "123456789012345678901234567890", "1e400", r#""""#, r#""\u0000""#, r#"[[{"a": 1}]]"#, r#"{"": 1}"#];

struct Fuzz {
    tributary: Tributary,
    books: Books,
    reference: Value,
}

impl Fuzz {
    async fn new() -> Self {
        let tributary = Tributary::start().await;
        let books = Books::open(&tributary, "owner").await;
        let reference = tributary.raw(HttpMethod::GET, "/openapi/crm.json", &[], "").await.expect(200);
        // Else every change of a client is sent to nobody.
        let webhook = format!("/api/webhooks/{}/", books.id("webhooks"));
        tributary.patch(&books.user, &webhook, json!({"is_active": false})).await.expect(200);
        Self { tributary, books, reference }
    }

    async fn send(&self, route: &Route, content_type: &str, body: impl Into<bytes::Bytes>) -> Answer {
        let authorization = format!("Token {}", self.books.user.token);
        let headers = [("authorization", authorization.as_str()), ("content-type", content_type)];
        let method = route.method.as_str().parse().unwrap();
        self.tributary.raw(method, &self.books.path(route), &headers, body).await
    }

    /// The route's good body, with some fields as they are written here.
    async fn send_with(&self, route: &Route, fields: &BTreeMap<String, String>) -> Answer {
        let mut body = self.books.body(route).unwrap();
        if self.properties(route).contains_key("condition_logic") {
            body["is_active"] = json!(false);
        }
        // A change would end the trust in a token that newer ones have replaced.
        if self.properties(route).contains_key("old_password") {
            body["old_password"] = json!("wrong");
        }
        let good = body.as_object().unwrap().iter().filter(|(name, _)| !fields.contains_key(*name));
        let good = good.map(|(name, value)| format!("{}: {value}", json!(name)));
        let written = fields.iter().map(|(name, raw)| format!("{}: {raw}", json!(name)));
        let body = format!("{{{}}}", good.chain(written).collect::<Vec<_>>().join(", "));
        self.send(route, "application/json", body).await
    }

    fn schema<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(target) => self.reference.pointer(target.trim_start_matches('#')).unwrap(),
            None => schema,
        }
    }

    /// The fields that the reference gives to a route's body.
    fn properties(&self, route: &Route) -> &Map<String, Value> {
        let method = route.method.as_str().to_lowercase();
        let paths = self.reference["paths"].as_object().unwrap();
        let (_, item) = paths.iter().find(|(path, _)| path.trim_end_matches('/') == route.path).unwrap();
        let schema = &item[&method]["requestBody"]["content"]["application/json"]["schema"];
        self.schema(schema)["properties"].as_object().unwrap()
    }
}

fn with_body() -> impl Iterator<Item = &'static Route> {
    routes().filter(|route| route.body.is_some())
}

/// Whether the reference allows a value of a kind.
fn takes(schema: &Value, kind: &str) -> bool {
    // The reference names the type to send; text is taken for a number, and a number for a decimal, where it is one.
    let is = |name: &Value| {
        name == kind
            || (name == "number" && kind == "integer")
            || (schema["format"] == "decimal" && matches!(kind, "number" | "integer"))
    };
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        Value::String(_) => is(&schema["type"]),
        _ => true,
    }
}

/// Texts that are none of what the reference says of a field.
fn is_excluded(schema: &Value, raw: &str) -> bool {
    let Ok(Value::String(text)) = serde_json::from_str(raw) else { return false };
    let too_long = schema["maxLength"].as_u64().is_some_and(|most| text.len() as u64 > most);
    let unlisted =
        !text.trim().is_empty() && schema["enum"].as_array().is_some_and(|words| !words.contains(&json!(text)));
    let is_formatted = ["uuid", "decimal", "date", "date-time", "email", "uri"].iter().any(|f| schema["format"] == *f);
    too_long || unlisted || (is_formatted && text == "x y")
}

fn name(route: &Route) -> String {
    format!("{} {}", route.method.as_str(), route.path)
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_kinds_that_the_reference_does_not_name_are_a_400_that_names_every_field() {
    let fuzz = Fuzz::new().await;
    let cases = with_body().flat_map(|route| values().into_iter().map(move |value| (route, value)));
    let checks = cases.map(|(route, (raw, kind))| {
        let fuzz = &fuzz;
        async move {
            // A blank text is no value.
            let is_blank = serde_json::from_str::<String>(&raw).is_ok_and(|text| text.trim().is_empty());
            let wrong = fuzz.properties(route).iter().filter(|(_, schema)| !takes(schema, kind) && !is_blank);
            let wrong: BTreeMap<String, String> = wrong.map(|(field, _)| (field.clone(), raw.clone())).collect();
            let answer = fuzz.send_with(route, &wrong).await;
            let what = format!("{}: {raw:.40} for {:?}", name(route), wrong.keys());
            sound(&answer, &what);
            if wrong.is_empty() {
                return;
            }
            assert_eq!(answer.status, 400, "{what}: {}", answer.text);
            let named = answer.json();
            let unnamed: Vec<_> = wrong.keys().filter(|field| named.get(*field).is_none()).collect();
            assert!(unnamed.is_empty(), "{what}: {unnamed:?} are not in {named}");
        }
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_right_kind_is_taken_or_refused_by_name() {
    let fuzz = Fuzz::new().await;
    let mut cases: Vec<(&Route, String, String, bool)> = Vec::new();
    // PUT takes what PATCH takes, and both take what POST does, but for what is missing or null.
    for route in with_body().filter(|route| !matches!(route.method, Method::Put)) {
        let changes = matches!(route.method, Method::Patch);
        for (field, schema) in fuzz.properties(route) {
            let item = fuzz.schema(&schema["items"]);
            let inners = || item["properties"].as_object().into_iter().flat_map(Map::keys);
            for (raw, kind) in values() {
                let excluded = is_excluded(schema, &raw);
                if takes(schema, kind) && (excluded || !changes) {
                    cases.push((route, field.clone(), raw.clone(), excluded));
                }
                // Free values inside attributes, headers and payloads, and each field of the entries of a list.
                if changes || !ODD.contains(&raw.as_str()) {
                    continue;
                }
                if schema["type"] == "object" {
                    cases.push((route, field.clone(), format!("{{\"free\": {raw}}}"), false));
                }
                cases.extend(
                    inners().map(|inner| (route, field.clone(), format!("[{}]", entry(item, inner, &raw)), false)),
                );
            }
            cases.push((route, field.clone(), "null".to_owned(), false));
        }
    }
    assert!(cases.len() > 1_000, "only {} cases", cases.len());
    let checks = cases.into_iter().map(|(route, field, raw, excluded)| {
        let fuzz = &fuzz;
        async move {
            let answer = fuzz.send_with(route, &BTreeMap::from([(field.clone(), raw.clone())])).await;
            let what = format!("{}: {field} = {raw:.80}", name(route));
            sound(&answer, &what);
            if excluded {
                assert_eq!(answer.status, 400, "{what}: {}", answer.text);
                assert!(answer.json().get(&field).is_some(), "{what}: {}", answer.text);
            }
        }
    });
    stream::iter(checks).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// An entry of a list with what it needs, and one field as it is written here.
fn entry(schema: &Value, field: &str, raw: &str) -> String {
    let good = json!({"task": "t", "note": "n", "name": "Stage", "field": "name", "operator": "=", "value": 1});
    let needed = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let needed = needed.filter(|name| *name != field).map(|name| format!("{}: {}", json!(name), good[name]));
    let fields: Vec<String> = needed.chain([format!("{}: {raw}", json!(field))]).collect();
    format!("{{{}}}", fields.join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_json_object_is_a_4xx_on_every_route() {
    let fuzz = Fuzz::new().await;
    let deep = |depth: usize| format!("{{\"unknown\": {}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    let malformed: [Vec<u8>; 14] = [
        b"".to_vec(),
        b" ".to_vec(),
        b"{".to_vec(),
        b"{\"name\": }".to_vec(),
        b"{} {}".to_vec(),
        b"nul".to_vec(),
        b"NaN".to_vec(),
        b"[]".to_vec(),
        b"\"text\"".to_vec(),
        b"1".to_vec(),
        b"null".to_vec(),
        b"{\"name\": \"\xff\xfe\"}".to_vec(),
        deep(65).into_bytes(),
        "[".repeat(100_000).into_bytes(),
    ];
    for route in with_body() {
        for bad in &malformed {
            let answer = fuzz.send(route, "application/json", bad.clone()).await;
            let what = format!("{}: {:.40}", name(route), String::from_utf8_lossy(bad));
            sound_with(&answer, &[400], &what);
        }
        let types = [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "json",
        ];
        for content_type in types {
            let answer = fuzz.send(route, content_type, "{}").await;
            sound_with(&answer, &[415], &format!("{}: {content_type}", name(route)));
        }
        let answer = fuzz.send(route, "application/json", deep(64)).await;
        let nested = answer.text.contains("nested");
        assert!(!nested, "{}: 64 levels are taken: {}", name(route), answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_ignored_on_every_route() {
    let fuzz = Fuzz::new().await;
    let unknown = [("unknown", "[1e400, {\"a\": null}]"), ("Name", "7"), ("__proto__", "{}"), ("", "true")];
    for route in with_body().filter(|route| route.credential) {
        let fields = unknown.map(|(field, raw)| (field.to_owned(), raw.to_owned())).into();
        let answer = fuzz.send_with(route, &fields).await;
        if route.path == "/api/change-password" {
            // A password can be changed once; that the fields are ignored shows in what is told of the old one.
            assert_eq!(answer.json().as_object().map(|told| told.len()), Some(1), "{}", answer.text);
            continue;
        }
        if route.path.starts_with("/api/second-factor/") {
            // No code can be right here.
            assert!(matches!(answer.status.as_u16(), 400 | 409 | 429), "{}: {}", name(route), answer.text);
            continue;
        }
        // A note can be deleted once, an attribute's name taken once; here both are there for the first time.
        assert_eq!(answer.status.as_u16(), route.status, "{}: {}", name(route), answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_one_megabyte_is_read_and_one_byte_more_is_a_413() {
    let fuzz = Fuzz::new().await;
    for route in with_body() {
        // One handler of each function is enough for what is read.
        let reads = matches!(route.method, Method::Post) && !route.path.contains('{');
        for length in [MEGABYTE, MEGABYTE + 1].into_iter().skip(usize::from(!reads)) {
            let mut body = b"{\"unknown\": 1".to_vec();
            body.resize(length - 1, b' ');
            body.push(b'}');
            let answer = fuzz.send(route, "application/json", body).await;
            let what = format!("{}: {length} bytes", name(route));
            sound(&answer, &what);
            assert_eq!(answer.status == 413, length > MEGABYTE, "{what}: {}", answer.text);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_that_takes_no_body_does_not_mind_one() {
    let fuzz = Fuzz::new().await;
    let takes_none =
        |route: &&Route| route.body.is_none() && route.form.is_none() && !matches!(route.method, Method::Delete);
    for route in routes().filter(takes_none).filter(|route| !exports(route)) {
        for body in ["{", "[]", "\u{0}"] {
            let answer = fuzz.send(route, "application/json", body).await;
            sound_with(&answer, &[route.status], &format!("{}: {body}", name(route)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_outgrows_its_item_is_a_400() {
    let fuzz = Fuzz::new().await;
    let notes: Vec<Value> = (0..100).map(|_| json!({"note": "x".repeat(9_000)})).collect();
    let notes = BTreeMap::from([("list_of_notes".to_owned(), json!(notes).to_string())]);
    let mut count = 0;
    for route in with_body().filter(|route| fuzz.properties(route).contains_key("list_of_notes")) {
        sound_with(&fuzz.send_with(route, &notes).await, &[400], &name(route));
        count += 1;
    }
    assert!(count >= 9, "only {count} routes");
}
