//! CloudFormation's intrinsic functions, resolved to plain JSON.
//!
//! A name with a tag (`!Ref`) and its long form (`Ref:`) are the same. What this account cannot
//! answer is an error, never a guess.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use yaml_serde::{Mapping, Value as Yaml};

use super::TemplateError;
use super::physical::Physical;

/// Everything that a name in the template may stand for.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    /// Parameters by name, and the pseudo parameters.
    pub(super) parameters: BTreeMap<String, Json>,
    /// The template's `Mappings`.
    pub(super) mappings: &'a Mapping,
    /// The template's `Conditions`.
    pub(super) conditions: &'a Mapping,
    /// Resources by logical id.
    pub(super) resources: BTreeMap<String, Physical>,
    /// Values of secrets by ARN.
    pub(super) secrets: BTreeMap<String, String>,
}

type Resolved = Result<Option<Json>, TemplateError>;

impl Scope<'_> {
    /// The plain value of `value`; `None` where it is `AWS::NoValue`.
    pub(super) fn resolve(&self, value: &Yaml, place: &str) -> Resolved {
        match value {
            Yaml::Null => Ok(Some(Json::Null)),
            Yaml::Bool(flag) => Ok(Some(Json::Bool(*flag))),
            Yaml::Number(number) => number_of(number, place).map(Some),
            Yaml::String(text) => self.dynamic_references(text, place).map(|text| Some(Json::String(text))),
            Yaml::Sequence(items) => self.resolve_list(items, place).map(|items| Some(Json::Array(items))),
            Yaml::Mapping(entries) => self.resolve_mapping(entries, place),
            Yaml::Tagged(tagged) => self.call(tagged.tag.to_string().trim_start_matches('!'), &tagged.value, place),
        }
    }

    /// As `resolve`, where a value must be.
    pub(super) fn require(&self, value: &Yaml, place: &str) -> Result<Json, TemplateError> {
        self.resolve(value, place)?.ok_or_else(|| TemplateError::new(place, "AWS::NoValue is no value"))
    }

    /// Whether the named condition holds.
    pub(super) fn condition(&self, name: &str, place: &str) -> Result<bool, TemplateError> {
        let Some(condition) = self.conditions.get(name) else {
            return Err(TemplateError::new(place, format!("there is no condition {name}")));
        };
        self.truth(condition, &format!("Conditions.{name}"))
    }

    fn resolve_list(&self, items: &[Yaml], place: &str) -> Result<Vec<Json>, TemplateError> {
        let mut resolved = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            resolved.extend(self.resolve(item, &format!("{place}[{index}]"))?);
        }
        Ok(resolved)
    }

    fn resolve_mapping(&self, entries: &Mapping, place: &str) -> Resolved {
        if let Some((function, argument)) = long_form(entries) {
            return self.call(function, argument, place);
        }
        let mut resolved = Map::new();
        for (key, value) in entries {
            let key = key_of(key, place)?;
            if let Some(value) = self.resolve(value, &format!("{place}.{key}"))? {
                resolved.insert(key, value);
            }
        }
        Ok(Some(Json::Object(resolved)))
    }

    fn call(&self, function: &str, argument: &Yaml, place: &str) -> Resolved {
        match function {
            "Ref" => self.reference(plain(argument, place)?, place),
            "GetAtt" => self.attribute(argument, place).map(|text| Some(Json::String(text))),
            "Sub" => self.substitute(argument, place).map(|text| Some(Json::String(text))),
            "If" => {
                let [condition, then, otherwise] = arguments(argument, place)?;
                let holds = self.condition(plain(condition, place)?, place)?;
                self.resolve(if holds { then } else { otherwise }, place)
            }
            "Join" => {
                let [separator, parts] = arguments(argument, place)?;
                let parts = self.texts(parts, place)?;
                Ok(Some(Json::String(parts.join(plain(separator, place)?))))
            }
            "Split" => {
                let [separator, text] = arguments(argument, place)?;
                let text = self.text(text, place)?;
                let parts = text.split(plain(separator, place)?).map(|part| Json::String(part.to_owned()));
                Ok(Some(Json::Array(parts.collect())))
            }
            "Select" => {
                let [index, list] = arguments(argument, place)?;
                let index: usize = self.text(index, place)?.parse().map_err(|_| {
                    TemplateError::new(place, "the first argument of Select is the index of an element")
                })?;
                let parts = self.texts(list, place)?;
                let part = parts.get(index).ok_or_else(|| {
                    TemplateError::new(place, format!("Select wants element {index} of {}", parts.len()))
                })?;
                Ok(Some(Json::String(part.clone())))
            }
            "FindInMap" => self.find_in_map(argument, place),
            "Equals" | "And" | "Or" | "Not" | "Condition" => {
                self.logic(function, argument, place).map(|truth| Some(Json::Bool(truth)))
            }
            unknown => Err(TemplateError::new(place, format!("the local cloud does not know the function {unknown}"))),
        }
    }

    fn reference(&self, name: &str, place: &str) -> Resolved {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        match self.resources.get(name) {
            Some(resource) => Ok(Some(Json::String(resource.reference.clone()))),
            None => {
                Err(TemplateError::new(place, format!("{name} is neither a parameter with a value nor a resource")))
            }
        }
    }

    fn attribute(&self, argument: &Yaml, place: &str) -> Result<String, TemplateError> {
        match argument {
            Yaml::String(dotted) => {
                let (id, attribute) = dotted
                    .split_once('.')
                    .ok_or_else(|| TemplateError::new(place, format!("GetAtt {dotted} names no attribute")))?;
                self.attribute_of(id, attribute, place)
            }
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
                let [id, attribute] = arguments(argument, place)?;
                self.attribute_of(plain(id, place)?, plain(attribute, place)?, place)
            }
        }
    }

    fn attribute_of(&self, id: &str, attribute: &str, place: &str) -> Result<String, TemplateError> {
        let resource =
            self.resources.get(id).ok_or_else(|| TemplateError::new(place, format!("there is no resource {id}")))?;
        resource
            .attributes
            .get(attribute)
            .cloned()
            .ok_or_else(|| TemplateError::new(place, format!("the local cloud has no attribute {attribute} of {id}")))
    }

    fn substitute(&self, argument: &Yaml, place: &str) -> Result<String, TemplateError> {
        let (template, variables) = match argument {
            Yaml::String(template) => (template.as_str(), None),
            Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
                let [template, variables] = arguments(argument, place)?;
                (plain(template, place)?, variables.as_mapping())
            }
        };
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| TemplateError::new(place, format!("a ${{ without its }} in {template:?}")))?;
            text.push_str(before);
            text.push_str(&self.variable(name, variables, place)?);
            rest = after;
        }
        text.push_str(rest);
        self.dynamic_references(&text, place)
    }

    fn variable(&self, name: &str, variables: Option<&Mapping>, place: &str) -> Result<String, TemplateError> {
        if let Some(literal) = name.strip_prefix('!') {
            return Ok(format!("${{{literal}}}"));
        }
        if let Some(value) = variables.and_then(|variables| variables.get(name)) {
            return self.text(value, place);
        }
        if let Some((id, attribute)) = name.split_once('.') {
            return self.attribute_of(id, attribute, place);
        }
        let value = self.reference(name, place)?.unwrap_or_default();
        scalar(&value).ok_or_else(|| TemplateError::new(place, format!("{name} is not a text")))
    }

    fn find_in_map(&self, argument: &Yaml, place: &str) -> Resolved {
        let [map, first, second] = arguments(argument, place)?;
        let (map, first, second) = (self.text(map, place)?, self.text(first, place)?, self.text(second, place)?);
        let found = self
            .mappings
            .get(map.as_str())
            .and_then(|map| map.get(first.as_str()))
            .and_then(|row| row.get(second.as_str()))
            .ok_or_else(|| TemplateError::new(place, format!("Mappings.{map}.{first}.{second} does not exist")))?;
        self.resolve(found, place)
    }

    fn truth(&self, value: &Yaml, place: &str) -> Result<bool, TemplateError> {
        match self.require(value, place)? {
            Json::Bool(truth) => Ok(truth),
            Json::String(text) if text == "true" => Ok(true),
            Json::String(text) if text == "false" => Ok(false),
            Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => {
                Err(TemplateError::new(place, "a condition is true or false"))
            }
        }
    }

    fn logic(&self, function: &str, argument: &Yaml, place: &str) -> Result<bool, TemplateError> {
        if function == "Condition" {
            return self.condition(plain(argument, place)?, place);
        }
        if function == "Equals" {
            let [left, right] = arguments(argument, place)?;
            return Ok(self.text(left, place)? == self.text(right, place)?);
        }
        let operands = argument
            .as_sequence()
            .ok_or_else(|| TemplateError::new(place, format!("{function} takes a list of conditions")))?;
        let truths = operands.iter().map(|operand| self.truth(operand, place)).collect::<Result<Vec<_>, _>>()?;
        match function {
            "And" => Ok(truths.iter().all(|truth| *truth)),
            "Or" => Ok(truths.iter().any(|truth| *truth)),
            _not => Ok(truths.first().is_none_or(|truth| !truth)),
        }
    }

    /// The texts of a list, which may itself be the result of a function.
    fn texts(&self, value: &Yaml, place: &str) -> Result<Vec<String>, TemplateError> {
        let list = self.require(value, place)?;
        let texts = list.as_array().map(|items| items.iter().map(scalar).collect::<Option<Vec<_>>>());
        texts.flatten().ok_or_else(|| TemplateError::new(place, "a list of texts belongs here"))
    }

    fn text(&self, value: &Yaml, place: &str) -> Result<String, TemplateError> {
        let value = self.require(value, place)?;
        scalar(&value).ok_or_else(|| TemplateError::new(place, "a text belongs here"))
    }

    /// Replaces `{{resolve:secretsmanager:<arn>}}` by the secret's value.
    fn dynamic_references(&self, text: &str, place: &str) -> Result<String, TemplateError> {
        let Some((before, after)) = text.split_once("{{resolve:") else {
            return Ok(text.to_owned());
        };
        let unknown = || TemplateError::new(place, format!("{text} has no value in the local cloud"));
        let (reference, after) = after.split_once("}}").ok_or_else(unknown)?;
        let arn = reference.strip_prefix("secretsmanager:").ok_or_else(unknown)?;
        let secret = self.secrets.get(arn.trim_end_matches(":SecretString")).ok_or_else(unknown)?;
        Ok(format!("{before}{secret}{}", self.dynamic_references(after, place)?))
    }
}

