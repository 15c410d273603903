//! Leads: what may become business, and where it stands in a pipeline.

mod services;
#[cfg(test)]
mod tests;

use crate::attributes::{Attributes, Schema};
use crate::error::{FieldErrors, Refused};
use crate::id::{ClientId, LeadId, PipelineId, StageId};
use crate::patch::Patch;
use crate::pipeline::{LOST, Pipeline, same_name};
use crate::record::{AttributesChange, Extras, ExtrasPatch, Meta, NewExtras, NewId};
use crate::reference::{Reference, References, Refers};
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
    /// The stage of its pipeline that it stands in.
    pub stage_id: Option<StageId>,
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
    /// The stage's name.
    pub stage: ShortText,
    /// The stage of the pipeline.
    pub stage_id: Option<StageId>,
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
    /// The stage's name.
    pub stage: Option<ShortText>,
    /// The stage of the pipeline.
    pub stage_id: Patch<StageId>,
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
    ) -> Result<Self, Refused<Self>> {
        let NewLead {
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            stage_id,
            lost_reason,
            client_attributes,
            services,
            extras,
        } = new;
        let mut errors = FieldErrors::new();
        let (stage, stage_id) = errors.keep(place(pipeline, stage, stage_id)).unwrap_or_default();
        errors.merge(reason_given(&stage, &lost_reason));
        let client_attributes = schemas.client_info.read(client_attributes);
        errors.merge(under("client_attributes", schemas.client_info.validate_create(&client_attributes)));
        let services = LeadServices::make(services, &LeadServices::default(), schemas.service_info, new_id);
        let services = errors.keep(services);
        let extras = errors.keep(Extras::create(extras, schemas.lead, stamp, new_id));
        errors.checked(Self {
            id,
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            stage_id,
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

    /// The stage that the lead stands in: the one of its id, else the one of its name. None when it is gone.
    #[must_use]
    pub fn stage_in<'a>(&self, pipeline: Option<&'a Pipeline>) -> Option<(StageId, &'a str)> {
        let pipeline = pipeline?;
        let of_id = self.stage_id.and_then(|id| pipeline.stage_of(id));
        of_id.or_else(|| pipeline.stage_named(self.stage.as_str()))
    }

    /// The lead with its stage as its pipeline has it today. The name of a stage that is gone stays.
    #[must_use]
    pub fn shown_in(mut self, pipeline: &Pipeline) -> Self {
        let stage = self.stage_in(Some(pipeline));
        self.stage_id = stage.map(|(id, _)| id);
        if let Some(name) = stage.and_then(|(_, name)| ShortText::parse(name).ok()) {
            self.stage = name;
        }
        self
    }

    /// The lead after a change; `pipeline` is the one that it is in then. A stage that its pipeline
    /// has no longer may stay, and be sent again, until the lead is moved.
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
    ) -> Result<Self, Refused<Self>> {
        let pipeline_stays = self.pipeline_after(&patch) == self.pipeline;
        let LeadPatch {
            name,
            responsible,
            pipeline: pipeline_id,
            possible_client,
            moodle_course_id,
            stage,
            stage_id,
            lost_reason,
            client_attributes,
            services,
            extras,
        } = patch;
        let mut errors = FieldErrors::new();
        let was_lost = is_lost(&self.stage);
        // What the lead has already asks for nothing.
        let stage = stage.filter(|stage| *stage != self.stage);
        let target = match (stage, stage_id) {
            (None, Patch::Set(id)) if self.stage_id != Some(id) => Some((ShortText::default(), Some(id))),
            (None, Patch::Clear) if self.stage_id.is_some() => Some((ShortText::default(), None)),
            (None, _) if pipeline_stays => None,
            (None, _) => Some((self.stage.clone(), None)),
            (Some(stage), Patch::Set(id)) if self.stage_id != Some(id) => Some((stage, Some(id))),
            (Some(stage), _) => Some((stage, None)),
        };
        if let Some((stage, id)) = target {
            (self.stage, self.stage_id) = errors.keep(place(pipeline, stage, id)).unwrap_or_default();
        }
        let reason = if was_lost { lost_reason.as_ref().or(Some(&self.lost_reason)) } else { lost_reason.as_ref() };
        errors.merge(reason_given(&self.stage, &reason.cloned().unwrap_or_default()));
        if let Some(change) = client_attributes {
            let changed = change.apply(&self.client_attributes, schemas.client_info);
            let changed = changed.map_err(|wrong| under("client_attributes", wrong));
            self.client_attributes = errors.keep(changed).unwrap_or_default();
        }
        if let Some(services) = services {
            let services = LeadServices::make(services, &self.services, schemas.service_info, new_id);
            self.services = errors.keep(services).unwrap_or_default();
        }
        errors.keep(self.extras.apply(extras, schemas.lead, stamp, new_id));
        self.name = name.unwrap_or(self.name);
        responsible.apply(&mut self.responsible);
        pipeline_id.apply(&mut self.pipeline);
        possible_client.apply(&mut self.possible_client);
        moodle_course_id.apply(&mut self.moodle_course_id);
        self.lost_reason = lost_reason.unwrap_or(self.lost_reason);
        self.meta.touch(stamp.at);
        errors.checked(self)
    }
}

impl Refers for Lead {
    /// The pipeline is looked at where the lead is moved.
    fn references(&self) -> References {
        References::default()
            .naming("responsible", self.responsible.map(Reference::Member))
            .naming("possible_client", self.possible_client.map(Reference::Client))
    }
}

/// A stage as its pipeline has it, by the name or the id that is sent, or both; without a pipeline, any text.
fn place(
    pipeline: Option<&Pipeline>,
    name: ShortText,
    id: Option<StageId>,
) -> Result<(ShortText, Option<StageId>), FieldErrors> {
    let wrong = |field, message: String| Err(FieldErrors::one(field, message));
    let stage = match (pipeline, id) {
        (None, None) => return Ok((name, None)),
        (None, Some(_)) => return wrong("stage_id", "The lead is in no pipeline.".to_owned()),
        (Some(_), None) if name.as_str().is_empty() => return Ok((name, None)),
        (Some(pipeline), None) => pipeline.stage_named(name.as_str()),
        (Some(pipeline), Some(id)) => pipeline.stage_of(id),
    };
    match (stage, id) {
        (None, None) => wrong("stage", format!("\"{name}\" is not a stage of the pipeline.")),
        (None, Some(id)) => wrong("stage_id", format!("\"{id}\" is not a stage of the pipeline.")),
        (Some((_, other)), Some(_)) if !name.as_str().is_empty() && !same_name(other, name.as_str()) => {
            wrong("stage_id", format!("The id is that of the stage \"{other}\", not of \"{name}\"."))
        }
        (Some((id, name)), _) => match ShortText::parse(name) {
            Ok(name) => Ok((name, Some(id))),
            Err(error) => wrong("stage", error.to_string()),
        },
    }
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
