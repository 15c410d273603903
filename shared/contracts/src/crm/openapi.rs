//! What this contract's reference says beside its routes.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityScheme;

use super::pipelines::StageBody;
use super::routes::GROUPS;
use super::webhooks::ConditionBody;
use super::worklist::{NoteBody, TaskBody};
use crate::openapi::{Reference, Schemas, SharedFailure, one, one_of, takes_body, takes_if_match, token};
use crate::routes::{Method, Route};

/// This contract's reference.
pub const REFERENCE: Reference = Reference {
    name: "crm",
    about: ABOUT,
    tags: &TAGS,
    groups: GROUPS,
    trailing_slash: true,
    answers_whole: true,
    credentials,
    accepts: |_| &[TOKEN],
    failures: &FAILURES,
    path_parameter,
    more_schemas,
    failure,
    challenge: "The scheme that was tried, else `Token`.",
};

const TOKEN: &str = "token";

const ABOUT: &str = "\
Clients, contacts, leads, catalogue, invoices and payments of an organisation.

Every path works with and without its trailing slash. Decimals are text with two places and are taken as text or \
number. An update leaves alone what it leaves out; `attributes` that are sent replace what was there with PUT and are \
merged key by key with PATCH, where null removes a key. Lists come oldest first in pages, and the `Link` header leads \
to the next one. A POST with an `Idempotency-Key` can be repeated for 24 hours without acting twice, except those under \"accounts\"; \
`If-Match` guards a change by the `ETag` that was read.";

/// The tags, in the order of the document, with what stands under them.
const TAGS: [(&str, &str); 18] = [
    ("accounts", "Sign-up, tokens, passwords, and who one is."),
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
    (
        "organisations",
        "All that an organisation has, as one file, and the end of it. Both are the owner's, take their time, and are done \
         after the answer.",
    ),
    ("webhooks", "Calls to receivers of yours when objects are made, changed or deleted."),
];

/// The failures that answers share.
const FAILURES: [SharedFailure; 12] = [
    SharedFailure {
        name: "BadRequest",
        status: 400,
        about: "The request is malformed, or values are wrong; all of them are named.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "Unauthorized",
        status: 401,
        about: "There is no credential, or it is not good.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "Forbidden",
        status: 403,
        about: "The caller does not have the permission, or a page of another origin asks with the browser's session.",
        can_be_of: |route| route.credential || route.path == "/api/session",
    },
    SharedFailure {
        name: "NotFound",
        status: 404,
        about: "There is no such object in the caller's organisation.",
        can_be_of: |route| route.path.contains('{'),
    },
    SharedFailure {
        name: "MethodNotAllowed",
        status: 405,
        about: "The path does not have this method; `Allow` names those that it has.",
        can_be_of: |_| false,
    },
    SharedFailure {
        name: "Conflict",
        status: 409,
        about: "The state of the books forbids it, or others change the object at the same time.",
        can_be_of: |route| route.method != Method::Get && route.credential,
    },
    SharedFailure {
        name: "PreconditionFailed",
        status: 412,
        about: "The object has changed since the version that `If-Match` names.",
        can_be_of: takes_if_match,
    },
    SharedFailure {
        name: "PayloadTooLarge",
        status: 413,
        about: "The body is over 1 MB, or the file over 4 MB.",
        can_be_of: takes_body,
    },
    SharedFailure {
        name: "UnsupportedMediaType",
        status: 415,
        about: "The body is not JSON, or not a form where it should be.",
        can_be_of: takes_body,
    },
    SharedFailure {
        name: "UnprocessableContent",
        status: 422,
        about: "The `Idempotency-Key` was used with another body.",
        can_be_of: Route::is_repeatable,
    },
    SharedFailure {
        name: "TooManyRequests",
        status: 429,
        about: "Too many attempts; `Retry-After` says when the next can succeed.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "ServiceUnavailable",
        status: 503,
        about: "What the service stands on did not do its part; nothing was changed.",
        can_be_of: |_| true,
    },
];

fn credentials() -> Vec<(&'static str, SecurityScheme)> {
    vec![(TOKEN, token("`Token <token>`, with a token from `/api-token-auth/`."))]
}

fn more_schemas(schemas: &mut Schemas) {
    one::<TaskBody>(schemas);
    one::<NoteBody>(schemas);
    one::<ConditionBody>(schemas);
    one::<StageBody>(schemas);
    failures(schemas);
}

/// The schemas of failures in this form.
pub(crate) fn failures(schemas: &mut Schemas) {
    schemas.insert("Detail".into(), detail().into());
    schemas.insert("FieldErrors".into(), field_errors().into());
    let either = ["FieldErrors", "Detail"].map(|name| Ref::from_schema_name(name).into());
    one_of(schemas, "InvalidRequest", "Messages by field, or a sentence about the whole request.", either);
}

pub(crate) fn failure(status: u16) -> RefOr<Schema> {
    Ref::from_schema_name(if status == 400 { "InvalidRequest" } else { "Detail" }).into()
}

/// The form with an image.
pub(super) fn form() -> Object {
    let file = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("A PNG, JPEG, GIF or WebP image of at most 4 MB."));
    ObjectBuilder::new().property(domain::image::FIELD, file).required(domain::image::FIELD).build()
}

fn path_parameter(route: &Route, name: &str) -> (ObjectBuilder, String) {
    let of_entity = name == "key" && matches!(route.method, Method::Get | Method::Post);
    let text = ObjectBuilder::new().schema_type(Type::String);
    if name == "collection" {
        let collections = ["services", "clients", "leads", "catalogue"];
        (text.enum_values(Some(collections)), "What kind of object the image is of.".to_owned())
    } else if name == "file" {
        (text, "The image.".to_owned())
    } else if of_entity {
        let entities = domain::attributes::EntityName::ALL.map(domain::attributes::EntityName::as_str);
        (text.enum_values(Some(entities)), "The kind of object.".to_owned())
    } else if name == "token_id" {
        (text.pattern(Some("^[0-9a-f]{16}$")), "The token.".to_owned())
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
            "export_id" => "The export.",
            _ => "The object.",
        };
        (text.format(Some(uuid)), about.to_owned())
    }
}

fn detail() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let mut object = ObjectBuilder::new().property("detail", text).required("detail").build();
    object.description = Some("What is wrong, as a sentence.".into());
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
