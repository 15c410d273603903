//! Leads: what may become business, and where it stands in a pipeline.

mod services;
#[cfg(test)]
mod tests;

use crate::attributes::{Attributes, Schema};
use crate::error::FieldErrors;
use crate::id::{ClientId, LeadId, PipelineId};
use crate::patch::Patch;
use crate::pipeline::{LOST, Pipeline};
use crate::record::{AttributesChange, Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::text::{LongText, Name, ShortText};
use crate::worklist::Stamp;

pub use services::{LeadService, LeadServiceInput, LeadServices, MAX_SERVICES};

/// A lead.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead {
    /// The lead's id.
    pub id: LeadId,
    /// The name.
    pub name: Name,
    /// The integer id of the user who looks after it.
    pub responsible: Option<u64>,
    /// The pipeline that it goes through.
    pub pipeline: Option<PipelineId>,
    /// The client that it may be about.
    pub possible_client: Option<ClientId>,
    /// The course in Moodle that it is about.
    pub moodle_course_id: Option<ShortText>,
    /// The name of the stage that it stands in; empty where it stands in none.
    pub stage: ShortText,
    /// Why it was lost.
    pub lost_reason: LongText,
    /// Attribute values of the client that it may become.
    pub client_attributes: Attributes,
    /// The services that it asks for.
    pub services: LeadServices,
    /// URLs of the images that were uploaded.
    pub images: Vec<String>,
    /// Attributes, tasks and notes.
    pub extras: Extras,
    /// Authorship and version.
    pub meta: Meta,
}

/// A lead to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLead {
    /// The name.
    pub name: Name,
    /// Who looks after it.
    pub responsible: Option<u64>,
    /// The pipeline.
    pub pipeline: Option<PipelineId>,
    /// The client that it may be about.
    pub possible_client: Option<ClientId>,
    /// The course in Moodle.
    pub moodle_course_id: Option<ShortText>,
    /// The stage.
    pub stage: ShortText,
    /// Why it was lost.
    pub lost_reason: LongText,
    /// Attribute values of the client that it may become.
    pub client_attributes: Attributes,
    /// The services that it asks for.
    pub services: Vec<LeadServiceInput>,
    /// Attributes, tasks and notes.
    pub extras: NewExtras,
}

/// A change of a lead.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LeadPatch {
    /// The name.
    pub name: Option<Name>,
    /// Who looks after it.
    pub responsible: Patch<u64>,
    /// The pipeline.
    pub pipeline: Patch<PipelineId>,
    /// The client that it may be about.
    pub possible_client: Patch<ClientId>,
    /// The course in Moodle.
    pub moodle_course_id: Patch<ShortText>,
    /// The stage.
    pub stage: Option<ShortText>,
    /// Why it was lost.
    pub lost_reason: Option<LongText>,
    /// Attribute values of the client that it may become.
    pub client_attributes: Option<AttributesChange>,
    /// The services that replace those that it asks for.
    pub services: Option<Vec<LeadServiceInput>>,
    /// Attributes, tasks and notes.
    pub extras: ExtrasPatch,
}

/// The attribute definitions that a lead's values keep.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeadSchemas<'a> {
    /// Those of the lead itself.
    pub lead: Schema<'a>,
    /// Those of the client that it may become.
    pub client_info: Schema<'a>,
    /// Those of each service that it asks for.
    pub service_info: Schema<'a>,
}

impl LeadPatch {
    /// Whether it says where the lead stands, so that its stage must be one of its pipeline.
    #[must_use]
    pub const fn moves(&self) -> bool {
        self.stage.is_some() || !matches!(self.pipeline, Patch::Keep)
    }
}

impl Lead {
    /// Makes a lead in its pipeline, if it is in one.
    ///
    /// # Errors
    /// A stage that the pipeline does not have, a loss without a reason, and what the attribute
    /// schemas or the lists refuse.
    pub fn create(
        id: LeadId,
        new: NewLead,
        pipeline: Option<&Pipeline>,
        schemas: LeadSchemas<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        let NewLead {
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            lost_reason,
            client_attributes,
            services,
            extras,
        } = new;
        let mut errors = FieldErrors::new();
        let stage = keep(&mut errors, stage_in(pipeline, stage)).unwrap_or_default();
        errors.merge(reason_given(&stage, &lost_reason));
        let client_attributes = schemas.client_info.read(client_attributes);
        errors.merge(under("client_attributes", schemas.client_info.validate_create(&client_attributes)));
        let services = keep(&mut errors, LeadServices::make(services, schemas.service_info, new_id));
        let extras = keep(&mut errors, Extras::create(extras, schemas.lead, stamp, new_id));
        errors.into_result()?;
        Ok(Self {
            id,
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            lost_reason,
            client_attributes,
            services: services.unwrap_or_default(),
            images: Vec::new(),
            extras: extras.unwrap_or_default(),
            meta: Meta::new(stamp),
        })
    }

