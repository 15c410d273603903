//! Pipelines (crm, section 4).

use domain::FieldErrors;
use domain::id::{PipelineId, StageId};
use domain::pipeline::{
    Color, FinalStage, LOST, NewPipeline, Pipeline, PipelinePatch, SentStage, SentStages, Stage, StageOrder, Stages,
    WON,
};
use domain::record::Meta;
use domain::text::{LongText, Name};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Array, Object, Ref, Schema, Type};
use uuid::Uuid;

use crate::wire::{FromWire, OrEmpty, body, defaulted, nested, optional, or_default, required, text};

body! {
    /// A pipeline, as it is created or changed.
    PipelineBody {
        /// The name.
        required name: Name,
        /// What it is for.
        optional description: LongText,
        /// The stages before "Won" and "Lost", which every pipeline ends in; the list that is sent replaces the list.
        /// "Won" and "Lost" may be in it as they were shown, with their ids: they do not change.
        optional stages: SentStages,
    }
}

body! {
    /// A stage, as it is sent. Names are unique in their pipeline without regard to case, and neither "Won" nor "Lost".
    StageBody {
        /// The id, by which leads stay in a stage that is renamed. A stage without it keeps the id that the pipeline has
        /// under its name.
        optional id: OrEmpty<StageId>,
        /// The name.
        required name: Name,
        /// The color that it is shown in; gray, if left out.
        optional color: OrEmpty<Color>,
        /// Where it stands; its place in the list, if left out.
        optional order: OrEmpty<StageOrder>,
    }
}

/// A stage in a list, which may leave its order to its place there.
enum Listed {
    Own { id: Option<StageId>, name: Name, color: Color, order: Option<StageOrder> },
    Final(StageId, FinalStage),
}

impl FromWire for Listed {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let StageBody { id, name, color, order } = nested(raw)?;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let id = or_default(&mut errors, "id", id);
        if let (Some(last), Some(id)) = (name.as_ref().and_then(|name| FinalStage::named(name.as_str())), id) {
            return Ok(Self::Final(id, last));
        }
        let color = or_default(&mut errors, "color", color).unwrap_or_default();
        let order = or_default(&mut errors, "order", order);
        match name {
            Some(name) if errors.is_empty() => Ok(Self::Own { id, name, color, order }),
            Some(_) | None => Err(errors.to_string()),
        }
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(StageBody::name()).into()
    }
}

impl FromWire for SentStages {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let (mut own, mut shown) = (Vec::new(), Vec::new());
        for (listed, place) in Vec::<Listed>::from_wire(raw)?.into_iter().zip(1_u32..) {
            match listed {
                Listed::Final(id, last) => shown.push((id, last)),
                Listed::Own { id, name, color, order } => {
                    // Past the last place the list is too long, and refused as a whole.
                    let order = order.map_or_else(|| StageOrder::new(place.min(StageOrder::MAX.into())), Ok);
                    let order = order.map_err(|error| error.to_string())?;
                    own.push(SentStage { id, name, color, order });
                }
            }
        }
        Self::parse(own, shown).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Array::builder().items(Listed::schema()).max_items(Some(Stages::MAX + 2)).into()
    }
}

impl FromWire for Color {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::parse(&String::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        let pattern = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$";
        Object::builder().schema_type(Type::String).pattern(Some(pattern)).examples(["#6c6f73"]).into()
    }
}

impl FromWire for StageOrder {
    fn from_wire(raw: &str) -> Result<Self, String> {
        Self::new(u32::from_wire(raw)?).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Object::builder().schema_type(Type::Integer).minimum(Some(0_u32)).maximum(Some(Self::MAX)).into()
    }
}

impl PipelineBody {
    /// The pipeline to be made.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn into_new(self) -> Result<NewPipeline, FieldErrors> {
        let Self { name, description, stages } = self;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let description = text(&mut errors, "description", description).unwrap_or_default();
        let stages = defaulted(&mut errors, "stages", stages).unwrap_or_default();
        match name {
            Some(name) if errors.is_empty() => Ok(NewPipeline { name, description, stages }),
            Some(_) | None => Err(errors),
        }
    }

    /// The change to be made.
    ///
    /// # Errors
    /// Every field that is wrong.
    pub fn into_patch(self) -> Result<PipelinePatch, FieldErrors> {
        let Self { name, description, stages } = self;
        let mut errors = FieldErrors::new();
        let change = PipelinePatch {
            name: optional(&mut errors, "name", name),
            description: text(&mut errors, "description", description),
            stages: optional(&mut errors, "stages", stages),
        };
        errors.into_result().map(|()| change)
    }
}

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Stage)]
pub struct StageJson {
    /// The id; it stays when the stage is renamed.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// The color that it is shown in.
    pub color: String,
    /// Where it stands.
    pub order: u8,
}

impl StageJson {
    fn of_final(pipeline: PipelineId, stage: FinalStage) -> Self {
        let FinalStage { name, color, order } = stage;
        Self { id: stage.id_in(pipeline).uuid(), name: name.to_owned(), color: color.to_owned(), order }
    }
}

impl From<&Stage> for StageJson {
    fn from(stage: &Stage) -> Self {
        let Stage { id, name, color, order } = stage;
        Self { id: id.uuid(), name: name.to_string(), color: color.as_str().to_owned(), order: order.get() }
    }
}

