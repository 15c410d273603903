//! Decides whether a person reads the page or a program fetches it.
//!
//! A browser that opens a page in a tab sends `Sec-Fetch-Dest: document` and `Sec-Fetch-Mode: navigate`. Every browser
//! does since Safari 16.4 (March 2023), scripts cannot set these headers, and command-line clients and the link scanners
//! of mail gateways do not send them, whatever they call themselves in `User-Agent`. So their absence means: no reader.
//! A person with an older browser reads the page too, but the invoice does not become viewed.

use app::hosted::Visitor;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, Method};

const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Parts of the names of programs that drive a browser, in lower case. `bot` covers most of them: Slackbot, Twitterbot,
/// LinkedInBot, Discordbot, TelegramBot, Googlebot, bingbot, Applebot.
const PROGRAMS: [&str; 16] = [
    "bot",
    "crawler",
    "spider",
    "preview",
    "headless",
    "scanner",
    "barracuda",
    "mimecast",
    "proofpoint",
    "facebookexternalhit",
    "facebookcatalog",
    "whatsapp",
    "embedly",
    "iframely",
    "vkshare",
    "slurp",
];
/// A maker of telephones, whose browsers carry its name.
const NO_PROGRAM: &str = "cubot";
/// Where browsers say that they fetch a page before anybody asked for it.
const PURPOSES: [&str; 4] = ["purpose", "sec-purpose", "x-purpose", "x-moz"];

/// Who asks for a page.
pub fn visitor(method: &Method, headers: &HeaderMap) -> Visitor {
    let opens = *method == Method::GET && says(headers, &DESTINATION, "document") && says(headers, &MODE, "navigate");
    if opens && !is_program(headers) && !is_ahead(headers) { Visitor::Reader } else { Visitor::Preview }
}

fn says(headers: &HeaderMap, name: &HeaderName, value: &str) -> bool {
    headers.get(name).is_some_and(|said| said.as_bytes() == value.as_bytes())
}

fn is_program(headers: &HeaderMap) -> bool {
    let name = headers.get(USER_AGENT).map(|name| String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase());
    let name = name.unwrap_or_default().replace(NO_PROGRAM, "");
    PROGRAMS.iter().any(|program| name.contains(program))
}

fn is_ahead(headers: &HeaderMap) -> bool {
    let values = PURPOSES.iter().flat_map(|name| headers.get_all(*name));
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        .any(|purpose| ["prefetch", "prerender", "preview"].iter().any(|ahead| purpose.contains(ahead)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
    const OPENED: [(&str, &str); 3] =
        [("user-agent", CHROME), ("sec-fetch-dest", "document"), ("sec-fetch-mode", "navigate")];

    fn of(headers: &[(&str, &str)]) -> Visitor {
        visitor(
            &Method::GET,
            &headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
        )
    }

    /// A browser that opens the page, with one header in place of its own.
    fn with(name: &str, value: &str) -> Visitor {
        let others = OPENED.into_iter().filter(|(other, _)| *other != name);
        of(&others.chain([(name, value)]).collect::<Vec<_>>())
    }

    #[test]
    fn a_browser_that_opens_the_page_is_a_reader() {
        for name in [
            CHROME,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
        ] {
            assert_eq!(with("user-agent", name), Visitor::Reader, "{name}");
        }
        assert_eq!(with("sec-fetch-site", "cross-site"), Visitor::Reader);
        assert_eq!(with("sec-purpose", ""), Visitor::Reader);
    }

    #[test]
    fn what_does_not_open_a_page_is_no_reader_whatever_it_is_called() {
        for name in ["curl/8.5.0", "Wget/1.21", "python-requests/2.32", "Go-http-client/2.0", "okhttp/4.12", CHROME, ""]
        {
            assert_eq!(of(&[("user-agent", name), ("accept", "text/html,*/*")]), Visitor::Preview, "{name}");
        }
        assert_eq!(of(&[]), Visitor::Preview);
        for (name, value) in [
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-dest", "iframe"),
            ("sec-fetch-dest", "image"),
            ("sec-fetch-mode", "no-cors"),
            ("sec-fetch-mode", "cors"),
        ] {
            assert_eq!(with(name, value), Visitor::Preview, "{name}: {value}");
        }
    }

    #[test]
    fn programs_that_drive_a_browser_are_no_readers() {
        for name in [
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Twitterbot/1.0",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "WhatsApp/2.23.20.0 A",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
            "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/605.1.15 (Applebot/0.1)",
            "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/141.0.0.0 Safari/537.36",
            "Barracuda Sentinel (EE)",
            "my-crawler/3",
            "BaiduSPIDER",
        ] {
            assert_eq!(with("user-agent", name), Visitor::Preview, "{name}");
        }
    }

    #[test]
    fn a_page_that_is_fetched_ahead_or_for_its_head_is_not_read() {
        for (name, value) in [
            ("purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ] {
            assert_eq!(with(name, value), Visitor::Preview, "{name}");
        }
        let headers = OPENED.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        assert_eq!(visitor(&Method::HEAD, &headers), Visitor::Preview);
    }
}
