//! A move in this process's memory: where it stands and how fast it is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use crate::journal::Recorded;
use crate::progress::Meter;

/// One move that this process has seen open.
pub(crate) struct Live {
    pub(crate) recorded: Mutex<Recorded>,
    pub(crate) meter: Meter,
    /// Somebody wants the move cancelled.
    pub(crate) wants_cancel: AtomicBool,
    /// Somebody wants it to wait.
    pub(crate) wants_pause: AtomicBool,
    /// Somebody drives it right now.
    pub(crate) is_driven: AtomicBool,
    /// Counts up over all moves with every change that can be seen.
    pub(crate) version: AtomicU64,
    /// The version of its last record: what it did to files lies before.
    pub(crate) recorded_version: AtomicU64,
}

impl Live {
    pub(crate) fn new(recorded: Recorded, version: u64) -> Self {
        Self {
            recorded: Mutex::new(recorded),
            meter: Meter::default(),
            wants_cancel: AtomicBool::new(false),
            wants_pause: AtomicBool::new(false),
            is_driven: AtomicBool::new(false),
            version: AtomicU64::new(version),
            recorded_version: AtomicU64::new(version),
        }
    }

    /// Something about the move can be seen anew.
    pub(crate) fn touch(&self, versions: &Versions) {
        let mut newest = versions.hold();
        *newest += 1;
        self.version.store(*newest, Ordering::Relaxed);
    }
}

/// One order of all visible changes of all moves.
///
/// Whoever holds it sees no move change its version. So one who asks what has changed after a
/// version is never told of a change while an earlier one is still on its way.
pub(crate) struct Versions {
    /// What every move has that nobody has touched since this process began.
    pub(crate) first: u64,
    newest: Mutex<u64>,
}

impl Versions {
    pub(crate) fn starting_at(first: u64) -> Self {
        Self { first, newest: Mutex::new(first) }
    }

    /// To be taken before the list of moves, never while holding it.
    pub(crate) fn hold(&self) -> MutexGuard<'_, u64> {
        self.newest.lock()
    }
}
