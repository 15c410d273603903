//! Who is asking: a reader, or a program that looks ahead and says so.

use app::hosted::Visitor;
use http::header::USER_AGENT;
use http::{HeaderMap, Method};

/// What stands, in lower case, in the names of programs that fetch a link without anybody reading
/// it. `bot` is most of them: Slackbot, Twitterbot, LinkedInBot, Discordbot, TelegramBot, Googlebot,
/// bingbot, Applebot.
const PROGRAMS: [&str; 11] = [
    "bot",
    "crawler",
    "spider",
    "preview",
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
    if *method == Method::HEAD || is_program(headers) || is_ahead(headers) { Visitor::Preview } else { Visitor::Reader }
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

    fn of(name: &str, value: &str) -> Visitor {
        let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
        visitor(&Method::GET, &headers)
    }

    #[test]
    fn programs_that_announce_themselves_are_no_readers() {
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
            "my-crawler/3",
            "BaiduSPIDER",
        ] {
            assert_eq!(of("user-agent", name), Visitor::Preview, "{name}");
        }
    }

    #[test]
    fn browsers_are_readers() {
        for name in [
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile Safari/604.1",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36",
            "",
        ] {
            assert_eq!(of("user-agent", name), Visitor::Reader, "{name}");
        }
        assert_eq!(visitor(&Method::GET, &HeaderMap::new()), Visitor::Reader);
    }

    #[test]
    fn a_page_that_is_fetched_ahead_or_for_its_head_is_not_read() {
        for (name, value) in [
            ("purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("x-moz", "prefetch"),
            ("x-purpose", "preview"),
        ] {
            assert_eq!(of(name, value), Visitor::Preview, "{name}");
        }
        assert_eq!(of("sec-purpose", ""), Visitor::Reader);
        assert_eq!(visitor(&Method::HEAD, &HeaderMap::new()), Visitor::Preview);
    }
}
