//! Counts the requests that a function sends to services, on their way there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use tributary_local::Environment;

use crate::Failure;

/// How every head of a request ends its first line.
const VERSION: &[u8] = b" HTTP/1.1\r\n";

/// Requests that went by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Those by GET or HEAD, but for S3's lists.
    pub reads: u32,
    /// Those by DELETE.
    pub deletions: u32,
    /// All others, and S3's lists: they are billed as writes.
    pub writes: u32,
}

impl Requests {
    /// What was added since an earlier look.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            reads: self.reads - before.reads,
            deletions: self.deletions - before.deletions,
            writes: self.writes - before.writes,
        }
    }
}

#[derive(Debug, Default)]
struct Counters {
    reads: AtomicU32,
    deletions: AtomicU32,
    writes: AtomicU32,
}

/// A place before a service that lets everything through as it is, and counts.
#[derive(Debug, Clone)]
pub struct Relay {
    url: String,
    counters: Arc<Counters>,
}

impl Relay {
    /// Listens before the service at `url`, in the runtime that this is called in.
    ///
    /// # Errors
    /// No port is free, or the URL names none.
    pub fn before(url: &str) -> Result<Self, Failure> {
        let target = url.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let counters = Arc::<Counters>::default();
        let relay = Self { url: format!("http://{}", listener.local_addr()?), counters: Arc::clone(&counters) };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(service) = TcpStream::connect(&target).await else { continue };
                let ((from_client, to_client), (from_service, to_service)) =
                    (client.into_split(), service.into_split());
                let counters = Arc::clone(&counters);
                tokio::spawn(pass(from_client, to_service, Some(counters)));
                tokio::spawn(pass(from_service, to_client, None));
            }
        });
        Ok(relay)
    }

    /// Where functions find the service.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What went by so far.
    #[must_use]
    pub fn requests(&self) -> Requests {
        let Counters { reads, deletions, writes } = &*self.counters;
        let now = |counter: &AtomicU32| counter.load(Ordering::Acquire);
        Requests { reads: now(reads), deletions: now(deletions), writes: now(writes) }
    }
}

/// What stands before the services of a function, DynamoDB apart: of that, its own log tells.
#[derive(Debug, Clone)]
pub struct Relays {
    sqs: Relay,
    ses: Relay,
    s3: Relay,
}

/// What was asked of the services beside DynamoDB.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of SQS.
    pub sqs: Requests,
    /// Of SES.
    pub ses: Requests,
    /// Of S3.
    pub s3: Requests,
}

impl Asked {
    /// What was added since an earlier look.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self { sqs: self.sqs.since(before.sqs), ses: self.ses.since(before.ses), s3: self.s3.since(before.s3) }
    }
}

impl Relays {
    /// Relays before the services of an environment, and the environment that has them in the services' places.
    ///
    /// # Errors
    /// [`Relay::before`]'s.
    pub fn before(environment: &Environment) -> Result<(Environment, Self), Failure> {
        let relays = Self {
            sqs: Relay::before(&environment.sqs_url)?,
            ses: Relay::before(&environment.ses_url)?,
            s3: Relay::before(&environment.s3_url)?,
        };
        let mut environment = environment.clone();
        environment.sqs_url = relays.sqs.url().to_owned();
        environment.ses_url = relays.ses.url().to_owned();
        environment.s3_url = relays.s3.url().to_owned();
        Ok((environment, relays))
    }

    /// What was asked so far.
    #[must_use]
    pub fn asked(&self) -> Asked {
        let Self { sqs, ses, s3 } = self;
        Asked { sqs: sqs.requests(), ses: ses.requests(), s3: s3.requests() }
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, counters: Option<Arc<Counters>>) {
    let (mut buffer, mut line) = (vec![0; 64 * 1024], Vec::new());
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if let Some(counters) = &counters {
            count(&mut line, &buffer[..length], counters);
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

/// Counts the heads of requests in what goes by; `line` holds what of a line has come so far.
fn count(line: &mut Vec<u8>, bytes: &[u8], counters: &Counters) {
    for byte in bytes {
        line.push(*byte);
        if *byte != b'\n' {
            continue;
        }
        if line.ends_with(VERSION) {
            // A body may end without a line's end; then the head of the next request follows it in the same line.
            let head = &line[..line.len() - VERSION.len()];
            let head = head.rsplit(|byte| *byte == b'}' || *byte == b'\0').next().unwrap_or_default();
            let mut words = head.split(|byte| *byte == b' ');
            let counter = match (words.next(), words.next()) {
                (Some(b"GET"), Some(target)) if is_list(target) => &counters.writes,
                (Some(b"GET" | b"HEAD"), _) => &counters.reads,
                (Some(b"DELETE"), _) => &counters.deletions,
                _ => &counters.writes,
            };
            counter.fetch_add(1, Ordering::AcqRel);
        }
        line.clear();
    }
}

/// Whether it is S3's `ListObjectsV2`, by path and query.
fn is_list(target: &[u8]) -> bool {
    let mut parameters = target.split(|byte| *byte == b'?' || *byte == b'&').skip(1);
    parameters.any(|parameter| parameter == b"list-type=2")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_their_methods_however_they_are_cut() {
        let sent = b"PUT /a HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}GET /b HTTP/1.1\r\n\r\nDELETE /a HTTP/1.1\r\n\r\n";
        for cut in 0..sent.len() {
            let (counters, mut line) = (Counters::default(), Vec::new());
            count(&mut line, &sent[..cut], &counters);
            count(&mut line, &sent[cut..], &counters);
            let counted = [&counters.reads, &counters.deletions, &counters.writes].map(|n| n.load(Ordering::Acquire));
            assert_eq!(counted, [1, 1, 1], "cut at {cut}");
        }
    }

    #[test]
    fn a_list_of_objects_is_billed_as_a_write() {
        for (target, is_list) in [("/b?list-type=2&prefix=x", 1), ("/b/?prefix=x&list-type=2", 1), ("/list-type=2", 0)]
        {
            let counters = Counters::default();
            count(&mut Vec::new(), format!("GET {target} HTTP/1.1\r\n").as_bytes(), &counters);
            let counted = [&counters.reads, &counters.writes].map(|n| n.load(Ordering::Acquire));
            assert_eq!(counted, [1 - is_list, is_list], "{target}");
        }
    }
}
