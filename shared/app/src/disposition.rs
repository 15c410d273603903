//! `Content-Disposition` of files that are saved.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 8187 lets stand in a name as it is.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The header of a file that a browser saves under a name and does not show.
///
/// Programs that do not know `filename*` (RFC 6266) take the name in `plain`.
#[must_use]
pub fn attachment(plain: &str, name: &str) -> String {
    format!("attachment; filename=\"{}\"; filename*=UTF-8''{}", in_ascii(plain), utf8_percent_encode(name, UNRESERVED))
}

/// A name in characters that need no quoting and no encoding.
#[must_use]
pub fn in_ascii(name: &str) -> String {
    let is_plain = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.');
    name.chars().map(|char| if is_plain(&char) { char } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_there_in_ascii_and_as_it_is() {
        for (name, plain, encoded) in [
            ("contract.pdf", "contract.pdf", "contract.pdf"),
            ("März €.pdf", "M_rz__.pdf", "M%C3%A4rz%20%E2%82%AC.pdf"),
            ("a\"; filename=b'.exe", "a___filename_b_.exe", "a%22%3B%20filename%3Db%27.exe"),
        ] {
            let header = attachment(name, name);
            assert_eq!(header, format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"));
        }
    }
}
