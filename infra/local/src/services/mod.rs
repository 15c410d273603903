//! The services that a deployment uses, each on a loopback port of its own.
//!
//! They speak AWS's protocols, and Stripe's, so that a function reaches them with the client that it has in
//! Lambda, endpoint apart. A service runs until its handle is dropped.

pub mod dynamodb;
pub mod s3;
pub mod sdk;
pub mod secrets;
pub mod ses;
pub mod sqs;
pub mod stripe;

mod changes;
mod server;
mod sqlite;

use std::path::PathBuf;

/// The account that every ARN names.
pub const ACCOUNT: &str = "000000000000";

/// The region that every ARN names.
pub const REGION: &str = "us-east-1";

/// Where a service keeps its data.
#[derive(Debug, Clone)]
pub enum Storage {
    /// In an SQLite file: what was acknowledged survives the process, however it ends.
    File(PathBuf),
    /// In memory, and gone with the service.
    Memory,
}

/// Why a service could not start, or could not do what the local cloud asked of it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port or a file is not to be had.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// An SQLite file does not open, or does not take a change.
    #[error("the service's SQLite storage failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// Something that is kept is not valid JSON.
    #[error("what the service keeps is not valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The embedded DynamoDB refused something.
    #[error("the embedded DynamoDB failed: {0}")]
    DynamoDb(#[from] dynoxide::DynoxideError),
    /// A call through the AWS SDK failed.
    #[error("{what}: {reason}")]
    Call {
        /// The call.
        what: String,
        /// The SDK's error with its causes.
        reason: String,
    },
    /// The template asks for something that cannot be made.
    #[error("{0}")]
    Template(String),
    /// The data on disk was made by another template.
    #[error(
        "table {table} exists with another {part} than the template's: it has {found}, and {wanted} is wanted; \
         delete the data directory to start afresh"
    )]
    TableDiffers {
        /// The table's name.
        table: String,
        /// Which part of its definition differs.
        part: &'static str,
        /// What is there.
        found: String,
        /// What the template says.
        wanted: String,
    },
}

impl Error {
    fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
