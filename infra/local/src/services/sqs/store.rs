//! The queues and messages in SQLite. Times are milliseconds since 1970.

use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::error::{Refusal, SqsError};
use super::message::MessageAttributes;
use super::queue::{Attributes, RETENTION, Redrive};
use super::queue_arn;

/// A message is in flight while it has a receipt and is not visible, and delayed while it has none. It is postponed if
/// who received it has said since when it is to be seen again.
pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY,
    attributes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    queue TEXT NOT NULL REFERENCES queues (name),
    body TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    receipt TEXT,
    postponed INTEGER NOT NULL DEFAULT FALSE,
    dead_letter_source TEXT,
    message_group TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible_at, position);
CREATE INDEX IF NOT EXISTS messages_age ON messages (queue, sent_at);
";

const GROUPS: &str = "
CREATE INDEX IF NOT EXISTS messages_groups ON messages (queue, message_group, visible_at, position);
CREATE INDEX IF NOT EXISTS messages_taken ON messages (queue, message_group, visible_at) WHERE receipt IS NOT NULL;
";

/// Each group has a turn for its first message, then each for its second. A group's messages in flight count as turns
/// that it has had, so a group whose messages take long does not keep the others waiting.
const DUE: &str = "
WITH RECURSIVE groups (name) AS (
    SELECT MIN(message_group) FROM messages WHERE queue = ?1
    UNION ALL
    SELECT (SELECT MIN(message_group) FROM messages WHERE queue = ?1 AND message_group > name)
    FROM groups WHERE name IS NOT NULL
),
heads AS (
    SELECT m.*, ROW_NUMBER() OVER (PARTITION BY m.message_group ORDER BY m.visible_at, m.position)
        + (SELECT COUNT(*) FROM messages taken WHERE taken.queue = ?1 AND taken.message_group = groups.name
           AND taken.visible_at > ?2 AND taken.receipt IS NOT NULL) AS turn
    FROM groups JOIN messages m ON m.position IN (
        SELECT position FROM messages WHERE queue = ?1 AND message_group = groups.name AND visible_at <= ?2
        ORDER BY visible_at, position LIMIT ?3
    )
)
SELECT id, body, attributes, sent_at, receive_count, first_received_at, dead_letter_source, message_group
FROM heads ORDER BY turn, visible_at, position LIMIT ?3";

/// A queue as it is stored.
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) attributes: Attributes,
    pub(super) created_at: i64,
    pub(super) modified_at: i64,
}

/// A message as it is stored.
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) attributes: MessageAttributes,
    pub(super) sent_at: i64,
    pub(super) receive_count: i64,
    pub(super) first_received_at: Option<i64>,
    pub(super) dead_letter_source: Option<String>,
    /// Empty without one.
    pub(super) group: String,
}

/// How many messages a queue holds, by state.
pub(super) struct Counts {
    pub(super) visible: i64,
    pub(super) in_flight: i64,
    pub(super) delayed: i64,
}

