//! Every route of this contract, as data: the reference is made from it, and tests hold it against
//! the deployment's template.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::accounts::{CredentialsBody, MeJson, MessageJson, SignUpBody, TokenJson, VerifySignUpBody};
use super::attributes::{AttributeBody, AttributeJson};
use super::catalogue::{CatalogueItemBody, CatalogueItemJson};
use super::categories::{CategoryBody, CategoryJson};
use super::clients::{ClientBody, ClientJson};
use super::contacts::{ContactBody, ContactJson};
use super::deliveries::{DeliveryJson, TestBody, TestJson};
use super::invoices::{InvoiceBody, InvoiceJson};
use super::line_items::{LineItemBody, LineItemJson};
use super::openapi::{Schemas, many, one, partial};
use super::payments::{PaymentBody, PaymentJson};
use super::tiers::{PriceTierBody, PriceTierJson};
use super::webhooks::{SecretJson, WebhookBody, WebhookCreatedJson, WebhookJson};
use super::worklist::{NoteDeleteBody, TaskUpdateBody};

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

/// A query parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What its value is.
    pub kind: ParameterKind,
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
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number of rows.
    Limit,
}

/// One method of one path.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path without trailing slash, as the deployment's template has it. It is served with one
    /// too, and the reference shows it so.
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
    /// The status of success.
    pub status: u16,
    /// The body that it answers; none for 204.
    pub answer: Option<Shape>,
    /// Whether the answer is one object with an `ETag`, so that `If-Match` can guard its change.
    pub versioned: bool,
}

impl Route {
    const fn new(method: Method, path: &'static str, operation: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            operation,
            summary,
            tag: "",
            credential: true,
            query: &[],
            body: None,
            status: 200,
            answer: None,
            versioned: false,
        }
    }

    const fn list(path: &'static str, operation: &'static str, summary: &'static str, answer: Shape) -> Self {
        Self { answer: Some(answer), query: PAGE, ..Self::new(Method::Get, path, operation, summary) }
    }

    const fn read(path: &'static str, operation: &'static str, summary: &'static str, answer: Shape) -> Self {
        Self { answer: Some(answer), versioned: true, ..Self::new(Method::Get, path, operation, summary) }
    }

    const fn create(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        let route = Self::new(Method::Post, path, operation, summary);
        Self { body: Some(body), status: 201, answer: Some(answer), versioned: true, ..route }
    }

    const fn put(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        let route = Self::new(Method::Put, path, operation, summary);
        Self { body: Some(body), answer: Some(answer), versioned: true, ..route }
    }

    const fn patch(
        path: &'static str,
        operation: &'static str,
        summary: &'static str,
        body: Shape,
        answer: Shape,
    ) -> Self {
        Self { method: Method::Patch, ..Self::put(path, operation, summary, body, answer) }
    }

    const fn delete(path: &'static str, operation: &'static str, summary: &'static str) -> Self {
        Self { status: 204, versioned: true, ..Self::new(Method::Delete, path, operation, summary) }
    }

    const fn act(path: &'static str, operation: &'static str, summary: &'static str, answer: Shape) -> Self {
        Self { answer: Some(answer), ..Self::new(Method::Post, path, operation, summary) }
    }

    const fn taking(self, body: Shape) -> Self {
        Self { body: Some(body), ..self }
    }

    const fn by(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    const fn open(self) -> Self {
        Self { credential: false, ..self }
    }

    const fn plain(self) -> Self {
        Self { versioned: false, ..self }
    }

    const fn under(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }
}

