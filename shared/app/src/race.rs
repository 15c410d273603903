//! Reload and retry: what happens when two callers change one object at once.

use std::future::Future;

use store::deadline::pause;

use crate::{App, Error};

impl App {
    /// Runs `attempt` — load, decide, commit — until it does not lose a race, or the deadline comes.
    pub(crate) async fn retrying<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut round = 0;
        loop {
            let lost = match attempt().await {
                Err(Error::Domain(domain::Error::Contended)) => Error::from(domain::Error::Contended),
                settled => return settled,
            };
            if !pause(round).await {
                return Err(lost);
            }
            round += 1;
        }
    }
}
