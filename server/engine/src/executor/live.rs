//! A move in this process's memory: where it stands and how fast it is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use crate::journal::Recorded;
use crate::moves::event::Event;
use crate::progress::Meter;
use crate::worker::Wait;

/// One move that this process has seen open.
pub(crate) struct Live {
    pub(crate) recorded: Mutex<Recorded>,
    /// The last of these events, if they have not been written down yet.
    pub(crate) unwritten: Mutex<Vec<(i64, Event)>>,
    pub(crate) meter: Meter,
    /// Somebody wants the move cancelled.
    pub(crate) wants_cancel: AtomicBool,
    /// Somebody wants it to wait.
    pub(crate) wants_pause: AtomicBool,
    /// An administrator wants it to wait.
    pub(crate) wants_hold: AtomicBool,
    /// It is to be driven as soon as it is its turn.
    pub(crate) wants_turn: AtomicBool,
    /// What its step waits for, since when, and until when it is left alone.
    pub(crate) waiting: Mutex<Option<Waiting>>,
    /// Its step has done something since it waited last.
    pub(crate) has_worked: AtomicBool,
    /// Somebody drives it right now.
    pub(crate) is_driven: AtomicBool,
    /// Somebody deletes what it keeps hidden right now.
    pub(crate) is_purged_now: AtomicBool,
    /// Counts up over all moves with every change that can be seen.
    pub(crate) version: AtomicU64,
    /// The version of its last record: what it did to files lies before.
    pub(crate) recorded_version: AtomicU64,
}

/// Why a move rests although it has not ended. It is not written down: after a restart the step
/// runs again and says the same, if it is still so.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) wait: Wait,
    since_ms: i64,
    until_ms: i64,
    pause_ms: i64,
}

impl Waiting {
    /// The first pause is short and each one longer than the last.
    const PAUSE_MS: std::ops::RangeInclusive<i64> = 500..=30_000;

    /// Looking takes at most this share of the time: a look at millions of files is work for others too.
    const LOOK_SHARE: i64 = 10;
    /// What took longer was work.
    const LOOK_MS_MAX: i64 = 60_000;

    /// The next wait after `before`, if there was one; none once nothing has come of it for longer
    /// than `patience_ms`. Finding out took `took_ms`.
    fn after(before: Option<&Self>, wait: Wait, now_ms: i64, took_ms: i64, patience_ms: i64) -> Option<Self> {
        let is_better = |before: &&Self| match (&before.wait, &wait) {
            (Wait::Restore { files: left, .. }, Wait::Restore { files, .. }) => files < left,
            _ => false,
        };
        let since_ms = before.filter(|before| !is_better(before)).map_or(now_ms, |before| before.since_ms);
        let longer = before.map_or(*Self::PAUSE_MS.start(), |before| before.pause_ms.saturating_mul(2));
        // A step that works for hours and then lacks something has not looked for it that long.
        let look_ms = match (&wait, before) {
            (Wait::Restore { .. }, _) | (Wait::Room, Some(_)) => took_ms.min(Self::LOOK_MS_MAX),
            (Wait::Room, None) | (Wait::Servers | Wait::Drained, _) => 0,
        };
        let pause_ms = longer.min(*Self::PAUSE_MS.end()).max(look_ms.saturating_mul(Self::LOOK_SHARE));
        let waits = now_ms.saturating_sub(since_ms) < patience_ms;
        waits.then_some(Self { wait, since_ms, until_ms: now_ms.saturating_add(pause_ms), pause_ms })
    }
}

impl Live {
    pub(crate) fn new(recorded: Recorded, version: u64) -> Self {
        Self {
            recorded: Mutex::new(recorded),
            unwritten: Mutex::default(),
            meter: Meter::default(),
            wants_cancel: AtomicBool::new(false),
            wants_pause: AtomicBool::new(false),
            wants_hold: AtomicBool::new(false),
            wants_turn: AtomicBool::new(false),
            waiting: Mutex::new(None),
            has_worked: AtomicBool::new(false),
            is_driven: AtomicBool::new(false),
            is_purged_now: AtomicBool::new(false),
            version: AtomicU64::new(version),
            recorded_version: AtomicU64::new(version),
        }
    }

