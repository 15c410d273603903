//! `rate(…)` and `cron(…)` expressions, as EventBridge reads them, in UTC.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// EventBridge's years.
const YEARS: RangeInclusive<u16> = 1970..=2199;

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expression:?} is no schedule: {problem}")]
pub struct ExpressionError {
    expression: String,
    problem: String,
}

/// A parsed schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// `rate(5 minutes)`: so long after the time before.
    Rate(SignedDuration),
    /// `cron(5 0 * * ? *)`: when the calendar says so.
    Cron(Box<Cron>),
}

/// The six fields of `cron(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: BTreeSet<u16>,
    hours: BTreeSet<u16>,
    /// `None` is `?`: the day of the week decides.
    days: Option<BTreeSet<u16>>,
    months: BTreeSet<u16>,
    /// `None` is `?`: the day of the month decides. Sunday is 1.
    weekdays: Option<BTreeSet<u16>>,
    years: BTreeSet<u16>,
}

impl Expression {
    /// Parses an expression.
    ///
    /// # Errors
    /// It is malformed, or uses EventBridge's `L`, `W` or `#`, which are not known here.
    pub fn parse(expression: &str) -> Result<Self, ExpressionError> {
        let parsed = match expression.strip_suffix(')').and_then(|open| open.split_once('(')) {
            Some(("rate", rate)) => parse_rate(rate).map(Self::Rate),
            Some(("cron", fields)) => Cron::parse(fields).map(|cron| Self::Cron(Box::new(cron))),
            Some(_) | None => Err("it is neither rate(…) nor cron(…)".to_owned()),
        };
        parsed.map_err(|problem| ExpressionError { expression: expression.to_owned(), problem })
    }

    /// The first time after `time`, if there is one.
    #[must_use]
    pub fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(interval) => time.checked_add(*interval).ok(),
            Self::Cron(cron) => cron.next_after(time),
        }
    }
}

fn parse_rate(rate: &str) -> Result<SignedDuration, String> {
    let (value, unit) = rate.split_once(' ').ok_or("rate takes a value and a unit")?;
    let value: i64 = value.parse().map_err(|_| format!("{value:?} is not a whole number"))?;
    let seconds = match (value, unit) {
        (..1, _) => return Err("the value must be positive".to_owned()),
        (1, "minute") | (2.., "minutes") => 60,
        (1, "hour") | (2.., "hours") => 3600,
        (1, "day") | (2.., "days") => 86_400,
        (1.., _) => return Err(format!("{unit:?} is no unit for {value}")),
    };
    value.checked_mul(seconds).map(SignedDuration::from_secs).ok_or_else(|| "the value is too large".to_owned())
}

impl Cron {
    fn parse(fields: &str) -> Result<Self, String> {
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [minutes, hours, days, months, weekdays, years] = fields.as_slice() else {
            return Err(format!("cron takes six fields, and here are {}", fields.len()));
        };
        let optional = |field: &str, range, names: &[&str]| match field {
            "?" => Ok(None),
            _ => parse_field(field, range, names).map(Some),
        };
        let months_of_year = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
        let cron = Self {
            minutes: parse_field(minutes, 0..=59, &[])?,
            hours: parse_field(hours, 0..=23, &[])?,
            days: optional(days, 1..=31, &[])?,
            months: parse_field(months, 1..=12, &months_of_year)?,
            weekdays: optional(weekdays, 1..=7, &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])?,
            years: parse_field(years, YEARS, &[])?,
        };
        if cron.days.is_some() == cron.weekdays.is_some() {
            return Err("exactly one of day of month and day of week is ?".to_owned());
        }
        Ok(cron)
    }

    fn next_after(&self, time: Timestamp) -> Option<Timestamp> {
        let after = TimeZone::UTC.to_datetime(time);
        let mut day = after.date();
        let last = date(i16::try_from(*YEARS.end()).ok()?, 12, 31);
        while day <= last {
            if !self.years.contains(&day.year().unsigned_abs()) {
                day = date(day.year() + 1, 1, 1);
            } else if !self.months.contains(&day.month().unsigned_abs().into()) {
                day = day.first_of_month().checked_add(1.month()).ok()?;
            } else {
                let found = if self.is_on(day) { self.time_on(day, after) } else { None };
                if let Some(found) = found {
                    return TimeZone::UTC.to_timestamp(found).ok();
                }
                day = day.tomorrow().ok()?;
            }
        }
        None
    }

    fn is_on(&self, day: Date) -> bool {
        let of_month = day.day().unsigned_abs().into();
        let of_week = match day.weekday() {
            Weekday::Sunday => 1,
            Weekday::Monday => 2,
            Weekday::Tuesday => 3,
            Weekday::Wednesday => 4,
            Weekday::Thursday => 5,
            Weekday::Friday => 6,
            Weekday::Saturday => 7,
        };
        self.days.as_ref().is_none_or(|days| days.contains(&of_month))
            && self.weekdays.as_ref().is_none_or(|weekdays| weekdays.contains(&of_week))
    }

    fn time_on(&self, day: Date, after: DateTime) -> Option<DateTime> {
        let times = self.hours.iter().flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)));
        let times = times.filter_map(|(hour, minute)| Some((i8::try_from(hour).ok()?, i8::try_from(minute).ok()?)));
        let mut times = times.map(|(hour, minute)| day.at(hour, minute, 0, 0));
        times.find(|time| *time > after)
    }
}

