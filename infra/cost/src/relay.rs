//! Counts the requests that functions send to a service, on their way there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

/// How every head of a request ends its first line.
const VERSION: &[u8] = b" HTTP/1.1\r\n";
/// How the header ends that says that a message is sent to a queue.
const SENDS: &[u8] = b" AmazonSQS.SendMessage\r\n";

/// Requests that went by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Requests {
    /// Those by GET or HEAD.
    pub reads: u32,
    /// Those by DELETE.
    pub deletions: u32,
    /// All others.
    pub writes: u32,
    /// Those of them that send a message to a queue.
    pub messages: u32,
}

impl Requests {
    /// What was added since an earlier look.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            reads: self.reads - before.reads,
            deletions: self.deletions - before.deletions,
            writes: self.writes - before.writes,
            messages: self.messages - before.messages,
        }
    }
}

#[derive(Debug, Default)]
struct Counters {
    reads: AtomicU32,
    deletions: AtomicU32,
    writes: AtomicU32,
    messages: AtomicU32,
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
        let Counters { reads, deletions, writes, messages } = &*self.counters;
        let now = |counter: &AtomicU32| counter.load(Ordering::Acquire);
        Requests { reads: now(reads), deletions: now(deletions), writes: now(writes), messages: now(messages) }
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
            let counter = match head.split(|byte| *byte == b' ').next() {
                Some(b"GET" | b"HEAD") => &counters.reads,
                Some(b"DELETE") => &counters.deletions,
                _ => &counters.writes,
            };
            counter.fetch_add(1, Ordering::AcqRel);
        } else if line.to_ascii_lowercase().ends_with(&SENDS.to_ascii_lowercase()) {
            counters.messages.fetch_add(1, Ordering::AcqRel);
        }
        line.clear();
    }
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
}
