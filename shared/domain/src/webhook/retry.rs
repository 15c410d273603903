//! When a delivery that failed is tried again.

use std::time::Duration;

use jiff::Timestamp;

/// What follows an attempt that failed: how long to wait for the next.
pub const SCHEDULE: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(12),
];

/// Attempts of one delivery, the first included.
pub const MAX_ATTEMPTS: u32 = SCHEDULE.len() as u32 + 1;

/// The longest wait that a receiver can ask for.
pub const MAX_DELAY: Duration = Duration::from_hours(24);

/// How long to wait for the next attempt, after so many; nothing when no further one follows.
///
/// `jitter` is random: 0 takes a tenth off the schedule's time, `u16::MAX` adds one. An attempt is
/// never earlier than the receiver asked by `Retry-After`, up to [`MAX_DELAY`].
#[must_use]
pub fn next_delay(attempts_made: u32, jitter: u16, retry_after: Option<Duration>) -> Option<Duration> {
    let Some(failed) = attempts_made.checked_sub(1) else {
        return Some(Duration::ZERO);
    };
    let scheduled = *SCHEDULE.get(usize::try_from(failed).ok()?)?;
    let lowest = scheduled / 10 * 9;
    let spread = scheduled / 5;
    let jittered = lowest + spread * u32::from(jitter) / u32::from(u16::MAX);
    Some(jittered.max(retry_after.unwrap_or_default()).min(MAX_DELAY))
}

/// Reads a `Retry-After` header: seconds, or an HTTP date, of which one that has passed asks for no
/// wait. Anything else asks for nothing.
#[must_use]
pub fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIDDLE: u16 = u16::MAX / 2 + 1;

    #[test]
    fn eight_attempts_follow_the_schedule_and_then_no_more() {
        let seconds: Vec<_> = (0..10).map(|made| next_delay(made, MIDDLE, None).map(|d| d.as_secs())).collect();
        let expected = [0, 5, 300, 1800, 7200, 18_000, 36_000, 43_200].map(Some);
        assert_eq!(seconds[..8], expected);
        assert_eq!(seconds[8..], [None, None]);
        assert_eq!(MAX_ATTEMPTS, 8);
        assert_eq!(next_delay(u32::MAX, 0, Some(Duration::from_secs(1))), None);
    }

    #[test]
    fn jitter_moves_a_wait_by_a_tenth_at_most() {
        for (failed, scheduled) in SCHEDULE.into_iter().enumerate() {
            let made = u32::try_from(failed).unwrap() + 1;
            let (low, high) = (next_delay(made, 0, None).unwrap(), next_delay(made, u16::MAX, None).unwrap());
            assert_eq!(low, scheduled * 9 / 10);
            assert_eq!(high, scheduled * 11 / 10);
            assert!(next_delay(made, 1000, None).unwrap() > low);
        }
    }

    #[test]
    fn retry_after_delays_but_never_hastens_an_attempt() {
        let after = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(next_delay(1, MIDDLE, after(60)), after(60));
        assert_eq!(next_delay(2, 0, after(60)), after(270));
        assert_eq!(next_delay(1, 0, after(u64::MAX)), Some(MAX_DELAY));
        assert_eq!(next_delay(8, 0, after(60)), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let table = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(37)),
            ("Sun Nov  6 08:49:37 1994", Some(37)),
            ("Sun, 06 Nov 1994 08:48:00 GMT", Some(0)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("1994-11-06T08:49:37Z", None),
        ];
        for (value, expected) in table {
            assert_eq!(parse_retry_after(value, now), expected.map(Duration::from_secs), "{value:?}");
        }
    }
}
