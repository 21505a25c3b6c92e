//! Faults on demand: stop before the n-th call, let it fail, or lose its answer.

use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::fs::{Errno, FsError, FsResult};

/// What a stop is thrown as; whoever runs a world catches it by this type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Somebody who is asked before each call of one caller: who runs next, what fails, what stops.
pub trait Watch: Send + Sync {
    /// Fails the call, or answers the error that it ends with after it has been done.
    fn before(&self, call: &'static str, name: &[u8], is_change: bool) -> FsResult<Option<Errno>>;
    /// What the world said; nothing if the call was not made.
    fn after(&self, refused: Option<&FsError>);
}

/// Counts calls and interferes at the chosen one.
#[derive(Debug, Default)]
pub struct Faults {
    calls: AtomicU64,
    changes: AtomicU64,
    plan: Mutex<Plan>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    stop_before: Option<u64>,
    fail: Option<(u64, Errno)>,
    fails_for_ever: bool,
    loses_answer: Option<(u64, Errno)>,
}

impl Faults {
    /// Calls made since the last reset.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Those of them that change something.
    pub fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Counts anew, and no fault any more.
    pub fn reset(&self) {
        self.calls.store(0, Ordering::Relaxed);
        self.changes.store(0, Ordering::Relaxed);
        *self.plan.lock() = Plan::default();
    }

    /// The process ends just before call `number`, counted from 0.
    pub fn stop_before(&self, number: u64) {
        self.plan.lock().stop_before = Some(number);
    }

    /// Call `number` fails once, or from then on for ever.
    pub fn fail(&self, number: u64, errno: Errno, for_ever: bool) {
        let mut plan = self.plan.lock();
        plan.fail = Some((number, errno));
        plan.fails_for_ever = for_ever;
    }

    /// Change `number`, counted from 0 as well, is done and yet answered with an error.
    pub fn lose_answer(&self, number: u64, errno: Errno) {
        self.plan.lock().loses_answer = Some((number, errno));
    }

    /// Fails the call, or answers the error that it ends with after it has been done.
    pub(super) fn enter(&self, call: &'static str, name: &[u8], is_change: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let change = is_change.then(|| self.changes.fetch_add(1, Ordering::Relaxed));
        let plan = *self.plan.lock();
        if plan.stop_before.is_some_and(|stop| number >= stop) {
            std::panic::resume_unwind(Box::new(Stopped));
        }
        match plan.fail {
            Some((at, errno)) if number == at || (plan.fails_for_ever && number > at) => Err(FsError::new(call, name, errno)),
            _ => Ok(plan.loses_answer.filter(|(at, _)| change == Some(*at)).map(|(_, errno)| errno)),
        }
    }
}
