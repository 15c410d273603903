//! Where requests come from.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use crate::App;
use crate::secrets::hex;

/// The address that a request comes from, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAddress(Option<String>);

impl SourceAddress {
    /// A source of which nothing is known. All such requests count as one source, which no user is known to have.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(None)
    }

    /// The source that is written so. Of IPv6 the network counts, because a single subscriber has
    /// all addresses of one.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        address(text).map_or_else(Self::unknown, Self::of)
    }

    fn of(address: IpAddr) -> Self {
        Self(Some(match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }))
    }

    /// The text by which its tries are counted.
    pub(crate) fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// The proxies in front of a deployment, as it names them. They are believed about the source of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads addresses and networks (`203.0.113.7, 2001:db8::/32`) with commas between them.
    ///
    /// # Errors
    /// Names the first that is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        let network = |word: &str| {
            let network = word.parse().or_else(|_| word.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| format!("{word:?} is no address and no network of a proxy"))
        };
        words.map(network).collect::<Result<_, _>>().map(Self)
    }

    /// The source of a request, given the peer that the gateway saw and the values of `X-Forwarded-For`.
    ///
    /// Each proxy appends the address of its own peer. So the list is read from its end, and only as far as what wrote
    /// an entry is a trusted proxy. What stands further left is a claim of the client's.
    #[must_use]
    pub fn source(&self, peer: Option<&str>, forwarded_for: &str) -> SourceAddress {
        let Some(peer) = peer.and_then(address) else { return SourceAddress::unknown() };
        let mut hops = forwarded_for.rsplit(',').map(address).peekable();
        // The gateway has appended its own peer.
        hops.next_if_eq(&Some(peer));
        let mut source = peer;
        while self.0.iter().any(|network| network.contains(&source))
            && let Some(hop) = hops.next().flatten()
        {
            source = hop;
        }
        SourceAddress::of(source)
    }
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

impl App {
    /// What is kept of a source in a user or a one-time password; none for one of which nothing is known.
    pub(crate) fn print_of_source(&self, from: &SourceAddress) -> Option<String> {
        // Half of the hash: a user keeps many, and a match by chance would only spare a stranger a limit.
        let address = from.0.as_deref()?;
        Some(hex(&self.mac("source", &[address.as_bytes()])[..16]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscriber_is_one_address() {
        let parse = SourceAddress::parse;
        assert_eq!(parse("192.0.2.1"), parse("::ffff:192.0.2.1"));
        assert_ne!(parse("192.0.2.1"), parse("192.0.2.2"));
        assert_eq!(parse("2001:db8:1:2::1"), parse("2001:db8:1:2:ffff::9"));
        assert_ne!(parse("2001:db8:1:2::1"), parse("2001:db8:1:3::1"));
        assert_eq!(parse("not an address"), SourceAddress::unknown());
    }

    #[test]
    fn nobody_but_a_named_proxy_is_believed_about_the_source() {
        let (none, proxies) = (TrustedProxies::default(), TrustedProxies::parse("10.0.0.0/8, 2001:db8::7").unwrap());
        for (peer, forwarded, direct, behind) in [
            ("192.0.2.1", "", "192.0.2.1", "192.0.2.1"),
            // A client that names itself, or a proxy, is still the peer.
            ("192.0.2.1", "198.51.100.9, 192.0.2.1", "192.0.2.1", "192.0.2.1"),
            ("192.0.2.1", "198.51.100.9, 10.0.0.1", "192.0.2.1", "192.0.2.1"),
            // One proxy, with and without the entry that the gateway appends.
            ("10.0.0.1", "198.51.100.9, 10.0.0.1", "10.0.0.1", "198.51.100.9"),
            ("10.0.0.1", "198.51.100.9", "10.0.0.1", "198.51.100.9"),
            ("10.0.0.1", "198.51.100.9:4711,10.0.0.1", "10.0.0.1", "198.51.100.9"),
            // What stands left of the first hop that is no proxy is the client's own claim.
            ("10.0.0.1", "203.0.113.5, 198.51.100.9, 10.0.0.1", "10.0.0.1", "198.51.100.9"),
            ("10.0.0.1", "10.0.0.9, 198.51.100.9, 10.0.0.1", "10.0.0.1", "198.51.100.9"),
            // Two proxies in a row.
            ("10.0.0.1", "198.51.100.9, 2001:db8::7, 10.0.0.1", "10.0.0.1", "198.51.100.9"),
            // A proxy that says nothing, or nothing that can be read, is itself the source.
            ("10.0.0.1", "", "10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "203.0.113.5, unknown, 10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ] {
            assert_eq!(none.source(Some(peer), forwarded), SourceAddress::parse(direct), "{peer} {forwarded}");
            assert_eq!(proxies.source(Some(peer), forwarded), SourceAddress::parse(behind), "{peer} {forwarded}");
        }
        assert_eq!(proxies.source(None, "198.51.100.9"), SourceAddress::unknown());
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        assert_eq!(TrustedProxies::parse(""), Ok(TrustedProxies::default()));
        assert_eq!(TrustedProxies::parse("10.0.0.1"), TrustedProxies::parse(" 10.0.0.1/32 ,"));
        for wrong in ["10.0.0.0/33", "proxy.example.com", "10.0.0.1;10.0.0.2", "1"] {
            assert!(TrustedProxies::parse(wrong).is_err(), "{wrong}");
        }
    }
}
