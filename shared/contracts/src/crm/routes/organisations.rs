//! Organisations as a whole.

use crate::crm::organisations::{DeletionJson, ExportJson};
use crate::openapi::one;

use super::Route;

pub(super) const ORGANISATIONS: &[Route] = &[
    Route::act(
        "/api/organisations/{id}/export",
        "organisations_export",
        "Have all that the organisation has written to a file of JSON lines",
        one::<ExportJson>,
    )
    .accepted()
    .under("organisations"),
    Route::read(
        "/api/organisations/{id}/export/{export_id}",
        "organisations_export_retrieve",
        "Retrieve an export, and a link to its file when that is complete",
        one::<ExportJson>,
    )
    .plain()
    .under("organisations"),
    Route {
        answer: Some(one::<DeletionJson>),
        ..Route::delete(
            "/api/organisations/{id}",
            "organisations_destroy",
            "Delete the organisation with all that it has, and end its credentials",
        )
        .accepted()
        .plain()
        .under("organisations")
    },
];
