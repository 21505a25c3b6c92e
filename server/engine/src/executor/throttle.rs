//! Keeps all moves together within what an administrator allows.

use std::time::Duration;

use tidelock_shared::limits::Limits;

/// What was done so far this moment: a bucket that empties at the allowed rate.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Throttle {
    /// Until when the work reported so far is paid for.
    operations_until_ms: f64,
    bytes_until_ms: f64,
}

/// Nobody reports more work at once than a minute's.
const LONGEST_DEBT_MS: f64 = 60_000.0;
/// Work may run ahead by so much, so that short bursts need not wait.
const BURST_MS: f64 = 100.0;

impl Throttle {
    /// Counts work that was just done, and answers how long to wait before any more.
    pub(crate) fn count(&mut self, limits: &Limits, operations: u64, bytes: u64, now_ms: i64) -> Duration {
        let now = now_ms as f64;
        let by_operations = pay(&mut self.operations_until_ms, limits.operations_per_second, operations, now);
        let by_bytes = pay(&mut self.bytes_until_ms, limits.bytes_per_second, bytes, now);
        Duration::from_secs_f64(by_operations.max(by_bytes) / 1000.0)
    }
}

fn pay(until_ms: &mut f64, limit: Option<u64>, work: u64, now: f64) -> f64 {
    let Some(per_second) = limit.filter(|limit| *limit > 0) else {
        *until_ms = now;
        return 0.0;
    };
    // A clock that was set back owes nobody an hour.
    if *until_ms - now > LONGEST_DEBT_MS {
        *until_ms = now;
    }
    *until_ms = until_ms.max(now) + work as f64 * 1000.0 / per_second as f64;
    let ahead = *until_ms - now;
    if ahead > BURST_MS { ahead } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works as fast as it may for ten seconds, and answers how much was done.
    fn done_in_ten_seconds(limits: &Limits, operations: u64, bytes: u64) -> (u64, u64) {
        let mut throttle = Throttle::default();
        let (mut now_ms, mut done) = (1_000_000, (0, 0));
        while now_ms < 1_010_000 && done.0 < 1_000_000 {
            let pause = throttle.count(limits, operations, bytes, now_ms);
            now_ms += i64::try_from(pause.as_millis()).unwrap();
            done = (done.0 + operations, done.1 + bytes);
        }
        done
    }

    #[test]
    fn the_rate_is_kept_and_the_tighter_limit_counts() {
        let limits = Limits { operations_per_second: Some(1000), bytes_per_second: Some(1 << 20), ..Limits::default() };
        let (operations, _) = done_in_ten_seconds(&limits, 4, 0);
        assert!((9_500..=10_600).contains(&operations), "{operations}");
        let (_, bytes) = done_in_ten_seconds(&limits, 1, 65_536);
        assert!((9_500_000..=11_200_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn without_limits_nobody_waits() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.count(&Limits::default(), 1_000_000, u64::MAX, 5), Duration::ZERO);
    }

    #[test]
    fn a_limit_that_is_lifted_is_forgotten_at_once() {
        let mut throttle = Throttle::default();
        let tight = Limits { operations_per_second: Some(1), ..Limits::default() };
        assert!(throttle.count(&tight, 3600, 0, 0) > Duration::from_secs(3000));
        assert_eq!(throttle.count(&Limits::default(), 1, 0, 1), Duration::ZERO);
        assert!(throttle.count(&tight, 1, 0, 2) < Duration::from_secs(2));
    }
}
