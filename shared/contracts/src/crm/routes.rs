//! Every route of this contract.

use super::accounts::{CredentialsBody, MeJson, MessageJson, OtpBody, PasswordChangeBody, SignUpBody, TokenJson};
use super::attributes::{AttributeBody, AttributeJson};
use super::catalogue::{CatalogueItemBody, CatalogueItemJson};
use super::categories::{CategoryBody, CategoryJson};
use super::clients::{ClientBody, ClientJson};
use super::contacts::{ContactBody, ContactJson};
use super::invoices::{InvoiceBody, InvoiceJson};
use super::line_items::{LineItemBody, LineItemJson};
use super::parameters::{CATEGORY_QUERY, CLIENT_QUERY, CONTACT_QUERY, INVOICE_QUERY, ITEM_QUERY, PAGE};
use super::payments::{PaymentBody, PaymentJson};
use super::tiers::{PriceTierBody, PriceTierJson};
use super::worklist::{NoteDeleteBody, TaskUpdateBody};
use crate::openapi::{many, one, partial};

pub use crate::routes::{Method, Route};

/// The six routes of a collection and its objects.
macro_rules! collection {
    (
        $tag:literal at $list:literal and $object:literal, by $query:expr;
        $operation:literal: $one:literal of $many:literal;
        $body:ty => $made:ty, $shown:ty
    ) => {
        &[
            Route::list($list, concat!($operation, "_list"), concat!("List ", $many), many::<$shown>)
                .by($query)
                .under($tag),
            Route::create($list, concat!($operation, "_create"), concat!("Create ", $one), one::<$body>, one::<$made>)
                .under($tag),
            Route::read($object, concat!($operation, "_retrieve"), concat!("Retrieve ", $one), one::<$shown>)
                .under($tag),
            Route::put(
                $object,
                concat!($operation, "_update"),
                concat!("Update ", $one, "; attributes that are sent replace those there were"),
                partial::<$body>,
                one::<$shown>,
            )
            .under($tag),
            Route::patch(
                $object,
                concat!($operation, "_partial_update"),
                concat!("Update ", $one, "; attributes that are sent are merged"),
                partial::<$body>,
                one::<$shown>,
            )
            .under($tag),
            Route::delete($object, concat!($operation, "_destroy"), concat!("Delete ", $one)).under($tag),
        ]
    };
}

/// The two routes that change one entry of an object's lists, without a race for the rest.
macro_rules! entries {
    ($tag:literal at $task:literal and $note:literal; $operation:literal: $one:literal; $shown:ty) => {
        &[
            Route::act(
                $task,
                concat!($operation, "_update_task"),
                concat!("Set whether a task of ", $one, " is done"),
                one::<$shown>,
            )
            .taking(one::<TaskUpdateBody>)
            .guarded()
            .under($tag),
            Route::act($note, concat!($operation, "_delete_note"), concat!("Delete a note of ", $one), one::<$shown>)
                .taking(one::<NoteDeleteBody>)
                .guarded()
                .under($tag),
        ]
    };
}

mod files;
mod leads;
mod organisations;
mod services;
mod users;
mod webhooks;

/// Every route, in the order of the reference.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}

