//! What is kept about an invoice beside its books: how its status changed, what was said, and what was attached.

use std::fmt;

use jiff::Timestamp;

use super::header::HistoryEntry;
use crate::actor::{Author, Tenant};
use crate::id::{AttachmentId, CommentId, InvoiceId};
use crate::text::{Text, normalised};

/// How many files one invoice has at most.
pub const MAX_ATTACHMENTS: usize = 100;
/// How many bytes all comments on an invoice have at most, about: all stand in one answer.
pub const MAX_COMMENT_BYTES: usize = 1_000_000;

/// What a comment says: 1 to 10,000 characters.
pub type CommentText = Text<1, 10_000>;

/// What is kept about an invoice beside its books, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Beside {
    /// The changes of its status.
    pub history: Vec<HistoryEntry>,
    /// What was said about it.
    pub comments: Vec<Comment>,
    /// The files that belong to it.
    pub attachments: Vec<Attachment>,
}

/// A comment on an invoice. It stays as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment's id.
    pub id: CommentId,
    /// What it says.
    pub text: CommentText,
    /// Who wrote it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
}

/// A file that is attached to an invoice. It stays as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The attachment's id.
    pub id: AttachmentId,
    /// What the client called the file.
    pub file_name: FileName,
    /// Its media type, by the client's word alone.
    pub content_type: MediaType,
    /// How many bytes it has.
    pub size: u64,
    /// Who attached it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
    /// Whether the file may still wait under its temporary key.
    pub waits: bool,
}

/// The name of a file, without a path: 1 to 255 characters of which none is a control character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    const LONGEST: usize = 255;

    /// The name that a client gives a file, as far as it is one; `attachment`, if nothing is left.
    #[must_use]
    pub fn of(sent: &str) -> Self {
        let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last.chars().filter(|c| !c.is_control()).collect();
        let name: String = normalised(&clean).chars().take(Self::LONGEST).collect();
        Self(match name.trim_end() {
            "" | "." | ".." => "attachment".to_owned(),
            name => name.to_owned(),
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A media type without parameters, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

impl MediaType {
    const LONGEST: usize = 127;

    /// The media type that a client names, as far as it is one; that of bytes which nothing is known of, otherwise.
    #[must_use]
    pub fn of(sent: &str) -> Self {
        let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_token = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
        };
        let is_type = essence.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
        Self(if is_type && essence.len() <= Self::LONGEST { essence } else { "application/octet-stream".to_owned() })
    }

    /// The media type.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where an attached file is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentKey {
    /// The organisation.
    pub tenant: Tenant,
    /// The invoice.
    pub invoice: InvoiceId,
    /// The attachment.
    pub attachment: AttachmentId,
}

impl AttachmentKey {
    /// What all paths of attached files begin with.
    pub const PREFIX: &'static str = "attachments/";

    /// The path.
    #[must_use]
    pub fn path(self) -> String {
        let Self { tenant, invoice, attachment } = self;
        format!("{}{}/{invoice}/{attachment}", Self::PREFIX, tenant.organisation())
    }

    /// Reads a path of the deployment's own bucket.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let mut ids = path.strip_prefix(Self::PREFIX)?.split('/');
        let (organisation, invoice, attachment) = (ids.next()?, ids.next()?, ids.next()?);
        if ids.next().is_some() {
            return None;
        }
        let tenant = Tenant::trusted(organisation.parse().ok()?);
        Some(Self { tenant, invoice: invoice.parse().ok()?, attachment: attachment.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::OrganisationId;
    use uuid::Uuid;

    #[test]
    fn a_file_name_is_no_path_and_holds_nothing_that_a_header_could_end_at() {
        for (sent, name) in [
            ("contract.pdf", "contract.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\files\\a b.txt", "a b.txt"),
            ("a\r\nSet-Cookie: x\0", "aSet-Cookie: x"),
            ("Rechnung März.pdf", "Rechnung März.pdf"),
        ] {
            assert_eq!(FileName::of(sent).as_str(), name);
        }
        for empty in ["", " ", "/", "a/", "..", "\u{7f}"] {
            assert_eq!(FileName::of(empty).as_str(), "attachment", "{empty:?}");
        }
        assert_eq!(FileName::of(&"é".repeat(300)).as_str().chars().count(), 255);
    }

    #[test]
    fn a_media_type_is_two_tokens_or_unknown() {
        assert_eq!(MediaType::of("Text/Plain; charset=utf-8").as_str(), "text/plain");
        assert_eq!(MediaType::of("application/vnd.ms-excel").as_str(), "application/vnd.ms-excel");
        let long = format!("text/{}", "x".repeat(200));
        for wrong in ["", "text", "text/", "/plain", "te xt/plain", "text/pla\r\nin", "a/b/c", "é/ü", &long] {
            assert_eq!(MediaType::of(wrong).as_str(), "application/octet-stream", "{wrong:?}");
        }
    }

    #[test]
    fn a_key_is_read_back_from_its_path_alone() {
        let uuid = Uuid::from_u128;
        let key = AttachmentKey {
            tenant: Tenant::trusted(OrganisationId::new(uuid(1))),
            invoice: InvoiceId::new(uuid(2)),
            attachment: AttachmentId::new(uuid(3)),
        };
        assert_eq!(AttachmentKey::parse(&key.path()), Some(key));
        for wrong in ["", "attachments/", "attachments/x/y/z", &format!("{}/a", key.path()), &key.path()[1..]] {
            assert_eq!(AttachmentKey::parse(wrong), None, "{wrong}");
        }
    }
}