    /// The pipeline that the lead is in after a change.
    #[must_use]
    pub fn pipeline_after(&self, patch: &LeadPatch) -> Option<PipelineId> {
        let mut pipeline = self.pipeline;
        patch.pipeline.apply(&mut pipeline);
        pipeline
    }

    /// The lead after a change; `pipeline` is the one that it is in then. A stage that its pipeline
    /// has no longer may stay until the lead is moved.
    ///
    /// # Errors
    /// As [`Lead::create`]; whoever moves a lead to the lost ones gives the reason with it.
    pub fn update(
        mut self,
        patch: LeadPatch,
        pipeline: Option<&Pipeline>,
        schemas: LeadSchemas<'_>,
        stamp: Stamp<'_>,
        new_id: NewId<'_>,
    ) -> Result<Self, FieldErrors> {
        let moves = patch.moves();
        let LeadPatch {
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            lost_reason,
            client_attributes,
            services,
            extras,
        } = patch;
        let mut errors = FieldErrors::new();
        let was_lost = is_lost(&self.stage);
        if moves {
            let stage = stage_in(pipeline, stage.unwrap_or_else(|| self.stage.clone()));
            self.stage = keep(&mut errors, stage).unwrap_or_default();
        }
        let reason = if was_lost { lost_reason.as_ref().or(Some(&self.lost_reason)) } else { lost_reason.as_ref() };
        errors.merge(reason_given(&self.stage, &reason.cloned().unwrap_or_default()));
        if let Some(change) = client_attributes {
            let changed = change.apply(&self.client_attributes, schemas.client_info);
            let changed = changed.map_err(|wrong| under("client_attributes", wrong));
            self.client_attributes = keep(&mut errors, changed).unwrap_or_default();
        }
        if let Some(services) = services {
            let services = LeadServices::make(services, schemas.service_info, new_id);
            self.services = keep(&mut errors, services).unwrap_or_default();
        }
        keep(&mut errors, self.extras.apply(extras, schemas.lead, stamp, new_id));
        errors.into_result()?;
        self.name = name.unwrap_or(self.name);
        responsible.apply(&mut self.responsible);
        pipeline_id.apply(&mut self.pipeline);
        possible_client.apply(&mut self.possible_client);
        moodle_course_id.apply(&mut self.moodle_course_id);
        self.lost_reason = lost_reason.unwrap_or(self.lost_reason);
        self.meta.touch(stamp.at);
        Ok(self)
    }
}

/// A stage as its pipeline spells it; without a pipeline, any text.
fn stage_in(pipeline: Option<&Pipeline>, stage: ShortText) -> Result<ShortText, FieldErrors> {
    let Some(pipeline) = pipeline.filter(|_| !stage.as_str().is_empty()) else { return Ok(stage) };
    let named = pipeline.stage_named(stage.as_str()).and_then(|name| ShortText::parse(name).ok());
    named.ok_or_else(|| FieldErrors::one("stage", format!("\"{stage}\" is not a stage of the pipeline.")))
}

fn is_lost(stage: &ShortText) -> bool {
    LOST.is_named(stage.as_str())
}

fn reason_given(stage: &ShortText, reason: &LongText) -> FieldErrors {
    if is_lost(stage) && reason.as_str().is_empty() {
        FieldErrors::one("lost_reason", "This field is required when the stage is \"Lost\".")
    } else {
        FieldErrors::new()
    }
}

/// Messages about attribute values, under the name of the field that holds them.
fn under(field: &str, wrong: FieldErrors) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for message in wrong.iter().flat_map(|(_, messages)| messages) {
        errors.add(field, message.clone());
    }
    errors
}

fn keep<T>(errors: &mut FieldErrors, checked: Result<T, FieldErrors>) -> Option<T> {
    match checked {
        Ok(value) => Some(value),
        Err(wrong) => {
            errors.merge(wrong);
            None
        }
    }
}