/// A scalar as the text that CloudFormation sees.
pub(super) fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn long_form(entries: &Mapping) -> Option<(&str, &Yaml)> {
    let (key, argument) = entries.iter().next().filter(|_| entries.len() == 1)?;
    let key = key.as_str()?;
    // `Condition: name` is a function only inside a condition; elsewhere it is an attribute of a resource or a key of
    // an IAM statement.
    match key {
        "Ref" => Some((key, argument)),
        _ => key.strip_prefix("Fn::").map(|function| (function, argument)),
    }
}

fn arguments<'y, const N: usize>(argument: &'y Yaml, place: &str) -> Result<[&'y Yaml; N], TemplateError> {
    let list = argument.as_sequence().map(|items| items.iter().collect::<Vec<_>>()).unwrap_or_default();
    list.try_into().map_err(|_| TemplateError::new(place, format!("a list of {N} arguments belongs here")))
}

fn plain<'y>(value: &'y Yaml, place: &str) -> Result<&'y str, TemplateError> {
    value.as_str().ok_or_else(|| TemplateError::new(place, "a plain text belongs here"))
}

fn key_of(key: &Yaml, place: &str) -> Result<String, TemplateError> {
    match key {
        Yaml::String(key) => Ok(key.clone()),
        Yaml::Number(key) => Ok(key.to_string()),
        Yaml::Bool(key) => Ok(key.to_string()),
        Yaml::Null | Yaml::Sequence(_) | Yaml::Mapping(_) | Yaml::Tagged(_) => {
            Err(TemplateError::new(place, "a key is a text"))
        }
    }
}

fn number_of(number: &yaml_serde::Number, place: &str) -> Result<Json, TemplateError> {
    serde_json::to_value(number).map_err(|_| TemplateError::new(place, format!("{number} is no number in JSON")))
}
