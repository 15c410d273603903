//! Pipelines (crm, section 4).

use domain::FieldErrors;
use domain::pipeline::{Color, FinalStage, LOST, NewPipeline, Pipeline, PipelinePatch, Stage, StageOrder, Stages, WON};
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
        optional stages: Stages,
    }
}

body! {
    /// A stage, as it is sent. Names are unique in their pipeline without regard to case, and neither "Won" nor "Lost".
    StageBody {
        /// The name.
        required name: Name,
        /// The color that it is shown in; gray, if left out.
        optional color: OrEmpty<Color>,
        /// Where it stands; its place in the list, if left out.
        optional order: OrEmpty<StageOrder>,
    }
}

/// A stage that may leave its order to its place in the list.
struct SentStage {
    name: Name,
    color: Color,
    order: Option<StageOrder>,
}

impl FromWire for SentStage {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let StageBody { name, color, order } = nested(raw)?;
        let mut errors = FieldErrors::new();
        let name = required(&mut errors, "name", name);
        let color = or_default(&mut errors, "color", color).unwrap_or_default();
        let order = or_default(&mut errors, "order", order);
        match name {
            Some(name) if errors.is_empty() => Ok(Self { name, color, order }),
            Some(_) | None => Err(errors.to_string()),
        }
    }

    fn schema() -> RefOr<Schema> {
        Ref::from_schema_name(StageBody::name()).into()
    }
}

impl FromWire for Stages {
    fn from_wire(raw: &str) -> Result<Self, String> {
        let stages = Vec::<SentStage>::from_wire(raw)?.into_iter().zip(1_u32..).map(|(sent, place)| {
            let SentStage { name, color, order } = sent;
            // Past the last place the list is too long, and refused as a whole.
            let order = order.map_or_else(|| StageOrder::new(place.min(StageOrder::MAX.into())), Ok)?;
            Ok(Stage { name, color, order })
        });
        let stages =
            stages.collect::<Result<_, domain::pipeline::InvalidOrder>>().map_err(|error| error.to_string())?;
        Self::parse(stages).map_err(|error| error.to_string())
    }

    fn schema() -> RefOr<Schema> {
        Array::builder().items(SentStage::schema()).max_items(Some(Self::MAX)).into()
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
    /// The name.
    pub name: String,
    /// The color that it is shown in.
    pub color: String,
    /// Where it stands.
    pub order: u8,
}

impl From<&Stage> for StageJson {
    fn from(stage: &Stage) -> Self {
        let Stage { name, color, order } = stage;
        Self { name: name.to_string(), color: color.as_str().to_owned(), order: order.get() }
    }
}

impl From<FinalStage> for StageJson {
    fn from(stage: FinalStage) -> Self {
        let FinalStage { name, color, order } = stage;
        Self { name: name.to_owned(), color: color.to_owned(), order }
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
            stages: own.chain([WON, LOST].map(StageJson::from)).collect(),
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
    use domain::id::PipelineId;
    use serde_json::{Value, json};

    fn body(json: Value) -> PipelineBody {
        parse_object(json.to_string().as_bytes()).unwrap()
    }

    fn shown(json: Value) -> Value {
        let NewPipeline { name, description, stages } = body(json).into_new().unwrap();
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let meta = Meta { created_at: at, created_by: None, updated_at: at, version: 1 };
        let pipeline = Pipeline { id: PipelineId::new(Uuid::nil()), name, description, stages, meta };
        serde_json::to_value(PipelineJson::from(&pipeline)).unwrap()
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
        assert_eq!(
            shown(sent),
            json!({
                "id": Uuid::nil(), "name": "B2B Sales", "description": "Main sales process",
                "stages": [
                    {"name": "Prospecting", "color": "#6c6f73", "order": 1},
                    {"name": "Negotiation", "color": "#007bff", "order": 2},
                    {"name": "Won", "color": "#28a745", "order": 99},
                    {"name": "Lost", "color": "#dc3545", "order": 100}
                ],
                "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z", "created_by": null
            })
        );
    }

    #[test]
    fn a_stage_without_order_or_color_stands_at_its_place_in_gray() {
        let stages = shown(json!({"name": "a", "stages": [{"name": "x"}, {"name": "y", "order": null, "color": ""}]}));
        assert_eq!(stages["stages"][0], json!({"name": "x", "color": "#6c6f73", "order": 1}));
        assert_eq!(stages["stages"][1], json!({"name": "y", "color": "#6c6f73", "order": 2}));
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
