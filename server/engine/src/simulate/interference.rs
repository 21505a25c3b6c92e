//! What goes wrong on the way: failing calls and unclear answers.
//!
//! Only the engine's own calls fail; those who work beside it meet no fault of the seed's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::stage::Stage;
use crate::clock::Clock;
use crate::crew::{Crew, Task};
use crate::fs::simulator::{Random, Watch};
use crate::fs::{Errno, FsError, FsResult, Timestamp};

/// How often each kind of fault fired.
pub type Fired = BTreeMap<&'static str, u64>;

/// Calls that fail, from one number on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub(super) from: u64,
    pub(super) lasts: u64,
    pub(super) errno: Errno,
    /// The call is done all the same.
    pub(super) is_unclear: bool,
}

/// The faults of one process.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) calls: Vec<Fault>,
}

/// Stands between the engine and its world.
pub(super) struct Interference {
    pub(super) stage: Stage,
    plan: Mutex<Plan>,
    fired: Mutex<Fired>,
    now_ms: Mutex<(i64, Random)>,
    hands: AtomicUsize,
}

impl Interference {
    pub(super) fn new(stage: Stage, random: Random) -> Self {
        Self {
            stage,
            hands: AtomicUsize::new(1),
            plan: Mutex::default(),
            fired: Mutex::default(),
            now_ms: Mutex::new((1_700_000_000_000, random)),
        }
    }

    /// A process begins in which so many hands work at each move.
    pub(super) fn begin(&self, plan: Plan, hands: usize) {
        self.hands.store(hands, Ordering::Relaxed);
        *self.plan.lock() = plan;
    }

    pub(super) fn count(&self, what: &'static str) {
        *self.fired.lock().entry(what).or_default() += 1;
    }

    pub(super) fn fired(&self) -> Fired {
        self.fired.lock().clone()
    }

    /// The time, a little later each time that it is asked.
    pub(super) fn now(&self) -> Timestamp {
        let mut now = self.now_ms.lock();
        let passed = now.1.below(20);
        now.0 += i64::try_from(passed).unwrap_or(1);
        let nanoseconds = u32::try_from(now.0.rem_euclid(1000)).unwrap_or(0) * 1_000_000;
        Timestamp { seconds: now.0.div_euclid(1000), nanoseconds }
    }

    pub(super) fn pass(&self, milliseconds: i64) {
        self.now_ms.lock().0 += milliseconds;
    }
}

impl Watch for Interference {
    fn before(&self, call: &'static str, name: &[u8], is_change: bool) -> FsResult<Option<Errno>> {
        let number = self.stage.step();
        self.stage.note(&format!("{call} {}", tidelock_shared::name::shown(name)));
        let plan = self.plan.lock();
        let Some(fault) = plan.calls.iter().find(|fault| (fault.from..fault.from + fault.lasts).contains(&number)) else {
            return Ok(None);
        };
        let (errno, is_unclear) = (fault.errno, fault.is_unclear && is_change);
        drop(plan);
        // A limit is met only by what takes room.
        if matches!(errno, Errno::DQUOT | Errno::NOSPC) && !TAKES_ROOM.contains(&call) {
            return Ok(None);
        }
        self.count(if is_unclear { "unclear answer" } else { fault_name(errno) });
        self.stage.note(&format!("  fault {errno:?}{}", if is_unclear { ", done" } else { "" }));
        if is_unclear { Ok(Some(errno)) } else { Err(FsError::new(call, name, errno)) }
    }

    fn after(&self, refused: Option<&FsError>) {
        if let Some(error) = refused {
            self.stage.note(&format!("  {:?}", error.errno));
        }
    }
}

const TAKES_ROOM: [&str; 8] =
    ["create_file", "create_folder", "create_symbolic_link", "create_special", "write_at", "copy_range", "set_tag", "set_xattr"];

fn fault_name(errno: Errno) -> &'static str {
    match errno {
        Errno::IO => "EIO",
        Errno::STALE => "ESTALE",
        Errno::NOTCONN => "ENOTCONN",
        Errno::TIMEDOUT => "ETIMEDOUT",
        Errno::INTR => "EINTR",
        Errno::DQUOT => "EDQUOT",
        Errno::NOSPC => "ENOSPC",
        Errno::ACCESS => "EACCES",
        _ => "another errno",
    }
}

impl Clock for Interference {
    fn now_ms(&self) -> i64 {
        self.now_ms.lock().0
    }

    fn pause(&self, duration: std::time::Duration) {
        self.pass(i64::try_from(duration.as_millis()).unwrap_or(0));
    }
}

impl Crew for Interference {
    fn hands(&self) -> usize {
        // Whoever holds a lock of the engine has to get through without a turn of anybody else.
        if self.stage.is_alone() { 1 } else { self.hands.load(Ordering::Relaxed) }
    }

    fn together(&self, tasks: Vec<Task<'_>>, meanwhile: &mut dyn FnMut()) {
        self.count("hands together");
        self.stage.join_in(tasks, meanwhile);
    }

    fn rest(&self) {
        self.stage.rest();
    }
}
