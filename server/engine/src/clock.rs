//! The only place that reads the time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::fs::Timestamp;

/// Gives the time; a simulation gives its own.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 in UTC.
    fn now_ms(&self) -> i64;
    /// Waits; a simulation does not.
    fn pause(&self, duration: Duration);
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn pause(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// The machine's time as a file system would give it.
pub fn system_timestamp() -> Timestamp {
    let now = SystemClock.now_ms();
    Timestamp { seconds: now.div_euclid(1000), nanoseconds: u32::try_from(now.rem_euclid(1000) * 1_000_000).unwrap_or(0) }
}
