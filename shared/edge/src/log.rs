//! The log: one JSON line for each request.

use std::sync::OnceLock;
use std::time::Duration;

use http::{Method, StatusCode};
use serde::Serialize;
use store::meter::Reading;

use crate::scope::Scope;

type Sink = Box<dyn Fn(&str) + Send + Sync>;

static SINK: OnceLock<Sink> = OnceLock::new();

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
}

/// What one request came to.
pub(crate) struct Outcome<'a> {
    pub(crate) at: jiff::Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) status: StatusCode,
    pub(crate) took: Duration,
    pub(crate) reading: Reading,
}

/// The line of a request.
pub(crate) fn line(scope: &Scope, outcome: &Outcome<'_>) -> String {
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
    };
    serde_json::to_string(&line).expect("a line has only text and finite numbers")
}

#[cfg(test)]
mod tests {
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
        }
    }

    #[test]
    fn a_line_names_the_route_and_the_cost() {
        let scope = Scope::new(Contract::Crm, "/api/clients/7");
        scope.matched("/api/clients/{id}");
        assert_eq!(
            line(&scope, &outcome(StatusCode::OK)),
            r#"{"timestamp":"1970-01-01T00:00:00Z","level":"INFO","request_id":"id-1","method":"GET","route":"/api/clients/{id}","organisation":null,"contract":"crm","status":200,"milliseconds":1.234,"round_trips":2,"read_units":1.5,"write_units":0.0}"#
        );
    }

    #[test]
    fn a_failure_of_ours_is_an_error_with_its_first_cause() {
        let scope = Scope::new(Contract::Crm, "/");
        scope.blame("the first".into());
        scope.blame("the second".into());
        let line = line(&scope, &outcome(StatusCode::SERVICE_UNAVAILABLE));
        assert!(line.contains(r#""level":"ERROR""#) && line.ends_with(r#""error":"the first"}"#), "{line}");
    }
}
