//! The references of the contracts: OpenAPI 3.1, made from their routes and wire types.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter as ApiParameter, ParameterBuilder, ParameterIn, PathItem,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{Array, Components, KnownFormat, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    Content, Header, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths, RefOr, Required, Response,
    ResponseBuilder, Tag,
};

use crate::routes::{Method, Parameter, ParameterKind, Route};

mod schemas;

pub(crate) use schemas::one_of;

/// The licence of the documents, as an SPDX expression. `openapi-generator` refuses a licence with neither an identifier
/// nor an address.
const LICENSE: &str = env!("CARGO_PKG_LICENSE");

/// The shared schemas, by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// What a contract says about itself beside its routes.
#[derive(Debug, Clone, Copy)]
pub struct Reference {
    /// The contract's name, by which its document is served.
    pub name: &'static str,
    /// What it is for, and what holds for all of its routes.
    pub about: &'static str,
    /// The headings, in their order, with what stands under them.
    pub tags: &'static [(&'static str, &'static str)],
    /// The groups of routes, in the order of the reference.
    pub groups: &'static [&'static [Route]],
    /// Whether its document writes paths with a trailing slash.
    pub trailing_slash: bool,
    /// Whether every field of an answer is always there. Else it is as the field's type says.
    pub answers_whole: bool,
    /// The kinds of credential, by name.
    pub credentials: fn() -> Vec<(&'static str, SecurityScheme)>,
    /// Which of them a route takes.
    pub accepts: fn(&Route) -> &'static [&'static str],
    /// The failures that answers share.
    pub failures: &'static [SharedFailure],
    /// What a parameter of a path is, and what it names.
    pub path_parameter: fn(&Route, &str) -> (ObjectBuilder, String),
    /// Adds the schemas of failures, and those that nothing leads to by itself.
    pub more_schemas: fn(&mut Schemas),
    /// The schema of a failure with this status.
    pub failure: fn(u16) -> RefOr<Schema>,
    /// The `WWW-Authenticate` of a 401.
    pub challenge: &'static str,
}

/// A failure that answers share.
#[derive(Debug, Clone, Copy)]
pub struct SharedFailure {
    /// Its name.
    pub name: &'static str,
    /// Its status.
    pub status: u16,
    /// What it means.
    pub about: &'static str,
    /// Whether a route can answer with it.
    pub can_be_of: fn(&Route) -> bool,
}

impl Reference {
    /// Every route, in the order of the reference.
    pub fn routes(&self) -> impl Iterator<Item = &'static Route> + use<> {
        self.groups.iter().copied().flatten()
    }

    /// The whole document.
    #[must_use]
    pub fn openapi(&self) -> OpenApi {
        let mut schemas = Schemas::new();
        (self.more_schemas)(&mut schemas);
        let mut paths = Paths::new();
        for route in self.routes() {
            let item = PathItem::new(http_method(route.method), self.operation(route, &mut schemas));
            match paths.paths.get_mut(&self.shown_path(route)) {
                Some(there) => there.merge_operations(item),
                None => {
                    paths.paths.insert(self.shown_path(route), item);
                }
            }
        }
        let info = InfoBuilder::new()
            .title(format!("Tributary: {}", self.name))
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some(self.about))
            .license(Some(LicenseBuilder::new().name(LICENSE).identifier(Some(LICENSE)).build()))
            .build();
        let tags = self.tags.iter().map(|(name, about)| {
            let mut tag = Tag::new(*name);
            tag.description = Some((*about).to_owned());
            tag
        });
        OpenApiBuilder::new()
            .info(info)
            .paths(paths)
            .components(Some(self.components(schemas)))
            .tags(Some(tags))
            .build()
    }

    fn shown_path(&self, route: &Route) -> String {
        format!("{}{}", route.path, if self.trailing_slash { "/" } else { "" })
    }

    fn operation(&self, route: &Route, schemas: &mut Schemas) -> Operation {
        let mut operation = OperationBuilder::new()
            .tag(route.tag)
            .operation_id(Some(route.operation))
            .summary(Some(route.summary))
            .parameters(Some(self.parameters(route)));
        if let Some(body) = route.body {
            let content = Content::new(Some(body(schemas)));
            let mut body = RequestBodyBuilder::new().required(Some(Required::True));
            for form in ["application/x-www-form-urlencoded", "multipart/form-data"].iter().filter(|_| route.forms) {
                body = body.content(*form, content.clone());
            }
            operation = operation.request_body(Some(body.content("application/json", content).build()));
        }
        if let Some(form) = route.form {
            let content = Content::new(Some(form()));
            let body = RequestBodyBuilder::new().content("multipart/form-data", content).required(Some(Required::True));
            operation = operation.request_body(Some(body.build()));
        }
        operation = operation.response(route.status.to_string(), success(route, schemas));
        for failure in self.failures.iter().filter(|failure| (failure.can_be_of)(route)) {
            operation = operation.response(failure.status.to_string(), Ref::from_response_name(failure.name));
        }
        for name in (self.accepts)(route).iter().filter(|_| route.credential) {
            operation = operation.security(SecurityRequirement::new(*name, Vec::<String>::new()));
        }
        operation.build()
    }

    fn parameters(&self, route: &Route) -> Vec<ApiParameter> {
        let names = route.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
        let in_path = |name| {
            let (schema, about) = (self.path_parameter)(route, name);
            parameter(name, ParameterIn::Path, Required::True, &about, schema)
        };
        let mut parameters: Vec<_> = names.map(in_path).collect();
        parameters.extend(route.query.iter().map(query_parameter));
        if !route.headers {
            return parameters;
        }
        if route.is_repeatable() {
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

    fn components(&self, mut schemas: Schemas) -> Components {
        if self.answers_whole {
            for (name, schema) in &mut schemas {
                if let RefOr::T(Schema::Object(object)) = schema
                    && !name.ends_with("Body")
                    && !name.ends_with("Patch")
                    && object.additional_properties.is_none()
                {
                    object.required = object.properties.keys().cloned().collect();
                }
            }
        }
        schemas.values_mut().for_each(schemas::with_one_type);
        let mut components = Components::new();
        components.schemas = schemas;
        for (name, scheme) in (self.credentials)() {
            components.add_security_scheme(name, scheme);
        }
        for failure in self.failures {
            components.responses.insert(failure.name.to_owned(), self.shared_failure(failure).into());
        }
        components
    }

    fn shared_failure(&self, failure: &SharedFailure) -> Response {
        let mut response = ResponseBuilder::new()
            .description(failure.about)
            .content("application/json", Content::new(Some((self.failure)(failure.status))));
        for (at, name, what) in [
            (401, "WWW-Authenticate", self.challenge),
            (405, "Allow", "The methods of the path."),
            (429, "Retry-After", "Seconds until the next attempt can succeed."),
        ] {
            if at == failure.status {
                response = response.header(name, header(what));
            }
        }
        response.build()
    }
}

/// A credential that is sent as `Bearer …`, with what its text looks like.
pub fn bearer(format: &str, about: &str) -> SecurityScheme {
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format(format).description(Some(about));
    SecurityScheme::Http(scheme.build())
}

/// The token that is sent as `Token …`.
pub fn token(about: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("Authorization", about)))
}

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