/// A pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Pipeline)]
pub struct PipelineJson {
    /// Unique identifier.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The stages in their order, "Won" and "Lost" at the end.
    pub stages: Vec<StageJson>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// The user who made it; null, if no user did.
    pub created_by: Option<u64>,
}

impl From<&Pipeline> for PipelineJson {
    fn from(pipeline: &Pipeline) -> Self {
        let Pipeline { id, name, description, stages, meta } = pipeline;
        let Meta { created_at, created_by, updated_at, version: _ } = meta;
        let own = stages.as_slice().iter().map(StageJson::from);
        Self {
            id: id.uuid(),
            name: name.to_string(),
            description: description.to_string(),
            stages: own.chain([WON, LOST].map(|last| StageJson::of_final(*id, last))).collect(),
            created_at: *created_at,
            updated_at: *updated_at,
            created_by: created_by.as_ref().map(|author| author.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::parse_object;
    use domain::actor::Author;
    use domain::id::UserId;
    use domain::worklist::Stamp;
    use serde_json::{Value, json};

    fn body(json: Value) -> PipelineBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn pipeline(json: Value) -> Pipeline {
        let by = Author { id: UserId::new(Uuid::nil()), number: 1, name: "a".into() };
        let stamp = Stamp { at: "2026-03-01T10:00:00Z".parse().unwrap(), by: &by };
        let (new, mut last) = (body(json).into_new().unwrap(), 0);
        let new_id = &mut || {
            last += 1;
            Uuid::from_u128(last)
        };
        Pipeline::create(PipelineId::new(Uuid::nil()), new, stamp, new_id).unwrap()
    }

    fn shown(json: Value) -> Value {
        serde_json::to_value(PipelineJson::from(&pipeline(json))).unwrap()
    }

    #[test]
    fn the_documents_pipeline_is_shown_with_its_final_stages() {
        let sent = json!({
            "name": "B2B Sales",
            "description": "Main sales process",
            "stages": [
                {"name": "Negotiation", "color": "#007bff", "order": 2},
                {"name": "Prospecting", "color": "#6c6f73", "order": 1}
            ]
        });
        let [won, lost] = [WON, LOST].map(|last| last.id_in(PipelineId::new(Uuid::nil())).uuid());
        assert_eq!(
            shown(sent),
            json!({
                "id": Uuid::nil(), "name": "B2B Sales", "description": "Main sales process",
                "stages": [
                    {"id": Uuid::from_u128(2), "name": "Prospecting", "color": "#6c6f73", "order": 1},
                    {"id": Uuid::from_u128(1), "name": "Negotiation", "color": "#007bff", "order": 2},
                    {"id": won, "name": "Won", "color": "#28a745", "order": 99},
                    {"id": lost, "name": "Lost", "color": "#dc3545", "order": 100}
                ],
                "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z", "created_by": 1
            })
        );
    }

    #[test]
    fn the_stages_of_a_pipeline_may_be_sent_as_they_are_shown() {
        let stages = json!([{"name": "Call", "color": "#007bff", "order": 1}]);
        let made = pipeline(json!({"name": "a", "stages": stages}));
        let all = shown(json!({"name": "a", "stages": stages}))["stages"].clone();
        let patch = body(json!({ "stages": all })).into_patch().unwrap();
        let by = Author { id: UserId::new(Uuid::nil()), number: 1, name: "a".into() };
        let stamp = Stamp { at: Timestamp::UNIX_EPOCH, by: &by };
        let saved = made.clone().update(patch, stamp, &mut || Uuid::nil()).unwrap();
        assert_eq!(saved.stages, made.stages);
    }

    #[test]
    fn a_stage_without_order_or_color_stands_at_its_place_in_gray() {
        let stages = shown(json!({"name": "a", "stages": [{"name": "x"}, {"name": "y", "order": null, "color": ""}]}));
        let stage = |n: usize| (stages["stages"][n]["color"].clone(), stages["stages"][n]["order"].clone());
        assert_eq!([stage(0), stage(1)], [(json!("#6c6f73"), json!(1)), (json!("#6c6f73"), json!(2))]);
    }

    #[test]
    fn wrong_stages_are_named_by_their_place() {
        let wrong = |stages: Value| body(json!({"stages": stages})).into_patch().unwrap_err().to_string();
        assert_eq!(
            wrong(json!([{"name": "a"}, {"color": "red", "order": 99}, 7])),
            "stages: Entry 2: name: This field is required.; color: Enter a valid color: #rgb or #rrggbb.; \
             order: Ensure this value is less than or equal to 98. \
             Entry 3: Invalid data. Expected a dictionary, but got int."
        );
        assert!(wrong(json!([{"name": "a", "order": -1}])).contains("greater than or equal to 0"));
        assert!(wrong(json!([{"name": "a", "order": "1.5"}])).contains("A valid integer is required."));
        assert!(wrong(json!([{"name": "wON"}])).starts_with("stages: The stage \"wON\" is added"));
        assert!(wrong(json!({})).contains("Expected a list of items"));
        let many: Vec<_> = (0..99).map(|n| json!({"name": n.to_string()})).collect();
        assert_eq!(wrong(json!(many)), "stages: Ensure this list has no more than 98 stages.");
    }
}
