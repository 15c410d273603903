//! A receiver of webhooks on loopback, driven by the test byte for byte.

use std::time::Duration;

use app::deliveries::AttemptResult;
use app::ports::{Clock, SystemClock};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use webhook_dispatcher::sender::{Attempt, Outbound, Sender, SenderConfig};

/// The webhook's secret.
pub const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// A sender as the local cloud has it.
pub fn local_sender(timeout: Duration) -> Sender {
    Sender::new(SenderConfig { allow_loopback: true, timeout })
}

/// A POST of a small body, signed now.
pub fn outbound(url: String) -> Outbound {
    Outbound {
        method: Method::POST,
        url,
        headers: Vec::new(),
        body: Some(Bytes::from_static(br#"{"name":"Zo\u00eb"}"#)),
        message_id: "evt_0190".to_owned(),
        timestamp: SystemClock.now(),
        secrets: vec![SECRET.to_owned()],
    }
}

/// A request as it came.
pub struct Received {
    pub line: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A listening socket.
pub struct Receiver {
    listener: TcpListener,
}

impl Receiver {
    pub async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?source=tributary", self.port())
    }

    /// Takes one request and leaves the answer to the test.
    pub async fn accept(&self) -> (Received, TcpStream) {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).await.unwrap();
        let headers = read_headers(&mut reader).await;
        let length = headers.get("content-length").map_or(0, |value| value.to_str().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        reader.read_exact(&mut body).await.unwrap();
        (Received { line: line.trim_end().to_owned(), headers, body }, reader.into_inner())
    }

    /// Sends `outbound` here and answers with `response`, then closes.
    pub async fn exchange(&self, sender: &Sender, outbound: &Outbound, response: &str) -> (Attempt, Received) {
        tokio::join!(sender.send(outbound), async {
            let (received, mut stream) = self.accept().await;
            stream.write_all(response.as_bytes()).await.unwrap();
            received
        })
    }

    /// Whether somebody connects within a short while, or has done so.
    pub async fn is_connected_to(&self) -> bool {
        tokio::time::timeout(Duration::from_millis(30), self.listener.accept()).await.is_ok()
    }
}

/// What an attempt means for its delivery.
pub fn result_of(attempt: &Attempt) -> AttemptResult {
    AttemptResult::of(attempt.response_status, attempt.retry_after.as_deref(), SystemClock.now())
}

async fn read_headers(reader: &mut BufReader<TcpStream>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    loop {
        let mut line = Vec::new();
        reader.read_until(b'\n', &mut line).await.unwrap();
        let line = line.trim_ascii();
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { return headers };
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).unwrap();
        headers.append(HeaderName::from_bytes(&line[..colon]).unwrap(), value);
    }
}
