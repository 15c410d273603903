//! How often one may be wrong, and how often one may ask.

use domain::user::User;

use crate::secrets::hex;
use crate::sources::SourceAddress;
use crate::{App, Error};

/// A limit on tries that fail, or on requests.
#[derive(Debug)]
pub(crate) struct Limit {
    /// Names whose tries are counted.
    hash: String,
    /// How many fit into a window.
    most: u32,
    /// How long a window is, in seconds.
    window: i64,
    /// What happens to more of them.
    beyond: Beyond,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beyond {
    /// They are refused until the window ends.
    Refused,
    /// They are made one at a time, and the more there were, the more slowly.
    Slow,
}

/// What came of a try.
pub(crate) struct Tried<T> {
    pub(crate) made: T,
    /// How many tries of the first limit have failed with it, where that is worth an entry in the audit log: it is the
    /// first or the last one that the limit allows, and not one of the slow ones.
    pub(crate) failure: Option<u32>,
}

/// A place among the tries of a limit.
#[derive(Debug)]
struct Place<'l> {
    limit: &'l Limit,
    window: i64,
    /// Whether it is among the first ones, rather than a turn of the slow ones.
    is_counted: bool,
    /// How many had failed before.
    failed: u32,
}

const MINUTES: i64 = 60;
const HOUR: i64 = 60 * MINUTES;
const DAY: i64 = 24 * HOUR;

/// The window in which wrong tries are counted, in seconds.
const WINDOW: i64 = 15 * MINUTES;
/// How many wrong passwords an account may have from one source in a window.
const PER_ACCOUNT_AND_SOURCE: u32 = 10;
/// How many wrong passwords may come from a source in a window, to accounts that never signed in from there.
const PER_SOURCE: u32 = 50;
/// How many wrong passwords an account may have in a day, from sources that it never signed in from, before they slow
/// down.
const PER_ACCOUNT: u32 = 100;
/// How many wrong one-time passwords may come from a source in a window. Of each there are few tries at most.
const GUESSES_PER_SOURCE: u32 = 100;
/// How many one-time passwords of sign-ups and resets may be asked for from a source in an hour.
const MAILS_PER_SOURCE: u32 = 100;
/// The longest turn of slow tries, in seconds.
const LONGEST_TURN: i64 = 32;

/// How long a turn is after so many wrong tries, in seconds: each [`PER_ACCOUNT`] more double it.
fn turn_after(failed: u32) -> i64 {
    let doublings = (failed / PER_ACCOUNT).saturating_sub(1).min(5);
    (1_i64 << doublings).min(LONGEST_TURN)
}

impl App {
    /// The limits on wrong passwords of an account, from a source.
    ///
    /// Whoever tries passwords that are not theirs does not keep the user out: a source that the user signed in from has
    /// tries of its own, and those from anywhere else only become slow.
    pub(crate) fn limits_of_passwords(&self, user: Option<&User>, login: &str, from: &SourceAddress) -> Vec<Limit> {
        let id = user.map(|user| user.id.to_string());
        // A login that is nobody's counts like any other.
        let account = id.as_deref().unwrap_or(login);
        let own = self.limit("account and source", &[account, from.as_str()], PER_ACCOUNT_AND_SOURCE);
        let source = self.print_of_source(from);
        if user.zip(source).is_some_and(|(user, source)| user.knows(&source, self.now())) {
            return vec![own];
        }
        let all = Limit { window: DAY, beyond: Beyond::Slow, ..self.limit("account", &[account], PER_ACCOUNT) };
        vec![own, self.passwords_from(from), all]
    }

    /// The limit on what is wrong with passwords from a source.
    pub(crate) fn passwords_from(&self, from: &SourceAddress) -> Limit {
        self.limit("address", &[from.as_str()], PER_SOURCE)
    }

    /// The limit on wrong one-time passwords, and on unknown addresses, from a source.
    pub(crate) fn guesses_of(&self, from: &SourceAddress) -> Limit {
        self.limit("guesses of an address", &[from.as_str()], GUESSES_PER_SOURCE)
    }

    /// Counts a request for a mail that anybody can make somebody get.
    ///
    /// # Errors
    /// [`domain::Error::TooMany`] of them from one source.
    pub(crate) async fn count_mail_from(&self, from: &SourceAddress) -> Result<(), Error> {
        let limit = Limit { window: HOUR, ..self.limit("mails of an address", &[from.as_str()], MAILS_PER_SOURCE) };
        // It counts whatever comes of it.
        self.reserve(&limit).await.map(drop)
    }

