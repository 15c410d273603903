//! kill -9: what was acknowledged is kept, and every event arrives.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpSocket;

use super::*;

/// `tributary-local` as a process of its own.
struct Process {
    child: Child,
    base: String,
    token: String,
}

impl Process {
    /// Starts it on kept data.
    async fn start(directory: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tributary-local"));
        command.args(["--port", "0", "--data-dir"]).arg(directory).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let greeting = lines.find_map(|line| Some(line.ok()?.strip_prefix("Tributary listens on ")?.to_owned()));
        let base = greeting.expect("it did not start");
        // Nobody reads on: what is printed from now on must hold nothing up.
        drop(lines);
        let mut started = Self { child, base, token: String::new() };
        started.token =
            started.call(Method::GET, "/_local/credentials", None).await.1["token"].as_str().unwrap().to_owned();
        started
    }

    /// Ends it without warning.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.header("authorization", format!("Token {}", self.token));
        let request = request.header("content-type", "application/json");
        let body = Full::new(Bytes::from(body.map(|body| body.to_string()).unwrap_or_default()));
        let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.call(Method::POST, path, Some(body)).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    /// A webhook for invoices that become paid.
    async fn hook(&self, url: &str) -> Value {
        let conditions = json!([{"field": "status", "operator": "=", "value": "paid"}]);
        self.post("/api/webhooks/", json!({"name": "paid", "model": "Invoice", "url": url, "conditions": conditions}))
            .await
    }

    /// Makes an invoice that is sent, and pays it in full.
    async fn paid_invoice(&self) -> (Value, Value) {
        let client = self.post("/api/clients/", json!({"name": "Payer"})).await;
        let body = json!({"client": client["id"], "status": "sent", "subtotal": "100.00", "total": "100.00"});
        let invoice = self.post("/api/invoices/", body).await;
        let payment = json!({"amount": "100.00", "method": "cash"});
        let payment = self.post(&format!("/api/invoices/{}/payments/", id(&invoice)), payment).await;
        (invoice, payment)
    }

    /// Checks that an invoice and its one payment are there as they were acknowledged.
    async fn has(&self, invoice: &Value, payment: &Value) {
        let path = format!("/api/invoices/{}/", id(invoice));
        let kept = self.get(&path).await;
        assert_eq!((&kept["status"], &kept["amount_paid"]), (&json!("paid"), &json!("100.00")));
        assert_eq!(self.get(&format!("{path}payments/")).await, json!([payment]));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_a_killed_process_had_not_delivered_is_delivered_by_the_next() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path()).await;
    // Bound and not listening: the receiver is not there yet.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let hook = process.hook(&format!("http://{}/paid/{{id}}", socket.local_addr().unwrap())).await;
    let (invoice, payment) = process.paid_invoice().await;
    process.kill();

    let receiver = Receiver::on(socket.listen(16).unwrap());
    let process = Process::start(directory.path()).await;
    process.has(&invoice, &payment).await;
    let list = format!("/api/webhooks/{}/deliveries/", id(&hook));
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let delivery = loop {
        let found = process.get(&list).await;
        if found[0]["status"] == "delivered" {
            assert_eq!(found.as_array().unwrap().len(), 1);
            break found[0].clone();
        }
        assert!(tokio::time::Instant::now() < deadline, "{found:#}");
        // An attempt before the kill may have failed: the next one is due within seconds.
        process.post("/_local/clock", json!({"advance_seconds": 2})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let received = receiver.received();
    let ids: BTreeSet<_> = received.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids, BTreeSet::from([delivery["event_id"].as_str().unwrap().to_owned()]));
    assert_eq!(received[0].path, format!("/paid/{}", id(&invoice)));
    let mut shown = process.get(&format!("/api/invoices/{}/", id(&invoice))).await;
    // An event does not tell of the lines, on which the electronic invoice depends.
    shown["einvoice"] = serde_json::Value::Null;
    assert_eq!(received[0].json(), shown);
    process.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_due_after_the_kill_bears_the_id_of_the_attempt_before_it() {
    let directory = tempfile::tempdir().unwrap();
    let process = Process::start(directory.path()).await;
    let receiver = Receiver::start().await;
    receiver.script([500]);
    let hook = process.hook(&format!("{}/paid", receiver.base)).await;
    let (invoice, payment) = process.paid_invoice().await;
    receiver.wait_for("/paid", 1).await;
    process.kill();

    let process = Process::start(directory.path()).await;
    process.has(&invoice, &payment).await;
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while receiver.received().len() < 2 {
        assert!(
            tokio::time::Instant::now() < deadline,
            "{:#}",
            process.get(&format!("/api/webhooks/{}/deliveries/", id(&hook))).await
        );
        process.post("/_local/clock", json!({"advance_seconds": 2})).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let received = receiver.received();
    assert_eq!(received[1].header("webhook-id"), received[0].header("webhook-id"));
    assert_eq!(received[1].body, received[0].body);
    process.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_payments_event_is_lost_by_kills_at_any_moment_after_its_answer() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let mut process = Process::start(directory.path()).await;
    process.hook(&format!("{}/paid/{{id}}", receiver.base)).await;
    let mut booked = Vec::new();
    // From before the stream is read to after the delivery.
    for pause in [0, 25, 50, 75, 100] {
        let (invoice, payment) = process.paid_invoice().await;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        process.kill();
        process = Process::start(directory.path()).await;
        let received = receiver.wait_for(&format!("/paid/{}", id(&invoice)), 1).await;
        let ids: BTreeSet<_> = received.iter().map(|one| one.header("webhook-id").to_owned()).collect();
        assert_eq!(ids.len(), 1, "{pause} ms");
        booked.push((invoice, payment));
    }
    for (invoice, payment) in &booked {
        process.has(invoice, payment).await;
    }
    process.kill();
}
