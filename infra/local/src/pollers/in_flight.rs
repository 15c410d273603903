//! Which messages a poller holds, so that a killed process gives them back when it starts again.
//!
//! On AWS a message whose consumer died comes back after its visibility timeout, minutes later. Here the consumers die
//! with the process that made them, so at its next start they are known to be dead.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::durable;

/// The receipt handles of messages that a function is working on.
#[derive(Debug)]
pub(super) struct InFlight {
    handles: Mutex<BTreeSet<String>>,
    file: Option<PathBuf>,
}

impl InFlight {
    /// What the process before held, if it kept that in `file`.
    pub(super) fn open(file: Option<PathBuf>) -> Self {
        let kept = file.as_deref().and_then(|path| durable::read(path).ok().flatten()).unwrap_or_default();
        Self { handles: Mutex::new(kept.lines().map(str::to_owned).collect()), file }
    }

    /// Forgets what is held, and returns it.
    pub(super) fn take(&self) -> Vec<String> {
        let mut taken = Vec::new();
        self.change(|handles| taken.extend(std::mem::take(handles)));
        taken
    }

    /// Notes that messages are being worked on.
    pub(super) fn add(&self, handles: &[String]) {
        self.change(|held| held.extend(handles.iter().cloned()));
    }

    /// Notes that they no longer are.
    pub(super) fn remove(&self, handles: &[String]) {
        self.change(|held| held.retain(|handle| !handles.contains(handle)));
    }

    fn change(&self, change: impl FnOnce(&mut BTreeSet<String>)) {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut handles);
        if let Some(path) = &self.file {
            let lines = handles.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
            if let Err(error) = durable::replace(path, lines.as_bytes()) {
                tracing::warn!(path = %path.display(), %error, "the messages in flight were not noted");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_knows_what_was_held_and_not_given_back() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("queue.in-flight");
        let in_flight = InFlight::open(Some(file.clone()));
        in_flight.add(&["a".to_owned(), "b".to_owned()]);
        in_flight.remove(&["a".to_owned()]);
        let restarted = InFlight::open(Some(file));
        assert_eq!(restarted.take(), ["b"]);
        assert_eq!(restarted.take(), [] as [&str; 0]);
    }
}
