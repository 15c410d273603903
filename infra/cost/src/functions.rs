//! The functions of a local cloud, each watched: in this process, or as bootstraps.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use lambda_runtime::Context;
use serde_json::Value;
use tributary_local::{Environment, Function, FunctionError, Registry, registry};

use crate::Failure;
use crate::bootstrap::{Bootstrap, Memory};
use crate::reading;
use crate::relay::{Asked, Relays};
use crate::runtime_api::{Invocation, RuntimeApi};

/// An invocation that was seen.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The function's group.
    pub group: String,
    /// The id that its line in the log has.
    pub id: String,
    /// The event's text.
    pub event: Arc<str>,
    /// How many records the event has, if it has any.
    pub records: Option<usize>,
    /// What it asked of services beside DynamoDB. Where a function in this process has several invocations at once, each
    /// has what all of them asked meanwhile.
    pub asked: Asked,
    /// Processor time, where the function is a process of its own.
    pub processor: Option<Duration>,
    /// Memory after it, where the function is a process of its own.
    pub memory: Option<Memory>,
}

/// How many invocations are remembered.
const REMEMBERED: usize = 500;

/// The last invocations, in the order of their ends.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Mutex<VecDeque<Seen>>>);

impl Watch {
    fn push(&self, seen: Seen) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back(seen);
        if all.len() > REMEMBERED {
            all.pop_front();
        }
    }

    /// The first invocation that is what is looked for.
    #[must_use]
    pub fn first(&self, is_it: impl Fn(&Seen) -> bool) -> Option<Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|seen| is_it(seen)).cloned()
    }

    /// The last invocation of a function.
    #[must_use]
    pub fn last_of(&self, group: &str) -> Option<Seen> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().find(|seen| seen.group == group).cloned()
    }
}

impl Seen {
    fn new(group: &str, event: &Value, context: &Context) -> Self {
        // A request's line has the id that the gateway gave it.
        let gateway = event.pointer("/requestContext/requestId").and_then(Value::as_str);
        Self {
            group: group.to_owned(),
            id: gateway.unwrap_or(&context.request_id).to_owned(),
            event: event.to_string().into(),
            records: event.get("Records").and_then(Value::as_array).map(Vec::len),
            asked: Asked::default(),
            processor: None,
            memory: None,
        }
    }
}

/// The functions in this process. Each has relays of its own, so that what is asked by the one is not counted to the
/// other, and remembers credentials by itself, as instances in Lambda do.
///
/// # Errors
/// The services cannot be watched.
pub fn in_process(environment: &Environment, watch: &Watch) -> Result<Registry, Failure> {
    let watched = |group: String| {
        let (environment, relays) = Relays::before(environment)?;
        let function = registry::build(&environment).remove(&group).ok_or("a function that is not built twice")?;
        let watched = InProcess { group: group.clone(), function, relays, watch: watch.clone() };
        Ok((group, Arc::new(watched) as Arc<dyn Function>))
    };
    registry::build(environment).into_keys().map(watched).collect()
}

/// The functions as bootstraps in a directory, each a process that starts with its first invocation.
///
/// # Errors
/// The services cannot be watched.
pub fn bootstraps(environment: &Environment, directory: &Path, watch: &Watch) -> Result<Registry, Failure> {
    let instance = |group: &String| {
        let (environment, relays) = Relays::before(environment)?;
        let mut variables = environment.variables();
        if let Some(own) = environment.functions.get(group) {
            variables.extend(own.clone());
        }
        let instance = Instance {
            group: group.clone(),
            program: directory.join(group),
            variables,
            relays,
            watch: watch.clone(),
            running: tokio::sync::Mutex::new(None),
        };
        Ok((group.clone(), Arc::new(instance) as Arc<dyn Function>))
    };
    environment.functions.keys().map(instance).collect()
}

struct InProcess {
    group: String,
    function: Arc<dyn Function>,
    relays: Relays,
    watch: Watch,
}

#[async_trait]
impl Function for InProcess {
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        let seen = Seen::new(&self.group, &event, &context);
        let before = self.relays.asked();
        let answer = self.function.invoke(event, context).await;
        self.watch.push(Seen { asked: self.relays.asked().since(before), ..seen });
        answer
    }
}

struct Instance {
    group: String,
    program: PathBuf,
    variables: BTreeMap<String, String>,
    relays: Relays,
    watch: Watch,
    /// An instance in Lambda has one invocation at a time.
    running: tokio::sync::Mutex<Option<(RuntimeApi, Bootstrap)>>,
}

impl Instance {
    async fn start(&self) -> Result<(RuntimeApi, Bootstrap), Failure> {
        let api = RuntimeApi::start().await?;
        let bootstrap = Bootstrap::start(&self.program, &api, &self.variables, reading::keep)?;
        Ok((api, bootstrap))
    }

    async fn answer(&self, event: Value, context: Context) -> Result<Value, Failure> {
        let seen = Seen::new(&self.group, &event, &context);
        let invocation = Invocation {
            id: context.request_id.clone(),
            arn: context.invoked_function_arn.clone(),
            deadline: context.deadline,
            event: Bytes::from(event.to_string()),
        };
        let mut running = self.running.lock().await;
        if running.is_none() {
            *running = Some(self.start().await?);
        }
        let (api, bootstrap) = running.as_ref().ok_or("the bootstrap is gone")?;
        let (before, asked_before) = (bootstrap.processor_time()?, self.relays.asked());
        let answered = api.queue(invocation)?.await?;
        settled(api, bootstrap).await?;
        // The time of a thread that has ended is no longer known.
        let processor = Some(bootstrap.processor_time()?.saturating_sub(before));
        let memory = Some(bootstrap.memory()?);
        let asked = self.relays.asked().since(asked_before);
        self.watch.push(Seen { asked, processor, memory, ..seen });
        Ok(serde_json::from_slice(&answered.body)?)
    }
}

/// Waits until the bootstrap asks for the next invocation: what it does after its answer is part of this one. Then, for a
/// while at most, until its threads stand still: a thread's time is known when it stops.
async fn settled(api: &RuntimeApi, bootstrap: &Bootstrap) -> Result<(), Failure> {
    api.asked_again().await?;
    let mut before = bootstrap.processor_time()?;
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let now = bootstrap.processor_time()?;
        if now == before {
            break;
        }
        before = now;
    }
    Ok(())
}

#[async_trait]
impl Function for Instance {
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        self.answer(event, context).await.map_err(|error| FunctionError::Failed(error.to_string()))
    }
}
