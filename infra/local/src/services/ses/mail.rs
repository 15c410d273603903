//! A mail as it is kept.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Every address that it went to: To, then Cc, then Bcc, without display names.
    pub to: Vec<String>,
    /// The sender, as given.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The plain-text body.
    pub text: Option<String>,
    /// The HTML body.
    pub html: Option<String>,
    /// What is attached.
    pub attachments: Vec<Attachment>,
    /// When it was sent. It is kept beside the mail, and is no part of how a mail is shown.
    #[serde(skip)]
    pub sent_at: Timestamp,
}

/// A file attached to a mail; its content is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file's name.
    pub filename: String,
    /// The media type.
    pub content_type: String,
    /// Its size in bytes, decoded.
    pub size: usize,
}
