//! Claims to an e-mail address. Whoever answers the mail to it has the address; until then it is nobody's.

use jiff::{SignedDuration, Timestamp};

use crate::id::UserId;
use crate::otp::{Code, OtpTry};
use crate::text::{Email, Name, ShortText};
use crate::user::{SignUp, Username};

/// That an address is a user's, as somebody says who has not proven it.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressClaim {
    /// The user, or the one that the sign-up will make.
    pub user: UserId,
    /// The username.
    pub username: Username,
    /// The address as it was written.
    pub email: Email,
    /// What the answer to the mail makes of it.
    pub claimant: Claimant,
    /// The one-time password that was mailed.
    pub code: Code,
    /// When the claim ends by itself.
    pub ends_at: Timestamp,
}

/// Who claims an address.
#[derive(Clone, PartialEq, Eq)]
pub enum Claimant {
    /// A sign-up, which makes the user and an organisation.
    SignUp {
        /// The password's argon2id hash in PHC form.
        password_hash: String,
        /// The phone number.
        phone: ShortText,
        /// The name of the organisation; the username, if left out.
        business_name: Option<Name>,
    },
    /// A member whom an owner added.
    Member,
}

/// `Debug` shows no credential, not even hashed.
impl std::fmt::Debug for AddressClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AddressClaim").field("user", &self.user).field("ends_at", &self.ends_at).finish_non_exhaustive()
    }
}

/// The claims to one address, longest ago first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressClaims {
    /// The claims; some may have ended.
    pub claims: Vec<AddressClaim>,
    /// Counts the writes.
    pub version: u64,
}

/// What became of a one-time password that was sent for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimTry {
    /// It was mailed for this claim.
    Accepted(Box<AddressClaim>),
    /// It is another one; so the claims are then.
    Wrong(AddressClaims),
    /// Every one that was mailed is too old, or spent.
    Expired,
    /// Nobody claims the address.
    Unclaimed,
}

impl AddressClaim {
    /// How long a sign-up waits for its proof.
    pub const SIGN_UP_WAITS: SignedDuration = SignedDuration::from_hours(24);
    /// How long an added member can answer the mail.
    pub const MEMBER_WAITS: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// The claim of a sign-up.
    #[must_use]
    pub fn of_sign_up(user: UserId, sign_up: &SignUp, password_hash: String, code: Code, now: Timestamp) -> Self {
        let SignUp { username, email, password: _, phone, business_name } = sign_up.clone();
        let claimant = Claimant::SignUp { password_hash, phone, business_name };
        Self { user, username, email, claimant, code, ends_at: now + Self::SIGN_UP_WAITS }
    }

    /// The claim of a member. The one-time password is good as long as the claim.
    #[must_use]
    pub fn of_member(user: UserId, username: Username, email: Email, code: Code) -> Self {
        let ends_at = code.expires_at;
        Self { user, username, email, claimant: Claimant::Member, code, ends_at }
    }

    fn is_live(&self, now: Timestamp) -> bool {
        now < self.ends_at
    }
}

impl AddressClaims {
    /// How many claims to an address are kept; of more, the oldest ends.
    pub const MOST: usize = 10;

    /// The claims after another one, in place of an earlier one of its user.
    #[must_use]
    pub fn with(&self, claim: AddressClaim, now: Timestamp) -> Self {
        let mut claims: Vec<_> = self.live(now).filter(|other| other.user != claim.user).cloned().collect();
        claims.push(claim);
        let surplus = claims.len().saturating_sub(Self::MOST);
        claims.drain(..surplus);
        Self { claims, version: self.version + 1 }
    }

    /// The claims without a user's.
    #[must_use]
    pub fn without(&self, user: UserId) -> Self {
        let claims = self.claims.iter().filter(|claim| claim.user != user).cloned().collect();
        Self { claims, version: self.version + 1 }
    }

    /// The claims that have not ended.
    pub fn live(&self, now: Timestamp) -> impl Iterator<Item = &AddressClaim> {
        self.claims.iter().filter(move |claim| claim.is_live(now))
    }

