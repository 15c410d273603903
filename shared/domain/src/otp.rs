//! One-time passwords, which are mailed and prove who reads an address's mail.

use jiff::{SignedDuration, Timestamp};

/// What a one-time password proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtpPurpose {
    /// That the e-mail address of a sign-up is the user's.
    SignUp,
    /// That who knows the password reads the user's mail too.
    Login,
    /// That who forgot the password reads the user's mail.
    Reset,
}

impl OtpPurpose {
    /// The purpose's stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "signup",
            Self::Login => "login",
            Self::Reset => "reset",
        }
    }
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody has this address.
    UnknownUser,
    /// It is another password.
    WrongPassword,
    /// The address was never proven.
    Unverified,
    /// The one-time password is too old, or wrong tries have spent it.
    OtpExpired,
    /// It is another one-time password.
    OtpInvalid,
    /// No one-time password was sent, or it has been used.
    NoOtp,
    /// No one-time password was accepted lately for what is asked.
    OtpNotVerified,
}

/// The one-time password that was last sent to an address for one purpose, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otp {
    /// Keyed hash of the six digits; empty once they were accepted.
    pub hash: String,
    /// When it stops being accepted.
    pub expires_at: Timestamp,
    /// How many wrong tries it has taken.
    pub wrong_tries: u32,
    /// Until when what it has proven may be used, if it was accepted for later.
    pub proven_until: Option<Timestamp>,
    /// Counts the writes.
    pub version: u64,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtpTry {
    /// It was right: the password is used up.
    Accepted,
    /// It was wrong.
    Wrong,
    /// The password is too old, or wrong tries have spent it.
    Expired,
    /// It has been used.
    Used,
}

impl Otp {
    /// How long a password is accepted.
    pub const VALIDITY: SignedDuration = SignedDuration::from_mins(5);
    /// How many wrong tries spend it.
    pub const TRIES: u32 = 5;
    /// How long what it has proven may be used.
    pub const PROVEN_FOR: SignedDuration = SignedDuration::from_mins(10);

    /// The password that takes the place of `previous`.
    #[must_use]
    pub fn new(previous: Option<&Self>, hash: String, now: Timestamp) -> Self {
        let version = previous.map_or(0, |otp| otp.version) + 1;
        Self { hash, expires_at: now + Self::VALIDITY, wrong_tries: 0, proven_until: None, version }
    }

    /// Judges a try, given whether its hash is the kept one.
    #[must_use]
    pub fn judge(&self, matches: bool, now: Timestamp) -> OtpTry {
        if self.hash.is_empty() {
            OtpTry::Used
        } else if now >= self.expires_at || self.wrong_tries >= Self::TRIES {
            OtpTry::Expired
        } else if matches {
            OtpTry::Accepted
        } else {
            OtpTry::Wrong
        }
    }

    /// The password after a wrong try.
    #[must_use]
    pub fn tried(&self) -> Self {
        Self { wrong_tries: self.wrong_tries + 1, version: self.version + 1, ..self.clone() }
    }

    /// The password, used up together with what it has proven.
    #[must_use]
    pub fn used(&self) -> Self {
        Self { hash: String::new(), proven_until: None, version: self.version + 1, ..self.clone() }
    }

    /// The password, used up; what it has proven may be used once within the next minutes.
    #[must_use]
    pub fn proven(&self, now: Timestamp) -> Self {
        Self { proven_until: Some(now + Self::PROVEN_FOR), ..self.used() }
    }

    /// Whether what it has proven may be used.
    #[must_use]
    pub fn is_proven(&self, now: Timestamp) -> bool {
        self.proven_until.is_some_and(|until| now < until)
    }
}

/// How many one-time passwords were mailed to an address for one purpose. What anybody may ask for, such as a reset,
/// takes nothing from a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtpMails {
    /// The instants within the last hour at which one was sent, oldest first.
    pub sent_at: Vec<Timestamp>,
    /// Counts the writes.
    pub version: u64,
}

impl OtpMails {
    /// How many may be sent to one address for one purpose within an hour.
    pub const PER_HOUR: usize = 5;

    /// Counts another mail after `previous`.
    ///
    /// # Errors
    /// The seconds until the next one may be sent.
    pub fn count(previous: Option<&Self>, now: Timestamp) -> Result<Self, u32> {
        let hour_ago = now - SignedDuration::from_hours(1);
        let mut sent_at: Vec<_> =
            previous.into_iter().flat_map(|mails| mails.sent_at.iter().copied()).filter(|at| *at > hour_ago).collect();
        if sent_at.len() >= Self::PER_HOUR {
            let oldest = sent_at[sent_at.len() - Self::PER_HOUR];
            let wait = oldest.duration_since(hour_ago).as_secs() + 1;
            return Err(u32::try_from(wait).unwrap_or(3600));
        }
        sent_at.push(now);
        Ok(Self { sent_at, version: previous.map_or(0, |mails| mails.version) + 1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn an_otp_ends_with_its_time_its_wrong_tries_or_its_use() {
        let otp = Otp::new(None, "h".into(), at(0));
        assert_eq!(otp.judge(true, at(299)), OtpTry::Accepted);
        assert_eq!(otp.judge(true, at(300)), OtpTry::Expired);
        let mut tried = otp.clone();
        for _ in 0..5 {
            assert_eq!(tried.judge(false, at(1)), OtpTry::Wrong);
            tried = tried.tried();
        }
        assert_eq!((tried.judge(true, at(1)), tried.version), (OtpTry::Expired, 6));
        for used in [otp.used(), otp.proven(at(1))] {
            assert_eq!((used.judge(true, at(1)), used.judge(true, at(301))), (OtpTry::Used, OtpTry::Used));
        }
        let renewed = Otp::new(Some(&tried), "i".into(), at(1));
        assert_eq!((renewed.judge(true, at(1)), renewed.version), (OtpTry::Accepted, 7));
    }

    #[test]
    fn what_an_otp_has_proven_is_good_for_ten_minutes_and_once() {
        let otp = Otp::new(None, "h".into(), at(0));
        let proven = otp.proven(at(100));
        assert!(!otp.is_proven(at(100)) && proven.is_proven(at(699)) && !proven.is_proven(at(700)));
        assert!(!proven.used().is_proven(at(101)));
        assert!(!Otp::new(Some(&proven), "i".into(), at(101)).is_proven(at(101)));
    }

    #[test]
    fn the_sixth_mail_within_an_hour_waits() {
        let mut mails = OtpMails::count(None, at(0)).unwrap();
        for minute in 1..5 {
            mails = OtpMails::count(Some(&mails), at(60 * minute)).unwrap();
        }
        assert_eq!(OtpMails::count(Some(&mails), at(3590)), Err(11));
        let later = OtpMails::count(Some(&mails), at(3601)).unwrap();
        assert_eq!((later.sent_at.len(), later.version), (5, 6));
    }
}
