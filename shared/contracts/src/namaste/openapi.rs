//! What this contract's reference says beside its routes.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::security::SecurityScheme;

use super::billing::BillingItemBody;
use super::parties::{CustomerJson, SupplierJson};
use super::routes::GROUPS;
use crate::openapi::{Reference, Schemas, SharedFailure, bearer, one, one_of, takes_body, takes_if_match, token};
use crate::routes::{Method, Route};
use crate::wire::described;

/// This contract's reference.
pub const REFERENCE: Reference = Reference {
    name: "namaste",
    about: ABOUT,
    tags: &TAGS,
    groups: GROUPS,
    trailing_slash: true,
    answers_whole: false,
    credentials,
    accepts: |_| &[JWT, TOKEN],
    failures: &FAILURES,
    path_parameter,
    more_schemas,
    failure,
    challenge: "The scheme that was tried, else `Bearer`.",
};

const JWT: &str = "jwt";
const TOKEN: &str = "token";

const ABOUT: &str = "\
Products, parties, expenses and billing of an organisation.

A login takes a password and then a one-time password, which is mailed, and gives an access token for 60 minutes and a \
refresh token for 7 days. A one-time password has six digits, is valid for 5 minutes and accepted once; the fifth wrong \
try from where it was asked for spends it, and so does the fifth from elsewhere, for elsewhere. At most five to sign up, \
five to log in and five for a reset are mailed to an address within an hour. A sign-up makes the user when its one-time \
password is verified, within 24 hours. A reset needs the `reset_token` that the verification of its one-time password \
answers and sets as a cookie, or comes from where that was verified; it ends all tokens, sessions and JWTs of before, \
within a minute everywhere, and no API key. Every path works with and without its trailing slash. Decimals \
are text with two places and are taken as text or number. A PUT leaves alone what it leaves out. A POST with an \
`Idempotency-Key` can be repeated for 24 hours without acting twice, except those to sign up, log in and reset; `If-Match` guards a change by the `ETag` that was \
read.";

/// The tags, in the order of the document, with what stands under them.
const TAGS: [(&str, &str); 5] = [
    ("authentication", "Sign-up, login, the reset of a password, and JWTs."),
    ("products", "What is sold: catalogue items, and their categories."),
    ("parties", "Customers, which are clients, and suppliers."),
    ("expenses", "What was spent."),
    ("billing", "What customers owe: invoices, and the payment methods that they name."),
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
        can_be_of: |route| route.credential || lets_in(route),
    },
    SharedFailure {
        name: "Forbidden",
        status: 403,
        about: "The caller does not have the permission.",
        can_be_of: |route| route.credential,
    },
    SharedFailure {
        name: "NotFound",
        status: 404,
        about: "There is no such user, object or page.",
        can_be_of: |route| names_a_user(route) || !route.query.is_empty(),
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
        can_be_of: |route| route.method != Method::Get,
    },
    SharedFailure {
        name: "PreconditionFailed",
        status: 412,
        about: "The object has changed since the version that `If-Match` names.",
        can_be_of: takes_if_match,
    },
    SharedFailure { name: "PayloadTooLarge", status: 413, about: "The body is over 1 MB.", can_be_of: takes_body },
    SharedFailure { name: "UnsupportedMediaType", status: 415, about: "The body is not JSON.", can_be_of: takes_body },
    SharedFailure {
        name: "UnprocessableContent",
        status: 422,
        about: "The `Idempotency-Key` was used with another body.",
        can_be_of: Route::is_repeatable,
    },
    SharedFailure {
        name: "TooManyRequests",
        status: 429,
        about: "Too many attempts or mails; `Retry-After` says when the next can succeed.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "ServiceUnavailable",
        status: 503,
        about: "What the service stands on did not do its part; nothing was changed.",
        can_be_of: |_| true,
    },
];

/// Whether it asks for a password or a token in its body.
fn lets_in(route: &Route) -> bool {
    ["/api/login", "/api/token", "/api/token/blacklist", "/api/token/refresh"].contains(&route.path)
}

/// Whether its body names somebody who is there already.
fn names_a_user(route: &Route) -> bool {
    !route.credential
        && !["/api/signup", "/api/token", "/api/token/blacklist", "/api/token/refresh"].contains(&route.path)
}

fn credentials() -> Vec<(&'static str, SecurityScheme)> {
    let jwt = bearer(
        "JWT",
        "`Bearer <access>`, with an access token from `POST /api/verify-login-otp/` or `POST /api/token/`.",
    );
    vec![(JWT, jwt), (TOKEN, token("`Token <token>`, with a token from `/api-token-auth/`."))]
}

fn path_parameter(_: &Route, _: &str) -> (ObjectBuilder, String) {
    let int64 = SchemaFormat::KnownFormat(KnownFormat::Int64);
    (ObjectBuilder::new().schema_type(Type::Integer).format(Some(int64)).minimum(Some(1_u32)), "The object.".to_owned())
}

fn more_schemas(schemas: &mut Schemas) {
    one::<BillingItemBody>(schemas);
    let not_good = json!({"detail": "Given token not valid for any token type", "code": "token_not_valid"});
    let code = ("code", "`token_not_valid`, of a credential that is not good.");
    let mut error = said("error", None, json!({"error": "User not found"}));
    for (name, existing, about) in [
        ("existing_customer", one::<CustomerJson>(schemas), "The customer who has the value already."),
        ("existing_supplier", one::<SupplierJson>(schemas), "The supplier who has the value already."),
    ] {
        error.properties.insert(name.into(), described(existing, about));
    }
    schemas.insert("ErrorMessage".into(), error.into());
    schemas.insert("Detail".into(), said("detail", Some(code), not_good).into());
    schemas.insert("FieldErrors".into(), field_errors().into());
    let refs = |names: &[&str]| names.iter().map(|name| Ref::from_schema_name(*name).into()).collect::<Vec<_>>();
    one_of(schemas, "Failure", "What is wrong, in one of two forms.", refs(&["ErrorMessage", "Detail"]));
    let about = "What is wrong, in one of three forms.";
    one_of(schemas, "InvalidRequest", about, refs(&["ErrorMessage", "Detail", "FieldErrors"]));
}

fn failure(status: u16) -> RefOr<Schema> {
    let name = match status {
        400 => "InvalidRequest",
        401 | 404 | 409 => "Failure",
        _ => "Detail",
    };
    Ref::from_schema_name(name).into()
}

/// A sentence under a key.
fn said(key: &str, beside: Option<(&str, &str)>, example: serde_json::Value) -> Object {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let mut object = ObjectBuilder::new().property(key, text().description(Some("What is wrong."))).required(key);
    if let Some((name, about)) = beside {
        object = object.property(name, text().description(Some(about)));
    }
    let mut object = object.build();
    object.examples = vec![example];
    object
}

fn field_errors() -> Object {
    let messages = Array::new(ObjectBuilder::new().schema_type(Type::String));
    let mut object = ObjectBuilder::new().additional_properties(Some(RefOr::<Schema>::from(messages))).build();
    object.description = Some("Messages by field; `non_field_errors` for what belongs to no single one.".into());
    object.examples = vec![json!({"email": ["This field is required."]})];
    object
}
