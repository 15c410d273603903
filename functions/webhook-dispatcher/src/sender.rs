//! Sends one rendered webhook over HTTP.
//!
//! The URL, the headers and the body are a customer's, and so is the server that answers: nothing here trusts either.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::uri::Scheme;
use http::{Method, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use crate::connect::CheckedConnector;
use crate::{request, tls};

/// How much of a response is kept, in bytes; no more is read.
const RESPONSE_LIMIT: usize = 4 * 1024;
/// How much of an error's text is kept, in bytes: it may quote what the receiver sent, such as a certificate's names.
const ERROR_LIMIT: usize = 500;

/// What a [`Sender`] may do.
#[derive(Debug, Clone)]
pub struct SenderConfig {
    /// Whether http, and loopback beside the public addresses, may be reached: for the local cloud alone.
    pub allow_loopback: bool,
    /// How long a whole exchange may take, from the name's resolution to the end of the response.
    pub timeout: Duration,
}

impl Default for SenderConfig {
    fn default() -> Self {
        Self { allow_loopback: false, timeout: Duration::from_secs(15) }
    }
}

/// One delivery's next attempt. It holds secrets, so it has no `Debug`.
#[derive(Clone)]
pub struct Outbound {
    /// The method.
    pub method: Method,
    /// The URL, placeholders filled.
    pub url: String,
    /// The customer's headers, placeholders filled.
    pub headers: Vec<(String, String)>,
    /// The body; a GET goes without.
    pub body: Option<Bytes>,
    /// `webhook-id`: the same for every attempt.
    pub message_id: String,
    /// `webhook-timestamp`: when this attempt is made.
    pub timestamp: Timestamp,
    /// The signing secrets that are valid now, as `whsec_…`.
    pub secrets: Vec<String>,
}

/// What an attempt came to: either `response_status` or `error` is there, never both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The receiver's status, if it answered in time.
    pub response_status: Option<u16>,
    /// How long the attempt took.
    pub duration_ms: u64,
    /// What came of the answer's body, 4 KB at most, with U+FFFD where it is no UTF-8.
    pub response_body: String,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The answer's `Retry-After`, as sent.
    pub retry_after: Option<String>,
}

/// Sends webhooks. Clones share one set of clients.
#[derive(Clone)]
pub struct Sender {
    clients: Arc<Clients>,
    timeout: Duration,
}

struct Clients {
    tcp: CheckedConnector,
    http: Client<CheckedConnector, Full<Bytes>>,
    /// Made for the first https target, so that a cold start does not read certificates.
    https: OnceLock<Result<HttpsClient, String>>,
}

type HttpsClient = Client<HttpsConnector<CheckedConnector>, Full<Bytes>>;

impl Sender {
    /// A sender that connects to nothing yet.
    #[must_use]
    pub fn new(config: SenderConfig) -> Self {
        let SenderConfig { allow_loopback, timeout } = config;
        let tcp = CheckedConnector { allow_loopback, timeout: timeout / 3 };
        let http = client(tcp.clone());
        Self { clients: Arc::new(Clients { tcp, http, https: OnceLock::new() }), timeout }
    }

    /// Makes one attempt. It never takes longer than the timeout, and whatever goes wrong is in the answer.
    pub async fn send(&self, outbound: &Outbound) -> Attempt {
        let started = Instant::now();
        let deadline = started + self.timeout;
        let attempt = match timeout_at(deadline, self.exchange(outbound)).await {
            Ok(Ok(response)) => answered(response, deadline).await,
            Ok(Err(reason)) => Attempt { error: Some(reason), ..Attempt::default() },
            Err(_) => Attempt { error: Some(format!("no answer within {:?}", self.timeout)), ..Attempt::default() },
        };
        Attempt { duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX), ..attempt }
    }

    /// Sends the request and waits for the head of the response.
    async fn exchange(&self, outbound: &Outbound) -> Result<Response<Incoming>, String> {
        let request = request::build(outbound).map_err(|error| error.to_string())?;
        match request.uri().scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => self.clients.https()?.request(request).await,
            Some(scheme) if *scheme == Scheme::HTTP && self.clients.tcp.allow_loopback => {
                self.clients.http.request(request).await
            }
            Some(_) | None => return Err("the URL is not an https one".to_owned()),
        }
        .map_err(|error| root_cause(&error))
    }
}

impl Clients {
    fn https(&self) -> Result<&HttpsClient, String> {
        let made = self.https.get_or_init(|| tls::connector(self.tcp.clone()).map(client).map_err(|e| e.to_string()));
        made.as_ref().map_err(String::clone)
    }
}

/// A client that keeps no connection, follows no redirect and repeats nothing: one request, one attempt.
fn client<C: Connect + Clone>(connector: C) -> Client<C, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).retry_canceled_requests(false).build(connector)
}

/// The status is the receiver's word. A body that breaks off, or is still coming at the deadline, does not undo it.
async fn answered(response: Response<Incoming>, deadline: Instant) -> Attempt {
    let (head, body) = response.into_parts();
    let retry_after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    Attempt {
        response_status: Some(head.status.as_u16()),
        response_body: text(&beginning(body, deadline).await),
        retry_after,
        ..Attempt::default()
    }
}

/// The first bytes of a body. Dropping the rest closes the connection.
async fn beginning(mut body: Incoming, deadline: Instant) -> Vec<u8> {
    let mut kept = Vec::new();
    while kept.len() < RESPONSE_LIMIT
        && let Ok(Some(Ok(frame))) = timeout_at(deadline, body.frame()).await
    {
        if let Ok(data) = frame.into_data() {
            kept.extend_from_slice(&data[..data.len().min(RESPONSE_LIMIT - kept.len())]);
        }
    }
    kept
}

