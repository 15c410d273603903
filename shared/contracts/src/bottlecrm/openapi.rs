//! What this contract's reference says beside its routes.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityScheme;

use super::routes::GROUPS;
use crate::openapi::{Reference, Schemas, SharedFailure, bearer, takes_body, takes_if_match, token};
use crate::routes::{Method, Route};

/// This contract's reference.
pub const REFERENCE: Reference = Reference {
    name: "bottlecrm",
    about: ABOUT,
    tags: &TAGS,
    groups: GROUPS,
    trailing_slash: true,
    answers_whole: true,
    credentials,
    accepts: |_| &[JWT, TOKEN],
    failures: &FAILURES,
    path_parameter,
    more_schemas,
    failure: |_| Ref::from_schema_name("Failure").into(),
    challenge: "The scheme that was tried, else `Bearer`.",
};

const JWT: &str = "jwt";
const TOKEN: &str = "token";

const ABOUT: &str = "\
Invoices of one quantity and one rate, with their status, comments and attachments.

An access token is good for the user's own organisation, or for the one that the header `organization-id` names. Where \
this contract shares a path with others, a credential of another kind speaks it with the header `X-Api-Contract: \
bottlecrm`. Every path works with and without its trailing slash. Amounts are text with two places and are taken as text \
or number. `quantity` × `rate` is the invoice's one line; an invoice that another contract made of several lines shows \
the quantity 1 and their sum as its rate. An update leaves alone what it leaves out. A POST with an `Idempotency-Key` \
can be repeated for 24 hours without acting twice; `If-Match` guards a change by the `ETag` that was read.";

/// The tags, in the order of the document, with what stands under them.
const TAGS: [(&str, &str); 3] = [
    ("invoices", "What customers owe, and where it stands."),
    (
        "documents",
        "Invoices as PDF/A-3, to keep and to send; with the electronic invoice (Factur-X) where they say enough.",
    ),
    ("comments and attachments", "What is said about an invoice, and files that belong to it."),
];

/// The failures that answers share.
const FAILURES: [SharedFailure; 13] = [
    SharedFailure {
        name: "BadRequest",
        status: 400,
        about: "The body or a header cannot be read, or a required field is missing.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "Unauthorized",
        status: 401,
        about: "There is no credential, or it is not valid.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "Forbidden",
        status: 403,
        about: "The caller does not have the permission, or is no member of the organisation.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "NotFound",
        status: 404,
        about: "There is no such invoice in the organisation.",
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
        about: "The state of the books forbids it, or others change the invoice at the same time.",
        can_be_of: |route| route.method != Method::Get,
    },
    SharedFailure {
        name: "PreconditionFailed",
        status: 412,
        about: "The invoice has changed since the version that `If-Match` names.",
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
        about: "The body has a content coding, such as gzip.",
        can_be_of: takes_body,
    },
    SharedFailure {
        name: "UnprocessableContent",
        status: 422,
        about: "Values are wrong, all of which are named; or the `Idempotency-Key` was used with another body.",
        can_be_of: |route| takes_body(route) || !route.query.is_empty(),
    },
    SharedFailure {
        name: "TooManyRequests",
        status: 429,
        about: "Too many wrong passwords; `Retry-After` says when the next is taken.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "MailRefused",
        status: 502,
        about: "The mail service did not take the mail; nothing was changed.",
        can_be_of: |route| route.path.ends_with("/send-mail"),
    },
    SharedFailure {
        name: "ServiceUnavailable",
        status: 503,
        about: "What the service stands on did not do its part; nothing was changed.",
        can_be_of: |_| true,
    },
];

fn credentials() -> Vec<(&'static str, SecurityScheme)> {
    let jwt = bearer("JWT", "`Bearer <access token>`.");
    vec![
        (JWT, jwt),
        (TOKEN, token("`Token <token>`. On paths that contracts share, with `X-Api-Contract: bottlecrm`.")),
    ]
}

fn path_parameter(_: &Route, _: &str) -> (ObjectBuilder, String) {
    let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    (ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)), "The invoice.".to_owned())
}

fn more_schemas(schemas: &mut Schemas) {
    schemas.insert("Failure".into(), failure().into());
}

fn failure() -> Object {
    let message = ObjectBuilder::new().schema_type(Type::String);
    let errors = ObjectBuilder::new()
        .additional_properties(Some(RefOr::<Schema>::from(message)))
        .description(Some("What is wrong, by field; `detail` where no field is at fault."));
    let mut object = ObjectBuilder::new()
        .property("error", ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Always true.")))
        .property("errors", errors)
        .build();
    object.examples = vec![json!({"error": true, "errors": {"email": "Enter a valid email address."}})];
    object
}
