//! How much is done for one user at once.
//!
//! Work that may block has a thread, and there are so many threads for all. Whoever waits for a file system that hangs, or
//! for a browser that takes nothing, is to wait alone: so each user has places, and who has none waits without a thread.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_shared::user_error::UserError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::words::words;

/// Whoever finds no place within this is told so.
const PATIENCE: Duration = if cfg!(test) { Duration::from_millis(100) } else { Duration::from_secs(10) };
/// Of so many users something is remembered before those are forgotten for whom nothing is done.
const REMEMBERED_MAX: usize = 256;

/// What is done. Each kind has places of its own: a page waits for the calls that it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Call,
    Page,
    /// A file or a folder that comes or goes, as slowly as the other end likes.
    Transfer,
    /// A tree that is looked through, on a thread of its own.
    Search,
}

impl Kind {
    /// So many of one user at once.
    pub(crate) const fn places(self) -> usize {
        match self {
            Self::Call => 32,
            Self::Page => 8,
            Self::Transfer => 24,
            Self::Search => 16,
        }
    }
}

/// Who is busy with what.
#[derive(Default)]
pub(crate) struct Busy(Mutex<BTreeMap<(String, Kind), Arc<Semaphore>>>);

/// Held until the work is done.
pub(crate) struct Place(#[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit);

impl Busy {
    /// A place that is free now.
    pub(crate) fn try_take(&self, user: &str, kind: Kind) -> Result<Place, UserError> {
        self.of(user, kind).try_acquire_owned().map(Place).map_err(|_| too_much())
    }

    /// A place, as soon as there is one.
    pub(crate) async fn take(&self, user: &str, kind: Kind) -> Result<Place, UserError> {
        let places = self.of(user, kind);
        match tokio::time::timeout(PATIENCE, places.acquire_owned()).await {
            Ok(Ok(place)) => Ok(Place(place)),
            Ok(Err(_)) | Err(_) => {
                tracing::warn!(user, ?kind, "so much is being done for a user that nothing more begins");
                Err(too_much())
            }
        }
    }

    fn of(&self, user: &str, kind: Kind) -> Arc<Semaphore> {
        let mut places = self.0.lock();
        if places.len() >= REMEMBERED_MAX {
            // Who waits or has a place holds it too.
            places.retain(|_, places| Arc::strong_count(places) > 1);
        }
        places.entry((user.to_owned(), kind)).or_insert_with(|| Arc::new(Semaphore::new(kind.places()))).clone()
    }
}

fn too_much() -> UserError {
    UserError::new("unavailable", words().too_much_at_once()).hint(words().too_much_at_once_hint())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_user_has_places_of_each_kind() {
        let busy = Busy::default();
        let take = |user: &str, kind| busy.try_take(user, kind).ok();
        let mut taken: Vec<_> = (0..Kind::Call.places()).map(|_| take("alice", Kind::Call).unwrap()).collect();
        assert!(take("alice", Kind::Call).is_none());
        assert!(take("alice", Kind::Page).is_some() && take("bob", Kind::Call).is_some());
        for number in 0..REMEMBERED_MAX * 2 {
            take(&number.to_string(), Kind::Call).unwrap();
        }
        assert!(busy.0.lock().len() <= REMEMBERED_MAX);
        assert!(take("alice", Kind::Call).is_none(), "it is not forgotten as long as anything is done");
        taken.pop();
        assert!(take("alice", Kind::Call).is_some());
    }
}
