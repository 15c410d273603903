//! Lambda's Runtime API, as far as a function needs it: it asks for the next invocation and answers it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderName, StatusCode};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::Failure;

/// The version of the interface, as its paths begin.
const VERSION: &str = "/2018-06-01/runtime";
/// How long a function may take from its answer to its next request.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer of a function, and when it came.
#[derive(Debug)]
pub struct Answered {
    /// What was answered.
    pub body: Bytes,
    /// When the last byte of it was here.
    pub at: Instant,
}

/// What one invocation says of itself.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its id.
    pub id: String,
    /// The function's ARN.
    pub arn: String,
    /// When the function must have answered, in milliseconds since 1970.
    pub deadline: u64,
    /// The event.
    pub event: Bytes,
}

type Waiting = oneshot::Sender<Result<Answered, String>>;

#[derive(Debug)]
struct Shared {
    queue: tokio::sync::Mutex<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, Waiting>>,
    turns: watch::Sender<Turns>,
}

/// How often the function has asked for an invocation, and how often it has answered one.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    asked: u64,
    answered: u64,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, id: &str, answer: Result<Answered, String>) -> StatusCode {
        match self.waiting().remove(id) {
            Some(waiting) => {
                // Before whoever waits can look.
                self.turns.send_modify(|turns| turns.answered += 1);
                // Whoever asked may have gone.
                drop(waiting.send(answer));
            }
            None => return StatusCode::BAD_REQUEST,
        }
        StatusCode::ACCEPTED
    }
}

/// A Runtime API for one instance of one function.
#[derive(Debug)]
pub struct RuntimeApi {
    address: String,
    queue: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

impl RuntimeApi {
    /// Listens on any free port of this machine.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (queue, invocations) = mpsc::unbounded_channel();
        let queued = tokio::sync::Mutex::new(invocations);
        let turns = watch::Sender::new(Turns::default());
        let shared = Arc::new(Shared { queue: queued, waiting: Mutex::default(), turns });
        let router = Router::new()
            .route(&format!("{VERSION}/invocation/next"), get(next))
            .route(&format!("{VERSION}/invocation/{{id}}/response"), post(response))
            .route(&format!("{VERSION}/invocation/{{id}}/error"), post(error))
            .route(&format!("{VERSION}/init/error"), post(init_error))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("the Runtime API ended: {error}");
            }
        });
        Ok(Self { address, queue, shared, server })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` is for the function.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Queues an invocation; what comes back resolves with its answer.
    ///
    /// # Errors
    /// The server has ended.
    pub fn queue(
        &self,
        invocation: Invocation,
    ) -> Result<impl Future<Output = Result<Answered, Failure>> + use<>, Failure> {
        let (sender, answer) = oneshot::channel();
        self.shared.waiting().insert(invocation.id.clone(), sender);
        self.queue.send(invocation)?;
        Ok(async move { answer.await?.map_err(Into::into) })
    }

    /// Waits until the function, having answered, asks for its next invocation.
    ///
    /// # Errors
    /// It does not.
    pub async fn asked_again(&self) -> Result<(), Failure> {
        let mut turns = self.shared.turns.subscribe();
        let asked = tokio::time::timeout(PATIENCE, turns.wait_for(|turns| turns.asked > turns.answered)).await;
        asked.map_err(|_| "a function that answers and asks for nothing more")??;
        Ok(())
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.turns.send_modify(|turns| turns.asked += 1);
    match shared.queue.lock().await.recv().await {
        Some(Invocation { id, arn, deadline, event }) => {
            let header = |name: &'static str, value: String| (HeaderName::from_static(name), value);
            let headers = [
                header("lambda-runtime-aws-request-id", id),
                header("lambda-runtime-invoked-function-arn", arn),
                header("lambda-runtime-deadline-ms", deadline.to_string()),
                header("content-type", "application/json".to_owned()),
            ];
            (headers, event).into_response()
        }
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.answer(&id, Ok(Answered { body, at: Instant::now() }))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    shared.answer(&id, Err(String::from_utf8_lossy(&body).into_owned()))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body).into_owned();
    for (_, waiting) in shared.waiting().drain() {
        // Whoever asked may have gone.
        drop(waiting.send(Err(text.clone())));
    }
    StatusCode::ACCEPTED
}
