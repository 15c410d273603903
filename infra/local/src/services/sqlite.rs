//! One SQLite connection, used from async code.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, Transaction};

use super::{Error, Storage};

/// A connection that every request of a service shares.
///
/// The journal is a write-ahead log, and SQLite's default of one fsync for each commit stays: what
/// was acknowledged is on the disk.
#[derive(Debug, Clone)]
pub(super) struct Sqlite {
    connection: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the storage and brings `schema` (idempotent statements) into it.
    pub(super) fn open(storage: &Storage, schema: &str) -> Result<Self, Error> {
        let connection = match storage {
            Storage::File(path) => Connection::open(path)?,
            Storage::Memory => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(schema)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Runs `work` in one transaction away from the async threads: committed if it succeeds, rolled
    /// back if not.
    pub(super) async fn transaction<T, E>(
        &self,
        work: impl FnOnce(&Transaction) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<rusqlite::Error> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        let task = tokio::task::spawn_blocking(move || {
            // A panic has rolled its transaction back, so the connection is good.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction()?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        task.await.expect("the work on a service's storage does not panic")
    }
}
