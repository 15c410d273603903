//! How fast functions start: from the execution of a bootstrap to its first answer, beside a function that does
//! nothing.
//!
//! The time limit holds the first answer that a function gives alone. `sweep` gives none, since all that it does asks the
//! table, so nothing limits its time: it is printed in the column `+ table`, and the limit of memory holds it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::{Value, json};
use tributary_local::template::{EventKind, Function, Route};
use tributary_local::{Cloud, Options, registry};

use crate::Failure;
use crate::bootstrap::{Bootstrap, Memory};
use crate::build::HELLO;
use crate::runtime_api::{Invocation, RuntimeApi};

/// The most that a start may take, as a multiple of the one that does nothing.
pub const MOST_TIME: f64 = 1.5;
/// The most that may be resident after the first answer, in megabytes.
pub const MOST_MEMORY: f64 = 30.0;
/// The function that has fonts and a typesetter in it, and may be larger.
pub const LARGE: &str = "documents";

/// A token that is nobody's: to refuse it, the user whom it names is looked for.
const TOKEN: &str = "0192f0c123457abc8def0123456789ab0123456789abcdef0123456789abcdef";
const NOBODY: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// What several starts came to: the one in the middle.
#[derive(Debug, Clone, Copy)]
pub struct Start {
    /// Until the first answer.
    pub time: Duration,
    /// What was resident then.
    pub memory: Memory,
}

/// A start, and what was answered.
pub(crate) struct FirstAnswer {
    pub(crate) start: Start,
    pub(crate) body: Bytes,
}

/// How a function starts.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The function.
    pub name: String,
    /// The size of its bootstrap, in bytes.
    pub bytes: u64,
    /// With a first answer that needs nobody; none where every call needs the table: then no time limit holds it.
    pub alone: Option<Start>,
    /// With a first answer that needs the table, or a key from Secrets Manager; none where none such is known.
    pub with_table: Option<Start>,
}

/// The functions of the template.
///
/// # Errors
/// The local cloud does not start.
pub async fn functions() -> Result<Vec<String>, Failure> {
    let cloud = Cloud::start(Options::ephemeral(), registry::build).await?;
    let names = cloud.template().functions.iter().map(|function| function.group.clone()).collect();
    cloud.shutdown().await;
    Ok(names)
}

/// Starts every bootstrap of a directory so often, in turns.
///
/// # Errors
/// One of them does not answer.
pub async fn measure(directory: &Path, times: usize) -> Result<Vec<Measured>, Failure> {
    let cloud = Cloud::start(Options::ephemeral(), registry::build).await?;
    let variables = cloud.environment().variables();
    let mut kinds = vec![(HELLO.to_owned(), Some(request("GET", "/", None)), None)];
    for function in &cloud.template().functions {
        let (alone, with_table) = first_events(function)?;
        kinds.push((function.group.clone(), alone, with_table));
    }
    let mut starts: BTreeMap<(usize, bool), Vec<Start>> = BTreeMap::new();
    for _ in 0..times {
        for (place, (name, alone, with_table)) in kinds.iter().enumerate() {
            for (needs_table, event) in [(false, alone), (true, with_table)] {
                if let Some(event) = event {
                    let program = directory.join(name);
                    starts
                        .entry((place, needs_table))
                        .or_default()
                        .push(start(&program, &variables, event).await?.start);
                }
            }
        }
    }
    let measured = kinds.into_iter().enumerate().map(|(place, (name, _, _))| {
        let bytes = std::fs::metadata(directory.join(&name))?.len();
        let [alone, with_table] =
            [false, true].map(|needs_table| starts.remove(&(place, needs_table)).and_then(middle));
        Ok(Measured { name, bytes, alone, with_table })
    });
    let measured = measured.collect::<Result<Vec<_>, Failure>>();
    cloud.shutdown().await;
    measured
}

/// Starts a bootstrap with an event.
pub(crate) async fn start(
    program: &Path,
    variables: &BTreeMap<String, String>,
    event: &Value,
) -> Result<FirstAnswer, Failure> {
    let api = RuntimeApi::start().await?;
    let invocation = Invocation {
        id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".into(),
        arn: "arn:aws:lambda:eu-central-1:123456789012:function:bench".into(),
        // The middle of 2100: nobody runs out of time here.
        deadline: 4_118_000_000_000,
        event: Bytes::from(event.to_string()),
    };
    let answer = api.queue(invocation)?;
    let started = Instant::now();
    let bootstrap = Bootstrap::start(program, &api, variables, |_| ())?;
    let answered = tokio::time::timeout(Duration::from_secs(30), answer).await;
    let name = program.display();
    let answered = answered.map_err(|_| format!("{name} does not answer"))?.map_err(|e| format!("{name}: {e}"))?;
    let start = Start { time: answered.at - started, memory: bootstrap.memory()? };
    Ok(FirstAnswer { start, body: answered.body })
}

