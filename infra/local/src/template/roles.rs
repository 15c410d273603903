//! Roles of functions: what each may do.

use serde_json::Value as Json;

use super::{EventKind, Resource, Template, TemplateError};
use crate::permissions::{Access, Condition, Role, Statement};
use crate::services::{ACCOUNT, REGION};

/// Reads a role's own policies.
pub(super) fn read(resource: &Resource) -> Result<Role, TemplateError> {
    let place = format!("Resources.{}.Properties", resource.logical_id);
    if resource.properties.get("ManagedPolicyArns").is_some() {
        return Err(TemplateError::new(&place, "the local cloud has no managed policies"));
    }
    let mut statements = Vec::new();
    for policy in resource.properties.get("Policies").and_then(Json::as_array).into_iter().flatten() {
        let own = policy.pointer("/PolicyDocument/Statement").and_then(Json::as_array);
        let own = own.ok_or_else(|| TemplateError::new(&place, "a policy has a list of statements"))?;
        for statement in own {
            statements.push(statement_of(statement).map_err(|problem| TemplateError::new(&place, problem))?);
        }
    }
    Ok(Role::new(resource.logical_id.clone(), statements))
}

fn statement_of(statement: &Json) -> Result<Statement, String> {
    let mut names = statement.as_object().into_iter().flat_map(|statement| statement.keys());
    if let Some(unknown) =
        names.find(|name| !["Sid", "Effect", "Action", "Resource", "Condition"].contains(&name.as_str()))
    {
        return Err(format!("the local cloud does not know {unknown} in a role's statement"));
    }
    if statement.get("Effect").and_then(Json::as_str) != Some("Allow") {
        return Err("a role's statement allows something".to_owned());
    }
    let conditions = statement.get("Condition").map_or_else(|| Ok(Vec::new()), conditions_of)?;
    Ok(Statement { actions: texts(statement, "Action")?, resources: texts(statement, "Resource")?, conditions })
}

/// Operators that compare texts, and ask it of every value.
fn conditions_of(conditions: &Json) -> Result<Vec<Condition>, String> {
    let mut found = Vec::new();
    for (operator, keys) in conditions.as_object().into_iter().flatten() {
        if !["StringLike", "ForAllValues:StringLike"].contains(&operator.as_str()) {
            return Err(format!("the local cloud does not know the condition {operator}"));
        }
        for key in keys.as_object().into_iter().flat_map(|keys| keys.keys()) {
            found.push(Condition { key: key.clone(), patterns: texts(keys, key)? });
        }
    }
    Ok(found)
}

/// One text or several.
fn texts(of: &Json, name: &str) -> Result<Vec<String>, String> {
    match of.get(name) {
        Some(Json::String(one)) => Ok(vec![one.clone()]),
        Some(Json::Array(several)) => {
            let texts: Option<Vec<_>> = several.iter().map(|text| text.as_str().map(str::to_owned)).collect();
            texts.ok_or_else(|| format!("{name} is a list of texts"))
        }
        Some(Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_)) | None => {
            Err(format!("a role's statement has a {name}"))
        }
    }
}

/// Refuses a function whose role is not there, or does not allow what Lambda does in its name.
pub(super) fn check(template: &Template) -> Result<(), TemplateError> {
    for function in &template.functions {
        let Some(arn) = &function.role else { continue };
        let place = format!("Resources.{}.Properties.Role", function.logical_id);
        let role = template.roles.get(arn);
        let role = role.ok_or_else(|| TemplateError::new(&place, format!("there is no role {arn}")))?;
        let log = function.log_group.iter().flat_map(|name| {
            let stream = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:log-stream:one");
            ["logs:CreateLogStream", "logs:PutLogEvents"].map(|action| Access::new(action, &stream))
        });
        let told = function.retries.on_failure.iter().map(|queue| Access::new("sqs:SendMessage", queue));
        let read = function.events.iter().flat_map(|event| of_source(&event.kind));
        for access in log.chain(told).chain(read) {
            if !role.allows(&access) {
                return Err(TemplateError::new(
                    &place,
                    format!("Lambda needs {access}, which the role does not allow"),
                ));
            }
        }
    }
    Ok(())
}

/// What Lambda demands of a role for an event source mapping.
fn of_source(kind: &EventKind) -> Vec<Access> {
    match kind {
        EventKind::Http(_) | EventKind::Schedule(_) => Vec::new(),
        EventKind::Queue(source) => ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
            .map(|action| Access::new(action, &source.arn))
            .into(),
        EventKind::Stream(source) => {
            let read = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
            let read = read.map(|action| Access::new(&format!("dynamodb:{action}"), &source.arn));
            let told = source.on_failure.iter().map(|queue| Access::new("sqs:SendMessage", queue));
            read.into_iter().chain(told).collect()
        }
    }
}
