//! Users, their memberships and their credentials.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::actor::{Author, Role};
use crate::id::{OrganisationId, UserId};
use crate::second_factor::SecondFactor;
use crate::text::{Email, Name, ShortText, Text, TextError, folded};

pub use crate::password::Password;

/// A username: 1 to 150 letters, digits and `@.+-_`, as Django has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Checks a username.
    ///
    /// # Errors
    /// The message for the field.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = Text::<1, 150>::parse(text).map_err(|e: TextError| e.to_string())?.into_string();
        if text.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
            Ok(Self(text))
        } else {
            Err("Enter a valid username. It may contain only letters, numbers, and @/./+/-/_ characters.".into())
        }
    }

    /// The username as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which usernames are compared: two that differ in case are one.
    #[must_use]
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

/// What a person signs up with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    /// The username.
    pub username: Username,
    /// The e-mail address that is to be proven.
    pub email: Email,
    /// The password.
    pub password: Password,
    /// The phone number.
    pub phone: ShortText,
    /// The name of the organisation; the username, if left out.
    pub business_name: Option<Name>,
}

/// A username, or an e-mail address, with what proves it.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The username or the e-mail address.
    pub login: String,
    /// The password.
    pub password: String,
    /// The code of a second factor.
    pub otp: Option<String>,
}

/// Without what proves it.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A membership of a user in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// What the user is there.
    pub role: Role,
}

/// A token, or the id of a browser's session, as it is kept: its hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash {
    /// SHA-256 of what the client has, as lower-case hex.
    pub hash: String,
    /// When it was made; of more than ten, the oldest ends.
    pub created_at: Timestamp,
}

/// A sign-in by JWTs that its user ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedJwts {
    /// The id of its refresh token.
    pub id: Uuid,
    /// When the refresh token would have expired.
    pub until: Timestamp,
}

/// An address that a user signed in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSource {
    /// Keyed hash of the address.
    pub hash: String,
    /// When the user last signed in from it, to within a day.
    pub seen_at: Timestamp,
}

/// A person who can sign in. `Debug` tells who it is, and shows no credential, not even hashed.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The integer id, unique in the deployment.
    pub number: u64,
    /// The username.
    pub username: Username,
    /// The e-mail address.
    pub email: Email,
    /// The first name.
    pub first_name: ShortText,
    /// The last name.
    pub last_name: ShortText,
    /// The phone number.
    pub phone: ShortText,
    /// The password's argon2id hash in PHC form.
    pub password_hash: String,
    /// Whether a mail to the e-mail address was answered. The address is the user's only then: nobody else can sign up
    /// with it, and the user can sign in by it and reset the password.
    pub email_is_proven: bool,
    /// The organisation that the user signed up with or was added to.
    pub home: OrganisationId,
    /// Every membership, the home organisation's included.
    pub memberships: Vec<Membership>,
    /// The tokens that are live, oldest first.
    pub tokens: Vec<TokenHash>,
    /// The sessions of browsers, oldest first; those older than [`User::SESSION_LENGTH`] have ended.
    pub sessions: Vec<TokenHash>,
    /// When the user's credentials were last ended: a JWT that was issued before is good no more.
    pub credentials_valid_from: Option<Timestamp>,
    /// Sign-ins by JWTs that ended before they expired.
    pub ended_jwts: Vec<EndedJwts>,
    /// Where the user signed in from, longest ago first.
    pub known_sources: Vec<KnownSource>,
    /// The second factor, once the user has begun to set it up.
    pub second_factor: Option<SecondFactor>,
    /// When the user was made.
    pub date_joined: Timestamp,
    /// Counts the writes of this user.
    pub version: u64,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { id, number, username, version, .. } = self;
        f.debug_struct("User")
            .field("id", id)
            .field("number", number)
            .field("username", username)
            .field("version", version)
            .finish_non_exhaustive()
    }
}

/// How many tokens of a user are live at a time, and how many sessions.
pub const LIVE_TOKENS: usize = 10;
/// How many sources of a user are known at a time.
const MOST_SOURCES: usize = 20;
/// How many ended sign-ins by JWTs are told apart.
const MOST_ENDED_JWTS: usize = 50;

impl User {
    /// How long a browser's session lasts.
    pub const SESSION_LENGTH: SignedDuration = SignedDuration::from_hours(14 * 24);
    /// How long a source is known after a sign-in from it.
    pub const SOURCE_KNOWN_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// The name that tasks, notes and histories show.
    #[must_use]
    pub fn display_name(&self) -> String {
        let full = format!("{} {}", self.first_name, self.last_name);
        if full.trim().is_empty() { self.username.as_str().to_owned() } else { full.trim().to_owned() }
    }

