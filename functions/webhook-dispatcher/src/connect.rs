//! Connects to addresses that a webhook may reach.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};
use tower_service::Service;

use crate::targets::{is_loopback, is_public};

/// Resolves a name, then connects to one of the addresses that it has just checked. Nothing resolves the name a second
/// time, so neither the spelling of a host nor a name that changes its address leads past the check.
#[derive(Debug, Clone)]
pub(crate) struct CheckedConnector {
    pub(crate) allow_loopback: bool,
    /// For each address, so that one which swallows packets leaves time for the next.
    pub(crate) timeout: Duration,
}

/// Why there is no connection. The texts are shown to the webhook's owner, so they do not say which address a name
/// resolved to: that could be told of a network that the owner cannot see.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the URL has no host")]
    NoHost,
    #[error("the host was not found: {0}")]
    Lookup(std::io::Error),
    #[error("the target's address is not a public one")]
    NotPublic,
    #[error("the connection failed: {0}")]
    Io(std::io::Error),
    #[error("the connection was not accepted in time")]
    Slow,
}

impl CheckedConnector {
    async fn connect(self, target: Uri) -> Result<TokioIo<TcpStream>, ConnectError> {
        let host = target.host().map(without_brackets).filter(|host| !host.is_empty()).ok_or(ConnectError::NoHost)?;
        let port = target.port_u16().unwrap_or(if target.scheme_str() == Some("http") { 80 } else { 443 });
        let resolved = lookup_host((host, port)).await.map_err(ConnectError::Lookup)?;
        let mut first_failure = None;
        for address in self.permitted(resolved) {
            match tokio::time::timeout(self.timeout, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true).map_err(ConnectError::Io)?;
                    return Ok(TokioIo::new(stream));
                }
                Ok(Err(error)) => first_failure = first_failure.or(Some(ConnectError::Io(error))),
                Err(_) => first_failure = first_failure.or(Some(ConnectError::Slow)),
            }
        }
        // Addresses come in the order of preference, so the first one's failure says most.
        Err(first_failure.unwrap_or(ConnectError::NotPublic))
    }

    fn permitted(&self, resolved: impl Iterator<Item = SocketAddr>) -> Vec<SocketAddr> {
        let is_permitted = |ip| is_public(ip) || (self.allow_loopback && is_loopback(ip));
        resolved.filter(|address| is_permitted(address.ip())).collect()
    }
}

impl Service<Uri> for CheckedConnector {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        Box::pin(self.clone().connect(target))
    }
}

/// A URL writes an IPv6 address in brackets, a resolver does not take them.
fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    fn connector(allow_loopback: bool) -> CheckedConnector {
        CheckedConnector { allow_loopback, timeout: Duration::from_secs(1) }
    }

    /// Every way to write this machine that the resolver understands.
    const LOOPBACK: [&str; 9] = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "0.0.0.0",
    ];

    #[tokio::test]
    async fn no_spelling_of_loopback_is_connected_to() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in LOOPBACK {
            let target: Uri = format!("http://{host}:{port}/").parse().unwrap();
            let error = connector(false).connect(target).await.map(|_| ()).unwrap_err();
            assert!(matches!(error, ConnectError::NotPublic), "{host}: {error}");
        }
        let seen = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(seen.is_err(), "a connection arrived");
    }

    #[tokio::test]
    async fn the_same_spellings_reach_loopback_where_it_is_allowed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1"] {
            let target: Uri = format!("http://{host}:{port}/").parse().unwrap();
            let stream = connector(true).connect(target).await.unwrap();
            assert_eq!(stream.inner().peer_addr().unwrap(), listener.local_addr().unwrap(), "{host}");
        }
    }

    #[test]
    fn of_a_name_s_addresses_only_the_public_ones_are_tried() {
        let resolved: Vec<SocketAddr> =
            ["127.0.0.1:443", "8.8.8.8:443", "[::1]:443", "10.0.0.1:443"].map(|text| text.parse().unwrap()).to_vec();
        assert_eq!(connector(false).permitted(resolved.into_iter()), ["8.8.8.8:443".parse().unwrap()]);
    }

    #[test]
    fn where_loopback_is_allowed_no_other_address_that_is_not_public_is() {
        let permitted = |text: &str| !connector(true).permitted(std::iter::once(text.parse().unwrap())).is_empty();
        for address in ["127.0.0.1:80", "127.255.0.9:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "8.8.8.8:80"] {
            assert!(permitted(address), "{address}");
        }
        for address in [
            "0.0.0.0:80",
            "[::]:80",
            "10.0.0.1:80",
            "192.168.1.1:80",
            "172.16.0.1:80",
            "169.254.169.254:80",
            "100.64.0.1:80",
            "224.0.0.1:80",
            "192.0.2.1:80",
            "[fd00:ec2::254]:80",
            "[fe80::1]:80",
            "[::ffff:169.254.169.254]:80",
            "[::127.0.0.1]:80",
            "[64:ff9b::7f00:1]:80",
            "[2002:7f00:1::1]:80",
        ] {
            assert!(!permitted(address), "{address}");
        }
    }

    #[tokio::test]
    async fn a_refused_connection_says_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let target: Uri = format!("http://127.0.0.1:{port}/").parse().unwrap();
        let error = connector(true).connect(target).await.map(|_| ()).unwrap_err();
        assert!(matches!(error, ConnectError::Io(_)), "{error}");
    }
}
