//! Functions as Lambda sees them: JSON in, JSON out.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use app::ports::{Clock, SystemEntropy, uuid_v7};
use async_trait::async_trait;
use lambda_http::Adapter;
use lambda_http::request::LambdaRequest;
use lambda_runtime::{Config, Context, LambdaEvent, Service};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::clock::LocalClock;
use crate::template;

/// Why an invocation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FunctionError {
    /// No such function was registered.
    #[error("there is no function {0}")]
    Unknown(String),
    /// The handler returned an error, or its event or answer is not JSON of its types.
    #[error("{0}")]
    Failed(String),
    /// The handler panicked.
    #[error("the function panicked: {0}")]
    Panicked(String),
    /// The handler took longer than the template allows.
    #[error("the function did not answer within {0:?}")]
    TimedOut(Duration),
}

/// A Lambda function.
#[async_trait]
pub trait Function: Send + Sync {
    /// Handles one event.
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError>;
}

/// The functions by group, the name of their folder.
pub type Registry = BTreeMap<String, Arc<dyn Function>>;

/// An `axum` router behind `lambda_http`, as `lambda_http::run` would serve it.
#[derive(Debug, Clone)]
pub struct HttpFunction {
    router: axum::Router,
}

impl HttpFunction {
    /// Wraps a router.
    #[must_use]
    pub fn new(router: axum::Router) -> Self {
        Self { router }
    }
}

#[async_trait]
impl Function for HttpFunction {
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        // `LambdaRequest` tells events apart by their raw text, so it can only be read from text.
        let request: LambdaRequest = serde_json::from_str(&event.to_string()).map_err(failed)?;
        // Called without `poll_ready`, since a router is always ready and the adapter may not be held over an await.
        let answering = Adapter::from(self.router.clone()).call(LambdaEvent::new(request, context));
        let answer = match answering.await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        serde_json::to_value(&answer).map_err(failed)
    }
}

/// A handler of typed events, as `lambda_runtime::run` would serve it.
pub struct TypedFunction<H, E> {
    handler: H,
    event: PhantomData<fn(E)>,
}

impl<H, E> TypedFunction<H, E> {
    /// Wraps `handler`, a function from `LambdaEvent<E>` to a future of `Result<R, _>`.
    #[must_use]
    pub fn new(handler: H) -> Self {
        Self { handler, event: PhantomData }
    }
}

#[async_trait]
impl<H, E, F, R, X> Function for TypedFunction<H, E>
where
    H: Fn(LambdaEvent<E>) -> F + Send + Sync,
    E: DeserializeOwned + Send,
    F: Future<Output = Result<R, X>> + Send,
    R: Serialize,
    X: Display,
{
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        let event = serde_json::from_str(&event.to_string()).map_err(failed)?;
        let answer = (self.handler)(LambdaEvent::new(event, context)).await.map_err(failed)?;
        serde_json::to_value(&answer).map_err(failed)
    }
}

/// Calls functions as Lambda does: each invocation on its own, within its time, with its context.
#[derive(Clone)]
pub struct Invoker {
    functions: Arc<BTreeMap<String, Deployed>>,
    clock: Arc<LocalClock>,
}

struct Deployed {
    function: Arc<dyn Function>,
    arn: String,
    timeout: Duration,
    config: Arc<Config>,
}

impl Invoker {
    /// Deploys those of the template's functions that the registry has.
    #[must_use]
    pub fn new(registry: &Registry, functions: &[template::Function], clock: Arc<LocalClock>) -> Self {
        let deployed = functions.iter().filter_map(|settings| {
            let Some(function) = registry.get(&settings.group) else {
                tracing::warn!(function = settings.group, "the template's function is not in this binary");
                return None;
            };
            let mut config = Config::default();
            config.function_name.clone_from(&settings.name);
            config.memory = i32::try_from(settings.memory).unwrap_or(i32::MAX);
            config.version = "$LATEST".to_owned();
            let deployed = Deployed {
                function: Arc::clone(function),
                arn: settings.arn.clone(),
                timeout: settings.timeout,
                config: Arc::new(config),
            };
            Some((settings.group.clone(), deployed))
        });
        Self { functions: Arc::new(deployed.collect()), clock }
    }

