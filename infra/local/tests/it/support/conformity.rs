//! Every answer that a test sees, held against the document of the contract that answered.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use contracts::REFERENCES;
use contracts::openapi::Reference;
use contracts::routes::Route;
use edge::Contract;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, StatusCode, request};
use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

/// A contract's document, with the validators that were needed so far.
struct Document {
    reference: &'static Reference,
    json: &'static Value,
    registry: Registry<'static>,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

static DOCUMENTS: LazyLock<Vec<Document>> =
    LazyLock::new(|| REFERENCES.iter().map(|reference| Document::new(reference)).collect());

/// Checks an answer: the operation has such an answer, and the body is as its schema says, without a field more.
///
/// Paths outside the contracts, such as a customer's page, have no document.
pub fn check(request: &request::Parts, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
    let path = request.uri.path();
    let routed = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(path);
    let contract = Contract::choose(routed, &request.headers).unwrap_or(Contract::Crm);
    let document = DOCUMENTS.iter().find(|document| document.reference.name == contract.as_str());
    let document = document.expect("each contract has a document");
    // No route answers it, but the function that gets what found none.
    if status == StatusCode::PERMANENT_REDIRECT {
        return;
    }
    let Some(answer) = document.answer(&request.method, routed, status) else { return };
    if let Err(mismatch) = document.mismatch(&answer, headers, body) {
        let (method, name, body) = (&request.method, contract.as_str(), String::from_utf8_lossy(body));
        panic!("{method} {path} ({name}, {status}): {mismatch}\n{body}");
    }
}

/// What the document says about an answer.
enum Documented {
    /// The operation has no answer of this status.
    Nothing { operation: &'static str },
    /// Where in the document the answer is.
    At(String),
}

impl Document {
    fn new(reference: &'static Reference) -> Self {
        let mut json = serde_json::to_value(reference.openapi()).unwrap();
        close(&mut json);
        let json: &'static Value = Box::leak(Box::new(json));
        let registry = Registry::new().add(uri(reference), json).unwrap().prepare().unwrap();
        Self { reference, json, registry, validators: Mutex::default() }
    }

    /// What the document says about an answer, if the contract has the path and the method.
    fn answer(&self, method: &Method, path: &str, status: StatusCode) -> Option<Documented> {
        let routes = || self.reference.routes().filter(|route| is_on(route, path));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            let at = "/components/responses/MethodNotAllowed";
            let is_documented = routes().next().is_some() && self.json.pointer(at).is_some();
            return is_documented.then(|| Documented::At(at.to_owned()));
        }
        let routes = routes().filter(|route| route.method.as_str() == method.as_str());
        let route = routes.min_by_key(|route| route.path.matches('{').count())?;
        let (slash, method) = (if self.reference.trailing_slash { "/" } else { "" }, method.as_str().to_lowercase());
        let path = format!("{}{slash}", route.path).replace('/', "~1");
        let at = format!("/paths/{path}/{method}/responses/{}", status.as_u16());
        Some(match self.json.pointer(&at) {
            // A panic, which no document promises.
            None if status == StatusCode::INTERNAL_SERVER_ERROR => return None,
            None => Documented::Nothing { operation: route.operation },
            Some(answer) => {
                let shared = answer["$ref"].as_str().map(|to| to.trim_start_matches('#').to_owned());
                Documented::At(shared.unwrap_or(at))
            }
        })
    }

    fn mismatch(&self, answer: &Documented, headers: &HeaderMap, body: &[u8]) -> Result<(), String> {
        let at = match answer {
            Documented::At(at) => at,
            Documented::Nothing { operation } => return Err(format!("{operation} documents no such status")),
        };
        let Some(content) = self.json.pointer(at).and_then(|answer| answer["content"].as_object()) else {
            return if body.is_empty() { Ok(()) } else { Err("no body is documented".to_owned()) };
        };
        let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media_type = sent.split(';').next().unwrap_or_default().trim();
        if !content.contains_key(media_type) {
            return Err(format!("the body is {media_type:?} and not {:?}", content.keys()));
        }
        if media_type != "application/json" {
            return Ok(());
        }
        let value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let validator = self.validator(&format!("{at}/content/application~1json/schema"));
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
    }

    /// The validator for a schema of the document, made when it is first needed.
    fn validator(&self, at: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let validator = validators.entry(at.to_owned()).or_insert_with(|| {
            let schema =
                json!({"$ref": format!("{}#{}", uri(self.reference), at.replace('{', "%7B").replace('}', "%7D"))});
            let options = jsonschema::options().with_registry(&self.registry).should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap())
        });
        Arc::clone(validator)
    }
}

fn uri(reference: &Reference) -> String {
    format!("https://tributary.invalid/{}", reference.name)
}

/// Whether a path without trailing slash is of a route.
fn is_on(route: &Route, path: &str) -> bool {
    let (mut expected, mut segments) = (route.path.split('/'), path.split('/'));
    loop {
        match (expected.next(), segments.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == other || (one.starts_with('{') && !other.is_empty()) => {}
            _ => return false,
        }
    }
}

/// Lets objects have the fields that the document names and no others. What `allOf` puts together is closed as a whole.
fn close(document: &mut Value) {
    document["x-open"] = document["components"]["schemas"].clone();
    close_schema(&mut document["components"]["schemas"], false);
}

fn close_schema(schema: &mut Value, is_part: bool) {
    let map = match schema {
        Value::Object(map) => map,
        Value::Array(list) => return list.iter_mut().for_each(|schema| close_schema(schema, is_part)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return,
    };
    if is_part && let Some(Value::String(to)) = map.get_mut("$ref") {
        *to = to.replace("#/components/schemas/", "#/x-open/");
    }
    let keyword = if map.contains_key("allOf") { "unevaluatedProperties" } else { "additionalProperties" };
    if !is_part && (map.contains_key("allOf") || map.contains_key("properties")) {
        map.entry(keyword).or_insert(json!(false));
    }
    map.iter_mut().for_each(|(key, value)| close_schema(value, key == "allOf"));
}
