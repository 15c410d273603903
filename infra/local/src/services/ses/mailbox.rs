//! The newest mails, in SQLite.

use jiff::Timestamp;
use rusqlite::params;

use super::mail::Mail;
use crate::services::sqlite::Sqlite;
use crate::services::{Error, Storage};

/// How many mails are kept.
const CAPACITY: i64 = 1_000;

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS mails (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    mail TEXT NOT NULL
);
";

/// The mails that were sent, the newest 1,000 of them.
#[derive(Debug, Clone)]
pub struct Mailbox {
    sqlite: Sqlite,
}

impl Mailbox {
    pub(super) fn open(storage: &Storage) -> Result<Self, Error> {
        Ok(Self { sqlite: Sqlite::open(storage, SCHEMA)? })
    }

    /// Every mail, newest first.
    ///
    /// # Errors
    /// The storage is not readable.
    pub async fn list(&self) -> Result<Vec<Mail>, Error> {
        self.sqlite
            .transaction(|tx| {
                let mut statement = tx.prepare_cached("SELECT mail, sent_at FROM mails ORDER BY position DESC")?;
                let mut rows = statement.query([])?;
                let mut mails = Vec::new();
                while let Some(row) = rows.next()? {
                    let mail: Mail = serde_json::from_str(&row.get::<_, String>(0)?)?;
                    mails.push(Mail { sent_at: Timestamp::from_millisecond(row.get(1)?).unwrap_or_default(), ..mail });
                }
                Ok(mails)
            })
            .await
    }

    /// Adds a mail, and drops the oldest one too many.
    pub(super) async fn keep(&self, id: String, mail: Mail) -> Result<(), Error> {
        self.sqlite
            .transaction(move |tx| {
                tx.execute(
                    "INSERT INTO mails (id, sent_at, mail) VALUES (?1, ?2, ?3)",
                    params![id, mail.sent_at.as_millisecond(), serde_json::to_string(&mail)?],
                )?;
                tx.execute("DELETE FROM mails WHERE position <= ?1", [tx.last_insert_rowid() - CAPACITY])?;
                Ok(())
            })
            .await
    }
}
