//! The SAM template, resolved for the local account: what it makes, and what calls what.
//!
//! Everything that the local cloud serves is read strictly. Resources that it does not serve (logs, alarms) are
//! there to be named by others.

mod events;
mod functions;
mod intrinsics;
mod physical;
mod roles;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use yaml_serde::{Mapping, Value as Yaml};

pub use events::{Event, EventKind, QueueSource, Route, Schedule, StreamSource};
pub use functions::{AsyncRetries, Function};
pub use physical::Addresses;

use crate::event_pattern::Pattern;
use crate::permissions::Role;
use crate::services::{ACCOUNT, REGION};
use intrinsics::{Scope, scalar};
use physical::{STACK, generated_name, name_property, physical};

/// The template that the binary was built with.
pub const EMBEDDED: &str = include_str!("../../../../template.yaml");

/// What is wrong with the template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template.yaml: {place}: {problem}")]
pub struct TemplateError {
    place: String,
    problem: String,
}

impl TemplateError {
    fn new(place: &str, problem: impl Into<String>) -> Self {
        Self { place: place.to_owned(), problem: problem.into() }
    }
}

/// What the template leaves open.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Values of parameters, before their defaults.
    pub parameters: BTreeMap<String, String>,
    /// Values of secrets, by logical id.
    pub secrets: BTreeMap<String, String>,
}

/// A resource with its name and properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its key under `Resources`.
    pub logical_id: String,
    /// Its name in the local account.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `Properties`, resolved.
    pub properties: Json,
}

/// Cross-origin rules of the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cors {
    /// `AllowOrigins`.
    pub origins: Vec<String>,
    /// `AllowMethods`.
    pub methods: Vec<String>,
    /// `AllowHeaders`.
    pub headers: Vec<String>,
    /// `ExposeHeaders`.
    pub exposed: Vec<String>,
    /// `MaxAge`, in seconds.
    pub max_age: Option<u64>,
    /// `AllowCredentials`.
    pub credentials: bool,
}

/// The template, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// DynamoDB tables.
    pub tables: Vec<Resource>,
    /// SQS queues; one that others name as their dead-letter queue comes before them.
    pub queues: Vec<Resource>,
    /// URLs of the queues, by logical id.
    pub queue_urls: BTreeMap<String, String>,
    /// S3 buckets.
    pub buckets: Vec<Resource>,
    /// Lambda functions.
    pub functions: Vec<Function>,
    /// What functions may do, by their roles' ARNs.
    pub roles: BTreeMap<String, Role>,
    /// Values of the secrets, by ARN.
    pub secret_values: BTreeMap<String, String>,
    /// Cross-origin rules, if the API has any.
    pub cors: Option<Cors>,
    /// Which events of AWS's services go to which queues.
    pub event_rules: Vec<EventRule>,
}

/// Events of AWS's services that go to queues.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRule {
    /// Which events.
    pub pattern: Pattern,
    /// The queues' ARNs.
    pub queues: Vec<String>,
}

impl Template {
    /// Reads `text` and resolves it with what is given.
    ///
    /// # Errors
    /// Something is malformed, or asks for what the local cloud does not have.
    pub fn read(text: &str, given: &Given, addresses: &Addresses) -> Result<Self, TemplateError> {
        let document = Document::parse(text)?;
        let scope = document.scope(given, addresses)?;
        let globals = section(&document.root, "Globals")?;
        let mut template = Self {
            tables: document.resources("AWS::DynamoDB::Table", &scope)?,
            queues: document.resources("AWS::SQS::Queue", &scope)?,
            queue_urls: BTreeMap::new(),
            buckets: document.resources("AWS::S3::Bucket", &scope)?,
            functions: Vec::new(),
            roles: BTreeMap::new(),
            secret_values: scope.secrets.clone(),
            cors: document.cors(&scope)?,
            event_rules: document.event_rules(&scope)?,
        };
        template.queues.sort_by_key(|queue| queue.properties.get("RedrivePolicy").is_some());
        for queue in &template.queues {
            let url = scope.resources[&queue.logical_id].reference.clone();
            template.queue_urls.insert(queue.logical_id.clone(), url);
        }
        let defaults = globals.get("Function").cloned().unwrap_or_else(|| Yaml::Mapping(Mapping::new()));
        let defaults = scope.require(&defaults, "Globals.Function")?;
        for resource in document.resources("AWS::Serverless::Function", &scope)? {
            template.functions.push(functions::read(&resource, &defaults)?);
        }
        events::check_routes(&template.functions)?;
        for resource in document.resources("AWS::IAM::Role", &scope)? {
            template.roles.insert(resource.arn.clone(), roles::read(&resource)?);
        }
        roles::check(&template)?;
        Ok(template)
    }

