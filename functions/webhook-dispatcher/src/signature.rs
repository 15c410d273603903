//! The signature of a delivery, after the Standard Webhooks specification.

use jiff::Timestamp;
use standardwebhooks::Webhook;

/// Why a delivery cannot be signed. It is not sent then: an unsigned delivery proves nothing to its receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// None of the secrets can sign.
    #[error("the webhook has no usable signing secret")]
    NoSecret,
    /// Standard Webhooks signs text alone.
    #[error("the body is not UTF-8, and so cannot be signed")]
    NotText,
}

/// The value of `webhook-signature`: one `v1,…` for each usable secret, so that a receiver may hold the old or the new
/// one while a secret is rotated.
///
/// # Errors
///
/// When no secret is usable or the body is not UTF-8.
pub fn sign(message_id: &str, timestamp: Timestamp, body: &[u8], secrets: &[String]) -> Result<String, SignatureError> {
    let signers: Vec<Webhook> = secrets.iter().filter_map(|secret| signer(secret)).collect();
    if signers.is_empty() {
        return Err(SignatureError::NoSecret);
    }
    let signatures: Result<Vec<String>, _> =
        signers.iter().map(|signer| signer.sign(message_id, timestamp.as_second(), body)).collect();
    signatures.map(|signatures| signatures.join(" ")).map_err(|_| SignatureError::NotText)
}

/// Anybody can sign with an empty key, so an empty secret counts as none.
fn signer(secret: &str) -> Option<Webhook> {
    let key = secret.strip_prefix("whsec_").unwrap_or(secret);
    if key.is_empty() { None } else { Webhook::new(secret).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const OTHER: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"email":"test@example.com","username":"test_user"}"#;
    const KNOWN: &str = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";

    fn signed(secrets: &[&str], body: &[u8]) -> Result<String, SignatureError> {
        let secrets: Vec<String> = secrets.iter().map(ToString::to_string).collect();
        sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", Timestamp::from_second(1_649_367_553).unwrap(), body, &secrets)
    }

    #[test]
    fn a_signature_equals_the_specification_s_example() {
        assert_eq!(signed(&[SECRET], BODY), Ok(KNOWN.to_owned()));
    }

    #[test]
    fn two_secrets_give_two_signatures_in_their_order() {
        let other = signed(&[OTHER], BODY).unwrap();
        assert_eq!(signed(&[SECRET, OTHER], BODY), Ok(format!("{KNOWN} {other}")));
    }

    #[test]
    fn a_secret_that_is_no_base64_is_passed_over() {
        assert_eq!(signed(&["whsec_not base64", SECRET], BODY), Ok(KNOWN.to_owned()));
    }

    #[test]
    fn without_a_usable_secret_nothing_is_signed() {
        for secrets in [&[][..], &["whsec_"], &[""], &["whsec_not base64"]] {
            assert_eq!(signed(secrets, BODY), Err(SignatureError::NoSecret), "{secrets:?}");
        }
    }

    #[test]
    fn a_body_that_is_not_text_is_refused() {
        assert_eq!(signed(&[SECRET], &[0xff]), Err(SignatureError::NotText));
    }
}
