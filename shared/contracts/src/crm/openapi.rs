//! The reference: OpenAPI 3.1, made from the routes and the wire types.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter as ApiParameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Array, Components, KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Content, Header, InfoBuilder, License, OpenApi, OpenApiBuilder, Paths, RefOr, Required, Response, ResponseBuilder,
    Tag,
};

use super::parameters::{Parameter, ParameterKind};
use super::pipelines::StageBody;
use super::routes::{Method, Route, routes};
use super::webhooks::ConditionBody;
use super::worklist::{NoteBody, TaskBody};

/// The shared schemas, by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

const TOKEN: &str = "token";

/// The tags, in the order of the document, with what stands under them.
const TAGS: [(&str, &str); 17] = [
    ("accounts", "Sign-up, tokens, and who one is."),
    ("attributes", "Attributes define what objects carry beside their fields. Define them first."),
    ("clients", "The people and companies that are invoiced."),
    ("contacts", "Individual people at a client."),
    ("services", "What clients are given, such as students' places in a programme."),
    ("follow-ups", "What was said to, and heard from, the student of a service."),
    ("pipelines", "The stages that leads go through. All pipelines end in \"Won\" and \"Lost\"."),
    ("leads", "What may become business, and where it stands."),
    ("categories", "Categories of the catalogue form a tree."),
    ("catalogue", "Products, services and subscriptions that can be sold."),
    ("price tiers", "Prices of a catalogue item that hold from a quantity on."),
    ("invoices", "Invoices with their totals and status."),
    ("line items", "What an invoice sells. Its totals follow its lines."),
    ("payments", "Money that came in for an invoice. Its status follows its payments."),
    ("files", "Images of services, clients, leads and catalogue items. Whoever has an image's URL can open it."),
    ("users", "The members of the organisation and their groups. The owner manages them."),
    ("webhooks", "Calls to receivers of yours when objects are made, changed or deleted."),
];

/// The failures that answers share.
const FAILURES: [(&str, u16, &str); 12] = [
    ("BadRequest", 400, "The body or the query is malformed, or values are wrong; all of them are named."),
    ("Unauthorized", 401, "There is no credential, or it is not good."),
    ("Forbidden", 403, "The caller does not have the permission."),
    ("NotFound", 404, "There is no such object in the caller's organisation."),
    ("MethodNotAllowed", 405, "The path does not have this method; `Allow` names those that it has."),
    ("Conflict", 409, "The state of the books forbids it, or others change the object at the same time."),
    ("PreconditionFailed", 412, "The object has changed since the version that `If-Match` names."),
    ("PayloadTooLarge", 413, "The body is over 1 MB, or the file over 4 MB."),
    ("UnsupportedMediaType", 415, "The body is not JSON, or not a form where it should be."),
    ("UnprocessableContent", 422, "The `Idempotency-Key` was used with another body."),
    ("TooManyRequests", 429, "Too many attempts; `Retry-After` says when the next can succeed."),
    ("ServiceUnavailable", 503, "What the service stands on did not do its part; nothing was changed."),
];

/// The schema of one object, by reference.
pub fn one<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    parts.push((T::name().into_owned(), T::schema()));
    schemas.extend(parts);
    Ref::from_schema_name(T::name()).into()
}

/// The schema of an array of objects.
pub fn many<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    Array::new(one::<T>(schemas)).into()
}

/// The schema of a body of which nothing is required, because what it leaves out stays.
pub fn partial<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().replace("Body", "Patch");
    if let RefOr::T(Schema::Object(mut object)) = T::schema() {
        object.required.clear();
        schemas.insert(name.clone(), object.into());
    }
    Ref::from_schema_name(name).into()
}

/// The whole reference.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut schemas = Schemas::new();
    one::<TaskBody>(&mut schemas);
    one::<NoteBody>(&mut schemas);
    one::<ConditionBody>(&mut schemas);
    one::<StageBody>(&mut schemas);
    let mut paths = Paths::new();
    for route in routes() {
        let item = PathItem::new(http_method(route.method), operation(route, &mut schemas));
        match paths.paths.get_mut(&shown_path(route)) {
            Some(there) => there.merge_operations(item),
            None => {
                paths.paths.insert(shown_path(route), item);
            }
        }
    }
    let info = InfoBuilder::new()
        .title("Tributary: crm")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(License::new("MIT OR Apache-2.0")))
        .build();
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components(schemas)))
        .tags(Some(TAGS.map(|(name, about)| {
            let mut tag = Tag::new(name);
            tag.description = Some(about.to_owned());
            tag
        })))
        .build()
}