    /// The secrets that must be given, by logical id.
    ///
    /// # Errors
    /// `text` is not a template.
    pub fn secrets(text: &str) -> Result<BTreeSet<String>, TemplateError> {
        let document = Document::parse(text)?;
        Ok(document.of_kind("AWS::SecretsManager::Secret").map(|(id, _)| id.to_owned()).collect())
    }

    /// The names of its parameters.
    ///
    /// # Errors
    /// `text` is not a template.
    pub fn parameters(text: &str) -> Result<BTreeSet<String>, TemplateError> {
        let declared = section(&Document::parse(text)?.root, "Parameters")?;
        Ok(declared.keys().filter_map(|name| name.as_str().map(str::to_owned)).collect())
    }

    /// The function of a group.
    #[must_use]
    pub fn function(&self, group: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.group == group)
    }
}

struct Document {
    root: Mapping,
    resources: Mapping,
    mappings: Mapping,
    conditions: Mapping,
}

impl Document {
    fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut root: Yaml =
            yaml_serde::from_str(text).map_err(|error| TemplateError::new("the file", error.to_string()))?;
        root.apply_merge().map_err(|error| TemplateError::new("the file", error.to_string()))?;
        let Yaml::Mapping(root) = root else {
            return Err(TemplateError::new("the file", "it is not a mapping"));
        };
        let [resources, mappings, conditions] =
            ["Resources", "Mappings", "Conditions"].map(|name| section(&root, name));
        Ok(Self { resources: resources?, mappings: mappings?, conditions: conditions?, root })
    }

    fn of_kind<'d>(&'d self, kind: &'d str) -> impl Iterator<Item = (&'d str, &'d Yaml)> {
        let entries = self.resources.iter().filter_map(|(id, resource)| Some((id.as_str()?, resource)));
        entries.filter(move |(_, resource)| kind_of(resource) == kind)
    }

    fn scope<'d>(&'d self, given: &Given, addresses: &Addresses) -> Result<Scope<'d>, TemplateError> {
        let mut scope = Scope {
            parameters: self.parameters(given)?,
            mappings: &self.mappings,
            conditions: &self.conditions,
            resources: BTreeMap::new(),
            secrets: BTreeMap::new(),
        };
        for (id, resource) in &self.resources {
            let id = id.as_str().ok_or_else(|| TemplateError::new("Resources", "a logical id is a text"))?;
            if !is_made(resource, id, &scope)? {
                continue;
            }
            let kind = kind_of(resource);
            let given_name = name_property(kind).and_then(|property| resource.get("Properties")?.get(property));
            let name = match given_name {
                Some(name) => scope.require(name, &format!("Resources.{id}"))?,
                None => Json::String(generated_name(kind, id)),
            };
            let name = scalar(&name).ok_or_else(|| TemplateError::new(id, "its name is not a text"))?;
            let made = physical(kind, id, &name, addresses);
            if let Some(secret) = given.secrets.get(id) {
                scope.secrets.insert(made.reference.clone(), secret.clone());
            }
            scope.resources.insert(id.to_owned(), made);
        }
        Ok(scope)
    }

    fn parameters(&self, given: &Given) -> Result<BTreeMap<String, Json>, TemplateError> {
        let mut values = BTreeMap::from(
            [
                ("AWS::AccountId", ACCOUNT),
                ("AWS::Region", REGION),
                ("AWS::Partition", "aws"),
                ("AWS::StackName", STACK),
                ("AWS::StackId", STACK),
                ("AWS::URLSuffix", "amazonaws.com"),
            ]
            .map(|(name, value)| (name.to_owned(), Json::from(value))),
        );
        let declared = section(&self.root, "Parameters")?;
        if let Some(unknown) = given.parameters.keys().find(|name| !declared.contains_key(name.as_str())) {
            return Err(TemplateError::new("Parameters", format!("there is no parameter {unknown}")));
        }
        for (name, declaration) in &declared {
            let name = name.as_str().unwrap_or_default();
            let place = format!("Parameters.{name}");
            let default = declaration.get("Default").map(|value| serde_json::to_value(value).unwrap_or_default());
            let text = given.parameters.get(name).cloned().or_else(|| scalar(&default?));
            let text = text.ok_or_else(|| TemplateError::new(&place, "it has no default and no value was given"))?;
            check_allowed(declaration, &text, &place)?;
            let kind = declaration.get("Type").and_then(Yaml::as_str).unwrap_or_default();
            let is_list = kind == "CommaDelimitedList" || kind.starts_with("List<");
            let value =
                if is_list { text.split(',').map(str::trim).collect::<Vec<_>>().into() } else { Json::String(text) };
            values.insert(name.to_owned(), value);
        }
        Ok(values)
    }

    fn resources(&self, kind: &str, scope: &Scope) -> Result<Vec<Resource>, TemplateError> {
        let mut found = Vec::new();
        for (id, resource) in self.of_kind(kind) {
            let Some(made) = scope.resources.get(id) else { continue };
            let place = format!("Resources.{id}.Properties");
            let empty = Yaml::Mapping(Mapping::new());
            let mut properties = scope.require(resource.get("Properties").unwrap_or(&empty), &place)?;
            if let (Json::Object(properties), Some(property)) = (&mut properties, name_property(kind)) {
                properties.insert(property.to_owned(), Json::String(made.name.clone()));
            }
            found.push(Resource {
                logical_id: id.to_owned(),
                name: made.name.clone(),
                arn: made.attributes.get("Arn").cloned().unwrap_or_default(),
                properties,
            });
        }
        Ok(found)
    }

    fn event_rules(&self, scope: &Scope) -> Result<Vec<EventRule>, TemplateError> {
        let rules = self.resources("AWS::Events::Rule", scope)?.into_iter().map(|rule| {
            let pattern = Pattern::parse(&rule.properties["EventPattern"].to_string())
                .map_err(|error| TemplateError::new(&rule.logical_id, error.to_string()))?;
            let targets = rule.properties["Targets"].as_array().into_iter().flatten();
            let queues = targets.filter_map(|target| target["Arn"].as_str().map(str::to_owned)).collect();
            Ok(EventRule { pattern, queues })
        });
        rules.collect()
    }

    fn cors(&self, scope: &Scope) -> Result<Option<Cors>, TemplateError> {
        let apis = self.resources("AWS::Serverless::HttpApi", scope)?;
        if apis.len() > 1 {
            return Err(TemplateError::new("Resources", "the local cloud serves one HttpApi"));
        }
        let globals = section(&self.root, "Globals")?;
        let global = match globals.get("HttpApi") {
            Some(global) => scope.require(global, "Globals.HttpApi")?,
            None => Json::Null,
        };
        let own = apis.first().map(|api| &api.properties);
        if own.is_some_and(|api| api.get("Auth").is_some()) || global.get("Auth").is_some() {
            return Err(TemplateError::new("HttpApi.Auth", "the local gateway has no authorizers"));
        }
        let rules = own.and_then(|api| api.get("CorsConfiguration")).or_else(|| global.get("CorsConfiguration"));
        rules.map(|rules| cors_of(rules, "HttpApi.CorsConfiguration")).transpose()
    }
}

