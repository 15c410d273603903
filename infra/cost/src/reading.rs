//! What an invocation costs, as its own line of the log says.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;

/// What a line of the log says of the table.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
pub struct Reading {
    /// Calls to DynamoDB.
    pub round_trips: u32,
    /// Read capacity units.
    pub read_units: f64,
    /// Write capacity units.
    pub write_units: f64,
}

#[derive(Deserialize)]
struct Line {
    request_id: String,
    #[serde(flatten)]
    reading: Reading,
}

static LINES: LazyLock<Mutex<HashMap<String, Reading>>> = LazyLock::new(Mutex::default);

fn lines() -> MutexGuard<'static, HashMap<String, Reading>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a line, if it is one of an invocation.
pub fn keep(line: &str) {
    if let Ok(Line { request_id, reading }) = serde_json::from_str(line) {
        lines().insert(request_id, reading);
    }
}

/// Takes the lines of functions that run in this process.
pub fn listen() {
    edge::log::redirect(keep);
}

/// What the line of an invocation says, if it has been written.
#[must_use]
pub fn of(request_id: &str) -> Option<Reading> {
    lines().get(request_id).copied()
}