const ABOUT: &str = "\
Clients, contacts, leads, catalogue, invoices and payments of an organisation.

Every path works with and without its trailing slash. Decimals are text with two places and are taken as text or \
number. An update leaves alone what it leaves out; `attributes` that are sent replace what was there with PUT and are \
merged key by key with PATCH, where null removes a key. Lists come oldest first in pages, and the `Link` header leads \
to the next one. A POST with an `Idempotency-Key` can be repeated for 24 hours without acting twice; `If-Match` guards a \
change by the `ETag` that was read.";

fn shown_path(route: &Route) -> String {
    format!("{}/", route.path)
}

const fn http_method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Patch => HttpMethod::Patch,
        Method::Delete => HttpMethod::Delete,
    }
}

fn operation(route: &Route, schemas: &mut Schemas) -> Operation {
    let mut operation = OperationBuilder::new()
        .tag(route.tag)
        .operation_id(Some(route.operation))
        .summary(Some(route.summary))
        .parameters(Some(parameters(route)));
    if let Some(body) = route.body {
        let content = Content::new(Some(body(schemas)));
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    if route.form {
        let content = Content::new(Some(form()));
        let body = RequestBodyBuilder::new().content("multipart/form-data", content).required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    operation = operation.response(route.status.to_string(), success(route, schemas));
    for (name, status, _) in FAILURES.iter().filter(|(_, status, _)| can_fail(route, *status)) {
        operation = operation.response(status.to_string(), Ref::from_response_name(*name));
    }
    if route.credential {
        operation = operation.security(SecurityRequirement::new(TOKEN, Vec::<String>::new()));
    }
    operation.build()
}

/// Whether a route can answer with a failure of this status.
fn can_fail(route: &Route, status: u16) -> bool {
    let (writes, posts) = (route.method != Method::Get, route.method == Method::Post);
    let takes_body = route.body.is_some() || route.form;
    match status {
        400 => takes_body || !route.query.is_empty(),
        401 | 403 => route.credential,
        404 => route.path.contains('{'),
        409 => writes && route.credential,
        412 => takes_if_match(route),
        413 | 415 => takes_body,
        422 => posts,
        429 => !route.credential && posts,
        503 => true,
        _ => false,
    }
}

/// Whether it changes an object that is there. What is only being made has no version yet.
fn takes_if_match(route: &Route) -> bool {
    route.versioned && route.method != Method::Get && (route.form || route.status != 201)
}

fn success(route: &Route, schemas: &mut Schemas) -> Response {
    let is_page = route.query.iter().any(|parameter| parameter.name == "cursor");
    let about = match (route.status, route.method) {
        (201, _) => "Made.",
        (302, _) => "Where the image is to be had for the next minutes.",
        (204, _) => "Deleted.",
        (_, Method::Get) if is_page => "A page of the list.",
        (_, Method::Get) => "The object.",
        (_, Method::Put | Method::Patch) => "The object after the change.",
        (_, Method::Post | Method::Delete) => "Done.",
    };
    let mut response = ResponseBuilder::new().description(about);
    if let Some(answer) = route.answer {
        response = response.content("application/json", Content::new(Some(answer(schemas))));
    }
    if route.versioned && route.answer.is_some() {
        response = response.header("ETag", header("The version of the object."));
    }
    if route.status == 302 {
        response = response.header("Location", header("A link that is good for some minutes."));
    }
    if is_page {
        response = response.header("Link", header("Where the next page is, with `rel=\"next\"`, if there is one."));
    }
    if route.method == Method::Post {
        let about = "`true`, if this is the kept answer to an earlier request with the same `Idempotency-Key`.";
        response = response.header("Idempotency-Replayed", header(about));
    }
    response.build()
}

fn form() -> Object {
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("A PNG, JPEG, GIF or WebP image of at most 4 MB."));
    ObjectBuilder::new().property(domain::image::FIELD, file).required(domain::image::FIELD).build()
}

fn header(about: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
    header.description = Some(about.to_owned());
    header
}

fn parameters(route: &Route) -> Vec<ApiParameter> {
    let names = route.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let mut parameters: Vec<_> = names.map(|name| path_parameter(route, name)).collect();
    parameters.extend(route.query.iter().map(query_parameter));
    if route.method == Method::Post {
        let about =
            "Makes the request safe to repeat for 24 hours: the same key with the same body gives the same answer.";
        parameters.push(header_parameter("Idempotency-Key", about));
    }
    if takes_if_match(route) {
        parameters
            .push(header_parameter("If-Match", "The `ETag` that was read: the change is refused, if it is stale."));
    }
    parameters
}

fn path_parameter(route: &Route, name: &str) -> ApiParameter {
    let of_entity = name == "key" && matches!(route.method, Method::Get | Method::Post);
    let text = ObjectBuilder::new().schema_type(Type::String);
    let (schema, about) = if name == "collection" {
        let collections = ["services", "clients", "leads", "catalogue"];
        (text.enum_values(Some(collections)), "What kind of object the image is of.".to_owned())
    } else if name == "file" {
        (text, "The image.".to_owned())
    } else if of_entity {
        let entities = domain::attributes::EntityName::ALL.map(domain::attributes::EntityName::as_str);
        (text.enum_values(Some(entities)), "The kind of object.".to_owned())
    } else if name == "user_id" {
        let number = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_u32));
        (number.format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64))), "The user.".to_owned())
    } else {
        let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
        let about = match name {
            "tier_id" => "The price tier.",
            "follow_up_id" => "The follow-up.",
            "line_id" => "The line item.",
            "payment_id" => "The payment.",
            "delivery_id" => "The delivery.",
            "key" => "The attribute.",
            _ => "The object.",
        };
        (text.format(Some(uuid)), about.to_owned())
    };
    parameter(name, ParameterIn::Path, Required::True, &about, schema)
}