/// Every route.
pub const ROUTES: &[Route] = &[
    Route::create(
        "/api/signup",
        "signup",
        "Sign up; a one-time password is mailed",
        one::<SignUpBody>,
        one::<MessageJson>,
    )
    .open()
    .plain()
    .under("accounts"),
    Route::act(
        "/api/verify-signup-otp",
        "verify_signup_otp",
        "Prove the e-mail address of a sign-up",
        one::<MessageJson>,
    )
    .taking(one::<VerifySignUpBody>)
    .open()
    .under("accounts"),
    Route::act("/api-token-auth", "obtain_token", "Obtain a token", one::<TokenJson>)
        .taking(one::<CredentialsBody>)
        .open()
        .under("accounts"),
    Route::act("/api/api-token-auth", "obtain_token_alias", "Obtain a token", one::<TokenJson>)
        .taking(one::<CredentialsBody>)
        .open()
        .under("accounts"),
    Route::read("/api/me", "me", "Who the caller is and may do", one::<MeJson>).plain().under("accounts"),
    Route::list(
        "/api/attributes/{key}",
        "attributes_list",
        "List the attributes of a kind of object",
        many::<AttributeJson>,
    )
    .under("attributes"),
    Route::create(
        "/api/attributes/{key}",
        "attributes_create",
        "Define an attribute of a kind of object",
        one::<AttributeBody>,
        one::<AttributeJson>,
    )
    .under("attributes"),
    Route::put(
        "/api/attributes/{key}",
        "attributes_update",
        "Update an attribute",
        partial::<AttributeBody>,
        one::<AttributeJson>,
    )
    .under("attributes"),
    Route::patch(
        "/api/attributes/{key}",
        "attributes_partial_update",
        "Update an attribute",
        partial::<AttributeBody>,
        one::<AttributeJson>,
    )
    .under("attributes"),
    Route::delete("/api/attributes/{key}", "attributes_destroy", "Delete an attribute").under("attributes"),
    Route::list("/api/clients", "clients_list", "List clients", many::<ClientJson>).by(CLIENT_QUERY).under("clients"),
    Route::create("/api/clients", "clients_create", "Create a client", one::<ClientBody>, one::<ClientJson>)
        .under("clients"),
    Route::read("/api/clients/{id}", "clients_retrieve", "Retrieve a client", one::<ClientJson>).under("clients"),
    Route::put(
        "/api/clients/{id}",
        "clients_update",
        "Update a client; attributes are replaced",
        partial::<ClientBody>,
        one::<ClientJson>,
    )
    .under("clients"),
    Route::patch(
        "/api/clients/{id}",
        "clients_partial_update",
        "Update a client; attributes are merged",
        partial::<ClientBody>,
        one::<ClientJson>,
    )
    .under("clients"),
    Route::delete("/api/clients/{id}", "clients_destroy", "Delete a client").under("clients"),
    Route::act(
        "/api/clients/{id}/update-task",
        "clients_update_task",
        "Set whether a task of a client is done",
        one::<ClientJson>,
    )
    .taking(one::<TaskUpdateBody>)
    .under("clients"),
    Route::act("/api/clients/{id}/delete-note", "clients_delete_note", "Delete a note of a client", one::<ClientJson>)
        .taking(one::<NoteDeleteBody>)
        .under("clients"),
    Route::list("/api/contacts", "contacts_list", "List contacts", many::<ContactJson>)
        .by(CONTACT_QUERY)
        .under("contacts"),
    Route::create("/api/contacts", "contacts_create", "Create a contact", one::<ContactBody>, one::<ContactJson>)
        .under("contacts"),
    Route::read("/api/contacts/{id}", "contacts_retrieve", "Retrieve a contact", one::<ContactJson>).under("contacts"),
    Route::put(
        "/api/contacts/{id}",
        "contacts_update",
        "Update a contact; attributes are replaced",
        partial::<ContactBody>,
        one::<ContactJson>,
    )
    .under("contacts"),
    Route::patch(
        "/api/contacts/{id}",
        "contacts_partial_update",
        "Update a contact; attributes are merged",
        partial::<ContactBody>,
        one::<ContactJson>,
    )
    .under("contacts"),
    Route::delete("/api/contacts/{id}", "contacts_destroy", "Delete a contact").under("contacts"),
    Route::act(
        "/api/contacts/{id}/update-task",
        "contacts_update_task",
        "Set whether a task of a contact is done",
        one::<ContactJson>,
    )
    .taking(one::<TaskUpdateBody>)
    .under("contacts"),
    Route::act(
        "/api/contacts/{id}/delete-note",
        "contacts_delete_note",
        "Delete a note of a contact",
        one::<ContactJson>,
    )
    .taking(one::<NoteDeleteBody>)
    .under("contacts"),
    Route::list("/api/categories", "categories_list", "List categories", many::<CategoryJson>)
        .by(CATEGORY_QUERY)
        .under("categories"),
    Route::create(
        "/api/categories",
        "categories_create",
        "Create a category",
        one::<CategoryBody>,
        one::<CategoryJson>,
    )
    .under("categories"),
    Route::read("/api/categories/{id}", "categories_retrieve", "Retrieve a category", one::<CategoryJson>)
        .under("categories"),
    Route::put(
        "/api/categories/{id}",
        "categories_update",
        "Update a category; attributes are replaced",
        partial::<CategoryBody>,
        one::<CategoryJson>,
    )
    .under("categories"),
    Route::patch(
        "/api/categories/{id}",
        "categories_partial_update",
        "Update a category; attributes are merged",
        partial::<CategoryBody>,
        one::<CategoryJson>,
    )
    .under("categories"),
    Route::delete("/api/categories/{id}", "categories_destroy", "Delete a category").under("categories"),
    Route::list("/api/catalogue", "catalogue_list", "List catalogue items", many::<CatalogueItemJson>)
        .by(ITEM_QUERY)
        .under("catalogue"),
    Route::create(
        "/api/catalogue",
        "catalogue_create",
        "Create a catalogue item",
        one::<CatalogueItemBody>,
        one::<CatalogueItemJson>,
    )
    .under("catalogue"),
    Route::read("/api/catalogue/{id}", "catalogue_retrieve", "Retrieve a catalogue item", one::<CatalogueItemJson>)
        .under("catalogue"),
    Route::put(
        "/api/catalogue/{id}",
        "catalogue_update",
        "Update a catalogue item; attributes are replaced",
        partial::<CatalogueItemBody>,
        one::<CatalogueItemJson>,
    )
    .under("catalogue"),
    Route::patch(
        "/api/catalogue/{id}",
        "catalogue_partial_update",
        "Update a catalogue item; attributes are merged",
        partial::<CatalogueItemBody>,
        one::<CatalogueItemJson>,
    )
    .under("catalogue"),
    Route::delete("/api/catalogue/{id}", "catalogue_destroy", "Delete a catalogue item").under("catalogue"),
    Route::list(
        "/api/catalogue/{id}/price-tiers",
        "price_tiers_list",
        "List the price tiers of an item",
        many::<PriceTierJson>,
    )
    .under("price tiers"),
    Route::create(
        "/api/catalogue/{id}/price-tiers",
        "price_tiers_create",
        "Create a price tier",
        one::<PriceTierBody>,
        one::<PriceTierJson>,
    )
    .under("price tiers"),
    Route::read(
        "/api/catalogue/{id}/price-tiers/{tier_id}",
        "price_tiers_retrieve",
        "Retrieve a price tier",
        one::<PriceTierJson>,
    )
    .under("price tiers"),
    Route::put(
        "/api/catalogue/{id}/price-tiers/{tier_id}",
        "price_tiers_update",
        "Update a price tier; attributes are replaced",
        partial::<PriceTierBody>,
        one::<PriceTierJson>,
    )
    .under("price tiers"),
    Route::patch(
        "/api/catalogue/{id}/price-tiers/{tier_id}",
        "price_tiers_partial_update",
        "Update a price tier; attributes are merged",
        partial::<PriceTierBody>,
        one::<PriceTierJson>,
    )
    .under("price tiers"),
    Route::delete("/api/catalogue/{id}/price-tiers/{tier_id}", "price_tiers_destroy", "Delete a price tier")
        .under("price tiers"),
    Route::list("/api/invoices", "invoices_list", "List invoices", many::<InvoiceJson>)
        .by(INVOICE_QUERY)
        .under("invoices"),
    Route::create("/api/invoices", "invoices_create", "Create an invoice", one::<InvoiceBody>, one::<InvoiceJson>)
        .under("invoices"),
    Route::read("/api/invoices/{id}", "invoices_retrieve", "Retrieve an invoice", one::<InvoiceJson>).under("invoices"),
    Route::put(
        "/api/invoices/{id}",
        "invoices_update",
        "Update an invoice; attributes are replaced",
        partial::<InvoiceBody>,
        one::<InvoiceJson>,
    )
    .under("invoices"),
    Route::patch(
        "/api/invoices/{id}",
        "invoices_partial_update",
        "Update an invoice; attributes are merged",
        partial::<InvoiceBody>,
        one::<InvoiceJson>,
    )
    .under("invoices"),
    Route::delete("/api/invoices/{id}", "invoices_destroy", "Delete an invoice").under("invoices"),
    Route::act(
        "/api/invoices/{id}/recalculate",
        "invoices_recalculate",
        "Take the totals from the lines anew",
        one::<InvoiceJson>,
    )
    .under("invoices"),
    Route::act(
        "/api/invoices/{id}/update-task",
        "invoices_update_task",
        "Set whether a task of an invoice is done",
        one::<InvoiceJson>,
    )
    .taking(one::<TaskUpdateBody>)
    .under("invoices"),
    Route::act(
        "/api/invoices/{id}/delete-note",
        "invoices_delete_note",
        "Delete a note of an invoice",
        one::<InvoiceJson>,
    )
    .taking(one::<NoteDeleteBody>)
    .under("invoices"),
    Route::list(
        "/api/invoices/{id}/line-items",
        "line_items_list",
        "List the line items of an invoice",
        many::<LineItemJson>,
    )
    .under("line items"),
    Route::create(
        "/api/invoices/{id}/line-items",
        "line_items_create",
        "Create a line item",
        one::<LineItemBody>,
        one::<LineItemJson>,
    )
    .under("line items"),
    Route::read(
        "/api/invoices/{id}/line-items/{line_id}",
        "line_items_retrieve",
        "Retrieve a line item",
        one::<LineItemJson>,
    )
    .under("line items"),
    Route::put(
        "/api/invoices/{id}/line-items/{line_id}",
        "line_items_update",
        "Update a line item; attributes are replaced",
        partial::<LineItemBody>,
        one::<LineItemJson>,
    )
    .under("line items"),
    Route::patch(
        "/api/invoices/{id}/line-items/{line_id}",
        "line_items_partial_update",
        "Update a line item; attributes are merged",
        partial::<LineItemBody>,
        one::<LineItemJson>,
    )
    .under("line items"),
    Route::delete("/api/invoices/{id}/line-items/{line_id}", "line_items_destroy", "Delete a line item")
        .under("line items"),
    Route::list("/api/invoices/{id}/payments", "payments_list", "List the payments on an invoice", many::<PaymentJson>)
        .under("payments"),
    Route::create(
        "/api/invoices/{id}/payments",
        "payments_create",
        "Create a payment",
        one::<PaymentBody>,
        one::<PaymentJson>,
    )
    .under("payments"),
    Route::read(
        "/api/invoices/{id}/payments/{payment_id}",
        "payments_retrieve",
        "Retrieve a payment",
        one::<PaymentJson>,
    )
    .under("payments"),
    Route::put(
        "/api/invoices/{id}/payments/{payment_id}",
        "payments_update",
        "Update a payment; attributes are replaced",
        partial::<PaymentBody>,
        one::<PaymentJson>,
    )
    .under("payments"),
    Route::patch(
        "/api/invoices/{id}/payments/{payment_id}",
        "payments_partial_update",
        "Update a payment; attributes are merged",
        partial::<PaymentBody>,
        one::<PaymentJson>,
    )
    .under("payments"),
    Route::delete("/api/invoices/{id}/payments/{payment_id}", "payments_destroy", "Delete a payment").under("payments"),
    Route::list("/api/webhooks", "webhooks_list", "List webhooks", many::<WebhookJson>).under("webhooks"),
    Route::create(
        "/api/webhooks",
        "webhooks_create",
        "Create a webhook",
        one::<WebhookBody>,
        one::<WebhookCreatedJson>,
    )
    .under("webhooks"),
    Route::read("/api/webhooks/{id}", "webhooks_retrieve", "Retrieve a webhook", one::<WebhookJson>).under("webhooks"),
    Route::put("/api/webhooks/{id}", "webhooks_update", "Update a webhook", partial::<WebhookBody>, one::<WebhookJson>)
        .under("webhooks"),
    Route::patch(
        "/api/webhooks/{id}",
        "webhooks_partial_update",
        "Update a webhook",
        partial::<WebhookBody>,
        one::<WebhookJson>,
    )
    .under("webhooks"),
    Route::delete("/api/webhooks/{id}", "webhooks_destroy", "Delete a webhook").under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/rotate-secret",
        "webhooks_rotate_secret",
        "Replace the secret; the old one signs for another 24 hours",
        one::<SecretJson>,
    )
    .under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/test",
        "webhooks_test",
        "Show what would be sent for an object, without sending it",
        one::<TestJson>,
    )
    .taking(one::<TestBody>)
    .under("webhooks"),
    Route::list(
        "/api/webhooks/{id}/deliveries",
        "webhooks_deliveries",
        "List the deliveries of the last 30 days, newest first",
        many::<DeliveryJson>,
    )
    .under("webhooks"),
    Route::act(
        "/api/webhooks/{id}/deliveries/{delivery_id}/redeliver",
        "webhooks_redeliver",
        "Send a delivery again",
        one::<DeliveryJson>,
    )
    .under("webhooks"),
];

