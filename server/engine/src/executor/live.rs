//! A move in this process's memory: where it stands and how fast it is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::journal::Recorded;
use crate::progress::Meter;

/// One move that this process has seen open.
pub(crate) struct Live {
    pub(crate) recorded: Mutex<Recorded>,
    pub(crate) meter: Meter,
    /// Somebody wants the move cancelled.
    pub(crate) wants_cancel: AtomicBool,
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
            is_driven: AtomicBool::new(false),
            version: AtomicU64::new(version),
            recorded_version: AtomicU64::new(version),
        }
    }

    /// Something about the move can be seen anew.
    pub(crate) fn touch(&self, versions: &AtomicU64) {
        let next = versions.fetch_add(1, Ordering::Relaxed) + 1;
        self.version.store(next, Ordering::Relaxed);
    }
}
