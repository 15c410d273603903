use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::actor::Author;
use crate::attributes::{Attribute, AttributeName, AttributeType, EntityName, ListValues, NewAttribute};
use crate::id::{AttributeId, EntryId, UserId};
use crate::pipeline::{Color, NewPipeline, Stage, StageOrder, Stages};

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

fn pipeline() -> Pipeline {
    let stages = ["Prospecting", "Negotiation"].map(|name| Stage {
        name: Name::parse(name).unwrap(),
        color: Color::default(),
        order: StageOrder::new(1).unwrap(),
    });
    let stages = Stages::parse(stages.into()).unwrap();
    let new = NewPipeline { name: Name::parse("B2B").unwrap(), description: LongText::default(), stages };
    with(|stamp, _| Pipeline::create(PipelineId::new(Uuid::from_u128(7)), new, stamp))
}

fn new(stage: &str) -> NewLead {
    NewLead {
        name: Name::parse("Potential Student").unwrap(),
        responsible: None,
        pipeline: None,
        possible_client: None,
        moodle_course_id: None,
        stage: text(stage),
        lost_reason: LongText::default(),
        client_attributes: Attributes::default(),
        services: vec![],
        extras: NewExtras::default(),
    }
}

fn create(new: NewLead, pipeline: Option<&Pipeline>, schemas: LeadSchemas<'_>) -> Result<Lead, FieldErrors> {
    with(|stamp, new_id| Lead::create(LeadId::new(Uuid::nil()), new, pipeline, schemas, stamp, new_id))
}

fn update(lead: &Lead, patch: LeadPatch, pipeline: Option<&Pipeline>) -> Result<Lead, FieldErrors> {
    with(|stamp, new_id| lead.clone().update(patch, pipeline, LeadSchemas::default(), stamp, new_id))
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
fn a_stage_that_the_pipeline_lost_stays_until_the_lead_is_moved() {
    let pipeline = pipeline();
    let lead = create(new("Moodle"), None, LeadSchemas::default()).unwrap();
    let renamed = LeadPatch { name: Some(Name::parse("b").unwrap()), ..LeadPatch::default() };
    assert_eq!(update(&lead, renamed, Some(&pipeline)).unwrap().stage, text("Moodle"));
    let entered = LeadPatch { pipeline: Patch::Set(pipeline.id), ..LeadPatch::default() };
    assert_eq!(fields(&update(&lead, entered.clone(), Some(&pipeline)).unwrap_err()), ["stage"]);
    let both = LeadPatch { stage: Some(text("Negotiation")), ..entered };
    assert_eq!(update(&lead, both, Some(&pipeline)).unwrap().pipeline, Some(pipeline.id));
    assert_eq!(fields(&update(&lead, moved("Moodle", None), Some(&pipeline)).unwrap_err()), ["stage"]);
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