pub(super) const GROUPS: &[&[Route]] = &[
    ACCOUNTS,
    users::TOKENS,
    users::AUDIT,
    users::SECOND_FACTOR,
    ATTRIBUTES,
    collection! {
        "clients" at "/api/clients" and "/api/clients/{id}", by CLIENT_QUERY;
        "clients": "a client" of "clients"; ClientBody => ClientJson, ClientJson
    },
    entries! {
        "clients" at "/api/clients/{id}/update-task" and "/api/clients/{id}/delete-note";
        "clients": "a client"; ClientJson
    },
    collection! {
        "contacts" at "/api/contacts" and "/api/contacts/{id}", by CONTACT_QUERY;
        "contacts": "a contact" of "contacts"; ContactBody => ContactJson, ContactJson
    },
    entries! {
        "contacts" at "/api/contacts/{id}/update-task" and "/api/contacts/{id}/delete-note";
        "contacts": "a contact"; ContactJson
    },
    services::SERVICES,
    services::SERVICE_ENTRIES,
    services::FOLLOW_UPS,
    services::API_FOLLOW_UPS,
    leads::PIPELINES,
    leads::LEADS,
    leads::LEAD_ENTRIES,
    collection! {
        "categories" at "/api/categories" and "/api/categories/{id}", by CATEGORY_QUERY;
        "categories": "a category" of "categories"; CategoryBody => CategoryJson, CategoryJson
    },
    collection! {
        "catalogue" at "/api/catalogue" and "/api/catalogue/{id}", by ITEM_QUERY;
        "catalogue": "a catalogue item" of "catalogue items"; CatalogueItemBody => CatalogueItemJson, CatalogueItemJson
    },
    collection! {
        "price tiers" at "/api/catalogue/{id}/price-tiers" and "/api/catalogue/{id}/price-tiers/{tier_id}", by PAGE;
        "price_tiers": "a price tier" of "the price tiers of an item"; PriceTierBody => PriceTierJson, PriceTierJson
    },
    collection! {
        "invoices" at "/api/invoices" and "/api/invoices/{id}", by INVOICE_QUERY;
        "invoices": "an invoice" of "invoices"; InvoiceBody => InvoiceJson, InvoiceJson
    },
    &[Route::act(
        "/api/invoices/{id}/recalculate",
        "invoices_recalculate",
        "Take the totals of an invoice from its lines anew",
        one::<InvoiceJson>,
    )
    .guarded()
    .under("invoices")],
    entries! {
        "invoices" at "/api/invoices/{id}/update-task" and "/api/invoices/{id}/delete-note";
        "invoices": "an invoice"; InvoiceJson
    },
    collection! {
        "line items" at "/api/invoices/{id}/line-items" and "/api/invoices/{id}/line-items/{line_id}", by PAGE;
        "line_items": "a line item" of "the line items of an invoice"; LineItemBody => LineItemJson, LineItemJson
    },
    collection! {
        "payments" at "/api/invoices/{id}/payments" and "/api/invoices/{id}/payments/{payment_id}", by PAGE;
        "payments": "a payment" of "the payments on an invoice"; PaymentBody => PaymentJson, PaymentJson
    },
    files::FILES,
    users::USERS,
    organisations::ORGANISATIONS,
    webhooks::WEBHOOKS,
];

const ACCOUNTS: &[Route] = &[
    Route::create(
        "/api/signup",
        "signup",
        "Sign up; a one-time password is mailed",
        one::<SignUpBody>,
        one::<MessageJson>,
    )
    .open()
    .under("accounts"),
    Route::act(
        "/api/verify-signup-otp",
        "verify_signup_otp",
        "Prove the e-mail address of a sign-up or a member; a refusal is `{\"error\": …}` with 400 or 404",
        one::<MessageJson>,
    )
    .taking(one::<OtpBody>)
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
    Route {
        method: Method::Post,
        ..Route::delete("/api/session", "open_session", "Open a browser's session: the answer sets its cookie")
            .taking(one::<CredentialsBody>)
            .open()
            .under("accounts")
    },
    Route::delete("/api/session", "end_session", "End the browser's session").plain().under("accounts"),
    Route::act(
        "/api/change-password",
        "change_password",
        "Set another password; all other tokens and sessions end, and every JWT",
        one::<MessageJson>,
    )
    .taking(one::<PasswordChangeBody>)
    .under("accounts"),
    Route::read("/api/me", "me", "Who the caller is and may do", one::<MeJson>).plain().under("accounts"),
];

const ATTRIBUTE: &str = "/api/attributes/{key}";

const ATTRIBUTES: &[Route] = &[
    Route::list(ATTRIBUTE, "attributes_list", "List the attributes of a kind of object", many::<AttributeJson>)
        .by(PAGE)
        .under("attributes"),
    Route::create(
        ATTRIBUTE,
        "attributes_create",
        "Define an attribute of a kind of object",
        one::<AttributeBody>,
        one::<AttributeJson>,
    )
    .under("attributes"),
    Route::put(ATTRIBUTE, "attributes_update", "Update an attribute", partial::<AttributeBody>, one::<AttributeJson>)
        .under("attributes"),
    Route::patch(
        ATTRIBUTE,
        "attributes_partial_update",
        "Update an attribute",
        partial::<AttributeBody>,
        one::<AttributeJson>,
    )
    .under("attributes"),
    Route::delete(ATTRIBUTE, "attributes_destroy", "Delete an attribute").under("attributes"),
];

#[cfg(test)]
mod tests;