/// Text for the list of deliveries: a character that was cut in two is left out, and U+FFFD, which takes more room than
/// the byte it stands for, does not make it longer than what may be kept.
fn text(bytes: &[u8]) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        Ok(_) | Err(_) => bytes,
    };
    let mut text = String::from_utf8_lossy(whole).into_owned();
    text.truncate(text.floor_char_boundary(RESPONSE_LIMIT));
    text
}

/// The error that started it: what wraps it says only that a request failed.
fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let mut text = cause.to_string();
    text.truncate(text.floor_char_boundary(ERROR_LIMIT));
    text
}

#[cfg(test)]
mod tests {
    use rcgen::{CertifiedKey, generate_simple_self_signed};
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// A server on loopback with a certificate for `name`.
    struct TlsServer {
        listener: TcpListener,
        acceptor: TlsAcceptor,
        certificate: CertificateDer<'static>,
    }

    impl TlsServer {
        async fn named(name: &str) -> Self {
            let CertifiedKey { cert, signing_key } = generate_simple_self_signed([name.to_owned()]).unwrap();
            let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
            let config =
                rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_no_client_auth()
                    .with_single_cert(vec![cert.der().clone()], key.into())
                    .unwrap();
            Self {
                listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
                acceptor: TlsAcceptor::from(Arc::new(config)),
                certificate: cert.der().clone(),
            }
        }

        /// Whether a request came through the handshake of the next connection; it is answered with 204.
        async fn serves_a_request(&self) -> bool {
            let (stream, _) = self.listener.accept().await.unwrap();
            let Ok(mut stream) = self.acceptor.accept(stream).await else { return false };
            let seen = stream.read(&mut [0; 4096]).await.is_ok_and(|length| length > 0);
            seen && stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_ok()
        }

        /// Sends to this server by `host`, and tells whether it saw the request.
        async fn receives(&self, sender: &Sender, host: &str) -> (Attempt, bool) {
            let port = self.listener.local_addr().unwrap().port();
            let outbound = Outbound {
                method: Method::POST,
                url: format!("https://{host}:{port}/"),
                headers: Vec::new(),
                body: Some(Bytes::from_static(b"{}")),
                message_id: "evt_1".to_owned(),
                timestamp: Timestamp::UNIX_EPOCH,
                secrets: vec!["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned()],
            };
            tokio::join!(sender.send(&outbound), self.serves_a_request())
        }
    }

    fn local() -> SenderConfig {
        SenderConfig { allow_loopback: true, ..SenderConfig::default() }
    }

    fn trusting(certificate: &CertificateDer<'static>) -> Sender {
        let sender = Sender::new(local());
        let https = tls::connector_trusting(sender.clients.tcp.clone(), certificate.clone()).map(client);
        assert!(sender.clients.https.set(https.map_err(|error| error.to_string())).is_ok());
        sender
    }

    #[tokio::test]
    async fn a_target_with_a_trusted_certificate_receives_its_delivery() {
        let server = TlsServer::named("localhost").await;
        let (attempt, seen) = server.receives(&trusting(&server.certificate), "localhost").await;
        assert_eq!((attempt.response_status, attempt.error, seen), (Some(204), None, true));
    }

    #[tokio::test]
    async fn a_certificate_for_another_name_is_refused() {
        let server = TlsServer::named("receiver.example").await;
        let (attempt, seen) = server.receives(&trusting(&server.certificate), "localhost").await;
        assert!(attempt.error.unwrap().contains("certificate"));
        assert_eq!((attempt.response_status, seen), (None, false));
    }

    #[tokio::test]
    async fn a_certificate_of_an_unknown_authority_is_refused() {
        let known = TlsServer::named("localhost").await;
        let unknown = TlsServer::named("localhost").await;
        let (attempt, seen) = unknown.receives(&trusting(&known.certificate), "localhost").await;
        assert!(attempt.error.unwrap().contains("certificate"));
        assert_eq!((attempt.response_status, seen), (None, false));
    }

    #[test]
    fn what_is_kept_of_a_response_is_at_most_4_kb_of_whole_characters() {
        let cut_in_two = format!("{}ä", "a".repeat(RESPONSE_LIMIT - 1));
        assert_eq!(text(&cut_in_two.as_bytes()[..RESPONSE_LIMIT]), "a".repeat(RESPONSE_LIMIT - 1));
        let binary = text(&[0xff; RESPONSE_LIMIT]);
        assert_eq!(binary.chars().count(), RESPONSE_LIMIT / '\u{fffd}'.len_utf8());
        assert!(binary.chars().all(|character| character == '\u{fffd}'));
    }

    #[test]
    fn an_error_is_told_by_its_root_cause_and_in_short() {
        let long = std::io::Error::other(format!("refused: {}", "name ".repeat(1000)));
        let wrapped: Box<dyn Error> = Box::new(Wrapped(long));
        let told = root_cause(&*wrapped);
        assert!(told.starts_with("refused: name "));
        assert_eq!(told.len(), ERROR_LIMIT);
    }

    #[derive(Debug, thiserror::Error)]
    #[error("client error")]
    struct Wrapped(#[source] std::io::Error);

    #[test]
    fn certificates_are_not_read_before_an_https_target_needs_them() {
        assert!(Sender::new(local()).clients.https.get().is_none());
    }
}
