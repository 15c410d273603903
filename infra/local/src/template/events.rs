//! What calls a function: routes, queues, streams and schedules.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::TemplateError;
use super::functions::{Function, number};
use crate::event_pattern::Pattern;
use crate::schedule::Expression;

/// The largest batch that SQS gives at once.
const LARGEST_RECEIVE: u32 = 10;

/// One entry of a function's `Events`.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its key under `Events`.
    pub name: String,
    /// What it is.
    pub kind: EventKind,
}

/// What calls the function.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// A route of the HTTP API.
    Http(Route),
    /// Messages of a queue.
    Queue(QueueSource),
    /// Changes of a table.
    Stream(StreamSource),
    /// The clock.
    Schedule(Schedule),
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Every request that no other route takes.
    Default,
    /// A path, for one method or any.
    Path {
        /// The method in upper case; `None` is ANY.
        method: Option<String>,
        /// The path, with `{parameter}` and perhaps a final `{proxy+}`.
        path: String,
    },
}

impl Route {
    /// The key by which API Gateway knows the route.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Default => "$default".to_owned(),
            Self::Path { method, path } => format!("{} {path}", method.as_deref().unwrap_or("ANY")),
        }
    }
}

/// An event source mapping of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSource {
    /// The queue's ARN.
    pub arn: String,
    /// The most messages in one event.
    pub batch_size: u32,
    /// Whether the answer names the messages that failed.
    pub reports_failures: bool,
    /// The most batches at once.
    pub concurrency: u32,
}

/// An event source mapping of a table's stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamSource {
    /// The stream's ARN.
    pub arn: String,
    /// The most records in one event.
    pub batch_size: u32,
    /// Whether the answer names the first record that failed.
    pub reports_failures: bool,
    /// Whether a batch that fails is cut in half.
    pub bisects: bool,
    /// Records that match one of these are sent; all are, if there is none.
    pub patterns: Vec<Pattern>,
    /// The ARN of the queue that hears of records which were given up.
    pub on_failure: Option<String>,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// `rate(…)` or `cron(…)`.
    pub expression: Expression,
    /// The event's JSON, where the template gives it.
    pub input: Option<String>,
    /// Whether it is EventBridge Scheduler's (`ScheduleV2`), and not a rule's.
    pub is_scheduler: bool,
}

/// Reads a function's `Events`.
pub(super) fn read(events: Option<&Json>, place: &str) -> Result<Vec<Event>, TemplateError> {
    let entries = events.and_then(Json::as_object).into_iter().flatten();
    let mut read = Vec::new();
    for (name, event) in entries {
        let place = format!("{place}.{name}");
        let empty = Map::new();
        let properties = event.get("Properties").and_then(Json::as_object).unwrap_or(&empty);
        let properties = Properties { entries: properties, place: format!("{place}.Properties") };
        let kind = match event.get("Type").and_then(Json::as_str) {
            Some("HttpApi") => Some(EventKind::Http(route(&properties)?)),
            Some("SQS") => queue(&properties)?.map(EventKind::Queue),
            Some("DynamoDB") => stream(&properties)?.map(EventKind::Stream),
            Some("ScheduleV2") => schedule(&properties, true)?.map(EventKind::Schedule),
            Some("Schedule") => schedule(&properties, false)?.map(EventKind::Schedule),
            Some(other) => {
                return Err(TemplateError::new(&place, format!("the local cloud has no events of type {other}")));
            }
            None => return Err(TemplateError::new(&place, "an event has a Type")),
        };
        read.extend(kind.map(|kind| Event { name: name.clone(), kind }));
    }
    Ok(read)
}

/// Refuses two routes with one key.
pub(super) fn check_routes(functions: &[Function]) -> Result<(), TemplateError> {
    let mut keys = BTreeSet::new();
    for function in functions {
        for event in &function.events {
            let EventKind::Http(route) = &event.kind else { continue };
            if !keys.insert(route.key()) {
                let place = format!("Resources.{}.Properties.Events.{}", function.logical_id, event.name);
                return Err(TemplateError::new(&place, format!("the route {} is there twice", route.key())));
            }
        }
    }
    Ok(())
}

struct Properties<'a> {
    entries: &'a Map<String, Json>,
    place: String,
}

impl Properties<'_> {
    fn error(&self, problem: impl Into<String>) -> TemplateError {
        TemplateError::new(&self.place, problem)
    }

    /// Refuses what is neither read nor known to be without effect here.
    fn only(&self, known: &[&str]) -> Result<(), TemplateError> {
        match self.entries.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(self.error(format!("the local cloud does not know {unknown}"))),
            None => Ok(()),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.entries.get(name).and_then(Json::as_str)
    }

    fn required(&self, name: &str) -> Result<&str, TemplateError> {
        self.text(name).ok_or_else(|| self.error(format!("{name} is missing or not a text")))
    }

    fn number(&self, name: &str, default: u32) -> Result<u32, TemplateError> {
        self.entries.get(name).map_or(Ok(default), |value| number(value, &format!("{}.{name}", self.place)))
    }

    fn is(&self, name: &str, wanted: bool) -> bool {
        self.entries.get(name).and_then(Json::as_bool) == Some(wanted)
    }

    fn reports_failures(&self) -> bool {
        let kinds = self.entries.get("FunctionResponseTypes").and_then(Json::as_array);
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "ReportBatchItemFailures"))
    }
}

