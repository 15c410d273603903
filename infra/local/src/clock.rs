//! The clock that everything reads: the system's, moved ahead by as much as one likes.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::ports::{Clock, SystemClock};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::durable;

/// The longest sleep between two looks at the clock, so that a suspended machine is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// Why the clock did not move.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// There is no such time.
    #[error("the clock cannot be moved beyond the year 9999")]
    OutOfRange,
    /// The offset's file is not to be had.
    #[error("the clock's offset could not be kept: {0}")]
    Io(#[from] io::Error),
    /// The offset's file holds something else.
    #[error("{0} does not hold the clock's offset in seconds")]
    Malformed(PathBuf),
}

/// Another clock, by default the system's, plus an offset that only grows.
#[derive(Debug)]
pub struct LocalClock {
    base: Arc<dyn Clock>,
    offset: Mutex<SignedDuration>,
    file: Option<PathBuf>,
    moved: watch::Sender<()>,
}

impl LocalClock {
    /// A clock that keeps its offset in `file`, if there is one.
    ///
    /// # Errors
    /// The file is not readable, or holds no offset.
    pub fn open(file: Option<PathBuf>) -> Result<Self, ClockError> {
        let kept = match &file {
            Some(path) => durable::read(path)?,
            None => None,
        };
        let seconds = match (kept, &file) {
            (Some(text), Some(path)) => text.trim().parse().map_err(|_| ClockError::Malformed(path.clone()))?,
            (Some(_) | None, _) => 0,
        };
        let offset = Mutex::new(SignedDuration::from_secs(seconds));
        Ok(Self { base: Arc::new(SystemClock), offset, file, moved: watch::Sender::new(()) })
    }

    /// A clock that shows what another one shows, until it is moved.
    #[must_use]
    pub fn over(base: Arc<dyn Clock>) -> Self {
        Self { base, offset: Mutex::default(), file: None, moved: watch::Sender::new(()) }
    }

    /// Moves the clock ahead, and returns the time that it then shows.
    ///
    /// # Errors
    /// There is no such time, or the offset could not be kept; then the clock stays.
    pub fn advance(&self, seconds: u64) -> Result<Timestamp, ClockError> {
        let mut offset = self.offset.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = i64::try_from(seconds).map_err(|_| ClockError::OutOfRange)?;
        let moved = offset.checked_add(SignedDuration::from_secs(seconds)).ok_or(ClockError::OutOfRange)?;
        let now = self.base.now().checked_add(moved).map_err(|_| ClockError::OutOfRange)?;
        if let Some(path) = &self.file {
            durable::write(path, moved.as_secs().to_string().as_bytes())?;
        }
        *offset = moved;
        self.moved.send_replace(());
        Ok(now)
    }

    /// How far the clock is ahead of the system's.
    pub(crate) fn ahead(&self) -> SignedDuration {
        *self.offset.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the clock shows `due`, by the passing of time or by being moved.
    pub async fn reached(&self, due: Timestamp) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = due.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(LONGEST_SLEEP)) => {}
                // The sender lives as long as `self`, so this ends only because the clock moved.
                _ = moved.changed() => {}
            }
        }
    }
}

impl Clock for LocalClock {
    fn now(&self) -> Timestamp {
        self.base.now().saturating_add(self.ahead()).expect("a duration in seconds is absolute")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_keeps_the_offset() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("clock");
        let before = LocalClock::open(Some(file.clone())).unwrap().advance(86_400).unwrap();
        assert!(LocalClock::open(Some(file)).unwrap().now() >= before);
    }

    #[test]
    fn a_time_beyond_the_calendar_is_refused_and_the_clock_stays() {
        let clock = LocalClock::open(None).unwrap();
        let before = clock.now();
        assert!(matches!(clock.advance(u64::MAX), Err(ClockError::OutOfRange)));
        assert!(matches!(clock.advance(400_000_000_000), Err(ClockError::OutOfRange)));
        assert!(clock.now().duration_since(before) < SignedDuration::from_mins(1));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_time_wakes_when_the_clock_is_moved_past_it() {
        let clock = LocalClock::open(None).unwrap();
        let due = clock.now() + SignedDuration::from_hours(24);
        let (woke, moved) = tokio::join!(clock.reached(due), async { clock.advance(86_400) });
        assert_eq!(woke, ());
        assert!(moved.unwrap() >= due);
    }

    #[test]
    fn a_file_with_something_else_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("clock");
        std::fs::write(&file, "soon").unwrap();
        assert!(matches!(LocalClock::open(Some(file)), Err(ClockError::Malformed(_))));
    }
}
