//! Whether Stripe has signed a body: `Stripe-Signature: t=…,v1=…,v1=…`.
//!
//! Verified here and not by a crate, because the time is the deployment's clock, and because the
//! crate for it reads every object of Stripe's API whole.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// How far a signature's time may be from now, in seconds.
const TOLERANCE: i64 = 300;

/// The secrets of the endpoint: several, while one is being replaced.
#[derive(Clone)]
pub struct Secrets(Arc<[String]>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// The secrets of a list with commas.
    #[must_use]
    pub fn read(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(str::to_owned).collect())
    }

    /// Whether one of the header's signatures is that of one of the secrets, and not too old.
    #[must_use]
    pub fn have_signed(&self, header: &str, body: &[u8], now: Timestamp) -> bool {
        let pairs = || header.split(',').filter_map(|pair| pair.trim().split_once('='));
        let Some((_, time)) = pairs().find(|(name, _)| *name == "t") else { return false };
        let Ok(signed_at) = time.parse::<i64>() else { return false };
        let distance = now.as_second().saturating_sub(signed_at).saturating_abs();
        if distance > TOLERANCE {
            return false;
        }
        pairs()
            .filter(|(name, _)| *name == "v1")
            .filter_map(|(_, signature)| bytes(signature))
            .any(|signature| self.0.iter().any(|secret| is_of(secret, time, body, &signature)))
    }
}

fn is_of(secret: &str, time: &str, body: &[u8], signature: &[u8]) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac.verify_slice(signature).is_ok()
}

/// The bytes of hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1"}"#;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn sign(secret: &str, time: &str, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        app::secrets::hex(&mac.finalize().into_bytes())
    }

    #[test]
    fn one_good_signature_of_one_secret_is_enough() {
        let secrets = Secrets::read("whsec_old, whsec_new,");
        let (old, new) = (sign("whsec_old", "1000", BODY), sign("whsec_new", "1000", BODY));
        for header in [
            format!("t=1000,v1={old}"),
            format!("t=1000,v1={new}"),
            format!("t=1000,v1=00,v1={new},v0=11"),
            format!("v1={new}, t=1000"),
        ] {
            assert!(secrets.have_signed(&header, BODY, at(1000)), "{header}");
        }
    }

    #[test]
    fn another_secret_body_time_or_scheme_is_refused() {
        let secrets = Secrets::read("whsec_test");
        let good = sign("whsec_test", "1000", BODY);
        assert!(secrets.have_signed(&format!("t=1000,v1={good}"), BODY, at(1000)));
        for header in [
            String::new(),
            format!("v1={good}"),
            "t=1000".to_owned(),
            format!("t=1001,v1={good}"),
            format!("t=1000,v0={good}"),
            format!("t=1000,v1={}", &good[1..]),
            format!("t=1000,v1={}", sign("whsec_other", "1000", BODY)),
            format!("t=1000,v1={}", sign("", "1000", BODY)),
        ] {
            assert!(!secrets.have_signed(&header, BODY, at(1000)), "{header}");
        }
        assert!(!secrets.have_signed(&format!("t=1000,v1={good}"), br#"{"id":"evt_2"}"#, at(1000)));
        assert!(!Secrets::read(" , ").have_signed(&format!("t=1000,v1={}", sign("", "1000", BODY)), BODY, at(1000)));
    }

    #[test]
    fn a_signature_holds_for_five_minutes() {
        let secrets = Secrets::read("whsec_test");
        let header = format!("t=1000,v1={}", sign("whsec_test", "1000", BODY));
        for (now, good) in [(1300, true), (1301, false), (700, true), (699, false)] {
            assert_eq!(secrets.have_signed(&header, BODY, at(now)), good, "{now}");
        }
    }
}
