//! Which site a browser's request comes from.

use http::HeaderMap;
use http::header::ORIGIN;

use crate::address;

/// Whether a request comes from a page of this API's own origin, from the user's own hand, or from no browser.
///
/// A browser adds its cookies to a request whatever page sends it. `Sec-Fetch-Site` names the page's relation to this
/// origin; a browser that does not send it still sends `Origin` with every method that is not safe.
#[must_use]
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
    if sites.peek().is_some() {
        return sites.all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    }
    let own = address::requested(headers);
    headers.get_all(ORIGIN).iter().all(|origin| !own.is_empty() && origin.as_bytes() == own.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs = [("host", "api.example"), ("x-forwarded-proto", "https")].iter().chain(pairs);
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        is_same_origin(&headers)
    }

    #[test]
    fn own_pages_and_clients_that_are_no_browser_are_accepted() {
        for pairs in [
            &[][..],
            &[("sec-fetch-site", "same-origin")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://api.example")],
            &[("sec-fetch-site", "same-origin"), ("origin", "https://api.example")],
        ] {
            assert!(accepts(pairs), "{pairs:?}");
        }
    }

    #[test]
    fn pages_of_other_origins_are_refused_by_either_header() {
        for site in ["cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site", "none,none"] {
            assert!(!accepts(&[("sec-fetch-site", site)]), "{site}");
            assert!(!accepts(&[("sec-fetch-site", site), ("origin", "https://api.example")]), "{site}");
        }
        assert!(!accepts(&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")]));
        for origin in [
            "null",
            "",
            "https://evil.example",
            "http://api.example",
            "https://api.example:8443",
            "https://api.example.evil.example",
            "https://api.example/",
            "https://api.example, https://evil.example",
        ] {
            assert!(!accepts(&[("origin", origin)]), "{origin}");
        }
        assert!(!is_same_origin(&HeaderMap::from_iter([(ORIGIN, "".parse().unwrap())])), "no host");
    }
}