pub(super) fn find_queue(tx: &Transaction, name: &str) -> Result<Option<Queue>, SqsError> {
    let mut statement = tx.prepare_cached("SELECT attributes, created_at, modified_at FROM queues WHERE name = ?1")?;
    let row = statement.query_row([name], |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((attributes, created_at, modified_at)) = row else { return Ok(None) };
    let attributes = serde_json::from_str(&attributes)?;
    Ok(Some(Queue { name: name.to_owned(), attributes, created_at, modified_at }))
}

pub(super) fn queue(tx: &Transaction, name: &str) -> Result<Queue, SqsError> {
    find_queue(tx, name)?.ok_or_else(|| Refusal::QueueDoesNotExist.into())
}

/// Writes a queue, new or changed.
pub(super) fn save_queue(tx: &Transaction, queue: &Queue) -> Result<(), SqsError> {
    tx.execute(
        "INSERT INTO queues (name, attributes, created_at, modified_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET attributes = ?2, modified_at = ?4",
        params![queue.name, serde_json::to_string(&queue.attributes)?, queue.created_at, queue.modified_at],
    )?;
    Ok(())
}

/// Names that start with `prefix` and come after `after`.
pub(super) fn queue_names(tx: &Transaction, prefix: &str, after: &str, limit: i64) -> Result<Vec<String>, SqsError> {
    let mut statement = tx.prepare_cached(
        "SELECT name FROM queues WHERE substr(name, 1, length(?1)) = ?1 AND name > ?2 ORDER BY name LIMIT ?3",
    )?;
    let names = statement.query_map(params![prefix, after, limit], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

pub(super) fn insert(tx: &Transaction, queue: &str, message: &Message, visible_at: i64) -> Result<(), SqsError> {
    let mut statement = tx.prepare_cached(
        "INSERT INTO messages (id, queue, body, attributes, sent_at, visible_at, message_group)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let attributes = serde_json::to_string(&message.attributes)?;
    let Message { id, body, sent_at, group, .. } = message;
    statement.execute(params![id, queue, body, attributes, sent_at, visible_at, group])?;
    Ok(())
}

/// Drops what the queue has kept for longer than it keeps messages.
pub(super) fn drop_expired(tx: &Transaction, queue: &Queue, now: i64) -> Result<(), SqsError> {
    let oldest = now - queue.attributes.number(&RETENTION) * 1_000;
    let mut statement = tx.prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent_at <= ?2")?;
    statement.execute(params![queue.name, oldest])?;
    Ok(())
}

pub(super) fn delete_all(tx: &Transaction, queue: &str) -> Result<(), SqsError> {
    tx.execute("DELETE FROM messages WHERE queue = ?1", [queue])?;
    Ok(())
}

pub(super) fn counts(tx: &Transaction, queue: &str, now: i64) -> Result<Counts, SqsError> {
    let mut statement = tx.prepare_cached(
        "SELECT COALESCE(SUM(visible_at <= ?2), 0),
                COALESCE(SUM(visible_at > ?2 AND receipt IS NOT NULL), 0),
                COALESCE(SUM(visible_at > ?2 AND receipt IS NULL), 0)
         FROM messages WHERE queue = ?1",
    )?;
    let counts = |row: &Row| Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? });
    Ok(statement.query_row(params![queue, now], counts)?)
}

/// The messages that have been due for longest, of each group in turn.
pub(super) fn due(tx: &Transaction, queue: &str, now: i64, limit: i64) -> Result<Vec<Message>, SqsError> {
    let mut statement = tx.prepare_cached(DUE)?;
    let mut rows = statement.query(params![queue, now, limit])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(Message {
            id: row.get(0)?,
            body: row.get(1)?,
            attributes: serde_json::from_str(&row.get::<_, String>(2)?)?,
            sent_at: row.get(3)?,
            receive_count: row.get(4)?,
            first_received_at: row.get(5)?,
            dead_letter_source: row.get(6)?,
            group: row.get(7)?,
        });
    }
    Ok(messages)
}

/// When the queue's next message becomes due.
pub(super) fn next_due(tx: &Transaction, queue: &str) -> Result<Option<i64>, SqsError> {
    let mut statement = tx.prepare_cached("SELECT MIN(visible_at) FROM messages WHERE queue = ?1")?;
    Ok(statement.query_row([queue], |row| row.get(0))?)
}

/// Puts a message in flight under a new receipt.
pub(super) fn take(tx: &Transaction, message: &Message, receipt: &str, visible_at: i64) -> Result<(), SqsError> {
    let mut statement = tx.prepare_cached(
        "UPDATE messages
         SET receipt = ?2, visible_at = ?3, receive_count = ?4, first_received_at = ?5, postponed = FALSE WHERE id = ?1",
    )?;
    statement.execute(params![message.id, receipt, visible_at, message.receive_count, message.first_received_at])?;
    Ok(())
}

/// Moves the due messages that were received as often as they may be to the dead-letter queue, where their receives
/// count anew. Their age goes on. Returns whether there were any.
pub(super) fn bury_due(tx: &Transaction, queue: &str, redrive: &Redrive, now: i64) -> Result<bool, SqsError> {
    let mut statement = tx.prepare_cached(
        "UPDATE messages SET queue = ?2, dead_letter_source = ?3, receive_count = 0, first_received_at = NULL,
                receipt = NULL, visible_at = ?4
         WHERE queue = ?1 AND visible_at <= ?4 AND receive_count >= ?5",
    )?;
    let buried = statement.execute(params![queue, redrive.queue, queue_arn(queue), now, redrive.max_receive_count])?;
    Ok(buried > 0)
}

/// Deletes a message if the receipt is its latest.
pub(super) fn delete(tx: &Transaction, queue: &str, id: &str, receipt: &str) -> Result<(), SqsError> {
    let mut statement = tx.prepare_cached("DELETE FROM messages WHERE queue = ?1 AND id = ?2 AND receipt = ?3")?;
    statement.execute([queue, id, receipt])?;
    Ok(())
}

/// Adds the groups to a file of an earlier form.
pub(super) fn add_groups(tx: &Transaction) -> Result<(), rusqlite::Error> {
    let known = "SELECT COUNT(*) FROM pragma_table_info('messages') WHERE name = 'message_group'";
    if tx.query_row(known, [], |row| row.get::<_, i64>(0))? == 0 {
        tx.execute("ALTER TABLE messages ADD COLUMN message_group TEXT NOT NULL DEFAULT ''", [])?;
    }
    tx.execute_batch(GROUPS)
}

/// Makes visible what was received and neither deleted nor postponed. On AWS it comes back after its visibility
/// timeout, minutes later; here who had it has ended with the process.
pub(super) fn give_back(tx: &Transaction) -> Result<usize, rusqlite::Error> {
    tx.execute("UPDATE messages SET visible_at = sent_at WHERE receipt IS NOT NULL AND NOT postponed", [])
}

/// Changes when a message in flight becomes visible. Tells whether it was in flight by that receipt.
pub(super) fn postpone(
    tx: &Transaction,
    queue: &str,
    (id, receipt): (&str, &str),
    now: i64,
    visible_at: i64,
) -> Result<bool, SqsError> {
    let changed = tx.execute(
        "UPDATE messages SET visible_at = ?5, postponed = TRUE WHERE queue = ?1 AND id = ?2 AND receipt = ?3 AND visible_at > ?4",
        params![queue, id, receipt, now, visible_at],
    )?;
    Ok(changed > 0)
}
