//! The second factor of a user: time-based one-time codes (TOTP, RFC 6238) and recovery codes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A second factor, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactor {
    /// The secret that the user's app shares, encrypted.
    pub sealed_secret: String,
    /// When the user proved to have it. It is asked for from then on.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was accepted. No code of it or an earlier one is accepted again (RFC 6238,
    /// section 5.2).
    pub last_step: u64,
    /// Keyed hashes of the recovery codes that are left.
    pub recovery_codes: Vec<String>,
}

/// What a code was accepted as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AcceptedCode {
    /// The code of a time step.
    OfStep(u64),
    /// A recovery code, by its hash.
    Recovery(String),
}

impl SecondFactor {
    /// How many recovery codes a user gets.
    pub const RECOVERY_CODES: usize = 10;
    /// The length of a time step, in seconds.
    pub const STEP: i64 = 30;

    /// One that waits for its user to confirm it.
    #[must_use]
    pub const fn pending(sealed_secret: String) -> Self {
        Self { sealed_secret, confirmed_at: None, last_step: 0, recovery_codes: Vec::new() }
    }

    /// The time steps whose codes are accepted now: the present one, and for clocks that differ the one before and
    /// after, unless one of them was accepted before.
    pub fn open_steps(&self, now: Timestamp) -> impl Iterator<Item = u64> {
        let present = u64::try_from(now.as_second().div_euclid(Self::STEP)).unwrap_or_default();
        (present.saturating_sub(1)..=present + 1).filter(|step| *step > self.last_step)
    }

    /// The second factor after a code was accepted.
    #[must_use]
    pub fn after(mut self, accepted: &AcceptedCode) -> Self {
        match accepted {
            AcceptedCode::OfStep(step) => self.last_step = *step,
            AcceptedCode::Recovery(hash) => self.recovery_codes.retain(|kept| kept != hash),
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_open_for_its_neighbours_and_closed_once_it_was_used() {
        let now = Timestamp::from_second(3_015).unwrap();
        let fresh = SecondFactor::pending(String::new());
        assert_eq!(fresh.open_steps(now).collect::<Vec<_>>(), [99, 100, 101]);
        let used = fresh.after(&AcceptedCode::OfStep(100));
        assert_eq!(used.open_steps(now).collect::<Vec<_>>(), [101]);
    }
}