    /// Whether the function can be called.
    #[must_use]
    pub fn has(&self, group: &str) -> bool {
        self.functions.contains_key(group)
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// The function failed, panicked, took too long, or does not exist.
    pub async fn invoke(&self, group: &str, event: Value) -> Result<Value, FunctionError> {
        let deployed = self.functions.get(group).ok_or_else(|| FunctionError::Unknown(group.to_owned()))?;
        let function = Arc::clone(&deployed.function);
        let context = self.context(deployed);
        // A task of its own: a panic ends it alone, and it runs on when the caller has gone, as in Lambda.
        let task = tokio::spawn(async move { function.invoke(event, context).await });
        let abort = task.abort_handle();
        let answer = match tokio::time::timeout(deployed.timeout, task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(ended)) => Err(FunctionError::Panicked(panic_message(ended))),
            Err(_elapsed) => {
                abort.abort();
                Err(FunctionError::TimedOut(deployed.timeout))
            }
        };
        if let Err(error) = &answer {
            tracing::error!(function = group, %error, "the invocation failed");
        }
        answer
    }

    fn context(&self, deployed: &Deployed) -> Context {
        let now = self.clock.now();
        let timeout = u64::try_from(deployed.timeout.as_millis()).unwrap_or(u64::MAX);
        let mut context = Context::default();
        context.request_id = request_id(&*self.clock);
        context.deadline = u64::try_from(now.as_millisecond()).unwrap_or_default().saturating_add(timeout);
        context.invoked_function_arn.clone_from(&deployed.arn);
        context.env_config = Arc::clone(&deployed.config);
        context
    }
}

impl std::fmt::Debug for Invoker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Invoker").field("functions", &self.functions.keys()).finish_non_exhaustive()
    }
}

/// A new id for a request, an invocation or an event.
pub(crate) fn request_id(clock: &dyn Clock) -> String {
    uuid_v7(clock.now(), &SystemEntropy).to_string()
}

fn failed(error: impl Display) -> FunctionError {
    FunctionError::Failed(error.to_string())
}

fn panic_message(ended: tokio::task::JoinError) -> String {
    let Ok(payload) = ended.try_into_panic() else {
        return "it was cancelled".to_owned();
    };
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use serde_json::json;

    use super::*;
    use crate::template::AsyncRetries;

    fn invoker(function: impl Function + 'static) -> Invoker {
        let settings = template::Function {
            logical_id: "Subject".to_owned(),
            name: "subject".to_owned(),
            arn: "arn:aws:lambda:us-east-1:000000000000:function:subject".to_owned(),
            group: "subject".to_owned(),
            environment: BTreeMap::new(),
            memory: 128,
            timeout: Duration::from_millis(200),
            retries: AsyncRetries { attempts: 0, on_failure: None },
            role: None,
            log_group: None,
            events: Vec::new(),
        };
        let registry = Registry::from([("subject".to_owned(), Arc::new(function) as Arc<dyn Function>)]);
        Invoker::new(&registry, &[settings], Arc::new(LocalClock::open(None).unwrap()))
    }

    #[tokio::test]
    async fn a_typed_handler_gets_its_event_and_its_context() {
        let function = TypedFunction::new(|event: LambdaEvent<u32>| async move {
            Ok::<_, String>(json!([event.payload + 1, event.context.invoked_function_arn]))
        });
        let answer = invoker(function).invoke("subject", json!(1)).await;
        assert_eq!(answer, Ok(json!([2, "arn:aws:lambda:us-east-1:000000000000:function:subject"])));
    }

    #[tokio::test]
    async fn errors_panics_and_overruns_end_the_invocation_alone() {
        let function = TypedFunction::new(|event: LambdaEvent<String>| async move {
            match event.payload.as_str() {
                "fail" => Err("refused"),
                "panic" => panic!("at the disco"),
                _ => std::future::pending().await,
            }
            .map(|(): ()| Value::Null)
        });
        let invoker = invoker(function);
        let invoke = async |event: Value| invoker.invoke("subject", event).await.unwrap_err();
        assert_eq!(invoke(json!("fail")).await, FunctionError::Failed("refused".to_owned()));
        assert_eq!(invoke(json!("panic")).await, FunctionError::Panicked("at the disco".to_owned()));
        assert_eq!(invoke(json!("hang")).await, FunctionError::TimedOut(Duration::from_millis(200)));
        assert!(matches!(invoke(json!(7)).await, FunctionError::Failed(_)));
        assert_eq!(invoker.invoke("other", Value::Null).await, Err(FunctionError::Unknown("other".to_owned())));
    }

    #[tokio::test]
    async fn a_router_answers_through_lambda_http() {
        let router =
            axum::Router::new().route("/things/{id}", get(|path: axum::extract::Path<String>| async { path.0 }));
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/things/7", "rawQueryString": "",
            "headers": {"host": "localhost"}, "isBase64Encoded": false,
            "requestContext": {"stage": "$default", "timeEpoch": 0,
                "http": {"method": "GET", "path": "/things/7", "protocol": "HTTP/1.1"}},
        });
        let answer = invoker(HttpFunction::new(router)).invoke("subject", event).await.unwrap();
        assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("7")));
    }
}
