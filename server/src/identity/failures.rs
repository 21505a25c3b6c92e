//! Who has failed to sign in, and how often: nobody may try names for as long as he likes.
//!
//! Secrets are too long to be found by trying, so who has a good one is let in whatever others tried from the
//! same place. What is slowed down is looking up names, and writing each failure into the log.

use std::collections::BTreeMap;

use parking_lot::Mutex;

const WINDOW_MS: i64 = 60_000;
/// So many within a window are looked at.
const FAILURES_MAX: u32 = 10;
const REMEMBERED_MAX: usize = 4096;

/// By what was tried: a name, or from where.
#[derive(Default)]
pub(super) struct Failures(Mutex<BTreeMap<String, Window>>);

struct Window {
    began_ms: i64,
    failures: u32,
}

impl Failures {
    /// Whether so much has failed lately that nothing more is looked at.
    pub(super) fn are_too_many(&self, key: &str, now_ms: i64) -> bool {
        let kept = self.0.lock();
        kept.get(key).is_some_and(|window| window.is_now(now_ms) && window.failures >= FAILURES_MAX)
    }

    /// Counts one more; answers whether it is worth a line in the log.
    pub(super) fn add(&self, key: &str, now_ms: i64) -> bool {
        let mut kept = self.0.lock();
        if kept.len() >= REMEMBERED_MAX && !kept.contains_key(key) {
            kept.retain(|_, window| window.is_now(now_ms));
            // So many at once are an attack, which is logged already.
            if kept.len() >= REMEMBERED_MAX {
                return false;
            }
        }
        let window = kept.entry(key.to_owned()).or_insert(Window { began_ms: now_ms, failures: 0 });
        if !window.is_now(now_ms) {
            *window = Window { began_ms: now_ms, failures: 0 };
        }
        window.failures = window.failures.saturating_add(1);
        window.failures <= FAILURES_MAX
    }
}

impl Window {
    fn is_now(&self, now_ms: i64) -> bool {
        (0..WINDOW_MS).contains(&(now_ms - self.began_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_in_a_minute_are_looked_at() {
        let failures = Failures::default();
        for number in 0..10 {
            assert!(!failures.are_too_many("mallory", number));
            assert!(failures.add("mallory", number));
        }
        assert!(failures.are_too_many("mallory", 10));
        assert!(!failures.add("mallory", 11), "and no more are logged");
        assert!(!failures.are_too_many("alice", 11), "others are not slowed down");
        assert!(!failures.are_too_many("mallory", WINDOW_MS), "it is forgiven after a minute");
        assert!(failures.add("mallory", WINDOW_MS));
    }

    #[test]
    fn what_is_remembered_does_not_grow_for_ever() {
        let failures = Failures::default();
        for number in 0..REMEMBERED_MAX {
            assert!(failures.add(&number.to_string(), 0));
        }
        assert!(!failures.add("one more", 1));
        assert!(failures.add("one more", WINDOW_MS));
        assert_eq!(failures.0.lock().len(), 1);
    }
}
