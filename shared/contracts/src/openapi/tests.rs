use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::REFERENCES;
use crate::routes::handles_credentials;

fn reference(of: &Reference) -> Value {
    serde_json::to_value(of.openapi()).unwrap()
}

fn refs(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
            map.values().for_each(|value| refs(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| refs(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn each_reference_is_its_checked_snapshot() {
    for reference in REFERENCES {
        let path = format!("{}/openapi/{}.json", env!("CARGO_MANIFEST_DIR"), reference.name);
        let made = reference.openapi().to_pretty_json().unwrap() + "\n";
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            made == kept,
            "shared/contracts/openapi/{}.json is not what the routes and wire types say. If the change is meant, write \
             it anew: UPDATE_OPENAPI=1 cargo test -p tributary-contracts",
            reference.name
        );
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    for of in REFERENCES {
        let reference = reference(of);
        let mut used = BTreeSet::new();
        refs(&reference, &mut used);
        for target in &used {
            assert!(reference.pointer(target.trim_start_matches('#')).is_some(), "{}: {target}", of.name);
        }
        for name in reference["components"]["schemas"].as_object().unwrap().keys() {
            assert!(used.contains(&format!("#/components/schemas/{name}")), "{}: {name}", of.name);
        }
    }
}

#[test]
fn it_is_openapi_3_1_with_one_operation_per_route() {
    for of in REFERENCES {
        let reference = reference(of);
        assert!(reference["openapi"].as_str().unwrap().starts_with("3.1."), "{}", reference["openapi"]);
        for route in of.routes() {
            let method = route.method.as_str().to_lowercase();
            let operation = &reference["paths"][of.shown_path(route)][&method];
            assert_eq!(operation["operationId"], route.operation);
            assert_eq!(operation["security"].is_array(), route.credential, "{}", route.operation);
            assert!(of.tags.iter().any(|(tag, _)| *tag == route.tag), "{}", route.tag);
        }
    }
}

#[test]
fn no_route_and_no_operation_of_a_contract_is_there_twice_and_no_path_has_a_trailing_slash() {
    for of in REFERENCES {
        let routes: BTreeSet<_> = of.routes().map(|route| (route.path, route.method.as_str())).collect();
        let operations: BTreeSet<_> = of.routes().map(|route| route.operation).collect();
        assert_eq!((routes.len(), operations.len()), (of.routes().count(), of.routes().count()), "{}", of.name);
        assert!(of.routes().all(|route| route.path.starts_with('/') && !route.path.ends_with('/')), "{}", of.name);
    }
}

/// The properties of a schema, wherever it stands.
fn properties(document: &Value, schema: &Value) -> Vec<(String, Value)> {
    match schema["$ref"].as_str() {
        Some(target) => properties(document, &document.pointer(target.trim_start_matches('#')).unwrap().clone()),
        None => {
            let own = schema["properties"].as_object().into_iter().flatten();
            own.map(|(name, schema)| (name.clone(), schema.clone())).collect()
        }
    }
}

#[test]
fn no_post_that_proves_or_answers_a_credential_takes_an_idempotency_key() {
    const ANSWERED: [&str; 5] = ["token", "access", "refresh", "api_key", "reset_token"];
    let mut seen = BTreeSet::new();
    for of in REFERENCES {
        let document = reference(of);
        for route in of.routes().filter(|route| route.method == Method::Post) {
            let operation = &document["paths"][of.shown_path(route)]["post"];
            let body = properties(&document, &operation["requestBody"]["content"]["application/json"]["schema"]);
            let answer = &operation["responses"][route.status.to_string()]["content"]["application/json"]["schema"];
            // A member's password is the owner's to choose, and proves nothing.
            let proves = |(name, schema): &(String, Value)| {
                schema["format"] == "password" && (!route.credential || name == "old_password")
            };
            let answers = properties(&document, answer).iter().any(|(name, _)| ANSWERED.contains(&name.as_str()));
            if answers || body.iter().any(proves) {
                assert!(handles_credentials(route.path), "{} {}", of.name, route.path);
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let takes_key = parameters.clone().any(|parameter| parameter["name"] == "Idempotency-Key");
            assert_eq!(takes_key && route.headers, route.is_repeatable() && route.headers, "{}", route.path);
            seen.insert(route.path);
        }
    }
    assert!(crate::routes::CREDENTIAL_PATHS.iter().all(|path| seen.contains(path)), "a path that is no route's");
}

#[test]
fn a_new_object_needs_what_the_document_needs_and_a_change_nothing() {
    let schemas = reference(&crate::crm::openapi::REFERENCE)["components"]["schemas"].take();
    assert_eq!(schemas["InvoiceBody"]["required"], json!(["client"]));
    assert_eq!(schemas["InvoicePatch"].get("required"), None);
    assert_eq!(schemas["CatalogueItem"]["required"].as_array().unwrap().len(), 17);
    assert_eq!(schemas["WebhookCreated"]["allOf"].as_array().unwrap().len(), 2);
}

/// Names that generators of clients keep for themselves, with where each list comes from. A schema of such a name is
/// renamed (`ModelDate`), or shadows what the generated code needs.
const KEPT_NAMES: [(&str, &[&str]); 5] = [
    (
        "openapi-generator: the runtime of its TypeScript clients",
        &[
            "ApiResponse",
            "BaseAPI",
            "BlobApiResponse",
            "Configuration",
            "ConfigurationParameters",
            "Consume",
            "DefaultConfig",
            "ErrorContext",
            "FetchAPI",
            "FetchError",
            "FetchParams",
            "HTTPBody",
            "HTTPHeaders",
            "HTTPMethod",
            "HTTPQuery",
            "HTTPRequestInit",
            "Index",
            "InitOverrideFunction",
            "Json",
            "JSONApiResponse",
            "Middleware",
            "ModelPropertyNaming",
            "RequestContext",
            "RequestOpts",
            "RequiredError",
            "ResponseContext",
            "ResponseError",
            "ResponseTransformer",
            "TextApiResponse",
            "VoidApiResponse",
        ],
    ),
    (
        "TypeScript: types of its own, and of every browser and Node.js",
        &[
            "Array",
            "Awaited",
            "Blob",
            "Boolean",
            "Date",
            "Error",
            "Event",
            "Exclude",
            "Extract",
            "File",
            "FormData",
            "Function",
            "Headers",
            "Map",
            "Number",
            "Object",
            "Omit",
            "Parameters",
            "Partial",
            "Pick",
            "Promise",
            "Readonly",
            "Record",
            "RegExp",
            "Request",
            "Required",
            "Response",
            "Set",
            "String",
            "Symbol",
            "URL",
        ],
    ),
    (
        "openapi-generator: the runtime of its Python clients, and what each of their modules imports",
        &[
            "Annotated",
            "Any",
            "ApiAttributeError",
            "ApiClient",
            "ApiException",
            "ApiKeyError",
            "ApiTypeError",
            "ApiValueError",
            "BadRequestException",
            "BaseModel",
            "ClassVar",
            "ConfigDict",
            "ConflictException",
            "Dict",
            "Field",
            "ForbiddenException",
            "List",
            "Literal",
            "NotFoundException",
            "OpenApiException",
            "Optional",
            "RESTResponse",
            "Self",
            "ServiceException",
            "StrictStr",
            "Tuple",
            "UnauthorizedException",
            "Union",
            "UnprocessableEntityException",
            "UUID",
            "ValidationError",
        ],
    ),
    (
        "Python: words that openapi-generator finds in names of any case, and exceptions that are there without import",
        &[
            "And",
            "Assert",
            "Async",
            "Await",
            "Break",
            "Class",
            "Continue",
            "Date",
            "Def",
            "Del",
            "Except",
            "Exec",
            "Exception",
            "False",
            "Finally",
            "For",
            "From",
            "Global",
            "If",
            "Import",
            "In",
            "Is",
            "Json",
            "KeyError",
            "Lambda",
            "None",
            "Nonlocal",
            "Not",
            "Or",
            "Pass",
            "Print",
            "Property",
            "Raise",
            "Return",
            "Schema",
            "True",
            "Try",
            "TypeError",
            "ValueError",
            "Warning",
            "While",
            "With",
            "Yield",
        ],
    ),
    (
        "openapi-python-client: the modules beside the models, and what each endpoint imports",
        &["AuthenticatedClient", "Client", "Errors", "File", "HTTPStatus", "Response", "UnexpectedStatus", "Unset"],
    ),
];

#[test]
fn no_schema_has_a_name_that_generated_clients_keep_for_themselves() {
    for of in REFERENCES {
        let schemas = reference(of)["components"]["schemas"].take();
        for name in schemas.as_object().unwrap().keys() {
            for (whose, kept) in KEPT_NAMES {
                assert!(!kept.contains(&name.as_str()), "{}: {name} ({whose})", of.name);
            }
        }
    }
}

#[test]
fn no_two_classes_of_a_generated_client_have_one_name() {
    for of in REFERENCES {
        let document = reference(of);
        let mut names = BTreeSet::new();
        let schemas = document["components"]["schemas"].as_object().unwrap().keys().cloned();
        // TypeScript clients have a class for the parameters of each operation.
        let requests = of.routes().map(|route| format!("{}Request", route.operation.replace('_', "")));
        for name in schemas.chain(requests) {
            assert!(names.insert(name.to_lowercase()), "{}: {name}", of.name);
        }
    }
}

fn each_schema(value: &Value, look: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            look(map);
            map.values().for_each(|value| each_schema(value, look));
        }
        Value::Array(list) => list.iter().for_each(|value| each_schema(value, look)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_value_has_one_type_that_a_client_sends() {
    for of in REFERENCES {
        each_schema(&reference(of), &mut |schema| {
            let types = schema.get("type").and_then(Value::as_array).into_iter().flatten();
            assert!(types.filter(|of| *of != "null").count() <= 1, "{}: {schema:?}", of.name);
        });
    }
}

#[test]
fn what_is_one_of_several_schemas_has_a_name() {
    for of in REFERENCES {
        let document = reference(of);
        let named = document["components"]["schemas"].as_object().unwrap();
        let mut unnamed = 0;
        each_schema(&document, &mut |schema| {
            unnamed += usize::from(schema.contains_key("oneOf") && !is_nullable(schema))
        });
        let names = named.values().filter(|schema| schema.get("oneOf").is_some()).count();
        assert_eq!(unnamed, names, "{}: generators would invent names", of.name);
    }
}

/// Whether it is another schema or null, which needs no class.
fn is_nullable(schema: &serde_json::Map<String, Value>) -> bool {
    schema["oneOf"].as_array().unwrap().contains(&json!({"type": "null"}))
}

#[test]
fn a_licence_has_its_identifier() {
    for of in REFERENCES {
        assert_eq!(reference(of)["info"]["license"]["identifier"], "MIT OR Apache-2.0", "{}", of.name);
    }
}
