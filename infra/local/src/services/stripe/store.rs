//! What the stand-in keeps, in SQLite. Times are seconds since 1970.

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;

use super::error::StripeError;
use super::shape::text;
use crate::services::Error;

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, position);
CREATE INDEX IF NOT EXISTS objects_parent ON objects (parent, kind, position);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    answered_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL UNIQUE REFERENCES objects (id),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS outcomes (
    object TEXT PRIMARY KEY REFERENCES objects (id),
    outcome TEXT NOT NULL,
    due_at INTEGER NOT NULL
);
";

type Result<T> = std::result::Result<T, StripeError>;

/// An event that was not delivered yet.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) position: i64,
    pub(super) body: String,
    pub(super) attempts: usize,
}

pub(super) fn setting(tx: &Transaction, name: &str) -> std::result::Result<Option<String>, Error> {
    Ok(tx.query_row("SELECT value FROM settings WHERE name = ?1", [name], |row| row.get(0)).optional()?)
}

pub(super) fn set_setting(tx: &Transaction, name: &str, value: &str) -> std::result::Result<(), Error> {
    tx.execute("INSERT INTO settings VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", [name, value])?;
    Ok(())
}

/// Keeps a new object.
pub(super) fn insert(tx: &Transaction, object: &Value, parent: Option<&str>) -> Result<()> {
    let (id, kind) = (text(object, "/id"), text(object, "/object"));
    let mut statement = tx.prepare_cached("INSERT INTO objects (id, kind, parent, body) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![id, kind, parent, object.to_string()])?;
    Ok(())
}

/// Keeps a changed object.
pub(super) fn update(tx: &Transaction, object: &Value) -> Result<()> {
    let mut statement = tx.prepare_cached("UPDATE objects SET body = ?2 WHERE id = ?1")?;
    statement.execute(params![text(object, "/id"), object.to_string()])?;
    Ok(())
}

pub(super) fn find(tx: &Transaction, kind: &str, id: &str) -> Result<Option<Value>> {
    let mut statement = tx.prepare_cached("SELECT body FROM objects WHERE id = ?1 AND kind = ?2")?;
    let body: Option<String> = statement.query_row([id, kind], |row| row.get(0)).optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// An object that a request names in `param`.
pub(super) fn required(tx: &Transaction, kind: &str, id: &str, param: &str) -> Result<Value> {
    find(tx, kind, id)?.ok_or_else(|| StripeError::no_such(kind, id, param))
}

/// The objects that belong to another one, oldest first.
pub(super) fn children(tx: &Transaction, parent: &str, kind: &str) -> Result<Vec<Value>> {
    let mut statement =
        tx.prepare_cached("SELECT body FROM objects WHERE parent = ?1 AND kind = ?2 ORDER BY position")?;
    let bodies = statement.query_map([parent, kind], |row| row.get::<_, String>(0))?;
    bodies.map(|body| Ok(serde_json::from_str(&body?)?)).collect()
}

/// Objects of a kind whose fields have these values, newest first, older than `after`.
pub(super) fn list(
    tx: &Transaction,
    kind: &str,
    filters: &[(&str, &str)],
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Value>> {
    let mut statement = tx.prepare_cached(
        "SELECT body FROM objects WHERE kind = ?1
         AND (?2 IS NULL OR position < (SELECT position FROM objects WHERE id = ?2)) ORDER BY position DESC",
    )?;
    let mut rows = statement.query(params![kind, after])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let object: Value = serde_json::from_str(&row.get::<_, String>(0)?)?;
        let has = |(field, wanted): &(&str, &str)| match &object[*field] {
            Value::Bool(flag) => flag.to_string() == *wanted,
            value => value.as_str() == Some(*wanted),
        };
        if filters.iter().all(has) {
            found.push(object);
        }
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// The request that an idempotency key was used for since `oldest`, and its answer.
pub(super) fn answered(tx: &Transaction, key: &str, oldest: i64) -> Result<Option<(String, String)>> {
    tx.execute("DELETE FROM answers WHERE answered_at <= ?1", [oldest])?;
    let mut statement = tx.prepare_cached("SELECT request, answer FROM answers WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(super) fn keep_answer(tx: &Transaction, key: &str, request: &str, answer: &str, now: i64) -> Result<()> {
    tx.execute("INSERT INTO answers VALUES (?1, ?2, ?3, ?4)", params![key, request, answer, now])?;
    Ok(())
}

/// Has an event delivered, beginning at once.
pub(super) fn enqueue(tx: &Transaction, event: &str, now: i64) -> Result<()> {
    tx.execute("INSERT INTO deliveries (event, due_at) VALUES (?1, ?2)", params![event, now])?;
    Ok(())
}

/// The due event that was made first.
pub(super) fn next_delivery(tx: &Transaction, now: i64) -> Result<Option<Delivery>> {
    let mut statement = tx.prepare_cached(
        "SELECT deliveries.position, body, attempts FROM deliveries JOIN objects ON id = event
         WHERE due_at <= ?1 ORDER BY deliveries.position LIMIT 1",
    )?;
    let delivery =
        |row: &rusqlite::Row| Ok(Delivery { position: row.get(0)?, body: row.get(1)?, attempts: row.get(2)? });
    Ok(statement.query_row([now], delivery).optional()?)
}

/// Has an event delivered again at `due_at`, or never.
pub(super) fn attempted(tx: &Transaction, position: i64, due_at: Option<i64>) -> Result<()> {
    match due_at {
        Some(due_at) => tx.execute(
            "UPDATE deliveries SET attempts = attempts + 1, due_at = ?2 WHERE position = ?1",
            [position, due_at],
        )?,
        None => tx.execute("DELETE FROM deliveries WHERE position = ?1", [position])?,
    };
    Ok(())
}

/// Notes what becomes of an object at `due_at`.
pub(super) fn schedule(tx: &Transaction, object: &str, outcome: &str, due_at: i64) -> Result<()> {
    tx.execute("INSERT INTO outcomes VALUES (?1, ?2, ?3)", params![object, outcome, due_at])?;
    Ok(())
}

/// Takes the objects whose time has come, with what becomes of them.
pub(super) fn take_due_outcomes(tx: &Transaction, now: i64) -> Result<Vec<(String, String)>> {
    let mut statement =
        tx.prepare_cached("SELECT object, outcome FROM outcomes WHERE due_at <= ?1 ORDER BY due_at, rowid")?;
    let due =
        statement.query_map([now], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<std::result::Result<_, _>>()?;
    tx.execute("DELETE FROM outcomes WHERE due_at <= ?1", [now])?;
    Ok(due)
}

/// When there is something to do next.
pub(super) fn next_due(tx: &Transaction) -> Result<Option<i64>> {
    let query = "SELECT MIN(due_at) FROM (SELECT due_at FROM deliveries UNION ALL SELECT due_at FROM outcomes)";
    Ok(tx.query_row(query, [], |row| row.get(0))?)
}
