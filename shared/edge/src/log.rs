//! The log: one JSON line for each request, and for each other call of a function.

use std::fmt::Display;
use std::sync::OnceLock;
use std::time::Duration;

use app::App;
use futures::FutureExt;
use http::{Method, StatusCode};
use lambda_http::Context;
use lambda_http::tracing::Subscriber;
use lambda_http::tracing::level_filters::LevelFilter;
use lambda_http::tracing::subscriber::filter::Targets;
use lambda_http::tracing::subscriber::fmt::MakeWriter;
use lambda_http::tracing::subscriber::layer::{Layer, SubscriberExt};
use lambda_http::tracing::subscriber::util::SubscriberInitExt;
use lambda_http::tracing::subscriber::{fmt, registry};
use serde::Serialize;
use serde_json::{Value, json};
use store::meter::{Meter, Reading};

use crate::lambda::{Invocation, Limits};
use crate::metrics::{self, Metric};
use crate::scope::Scope;

type Sink = Box<dyn Fn(&str) + Send + Sync>;

static SINK: OnceLock<Sink> = OnceLock::new();

/// Writes what libraries and a function's own code say to standard output, as JSON where Lambda's own lines are: what
/// `RUST_LOG` lets through (`warn`, or `info,hyper=debug`), and of what it does not name, from the function's level on
/// (`AWS_LAMBDA_LOG_LEVEL`), or from `INFO`. A request's line is not among it.
///
/// The runtime has a subscriber of its own. It reads `RUST_LOG` with regular expressions, whose tables are relocated at
/// every start.
pub fn subscribe() {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let targets = targets(&variable("AWS_LAMBDA_LOG_LEVEL"), &variable("RUST_LOG"));
    let is_json = variable("AWS_LAMBDA_LOG_FORMAT").eq_ignore_ascii_case("json");
    lines(targets, is_json, std::io::stdout).init();
}

/// As Lambda has the lines of libraries and of a function's own code.
pub fn lines<W>(targets: Targets, is_json: bool, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let layer = fmt::layer().with_ansi(false).with_target(false).with_writer(writer);
    let layer = if is_json { layer.json().boxed() } else { layer.boxed() };
    registry().with(targets).with(layer)
}

/// What is let through. What cannot be read, of a list too, is left out.
fn targets(level: &str, wanted: &str) -> Targets {
    let level = match level {
        // To the parser, an empty text is a level.
        "" => LevelFilter::INFO,
        // Lambda's word for what a function does not survive.
        "FATAL" => LevelFilter::ERROR,
        level => level.parse().unwrap_or(LevelFilter::INFO),
    };
    let parts = wanted.split(',').map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty() && part.parse::<Targets>().is_ok()).collect();
    let read: Targets = if parts.is_empty() { Targets::new() } else { parts.join(",").parse().unwrap_or_default() };
    match read.default_level() {
        Some(_) => read,
        None => read.with_default(level),
    }
}

/// Gives this process's lines to `sink`. Without one they go to standard output, which is where
/// Lambda takes them from. The first call counts.
pub fn redirect(sink: impl Fn(&str) + Send + Sync + 'static) {
    SINK.get_or_init(|| Box::new(sink));
}

/// Writes a line.
pub fn write(line: &str) {
    match SINK.get() {
        Some(sink) => sink(line),
        None => println!("{line}"),
    }
}

/// Runs what a function does that no request called, within its time, and writes its line: what came of it, and what it
/// cost.
///
/// # Errors
/// Those of `work`.
pub async fn job<T: Serialize, E: Display>(
    app: &App,
    function: &'static str,
    context: &Context,
    work: impl Future<Output = Result<T, E>> + Send,
) -> Result<T, E> {
    let (meter, invocation) = (Meter::default(), Invocation::of(context));
    let work = meter.scope(work).boxed();
    let done = match Limits::of(context, app.now()) {
        Some(limits) => store::deadline::scope(limits.deadline, work).await,
        None => work.await,
    };
    let Reading { round_trips, read_units, write_units } = meter.reading();
    let mut line = json!({
        "timestamp": app.now(),
        "level": if done.is_ok() { "INFO" } else { "ERROR" },
        "request_id": context.request_id,
        "function": function,
        "report": done.as_ref().ok(),
        "error": done.as_ref().err().map(E::to_string),
        "round_trips": round_trips,
        "read_units": read_units,
        "write_units": write_units,
    });
    if let (Some(line), Ok(Value::Object(invocation))) = (line.as_object_mut(), serde_json::to_value(invocation)) {
        line.extend(invocation);
    }
    if let Some(stack) = metrics::stack() {
        measure_job(&mut line, stack, done.is_ok());
    }
    write(&line.to_string());
    done
}

/// Whether a job ended well is a metric of its function: an alarm goes by it.
fn measure_job(line: &mut Value, stack: &str, ended_well: bool) {
    let dimensions = ["stack", "function"];
    line["stack"] = stack.into();
    line["ended_well"] = u8::from(ended_well).into();
    line["_aws"] = metrics::embedded(metrics::now(), &dimensions, &[Metric::count("ended_well")]);
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: jiff::Timestamp,
    level: &'static str,
    request_id: &'a str,
    method: &'a str,
    /// The template: a path's ids and a query's values are the customer's.
    route: Option<&'a str>,
    organisation: Option<String>,
    contract: &'static str,
    status: u16,
    milliseconds: f64,
    round_trips: u32,
    read_units: f64,
    write_units: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    #[serde(flatten)]
    invocation: &'a Invocation,
    #[serde(flatten)]
    measured: Option<Measured<'a>>,
}

