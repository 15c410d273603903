use uuid::Uuid;

use super::*;
use crate::json::value as json;

/// The contract's own example.
fn new() -> NewWebhook {
    let condition = |field: &str, value: &str| {
        Condition::new(FieldPath::parse(field).unwrap(), Operator::Equal, json!(value)).unwrap()
    };
    let headers = [("Authorization", "Bearer token"), ("X-Custom-ID", "{id}"), ("Host", "evil.example")];
    let payload = json!({
        "external_id": "{self.id}",
        "data": { "email": "{self.attributes.email}", "full_name": "{self.name}" },
    });
    NewWebhook {
        name: Name::parse("Notify External System").unwrap(),
        model: WebhookModel::Lead,
        event: WebhookEvent::Create,
        url: UrlTemplate::parse("https://api.external.com/hooks/{id}").unwrap(),
        method: Method::Post,
        headers: Headers::parse(headers.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap(),
        is_active: true,
        conditions: Conditions::parse(vec![condition("stage", "Moodle"), condition("self.attributes.source", "Web")])
            .unwrap(),
        condition_logic: ConditionLogic::And,
        payload: Some(Payload::parse(payload).unwrap()),
    }
}

fn secret(byte: u8) -> Secret {
    Secret::from_bytes(&[byte; 24]).unwrap()
}

fn webhook() -> Webhook {
    Webhook::new(WebhookId::new(Uuid::nil()), new(), secret(1), Timestamp::UNIX_EPOCH)
}

fn later() -> Timestamp {
    "2024-01-15T10:00:00Z".parse().unwrap()
}

fn lead() -> Value {
    json!({
        "id": "018d",
        "name": "Ana",
        "stage": "Moodle",
        "attributes": { "source": "Web", "email": "ana@example.com" },
    })
}

#[test]
fn every_word_of_the_contract_is_read_and_written_alike() {
    let models =
        "Lead Client Service FollowUp Contact Category CatalogueItem PriceTier Invoice InvoiceLineItem Payment";
    assert_eq!(models.split(' ').map(str::parse).collect::<Result<Vec<_>, _>>(), Ok(WebhookModel::ALL.to_vec()));
    assert_eq!(WebhookModel::ALL.map(WebhookModel::as_str).join(" "), models);
    assert_eq!(WebhookEvent::ALL.map(WebhookEvent::as_str), ["CREATE", "UPDATE", "DELETE"]);
    assert_eq!(Method::ALL.map(Method::as_str), ["POST", "PUT", "PATCH", "DELETE", "GET"]);
    assert_eq!(ConditionLogic::ALL.map(ConditionLogic::as_str), ["AND", "OR"]);
    assert_eq!(Operator::ALL.map(Operator::as_str).join(" "), "= != > < >= <= in contains");
    assert_eq!("create".parse::<WebhookEvent>(), Err("\"create\" is not a valid choice.".to_owned()));
}

#[test]
fn what_the_caller_leaves_out_is_an_update_by_post_with_all_conditions() {
    assert_eq!(WebhookEvent::default(), WebhookEvent::Update);
    assert_eq!(Method::default(), Method::Post);
    assert_eq!(ConditionLogic::default(), ConditionLogic::And);
}

#[test]
fn a_webhook_is_triggered_by_its_own_model_event_and_conditions_while_active() {
    let webhook = webhook();
    assert!(webhook.is_triggered_by(WebhookModel::Lead, WebhookEvent::Create, &lead()));
    assert!(!webhook.is_triggered_by(WebhookModel::Client, WebhookEvent::Create, &lead()));
    assert!(!webhook.is_triggered_by(WebhookModel::Lead, WebhookEvent::Update, &lead()));
    let mut other = serde_json::to_value(lead()).unwrap();
    other["attributes"]["source"] = "Phone".into();
    let other = Value::from(other);
    assert!(!webhook.is_triggered_by(WebhookModel::Lead, WebhookEvent::Create, &other));
    let any = webhook
        .clone()
        .apply(WebhookPatch { condition_logic: Some(ConditionLogic::Or), ..Default::default() }, later());
    assert!(any.is_triggered_by(WebhookModel::Lead, WebhookEvent::Create, &other));
    let off = webhook.apply(WebhookPatch { is_active: Some(false), ..Default::default() }, later());
    assert!(!off.is_triggered_by(WebhookModel::Lead, WebhookEvent::Create, &lead()));
    assert!(off.conditions_hold(&lead()));
}

#[test]
fn a_request_is_rendered_without_reserved_headers() {
    let request = webhook().render(&lead()).unwrap();
    assert_eq!(request.method, Method::Post);
    assert_eq!(request.url, "https://api.external.com/hooks/018d");
    let expected = [("Authorization", "Bearer token"), ("X-Custom-ID", "018d")];
    assert_eq!(request.headers, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(request.body, r#"{"external_id":"018d","data":{"email":"ana@example.com","full_name":"Ana"}}"#);
}

#[test]
fn without_a_payload_the_object_itself_is_sent() {
    let patch = WebhookPatch { payload: Patch::Clear, ..Default::default() };
    let request = webhook().apply(patch, later()).render(&lead()).unwrap();
    assert_eq!(request.body, lead().to_string());
}

#[test]
fn the_headers_of_a_request_share_one_bound() {
    let headers = (0..3).map(|i| (format!("h{i}"), "{self.big}".to_owned()));
    let patch = WebhookPatch { headers: Headers::parse(headers).ok(), ..Default::default() };
    let webhook = webhook().apply(patch, later());
    let object = |length: usize| json!({ "big": "x".repeat(length) });
    assert!(webhook.render(&object(2_700)).is_ok());
    assert_eq!(webhook.render(&object(2_800)), Err(TooLarge.into()));
}

#[test]
fn a_change_keeps_what_it_does_not_mention() {
    let patch = WebhookPatch { method: Some(Method::Put), ..Default::default() };
    let expected = Webhook { method: Method::Put, updated_at: later(), version: 2, ..webhook() };
    assert_eq!(webhook().apply(patch, later()), expected);
}

#[test]
fn a_rotation_keeps_the_secret_before_it_for_a_day() {
    let rotated = webhook().rotate(secret(2), later());
    assert_eq!((rotated.version, rotated.updated_at), (2, later()));
    assert_eq!(rotated.signing_secrets(later()), [&secret(2), &secret(1)]);
    assert_eq!(rotated.signing_secrets(later() + Secrets::OVERLAP), [&secret(2)]);
}

#[test]
fn a_url_of_before_that_lets_a_placeholder_choose_the_receiver_is_not_rendered() {
    for url in ["https://{self.name}/", "https://api.example.com:{self.port}/", "{self.url}", "https://a.example{id}"] {
        let webhook = Webhook { url: UrlTemplate::stored(url.to_owned()), ..webhook() };
        assert_eq!(webhook.render(&lead()), Err(RenderError::Url(UrlTemplateError::Authority)), "{url}");
    }
}
