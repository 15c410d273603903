//! What the route tables of all contracts are made of: the references are made from them, and tests hold them against
//! the deployment's template.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema};

use crate::openapi::Schemas;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// The method as HTTP spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Gives the schema of a body or an answer; what it refers to goes among the shared ones.
pub type Shape = fn(&mut Schemas) -> RefOr<Schema>;

/// One method of one path.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path without trailing slash, as the deployment's template has it. It is served with one
    /// too.
    pub path: &'static str,
    /// The name by which generated clients call it.
    pub operation: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// The heading that it stands under.
    pub tag: &'static str,
    /// Whether it needs a credential.
    pub credential: bool,
    /// The query parameters.
    pub query: &'static [Parameter],
    /// The body that it takes.
    pub body: Option<Shape>,
    /// The form with a file that it takes instead.
    pub form: Option<fn() -> Object>,
    /// Whether it takes the body as a form too.
    pub forms: bool,
    /// The status of success.
    pub status: u16,
    /// The body that it answers; none for 204.
    pub answer: Option<Shape>,
    /// The media type of what it answers.
    pub media_type: &'static str,
    /// Whether the answer is one object with an `ETag`, so that `If-Match` can guard its change.
    pub versioned: bool,
    /// Whether its document names the headers that every contract takes.
    pub headers: bool,
}

/// Paths where a POST issues or proves a credential. `Idempotency-Key` has no effect there: a kept answer would hold the
/// credential, and tell whoever guesses one, before the limits count, whether the first guess was the same.
///
/// The secret of a webhook is no such credential: it lets nobody in, and replacing it twice by a repeated request would
/// end the one that the receiver knows.
pub(crate) const CREDENTIAL_PATHS: [&str; 20] = [
    "/api-token-auth",
    "/api/api-token-auth",
    "/api/businesses",
    "/api/businesses/{id}/api-keys",
    "/api/change-password",
    "/api/forget-password",
    "/api/login",
    "/api/reset-password",
    "/api/second-factor",
    "/api/second-factor/confirm",
    "/api/second-factor/disable",
    "/api/second-factor/recovery-codes",
    "/api/session",
    "/api/signup",
    "/api/token",
    "/api/token/blacklist",
    "/api/token/refresh",
    "/api/verify-forget-password-otp",
    "/api/verify-login-otp",
    "/api/verify-signup-otp",
];

/// Whether a POST to a path, as routes write it, issues or proves a credential.
#[must_use]
pub fn handles_credentials(path: &str) -> bool {
    CREDENTIAL_PATHS.contains(&path)
}

impl Route {
    /// Whether it takes an `Idempotency-Key`.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        self.method == Method::Post && !handles_credentials(self.path)
    }

    /// A route that says nothing yet about bodies and answers.
    pub(crate) const fn new(
        method: Method,
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            method,
            path,
            operation,
            summary,
            tag: "",
            credential: true,
            query: &[],
            body: None,
            form: None,
            forms: false,
            status: 200,
            answer: None,
            media_type: "application/json",
            versioned: false,
            headers: true,
        }
    }

    /// A GET of many.
    pub(crate) const fn list(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        answer: Shape,
    ) -> Self {
        Self { answer: Some(answer), ..Self::new(Method::Get, path, operation, summary) }
    }

    /// A GET of one object.
    pub(crate) const fn read(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        answer: Shape,
    ) -> Self {
        Self { answer: Some(answer), versioned: true, ..Self::new(Method::Get, path, operation, summary) }
    }

    /// A POST that makes an object.
    pub(crate) const fn create(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        let route = Self::new(Method::Post, path, operation, summary);
        Self { body: Some(body), status: 201, answer: Some(answer), versioned: true, ..route }
    }

    /// A PUT of an object.
    pub(crate) const fn put(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        let route = Self::new(Method::Put, path, operation, summary);
        Self { body: Some(body), answer: Some(answer), versioned: true, ..route }
    }

    /// A PATCH of an object.
    pub(crate) const fn patch(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        Self { method: Method::Patch, ..Self::put(path, operation, summary, body, answer) }
    }

    /// A DELETE of an object, with nothing to answer.
    pub(crate) const fn delete(path: &'static str, operation: &'static str, summary: &'static str) -> Self {
        Self { status: 204, versioned: true, ..Self::new(Method::Delete, path, operation, summary) }
    }

    /// A POST that makes no object.
    pub(crate) const fn act(path: &'static str, operation: &'static str, summary: &'static str, answer: Shape) -> Self {
        Self { answer: Some(answer), ..Self::new(Method::Post, path, operation, summary) }
    }

    /// A POST of a form with a file.
    pub(crate) const fn upload(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        form: fn() -> Object,
        answer: Shape,
    ) -> Self {
        let route = Self::new(Method::Post, path, operation, summary);
        Self { form: Some(form), status: 201, answer: Some(answer), versioned: true, ..route }
    }

    /// It takes this body.
    pub(crate) const fn taking(self, body: Shape) -> Self {
        Self { body: Some(body), ..self }
    }

    /// It takes its body as a form too.
    pub(crate) const fn or_forms(self) -> Self {
        Self { forms: true, ..self }
    }

    /// Its document says nothing of headers.
    pub(crate) const fn without_headers(self) -> Self {
        Self { headers: false, ..self }
    }

    /// It takes these query parameters.
    pub(crate) const fn by(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    /// It answers with this media type.
    pub(crate) const fn answering(self, media_type: &'static str) -> Self {
        Self { media_type, ..self }
    }

    /// It needs no credential.
    pub(crate) const fn open(self) -> Self {
        Self { credential: false, versioned: false, ..self }
    }

    /// What it answers has no version.
    pub(crate) const fn plain(self) -> Self {
        Self { versioned: false, ..self }
    }

    /// What it changes has a version.
    pub(crate) const fn guarded(self) -> Self {
        Self { versioned: true, ..self }
    }

    /// It is done later.
    pub(crate) const fn accepted(self) -> Self {
        Self { status: 202, ..self }
    }

    /// It stands under this heading.
    pub(crate) const fn under(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }
}

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What its value is.
    pub kind: ParameterKind,
    /// Whether it must be there.
    pub required: bool,
}

/// What the value of a query parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// A text.
    Text,
    /// A UUID.
    Id,
    /// `true` or `false`.
    Flag,
    /// An integer id.
    Number,
    /// An amount of money.
    Amount,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number of rows, up to this many.
    Limit(u32),
}

/// A query parameter that may be left out.
pub(crate) const fn parameter(name: &'static str, about: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, about, kind, required: false }
}