    /// The user as the author of a change.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { id: self.id, number: self.number, name: self.display_name() }
    }

    /// The role in an organisation, if the user is a member of it.
    #[must_use]
    pub fn role_in(&self, organisation: OrganisationId) -> Option<&Role> {
        self.memberships.iter().find(|m| m.organisation == organisation).map(|m| &m.role)
    }

    /// The second factor that a sign-in asks for.
    #[must_use]
    pub fn active_factor(&self) -> Option<&SecondFactor> {
        self.second_factor.as_ref().filter(|factor| factor.confirmed_at.is_some())
    }

    /// Adds a token; of more than [`LIVE_TOKENS`], the oldest ends.
    pub fn add_token(&mut self, token: TokenHash) {
        keep_newest(&mut self.tokens, token);
    }

    /// Adds a session, and forgets those that have ended; of more than [`LIVE_TOKENS`], the oldest
    /// ends.
    pub fn add_session(&mut self, session: TokenHash) {
        let now = session.created_at;
        self.sessions.retain(|session| is_live(session, now));
        keep_newest(&mut self.sessions, session);
    }

    /// The sessions that have not ended.
    pub fn live_sessions(&self, now: Timestamp) -> impl Iterator<Item = &TokenHash> {
        self.sessions.iter().filter(move |session| is_live(session, now))
    }

    /// Ends every token, session and JWT that was issued until now. API keys are an organisation's,
    /// and stay.
    pub fn end_credentials(&mut self, now: Timestamp) {
        self.end_other_credentials(None, now);
    }

    /// Ends credentials as [`User::end_credentials`], except the token or session with the hash `kept`. Sources that
    /// signed in with the ended ones are not known any more.
    pub fn end_other_credentials(&mut self, kept: Option<&str>, now: Timestamp) {
        self.tokens.retain(|token| Some(token.hash.as_str()) == kept);
        self.sessions.retain(|session| Some(session.hash.as_str()) == kept);
        self.known_sources.clear();
        self.credentials_valid_from = Some(now);
    }

    /// Ends a sign-in by JWTs. Of more than [`MOST_ENDED_JWTS`] in the life of a refresh token, all end.
    pub fn end_jwts(&mut self, ended: EndedJwts, now: Timestamp) {
        self.ended_jwts.retain(|known| now < known.until && known.id != ended.id);
        self.ended_jwts.push(ended);
        if self.ended_jwts.len() > MOST_ENDED_JWTS {
            self.ended_jwts.clear();
            self.credentials_valid_from = Some(now);
        }
    }

    /// Whether a sign-in by JWTs was ended.
    #[must_use]
    pub fn has_ended_jwts(&self, id: Uuid) -> bool {
        self.ended_jwts.iter().any(|ended| ended.id == id)
    }

    /// Whether the user signed in from a source within the last [`User::SOURCE_KNOWN_FOR`].
    #[must_use]
    pub fn knows(&self, source: &str, now: Timestamp) -> bool {
        self.known_sources.iter().any(|known| known.hash == source && is_known(known, now))
    }

    /// Notes that the user signed in from a source. Returns whether that changed the user: a source is noted once a day.
    pub fn note_source(&mut self, source: &str, now: Timestamp) -> bool {
        let yesterday = now - SignedDuration::from_hours(24);
        if self.known_sources.iter().any(|known| known.hash == source && known.seen_at > yesterday) {
            return false;
        }
        self.known_sources.retain(|known| known.hash != source && is_known(known, now));
        self.known_sources.push(KnownSource { hash: source.to_owned(), seen_at: now });
        let surplus = self.known_sources.len().saturating_sub(MOST_SOURCES);
        self.known_sources.drain(..surplus);
        true
    }
}

fn keep_newest(kept: &mut Vec<TokenHash>, newest: TokenHash) {
    kept.push(newest);
    let surplus = kept.len().saturating_sub(LIVE_TOKENS);
    kept.drain(..surplus);
}

fn is_known(source: &KnownSource, now: Timestamp) -> bool {
    now < source.seen_at + User::SOURCE_KNOWN_FOR
}

