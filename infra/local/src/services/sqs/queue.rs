//! A queue's attributes: which there are, and what they may hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Refusal, SqsError};

/// An attribute that is a number: its name, the value of a queue that does not set it, and its range.
pub(super) struct Number {
    pub(super) name: &'static str,
    default: i64,
    min: i64,
    max: i64,
}

pub(super) const VISIBILITY_TIMEOUT: Number = Number { name: "VisibilityTimeout", default: 30, min: 0, max: 43_200 };
pub(super) const DELAY: Number = Number { name: "DelaySeconds", default: 0, min: 0, max: 900 };
pub(super) const WAIT_TIME: Number = Number { name: "ReceiveMessageWaitTimeSeconds", default: 0, min: 0, max: 20 };
pub(super) const RETENTION: Number =
    Number { name: "MessageRetentionPeriod", default: 345_600, min: 60, max: 1_209_600 };
pub(super) const MAX_SIZE: Number =
    Number { name: "MaximumMessageSize", default: 1_048_576, min: 1_024, max: 1_048_576 };

const NUMBERS: [Number; 5] = [VISIBILITY_TIMEOUT, DELAY, WAIT_TIME, RETENTION, MAX_SIZE];

const REDRIVE_POLICY: &str = "RedrivePolicy";

/// Attributes that mean nothing on one machine, but that a template may set: kept and given back.
const KEPT: [&str; 5] =
    ["KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "SqsManagedSseEnabled"];

impl Number {
    /// The value if it is in the attribute's range.
    pub(super) fn check(&self, value: i64) -> Option<i64> {
        (self.min..=self.max).contains(&value).then_some(value)
    }

    /// A request parameter of this attribute's kind.
    pub(super) fn parameter(&self, value: i64) -> Result<i64, Refusal> {
        self.check(value).ok_or_else(|| {
            let Self { name, min, max, .. } = self;
            let message =
                format!("Value {value} for parameter {name} is invalid. Reason: Must be between {min} and {max}.");
            Refusal::InvalidParameterValue(message)
        })
    }
}

/// Where messages go that were received too often.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redrive {
    pub(super) queue: String,
    pub(super) max_receive_count: i64,
}

/// The attributes that were set on a queue, each checked.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Attributes(BTreeMap<String, String>);

impl Attributes {
    /// Takes what a request sets.
    pub(super) fn parse(given: BTreeMap<String, String>) -> Result<Self, Refusal> {
        for (name, value) in &given {
            check(name, value)?;
        }
        Ok(Self(given))
    }

    /// Whether `name` may be asked for, though only as one that a queue can set.
    pub(super) fn is_known(name: &str) -> bool {
        name == REDRIVE_POLICY || KEPT.contains(&name) || NUMBERS.iter().any(|number| number.name == name)
    }

    /// The number that holds for the queue.
    pub(super) fn number(&self, number: &Number) -> i64 {
        self.0.get(number.name).and_then(|text| text.parse().ok()).unwrap_or(number.default)
    }

    /// The dead-letter queue, if there is one.
    pub(super) fn redrive(&self) -> Option<Redrive> {
        self.0.get(REDRIVE_POLICY).and_then(|text| parse_redrive(text).ok().flatten())
    }

    /// Everything that holds for the queue, defaults included.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let numbers = NUMBERS.iter().map(|number| (number.name.to_owned(), self.number(number).to_string()));
        let texts = self.0.iter().filter(|(_, value)| !value.is_empty());
        numbers.chain(texts.map(|(name, value)| (name.clone(), value.clone()))).collect()
    }

    /// These, changed by `other`.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The first attribute that `wanted` sets to something else than what holds here.
    pub(super) fn first_difference(&self, wanted: &Self) -> Option<String> {
        let held = self.all();
        let differs = |name: &String, value: &String| {
            if name == REDRIVE_POLICY {
                self.redrive() != wanted.redrive()
            } else {
                held.get(name).is_none_or(|held| held != value)
            }
        };
        wanted.0.iter().find(|(name, value)| differs(name, value)).map(|(name, _)| name.clone())
    }
}

fn check(name: &str, value: &str) -> Result<(), Refusal> {
    if let Some(number) = NUMBERS.iter().find(|number| number.name == name) {
        let valid = value.parse().ok().and_then(|value| number.check(value));
        return valid.map(|_| ()).ok_or_else(|| invalid_value(name, value));
    }
    if name == REDRIVE_POLICY {
        return parse_redrive(value).map(|_| ()).map_err(|()| invalid_value(name, value));
    }
    if KEPT.contains(&name) { Ok(()) } else { Err(Refusal::InvalidAttributeName(name.to_owned())) }
}

/// The policy, or none for the empty text, which takes it away.
fn parse_redrive(text: &str) -> Result<Option<Redrive>, ()> {
    if text.is_empty() {
        return Ok(None);
    }
    let policy: Value = serde_json::from_str(text).map_err(|_| ())?;
    let arn = policy["deadLetterTargetArn"].as_str().ok_or(())?;
    let queue = arn.strip_prefix(&super::queue_arn("")).filter(|name| is_queue_name(name)).ok_or(())?;
    // CloudFormation passes the count on as it was written: a number or a text.
    let count = &policy["maxReceiveCount"];
    let count = count.as_i64().or_else(|| count.as_str()?.parse().ok()).ok_or(())?;
    if !(1..=1_000).contains(&count) {
        return Err(());
    }
    Ok(Some(Redrive { queue: queue.to_owned(), max_receive_count: count }))
}

fn invalid_value(name: &str, value: &str) -> Refusal {
    Refusal::InvalidAttributeValue(format!("Invalid value for the parameter {name}: {value:?}."))
}

/// Whether a queue may be called that.
pub(super) fn is_queue_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=80).contains(&name.len()) && name.bytes().all(allowed)
}

/// The name in a queue's URL, whose address may be that of an earlier run.
pub(super) fn name_in_url(url: &str) -> Result<String, SqsError> {
    let name = url.rsplit('/').next().filter(|name| is_queue_name(name));
    Ok(name.ok_or(Refusal::QueueDoesNotExist)?.to_owned())
}
