//! Pipelines and leads.

use crate::crm::leads::{LeadBody, LeadJson};
use crate::crm::parameters::{LEAD_QUERY, PAGE};
use crate::crm::pipelines::{PipelineBody, PipelineJson};
use crate::crm::worklist::{NoteDeleteBody, TaskUpdateBody};
use crate::openapi::{many, one, partial};

use super::Route;

const PIPELINE_LIST: &str = "/api/pipelines";
const PIPELINE: &str = "/api/pipelines/{id}";

pub(super) const PIPELINES: &[Route] = &[
    Route::list(PIPELINE_LIST, "pipelines_list", "List pipelines", many::<PipelineJson>).by(PAGE).under("pipelines"),
    Route::create(
        PIPELINE_LIST,
        "pipelines_create",
        "Create a pipeline; \"Won\" and \"Lost\" are added to its stages",
        one::<PipelineBody>,
        one::<PipelineJson>,
    )
    .under("pipelines"),
    Route::read(PIPELINE, "pipelines_retrieve", "Retrieve a pipeline", one::<PipelineJson>).under("pipelines"),
    Route::put(PIPELINE, "pipelines_update", "Update a pipeline", partial::<PipelineBody>, one::<PipelineJson>)
        .under("pipelines"),
    Route::patch(
        PIPELINE,
        "pipelines_partial_update",
        "Update a pipeline",
        partial::<PipelineBody>,
        one::<PipelineJson>,
    )
    .under("pipelines"),
    Route::delete(PIPELINE, "pipelines_destroy", "Delete a pipeline that no lead is in").under("pipelines"),
];

pub(super) const LEADS: &[Route] = collection! {
    "leads" at "/api/leads" and "/api/leads/{id}", by LEAD_QUERY;
    "leads": "a lead" of "leads"; LeadBody => LeadJson, LeadJson
};

pub(super) const LEAD_ENTRIES: &[Route] = entries! {
    "leads" at "/api/leads/{id}/update-task" and "/api/leads/{id}/delete-note";
    "leads": "a lead"; LeadJson
};
