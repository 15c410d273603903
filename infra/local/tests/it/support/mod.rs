//! A whole local cloud and a small HTTP client, as a user has them.

mod conformity;
pub mod stored;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tributary_local::{Cloud, Options, registry};

/// What a browser sends when it opens a page: only then the customer of an invoice has looked at it.
pub const BROWSER: [(&str, &str); 3] = [
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
];

/// A local cloud of its own, that keeps nothing.
pub struct Tributary {
    pub cloud: Cloud,
    remote: Remote,
}

/// A client of a local cloud, wherever it runs.
pub struct Remote {
    base_url: String,
    http: Client<HttpConnector, Full<Bytes>>,
}

/// A user with a token.
#[derive(Debug, Clone)]
pub struct User {
    pub username: String,
    pub email: String,
    pub password: String,
    pub token: String,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{}: {e}: {:?}", self.status, self.text))
    }

    /// The body as JSON, after a check of the status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl Tributary {
    /// Starts everything but the demo.
    pub async fn start() -> Self {
        Self::start_with(Options::ephemeral()).await
    }

    /// As [`Tributary::start`], otherwise than by default.
    pub async fn start_with(options: Options) -> Self {
        Self::over(Cloud::start(options, registry::build).await.unwrap())
    }

    /// A cloud that was started otherwise.
    pub fn over(cloud: Cloud) -> Self {
        let remote = Remote::at(cloud.base_url());
        Self { cloud, remote }
    }
}

impl std::ops::Deref for Tributary {
    type Target = Remote;

    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl Remote {
    /// A client for an address.
    pub fn at(base_url: &str) -> Self {
        Self { base_url: base_url.to_owned(), http: Client::builder(TokioExecutor::new()).build_http() }
    }

    /// A client of the same cloud on another machine: `127.0.0.<n>`, which Linux has on its loopback.
    pub fn elsewhere(&self, n: u8) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_local_address(Some([127, 0, 0, n].into()));
        Self { base_url: self.base_url.clone(), http: Client::builder(TokioExecutor::new()).build(connector) }
    }

    /// The gateway's address, without a final slash.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        let (status, headers, bytes) = self.fetch(request).await;
        Answer { status, headers, text: String::from_utf8(bytes).unwrap() }
    }

    /// Sends a request whose answer need not be text, and holds the answer against its contract's document.
    pub async fn fetch(&self, request: Request<Full<Bytes>>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let (asked, body) = request.into_parts();
        let response = self.http.request(Request::from_parts(asked.clone(), body)).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        if asked.method != Method::HEAD {
            conformity::check(&asked, parts.status, &parts.headers, &bytes);
        }
        (parts.status, parts.headers, bytes)
    }

    /// Reads what is served at a path, text or not.
    pub async fn download(&self, path: &str) -> (StatusCode, Bytes) {
        let request = Request::get(format!("{}{path}", self.base_url)).body(Full::default()).unwrap();
        let (status, _, bytes) = self.fetch(request).await;
        (status, bytes.into())
    }

    /// Sends a request with any body and headers.
    pub async fn raw(&self, method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Full::new(body.into())).unwrap()).await
    }

    /// Sends JSON, with a user's token if one is given.
    pub async fn call(&self, user: Option<&User>, method: Method, path: &str, body: Option<Value>) -> Answer {
        let authorization = user.map(|user| format!("Token {}", user.token));
        let mut headers = vec![];
        if let Some(authorization) = &authorization {
            headers.push(("authorization", authorization.as_str()));
        }
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.raw(method, path, &headers, body.map(|body| body.to_string()).unwrap_or_default()).await
    }

    pub async fn get(&self, user: &User, path: &str) -> Answer {
        self.call(Some(user), Method::GET, path, None).await
    }

    pub async fn post(&self, user: &User, path: &str, body: Value) -> Answer {
        self.call(Some(user), Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, user: &User, path: &str, body: Value) -> Answer {
        self.call(Some(user), Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, user: &User, path: &str, body: Value) -> Answer {
        self.call(Some(user), Method::PATCH, path, Some(body)).await
    }

    /// Sends a form with a file, and further headers.
    pub async fn upload(&self, user: &User, path: &str, headers: &[(&str, &str)], file: &[u8]) -> Answer {
        let authorization = format!("Token {}", user.token);
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        all.push(("content-type", "multipart/form-data; boundary=xYzZY"));
        self.raw(Method::POST, path, &all, form("xYzZY", "file", file)).await
    }

    pub async fn delete(&self, user: &User, path: &str) -> Answer {
        self.call(Some(user), Method::DELETE, path, None).await
    }

    /// Signs a user up as a person does: the one-time password is read from the mailbox.
    pub async fn sign_up(&self, username: &str) -> User {
        let (email, password) = (format!("{username}@example.com"), "SecurePass123!".to_owned());
        let body = json!({"username": username, "email": email, "password": password});
        self.call(None, Method::POST, "/api/signup/", Some(body)).await.expect(201);
        let otp = self.otp(&email).await;
        let body = json!({"email": email, "otp": otp});
        self.call(None, Method::POST, "/api/verify-signup-otp/", Some(body)).await.expect(200);
        let body = json!({"username": username, "password": password});
        let token = self.call(None, Method::POST, "/api-token-auth/", Some(body)).await.expect(200);
        let token = token["token"].as_str().unwrap().to_owned();
        User { username: username.to_owned(), email, password, token }
    }

    /// The newest one-time password that was mailed to an address.
    pub async fn otp(&self, email: &str) -> String {
        let mails = self.raw(Method::GET, "/_local/mailbox", &[], "").await.expect(200);
        let to_email = |mail: &&Value| mail["to"].as_array().unwrap().iter().any(|to| to == email);
        let mail = mails.as_array().unwrap().iter().find(to_email).expect("no mail to that address");
        let text = mail["text"].as_str().unwrap();
        let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6);
        code.expect("no code in the mail").to_owned()
    }

    /// Moves the clock that everything reads.
    pub async fn advance(&self, seconds: u64) {
        let body = json!({"advance_seconds": seconds}).to_string();
        self.raw(Method::POST, "/_local/clock", &[("content-type", "application/json")], body).await.expect(200);
    }
}

/// A form of one file.
pub fn form(boundary: &str, field: &str, file: &[u8]) -> Vec<u8> {
    let head =
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"../image.jpg\"\r\n\r\n");
    [head.as_bytes(), file, format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_signs_up_and_is_the_owner_of_a_new_organisation() {
    let tributary = Tributary::start().await;
    let user = tributary.sign_up("john_doe").await;
    let me = tributary.get(&user, "/api/me/").await.expect(200);
    assert_eq!((me["username"].as_str(), me["is_owner"].as_bool()), (Some("john_doe"), Some(true)));
}

/// An invoice as an answer shows it that does not read the lines, on which the electronic invoice depends.
pub fn without_lines(mut invoice: Value) -> Value {
    if let Some(told) = invoice.get_mut("einvoice") {
        *told = Value::Null;
    }
    invoice
}
