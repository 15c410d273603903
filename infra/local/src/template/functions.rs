//! A function's settings, with the template's globals.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::events::{self, Event};
use super::intrinsics::scalar;
use super::{Resource, TemplateError};

/// Properties that change nothing in the local cloud: how the function is built and run.
const WITHOUT_EFFECT: [&str; 12] = [
    "Architectures",
    "AutoPublishAlias",
    "DeploymentPreference",
    "Description",
    "FunctionName",
    "Handler",
    "Policies",
    "ReservedConcurrentExecutions",
    "Runtime",
    "RuntimeManagementConfig",
    "Tags",
    "Tracing",
];

/// What becomes of an asynchronous invocation that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsyncRetries {
    /// How often it is tried again.
    pub attempts: u32,
    /// The ARN of the queue that hears of it when no attempt succeeded.
    pub on_failure: Option<String>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Its key under `Resources`.
    pub logical_id: String,
    /// Its name in the local account.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The folder of its source under `functions/`: the key of the registry.
    pub group: String,
    /// Its environment, the globals' included.
    pub environment: BTreeMap<String, String>,
    /// Its memory in MB.
    pub memory: u32,
    /// How long it may take.
    pub timeout: Duration,
    /// Retries of asynchronous invocations.
    pub retries: AsyncRetries,
    /// The ARN of the role that says what it may do; without one it may do everything here.
    pub role: Option<String>,
    /// The name of the log group that it writes to, if it has one of its own.
    pub log_group: Option<String>,
    /// What calls it.
    pub events: Vec<Event>,
}

/// Reads a function's properties over the globals.
pub(super) fn read(resource: &Resource, globals: &Json) -> Result<Function, TemplateError> {
    let place = format!("Resources.{}.Properties", resource.logical_id);
    check_known(globals, "Globals.Function")?;
    check_known(&resource.properties, &place)?;
    let setting = |name: &str| resource.properties.get(name).or_else(|| globals.get(name));
    let whole = |name: &str, default: u32| match setting(name) {
        None => Ok(default),
        Some(value) => number(value, &format!("{place}.{name}")),
    };
    Ok(Function {
        logical_id: resource.logical_id.clone(),
        name: resource.name.clone(),
        arn: resource.arn.clone(),
        group: group_of(setting("CodeUri"), &place)?,
        environment: environment(globals, &resource.properties, &place)?,
        // Lambda's own defaults.
        memory: whole("MemorySize", 128)?,
        timeout: Duration::from_secs(whole("Timeout", 3)?.into()),
        retries: retries(setting("EventInvokeConfig"), &format!("{place}.EventInvokeConfig"))?,
        role: setting("Role").and_then(Json::as_str).map(str::to_owned),
        log_group: log_group(&[&resource.properties, globals]),
        events: events::read(setting("Events"), &format!("{place}.Events"))?,
    })
}

fn check_known(properties: &Json, place: &str) -> Result<(), TemplateError> {
    const READ: [&str; 8] =
        ["CodeUri", "Environment", "EventInvokeConfig", "Events", "LoggingConfig", "MemorySize", "Role", "Timeout"];
    let mut names = properties.as_object().into_iter().flat_map(|properties| properties.keys());
    match names.find(|name| !READ.contains(&name.as_str()) && !WITHOUT_EFFECT.contains(&name.as_str())) {
        Some(unknown) => Err(TemplateError::new(place, format!("the local cloud does not know {unknown}"))),
        None => Ok(()),
    }
}

fn group_of(code: Option<&Json>, place: &str) -> Result<String, TemplateError> {
    let folder = code.and_then(Json::as_str).unwrap_or_default().trim_end_matches('/');
    let group = folder.trim_start_matches("./").strip_prefix("functions/").unwrap_or_default();
    if group.is_empty() || group.contains('/') {
        return Err(TemplateError::new(place, format!("CodeUri {folder:?} is not a folder functions/<group>/")));
    }
    Ok(group.to_owned())
}

fn environment(globals: &Json, own: &Json, place: &str) -> Result<BTreeMap<String, String>, TemplateError> {
    let mut environment = BTreeMap::new();
    for properties in [globals, own] {
        let variables = properties.pointer("/Environment/Variables").and_then(Json::as_object);
        for (name, value) in variables.into_iter().flatten() {
            let place = format!("{place}.Environment.Variables.{name}");
            let text = scalar(value).ok_or_else(|| TemplateError::new(&place, "an environment variable is a text"))?;
            environment.insert(name.clone(), text);
        }
    }
    Ok(environment)
}

/// `LoggingConfig` is merged from the globals, setting by setting.
fn log_group(properties: &[&Json]) -> Option<String> {
    let mut groups = properties.iter().filter_map(|properties| properties.pointer("/LoggingConfig/LogGroup")?.as_str());
    groups.next().map(str::to_owned)
}

fn retries(config: Option<&Json>, place: &str) -> Result<AsyncRetries, TemplateError> {
    // Lambda's own default.
    let mut retries = AsyncRetries { attempts: 2, on_failure: None };
    for (name, value) in config.and_then(Json::as_object).into_iter().flatten() {
        match name.as_str() {
            "MaximumRetryAttempts" => retries.attempts = number(value, place)?,
            // An attempt follows the one before within seconds here, so no event grows old.
            "MaximumEventAgeInSeconds" => {}
            "DestinationConfig" => {
                let destination = value.pointer("/OnFailure/Destination").and_then(Json::as_str);
                let is_queue = destination.is_some_and(|arn| arn.starts_with("arn:aws:sqs:"));
                if !is_queue || value.get("OnSuccess").is_some() {
                    return Err(TemplateError::new(
                        place,
                        "the local cloud has queues as OnFailure destinations alone",
                    ));
                }
                retries.on_failure = destination.map(str::to_owned);
            }
            _ => return Err(TemplateError::new(place, format!("the local cloud does not know {name}"))),
        }
    }
    Ok(retries)
}

/// A whole number, written as a number or a text.
pub(super) fn number(value: &Json, place: &str) -> Result<u32, TemplateError> {
    let number = scalar(value).and_then(|text| text.parse().ok());
    number.ok_or_else(|| TemplateError::new(place, format!("{value} is not a whole number")))
}
