//! Several hands at one job: the only place that starts threads, but for a worker's process (`worker::host`).
//!
//! On Lustre nearly every call waits for a server, so one step is done by several hands at once.
//! Whoever asked does not work himself meanwhile: he reports, hears whether to stop, and makes
//! checkpoints. A simulation lends its own hands, and its dice say whose turn it is.

mod jobs;
mod walk;

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

pub(crate) use jobs::{Foreman, Hand, Interrupted, work_off};
pub(crate) use walk::{Found, Walker, names_of_a_job, walk_together};

/// What one hand does.
pub type Task<'a> = Box<dyn FnOnce() + Send + 'a>;

/// So long an idle hand rests before it looks again.
const REST: Duration = Duration::from_millis(1);

/// Lends hands to a step.
pub trait Crew: Send + Sync {
    /// How many there are. With one, whoever asks does the work himself.
    fn hands(&self) -> usize;
    /// Has all tasks done at once, does `meanwhile` here, and returns when all are through. What
    /// panics in a hand goes on panicking here.
    fn together(&self, tasks: Vec<Task<'_>>, meanwhile: &mut dyn FnMut());
    /// Called by whoever can do nothing before somebody else has done something.
    fn rest(&self);
}

/// No help: everything happens in the order in which it is called for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Alone;

impl Crew for Alone {
    fn hands(&self) -> usize {
        1
    }

    fn together(&self, tasks: Vec<Task<'_>>, meanwhile: &mut dyn FnMut()) {
        tasks.into_iter().for_each(|task| task());
        meanwhile();
    }

    fn rest(&self) {}
}

/// Threads of this process.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    hands: usize,
}

impl Threads {
    /// More than there are processors, since most of a hand's time goes by in waiting; few enough not
    /// to crowd out other users of the servers.
    pub fn for_this_machine() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self { hands: (2 * processors).clamp(2, 8) }
    }
}

impl Crew for Threads {
    fn hands(&self) -> usize {
        self.hands
    }

    fn together(&self, tasks: Vec<Task<'_>>, meanwhile: &mut dyn FnMut()) {
        let panicked = thread::scope(|scope| {
            let threads: Vec<_> = tasks.into_iter().map(|task| scope.spawn(task)).collect();
            meanwhile();
            // All are waited for, also after the first that panicked.
            let ends: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
            ends.into_iter().find_map(Result::err)
        });
        if let Some(payload) = panicked {
            resume_unwind(payload);
        }
    }

    fn rest(&self) {
        thread::sleep(REST);
    }
}
