//! Every route of this contract.

use super::attachments::{AttachmentJson, form};
use super::comments::{CommentBody, CommentJson};
use super::invoices::{DeletedJson, InvoiceBody, InvoiceJson};
use super::lists::InvoicePageJson;
use super::mail::{MailBody, MailSentJson, PDF, pdf};
use super::status::{StatusBody, WORDS};
use crate::openapi::{one, partial};
use crate::routes::{Method, Parameter, ParameterKind, Route, parameter};

/// Every route, in the order of the reference.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    GROUPS.iter().copied().flatten()
}

pub(super) const GROUPS: &[&[Route]] = &[INVOICES, DOCUMENTS, BESIDE];

const INVOICE_QUERY: &[Parameter] = &[
    parameter("status", "Those shown with this word.", ParameterKind::Word(&WORDS)),
    parameter("name", "A part of the customer's name, in any case.", ParameterKind::Text),
    parameter("assigned_to", "Those that this member takes care of.", ParameterKind::Id),
    parameter("limit", "How many are shown: 10, if left out; more than 100 are cut to 100.", ParameterKind::Limit(100)),
    parameter("offset", "How many newer ones are left out.", ParameterKind::Number),
];

const LIST: &str = "/api/invoices";
const INVOICE: &str = "/api/invoices/{id}";
const STATUS: &str = "/api/invoices/{id}/status";
const DOWNLOAD: &str = "/api/invoices/{id}/download";
const SEND_MAIL: &str = "/api/invoices/{id}/send-mail";
const COMMENT: &str = "/api/invoices/comment/{id}";
const ATTACHMENT: &str = "/api/invoices/attachment/{id}";

const INVOICES: &[Route] = &[
    Route::list(LIST, "list_invoices", "List invoices, newest first", one::<InvoicePageJson>)
        .by(INVOICE_QUERY)
        .under("invoices"),
    Route::create(LIST, "create_invoice", "Create an invoice", one::<InvoiceBody>, one::<InvoiceJson>)
        .under("invoices"),
    Route::read(
        INVOICE,
        "get_invoice_details",
        "Get an invoice with its comments, attachments and history",
        one::<InvoiceJson>,
    )
    .under("invoices"),
    Route::put(INVOICE, "update_invoice", "Update an invoice", partial::<InvoiceBody>, one::<InvoiceJson>)
        .under("invoices"),
    Route::patch(INVOICE, "patch_invoice", "Update an invoice", partial::<InvoiceBody>, one::<InvoiceJson>)
        .under("invoices"),
    Route {
        method: Method::Delete,
        ..Route::act(INVOICE, "delete_invoice", "Delete an invoice", one::<DeletedJson>).guarded().under("invoices")
    },
    Route::act(
        STATUS,
        "update_invoice_status",
        "Update the status of an invoice; `Paid` books a payment of the balance",
        one::<InvoiceJson>,
    )
    .taking(one::<StatusBody>)
    .guarded()
    .under("invoices"),
];

const DOCUMENTS: &[Route] = &[
    Route::act(DOWNLOAD, "download_invoice_pdf", "Download an invoice as a PDF", pdf).answering(PDF).under("documents"),
    Route::read(DOWNLOAD, "get_invoice_pdf", "Download an invoice as a PDF, by a link", pdf)
        .plain()
        .answering(PDF)
        .under("documents"),
    Route::act(
        SEND_MAIL,
        "send_invoice_email",
        "Send an invoice by mail, as a PDF; a draft becomes sent",
        one::<MailSentJson>,
    )
    .taking(one::<MailBody>)
    .guarded()
    .under("documents"),
];

const BESIDE: &[Route] = &[
    Route::create(COMMENT, "add_invoice_comment", "Comment on an invoice", one::<CommentBody>, one::<CommentJson>)
        .plain()
        .under("comments and attachments"),
    Route::upload(ATTACHMENT, "add_invoice_attachment", "Attach a file to an invoice", form, one::<AttachmentJson>)
        .plain()
        .under("comments and attachments"),
];
