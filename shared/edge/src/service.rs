//! What stands around the routes of every function.

use std::convert::Infallible;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Instant;

use app::App;
use app::audit::{self, Origin};
use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRef, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Extension, Router};
use contracts::Problem;
use contracts::routes::handles_credentials;
use futures::FutureExt;
use http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use percent_encoding::percent_decode_str;
use store::meter::Meter;
use tokio::time::timeout_at;
use tower::{Service, ServiceExt};

use crate::address::is_plain_loopback;
use crate::contract::Contract;
use crate::credential::OTP;
use crate::failure::Failure;
use crate::lambda::{Invocation, Limits};
use crate::scope::Scope;
use crate::source::Source;
use crate::{idempotency, log, metrics, rate};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A function's routes, as Lambda and the local cloud serve them.
///
/// Routes are written without a trailing slash and answer with and without. Every answer carries a
/// request id and is logged; every failure, of extractors, unknown paths and methods, and panics
/// too, is in the form of the contract in use; a POST with an `Idempotency-Key` happens once.
pub fn service<S>(state: S, routes: Router<S>) -> Router
where
    App: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    speaking_all(state, routes.fallback(unknown_path))
}

/// As [`service`], for the function that gets every path without a route. If API Gateway does not match `/a/` with
/// `/a/{proxy+}`, that is `/a/` too: a path that is served without its trailing slash is redirected there.
pub fn catch_all_service<S>(state: S, routes: Router<S>, is_served: fn(&str) -> bool) -> Router
where
    App: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    speaking_all(
        state,
        routes.fallback(async move |Extension(scope): Extension<Arc<Scope>>, uri: Uri| {
            let is_astray = scope.path.ends_with('/') && is_served(uri.path());
            let target = uri.path_and_query().filter(|_| is_astray).ok_or(Problem::UnknownPath)?;
            Ok::<_, Failure>((StatusCode::PERMANENT_REDIRECT, [(LOCATION, target.to_string())]))
        }),
    )
}

/// A function whose routes are the same in every contract.
fn speaking_all<S>(state: S, routes: Router<S>) -> Router
where
    App: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let app = App::from_ref(&state);
    let rest = finished(&app, state, routes);
    // Only a fallback sees requests before a route is matched.
    Router::new().fallback_service(Edge { app, routers: Arc::new(Routers { own: Vec::new(), rest }) })
}

/// Makes a contract's routes.
pub type Routes<S> = fn() -> Router<S>;

/// As [`service`], for a function some of whose paths several contracts share: each contract has
/// routes of its own, which are made when it is first spoken. A contract without routes here knows no path.
pub fn service_by_contract<S>(state: S, routes: &[(Contract, Routes<S>)]) -> Router
where
    App: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let app = App::from_ref(&state);
    let own = routes.iter().map(|&(contract, routes)| {
        let (app, state) = (app.clone(), state.clone());
        let make: Make = Box::new(move || finished(&app, state, routes().fallback(unknown_path)));
        (contract, LazyLock::new(make))
    });
    let own = own.collect();
    let rest = finished(&app, state, Router::new().fallback(unknown_path));
    Router::new().fallback_service(Edge { app, routers: Arc::new(Routers { own, rest }) })
}

/// Routes with everything around each of them, and an answer where there is none.
fn finished<S>(app: &App, state: S, routes: Router<S>) -> Router
where
    S: Clone + Send + Sync + 'static,
{
    // Paths and methods that are unknown stay outside the layer: they claim no Idempotency-Key. A
    // router without routes takes no layer. The layer's state is copied several times for each route, hence the `Arc`.
    let layer = from_fn_with_state(Arc::new(app.clone()), around_route);
    let routes = if routes.has_routes() { routes.route_layer(layer) } else { routes };
    routes.method_not_allowed_fallback(method_not_allowed).with_state(state)
}

async fn unknown_path() -> Failure {
    Problem::UnknownPath.into()
}

async fn method_not_allowed(matched: MatchedPath, Extension(scope): Extension<Arc<Scope>>, method: Method) -> Failure {
    scope.matched(matched.as_str());
    // The methods that exist are added where the answer passes, from its `Allow` header.
    Problem::MethodNotAllowed { method: method.to_string(), allow: String::new() }.into()
}

