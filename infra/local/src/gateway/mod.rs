//! API Gateway's HTTP API: routes of the template, events of payload format 2.0.

mod answer;
mod event;
mod routes;

use std::net::SocketAddr;
use std::sync::Arc;

use app::ports::Clock;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use tokio::net::TcpListener;
use url::Url;

pub(crate) use answer::json_response;
use event::Circumstances;
use routes::{Matched, RouteTable};

use crate::clock::LocalClock;
use crate::function::{FunctionError, Invoker, request_id};
use crate::local_routes::LocalRoutes;
use crate::origins::Listen;
use crate::template::{Cors, Template};

/// The most that API Gateway reads of a body.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The most that Lambda takes as an event or gives as an answer: 6 MB and a little.
const LARGEST_PAYLOAD: usize = 6 * 1024 * 1024 + 100;

const TOO_LARGE: &str = "Request Entity Too Large";

/// What the gateway needs to answer a request.
#[derive(Debug)]
pub(crate) struct Gateway {
    routes: RouteTable,
    cors: Option<Cors>,
    invoker: Invoker,
    local: LocalRoutes,
    clock: Arc<LocalClock>,
    listen: Listen,
}

impl Gateway {
    /// A gateway for the template's routes.
    pub(crate) fn new(
        template: &Template,
        invoker: Invoker,
        local: LocalRoutes,
        clock: Arc<LocalClock>,
        listen: Listen,
    ) -> Self {
        let routes = RouteTable::new(&template.functions);
        Self { routes, cors: template.cors.clone(), invoker, local, clock, listen }
    }

    /// Serves until `stopped` resolves.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        stopped: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let router = axum::Router::new().fallback(answer_request).with_state(Arc::new(self));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(stopped).await
    }

    async fn answer(&self, client: SocketAddr, request: Request) -> Response<Body> {
        let (parts, body) = request.into_parts();
        if !has_sound_target(&parts) {
            return answer::message(StatusCode::BAD_REQUEST, "Bad Request");
        }
        if let Some(refusal) = self.listen.origins.refusal(&parts.uri, &parts.headers) {
            return refusal;
        }
        if let Some(path) = parts.uri.path().strip_prefix("/_local/") {
            return self.local.answer(path, &parts, body).await;
        }
        let origin = parts.headers.get(header::ORIGIN).cloned();
        if let (Some(cors), Some(origin)) = (&self.cors, preflight_origin(&parts)) {
            return answer::preflight(cors, origin);
        }
        let mut response = self.route(client, parts, body).await;
        if let Some(cors) = &self.cors {
            answer::add_cors(cors, origin.as_ref(), &mut response);
        }
        response
    }

    async fn route(&self, client: SocketAddr, parts: Parts, body: Body) -> Response<Body> {
        let Some(route) = self.routes.find(parts.method.as_str(), parts.uri.path()) else {
            return answer::message(StatusCode::NOT_FOUND, "Not Found");
        };
        let body = match read(body).await {
            Ok(body) => body,
            Err(response) => return response,
        };
        let request_id = request_id(&*self.clock);
        let mut response = self.call(&route, client, &parts, &body, &request_id).await;
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        response
    }

    async fn call(
        &self,
        route: &Matched<'_>,
        client: SocketAddr,
        parts: &Parts,
        body: &Bytes,
        request_id: &str,
    ) -> Response<Body> {
        let circumstances = Circumstances { route, client, port: self.listen.port, request_id, now: self.clock.now() };
        let event = event::build(parts, body, &circumstances);
        if event.to_string().len() > LARGEST_PAYLOAD {
            return answer::message(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE);
        }
        let response = match self.invoker.invoke(route.group, event).await {
            Ok(answer) if answer.to_string().len() > LARGEST_PAYLOAD => None,
            Ok(answer) => answer::from_function(&answer, &parts.method),
            Err(
                FunctionError::Unknown(_)
                | FunctionError::Failed(_)
                | FunctionError::Panicked(_)
                | FunctionError::TimedOut(_),
            ) => None,
        };
        response.unwrap_or_else(|| {
            tracing::error!(route = route.key, request_id, "the function gave no valid answer");
            answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
        })
    }
}

async fn answer_request(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    gateway.answer(client, request).await
}

/// Reads a body, or says why not.
async fn read(body: Body) -> Result<Bytes, Response<Body>> {
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(answer::message(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE))
        }
        Err(_) => Err(answer::message(StatusCode::BAD_REQUEST, "Bad Request")),
    }
}

fn preflight_origin(parts: &Parts) -> Option<&HeaderValue> {
    let is_preflight =
        parts.method == Method::OPTIONS && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    parts.headers.get(header::ORIGIN).filter(|_| is_preflight)
}

/// Whether the request is one that `lambda_http` can make a URL of; it panics on others.
fn has_sound_target(parts: &Parts) -> bool {
    let host = match parts.headers.get(header::HOST) {
        Some(host) => host.to_str().unwrap_or_default(),
        None => "localhost",
    };
    let is_bare = !host.is_empty() && !host.contains(['/', '\\', '?', '#', '@']);
    is_bare && parts.uri.path().starts_with('/') && Url::parse(&format!("http://{host}/")).is_ok()
}