fn route(properties: &Properties) -> Result<Route, TemplateError> {
    properties.only(&["ApiId", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "TimeoutInMillis"])?;
    if properties.text("PayloadFormatVersion").is_some_and(|version| version != "2.0") {
        return Err(properties.error("the local gateway sends payload format 2.0"));
    }
    let method = properties.text("Method").unwrap_or("ANY").to_uppercase();
    match properties.text("Path") {
        None | Some("$default") => Ok(Route::Default),
        Some(path) if path.starts_with('/') => {
            let method = (method != "ANY" && method != "X-AMAZON-APIGATEWAY-ANY-METHOD").then_some(method);
            Ok(Route::Path { method, path: path.to_owned() })
        }
        Some(path) => Err(properties.error(format!("{path:?} does not start with a slash"))),
    }
}

fn queue(properties: &Properties) -> Result<Option<QueueSource>, TemplateError> {
    properties.only(&[
        "BatchSize",
        "Enabled",
        "FunctionResponseTypes",
        // How long Lambda may wait for a batch to fill; here it never does.
        "MaximumBatchingWindowInSeconds",
        "Queue",
        "ScalingConfig",
    ])?;
    if properties.is("Enabled", false) {
        return Ok(None);
    }
    let concurrency = properties.entries.get("ScalingConfig").and_then(|scaling| scaling.get("MaximumConcurrency"));
    Ok(Some(QueueSource {
        arn: properties.required("Queue")?.to_owned(),
        batch_size: properties.number("BatchSize", LARGEST_RECEIVE)?.clamp(1, LARGEST_RECEIVE),
        reports_failures: properties.reports_failures(),
        concurrency: concurrency.map_or(Ok(10), |value| number(value, &properties.place))?.max(1),
    }))
}

fn stream(properties: &Properties) -> Result<Option<StreamSource>, TemplateError> {
    properties.only(&[
        "BatchSize",
        "BisectBatchOnFunctionError",
        "DestinationConfig",
        "Enabled",
        "FilterCriteria",
        "FunctionResponseTypes",
        "MaximumBatchingWindowInSeconds",
        // A record is never too old here: the process may have been off for days, and its clock moves. So nothing
        // goes to DestinationConfig's queue either.
        "MaximumRecordAgeInSeconds",
        "MaximumRetryAttempts",
        "ParallelizationFactor",
        "StartingPosition",
        "Stream",
    ])?;
    if properties.is("Enabled", false) {
        return Ok(None);
    }
    if properties.required("StartingPosition")? != "TRIM_HORIZON" {
        return Err(properties.error("StartingPosition must be TRIM_HORIZON: LATEST would lose events"));
    }
    let attempts = properties.entries.get("MaximumRetryAttempts").and_then(Json::as_i64);
    if attempts.is_some_and(|attempts| attempts != -1) {
        return Err(properties.error("MaximumRetryAttempts must be -1: the local cloud drops no record"));
    }
    let on_failure = properties.entries.get("DestinationConfig");
    let on_failure = on_failure.and_then(|config| config.pointer("/OnFailure/Destination"));
    Ok(Some(StreamSource {
        arn: properties.required("Stream")?.to_owned(),
        batch_size: properties.number("BatchSize", 100)?.clamp(1, 1000),
        reports_failures: properties.reports_failures(),
        bisects: properties.is("BisectBatchOnFunctionError", true),
        patterns: patterns(properties)?,
        on_failure: on_failure.and_then(Json::as_str).map(str::to_owned),
    }))
}

fn patterns(properties: &Properties) -> Result<Vec<Pattern>, TemplateError> {
    let Some(criteria) = properties.entries.get("FilterCriteria") else {
        return Ok(Vec::new());
    };
    let filters = criteria.get("Filters").and_then(Json::as_array);
    let filters = filters.ok_or_else(|| properties.error("FilterCriteria has no list Filters"))?;
    let parse = |filter: &Json| {
        let pattern = filter.get("Pattern").and_then(Json::as_str);
        let pattern = pattern.ok_or_else(|| properties.error("a filter has a Pattern, which is a text"))?;
        Pattern::parse(pattern).map_err(|error| properties.error(format!("{pattern}: {error}")))
    };
    filters.iter().map(parse).collect()
}

fn schedule(properties: &Properties, is_scheduler: bool) -> Result<Option<Schedule>, TemplateError> {
    let (expression, zone) = if is_scheduler {
        properties.only(&[
            "DeadLetterConfig",
            "Description",
            "FlexibleTimeWindow",
            "Input",
            "Name",
            "OmitName",
            "PermissionsBoundary",
            "RetryPolicy",
            "RoleArn",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "State",
        ])?;
        ("ScheduleExpression", properties.text("ScheduleExpressionTimezone").unwrap_or("UTC"))
    } else {
        properties.only(&[
            "DeadLetterConfig",
            "Description",
            "Enabled",
            "Input",
            "Name",
            "RetryPolicy",
            "RoleArn",
            "Schedule",
            "State",
        ])?;
        ("Schedule", "UTC")
    };
    if zone != "UTC" {
        return Err(properties.error("the local cloud schedules in UTC alone"));
    }
    if properties.text("State") == Some("DISABLED") || properties.is("Enabled", false) {
        return Ok(None);
    }
    let expression = Expression::parse(properties.required(expression)?);
    let expression = expression.map_err(|error| properties.error(error.to_string()))?;
    Ok(Some(Schedule { expression, input: properties.text("Input").map(str::to_owned), is_scheduler }))
}