fn section(root: &Mapping, name: &str) -> Result<Mapping, TemplateError> {
    match root.get(name) {
        None => Ok(Mapping::new()),
        Some(Yaml::Mapping(section)) => Ok(section.clone()),
        Some(_) => Err(TemplateError::new(name, "a mapping belongs here")),
    }
}

fn kind_of(resource: &Yaml) -> &str {
    resource.get("Type").and_then(Yaml::as_str).unwrap_or_default()
}

fn is_made(resource: &Yaml, id: &str, scope: &Scope) -> Result<bool, TemplateError> {
    match resource.get("Condition").and_then(Yaml::as_str) {
        Some(condition) => scope.condition(condition, &format!("Resources.{id}")),
        None => Ok(true),
    }
}

fn check_allowed(declaration: &Yaml, value: &str, place: &str) -> Result<(), TemplateError> {
    let Some(allowed) = declaration.get("AllowedValues").and_then(|list| serde_json::to_value(list).ok()) else {
        return Ok(());
    };
    let is_allowed = allowed.as_array().is_some_and(|list| list.iter().filter_map(scalar).any(|one| one == value));
    if is_allowed {
        Ok(())
    } else {
        Err(TemplateError::new(place, format!("{value:?} is not among its AllowedValues")))
    }
}

fn cors_of(rules: &Json, place: &str) -> Result<Cors, TemplateError> {
    let mut cors = Cors::default();
    let Some(rules) = rules.as_object() else {
        // SAM's short forms: `true`, or one origin.
        let origin = rules.as_str().unwrap_or("*");
        return Ok(Cors { origins: vec![origin.to_owned()], ..cors });
    };
    for (name, value) in rules {
        let list = || {
            let items = value.as_array().map(|items| items.iter().filter_map(scalar).collect::<Vec<_>>());
            items.ok_or_else(|| TemplateError::new(&format!("{place}.{name}"), "a list belongs here"))
        };
        match name.as_str() {
            "AllowOrigins" => cors.origins = list()?,
            "AllowMethods" => cors.methods = list()?,
            "AllowHeaders" => cors.headers = list()?,
            "ExposeHeaders" => cors.exposed = list()?,
            "MaxAge" => cors.max_age = scalar(value).and_then(|text| text.parse().ok()),
            "AllowCredentials" => cors.credentials = scalar(value).as_deref() == Some("true"),
            _ => return Err(TemplateError::new(place, format!("{name} is unknown"))),
        }
    }
    Ok(cors)
}