/// Gives a handler's answer its contract's form, so that it can be kept for an `Idempotency-Key`.
async fn around_route(
    State(app): State<Arc<App>>,
    Extension(scope): Extension<Arc<Scope>>,
    matched: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    scope.matched(matched.as_str());
    let handle = async |request| in_contract(&scope, caught(&scope, next.run(request)).await);
    // A key of a path where credentials are guessed would tell of the guess before any limit does.
    let key = if handles_credentials(matched.as_str()) { Ok(None) } else { idempotency::key(&request) };
    let answered = match key {
        Ok(None) => Ok(handle(request).await),
        // Boxed: every request would have room for it on its stack.
        Ok(Some(key)) => idempotency::once(&app, &scope, &key, request, handle).boxed().await,
        Err(failure) => Err(failure),
    };
    answered.unwrap_or_else(|failure| render(&scope, failure))
}

/// A panic becomes an answer, and its message a cause in the log.
async fn caught(scope: &Scope, work: impl Future<Output = Response>) -> Response {
    let panic = match AssertUnwindSafe(work).catch_unwind().await {
        Ok(response) => return response,
        Err(panic) => panic,
    };
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message");
    render(scope, Failure::defect(format!("panic: {text}")))
}

/// Ends what would run into the function's limit, where the client would get no answer of ours.
async fn within(scope: &Scope, limits: Option<Limits>, work: impl Future<Output = Response>) -> Response {
    let Some(limits) = limits else { return work.await };
    let answer = timeout_at(limits.end, store::deadline::scope(limits.deadline, work)).await;
    answer.unwrap_or_else(|_| {
        let cause = Some("the request took as long as the function may".to_owned());
        render(scope, Failure::unavailable(cause))
    })
}

#[derive(Debug, Clone)]
struct Edge {
    app: App,
    routers: Arc<Routers>,
}

type Make = Box<dyn FnOnce() -> Router + Send>;

struct Routers {
    own: Vec<(Contract, LazyLock<Router, Make>)>,
    rest: Router,
}

impl Routers {
    fn of(&self, contract: Contract) -> Router {
        let own = self.own.iter().find(|(speaks, _)| *speaks == contract);
        own.map_or(&self.rest, |(_, router)| router).clone()
    }
}

/// Without making what was not made.
impl fmt::Debug for Routers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.own.iter().map(|(contract, _)| contract)).finish()
    }
}

impl Service<Request> for Edge {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.serve(request).await) })
    }
}

impl Edge {
    async fn serve(&self, mut request: Request) -> Response {
        let (started, started_at) = (Instant::now(), self.app.now());
        let invocation = request.lambda_context_ref().map(Invocation::of).unwrap_or_default();
        let method = request.method().clone();
        let request_id = request_id(&self.app, &request);
        let written = request.uri().path().to_owned();
        let is_secure = !is_plain_loopback(request.headers());
        let is_as_routed = is_as_routed(&request);
        strip_trailing_slash(request.uri_mut());
        let chosen = match is_as_routed {
            true => Contract::choose(request.uri().path(), request.headers()),
            false => Err(Problem::UnknownPath),
        };
        let scope = Scope::new(*chosen.as_ref().unwrap_or(&Contract::Crm), &written, request.headers());
        request.extensions_mut().insert(Arc::clone(&scope));

        let origin = Origin {
            source: Source::of(&self.app, request.extensions(), request.headers()).0,
            request_id: request_id.to_str().unwrap_or_default().to_owned(),
        };
        let meter = Meter::default();
        let mut response = match chosen {
            Ok(_) => {
                let limits = request.lambda_context_ref().and_then(|context| Limits::of(context, started_at));
                let work = audit::scope(origin, caught(&scope, self.route(&scope, request)));
                within(&scope, limits, meter.scope(store::hops::scope(work))).await
            }
            Err(refusal) => render(&scope, refusal.into()),
        };
        if method == Method::HEAD {
            response = without_body(response);
        }
        dress(&mut response, &request_id, is_secure);
        rate::dress(&scope, &mut response);
        let outcome = log::Outcome {
            at: self.app.now(),
            request_id: request_id.to_str().unwrap_or_default(),
            method: &method,
            status: response.status(),
            took: started.elapsed(),
            reading: meter.reading(),
            invocation,
        };
        log::write(&log::line(&scope, &outcome, metrics::stack()));
        response
    }

    async fn route(&self, scope: &Scope, request: Request) -> Response {
        if may_need_key(&request)
            && let Err(error) = self.app.ready().await
        {
            return render(scope, error.into());
        }
        let (parts, body) = request.into_parts();
        let kept = rate::keep(&parts);
        let request = Request::from_parts(parts, body);
        let response = match self.routers.of(scope.contract).oneshot(request).await {
            Ok(response) => in_contract(scope, response),
            Err(never) => match never {},
        };
        match rate::count_refused(&self.app, scope, kept, response.status()).await {
            Some(failure) => render(scope, failure),
            None => response,
        }
    }
}

