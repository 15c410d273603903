use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::actor::Author;
use crate::attributes::{Attribute, AttributeName, AttributeType, EntityName, ListValues, NewAttribute};
use crate::id::{AttributeId, EntryId, StageId, UserId};
use crate::pipeline::{Color, NewPipeline, PipelinePatch, SentStage, SentStages, StageOrder, WON};

fn with<T>(decide: impl FnOnce(Stamp<'_>, NewId<'_>) -> T) -> T {
    let by = Author { id: UserId::new(Uuid::nil()), number: 1, name: "a".into() };
    let mut last = 100;
    decide(Stamp { at: Timestamp::UNIX_EPOCH, by: &by }, &mut || {
        last += 1;
        Uuid::from_u128(last)
    })
}

fn text(text: &str) -> ShortText {
    ShortText::parse(text).unwrap()
}

fn attributes(value: Value) -> Attributes {
    serde_json::from_value(value).unwrap()
}

fn service(id: Option<u128>, value: Value) -> LeadServiceInput {
    LeadServiceInput { id: id.map(|n| EntryId::new(Uuid::from_u128(n))), values: attributes(value) }
}

/// Stages with these ids.
fn stages(stages: &[(u128, &str)]) -> SentStages {
    let stages = stages.iter().map(|(id, name)| SentStage {
        id: Some(stage_id(*id)),
        name: Name::parse(name).unwrap(),
        color: Color::default(),
        order: StageOrder::new(1).unwrap(),
    });
    SentStages::parse(stages.collect(), vec![]).unwrap()
}

fn stage_id(id: u128) -> StageId {
    StageId::new(Uuid::from_u128(id))
}

fn pipeline_of(id: u128, sent: &[(u128, &str)]) -> Pipeline {
    let name = Name::parse("B2B").unwrap();
    let new = NewPipeline { name, description: LongText::default(), stages: stages(sent) };
    with(|stamp, new_id| Pipeline::create(PipelineId::new(Uuid::from_u128(id)), new, stamp, new_id)).unwrap()
}

fn pipeline() -> Pipeline {
    pipeline_of(7, &[(1, "Prospecting"), (2, "Negotiation")])
}

/// A lead in the pipeline.
fn placed(stage: &str, pipeline: &Pipeline) -> Lead {
    let new = NewLead { pipeline: Some(pipeline.id), ..new(stage) };
    create(new, Some(pipeline), LeadSchemas::default()).unwrap()
}

fn new(stage: &str) -> NewLead {
    NewLead {
        name: Name::parse("Potential Student").unwrap(),
        responsible: None,
        pipeline: None,
        possible_client: None,
        moodle_course_id: None,
        stage: text(stage),
        stage_id: None,
        lost_reason: LongText::default(),
        client_attributes: Attributes::default(),
        services: vec![],
        extras: NewExtras::default(),
    }
}

fn create(new: NewLead, pipeline: Option<&Pipeline>, schemas: LeadSchemas<'_>) -> Result<Lead, FieldErrors> {
    let id = LeadId::new(Uuid::nil());
    Ok(with(|stamp, new_id| Lead::create(id, new, pipeline, schemas, stamp, new_id))?)
}

fn update(lead: &Lead, patch: LeadPatch, pipeline: Option<&Pipeline>) -> Result<Lead, FieldErrors> {
    Ok(with(|stamp, new_id| lead.clone().update(patch, pipeline, LeadSchemas::default(), stamp, new_id))?)
}

fn moved(stage: &str, reason: Option<&str>) -> LeadPatch {
    let lost_reason = reason.map(|reason| LongText::parse(reason).unwrap());
    LeadPatch { stage: Some(text(stage)), lost_reason, ..LeadPatch::default() }
}

fn fields(errors: &FieldErrors) -> Vec<&str> {
    errors.iter().map(|(field, _)| field).collect()
}

fn definition(entity: EntityName, name: &str, attribute_type: AttributeType) -> Attribute {
    let new = NewAttribute {
        entity,
        name: AttributeName::parse(name).unwrap(),
        label: Name::parse(name).unwrap(),
        attribute_type,
        is_required: true,
        list_values: ListValues::default(),
    };
    Attribute::new(AttributeId::new(Uuid::nil()), new, Timestamp::UNIX_EPOCH).unwrap()
}

