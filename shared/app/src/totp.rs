//! Time-based one-time codes: RFC 6238 over HMAC-SHA-1, with 6 digits, as authenticator apps have them.

use data_encoding::BASE32_NOPAD;
use ring::hmac;

const DIGITS: u32 = 6;

/// The bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub(crate) const SECRET: usize = 20;

/// The code of a time step.
#[must_use]
pub fn code(secret: &[u8], step: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag[tag.len() - 1] & 0xf);
    let number = u32::from_be_bytes(std::array::from_fn(|index| tag[offset + index])) & 0x7fff_ffff;
    format!("{:06}", number % 10_u32.pow(DIGITS))
}

/// A secret as people type it into an app.
pub(crate) fn base32(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    /// RFC 4226, appendix D.
    #[test]
    fn codes_are_those_of_the_counter() {
        let codes: Vec<_> = (0..10).map(|step| code(SECRET, step)).collect();
        let expected = "755224 287082 359152 969429 338314 254676 287922 162583 399871 520489";
        assert_eq!(codes.join(" "), expected);
    }

    /// RFC 6238, appendix B, of which the last six digits are taken.
    #[test]
    fn codes_are_those_of_the_time() {
        for (seconds, expected) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, seconds / 30), expected, "{seconds}");
        }
    }
}
