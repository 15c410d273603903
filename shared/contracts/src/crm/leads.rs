//! Leads (crm, section 5).

use domain::attributes::{Attributes, EntityName};
use domain::id::{ClientId, EntryId, PipelineId, StageId};
use domain::image;
use domain::json::{Map, Value};
use domain::lead::{Lead, LeadPatch, LeadService, LeadServiceInput, NewLead};
use domain::record::{Extras, Meta};
use domain::text::{LongText, Name, ShortText};
use domain::worklist::{NoteInput, TaskInput};
use domain::{Claims, FieldErrors, Reference, Refused};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, Object, Schema};
use uuid::Uuid;

use super::Update;
use super::worklist::{self, ExtrasFields, NoteJson, TaskJson};
use crate::wire::{FromWire, OrEmpty, body, defaulted, optional, or_default, patch, required, text};

body! {
    /// A lead, as it is created or changed.
    LeadBody {
        /// Name of the lead.
        required name: Name,
        /// The user who looks after it: a member of the organisation.
        optional responsible: OrEmpty<u64>,
        /// The pipeline that it goes through.
        optional pipeline: OrEmpty<PipelineId>,
        /// The client that it may be about.
        optional possible_client: OrEmpty<ClientId>,
        /// The course in Moodle that it is about.
        optional moodle_course_id: OrEmpty<ShortText>,
        /// The name of its stage: one of the pipeline's, if it has one, in any case.
        optional stage: ShortText,
        /// The id of its stage, which is one of the pipeline's. Either of `stage` and `stage_id` is enough; when an
        /// object is saved with one of the two changed, that one counts.
        optional stage_id: OrEmpty<StageId>,
        /// Why it was lost: needed to move it to "Lost".
        optional lost_reason: LongText,
        /// Values by attribute name.
        optional attributes: Attributes,
        /// Values by attribute name, for the client that it may become.
        optional client_attributes: Attributes,
        /// The services that it asks for; the list that is sent replaces the list.
        optional service_attributes: Vec<LeadServiceInput>,
        /// The tasks; the list that is sent replaces the list.
        optional list_of_tasks: Vec<TaskInput>,
        /// The notes; the list that is sent replaces the list.
        optional list_of_notes: Vec<NoteInput>,
    }
}

impl FromWire for LeadServiceInput {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let mut sent = Map::from_wire(raw)?;
        let id = match sent.shift_remove("id") {
            None | Some(Value::Null) => None,
            Some(id) => OrEmpty::<EntryId>::from_wire(&id.to_string()).map_err(|error| format!("id: {error}"))?.0,
        };
        let values = Attributes::parse(sent).map_err(|error| error.to_string())?;
        Ok(Self { id, values })
    }

    fn schema() -> RefOr<Schema> {
        service_schema(OrEmpty::<EntryId>::schema(), false)
    }
}

fn service_schema(id: RefOr<Schema>, shown: bool) -> RefOr<Schema> {
    let mut object = Object::new();
    object.description = Some("A service, with values by attribute name.".into());
    object.properties.insert("id".into(), id);
    if shown {
        object.required.push("id".into());
    }
    object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(true)));
    object.examples = vec![serde_json::json!({"name": "Full Stack Course", "cost": 5000, "quantity": 1})];
    object.into()
}

