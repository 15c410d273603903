//! The actions on queues.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::{Refusal, SqsError};
use super::queue::{Attributes, is_queue_name, name_in_url};
use super::store::{self, Queue};
use super::{Service, queue_arn, queue_url};

/// What a queue tells of itself besides its attributes.
const COMPUTED: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Create {
    queue_name: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUrl {
    queue_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Url {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct List {
    #[serde(default)]
    queue_name_prefix: String,
    max_results: Option<i64>,
    #[serde(default)]
    next_token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    queue_urls: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAttributes {
    queue_url: String,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GotAttributes {
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetAttributes {
    queue_url: String,
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Purge {
    queue_url: String,
}

pub(super) async fn create(service: &Service, request: Create) -> Result<Url, SqsError> {
    let name = request.queue_name;
    if !is_queue_name(&name) {
        let message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
        return Err(Refusal::InvalidParameterValue(message.to_owned()).into());
    }
    let attributes = Attributes::parse(request.attributes)?;
    let now = service.now();
    let url = queue_url(&service.endpoint, &name);
    service
        .sqlite
        .transaction(move |tx| {
            if let Some(found) = store::find_queue(tx, &name)? {
                let difference = found.attributes.first_difference(&attributes);
                return difference.map_or(Ok(()), |name| Err(Refusal::QueueNameExists(name).into()));
            }
            check_dead_letter_queue(tx, &attributes)?;
            store::save_queue(tx, &Queue { name, attributes, created_at: now, modified_at: now })
        })
        .await?;
    Ok(Url { queue_url: url })
}

pub(super) async fn get_url(service: &Service, request: GetUrl) -> Result<Url, SqsError> {
    let url = queue_url(&service.endpoint, &request.queue_name);
    service.sqlite.transaction(move |tx| store::queue(tx, &request.queue_name)).await?;
    Ok(Url { queue_url: url })
}

pub(super) async fn list(service: &Service, request: List) -> Result<Listed, SqsError> {
    let limit = request.max_results.unwrap_or(1_000);
    if !(1..=1_000).contains(&limit) {
        return Err(Refusal::InvalidParameterValue("MaxResults must be between 1 and 1000.".to_owned()).into());
    }
    let List { queue_name_prefix: prefix, next_token: after, .. } = request;
    let names = service.sqlite.transaction(move |tx| store::queue_names(tx, &prefix, &after, limit)).await?;
    let is_full = i64::try_from(names.len()).is_ok_and(|count| count == limit);
    Ok(Listed {
        next_token: names.last().filter(|_| is_full).cloned(),
        queue_urls: names.iter().map(|name| queue_url(&service.endpoint, name)).collect(),
    })
}

pub(super) async fn get_attributes(service: &Service, request: GetAttributes) -> Result<GotAttributes, SqsError> {
    let is_known = |name: &str| name == "All" || COMPUTED.contains(&name) || Attributes::is_known(name);
    if let Some(unknown) = request.attribute_names.iter().find(|name| !is_known(name)) {
        return Err(Refusal::InvalidAttributeName(unknown.clone()).into());
    }
    let name = name_in_url(&request.queue_url)?;
    let now = service.now();
    let mut attributes = service.sqlite.transaction(move |tx| all_attributes(tx, &name, now)).await?;
    if !request.attribute_names.iter().any(|name| name == "All") {
        attributes.retain(|name, _| request.attribute_names.contains(name));
    }
    Ok(GotAttributes { attributes })
}

pub(super) async fn set_attributes(service: &Service, request: SetAttributes) -> Result<(), SqsError> {
    let name = name_in_url(&request.queue_url)?;
    let attributes = Attributes::parse(request.attributes)?;
    let now = service.now();
    service
        .sqlite
        .transaction(move |tx| {
            let mut queue = store::queue(tx, &name)?;
            check_dead_letter_queue(tx, &attributes)?;
            queue.attributes.merge(attributes);
            queue.modified_at = now;
            store::save_queue(tx, &queue)
        })
        .await
}

pub(super) async fn purge(service: &Service, request: Purge) -> Result<(), SqsError> {
    let name = name_in_url(&request.queue_url)?;
    service
        .sqlite
        .transaction(move |tx| {
            let queue = store::queue(tx, &name)?;
            store::delete_all(tx, &queue.name)
        })
        .await
}

fn check_dead_letter_queue(tx: &rusqlite::Transaction, attributes: &Attributes) -> Result<(), SqsError> {
    let Some(redrive) = attributes.redrive() else { return Ok(()) };
    if store::find_queue(tx, &redrive.queue)?.is_some() {
        return Ok(());
    }
    let message = "Invalid value for the parameter RedrivePolicy. Reason: Dead letter target does not exist.";
    Err(Refusal::InvalidParameterValue(message.to_owned()).into())
}

fn all_attributes(tx: &rusqlite::Transaction, name: &str, now: i64) -> Result<BTreeMap<String, String>, SqsError> {
    let queue = store::queue(tx, name)?;
    store::drop_expired(tx, &queue, now)?;
    let counts = store::counts(tx, name, now)?;
    let computed = [
        counts.visible.to_string(),
        counts.delayed.to_string(),
        counts.in_flight.to_string(),
        (queue.created_at / 1_000).to_string(),
        (queue.modified_at / 1_000).to_string(),
        queue_arn(name),
    ];
    let mut attributes = queue.attributes.all();
    attributes.extend(COMPUTED.map(str::to_owned).into_iter().zip(computed));
    Ok(attributes)
}
