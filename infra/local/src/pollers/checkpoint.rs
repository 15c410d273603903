//! How far a stream has been handled.

use std::path::PathBuf;

use crate::durable;

/// The sequence number of the last record handled.
///
/// It may lag behind, never run ahead: what it lags is handled again.
#[derive(Debug)]
pub(super) struct Checkpoint {
    last: Option<String>,
    file: Option<PathBuf>,
}

impl Checkpoint {
    /// The checkpoint kept in `file`, if there is one.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let kept = file.as_deref().and_then(|path| match durable::read(path) {
            Ok(kept) => kept,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the checkpoint is not readable; all is handled again");
                None
            }
        });
        let is_number = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Self { last: kept.filter(is_number), file }
    }

    /// The last record handled.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Notes that all up to this record is handled.
    pub(super) fn advance(&mut self, sequence_number: &str) {
        if self.last.as_deref() == Some(sequence_number) {
            return;
        }
        self.last = Some(sequence_number.to_owned());
        if let Some(path) = &self.file
            && let Err(error) = durable::replace(path, sequence_number.as_bytes())
        {
            tracing::warn!(path = %path.display(), %error, "the checkpoint was not kept");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_goes_on_after_the_last_record_handled() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("stream.checkpoint");
        let mut checkpoint = Checkpoint::open(Some(file.clone()));
        assert_eq!(checkpoint.last(), None);
        checkpoint.advance("100000000000000000007");
        assert_eq!(Checkpoint::open(Some(file)).last(), Some("100000000000000000007"));
    }

    #[test]
    fn a_spoilt_checkpoint_starts_from_the_oldest_record() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("stream.checkpoint");
        std::fs::write(&file, "").unwrap();
        assert_eq!(Checkpoint::open(Some(file)).last(), None);
    }
}
