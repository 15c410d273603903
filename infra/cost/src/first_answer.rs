//! Whether every bootstrap starts with the environment that the template gives it, and answers an event.

use std::path::{Path, PathBuf};

use serde_json::Value;
use tributary_local::template::Function;
use tributary_local::{Cloud, Options, registry};

use crate::Failure;
use crate::cold_start::{self, first_events};

/// Which of `events/` a function is tried with. The others are asked for their first path.
const EVENTS: [(&str, &str); 14] = [
    ("auth", "http-post-login"),
    ("clients", "http-get-clients"),
    ("docs", "http-unknown"),
    ("documents", "http-get-invoice-pdf"),
    ("expenses", "http-post-expense"),
    ("files", "http-post-file"),
    ("leads", "http-post-lead"),
    ("organisations", "sqs-work"),
    ("pages", "http-get-page"),
    ("payment-links", "stream-payment-link-retired"),
    ("stripe-webhook", "http-post-stripe-event"),
    ("sweep", "schedule-sweep"),
    ("webhook-dispatcher", "sqs-delivery"),
    ("webhook-fanout", "stream-invoice-paid"),
];

/// Starts every bootstrap of a directory, and says what of them does not work.
///
/// # Errors
/// The local cloud does not start, or an event cannot be read.
pub async fn faults(directory: &Path) -> Result<Vec<String>, Failure> {
    let cloud = Cloud::start(Options::ephemeral(), registry::build).await?;
    let mut faults = Vec::new();
    for function in &cloud.template().functions {
        let variables = cloud.environment().variables_of(&function.group);
        let program = directory.join(&function.group);
        match cold_start::start(&program, &variables, &event(function)?).await {
            Ok(start) if is_failure(&start.body) => {
                faults.push(format!("{}: {}", function.group, String::from_utf8_lossy(&start.body)));
            }
            Ok(_) => println!("{:<20} answers", function.group),
            Err(error) => faults.push(format!("{}: {error}", function.group)),
        }
    }
    cloud.shutdown().await;
    Ok(faults)
}

fn event(function: &Function) -> Result<Value, Failure> {
    let example = EVENTS.iter().find(|(group, _)| *group == function.group);
    let Some((_, name)) = example else {
        let (alone, with_table) = first_events(function)?;
        return with_table.or(alone).ok_or_else(|| format!("{} has no event", function.group).into());
    };
    let events = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events");
    Ok(serde_json::from_str(&std::fs::read_to_string(events.join(format!("{name}.json")))?)?)
}

/// Whether an answer says that the function failed: an HTTP status of 5xx, or messages and records that come again.
fn is_failure(answer: &[u8]) -> bool {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return true };
    let status = answer["statusCode"].as_u64().unwrap_or(200);
    let comes_again = answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
    status >= 500 || comes_again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_5xx_or_work_that_comes_again_or_no_json() {
        for (answer, expected) in [
            (r#"{"statusCode": 404, "body": ""}"#, false),
            (r#"{"statusCode": 503}"#, true),
            (r#"{"batchItemFailures": []}"#, false),
            (r#"{"batchItemFailures": [{"itemIdentifier": "1"}]}"#, true),
            ("panic", true),
        ] {
            assert_eq!(is_failure(answer.as_bytes()), expected, "{answer}");
        }
    }
}