fn is_live(session: &TokenHash, now: Timestamp) -> bool {
    now < session.created_at + User::SESSION_LENGTH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn user() -> User {
        User {
            id: UserId::new(uuid::Uuid::nil()),
            number: 1,
            username: Username::parse("john_doe").unwrap(),
            email: Email::parse("john@example.com").unwrap(),
            first_name: ShortText::default(),
            last_name: ShortText::default(),
            phone: ShortText::default(),
            password_hash: String::new(),
            email_is_proven: true,
            home: OrganisationId::new(uuid::Uuid::nil()),
            memberships: vec![],
            tokens: vec![],
            sessions: vec![],
            credentials_valid_from: None,
            ended_jwts: vec![],
            known_sources: vec![],
            second_factor: None,
            date_joined: at(0),
            version: 1,
        }
    }

    #[test]
    fn a_session_ends_after_two_weeks_or_by_ten_newer_ones() {
        let mut user = user();
        let day = 24 * 3600;
        for n in 0..11 {
            user.add_session(TokenHash { hash: n.to_string(), created_at: at(n * day) });
        }
        assert_eq!((user.sessions.len(), user.sessions[0].hash.as_str()), (LIVE_TOKENS, "1"));
        assert_eq!(user.live_sessions(at(15 * day - 1)).count(), 10);
        assert_eq!(user.live_sessions(at(15 * day)).count(), 9);
        user.add_session(TokenHash { hash: "new".into(), created_at: at(23 * day) });
        assert_eq!(user.sessions.iter().map(|s| s.hash.as_str()).collect::<Vec<_>>(), ["10", "new"]);
        user.add_token(TokenHash { hash: "token".into(), created_at: at(0) });
        user.end_credentials(at(7));
        assert_eq!((user.tokens.len(), user.sessions.len(), user.credentials_valid_from), (0, 0, Some(at(7))));
    }

    #[test]
    fn the_ten_newest_tokens_live() {
        let mut user = user();
        for n in 0..12 {
            user.add_token(TokenHash { hash: n.to_string(), created_at: at(n) });
        }
        assert_eq!(user.tokens.len(), LIVE_TOKENS);
        assert_eq!(user.tokens[0].hash, "2");
        assert_eq!(user.display_name(), "john_doe");
        let shown = format!("{:?}", User { password_hash: "$argon2id$secret".into(), ..user });
        assert!(shown.contains("john_doe") && !shown.contains("secret") && !shown.contains("hash"), "{shown}");
    }

    #[test]
    fn a_source_is_known_for_thirty_days_after_its_last_sign_in() {
        let day = 24 * 3600;
        let mut user = user();
        assert!(user.note_source("home", at(0)) && !user.note_source("home", at(day - 1)));
        assert!(
            user.knows("home", at(30 * day - 1)) && !user.knows("home", at(30 * day)) && !user.knows("away", at(0))
        );
        assert!(user.note_source("home", at(day)), "a day later it is seen anew");
        assert!(user.knows("home", at(31 * day - 1)));
        for n in 0..MOST_SOURCES {
            assert!(user.note_source(&n.to_string(), at(2 * day)));
        }
        assert_eq!((user.known_sources.len(), user.knows("home", at(2 * day))), (MOST_SOURCES, false));
        user.end_credentials(at(3 * day));
        assert!(!user.knows("0", at(3 * day)));
    }

    #[test]
    fn ended_jwts_are_remembered_while_they_would_live_and_too_many_end_all() {
        let ended = |n: u128, until| EndedJwts { id: Uuid::from_u128(n), until: at(until) };
        let mut user = user();
        user.end_jwts(ended(1, 10), at(0));
        user.end_jwts(ended(1, 10), at(0));
        user.end_jwts(ended(2, 20), at(5));
        assert!(user.has_ended_jwts(Uuid::from_u128(1)) && !user.has_ended_jwts(Uuid::from_u128(3)));
        assert_eq!(user.ended_jwts.len(), 2);
        user.end_jwts(ended(3, 30), at(10));
        assert_eq!(user.ended_jwts, [ended(2, 20), ended(3, 30)]);
        for n in 4..=51 {
            user.end_jwts(ended(n, 30), at(11));
        }
        assert_eq!((user.ended_jwts.len(), user.credentials_valid_from), (MOST_ENDED_JWTS, None));
        user.end_jwts(ended(52, 30), at(12));
        assert_eq!((user.ended_jwts.len(), user.credentials_valid_from), (0, Some(at(12))));
    }

    #[test]
    fn of_all_credentials_one_token_or_session_can_be_kept() {
        let mut user = user();
        for hash in ["one", "two"] {
            user.add_token(TokenHash { hash: hash.into(), created_at: at(0) });
            user.add_session(TokenHash { hash: format!("session {hash}"), created_at: at(0) });
        }
        user.end_other_credentials(Some("two"), at(7));
        assert_eq!((user.tokens.len(), user.tokens[0].hash.as_str(), user.sessions.len()), (1, "two", 0));
        assert_eq!(user.credentials_valid_from, Some(at(7)));
    }
}
