//! What this contract's reference says beside its routes.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, ObjectBuilder, Ref, Schema, Type};
use utoipa::openapi::security::SecurityScheme;

use super::line_items::LineItemBody;
use super::routes::GROUPS;
use crate::openapi::{Reference, Schemas, SharedFailure, bearer, one, takes_body, takes_if_match, token};
use crate::routes::{Method, Route};

/// This contract's reference.
pub const REFERENCE: Reference = Reference {
    name: "clawprint",
    about: ABOUT,
    tags: &TAGS,
    groups: GROUPS,
    trailing_slash: false,
    answers_whole: false,
    credentials,
    accepts,
    failures: &FAILURES,
    path_parameter,
    more_schemas,
    failure: |_| Ref::from_schema_name("Failure").into(),
    challenge: "The scheme that was tried, else `Bearer`.",
};

const KEY: &str = "api_key";
const TOKEN: &str = "token";

const ABOUT: &str = "\
Invoices of a business, and Stripe payment links for them.

An API key `pk_…:sk_…` is good for one business. Where this contract shares a path with others, a credential of another \
kind speaks it with the header `X-Api-Contract: clawprint`. Amounts are whole numbers of the currency's minor unit: 5000 \
is 50.00 USD. Tax is `unit_price × quantity × tax_rate / 100` for each line, rounded half away from zero. `count` in a \
list is the number of all invoices that match, also of those beyond `limit`. Once an invoice is paid in full, it can only \
be refunded. A POST with an `Idempotency-Key` can be repeated for 24 hours without acting twice, except those that answer \
an API key; `If-Match` guards a change by the `ETag` that was read. A key has 100 requests a minute and 10 a second; \
`X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` say what is left.";

/// The tags, in the order of the document, with what stands under them.
const TAGS: [(&str, &str); 3] = [
    ("invoices", "What customers owe, with line items."),
    ("payment links", "Pages at Stripe where invoices are paid."),
    ("businesses", "Businesses of the caller, and their API keys."),
];

/// The failures that answers share.
const FAILURES: [SharedFailure; 13] = [
    SharedFailure {
        name: "BadRequest",
        status: 400,
        about: "The request is malformed, or values are wrong; `details` names all of them.",
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
        about: "The credential does not allow it.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "NotFound",
        status: 404,
        about: "There is no such object, or the business is not the credential's own.",
        can_be_of: |_| true,
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
        about: "The state of the invoice forbids it, or others change it at the same time.",
        can_be_of: |route| route.method != Method::Get,
    },
    SharedFailure {
        name: "PreconditionFailed",
        status: 412,
        about: "The object has changed since the version that `If-Match` names.",
        can_be_of: takes_if_match,
    },
    SharedFailure { name: "PayloadTooLarge", status: 413, about: "The body is over 1 MB.", can_be_of: takes_body },
    SharedFailure {
        name: "UnsupportedMediaType",
        status: 415,
        about: "The body has a content coding, such as gzip.",
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
        about: "The API key has used up its requests; `Retry-After` says when the next is taken.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "StripeFailed",
        status: 500,
        about: "Stripe did not do its part; nothing was changed.",
        can_be_of: pays,
    },
    SharedFailure {
        name: "ServiceUnavailable",
        status: 503,
        about: "What the service stands on did not do its part; nothing was changed.",
        can_be_of: |_| true,
    },
];

/// Whether it calls Stripe.
fn pays(route: &Route) -> bool {
    route.method == Method::Post && route.path.ends_with("/payment-link")
}

fn credentials() -> Vec<(&'static str, SecurityScheme)> {
    let key = bearer("pk_…:sk_…", "`Bearer pk_…:sk_…`, with a key from `POST /api/businesses`.");
    vec![
        (KEY, key),
        (
            TOKEN,
            token("`Token <token>`, of an owner. On paths that contracts share, with `X-Api-Contract: clawprint`."),
        ),
    ]
}

/// A business is made by a user; all else an API key does as well.
fn accepts(route: &Route) -> &'static [&'static str] {
    if route.path == "/api/businesses" && route.method == Method::Post { &[TOKEN] } else { &[KEY, TOKEN] }
}

fn path_parameter(route: &Route, name: &str) -> (ObjectBuilder, String) {
    let (pattern, about) = if name == "public_key" {
        ("^pk_", "The part of the API key before the colon.")
    } else if route.path.starts_with("/api/businesses") {
        ("^biz_[0-9a-f]{32}$", "The business.")
    } else {
        ("^inv_[0-9a-f]{32}$", "The invoice.")
    };
    (ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)), about.to_owned())
}

fn more_schemas(schemas: &mut Schemas) {
    one::<LineItemBody>(schemas);
    schemas.insert("Failure".into(), failure().into());
}

fn failure() -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let details = ObjectBuilder::new()
        .additional_properties(Some(RefOr::<Schema>::from(text())))
        .description(Some("What is wrong, by field."));
    let mut object = ObjectBuilder::new()
        .property("error", text().description(Some("What kind of failure it is, in words that stay the same.")))
        .property("message", text().description(Some("What is wrong, as a sentence.")))
        .property("details", details)
        .required("error")
        .required("message")
        .required("details")
        .build();
    object.examples = vec![json!({
        "error": "Invalid email format",
        "message": "customer_email: Enter a valid email address.",
        "details": {"customer_email": "Enter a valid email address."}
    })];
    object
}
