//! Requests, and what is answered.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::Failure;

/// The boundary of forms.
const BOUNDARY: &str = "tributary-cost";

/// How a request says whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Not at all.
    None,
    /// By the owner's token.
    Token,
    /// By an API key of the business.
    ApiKey,
    /// By the owner's access token.
    Jwt,
    /// By the owner's name and password.
    Basic,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Whose it is.
    pub credential: Credential,
    /// Headers beside that.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Bytes,
}

impl Call {
    /// A request by the owner's token.
    #[must_use]
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), credential: Credential::Token, headers: vec![], body: Bytes::new() }
    }

    /// As another.
    #[must_use]
    pub fn by(self, credential: Credential) -> Self {
        Self { credential, ..self }
    }

    /// With another header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a body of JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        let body = Bytes::from(body.to_string());
        Self { body, ..self.with("content-type", "application/json") }
    }

    /// With a form of one file.
    #[must_use]
    pub fn file(self, field: &str, content: &[u8]) -> Self {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"scan.gif\"\r\n\
             Content-Type: image/gif\r\n\r\n"
        );
        let body = [head.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat();
        Self { body: body.into(), ..self.with("content-type", format!("multipart/form-data; boundary={BOUNDARY}")) }
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON, if the request succeeded.
    ///
    /// # Errors
    /// It did not, or the body is something else.
    pub fn json(&self) -> Result<Value, Failure> {
        if !self.status.is_success() {
            return Err(format!("{}: {}", self.status, self.text()).into());
        }
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A client of a gateway.
#[derive(Debug, Clone)]
pub struct Gateway {
    base_url: String,
    http: Client<HttpConnector, Full<Bytes>>,
}

impl Gateway {
    /// A client of the gateway at an address without a final slash.
    #[must_use]
    pub fn at(base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), http: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// Sends a request, with this `Authorization`.
    ///
    /// # Errors
    /// Nobody answers.
    pub async fn send(&self, call: &Call, authorization: Option<&str>) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(call.method.clone()).uri(format!("{}{}", self.base_url, call.path));
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let response = self.http.request(request.body(Full::new(call.body.clone()))?).await?;
        let (parts, body) = response.into_parts();
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.collect().await?.to_bytes() })
    }
}
