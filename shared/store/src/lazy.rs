//! Clients of services that are made when something is first asked of them.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

type Make<C> = Box<dyn FnOnce() -> C + Send>;

/// A client that is made at its first use, so that a function's first answer does not wait for clients that it does not
/// need. Cheap to clone; all clones are one client.
pub struct Lazy<C>(Arc<LazyLock<C, Make<C>>>);

impl<C> Lazy<C> {
    /// A client that is to be made so.
    #[must_use]
    pub fn new(make: impl FnOnce() -> C + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

/// A client that is there.
impl<C: Send + 'static> From<C> for Lazy<C> {
    fn from(client: C) -> Self {
        Self::new(move || client)
    }
}

impl<C> Deref for Lazy<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> Clone for Lazy<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Without making it.
impl<C> fmt::Debug for Lazy<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lazy(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    #[test]
    fn a_client_is_made_once_and_not_before_it_is_used() {
        static MADE: AtomicU8 = AtomicU8::new(0);
        let client = Lazy::new(|| MADE.fetch_add(1, Ordering::Relaxed) + 1);
        let other = client.clone();
        assert_eq!((format!("{client:?}").as_str(), MADE.load(Ordering::Relaxed)), ("Lazy(…)", 0));
        assert_eq!((*client, *other, MADE.load(Ordering::Relaxed)), (1, 1, 1));
        assert_eq!(*Lazy::from(7), 7);
    }
}