fn query_parameter(query: &Parameter) -> ApiParameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let schema = match query.kind {
        ParameterKind::Text => text,
        ParameterKind::Id => text.format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))),
        ParameterKind::Word(words) => text.enum_values(Some(words.iter().copied())),
        ParameterKind::Number => {
            let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
            ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64)).minimum(Some(0_u32))
        }
        ParameterKind::Flag => ObjectBuilder::new().schema_type(Type::Boolean),
        ParameterKind::Limit => {
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_u32)).maximum(Some(1000_u32))
        }
    };
    parameter(query.name, ParameterIn::Query, Required::False, query.about, schema)
}

fn header_parameter(name: &str, about: &str) -> ApiParameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    parameter(name, ParameterIn::Header, Required::False, about, schema)
}

fn parameter(name: &str, place: ParameterIn, required: Required, about: &str, schema: ObjectBuilder) -> ApiParameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(schema))
        .build()
}

fn components(mut schemas: Schemas) -> Components {
    schemas.insert("Detail".into(), detail().into());
    schemas.insert("FieldErrors".into(), field_errors().into());
    for (name, schema) in &mut schemas {
        // Every field of an answer is always there; those of a body are as its type says.
        if let RefOr::T(Schema::Object(object)) = schema
            && !name.ends_with("Body")
            && !name.ends_with("Patch")
            && name != "FieldErrors"
        {
            object.required = object.properties.keys().cloned().collect();
        }
    }
    let mut components = Components::new();
    components.schemas = schemas;
    let about = "`Token <token>`, with a token from `/api-token-auth/`.";
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Authorization", about)));
    components.add_security_scheme(TOKEN, key);
    for (name, status, about) in FAILURES {
        components.responses.insert(name.to_owned(), failure(status, about).into());
    }
    components
}

fn detail() -> Object {
    let mut object = Object::new();
    object.description = Some("What is wrong, as a sentence.".into());
    object.properties.insert("detail".into(), ObjectBuilder::new().schema_type(Type::String).into());
    object.examples = vec![json!({"detail": "Not found."})];
    object
}

fn field_errors() -> Object {
    let messages = Array::new(ObjectBuilder::new().schema_type(Type::String));
    let mut object = ObjectBuilder::new().additional_properties(Some(RefOr::<Schema>::from(messages))).build();
    object.description = Some("Messages by field; `non_field_errors` for what belongs to no single one.".into());
    object.examples = vec![json!({"name": ["This field is required."]})];
    object
}

fn failure(status: u16, about: &str) -> Response {
    let detail = Ref::from_schema_name("Detail");
    let schema = if status == 400 {
        utoipa::openapi::OneOfBuilder::new().item(Ref::from_schema_name("FieldErrors")).item(detail).into()
    } else {
        RefOr::<Schema>::from(detail)
    };
    let mut response =
        ResponseBuilder::new().description(about).content("application/json", Content::new(Some(schema)));
    for (at, name, what) in [
        (401, "WWW-Authenticate", "`Token`."),
        (405, "Allow", "The methods of the path."),
        (429, "Retry-After", "Seconds until the next attempt can succeed."),
    ] {
        if at == status {
            response = response.header(name, header(what));
        }
    }
    response.build()
}

#[cfg(test)]
mod tests;
