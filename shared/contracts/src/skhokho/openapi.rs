//! What this contract's reference says beside its routes.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Ref, Schema, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{PartialSchema, ToSchema};

use super::invoices::InvoiceRequest;
use super::items::{InvoiceItemRequest, ItemJson};
use super::parties::{ClientMini, PersonMini};
use super::routes::GROUPS;
use crate::crm;
use crate::openapi::{Reference, Schemas, SharedFailure, one, takes_body};
use crate::routes::Route;

/// This contract's reference.
pub const REFERENCE: Reference = Reference {
    name: "skhokho",
    about: ABOUT,
    tags: &[("Invoices", "Invoice creation, management, and tracking")],
    groups: GROUPS,
    trailing_slash: true,
    answers_whole: false,
    credentials,
    accepts: |_| &["basicAuth", "cookieAuth"],
    failures: &FAILURES,
    path_parameter,
    more_schemas,
    failure: crm::openapi::failure,
    challenge: "The scheme that was tried, else `Token`.",
};

const ABOUT: &str = "\
Invoices of an organisation.

Every path works with and without its trailing slash. Decimals are text with two places and are taken as text or \
number. Bodies are JSON, `application/x-www-form-urlencoded` or `multipart/form-data`; in forms, `items` is the list as \
JSON text, or an object as JSON text for each entry, or `items[0]quantity` and so on for each value. PUT and PATCH leave \
alone what they leave out; `items` that are sent replace all that were there. The list takes all its filters together, \
and gives up to 1000 invoices, or as many as `limit` says; when more follow, the `Link` header leads to them. An action \
works by POST as well, and then takes its parameters in the body too; by GET with a session cookie, it is done for pages \
of this origin alone. A POST with an `Idempotency-Key` can be repeated for 24 hours without acting twice; `If-Match` \
guards a change by the `ETag` that was read.";

/// The failures that answers share.
const FAILURES: [SharedFailure; 11] = [
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
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "Forbidden",
        status: 403,
        about: "The caller does not have the permission, or another site sent the request.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "NotFound",
        status: 404,
        about: "There is no such object, or the caller is not in the organisation.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "Conflict",
        status: 409,
        about: "The state of the books forbids it, or others change the invoice at the same time.",
        can_be_of: changes,
    },
    SharedFailure {
        name: "PreconditionFailed",
        status: 412,
        about: "The invoice has changed since the version that `If-Match` names.",
        can_be_of: changes,
    },
    SharedFailure { name: "PayloadTooLarge", status: 413, about: "The body is over 1 MB.", can_be_of: takes_body },
    SharedFailure {
        name: "UnsupportedMediaType",
        status: 415,
        about: "The body is neither JSON nor a form.",
        can_be_of: takes_body,
    },
    SharedFailure {
        name: "UnprocessableContent",
        status: 422,
        about: "The `Idempotency-Key` was used with another body.",
        can_be_of: |route| route.status == 201,
    },
    SharedFailure {
        name: "TooManyRequests",
        status: 429,
        about: "Too many wrong passwords; `Retry-After` says when the next is taken.",
        can_be_of: |_| true,
    },
    SharedFailure {
        name: "ServiceUnavailable",
        status: 503,
        about: "What the service stands on did not do its part; nothing was changed.",
        can_be_of: |_| true,
    },
];

/// Whether it changes an invoice, as the action does by GET too.
fn changes(route: &Route) -> bool {
    takes_body(route) || route.path == super::routes::ACTION
}

fn credentials() -> Vec<(&'static str, SecurityScheme)> {
    let basic = "A username, or an e-mail address, and the password.";
    let basic = HttpBuilder::new().scheme(HttpAuthScheme::Basic).description(Some(basic));
    let cookie = "A session from `POST /api/session/`.";
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description("sessionid", cookie));
    vec![("basicAuth", SecurityScheme::Http(basic.build())), ("cookieAuth", SecurityScheme::ApiKey(cookie))]
}

fn path_parameter(_: &Route, name: &str) -> (ObjectBuilder, String) {
    let about = if name == "org_id" { "The organisation's UUID." } else { "The invoice's unique_id." };
    (ObjectBuilder::new().schema_type(Type::String), about.to_owned())
}

/// The schema of a change: nothing is required, because what it leaves out stays.
pub(super) fn patched(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = format!("Patched{}", InvoiceRequest::name());
    if let RefOr::T(Schema::Object(mut object)) = InvoiceRequest::schema() {
        object.required.clear();
        schemas.insert(name.clone(), object.into());
    }
    Ref::from_schema_name(name).into()
}

fn more_schemas(schemas: &mut Schemas) {
    one::<InvoiceItemRequest>(schemas);
    one::<ItemJson>(schemas);
    one::<ClientMini>(schemas);
    one::<PersonMini>(schemas);
    crm::openapi::failures(schemas);
}
