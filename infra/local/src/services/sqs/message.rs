//! What a message may hold, and the digests by which a sender checks that it arrived whole.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

use super::error::Refusal;

/// A message's attributes by name, in the order that their digest takes.
pub(super) type MessageAttributes = BTreeMap<String, MessageAttribute>;

/// A typed value that travels beside the body.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MessageAttribute {
    data_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    string_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_value: Option<String>,
}

impl MessageAttribute {
    /// The value's bytes, with the digit that stands for its transport in the digest.
    fn value(&self) -> Option<(u8, Vec<u8>)> {
        let kind = self.data_type.split('.').next().unwrap_or_default();
        match (kind, &self.string_value, &self.binary_value) {
            ("String" | "Number", Some(text), None) => Some((1, text.as_bytes().to_vec())),
            ("Binary", None, Some(encoded)) => STANDARD.decode(encoded).ok().map(|bytes| (2, bytes)),
            _ => None,
        }
        .filter(|(_, bytes)| !bytes.is_empty())
    }
}

/// Checks a message and returns its size as SQS counts it.
pub(super) fn check(body: &str, attributes: &MessageAttributes) -> Result<usize, Refusal> {
    if body.is_empty() {
        return Err(Refusal::InvalidParameterValue("The request must contain the parameter MessageBody.".to_owned()));
    }
    if !body.chars().all(is_allowed) {
        return Err(Refusal::InvalidMessageContents);
    }
    if attributes.len() > 10 {
        let message = "Number of message attributes exceeds the allowed maximum of 10.";
        return Err(Refusal::InvalidParameterValue(message.to_owned()));
    }
    let mut size = body.len();
    for (name, attribute) in attributes {
        let invalid = || Refusal::InvalidParameterValue(format!("The message attribute '{name}' is not valid."));
        let (_, value) = attribute.value().filter(|_| is_attribute_name(name)).ok_or_else(invalid)?;
        size += name.len() + attribute.data_type.len() + value.len();
    }
    Ok(size)
}

fn is_allowed(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => other >= ' ',
    }
}

fn is_attribute_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=256).contains(&name.len()) && name.bytes().all(allowed)
}

/// Whether a message group may be called that.
pub(super) fn is_group(name: &str) -> bool {
    (1..=128).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The digest of a body.
pub(super) fn body_digest(body: &str) -> String {
    hex(&Md5::digest(body))
}

/// The digest of attributes, or none if there are none: each name, type and value, with its length.
pub(super) fn attributes_digest(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut digest = Md5::new();
    for (name, attribute) in attributes {
        let (transport, value) = attribute.value().unwrap_or_default();
        update(&mut digest, name.as_bytes());
        update(&mut digest, attribute.data_type.as_bytes());
        digest.update([transport]);
        update(&mut digest, &value);
    }
    Some(hex(&digest.finalize()))
}

fn update(digest: &mut Md5, bytes: &[u8]) {
    // A message's parts are at most 1 MiB, so the length always fits.
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The attributes that a receiver asked for by name, by prefix (`order.*`), or all (`All`, `.*`).
pub(super) fn requested(attributes: MessageAttributes, names: &[String]) -> MessageAttributes {
    let wanted = |attribute: &str| {
        names.iter().any(|name| match name.strip_suffix(".*") {
            Some(prefix) => attribute.starts_with(prefix),
            None => name == "All" || name == attribute,
        })
    };
    attributes.into_iter().filter(|(name, _)| wanted(name)).collect()
}
