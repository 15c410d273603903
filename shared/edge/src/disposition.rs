//! `Content-Disposition` of the parts of a form.

use http::HeaderMap;
use http::header::CONTENT_DISPOSITION;
use mail_parser::parsers::MessageStream;
use percent_encoding::percent_decode_str;

/// The name of the file that a part holds, or `None` if the part holds text.
///
/// `filename*` (RFC 8187) wins over `filename`, in which encoded words (RFC 2047) are decoded: clients send all three,
/// though RFC 7578 asks for plain UTF-8. The name is not yet safe to use; see `FileName`.
pub(crate) fn file_name(part: &HeaderMap) -> Option<String> {
    let header = String::from_utf8_lossy(part.get(CONTENT_DISPOSITION)?.as_bytes());
    let find = |name: &str| parameters(&header).find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let (extended, plain) = (find("filename*"), find("filename"));
    let is_file = extended.is_some() || plain.is_some();
    let name = extended.as_deref().and_then(decode_extended).or_else(|| plain.map(decode_words));
    is_file.then(|| name.unwrap_or_default())
}

/// The parameters of a header, without the quotes around their values. Browsers escape nothing but quotes: a backslash
/// stays, because it can be a part of a path.
fn parameters(header: &str) -> impl Iterator<Item = (&str, String)> {
    let (mut quoted, mut before) = (false, '\0');
    let parts = header.split(move |char| {
        quoted ^= char == '"' && before != '\\';
        before = char;
        char == ';' && !quoted
    });
    parts.filter_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value = value.trim();
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        Some((key.trim(), inner.map_or_else(|| value.to_owned(), |inner| inner.replace("\\\"", "\""))))
    })
}

/// `charset'language'percent-encoded`, in one of the two charsets that RFC 8187 and its predecessor name.
fn decode_extended(value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '\'');
    let (charset, _language, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes = percent_decode_str(encoded);
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" => bytes.decode_utf8().ok().map(Into::into),
        "iso-8859-1" => Some(bytes.map(char::from).collect()),
        _ => None,
    }
}

fn decode_words(name: String) -> String {
    if !name.contains("=?") {
        return name;
    }
    let line = format!("{name}\n");
    MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map_or(name, str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(parameters: &str) -> Option<String> {
        let header = format!("form-data; name=\"attachment\"{parameters}");
        file_name(&HeaderMap::from_iter([(CONTENT_DISPOSITION, header.parse().unwrap())]))
    }

    #[test]
    fn the_extended_name_wins_wherever_it_stands() {
        let utf8 = "filename*=UTF-8''M%C3%A4rz%3B%20%E2%82%AC.pdf";
        for header in [
            format!("; {utf8}"),
            format!("; filename=\"Maerz.pdf\"; {utf8}"),
            format!("; {utf8}; filename=\"Maerz.pdf\""),
            ";filename=\"a\\\"b;c\";FileName*=utf-8'de'M%C3%A4rz%3B%20%E2%82%AC.pdf".to_owned(),
            "; filename=\"=?utf-8?B?TWFlcnoucGRm?=\"; filename*=\"UTF-8''M%C3%A4rz%3B%20%E2%82%AC.pdf\"".to_owned(),
        ] {
            assert_eq!(named(&header).as_deref(), Some("März; €.pdf"), "{header}");
        }
        assert_eq!(named("; filename*=ISO-8859-1''M%E4rz.pdf").as_deref(), Some("März.pdf"));
    }

    #[test]
    fn an_extended_name_that_cannot_be_read_leaves_the_plain_one() {
        for wrong in ["UTF-8''%FF", "KOI8-R''%C1", "M%C3%A4rz.pdf", ""] {
            assert_eq!(named(&format!("; filename*={wrong}; filename=x.pdf")).as_deref(), Some("x.pdf"), "{wrong}");
            assert_eq!(named(&format!("; filename*={wrong}")).as_deref(), Some(""), "{wrong}");
        }
    }

    #[test]
    fn encoded_words_are_decoded() {
        for (sent, name) in [
            ("=?UTF-8?B?TcOkcnoucGRm?=", "März.pdf"),
            ("=?utf-8?q?M=C3=A4rz_2026=2Epdf?=", "März 2026.pdf"),
            ("=?iso-8859-1?Q?M=E4rz.pdf?=", "März.pdf"),
            ("=?UTF-8?B?TcOk?= =?UTF-8?B?cnoucGRm?=", "März.pdf"),
            ("what=?.pdf", "what=?.pdf"),
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        ] {
            assert_eq!(named(&format!("; filename=\"{sent}\"")).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_plain_name_is_as_it_was_sent_and_text_has_none() {
        for (header, name) in [
            ("; filename=\"a b.pdf\"", Some("a b.pdf")),
            ("; filename=a.pdf", Some("a.pdf")),
            ("; filename=\"C:\\files\\a \\\"b\\\".pdf\"", Some("C:\\files\\a \"b\".pdf")),
            ("; filename=\"März.pdf\"", Some("März.pdf")),
            ("; filename=\"\"", Some("")),
            ("", None),
            ("; xfilename=\"a\"; note=\"; filename=b\"", None),
        ] {
            assert_eq!(named(header).as_deref(), name, "{header}");
        }
    }
}
