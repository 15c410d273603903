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

/// A one-time password as it is kept.
///
/// The source that asked for it has its own tries. Those of all other sources are counted apart, so that a stranger
/// cannot spend the password of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Keyed hash of the six digits; empty once they were accepted.
    pub hash: String,
    /// When it stops being accepted.
    pub expires_at: Timestamp,
    /// Keyed hash of the source that asked for it, where that is known.
    pub asked_from: Option<String>,
    /// How many wrong tries came from there.
    pub wrong_tries: u32,
    /// How many wrong tries came from elsewhere.
    pub stranger_tries: u32,
}

/// The one-time password that was last sent to an address for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otp {
    /// The one-time password.
    pub code: Code,
    /// What this one, or one before it, has proven for later.
    pub proof: Option<Proof>,
    /// Counts the writes.
    pub version: u64,
}

/// That somebody answered a mail to the address, and may use that once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Hash of the token that was answered.
    pub token_hash: String,
    /// Keyed hash of the source that was answered, where that is known.
    pub source: Option<String>,
    /// Until when it may be used.
    pub until: Timestamp,
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

impl Code {
    /// How long a one-time password is accepted.
    pub const VALIDITY: SignedDuration = SignedDuration::from_mins(5);
    /// How many wrong tries spend it.
    pub const TRIES: u32 = 5;

    /// A one-time password that somebody just asked for.
    #[must_use]
    pub const fn new(hash: String, asked_from: Option<String>, expires_at: Timestamp) -> Self {
        Self { hash, expires_at, asked_from, wrong_tries: 0, stranger_tries: 0 }
    }

    /// Whether a source asked for it.
    #[must_use]
    pub fn is_asked_from(&self, source: Option<&str>) -> bool {
        source.is_some() && self.asked_from.as_deref() == source
    }

    /// Judges a try from a source, given whether its hash is the kept one.
    #[must_use]
    pub fn judge(&self, matches: bool, source: Option<&str>, now: Timestamp) -> OtpTry {
        let is_spent =
            self.wrong_tries >= Self::TRIES || (self.stranger_tries >= Self::TRIES && !self.is_asked_from(source));
        if self.hash.is_empty() {
            OtpTry::Used
        } else if now >= self.expires_at || is_spent {
            OtpTry::Expired
        } else if matches {
            OtpTry::Accepted
        } else {
            OtpTry::Wrong
        }
    }

    /// Whether there was a wrong try.
    #[must_use]
    pub const fn was_tried(&self) -> bool {
        self.wrong_tries + self.stranger_tries > 0
    }

    /// The one-time password after a wrong try from a source.
    #[must_use]
    pub fn tried(mut self, source: Option<&str>) -> Self {
        if self.is_asked_from(source) {
            self.wrong_tries += 1;
        } else {
            self.stranger_tries += 1;
        }
        self
    }
}

impl Otp {
    /// How long what it has proven may be used.
    pub const PROVEN_FOR: SignedDuration = SignedDuration::from_mins(10);

    /// The password that takes the place of `previous`. What that has proven stays: anybody can ask for another one.
    #[must_use]
    pub fn new(previous: Option<&Self>, hash: String, asked_from: Option<String>, now: Timestamp) -> Self {
        let version = previous.map_or(0, |otp| otp.version) + 1;
        let proof = previous.and_then(|otp| otp.proof.clone());
        Self { code: Code::new(hash, asked_from, now + Code::VALIDITY), proof, version }
    }

    /// The password after a wrong try from a source.
    #[must_use]
    pub fn tried(&self, source: Option<&str>) -> Self {
        let Self { code, proof, version } = self.clone();
        Self { code: code.tried(source), proof, version: version + 1 }
    }

    /// The password, used up together with what it has proven.
    #[must_use]
    pub fn used(&self) -> Self {
        let code = Code { hash: String::new(), ..self.code.clone() };
        Self { code, proof: None, version: self.version + 1 }
    }

    /// The password, used up; what it has proven may be used once within the next minutes.
    #[must_use]
    pub fn proven(&self, token_hash: String, source: Option<String>, now: Timestamp) -> Self {
        let proof = Proof { token_hash, source, until: now + Self::PROVEN_FOR };
        Self { proof: Some(proof), ..self.used() }
    }

    /// What it has proven, as long as that may be used.
    #[must_use]
    pub fn live_proof(&self, now: Timestamp) -> Option<&Proof> {
        self.proof.as_ref().filter(|proof| now < proof.until)
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

    const HOME: Option<&str> = Some("home");

    fn asked_from_home(now: i64) -> Otp {
        Otp::new(None, "h".into(), HOME.map(str::to_owned), at(now))
    }

    #[test]
    fn an_otp_ends_with_its_time_its_wrong_tries_or_its_use() {
        let otp = asked_from_home(0);
        assert_eq!(otp.code.judge(true, HOME, at(299)), OtpTry::Accepted);
        assert_eq!(otp.code.judge(true, HOME, at(300)), OtpTry::Expired);
        let mut tried = otp.clone();
        for _ in 0..5 {
            assert_eq!(tried.code.judge(false, HOME, at(1)), OtpTry::Wrong);
            tried = tried.tried(HOME);
        }
        assert_eq!((tried.code.judge(true, HOME, at(1)), tried.version), (OtpTry::Expired, 6));
        assert_eq!(tried.code.judge(true, None, at(1)), OtpTry::Expired, "wherever it is tried then");
        for used in [otp.used(), otp.proven("t".into(), None, at(1))] {
            let judge = |now| used.code.judge(true, HOME, at(now));
            assert_eq!((judge(1), judge(301)), (OtpTry::Used, OtpTry::Used));
        }
        let renewed = Otp::new(Some(&tried), "i".into(), None, at(1));
        assert_eq!((renewed.code.judge(true, None, at(1)), renewed.version), (OtpTry::Accepted, 7));
    }

    #[test]
    fn wrong_tries_of_strangers_leave_the_source_that_asked_its_own() {
        let mut otp = asked_from_home(0);
        for stranger in [Some("away"), None, Some("elsewhere"), None, Some("away")] {
            assert_eq!(otp.code.judge(false, stranger, at(1)), OtpTry::Wrong);
            otp = otp.tried(stranger);
        }
        assert_eq!(otp.code.judge(true, Some("yet another"), at(1)), OtpTry::Expired);
        assert_eq!(otp.code.judge(true, HOME, at(1)), OtpTry::Accepted);
        let unknown = Code::new("h".into(), None, at(300));
        assert!(!unknown.is_asked_from(None), "nobody is known to have asked");
    }

    #[test]
    fn what_an_otp_has_proven_is_good_for_ten_minutes_and_once_whoever_asks_for_another() {
        let otp = asked_from_home(0);
        let proven = otp.proven("t".into(), HOME.map(str::to_owned), at(100));
        let is_good = |otp: &Otp, now| otp.live_proof(at(now)).is_some_and(|proof| proof.token_hash == "t");
        assert!(!is_good(&otp, 100) && is_good(&proven, 699) && !is_good(&proven, 700));
        let renewed = Otp::new(Some(&proven), "i".into(), Some("away".into()), at(101));
        assert!(is_good(&renewed, 699) && is_good(&renewed.tried(None), 699));
        assert!(!is_good(&proven.used(), 101) && !is_good(&renewed.used(), 101));
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
