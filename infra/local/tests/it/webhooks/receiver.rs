//! A receiver of webhooks on loopback: it records what comes and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::{Router, http};
use bytes::Bytes;
use http::{HeaderMap, Method, Response};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How long a test waits for what must come.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: Method,
    /// With the query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {:?}", self.body))
    }

    /// A header's text; an absent one has none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// What is answered to a request.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl From<u16> for Reply {
    fn from(status: u16) -> Self {
        Self { status, ..Self::default() }
    }
}

#[derive(Debug, Default)]
struct State {
    received: Vec<Received>,
    script: VecDeque<Reply>,
    /// The answer once the script is at its end; 200, unless another is set.
    last: Option<Reply>,
}

/// The receiver; dropping it ends it.
#[derive(Debug)]
pub struct Receiver {
    pub base: String,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens on a free port.
    pub async fn start() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    /// Serves a socket that the test has opened.
    pub fn on(listener: TcpListener) -> Self {
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let answering = Arc::clone(&state);
        let router = Router::new().fallback(move |request| answer(Arc::clone(&answering), request));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, state, task }
    }

    /// What is answered to the requests to come, one after the other.
    pub fn script(&self, replies: impl IntoIterator<Item = impl Into<Reply>>) {
        self.state.lock().unwrap().script.extend(replies.into_iter().map(Into::into));
    }

    /// What is answered once the script is at its end.
    pub fn always(&self, reply: impl Into<Reply>) {
        self.state.lock().unwrap().last = Some(reply.into());
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// The requests so far whose path starts with this.
    pub fn received_at(&self, path: &str) -> Vec<Received> {
        self.received().into_iter().filter(|one| one.path.starts_with(path)).collect()
    }

    /// The requests whose path starts with this, as soon as there are so many.
    pub async fn wait_for(&self, path: &str, count: usize) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let received = self.received_at(path);
            if received.len() >= count {
                return received;
            }
            let paths = || self.received().iter().map(|one| one.path.clone()).collect::<Vec<_>>();
            assert!(tokio::time::Instant::now() < deadline, "{count} at {path} did not come; there are {:#?}", paths());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The first request whose path starts with this.
    pub async fn wait_for_one(&self, path: &str) -> Received {
        self.wait_for(path, 1).await.remove(0)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(state: Arc<Mutex<State>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let reply = {
        let mut state = state.lock().unwrap();
        state.received.push(Received { method: parts.method, path, headers: parts.headers, body });
        state.script.pop_front().or_else(|| state.last.clone()).unwrap_or_else(|| 200.into())
    };
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).unwrap()
}