    /// Lets the move wait; false if it has waited long enough.
    pub(crate) fn let_wait(&self, wait: Wait, now_ms: i64, took_ms: i64, patience_ms: i64) -> bool {
        let mut waiting = self.waiting.lock();
        // Servers that have answered since were not away all the time.
        if self.has_worked.swap(false, Ordering::Relaxed) && wait == Wait::Servers {
            *waiting = None;
        }
        *waiting = Waiting::after(waiting.as_ref(), wait, now_ms, took_ms, patience_ms);
        waiting.is_some()
    }

    /// Whether it is time to try again. Somebody who wants something of it does not wait.
    pub(crate) fn is_due(&self, now_ms: i64) -> bool {
        let is_wanted = [&self.wants_cancel, &self.wants_pause, &self.wants_hold].iter().any(|wish| wish.load(Ordering::Relaxed));
        is_wanted || self.waiting.lock().as_ref().is_none_or(|waiting| now_ms >= waiting.until_ms)
    }

    /// What it waited for may be there.
    pub(crate) fn look_again_at(&self, wait: &Wait) {
        if let Some(waiting) = self.waiting.lock().as_mut().filter(|waiting| waiting.wait == *wait) {
            waiting.until_ms = 0;
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
    /// The newest of a move that is not in memory any more.
    pub(crate) forgotten: AtomicU64,
    newest: Mutex<u64>,
}

impl Versions {
    pub(crate) fn starting_at(first: u64) -> Self {
        Self { first, forgotten: AtomicU64::new(0), newest: Mutex::new(first) }
    }

    /// To be taken before the list of moves, never while holding it.
    pub(crate) fn hold(&self) -> MutexGuard<'_, u64> {
        self.newest.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE_MS: i64 = 60_000;

    fn restore(files: u64) -> Wait {
        Wait::Restore { files, bytes: 1 }
    }

    #[test]
    fn pauses_grow_and_looking_stays_a_small_part_of_the_time() {
        let first = Waiting::after(None, Wait::Room, 0, 0, PATIENCE_MS).unwrap();
        assert_eq!(first.until_ms, 500);
        let second = Waiting::after(Some(&first), Wait::Room, 500, 0, PATIENCE_MS).unwrap();
        assert_eq!(second.until_ms, 1500);
        let slow = Waiting::after(Some(&second), Wait::Room, 10_000, 8_000, PATIENCE_MS).unwrap();
        assert_eq!(slow.until_ms, 90_000, "a look of eight seconds is not taken every thirty");
    }

    #[test]
    fn hours_of_work_before_it_lacked_something_are_no_look() {
        const HOURS: i64 = 5 * 3_600_000;
        for wait in [Wait::Room, Wait::Servers] {
            let lost = Waiting::after(None, wait.clone(), HOURS, HOURS, PATIENCE_MS).unwrap();
            assert_eq!(lost.until_ms, HOURS + 500, "{wait:?}");
        }
        let again = Waiting::after(None, Wait::Servers, 0, 0, PATIENCE_MS).unwrap();
        let again = Waiting::after(Some(&again), Wait::Servers, 500, HOURS, 2 * HOURS).unwrap();
        assert_eq!(again.until_ms, 1500);
        let room = Waiting::after(None, Wait::Room, 0, 0, PATIENCE_MS).unwrap();
        let room = Waiting::after(Some(&room), Wait::Room, 0, HOURS, PATIENCE_MS).unwrap();
        assert_eq!(room.until_ms, 600_000);
    }

    #[test]
    fn patience_ends_unless_something_has_come_of_the_wait() {
        let first = Waiting::after(None, restore(5), 0, 0, PATIENCE_MS).unwrap();
        assert!(Waiting::after(Some(&first), restore(5), PATIENCE_MS, 0, PATIENCE_MS).is_none());
        let better = Waiting::after(Some(&first), restore(4), PATIENCE_MS, 0, PATIENCE_MS).unwrap();
        assert!(Waiting::after(Some(&better), restore(4), 2 * PATIENCE_MS - 1, 0, PATIENCE_MS).is_some());
        assert!(Waiting::after(Some(&better), restore(4), 2 * PATIENCE_MS, 0, PATIENCE_MS).is_none());
    }
}
