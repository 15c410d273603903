//! What the template says of permissions, data and logs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{of_type, resources};

/// A statement, or both cases of one that has a condition.
fn cases(statement: &Value) -> Vec<Value> {
    match statement["If"].as_array() {
        Some(cases) => cases[1..].iter().filter(|case| case["Ref"] != "AWS::NoValue").cloned().collect(),
        None => vec![statement.clone()],
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

#[test]
fn no_role_has_a_wildcard_but_for_the_objects_under_a_prefix_of_the_bucket() {
    let mut count = 0;
    // AWS Backup acts by policies that AWS keeps.
    for (name, role) in of_type("AWS::IAM::Role").into_iter().filter(|(name, _)| name != "BackupRole") {
        assert!(role["Properties"]["ManagedPolicyArns"].is_null(), "{name}");
        let policies = list(&role["Properties"]["Policies"]);
        let statements = policies.iter().flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]));
        for statement in statements.flat_map(|statement| cases(&statement)) {
            assert_eq!(statement["Effect"], "Allow", "{name}");
            for action in list(&statement["Action"]) {
                assert!(!action.as_str().unwrap().contains('*'), "{name}: {action}");
            }
            for resource in list(&statement["Resource"]) {
                let text = resource.to_string();
                let prefix =
                    text.strip_prefix(r#"{"Sub":"${Bucket.Arn}/"#).and_then(|rest| rest.strip_suffix(r#"/*"}"#));
                let is_prefix = prefix.is_some_and(|prefix| !prefix.is_empty() && !prefix.contains('*'));
                assert!(is_prefix || !text.contains('*'), "{name}: {resource}");
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn every_function_has_a_role_and_a_log_of_its_own_that_does_not_grow_for_ever() {
    let resources = resources();
    let functions = of_type("AWS::Serverless::Function");
    let of = |path: &str| functions.values().map(|function| function.pointer(path).unwrap().to_string()).collect();
    for path in ["/Properties/Role/GetAtt", "/Properties/LoggingConfig/LogGroup/Ref"] {
        let different: BTreeSet<String> = of(path);
        assert_eq!(different.len(), functions.len(), "{path}");
    }
    for function in functions.values() {
        let log = function.pointer("/Properties/LoggingConfig/LogGroup/Ref").unwrap().as_str().unwrap();
        assert_eq!(resources[log]["Properties"]["RetentionInDays"], json!({"Ref": "LogRetentionDays"}), "{log}");
    }
}

#[test]
fn the_table_can_be_restored_and_is_kept() {
    let table = &resources()["Table"];
    let properties = &table["Properties"];
    assert_eq!([&table["DeletionPolicy"], &table["UpdateReplacePolicy"]], ["RetainExceptOnCreate", "Retain"]);
    assert_eq!(properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(properties["DeletionProtectionEnabled"], json!({"If": ["IsProduction", true, false]}));
}

#[test]
fn the_bucket_is_closed_encrypted_and_reached_over_tls_alone() {
    let resources = resources();
    let bucket = &resources["Bucket"]["Properties"];
    let blocked = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert!(blocked.len() == 4 && blocked.values().all(|value| *value == true), "{blocked:?}");
    assert!(bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0].is_object());
    let policy = &resources["BucketPolicy"]["Properties"];
    let statement = &policy["PolicyDocument"]["Statement"][0];
    assert_eq!(policy["Bucket"], json!({"Ref": "Bucket"}));
    assert_eq!([&statement["Effect"], &statement["Principal"], &statement["Action"]], ["Deny", "*", "s3:*"]);
    assert_eq!(statement["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));
}

#[test]
fn every_queue_is_encrypted_and_keeps_its_messages_for_two_weeks() {
    for (name, queue) in of_type("AWS::SQS::Queue") {
        assert_eq!(queue["Properties"]["SqsManagedSseEnabled"], true, "{name}");
        assert_eq!(queue["Properties"]["MessageRetentionPeriod"], 1_209_600, "{name}");
    }
}

#[test]
fn no_secret_passes_through_a_parameter_or_an_environment_variable() {
    let template = tributary_local::template::EMBEDDED;
    for through in ["NoEcho", "{{resolve:"] {
        assert!(!template.contains(through), "{through}");
    }
    let secrets: BTreeSet<String> = of_type("AWS::SecretsManager::Secret").into_keys().collect();
    for (name, function) in of_type("AWS::Serverless::Function") {
        let variables = function.pointer("/Properties/Environment/Variables").and_then(Value::as_object);
        for (variable, value) in variables.into_iter().flatten() {
            let names_secret = secrets.iter().any(|secret| value.to_string().contains(&format!("\"{secret}\"")));
            assert_eq!(names_secret, variable.ends_with("_ARN"), "{name}: {variable}");
        }
    }
}
