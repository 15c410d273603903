//! How much mail an organisation may send: little at first, and none while its recipients complain.

use jiff::{SignedDuration, Timestamp};

/// How many mails of its organisations a deployment sends in a day. A mail to several recipients is as many mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailLimits {
    /// Those of an organisation that was just made.
    pub fresh: u32,
    /// Those of any organisation.
    pub most: u32,
}

impl Default for MailLimits {
    fn default() -> Self {
        Self { fresh: 50, most: 1_000 }
    }
}

impl MailLimits {
    /// After so many days, age alone lets an organisation send no more.
    const DAYS: u32 = 9;
    /// How many paid invoices count for each day of age: whoever marks invoices as paid gains nothing at once.
    const PAID_A_DAY: u32 = 2;

    /// What an organisation may send in a day: as much again for each day of age, and half as much for each paid
    /// invoice that counts.
    #[must_use]
    pub fn of(self, age: SignedDuration, paid: u32) -> u32 {
        let by_age = self.fresh.saturating_mul(1 + days(age).min(Self::DAYS));
        let by_paid = (self.fresh / 2).saturating_mul(paid.min(Self::counted(age)));
        by_age.saturating_add(by_paid).min(self.most)
    }

    /// How many paid invoices of an organisation count.
    #[must_use]
    pub fn counted(age: SignedDuration) -> u32 {
        days(age).min(Self::DAYS + 1).saturating_mul(Self::PAID_A_DAY)
    }
}

fn days(age: SignedDuration) -> u32 {
    u32::try_from(age.as_hours() / 24).unwrap_or(0)
}

/// What recipients' providers reported of an organisation's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MailReports {
    /// How many recipients complained.
    pub complaints: usize,
    /// How many addresses do not exist.
    pub bounces: usize,
}

impl MailReports {
    /// For how long reports are counted together.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(30 * 24);
    /// So many complaints stop an organisation's mail.
    pub const COMPLAINTS: usize = 3;
    /// So many addresses that do not exist stop an organisation's mail.
    pub const BOUNCES: usize = 10;

    /// Whether the organisation sends no more mail.
    #[must_use]
    pub const fn stop_mail(self) -> bool {
        self.complaints >= Self::COMPLAINTS || self.bounces >= Self::BOUNCES
    }

    /// When the window began that a time is in.
    #[must_use]
    pub fn window(now: Timestamp) -> i64 {
        now.as_second() - now.as_second().rem_euclid(Self::WINDOW.as_secs())
    }
}

/// What a provider reported of one mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailReport {
    /// Its recipient calls it spam.
    Complaint,
    /// Its recipient does not exist.
    Bounce,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(days: i64, paid: u32) -> u32 {
        MailLimits::default().of(SignedDuration::from_hours(days * 24), paid)
    }

    #[test]
    fn what_may_be_sent_grows_with_age_and_then_with_paid_invoices() {
        let by_age = [(0, 50), (1, 100), (5, 300), (9, 500), (10, 500), (10_000, 500), (-1, 50)];
        for (days, expected) in by_age {
            assert_eq!(of(days, 0), expected, "{days}");
        }
        // On the first day nobody gains by invoices, whatever is marked as paid.
        assert_eq!(of(0, 1_000), 50);
        assert_eq!((of(1, 1), of(1, 2), of(1, 1_000)), (125, 150, 150));
        assert_eq!((of(10, 20), of(400, 21), of(400, u32::MAX)), (1_000, 1_000, 1_000));
        let none = MailLimits { fresh: 0, most: 0 };
        assert_eq!(none.of(SignedDuration::from_hours(1_000), 9), 0);
    }

    #[test]
    fn three_complaints_or_ten_addresses_that_do_not_exist_stop_mail() {
        let stop = |complaints, bounces| MailReports { complaints, bounces }.stop_mail();
        assert!(!stop(0, 0) && !stop(2, 9));
        assert!(stop(3, 0) && stop(0, 10));
    }
}