/// Whether the deployment's key may be needed for the answer. Nobody who names nobody and only reads comes past the
/// credential, but to a customer's page, whose address holds a keyed hash.
fn may_need_key(request: &Request) -> bool {
    let bears = [AUTHORIZATION, COOKIE].iter().any(|name| request.headers().contains_key(name));
    bears || !matches!(*request.method(), Method::GET | Method::HEAD) || request.uri().path().starts_with("/i/")
}

/// The gateway's id of a request, by which its own log names it, or else the invocation's. What a
/// client claims is no id.
fn request_id(app: &App, request: &Request) -> HeaderValue {
    let gateway = request.request_context_ref().and_then(|context| {
        let RequestContext::ApiGatewayV2(context) = context else { return None };
        context.request_id.as_deref()
    });
    let invocation = request.lambda_context_ref().map(|context| context.request_id.as_str());
    let known = [gateway, invocation].into_iter().flatten().find(|id| !id.is_empty());
    known
        .and_then(|id| HeaderValue::from_str(id).ok())
        .unwrap_or_else(|| HeaderValue::try_from(app.new_id().to_string()).expect("an UUID is a good header value"))
}

/// Whether the path is the one that the gateway found a route for. On the way it is read as a URL's, in which `..` is a
/// step up: `DELETE /api/catalogue/7/price-tiers/..` would be one of the item.
fn is_as_routed(request: &Request) -> bool {
    let routed = request.raw_http_path();
    routed.is_empty() || percent_decode_str(routed).eq(percent_decode_str(request.uri().path()))
}

/// The answer to HEAD: the length of the body, without the body. `axum` does the same for what a handler answers.
fn without_body(response: Response) -> Response {
    let (mut head, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        head.headers.entry(CONTENT_LENGTH).or_insert(length.into());
    }
    Response::from_parts(head, Body::empty())
}

fn strip_trailing_slash(uri: &mut Uri) {
    let Some(stripped) = uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else {
        return;
    };
    let target = match uri.query() {
        Some(query) => format!("{stripped}?{query}"),
        None => stripped.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(target).ok();
    if let Ok(stripped) = Uri::from_parts(parts) {
        *uri = stripped;
    }
}

/// An answer of a route; what failed is said in the contract's form.
fn in_contract(scope: &Scope, mut response: Response) -> Response {
    let allow = response.headers().get(ALLOW).and_then(|allow| allow.to_str().ok()).map(methods);
    let failure = response.extensions_mut().remove::<Failure>().or_else(|| foreign(&response));
    match (failure, allow) {
        (None, _) => response,
        (Some(failure), Some(allow)) => render(scope, failure.with_allowed(allow)),
        (Some(failure), None) => render(scope, failure),
    }
}

fn methods(allow: &str) -> String {
    allow.split(',').map(str::trim).collect::<Vec<_>>().join(", ")
}

/// What a failure in a form of its own means: `axum` refuses in plain text.
fn foreign(response: &Response) -> Option<Failure> {
    let status = response.status();
    // A page is for people to read, and is in no contract's form.
    let is_own = |kind: &HeaderValue| matches!(kind.as_bytes(), b"application/json" | b"text/html; charset=utf-8");
    let is_failure = status.is_client_error() || status.is_server_error();
    if !is_failure || response.headers().get(CONTENT_TYPE).is_some_and(is_own) {
        return None;
    }
    Some(match status {
        StatusCode::NOT_FOUND => domain::Error::NotFound.into(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge.into(),
        status if status.is_client_error() => Problem::Malformed("The request cannot be read.".to_owned()).into(),
        status => Failure::defect(format!("a handler answered {status} without a failure")),
    })
}

fn render(scope: &Scope, failure: Failure) -> Response {
    let mut response = failure.render(scope.contract);
    if let (Problem::CredentialInvalid, Some(scheme)) = (failure.problem(), scope.scheme) {
        scheme.challenge(response.headers_mut());
    }
    if scope.asks_second_factor() {
        response.headers_mut().insert(OTP, HeaderValue::from_static("required"));
    }
    if response.status().is_server_error() {
        scope.blame(failure.cause().map_or_else(|| format!("{:?}", failure.problem()), str::to_owned));
    }
    response
}

/// The headers of every answer. What is no page loads nothing and is shown in no other page.
fn dress(response: &mut Response, request_id: &HeaderValue, is_secure: bool) {
    let headers = response.headers_mut();
    if is_secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(REQUEST_ID, request_id.clone());
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