/// Whether it takes a body or a form.
#[must_use]
pub const fn takes_body(route: &Route) -> bool {
    route.body.is_some() || route.form.is_some()
}

/// Whether it changes an object that is there. What is only being made has no version yet.
#[must_use]
pub fn takes_if_match(route: &Route) -> bool {
    route.versioned && route.method != Method::Get && (route.form.is_some() || route.status != 201)
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

fn success(route: &Route, schemas: &mut Schemas) -> Response {
    let is_page = route.query.iter().any(|parameter| parameter.name == "cursor");
    let about = match (route.status, route.method) {
        (201, _) => "Made.",
        (302, _) => "Where the image is to be had for the next minutes.",
        (202, _) => "Accepted: it is done after this answer.",
        (204, _) => "Deleted.",
        (_, Method::Get) if is_page => "A page of the list.",
        (_, Method::Get) => "The object.",
        (_, Method::Put | Method::Patch) => "The object after the change.",
        (_, Method::Post | Method::Delete) => "Done.",
    };
    let mut response = ResponseBuilder::new().description(about);
    if let Some(answer) = route.answer {
        response = response.content(route.media_type, Content::new(Some(answer(schemas))));
    }
    if route.versioned && route.answer.is_some() && route.method != Method::Delete {
        response = response.header("ETag", header("The version of the object."));
    }
    if route.status == 302 {
        response = response.header("Location", header("A link that is good for some minutes."));
    }
    if is_page {
        response = response.header("Link", header("Where the next page is, with `rel=\"next\"`, if there is one."));
    }
    if route.is_repeatable() {
        let about = "`true`, if this is the kept answer to an earlier request with the same `Idempotency-Key`.";
        response = response.header("Idempotency-Replayed", header(about));
    }
    response.build()
}

fn header(about: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::String));
    header.description = Some(about.to_owned());
    header
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
        ParameterKind::Amount => {
            let double = SchemaFormat::KnownFormat(KnownFormat::Double);
            ObjectBuilder::new().schema_type(Type::Number).format(Some(double))
        }
        ParameterKind::Flag => ObjectBuilder::new().schema_type(Type::Boolean),
        ParameterKind::Limit(most) => {
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1_u32)).maximum(Some(most))
        }
    };
    let required = if query.required { Required::True } else { Required::False };
    parameter(query.name, ParameterIn::Query, required, query.about, schema)
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

#[cfg(test)]
mod tests;
