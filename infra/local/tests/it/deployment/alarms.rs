//! Whatever can lose money or events has an alarm.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{of_type, resources};

/// The alarms on a metric of AWS's, with the values of one of its dimensions that they look at.
fn watched(metric: &str, dimension: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, alarm) in of_type("AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        let parts = properties["Metrics"].as_array().into_iter().flatten();
        let parts = parts.map(|part| &part["MetricStat"]["Metric"]).filter(|part| !part.is_null());
        for part in parts.chain([properties]).filter(|part| part["MetricName"] == metric) {
            let dimensions = part["Dimensions"].as_array().into_iter().flatten();
            let of = dimensions.filter(|given| given["Name"] == dimension).map(|given| given["Value"].clone());
            found.extend(of.map(|value| (name.clone(), value)));
        }
    }
    found
}

/// How often each resource is looked at.
fn counted(watched: Vec<(String, Value)>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (_, value) in watched {
        let id = value["Ref"].as_str().or_else(|| value["GetAtt"].as_str()).unwrap();
        *counts.entry(id.split('.').next().unwrap().to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn errors_and_throttles_of_every_function_have_one_alarm_each() {
    let once: BTreeMap<_, _> = of_type("AWS::Serverless::Function").into_keys().map(|name| (name, 1)).collect();
    assert!(once.len() > 15, "{once:?}");
    for metric in ["Errors", "Throttles"] {
        assert_eq!(counted(watched(metric, "FunctionName")), once, "{metric}");
    }
}

#[test]
fn every_queue_of_what_failed_has_an_alarm_but_that_of_receivers_which_do_not_answer() {
    let templates = resources();
    let mut failed = BTreeSet::new();
    collect_targets(&json!(templates), &mut failed);
    assert!(failed.remove("DeliveryDeadLetterQueue"), "{failed:?}");
    assert!(failed.len() >= 3, "{failed:?}");
    let watched = counted(watched("ApproximateNumberOfMessagesVisible", "QueueName"));
    assert_eq!(watched.into_keys().collect::<BTreeSet<_>>(), failed);
}

/// The queues that something names as where what failed goes.
fn collect_targets(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(entries) = value.as_object() {
        let targets =
            [&value["deadLetterTargetArn"], &value["OnFailure"]["Destination"], &value["DeadLetterConfig"]["Arn"]];
        let ids = targets.into_iter().filter_map(|target| target["GetAtt"].as_str());
        found.extend(ids.map(|id| id.split('.').next().unwrap().to_owned()));
        entries.values().for_each(|value| collect_targets(value, found));
    }
    value.as_array().into_iter().flatten().for_each(|value| collect_targets(value, found));
}

#[test]
fn every_reader_of_the_stream_has_an_alarm_on_its_lag() {
    let readers = of_type("AWS::Serverless::Function").into_iter().filter(|(_, function)| {
        let mut events = function["Properties"]["Events"].as_object().into_iter().flat_map(|events| events.values());
        events.any(|event| event["Type"] == "DynamoDB")
    });
    let once: BTreeMap<_, _> = readers.map(|(name, _)| (name, 1)).collect();
    assert_eq!(counted(watched("IteratorAge", "FunctionName")), once);
}

#[test]
fn every_alarm_tells_somebody_when_it_begins_and_when_it_ends() {
    for (name, alarm) in of_type("AWS::CloudWatch::Alarm") {
        let properties = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(properties[actions], json!([{"Ref": "AlarmTopic"}]), "{name}: {actions}");
        }
        assert_eq!(properties["AlarmName"]["Sub"], format!("${{AWS::StackName}}-{name}"));
        let parts = properties["Metrics"].as_array().map_or(0, Vec::len);
        assert!(parts <= 11, "{name}: an alarm takes ten metrics and their sum");
    }
}

#[test]
fn the_sweep_is_missed_after_26_hours_and_what_is_not_told_counts_as_missing() {
    let sweep = &of_type("AWS::CloudWatch::Alarm")["SweepMissing"]["Properties"];
    let number = |name: &str| sweep[name].as_u64().unwrap();
    assert_eq!(number("Period") * number("EvaluationPeriods"), 26 * 3_600);
    assert_eq!(sweep["DatapointsToAlarm"], sweep["EvaluationPeriods"]);
    assert_eq!(sweep["TreatMissingData"], "breaching");
    assert_eq!(sweep["Dimensions"][1], json!({"Name": "function", "Value": "sweep"}));
}

#[test]
fn the_alarms_on_stripe_go_by_what_is_logged() {
    let source = include_str!("../../../../../shared/app/src/stripe_events.rs");
    let filter = &of_type("AWS::Logs::MetricFilter")["StripeUnbookedFilter"]["Properties"];
    let code = filter["FilterPattern"].as_str().unwrap();
    assert!(source.contains(code), "{code} is logged nowhere");
    let alarms = of_type("AWS::CloudWatch::Alarm");
    let unbooked = &alarms["StripeUnbooked"]["Properties"];
    let transformation = &filter["MetricTransformations"][0];
    assert_eq!(unbooked["MetricName"], transformation["MetricName"]);
    assert_eq!(unbooked["Namespace"], transformation["MetricNamespace"]);
    let source = include_str!("../../../../../functions/stripe-webhook/src/lib.rs");
    let counted = alarms["StripeSignatureFailures"]["Properties"]["MetricName"].as_str().unwrap();
    assert!(source.contains(&format!("metrics::count(\"{counted}\")")), "{counted} is counted nowhere");
}

#[test]
fn the_dashboard_shows_every_alarm() {
    let body = of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["Properties"]["DashboardBody"]["Sub"].clone();
    let body: Value = serde_json::from_str(body.as_str().unwrap()).unwrap();
    let shown = body["widgets"][0]["properties"]["alarms"].as_array().unwrap().iter();
    let shown: BTreeSet<_> = shown.map(|arn| arn.as_str().unwrap().to_owned()).collect();
    let alarms = of_type("AWS::CloudWatch::Alarm").into_keys().map(|name| format!("${{{name}.Arn}}"));
    assert_eq!(shown, alarms.collect());
}
