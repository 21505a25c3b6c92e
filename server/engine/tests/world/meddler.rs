//! Somebody else, who does one thing right before one call of the move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::Watch;
use tidelock_engine::fs::{Errno, FsError, FsResult};

type Deed = Box<dyn Fn() -> FsResult<()> + Send + Sync>;

pub struct Meddler {
    at: u64,
    calls: AtomicU64,
    deed: Deed,
}

impl Meddler {
    /// Calls are counted at once, those of the plan too.
    pub fn at(at: u64, deed: impl Fn() -> FsResult<()> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { at, calls: AtomicU64::new(0), deed: Box::new(deed) })
    }

    /// Calls are counted once [`Meddler::begin`] is asked to.
    pub fn later_at(at: u64, deed: impl Fn() -> FsResult<()> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { at, calls: AtomicU64::new(u64::MAX / 2), deed: Box::new(deed) })
    }

    pub fn begin(&self) {
        self.calls.store(0, Ordering::Relaxed);
    }

    /// Whether there was such a call.
    pub fn has_come(&self) -> bool {
        self.calls.load(Ordering::Relaxed) > self.at
    }
}

impl Watch for Meddler {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == self.at {
            (self.deed)()?;
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}
