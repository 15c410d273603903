//! Every route of this contract.

use super::businesses::BUSINESSES;
use super::invoices::{CancelledJson, InvoiceBody, InvoiceJson, InvoicePatchBody};
use super::lists::InvoiceListJson;
use super::payment_links::PaymentLinkJson;
use super::status::WORDS;
use crate::openapi::one;
use crate::routes::{Method, Parameter, ParameterKind, Route, parameter};

/// Every route, in the order of the reference.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}

pub(super) const GROUPS: &[&[Route]] = &[INVOICES, PAYMENT_LINKS, BUSINESSES];

const INVOICE_QUERY: &[Parameter] = &[
    Parameter { required: true, ..parameter("business_id", "The business of the API key.", ParameterKind::Text) },
    parameter("status", "Those shown with this word.", ParameterKind::Word(&WORDS)),
    parameter("limit", "How many are shown: 1 to 100, and 50 if left out.", ParameterKind::Limit(100)),
];

const LIST: &str = "/api/invoices";
const INVOICE: &str = "/api/invoices/{id}";
const PAYMENT_LINK: &str = "/api/invoices/{id}/payment-link";

const INVOICES: &[Route] = &[
    Route::create(LIST, "create_invoice", "Create an invoice", one::<InvoiceBody>, one::<InvoiceJson>)
        .under("invoices"),
    Route::list(LIST, "list_invoices", "List invoices, newest first", one::<InvoiceListJson>)
        .by(INVOICE_QUERY)
        .under("invoices"),
    Route::read(INVOICE, "get_invoice", "Get an invoice with its line items", one::<InvoiceJson>).under("invoices"),
    Route::patch(
        INVOICE,
        "update_invoice",
        "Update an invoice before it is paid",
        one::<InvoicePatchBody>,
        one::<InvoiceJson>,
    )
    .under("invoices"),
    Route {
        method: Method::Delete,
        ..Route::act(INVOICE, "cancel_invoice", "Cancel an invoice; it stays", one::<CancelledJson>)
            .guarded()
            .under("invoices")
    },
];

const PAYMENT_LINKS: &[Route] = &[
    Route {
        status: 201,
        ..Route::act(
            PAYMENT_LINK,
            "create_payment_link",
            "Make a Stripe payment link over what is due; a draft becomes sent",
            one::<PaymentLinkJson>,
        )
        .under("payment links")
    },
    Route::read(PAYMENT_LINK, "get_payment_link", "Get the payment link of an invoice", one::<PaymentLinkJson>)
        .plain()
        .under("payment links"),
];