fn middle(mut starts: Vec<Start>) -> Option<Start> {
    starts.sort_by_key(|start| start.time);
    starts.get(starts.len() / 2).copied()
}

/// First events of a function: one that it can answer alone, and one that it needs the table or its key for.
pub(crate) fn first_events(function: &Function) -> Result<(Option<Value>, Option<Value>), Failure> {
    let paths = function.events.iter().filter_map(|event| match &event.kind {
        EventKind::Http(Route::Path { path, .. }) => Some(path.as_str()),
        _ => None,
    });
    // The first, and one without a rest if there is one.
    let path = paths.min_by_key(|path| path.contains("{proxy+}"));
    let Some(path) = path else {
        let examples = |name: &str| -> Result<Option<Value>, Failure> {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events").join(name);
            Ok(Some(serde_json::from_str(&std::fs::read_to_string(file)?)?))
        };
        let nothing = Some(json!({"Records": []}));
        return Ok(match function.group.as_str() {
            "webhook-fanout" => (nothing, examples("stream-invoice-paid.json")?),
            "webhook-dispatcher" => (nothing, examples("sqs-delivery.json")?),
            "sweep" => (None, examples("schedule-sweep.json")?),
            _ => (nothing, None),
        });
    };
    let path: Vec<&str> = path.split('/').map(|word| if word.starts_with('{') { NOBODY } else { word }).collect();
    let path = path.join("/");
    Ok(match function.group.as_str() {
        // Neither asks for a credential.
        "docs" | "stripe-webhook" => (Some(request("GET", &path, None)), None),
        // A page's address holds a keyed hash: the key is fetched before anything is said of it.
        "pages" => (None, Some(request("GET", &path, None))),
        // Its first paths are those of a sign-up.
        "auth" => (Some(request("GET", "/api/me", None)), Some(request("GET", "/api/me", Some(TOKEN)))),
        "files" => {
            let upload = format!("/api/clients/{NOBODY}/files");
            // A method that it does not have: whatever else is sent waits for the key.
            (Some(request("GET", &upload, None)), Some(request("POST", &upload, Some(TOKEN))))
        }
        _ => (Some(request("GET", &path, None)), Some(request("GET", &path, Some(TOKEN)))),
    })
}

fn request(method: &str, path: &str, token: Option<&str>) -> Value {
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("ANY {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"accept": "application/json", "host": "api.example.com"},
        "requestContext": {
            "accountId": "123456789012", "apiId": "bench", "domainName": "api.example.com", "domainPrefix": "api",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7", "userAgent": "bench",
            },
            "requestId": "VdR5xgQ1FiAEMqA=", "routeKey": format!("ANY {path}"), "stage": "$default",
            "time": "20/Oct/2026:09:14:06 +0000", "timeEpoch": 1_792_487_646_123_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some(token) = token {
        event["headers"]["authorization"] = json!(format!("Token {token}"));
    }
    event
}

/// The lines that are printed, and what is over the limits.
#[must_use]
pub fn lines(measured: &[Measured]) -> (Vec<String>, Vec<String>) {
    let hello = measured.iter().find(|row| row.name == HELLO).and_then(|row| row.alone);
    let base = hello.map_or(f64::NAN, |start| milliseconds(start.time));
    let head = format!(
        "{:<20} {:>9} {:>9} {:>7} {:>7} {:>11} {:>7}",
        "function", "size MB", "start ms", "hello ×", "RSS MB", "+ table ms", "RSS MB"
    );
    let (mut lines, mut faults) = (vec![head], Vec::new());
    for Measured { name, bytes, alone, with_table } in measured {
        let show = |start: Option<Start>, value: &dyn Fn(Start) -> f64| {
            start.map_or_else(|| "–".to_owned(), |start| format!("{:.1}", value(start)))
        };
        let (time, memory) = (|start: Start| milliseconds(start.time), |start: Start| megabytes(start.memory));
        #[allow(clippy::cast_precision_loss, reason = "a size to one decimal")]
        let size = *bytes as f64 / 1e6;
        lines.push(format!(
            "{name:<20} {size:>9.1} {:>9} {:>7} {:>7} {:>11} {:>7}",
            show(*alone, &time),
            show(*alone, &|start| time(start) / base),
            show(*alone, &memory),
            show(*with_table, &time),
            show(*with_table, &memory),
        ));
        if name == LARGE {
            continue;
        }
        for start in alone.iter().filter(|start| time(**start) > MOST_TIME * base) {
            faults.push(format!("{name} takes {:.1} × the time of a function that does nothing", time(*start) / base));
        }
        for start in alone.iter().chain(with_table).filter(|start| memory(**start) > MOST_MEMORY) {
            faults.push(format!("{name} has {:.1} MB resident", memory(*start)));
        }
    }
    (lines, faults)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[allow(clippy::cast_precision_loss, reason = "a size to one decimal")]
fn megabytes(memory: Memory) -> f64 {
    memory.resident as f64 / 1024.0
}