const fn parameter(name: &'static str, about: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, about, kind }
}

const LIMIT: Parameter =
    parameter("limit", "How many rows a page has: 1 to 1000, and 1000 if left out.", ParameterKind::Limit);
const CURSOR: Parameter =
    parameter("cursor", "Where the page starts, as the `Link` of the page before says.", ParameterKind::Text);

const PAGE: &[Parameter] = &[LIMIT, CURSOR];

const CLIENT_QUERY: &[Parameter] =
    &[parameter("name", "A part of the name, in any case.", ParameterKind::Text), LIMIT, CURSOR];

const CONTACT_QUERY: &[Parameter] = &[
    parameter("client", "Those of this client.", ParameterKind::Id),
    parameter("is_primary", "The primary ones, or the others.", ParameterKind::Flag),
    parameter("first_name", "Those with exactly this first name.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

const CATEGORY_QUERY: &[Parameter] = &[
    parameter("name", "A part of the name, in any case.", ParameterKind::Text),
    parameter("parent", "Those right under this category; `null` for those at the top.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

const ITEM_QUERY: &[Parameter] = &[
    parameter("category", "Those of this category.", ParameterKind::Id),
    parameter("type", "Those of this kind.", ParameterKind::Word(&["product", "service", "subscription"])),
    parameter("is_active", "Those that are for sale, or the others.", ParameterKind::Flag),
    parameter("sku", "The one with exactly this stock-keeping unit.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

const INVOICE_QUERY: &[Parameter] = &[
    parameter("client", "Those of this client.", ParameterKind::Id),
    parameter("status", "Those shown with this word.", ParameterKind::Word(&super::invoice_status::WORDS)),
    parameter("currency", "Those in this currency.", ParameterKind::Text),
    parameter("invoice_number", "The one with exactly this number.", ParameterKind::Text),
    LIMIT,
    CURSOR,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_route_and_no_operation_is_there_twice() {
        let routes: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.method.as_str())).collect();
        let operations: BTreeSet<_> = ROUTES.iter().map(|route| route.operation).collect();
        assert_eq!((routes.len(), operations.len()), (ROUTES.len(), ROUTES.len()));
    }

    #[test]
    fn whatever_can_be_put_can_be_patched() {
        let paths = |method| ROUTES.iter().filter(move |r| r.method == method).map(|r| r.path).collect::<BTreeSet<_>>();
        assert_eq!(paths(Method::Put), paths(Method::Patch));
        assert!(paths(Method::Put).contains("/api/invoices/{id}/payments/{payment_id}"));
    }

    #[test]
    fn only_sign_up_and_the_token_need_no_credential() {
        let open: Vec<_> = ROUTES.iter().filter(|route| !route.credential).map(|route| route.path).collect();
        assert_eq!(open, ["/api/signup", "/api/verify-signup-otp", "/api-token-auth", "/api/api-token-auth"]);
    }

    #[test]
    fn a_path_has_no_trailing_slash() {
        assert!(ROUTES.iter().all(|route| route.path.starts_with('/') && !route.path.ends_with('/')));
    }
}
