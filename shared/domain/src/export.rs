//! Exports of all that an organisation has.

use jiff::{SignedDuration, Timestamp};

use crate::id::ExportId;

/// An export, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Export {
    /// The export's id.
    pub id: ExportId,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When its file was complete; until then it is being written.
    pub finished_at: Option<Timestamp>,
    /// How many lines it has so far.
    pub lines: u64,
    /// How long they are together.
    pub bytes: u64,
    /// When it is removed.
    pub expires_at: Timestamp,
}

impl Export {
    /// How long a file is kept.
    pub const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// How long after one export another may be asked for.
    pub const INTERVAL: SignedDuration = SignedDuration::from_hours(1);

    /// One that was just asked for.
    #[must_use]
    pub fn requested(id: ExportId, now: Timestamp) -> Self {
        Self { id, requested_at: now, finished_at: None, lines: 0, bytes: 0, expires_at: now + Self::LIFE }
    }
}
