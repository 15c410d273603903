//! Metrics for CloudWatch, which takes them out of log lines in its embedded metric format.
//!
//! A line says in `_aws` which of its fields are metrics. They are told in a deployment alone, where `METRICS_STACK`
//! names its stack. Dimensions have few values: each combination of them is a metric that is paid for.

use std::sync::OnceLock;

use app::ports::{Clock, SystemClock};
use jiff::Timestamp;
use serde_json::{Value, json};

/// The namespace of all metrics.
const NAMESPACE: &str = "Tributary";

/// A field of a line that is a metric, and what it counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metric {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
}

impl Metric {
    pub(crate) const fn count(name: &'static str) -> Self {
        Self { name, unit: "Count" }
    }

    pub(crate) const fn milliseconds(name: &'static str) -> Self {
        Self { name, unit: "Milliseconds" }
    }
}

/// The stack of the deployment, if this is one.
pub(crate) fn stack() -> Option<&'static str> {
    static STACK: OnceLock<Option<String>> = OnceLock::new();
    STACK.get_or_init(|| std::env::var("METRICS_STACK").ok().filter(|stack| !stack.is_empty())).as_deref()
}

/// What a line carries as `_aws`. The dimensions are fields of the line too, with the stack as `stack`.
pub(crate) fn embedded(at: Timestamp, dimensions: &[&str], metrics: &[Metric]) -> Value {
    let metrics: Vec<_> = metrics.iter().map(|metric| json!({"Name": metric.name, "Unit": metric.unit})).collect();
    json!({
        "Timestamp": at.as_millisecond(),
        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics}],
    })
}

/// The time for lines of what has no clock of its own. Metrics are told where it is the system's.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// Counts something that happened, in a line of its own.
pub fn count(name: &'static str) {
    if let Some(stack) = stack() {
        crate::log::write(&counted(name, stack, now()).to_string());
    }
}

fn counted(name: &'static str, stack: &str, at: Timestamp) -> Value {
    json!({
        "timestamp": at,
        "level": "INFO",
        "stack": stack,
        name: 1,
        "_aws": embedded(at, &["stack"], &[Metric::count(name)]),
    })
}

/// Whether CloudWatch will find in a line what its `_aws` names.
#[cfg(test)]
pub(crate) fn assert_is_complete(line: &Value) {
    assert!(line["_aws"]["Timestamp"].is_i64(), "{line}");
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], NAMESPACE);
    for dimension in directive["Dimensions"][0].as_array().unwrap() {
        assert!(line[dimension.as_str().unwrap()].is_string(), "{dimension} in {line}");
    }
    for metric in directive["Metrics"].as_array().unwrap() {
        assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} in {line}");
        assert!(["Count", "Milliseconds"].contains(&metric["Unit"].as_str().unwrap()), "{metric}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_metric_of_its_stack() {
        let line = counted("stripe_signature_failures", "books", Timestamp::UNIX_EPOCH);
        assert_is_complete(&line);
        assert_eq!((&line["stack"], &line["stripe_signature_failures"]), (&json!("books"), &json!(1)));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([["stack"]]));
    }
}
