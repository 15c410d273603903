//! The cloud around the services, with functions made for the test.

mod gateway;
mod local_routes;
mod pollers;
mod public_address;
mod restart;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lambda_runtime::LambdaEvent;
use serde_json::{Value, json};
use tributary_local::{Cloud, Environment, Function, Options, Registry, TypedFunction};

/// Everything that the local cloud serves, and little else.
const TEMPLATE: &str = include_str!("template.yaml");

/// What a function was called with, and what it answers: the first that is left, or null.
#[derive(Clone, Default)]
pub struct Script {
    pub calls: Arc<Mutex<Vec<Value>>>,
    answers: Arc<Mutex<Vec<Result<Value, String>>>>,
}

impl Script {
    pub fn then(self, answer: Result<Value, &str>) -> Self {
        self.answers.lock().unwrap().push(answer.map_err(str::to_owned));
        self
    }

    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    pub fn function(&self) -> Arc<dyn Function> {
        let script = self.clone();
        Arc::new(TypedFunction::new(move |event: LambdaEvent<Value>| {
            script.calls.lock().unwrap().push(event.payload);
            let mut answers = script.answers.lock().unwrap();
            let answer = if answers.is_empty() { Ok(Value::Null) } else { answers.remove(0) };
            async move {
                match answer {
                    Ok(answer) => Ok(answer),
                    Err(message) if message == "panic" => panic!("as the script says"),
                    Err(message) => Err(message),
                }
            }
        }))
    }

    /// The calls, as soon as there are so many.
    pub async fn wait_for(&self, count: usize) -> Vec<Value> {
        for _ in 0..500 {
            let calls = self.calls();
            if calls.len() >= count {
                return calls;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("waited for {count} calls in vain: {:#?}", self.calls());
    }
}

pub fn options() -> Options {
    Options { template: TEMPLATE.into(), parameters: BTreeMap::new(), ..Options::ephemeral() }
}

pub fn kept_options(directory: &Path) -> Options {
    Options { data_dir: directory.to_owned(), ephemeral: false, ..options() }
}

pub fn registry<const N: usize>(functions: [(&str, Arc<dyn Function>); N]) -> impl FnOnce(&Environment) -> Registry {
    let registry = functions.map(|(group, function)| (group.to_owned(), function)).into();
    move |_| registry
}

pub async fn start<const N: usize>(functions: [(&str, Arc<dyn Function>); N]) -> Cloud {
    Cloud::start(options(), registry(functions)).await.unwrap()
}

pub async fn send(request: Request<impl Into<Bytes>>) -> Response<Bytes> {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.map(|body| Full::new(body.into()))).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub async fn get(cloud: &Cloud, path: &str) -> Response<Bytes> {
    send(Request::get(format!("{}{path}", cloud.base_url())).body(Bytes::new()).unwrap()).await
}

pub async fn post(cloud: &Cloud, path: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let request = Request::post(format!("{}{path}", cloud.base_url())).header("content-type", "application/json");
    send(request.body(body.into()).unwrap()).await
}

pub fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

/// An item; one of a model is an event.
pub fn item(sk: &str, model: Option<&str>) -> HashMap<String, AttributeValue> {
    let fields = [("pk", Some("p")), ("sk", Some(sk)), ("model", model)];
    let present = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    present.map(|(name, value)| (name, AttributeValue::S(value))).collect()
}

pub async fn put(cloud: &Cloud, sk: &str, model: Option<&str>) {
    let environment = cloud.environment();
    let client = environment.sdk.dynamodb(&environment.dynamodb_url);
    let put = client.put_item().table_name(&environment.table_name).set_item(Some(item(sk, model)));
    put.send().await.unwrap();
}

/// The sort keys in a stream's event.
pub fn keys(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["dynamodb"]["Keys"]["sk"]["S"].as_str().unwrap().to_owned()).collect()
}
