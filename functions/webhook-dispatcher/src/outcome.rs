//! What an attempt means for its delivery.

use jiff::{SignedDuration, Timestamp};

use crate::sender::Attempt;

/// What an attempt led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered 2xx: nothing more to do.
    Delivered,
    /// The receiver answered 410: it wants no more deliveries, so its webhook is switched off.
    SwitchedOff,
    /// No answer, or any other one, a redirect included.
    Failed {
        /// When the receiver asks to be tried again.
        retry_after: Option<RetryAfter>,
    },
}

impl Outcome {
    /// Reads an attempt.
    #[must_use]
    pub fn of(attempt: &Attempt) -> Self {
        match attempt.response_status {
            Some(200..=299) => Self::Delivered,
            Some(410) => Self::SwitchedOff,
            Some(_) | None => Self::Failed { retry_after: attempt.retry_after.as_deref().and_then(RetryAfter::parse) },
        }
    }
}

/// The value of a `Retry-After` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// So long after the answer.
    Delay(SignedDuration),
    /// Not before this time.
    Date(Timestamp),
}

impl RetryAfter {
    /// Reads the header: seconds, or a date as HTTP writes it. Anything else is ignored, as RFC 9110 asks.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let header = header.trim();
        if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Delay(SignedDuration::from_secs(header.parse().unwrap_or(i64::MAX))));
        }
        jiff::fmt::rfc2822::parse(header).ok().map(|date| Self::Date(date.timestamp()))
    }

    /// How long to wait from `now`; never negative. The receiver chose it, so the caller bounds it.
    #[must_use]
    pub fn delay(self, now: Timestamp) -> SignedDuration {
        match self {
            Self::Delay(delay) => delay,
            Self::Date(date) => date.duration_since(now).max(SignedDuration::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<&str>) -> Outcome {
        Outcome::of(&Attempt {
            response_status: Some(status),
            retry_after: retry_after.map(str::to_owned),
            ..Attempt::default()
        })
    }

    #[test]
    fn only_2xx_delivers() {
        let delivered: Vec<u16> = (100..600).filter(|status| answered(*status, None) == Outcome::Delivered).collect();
        assert_eq!(delivered, (200..300).collect::<Vec<u16>>());
    }

    #[test]
    fn only_410_switches_the_webhook_off() {
        let off: Vec<u16> = (100..600).filter(|status| answered(*status, None) == Outcome::SwitchedOff).collect();
        assert_eq!(off, [410]);
    }

    #[test]
    fn no_answer_is_a_failure() {
        let attempt = Attempt { error: Some("no answer within 15s".to_owned()), ..Attempt::default() };
        assert_eq!(Outcome::of(&attempt), Outcome::Failed { retry_after: None });
    }

    #[test]
    fn retry_after_is_read_as_seconds_or_as_a_date() {
        let seconds = RetryAfter::Delay(SignedDuration::from_secs(120));
        assert_eq!(answered(503, Some(" 120 ")), Outcome::Failed { retry_after: Some(seconds) });
        let date = RetryAfter::Date("2024-11-06T08:49:37Z".parse().unwrap());
        assert_eq!(answered(429, Some("Wed, 06 Nov 2024 08:49:37 GMT")), Outcome::Failed { retry_after: Some(date) });
    }

    #[test]
    fn a_retry_after_of_another_form_is_ignored() {
        for header in ["", "soon", "-5", "1.5", "2024-11-06"] {
            assert_eq!(answered(503, Some(header)), Outcome::Failed { retry_after: None }, "{header:?}");
        }
    }

    #[test]
    fn the_wait_until_a_date_counts_from_now_and_is_never_negative() {
        let now: Timestamp = "2024-11-06T08:49:07Z".parse().unwrap();
        let date = RetryAfter::parse("Wed, 06 Nov 2024 08:49:37 GMT").unwrap();
        assert_eq!(date.delay(now), SignedDuration::from_secs(30));
        assert_eq!(date.delay(now + SignedDuration::from_hours(1)), SignedDuration::ZERO);
    }

    #[test]
    fn a_wait_beyond_all_numbers_is_a_very_long_one() {
        let endless = RetryAfter::Delay(SignedDuration::from_secs(i64::MAX));
        assert_eq!(RetryAfter::parse("99999999999999999999"), Some(endless));
    }
}
