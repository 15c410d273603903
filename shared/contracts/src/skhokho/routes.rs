//! Every route of this contract that its document has. The action also works by POST.

use super::actions::ACTIONS;
use super::invoices::{InvoiceJson, InvoiceRequest, InvoiceRowJson};
use super::openapi::patched;
use super::status::FILTERS;
use crate::openapi::{many, one};
use crate::routes::{Method, Parameter, ParameterKind, Route, parameter};

/// Every route, in the order of the reference.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}

pub(super) const GROUPS: &[&[Route]] = &[INVOICES];

/// Where an action is done, which is by POST as well.
pub const ACTION: &str = "/api/v1.0/organisation/{org_id}/invoices/{invoice_id}/action";

const TAG: &str = "Invoices";

const LIST: &str = "/api/v1.0/organisation/{org_id}/invoices";
const CREATE: &str = "/api/v1.0/organisation/{org_id}/invoices/create";
const INVOICE: &str = "/api/v1.0/organisation/{org_id}/invoices/{invoice_id}";
const UPDATE: &str = "/api/v1.0/organisation/{org_id}/invoices/{invoice_id}/update";

const FILTER_QUERY: &[Parameter] = &[
    parameter("client_id", "Those of this client.", ParameterKind::Text),
    parameter("from_date", "Those of this invoice_date or later (YYYY-MM-DD).", ParameterKind::Text),
    parameter("overdue", "`true`: those that are overdue; `false`: the others.", ParameterKind::Text),
    parameter("search", "A part of the invoice_number or the title, in any case.", ParameterKind::Text),
    parameter("status", "Those shown with this word.", ParameterKind::Word(&FILTERS)),
    parameter("to_date", "Those of this invoice_date or earlier (YYYY-MM-DD).", ParameterKind::Text),
];

const ACTION_QUERY: &[Parameter] = &[
    Parameter { required: true, ..parameter("action", "What is to be done.", ParameterKind::Word(&ACTIONS)) },
    parameter("amount", "What was paid; `record_payment` needs it.", ParameterKind::Amount),
    parameter("payment_date", "When it was paid (YYYY-MM-DD); today, if left out.", ParameterKind::Text),
];

const INVOICES: &[Route] = &[
    Route::list(LIST, "organisation_invoices_list", "List invoices, newest first", many::<InvoiceRowJson>)
        .by(FILTER_QUERY)
        .without_headers()
        .under(TAG),
    Route::create(
        CREATE,
        "organisation_invoices_create_create",
        "Create an invoice",
        one::<InvoiceRequest>,
        one::<InvoiceJson>,
    )
    .or_forms()
    .without_headers()
    .under(TAG),
    Route::read(INVOICE, "organisation_invoices_retrieve", "Get an invoice with its items", one::<InvoiceJson>)
        .without_headers()
        .under(TAG),
    Route::put(
        UPDATE,
        "organisation_invoices_update_update",
        "Update an invoice; what is left out stays",
        one::<InvoiceRequest>,
        one::<InvoiceJson>,
    )
    .or_forms()
    .without_headers()
    .under(TAG),
    Route::patch(
        UPDATE,
        "organisation_invoices_update_partial_update",
        "Update an invoice",
        patched,
        one::<InvoiceJson>,
    )
    .or_forms()
    .without_headers()
    .under(TAG),
    Route {
        method: Method::Get,
        ..Route::act(
            ACTION,
            "organisation_invoices_action_retrieve",
            "Do something with an invoice",
            one::<InvoiceJson>,
        )
    }
    .by(ACTION_QUERY)
    .guarded()
    .without_headers()
    .under(TAG),
];