    fn limit(&self, what: &str, values: &[&str], most: u32) -> Limit {
        let parts: Vec<_> = std::iter::once(what).chain(values.iter().copied()).map(str::as_bytes).collect();
        Limit { hash: hex(&self.mac("password tries", &parts)), most, window: WINDOW, beyond: Beyond::Refused }
    }

    /// Makes a try that is counted under each of the limits before it is made, and taken back if it was not wrong: of
    /// any number of tries at once, no more than a limit can be wrong.
    pub(crate) async fn counted<T>(
        &self,
        limits: &[Limit],
        is_wrong: impl FnOnce(&T) -> bool,
        attempt: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        Ok(self.counted_tries(limits, is_wrong, attempt).await?.made)
    }

    /// As [`App::counted`], for who keeps a log of failures.
    pub(crate) async fn counted_tries<T>(
        &self,
        limits: &[Limit],
        is_wrong: impl FnOnce(&T) -> bool,
        attempt: impl Future<Output = Result<T, Error>>,
    ) -> Result<Tried<T>, Error> {
        let mut places = Vec::with_capacity(limits.len());
        for limit in limits {
            match self.reserve(limit).await {
                Ok(place) => places.push(place),
                Err(refused) => {
                    self.give_back(&places, false).await?;
                    return Err(refused);
                }
            }
        }
        let made = attempt.await;
        let failed = made.as_ref().is_ok_and(is_wrong);
        self.give_back(&places, failed).await?;
        let failure = places.first().map(|place| (place.failed + 1, place.limit.most));
        let failure = failure.filter(|(failures, most)| failed && (*failures == 1 || failures == most));
        let failure = failure.filter(|_| places.iter().all(|place| place.is_counted));
        Ok(Tried { made: made?, failure: failure.map(|(failures, _)| failures) })
    }

    async fn give_back(&self, places: &[Place<'_>], failed: bool) -> Result<(), Error> {
        for Place { limit, window, is_counted, failed: _ } in places {
            // A turn is over when its time is.
            if failed || *is_counted {
                self.store.end_try(&limit.hash, *window, failed).await?;
            }
        }
        Ok(())
    }

    /// Waits for a place among the tries that may fail. All are taken for long only when enough have
    /// failed.
    async fn reserve<'l>(&self, limit: &'l Limit) -> Result<Place<'l>, Error> {
        let Limit { hash, most, window: length, beyond } = limit;
        let now = self.now().as_second();
        let window = now - now.rem_euclid(*length);
        let taken = self.retrying(async || match self.store.take_try(hash, window, *length, *most).await? {
            Ok(failed) => Ok(Ok(failed)),
            Err(failed) if failed >= *most || *beyond == Beyond::Slow => Ok(Err(failed)),
            Err(_) => Err(domain::Error::Contended.into()),
        });
        match taken.await {
            Ok(Ok(failed)) => Ok(Place { limit, window, is_counted: true, failed }),
            Ok(Err(failed)) if *beyond == Beyond::Slow => {
                self.take_turn(hash, turn_after(failed)).await?;
                Ok(Place { limit, window, is_counted: false, failed })
            }
            Ok(Err(_)) | Err(Error::Domain(domain::Error::Contended)) => Err(self.too_many(window + length)),
            Err(other) => Err(other),
        }
    }

    /// Takes the one try of the present turn.
    async fn take_turn(&self, hash: &str, length: i64) -> Result<(), Error> {
        let now = self.now().as_second();
        let start = now - now.rem_euclid(length);
        let taken = self.retrying(async || Ok(self.store.take_try(&format!("{hash} turn"), start, length, 1).await?));
        taken.await?.map(drop).map_err(|_| self.too_many(start + length))
    }

    fn too_many(&self, until: i64) -> Error {
        let wait = (until - self.now().as_second()).max(1);
        domain::Error::TooMany { retry_after: u32::try_from(wait).unwrap_or(1) }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_beyond_the_limit_slow_down_and_never_stop() {
        let turns = [100, 199, 200, 300, 400, 599, 600, 1_000_000].map(turn_after);
        assert_eq!(turns, [1, 1, 2, 4, 8, 16, 32, 32]);
    }
}