#[test]
fn a_stage_is_one_of_the_pipeline_and_any_text_without_one() {
    let pipeline = pipeline();
    let stage = |stage: &str, pipeline| create(new(stage), pipeline, LeadSchemas::default()).map(|lead| lead.stage);
    assert_eq!(stage("prospecting", Some(&pipeline)), Ok(text("Prospecting")));
    assert_eq!(stage("won", Some(&pipeline)), Ok(text("Won")));
    assert_eq!(stage("", Some(&pipeline)), Ok(text("")));
    assert_eq!(fields(&stage("Moodle", Some(&pipeline)).unwrap_err()), ["stage"]);
    assert_eq!(stage("Moodle", None), Ok(text("Moodle")));
}

#[test]
fn a_stage_that_the_pipeline_lost_stays_and_may_be_sent_again_until_the_lead_is_moved() {
    let pipeline = pipeline();
    let before = pipeline_of(7, &[(5, "Moodle")]);
    let lead = placed("Moodle", &before).shown_in(&pipeline);
    assert_eq!((lead.stage.clone(), lead.stage_id), (text("Moodle"), None));
    let name = Some(Name::parse("b").unwrap());
    for stage in [None, Some(text("Moodle"))] {
        let as_read = LeadPatch { name: name.clone(), stage, stage_id: Patch::Clear, ..LeadPatch::default() };
        let as_read = LeadPatch { pipeline: Patch::Set(pipeline.id), ..as_read };
        assert_eq!(update(&lead, as_read, Some(&pipeline)).unwrap().stage, text("Moodle"));
    }
    let back = update(&lead, moved("Negotiation", None), Some(&pipeline)).unwrap();
    assert_eq!(back.stage_id, Some(stage_id(2)));
    assert_eq!(fields(&update(&back, moved("Moodle", None), Some(&pipeline)).unwrap_err()), ["stage"]);
}

#[test]
fn a_lead_enters_a_pipeline_in_one_of_its_stages() {
    let pipeline = pipeline();
    let lead = create(new("Moodle"), None, LeadSchemas::default()).unwrap();
    let entered = LeadPatch { pipeline: Patch::Set(pipeline.id), ..LeadPatch::default() };
    assert_eq!(fields(&update(&lead, entered.clone(), Some(&pipeline)).unwrap_err()), ["stage"]);
    let both = LeadPatch { stage: Some(text("Negotiation")), ..entered };
    let lead = update(&lead, both, Some(&pipeline)).unwrap();
    assert_eq!((lead.pipeline, lead.stage_id), (Some(pipeline.id), Some(stage_id(2))));

    let other = pipeline_of(8, &[(11, "negotiation")]);
    let entered = LeadPatch { pipeline: Patch::Set(other.id), ..LeadPatch::default() };
    let as_read = LeadPatch { stage: Some(lead.stage.clone()), stage_id: Patch::Set(stage_id(2)), ..entered.clone() };
    for patch in [entered, as_read] {
        let moved = update(&lead, patch, Some(&other)).unwrap();
        assert_eq!((moved.stage.as_str(), moved.stage_id), ("negotiation", Some(stage_id(11))));
    }
    let left = update(&lead, LeadPatch { pipeline: Patch::Clear, ..LeadPatch::default() }, None).unwrap();
    assert_eq!((left.stage.as_str(), left.stage_id), ("Negotiation", None));
}

#[test]
fn a_lead_stays_in_its_stage_when_that_is_renamed() {
    let mut pipeline = pipeline();
    let lead = placed("Negotiation", &pipeline);
    let renamed = PipelinePatch { stages: Some(stages(&[(2, "Offer"), (3, "Negotiation")])), ..Default::default() };
    pipeline = with(|stamp, new_id| pipeline.update(renamed, stamp, new_id)).unwrap();
    let lead = lead.shown_in(&pipeline);
    assert_eq!((lead.stage.as_str(), lead.stage_id), ("Offer", Some(stage_id(2))));
}

