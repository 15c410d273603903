//! What is deployed: the template as it is written, and the documents beside it.

mod alarms;
mod permissions;
mod runbook;
mod template;

use std::collections::BTreeMap;

use serde_json::Value;
use tributary_local::template::EMBEDDED;
use yaml_serde::Value as Yaml;

/// The template's resources, with `!Ref x` as `{"Ref": "x"}` and so on.
pub fn resources() -> BTreeMap<String, Value> {
    let template: Yaml = yaml_serde::from_str(EMBEDDED).unwrap();
    let resources = template.get("Resources").unwrap().as_mapping().unwrap();
    resources.iter().map(|(id, resource)| (id.as_str().unwrap().to_owned(), plain(resource))).collect()
}

/// Those of a type.
pub fn of_type(kind: &str) -> BTreeMap<String, Value> {
    resources().into_iter().filter(|(_, resource)| resource["Type"] == kind).collect()
}

fn plain(value: &Yaml) -> Value {
    match value {
        Yaml::Sequence(items) => items.iter().map(plain).collect(),
        Yaml::Mapping(entries) => {
            entries.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), plain(value))).collect()
        }
        Yaml::Tagged(tagged) => {
            let function = tagged.tag.to_string();
            [(function.trim_start_matches('!').to_owned(), plain(&tagged.value))].into_iter().collect()
        }
        Yaml::Null | Yaml::Bool(_) | Yaml::Number(_) | Yaml::String(_) => serde_json::to_value(value).unwrap(),
    }
}
