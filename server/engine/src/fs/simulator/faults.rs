//! Faults on demand: stop before the n-th call, or let it fail.

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
    plan: Mutex<Plan>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    stop_before: Option<u64>,
    fail: Option<(u64, Errno)>,
    fails_for_ever: bool,
}

impl Faults {
    /// Calls made since the last reset.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Counts anew, and no fault any more.
    pub fn reset(&self) {
        self.calls.store(0, Ordering::Relaxed);
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

    pub(super) fn enter(&self, call: &'static str, name: &[u8]) -> FsResult<()> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let plan = *self.plan.lock();
        if plan.stop_before.is_some_and(|stop| number >= stop) {
            std::panic::resume_unwind(Box::new(Stopped));
        }
        match plan.fail {
            Some((at, errno)) if number == at || (plan.fails_for_ever && number > at) => Err(FsError::new(call, name, errno)),
            _ => Ok(()),
        }
    }
}