impl LeadBody {
    /// The lead to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewLead, Refused<Claims>> {
        let Self {
            name,
            responsible,
            pipeline,
            possible_client,
            moodle_course_id,
            stage,
            stage_id,
            lost_reason,
            attributes,
            client_attributes,
            service_attributes,
            list_of_tasks: tasks,
            list_of_notes: notes,
        } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let responsible = or_default(&mut errors, "responsible", responsible);
        let pipeline = or_default(&mut errors, "pipeline", pipeline);
        let possible_client = or_default(&mut errors, "possible_client", possible_client);
        let moodle_course_id = or_default(&mut errors, "moodle_course_id", moodle_course_id);
        let stage = text(&mut errors, "stage", stage).unwrap_or_default();
        let stage_id = or_default(&mut errors, "stage_id", stage_id);
        let lost_reason = text(&mut errors, "lost_reason", lost_reason).unwrap_or_default();
        let client_attributes = defaulted(&mut errors, "client_attributes", client_attributes).unwrap_or_default();
        let services = defaulted(&mut errors, "service_attributes", service_attributes).unwrap_or_default();
        let extras = ExtrasFields { attributes, tasks, notes }.into_new(&mut errors);
        match name {
            Some(name) if errors.is_empty() => Ok(NewLead {
                name,
                responsible,
                pipeline,
                possible_client,
                moodle_course_id,
                stage,
                stage_id,
                lost_reason,
                client_attributes,
                services,
                extras,
            }),
            Some(_) | None => {
                let claims = Claims::default()
                    .naming("responsible", responsible.map(Reference::Member))
                    .naming("pipeline", pipeline.map(Reference::Pipeline))
                    .naming("possible_client", possible_client.map(Reference::Client))
                    .carrying(EntityName::Lead, extras.attributes);
                let (entity, field) = (EntityName::LeadClientInfo, "client_attributes");
                let claims = claims.carrying_under(entity, field, String::new(), client_attributes);
                let (entity, field) = (EntityName::LeadServiceInfo, "service_attributes");
                let claims = services.into_iter().zip(1..).fold(claims, |claims, (service, place)| {
                    claims.carrying_under(entity, field, format!("Entry {place}: "), service.values)
                });
                Err(claims.refused(errors))
            }
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self, mode: Update) -> Result<LeadPatch, Refused<LeadPatch>> {
        let Self {
            name,
            responsible,
            pipeline,
            possible_client,
            moodle_course_id,
            stage,
            stage_id,
            lost_reason,
            attributes,
            client_attributes,
            service_attributes,
            list_of_tasks: tasks,
            list_of_notes: notes,
        } = self;
        let mut errors = FieldErrors::new();
        let client_attributes = optional(&mut errors, "client_attributes", client_attributes);
        let change = LeadPatch {
            name: optional(&mut errors, "name", name),
            responsible: patch(&mut errors, "responsible", responsible),
            pipeline: patch(&mut errors, "pipeline", pipeline),
            possible_client: patch(&mut errors, "possible_client", possible_client),
            moodle_course_id: patch(&mut errors, "moodle_course_id", moodle_course_id),
            stage: text(&mut errors, "stage", stage),
            stage_id: patch(&mut errors, "stage_id", stage_id),
            lost_reason: text(&mut errors, "lost_reason", lost_reason),
            client_attributes: client_attributes.map(|sent| mode.attributes(sent)),
            services: optional(&mut errors, "service_attributes", service_attributes),
            extras: ExtrasFields { attributes, tasks, notes }.into_patch(mode, &mut errors),
        };
        errors.checked(change)
    }
}

/// A service that a lead asks for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct LeadServiceJson(Map);

impl From<&LeadService> for LeadServiceJson {
    fn from(service: &LeadService) -> Self {
        Self(service.to_map())
    }
}

impl utoipa::PartialSchema for LeadServiceJson {
    fn schema() -> RefOr<Schema> {
        service_schema(EntryId::schema(), true)
    }
}

impl ToSchema for LeadServiceJson {
    fn name() -> std::borrow::Cow<'static, str> {
        "LeadService".into()
    }
}

/// A lead.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Lead)]
pub struct LeadJson {
    /// Unique identifier.
    pub id: Uuid,
    /// Name of the lead.
    pub name: String,
    /// The user who looks after it.
    pub responsible: Option<u64>,
    /// The pipeline that it goes through.
    pub pipeline: Option<Uuid>,
    /// The client that it may be about.
    pub possible_client: Option<Uuid>,
    /// The course in Moodle that it is about.
    pub moodle_course_id: Option<String>,
    /// The name of its stage; empty, if it stands in none.
    pub stage: String,
    /// The id of its stage; null, if it is in no pipeline, or in a stage that its pipeline has no longer.
    pub stage_id: Option<Uuid>,
    /// Why it was lost.
    pub lost_reason: String,
    /// Values by attribute name.
    #[schema(value_type = Object)]
    pub attributes: Attributes,
    /// Values by attribute name, for the client that it may become.
    #[schema(value_type = Object)]
    pub client_attributes: Attributes,
    /// The services that it asks for.
    pub service_attributes: Vec<LeadServiceJson>,
    /// The tasks.
    pub list_of_tasks: Vec<TaskJson>,
    /// The notes.
    pub list_of_notes: Vec<NoteJson>,
    /// URLs of the images.
    pub list_of_images: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl LeadJson {
    /// The object, below the address of the API, which has no final slash.
    #[must_use]
    #[rustfmt::skip]
    pub fn new(lead: &Lead, base_url: &str) -> Self {
        let Lead {
            id, name, responsible, pipeline, possible_client, moodle_course_id, stage, stage_id, lost_reason,
            client_attributes, services, images, extras, meta,
        } = lead;
        let Extras { attributes, tasks, notes } = extras;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        Self {
            id: id.uuid(),
            name: name.to_string(),
            responsible: *responsible,
            pipeline: pipeline.map(PipelineId::uuid),
            possible_client: possible_client.map(ClientId::uuid),
            moodle_course_id: moodle_course_id.as_ref().map(ToString::to_string),
            stage: stage.to_string(),
            stage_id: stage_id.map(StageId::uuid),
            lost_reason: lost_reason.to_string(),
            attributes: attributes.clone(),
            client_attributes: client_attributes.clone(),
            service_attributes: services.as_slice().iter().map(LeadServiceJson::from).collect(),
            list_of_tasks: worklist::tasks(tasks),
            list_of_notes: worklist::notes(notes),
            list_of_images: images.iter().map(|path| image::url(base_url, path)).collect(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests;
