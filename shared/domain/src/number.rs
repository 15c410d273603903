//! Numbers as text has them: read digit by digit, without a float in between.

/// The digits of a decimal number: 0.d₁d₂d₃… × 10^`point`, without zeros at either end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digits {
    is_negative: bool,
    significant: String,
    point: i64,
}

/// Beyond this, an exponent is as good as any larger one.
const MAX_EXPONENT: i64 = 1_000_000_000;

impl Digits {
    /// Reads a plain number: an optional minus, digits, and at most one point with digits on both sides. Plus signs,
    /// exponents, separators and white space are refused.
    #[must_use]
    pub fn plain(text: &str) -> Option<Self> {
        Self::read(text, 0)
    }

    /// Reads a plain number as people type it: with white space around it, or nothing on one side of the point.
    #[must_use]
    pub fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        let (sign, unsigned) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
        match (unsigned.strip_prefix('.'), unsigned.strip_suffix('.')) {
            (Some(fraction), _) => Self::plain(&format!("{sign}0.{fraction}")),
            (None, Some(whole)) => Self::plain(&format!("{sign}{whole}")),
            (None, None) => Self::plain(text),
        }
    }

    /// Reads a number as JSON has it, which may have an exponent.
    #[must_use]
    pub fn json(text: &str) -> Option<Self> {
        let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Self::plain(text) };
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let size = digits.parse().map_or(MAX_EXPONENT, |size: i64| size.min(MAX_EXPONENT));
        Self::read(mantissa, if exponent.starts_with('-') { -size } else { size })
    }

    fn read(text: &str, exponent: i64) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let all = [whole, fraction].concat();
        if whole.is_empty() || fraction.is_empty() || !all.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let from_first = all.trim_start_matches('0');
        let leading_zeros = all.len() - from_first.len();
        let significant = from_first.trim_end_matches('0').to_owned();
        if significant.is_empty() {
            return Some(Self { is_negative: false, significant, point: 0 });
        }
        let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading_zeros).ok()? + exponent;
        Some(Self { is_negative: text.starts_with('-'), significant, point })
    }

    /// Whether the number is below zero.
    #[must_use]
    pub const fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Whether the number is zero.
    #[must_use]
    pub const fn is_zero(&self) -> bool {
        self.significant.is_empty()
    }

    /// How many digits stand before the point.
    #[must_use]
    pub fn before_point(&self) -> u64 {
        u64::try_from(self.point).unwrap_or(0)
    }

    /// How many digits stand after the point.
    #[must_use]
    pub fn after_point(&self) -> u64 {
        i64::try_from(self.significant.len())
            .ok()
            .and_then(|length| u64::try_from(length - self.point).ok())
            .unwrap_or(0)
    }

    /// The number without an exponent, if it has at most so many digits before and after the point. A huge exponent
    /// costs nothing.
    #[must_use]
    pub fn within(&self, before: u32, after: u32) -> Option<String> {
        if self.before_point() > before.into() || self.after_point() > after.into() {
            return None;
        }
        let (before, after) = (usize::try_from(self.before_point()).ok()?, usize::try_from(self.after_point()).ok()?);
        let at = before.min(self.significant.len());
        let (whole, fraction) = self.significant.split_at(at);
        let sign = if self.is_negative { "-" } else { "" };
        let whole = if before == 0 { "0".to_owned() } else { format!("{whole:0<before$}") };
        Some(if after == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction:0>after$}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits_and_the_place_of_its_point() {
        let table = [
            ("0", "0"),
            ("-0.00", "0"),
            ("0e999999999999999999999", "0"),
            ("007.50", "7.5"),
            ("-3.10", "-3.1"),
            ("1E+2", "100"),
            ("1.5e1", "15"),
            ("120e-2", "1.2"),
            ("5e-3", "0.005"),
            ("1.00e0", "1"),
            ("-12.30e1", "-123"),
        ];
        for (text, plain) in table {
            assert_eq!(Digits::json(text).and_then(|digits| digits.within(28, 28)).as_deref(), Some(plain), "{text}");
        }
    }

    #[test]
    fn every_way_to_write_a_number_is_the_same_number() {
        for thousandths in [1_i64, 10, 12, 500, 999, 1000, 1001, 12_340, 100_000, 123_456_789] {
            let plain = Digits::plain(&format!("{}.{:03}", thousandths / 1000, thousandths % 1000)).unwrap();
            for shift in -9_i64..=9 {
                let mantissa = plain.within(9, 3).unwrap();
                // Written with another exponent, and with its point moved back by as much.
                let moved = Digits::json(&format!("{mantissa}e{shift}")).unwrap();
                let back = moved.within(20, 20).map(|text| format!("{text}E{:+}", -shift)).unwrap();
                assert_eq!(Digits::json(&back).as_ref(), Some(&plain), "{mantissa} {shift}");
            }
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for bad in [
            "", "-", ".", "-.", "+1", "NaN", "Infinity", "1,000", "1_0", "0x1", "--1", "١", "1.2.3", "1e2", "1 0",
            "5..",
        ] {
            assert_eq!((Digits::plain(bad), Digits::typed(bad)), (None, None), "{bad:?}");
        }
        for (typed, plain) in [(" 1\n", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("5.", "5")] {
            assert_eq!((Digits::plain(typed), Digits::typed(typed)), (None, Digits::plain(plain)), "{typed:?}");
        }
        for bad in ["+-1", "++1", "+", "+.", ".-5"] {
            assert_eq!(Digits::typed(bad), None, "{bad:?}");
        }
        for bad in ["e1", "1e", "1e+", "1e-", "1e1.0", "1e1e1", "1e 1"] {
            assert_eq!(Digits::json(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_huge_exponent_is_out_of_bounds_at_once() {
        for huge in ["1e999", "1e999999999", "1e-999999999", "-1e99999999999999999999999", "1e-99999999999999999999999"]
        {
            assert_eq!(Digits::json(huge).unwrap().within(38, 38), None, "{huge}");
        }
    }
}