fn parse_field(field: &str, range: RangeInclusive<u16>, names: &[&str]) -> Result<BTreeSet<u16>, String> {
    let mut values = BTreeSet::new();
    for part in field.split(',') {
        let (span, step) = match part.split_once('/') {
            Some((span, step)) => (span, Some(step.parse::<u16>().map_err(|_| format!("{step:?} is no step"))?)),
            None => (part, None),
        };
        let (start, end) = match (span, span.split_once('-')) {
            ("*", _) => (*range.start(), *range.end()),
            (_, Some((start, end))) => (parse_value(start, &range, names)?, parse_value(end, &range, names)?),
            (_, None) => {
                let start = parse_value(span, &range, names)?;
                (start, if step.is_some() { *range.end() } else { start })
            }
        };
        let step = step.unwrap_or(1);
        if step == 0 || start > end {
            return Err(format!("{part:?} is empty"));
        }
        values.extend((start..=end).step_by(step.into()));
    }
    Ok(values)
}

fn parse_value(text: &str, range: &RangeInclusive<u16>, names: &[&str]) -> Result<u16, String> {
    let named = names.iter().position(|name| name.eq_ignore_ascii_case(text));
    let value = match named {
        Some(position) => u16::try_from(position).ok().map(|position| position + range.start()),
        None => text.parse().ok(),
    };
    value.filter(|value| range.contains(value)).ok_or_else(|| format!("{text:?} is out of range or unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(expression: &str, after: &str) -> Option<String> {
        let expression = Expression::parse(expression).unwrap();
        expression.next_after(after.parse().unwrap()).map(|next| next.to_string())
    }

    #[test]
    fn a_rate_counts_from_the_time_before() {
        assert_eq!(next("rate(5 minutes)", "2026-01-01T00:00:10Z").unwrap(), "2026-01-01T00:05:10Z");
        assert_eq!(next("rate(1 day)", "2026-02-28T00:00:00Z").unwrap(), "2026-03-01T00:00:00Z");
    }

    #[test]
    fn a_daily_cron_comes_once_a_day() {
        assert_eq!(next("cron(5 0 * * ? *)", "2026-01-01T00:04:59Z").unwrap(), "2026-01-01T00:05:00Z");
        assert_eq!(next("cron(5 0 * * ? *)", "2026-01-01T00:05:00Z").unwrap(), "2026-01-02T00:05:00Z");
    }

    #[test]
    fn lists_ranges_steps_and_names_are_read_as_eventbridge_does() {
        assert_eq!(next("cron(0/15 8-9 ? * MON-FRI *)", "2026-01-02T09:46:00Z").unwrap(), "2026-01-05T08:00:00Z");
        assert_eq!(next("cron(0 12 1,15 * ? *)", "2026-01-01T12:00:00Z").unwrap(), "2026-01-15T12:00:00Z");
        assert_eq!(next("cron(0 0 29 FEB ? *)", "2026-01-01T00:00:00Z").unwrap(), "2028-02-29T00:00:00Z");
        assert_eq!(next("cron(0 0 ? * 1 *)", "2026-01-01T00:00:00Z").unwrap(), "2026-01-04T00:00:00Z");
    }

    #[test]
    fn a_schedule_that_is_over_never_comes_again() {
        assert_eq!(next("cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00Z"), None);
    }

    #[test]
    fn what_eventbridge_would_refuse_is_refused() {
        for expression in [
            "every day",
            "rate(1 minutes)",
            "rate(0 minutes)",
            "rate(5 weeks)",
            "cron(5 0 * * *)",
            "cron(5 0 * * * *)",
            "cron(5 0 ? * ? *)",
            "cron(60 0 * * ? *)",
            "cron(0 0 L * ? *)",
            "cron(0/0 0 * * ? *)",
        ] {
            assert!(Expression::parse(expression).is_err(), "{expression}");
        }
    }
}