/// What makes a request's line metrics of its contract.
#[derive(Serialize)]
struct Measured<'a> {
    stack: &'a str,
    server_errors: u8,
    #[serde(rename = "_aws")]
    embedded: Value,
}

impl<'a> Measured<'a> {
    const METRICS: [Metric; 5] = [
        Metric::milliseconds("milliseconds"),
        Metric::count("round_trips"),
        Metric::count("read_units"),
        Metric::count("write_units"),
        Metric::count("server_errors"),
    ];

    fn new(stack: &'a str, outcome: &Outcome<'_>) -> Self {
        let embedded = metrics::embedded(outcome.at, &["stack", "contract"], &Self::METRICS);
        Self { stack, server_errors: u8::from(outcome.status.is_server_error()), embedded }
    }
}

/// What one request came to.
pub(crate) struct Outcome<'a> {
    pub(crate) at: jiff::Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) status: StatusCode,
    pub(crate) took: Duration,
    pub(crate) reading: Reading,
    pub(crate) invocation: Invocation,
}

/// The line of a request, with metrics where there is a stack that they are of.
pub(crate) fn line(scope: &Scope, outcome: &Outcome<'_>, stack: Option<&str>) -> String {
    let Reading { round_trips, read_units, write_units } = outcome.reading;
    let error = scope.cause();
    let line = Line {
        timestamp: outcome.at,
        level: if outcome.status.is_server_error() || error.is_some() { "ERROR" } else { "INFO" },
        request_id: outcome.request_id,
        method: outcome.method.as_str(),
        route: scope.route(),
        organisation: scope.organisation().map(|id| id.to_string()),
        contract: scope.contract.as_str(),
        status: outcome.status.as_u16(),
        milliseconds: (outcome.took.as_secs_f64() * 1e6).round() / 1e3,
        round_trips,
        read_units,
        write_units,
        error,
        invocation: &outcome.invocation,
        measured: stack.map(|stack| Measured::new(stack, outcome)),
    };
    serde_json::to_string(&line).expect("a line has only text and finite numbers")
}

#[cfg(test)]
mod tests {
    use lambda_http::tracing::Level;

    use super::*;
    use crate::contract::Contract;

    fn outcome(status: StatusCode) -> Outcome<'static> {
        Outcome {
            at: jiff::Timestamp::UNIX_EPOCH,
            request_id: "id-1",
            method: &Method::GET,
            status,
            took: Duration::from_micros(1_234),
            reading: Reading { round_trips: 2, read_units: 1.5, write_units: 0.0 },
            invocation: Invocation::default(),
        }
    }

    #[test]
    fn what_libraries_say_is_let_through_as_far_as_is_wanted() {
        let lets = |function, wanted, target, level| targets(function, wanted).would_enable(target, &level);
        for (function, wanted, level, quieter) in [
            ("", "", Level::INFO, Level::DEBUG),
            ("DEBUG", "", Level::DEBUG, Level::TRACE),
            ("FATAL", "", Level::ERROR, Level::WARN),
            ("what?", "", Level::INFO, Level::DEBUG),
            ("DEBUG", "WARN", Level::WARN, Level::INFO),
            ("DEBUG", "warn,", Level::WARN, Level::INFO),
            ("", "hyper=loud,warn", Level::WARN, Level::INFO),
            ("WARN", "hyper=debug", Level::DEBUG, Level::TRACE),
        ] {
            assert!(lets(function, wanted, "hyper::proto", level), "{function} {wanted}");
            assert!(!lets(function, wanted, "hyper::proto", quieter), "{function} {wanted}");
        }
        assert!(lets("WARN", "hyper=debug", "h2", Level::WARN) && !lets("WARN", "hyper=debug", "h2", Level::INFO));
        assert!(lets("", "info,hyper=debug", "h2", Level::INFO) && !lets("", "info,hyper=debug", "h2", Level::DEBUG));
    }

    #[test]
    fn a_line_names_the_route_and_the_cost() {
        let scope = Scope::new(Contract::Crm, "/api/clients/7", &http::HeaderMap::new());
        scope.matched("/api/clients/{id}");
        assert_eq!(
            line(&scope, &outcome(StatusCode::OK), None),
            r#"{"timestamp":"1970-01-01T00:00:00Z","level":"INFO","request_id":"id-1","method":"GET","route":"/api/clients/{id}","organisation":null,"contract":"crm","status":200,"milliseconds":1.234,"round_trips":2,"read_units":1.5,"write_units":0.0,"cold_start":false}"#
        );
    }

    #[test]
    fn a_failure_of_ours_is_an_error_with_its_first_cause() {
        let scope = Scope::new(Contract::Crm, "/", &http::HeaderMap::new());
        scope.blame("the first".into());
        scope.blame("the second".into());
        let line = line(&scope, &outcome(StatusCode::SERVICE_UNAVAILABLE), None);
        assert!(line.contains(r#""level":"ERROR""#) && line.contains(r#""error":"the first","#), "{line}");
    }

    #[test]
    fn a_deployments_lines_are_metrics_of_contract_and_function() {
        let scope = Scope::new(Contract::Crm, "/", &http::HeaderMap::new());
        let line: Value =
            serde_json::from_str(&line(&scope, &outcome(StatusCode::INTERNAL_SERVER_ERROR), Some("books"))).unwrap();
        metrics::assert_is_complete(&line);
        assert_eq!((&line["stack"], &line["server_errors"]), (&json!("books"), &json!(1)));

        let mut job = json!({"function": "sweep"});
        measure_job(&mut job, "books", true);
        metrics::assert_is_complete(&job);
        assert_eq!((&job["stack"], &job["ended_well"]), (&json!("books"), &json!(1)));
    }
}