    /// Tries a one-time password from a source. `matches` compares it with the one that was mailed for a claim.
    ///
    /// From a source that claims the address itself, one that was mailed for somebody else's claim is wrong: whoever
    /// signs up and answers the wrong mail would give the address to a stranger.
    #[must_use]
    pub fn judge(&self, source: Option<&str>, now: Timestamp, matches: impl Fn(&AddressClaim) -> bool) -> ClaimTry {
        let own = |claim: &AddressClaim| claim.code.is_asked_from(source);
        let has_own = self.live(now).any(own);
        let is_tried = |claim: &AddressClaim| claim.is_live(now) && (!has_own || own(claim));
        let (mut tried, mut wrong) = (self.clone(), 0);
        for claim in tried.claims.iter_mut().filter(|claim| is_tried(claim)) {
            match claim.code.judge(matches(claim), source, now) {
                OtpTry::Accepted => return ClaimTry::Accepted(Box::new(claim.clone())),
                OtpTry::Wrong => {
                    claim.code = claim.code.clone().tried(source);
                    wrong += 1;
                }
                OtpTry::Expired | OtpTry::Used => {}
            }
        }
        tried.version += 1;
        match (wrong, self.live(now).next()) {
            (_, None) => ClaimTry::Unclaimed,
            (0, Some(_)) => ClaimTry::Expired,
            (_, Some(_)) => ClaimTry::Wrong(tried),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::Password;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn claim(n: u128, source: Option<&str>, now: i64) -> AddressClaim {
        let sign_up = SignUp {
            username: Username::parse(&format!("user{n}")).unwrap(),
            email: Email::parse("ada@example.com").unwrap(),
            password: Password::parse("SecurePass123!").unwrap(),
            phone: ShortText::default(),
            business_name: None,
        };
        let code = Code::new(n.to_string(), source.map(str::to_owned), at(now) + Code::VALIDITY);
        AddressClaim::of_sign_up(UserId::new(uuid::Uuid::from_u128(n)), &sign_up, "hash".into(), code, at(now))
    }

    fn claims(all: impl IntoIterator<Item = AddressClaim>, now: i64) -> AddressClaims {
        all.into_iter().fold(AddressClaims::default(), |claims, claim| claims.with(claim, at(now)))
    }

    fn tried(claims: &AddressClaims, source: Option<&str>, now: i64, code: &str) -> ClaimTry {
        claims.judge(source, at(now), |claim| claim.code.hash == code)
    }

    fn accepted(outcome: &ClaimTry) -> u128 {
        let ClaimTry::Accepted(claim) = outcome else { panic!("{outcome:?}") };
        claim.user.uuid().as_u128()
    }

    #[test]
    fn whoever_answers_the_mail_has_the_address() {
        let both = claims([claim(1, Some("stranger"), 0), claim(2, Some("owner"), 0)], 0);
        assert_eq!(accepted(&tried(&both, Some("phone"), 1, "1")), 1);
        assert_eq!(accepted(&tried(&both, Some("phone"), 1, "2")), 2);
        assert_eq!(accepted(&tried(&both, None, 1, "2")), 2);
    }

    #[test]
    fn whoever_signs_up_cannot_answer_the_mail_of_a_strangers_claim_by_mistake() {
        let both = claims([claim(1, Some("stranger"), 0), claim(2, Some("owner"), 0)], 0);
        let ClaimTry::Wrong(after) = tried(&both, Some("owner"), 1, "1") else { panic!() };
        assert_eq!((after.claims[0].code.stranger_tries, after.claims[1].code.wrong_tries), (0, 1));
        assert_eq!(accepted(&tried(&after, Some("owner"), 1, "2")), 2);
    }

    #[test]
    fn wrong_tries_of_a_stranger_leave_the_claimant_theirs() {
        let mut all = claims([claim(1, Some("owner"), 0)], 0);
        for _ in 0..5 {
            let ClaimTry::Wrong(after) = tried(&all, Some("stranger"), 1, "x") else { panic!() };
            assert_eq!(after.version, all.version + 1);
            all = after;
        }
        assert_eq!(tried(&all, Some("stranger"), 1, "1"), ClaimTry::Expired);
        assert_eq!(accepted(&tried(&all, Some("owner"), 1, "1")), 1);
    }

    #[test]
    fn a_claim_ends_after_a_day_and_its_one_time_password_after_five_minutes() {
        let all = claims([claim(1, Some("owner"), 0)], 0);
        assert_eq!(tried(&all, Some("owner"), 300, "1"), ClaimTry::Expired);
        assert_eq!(tried(&all, Some("owner"), 86_399, "1"), ClaimTry::Expired);
        assert_eq!(tried(&all, Some("owner"), 86_400, "1"), ClaimTry::Unclaimed);
        assert_eq!(all.with(claim(2, None, 86_400), at(86_400)).claims.len(), 1);
    }

    #[test]
    fn a_claim_takes_the_place_of_its_users_own_and_of_many_the_newest_are_kept() {
        let twice = claims([claim(1, None, 0), claim(2, None, 0), claim(1, None, 60)], 60);
        assert_eq!(twice.claims.iter().map(|claim| claim.user.uuid().as_u128()).collect::<Vec<_>>(), [2, 1]);
        let many = claims((0..12).map(|n| claim(n, None, 0)), 0);
        assert_eq!((many.claims.len(), many.version), (AddressClaims::MOST, 12));
        assert_eq!(accepted(&tried(&many, None, 1, "11")), 11);
        assert!(!format!("{many:?}").contains("hash"));
    }
}
