//! DynamoDB and its streams: dynoxide, in the process.

mod table;

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use app::ports::{Clock, Entropy, SystemEntropy, uuid_v7};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dynoxide::Database;
use dynoxide::storage::Storage as DynoxideStorage;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use table::create_table;

use super::server::{Server, bind};
use super::{Error, Storage};
use crate::clock::LocalClock;
use crate::origins::Listen;

/// How often expired items are looked for, by the clock. Each time every item is read. AWS takes up to days; nothing may
/// rely on it.
const SWEEP_INTERVAL: SignedDuration = SignedDuration::from_hours(1);

/// Without this index dynoxide reads every stream record to find the end of a stream and the position of a reader, on
/// each write and each poll.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS tributary_stream_position \
     ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// A running DynamoDB.
pub struct DynamoDb {
    server: Server,
    _hidden: Server,
    database: Database,
    expiry: Expiry,
    _timer: JoinSet<()>,
}

/// Starts DynamoDB and DynamoDB Streams on one port. Expired items are deleted by `clock`.
///
/// # Errors
/// The port is taken, or the file is no database of dynoxide's.
pub async fn start(storage: &Storage, listen: impl Into<Listen>, clock: Arc<LocalClock>) -> Result<DynamoDb, Error> {
    let Listen { port, origins } = listen.into();
    let movable = MovableClock(Arc::clone(&clock));
    let (database, expiry) = match storage {
        Storage::File(path) => (open(path)?, Expiry::File(path.clone(), movable)),
        Storage::Memory => {
            let database = in_memory(movable)?;
            (database.clone(), Expiry::Memory(database))
        }
    };
    let served = database.clone();
    let hidden = Server::start_with(hidden_listener().await?, |listener, stopped| {
        dynoxide::server::serve_with_shutdown(listener, served, stopped)
    })?;
    let server = Server::start(bind(port).await?, door_to(hidden.endpoint()), origins)?;
    let mut timer = JoinSet::new();
    timer.spawn(sweep_on_time(expiry.clone(), clock));
    Ok(DynamoDb { server, _hidden: hidden, database, expiry, _timer: timer })
}

/// dynoxide answers every origin, and listens by itself. So it listens where no page finds it: at any address and port
/// of the 16 million addresses of loopback, where the system has them.
async fn hidden_listener() -> Result<TcpListener, Error> {
    let mut random = [0; 3];
    SystemEntropy.fill(&mut random);
    let [a, b, c] = random;
    match TcpListener::bind((Ipv4Addr::new(127, a, b, c), 0)).await {
        Ok(listener) => Ok(listener),
        Err(_) => bind(0).await,
    }
}

/// Hands requests on to what listens elsewhere.
fn door_to(endpoint: &str) -> Router {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build::<_, Body>(connector);
    let endpoint = endpoint.to_owned();
    Router::new().fallback(move |request| forward(client.clone(), endpoint.clone(), request))
}

async fn forward(client: Client<HttpConnector, Body>, endpoint: String, mut request: Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{endpoint}{path}").parse() else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    match client.request(request).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(%error, "the embedded DynamoDB does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

impl DynamoDb {
    /// The address that clients are given, streams' clients too.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        self.server.endpoint()
    }

    /// The database itself.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Deletes what has expired by the clock, without waiting for the timer, and returns how much.
    ///
    /// # Errors
    /// The database is not readable.
    pub async fn sweep_ttl(&self) -> Result<usize, Error> {
        self.expiry.sweep().await
    }
}

impl std::fmt::Debug for DynamoDb {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DynamoDb").field("server", &self.server).finish_non_exhaustive()
    }
}

fn open(path: &Path) -> Result<Database, Error> {
    let database = Database::new(&path.to_string_lossy())?;
    rusqlite::Connection::open(path)?.execute_batch(STREAM_INDEX)?;
    Ok(database)
}

/// dynoxide does not share the connection of a database in memory. Restoring a snapshot brings the index into it.
fn in_memory(clock: MovableClock) -> Result<Database, Error> {
    let uri = format!("file:/{}?vfs=memdb", uuid_v7(clock.0.now(), &SystemEntropy));
    let snapshot = open(Path::new(&uri))?;
    let database = Database::memory_with_clock(Arc::new(clock))?;
    database.restore_from(&uri)?;
    drop(snapshot);
    Ok(database)
}

async fn sweep_on_time(expiry: Expiry, clock: Arc<LocalClock>) {
    loop {
        clock.reached(clock.now().saturating_add(SWEEP_INTERVAL).expect("hours are absolute")).await;
        if let Err(error) = expiry.sweep().await {
            tracing::warn!(%error, "the TTL sweep failed; the next one tries again");
        }
    }
}

/// How expired items are deleted by the movable clock.
///
/// `Database::sweep_ttl` on a file knows the system's clock alone, so there a second connection to
/// the file, which takes a clock, does the sweep.
#[derive(Clone)]
enum Expiry {
    File(PathBuf, MovableClock),
    Memory(Database),
}

impl Expiry {
    async fn sweep(&self) -> Result<usize, Error> {
        let expiry = self.clone();
        let runtime = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || match expiry {
            Self::Memory(database) => database.sweep_ttl(),
            Self::File(path, clock) => {
                let storage = DynoxideStorage::new(&path.to_string_lossy())?.with_clock(Arc::new(clock));
                runtime.block_on(dynoxide::ttl::sweep_expired_items(&storage))
            }
        });
        Ok(task.await.expect("the TTL sweep does not panic")?)
    }
}

/// The local cloud's clock, as dynoxide asks for it.
#[derive(Clone)]
struct MovableClock(Arc<LocalClock>);

impl dynoxide::storage_backend::Clock for MovableClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}
