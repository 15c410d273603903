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
            processor: None,
            memory: None,
        }
    }
}

/// The functions in this process.
#[must_use]
pub fn in_process(environment: &Environment, watch: &Watch) -> Registry {
    let all = registry::build(environment).into_iter();
    all.map(|(group, function)| {
        let watched = InProcess { group: group.clone(), function, watch: watch.clone() };
        (group, Arc::new(watched) as Arc<dyn Function>)
    })
    .collect()
}

/// The functions as bootstraps in a directory, each a process that starts with its first invocation.
#[must_use]
pub fn bootstraps(environment: &Environment, directory: &Path, watch: &Watch) -> Registry {
    let instance = |group: &String| {
        let mut variables = environment.variables();
        if let Some(own) = environment.functions.get(group) {
            variables.extend(own.clone());
        }
        let program = directory.join(group);
        Instance {
            group: group.clone(),
            program,
            variables,
            watch: watch.clone(),
            running: tokio::sync::Mutex::new(None),
        }
    };
    let groups = environment.functions.keys();
    groups.map(|group| (group.clone(), Arc::new(instance(group)) as Arc<dyn Function>)).collect()
}

struct InProcess {
    group: String,
    function: Arc<dyn Function>,
    watch: Watch,
}

#[async_trait]
impl Function for InProcess {
    async fn invoke(&self, event: Value, context: Context) -> Result<Value, FunctionError> {
        let seen = Seen::new(&self.group, &event, &context);
        let answer = self.function.invoke(event, context).await;
        self.watch.push(seen);
        answer
    }
}

struct Instance {
    group: String,
    program: PathBuf,
    variables: BTreeMap<String, String>,
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
        let before = bootstrap.processor_time()?;
        let answered = api.queue(invocation)?.await?;
        settled(bootstrap).await?;
        let processor = Some(bootstrap.processor_time()? - before);
        let memory = Some(bootstrap.memory()?);
        self.watch.push(Seen { processor, memory, ..seen });
        Ok(serde_json::from_slice(&answered.body)?)
    }
}

/// Waits until the bootstrap asks for the next invocation: what it does after its answer is part of this one.
async fn settled(bootstrap: &Bootstrap) -> Result<(), Failure> {
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
