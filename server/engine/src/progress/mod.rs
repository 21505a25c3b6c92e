//! How fast a running move is: counters that steps add to, and rates over the last seconds.
//!
//! The one place where rates and the time left are computed. Counters are atomic; whoever
//! shows them asks a few times a second.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tidelock_shared::progress::Counters;

/// Rates are averaged over this long.
const WINDOW_MS: i64 = 5_000;
/// The time left is told as a range of this share around the estimate.
const DOUBT: f64 = 0.3;

/// The counters of one move.
#[derive(Debug, Default)]
pub struct Meter {
    entries: AtomicU64,
    bytes: AtomicU64,
    /// The highest fraction that was shown, in millionths: a bar never runs backwards.
    shown: AtomicU64,
    samples: Mutex<VecDeque<(i64, u64, u64)>>,
}

/// What a meter says at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    pub counters: Counters,
    pub fraction: f64,
    pub entries_per_second: Option<f64>,
    pub bytes_per_second: Option<f64>,
    /// The least and the most.
    pub seconds_left: Option<(f64, f64)>,
}

impl Meter {
    pub fn add(&self, entries: u64, bytes: u64) {
        self.entries.fetch_add(entries, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// The step begins anew: what was counted will be counted again.
    pub fn restart(&self) {
        self.entries.store(0, Ordering::Relaxed);
        self.bytes.store(0, Ordering::Relaxed);
        self.samples.lock().clear();
    }

    /// Reads the meter. `total` is what the whole move has to do; `steps_done` the share of its
    /// steps that are finished.
    pub fn read(&self, total: Counters, steps_done: f64, now_ms: i64) -> Reading {
        let entries = self.entries.load(Ordering::Relaxed);
        let bytes = self.bytes.load(Ordering::Relaxed);
        let counters =
            Counters { entries_done: entries.min(total.entries_total), bytes_done: bytes.min(total.bytes_total), ..total };
        let work = share(counters);
        // Most of the time is work; the few steps around it take the rest of the bar.
        let fraction = self.never_back(0.9 * work + 0.1 * steps_done);
        let (entries_per_second, bytes_per_second) = self.rates(entries, bytes, now_ms);
        let seconds_left = seconds_left(counters, entries_per_second, bytes_per_second);
        Reading { counters, fraction, entries_per_second, bytes_per_second, seconds_left }
    }

    fn never_back(&self, fraction: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and a million")]
        let millionths = (fraction.clamp(0.0, 1.0) * 1e6) as u64;
        let before = self.shown.fetch_max(millionths, Ordering::Relaxed);
        before.max(millionths) as f64 / 1e6
    }

    fn rates(&self, entries: u64, bytes: u64, now_ms: i64) -> (Option<f64>, Option<f64>) {
        let mut samples = self.samples.lock();
        while samples.len() > 1 && samples.front().is_some_and(|(at, ..)| now_ms - at > WINDOW_MS) {
            samples.pop_front();
        }
        if samples.back().is_none_or(|(at, ..)| now_ms - at >= 100) {
            samples.push_back((now_ms, entries, bytes));
        }
        let Some(&(since, first_entries, first_bytes)) = samples.front() else { return (None, None) };
        let seconds = (now_ms - since) as f64 / 1000.0;
        if seconds < 0.5 {
            return (None, None);
        }
        let rate = |now: u64, first: u64| Some(now.saturating_sub(first) as f64 / seconds);
        (rate(entries, first_entries), rate(bytes, first_bytes))
    }
}

fn share(counters: Counters) -> f64 {
    let part = |done: u64, total: u64| if total == 0 { 1.0 } else { done as f64 / total as f64 };
    let entries = part(counters.entries_done, counters.entries_total);
    if counters.bytes_total == 0 { entries } else { (entries + part(counters.bytes_done, counters.bytes_total)) / 2.0 }
}

fn seconds_left(counters: Counters, entries_rate: Option<f64>, bytes_rate: Option<f64>) -> Option<(f64, f64)> {
    let need = |done: u64, total: u64, rate: Option<f64>| {
        let left = total.saturating_sub(done) as f64;
        if left == 0.0 { Some(0.0) } else { rate.filter(|rate| *rate > 0.0).map(|rate| left / rate) }
    };
    let by_entries = need(counters.entries_done, counters.entries_total, entries_rate)?;
    let by_bytes = need(counters.bytes_done, counters.bytes_total, bytes_rate)?;
    let estimate = by_entries.max(by_bytes);
    Some((estimate * (1.0 - DOUBT), estimate * (1.0 + DOUBT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: Counters = Counters { entries_done: 0, entries_total: 100, bytes_done: 0, bytes_total: 1000 };

    #[test]
    fn a_bar_never_runs_backwards_even_when_a_step_begins_anew() {
        let meter = Meter::default();
        meter.add(50, 500);
        let before = meter.read(TOTAL, 0.0, 0).fraction;
        meter.restart();
        assert!(meter.read(TOTAL, 0.0, 100).fraction >= before);
    }

    #[test]
    fn the_time_left_follows_the_slower_of_entries_and_bytes() {
        let meter = Meter::default();
        meter.read(TOTAL, 0.0, 0);
        meter.add(50, 100);
        let reading = meter.read(TOTAL, 0.0, 1000);
        assert_eq!(reading.entries_per_second, Some(50.0));
        assert_eq!(reading.bytes_per_second, Some(100.0));
        let (least, most) = reading.seconds_left.unwrap();
        assert!(least < 9.0 && 9.0 < most, "900 bytes at 100 a second");
    }
}