#[test]
fn a_stage_is_also_written_by_its_id() {
    let pipeline = pipeline();
    let to = |id, stage: Option<&str>| LeadPatch { stage_id: id, stage: stage.map(text), ..LeadPatch::default() };
    let lead = placed("Prospecting", &pipeline);
    let moved = |patch| update(&lead, patch, Some(&pipeline)).map(|lead| lead.stage.into_string());
    let won = WON.id_in(pipeline.id);
    assert_eq!(moved(to(Patch::Set(won), None)), Ok("Won".into()));
    // A whole object that is saved with one of the two changed.
    assert_eq!(moved(to(Patch::Set(stage_id(2)), Some("Prospecting"))), Ok("Negotiation".into()));
    assert_eq!(moved(to(Patch::Set(stage_id(1)), Some("Negotiation"))), Ok("Negotiation".into()));
    assert_eq!(moved(to(Patch::Set(stage_id(2)), Some("negotiation"))), Ok("Negotiation".into()));
    assert_eq!(moved(to(Patch::Clear, None)), Ok(String::new()));
    assert_eq!(moved(to(Patch::Clear, Some("Won"))), Ok("Won".into()));
    assert_eq!(fields(&moved(to(Patch::Set(stage_id(2)), Some("Won"))).unwrap_err()), ["stage_id"]);
    assert_eq!(fields(&moved(to(Patch::Set(stage_id(9)), None)).unwrap_err()), ["stage_id"]);
    let outside = create(new("Anything"), None, LeadSchemas::default()).unwrap();
    assert_eq!(fields(&update(&outside, to(Patch::Set(stage_id(1)), None), None).unwrap_err()), ["stage_id"]);

    let by_id = NewLead { stage: text(""), stage_id: Some(stage_id(2)), ..new("") };
    assert_eq!(create(by_id, Some(&pipeline), LeadSchemas::default()).unwrap().stage, text("Negotiation"));
}

#[test]
fn a_loss_needs_its_reason() {
    let lead = create(new("Prospecting"), None, LeadSchemas::default()).unwrap();
    assert_eq!(fields(&create(new("LOST"), None, LeadSchemas::default()).unwrap_err()), ["lost_reason"]);
    for reason in [None, Some(""), Some("  ")] {
        assert_eq!(fields(&update(&lead, moved("lost", reason), None).unwrap_err()), ["lost_reason"], "{reason:?}");
    }
    let lost = update(&lead, moved("Lost", Some("Budget constraints")), None).unwrap();
    assert_eq!(update(&lost, moved("Lost", None), None).unwrap().lost_reason.as_str(), "Budget constraints");
    let emptied = LeadPatch { lost_reason: Some(LongText::default()), ..LeadPatch::default() };
    assert_eq!(fields(&update(&lost, emptied.clone(), None).unwrap_err()), ["lost_reason"]);
    let back = update(&lost, moved("Negotiation", None), None).unwrap();
    assert_eq!(fields(&update(&back, moved("Lost", None), None).unwrap_err()), ["lost_reason"]);
    assert!(update(&back, emptied, None).is_ok());
}

#[test]
fn every_kind_of_attributes_is_checked_against_its_own_definitions() {
    let lead = [definition(EntityName::Lead, "source", AttributeType::Text)];
    let client = [definition(EntityName::LeadClientInfo, "age", AttributeType::Number)];
    let service = [definition(EntityName::LeadServiceInfo, "cost", AttributeType::Number)];
    let schemas = LeadSchemas {
        lead: Schema::new(&lead),
        client_info: Schema::new(&client),
        service_info: Schema::new(&service),
    };
    let mut wrong = new("Prospecting");
    wrong.client_attributes = attributes(json!({"age": "old"}));
    wrong.services = vec![self::service(None, json!({"cost": 1})), self::service(None, json!({"name": "x"}))];
    let errors = create(wrong.clone(), None, schemas).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "client_attributes: age: A valid number is required.; \
         service_attributes: Entry 2: cost: This field is required.; attributes: source: This field is required."
    );
    wrong.client_attributes = attributes(json!({"age": 25}));
    wrong.services.pop();
    wrong.extras.attributes = attributes(json!({"source": "LinkedIn"}));
    assert!(create(wrong, None, schemas).is_ok());
}

#[test]
fn a_service_keeps_its_id_or_gets_one_and_everything_that_was_sent() {
    let mut lead = new("");
    lead.services = vec![service(Some(5), json!({"name": "a", "x": [1]})), service(None, json!({}))];
    let made = create(lead.clone(), None, LeadSchemas::default()).unwrap().services;
    let shown: Vec<_> = made.as_slice().iter().map(|service| serde_json::to_value(service.to_map()).unwrap()).collect();
    assert_eq!(shown[0], json!({"id": Uuid::from_u128(5), "name": "a", "x": [1]}));
    assert_eq!(shown[1], json!({"id": Uuid::from_u128(101)}));
    lead.services = vec![service(Some(5), json!({})), service(Some(5), json!({}))];
    let twice = create(lead.clone(), None, LeadSchemas::default()).unwrap_err();
    assert!(twice.to_string().starts_with("service_attributes: Entry 2: "), "{twice}");
    lead.services = vec![service(None, json!({})); MAX_SERVICES + 1];
    assert_eq!(fields(&create(lead, None, LeadSchemas::default()).unwrap_err()), ["service_attributes"]);
}
