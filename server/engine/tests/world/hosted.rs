//! Workers in threads of this process, each at the other end of a socket, that may die at any call.

use std::os::unix::net::UnixStream;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_engine::crew::{Alone, Crew};
use tidelock_engine::fs::remote::Remote;
use tidelock_engine::fs::simulator::{Simulator, Stopped, Watch};
use tidelock_engine::fs::{Errno, FsError, FsResult};
use tidelock_engine::worker::{HostError, StepOrder, StepReport, Then, Worker, host};

/// A worker, and its end of the line.
pub struct Hosted {
    pub remote: Remote,
    thread: Option<JoinHandle<Result<(), HostError>>>,
}

impl Hosted {
    pub fn of(view: Simulator) -> Self {
        Self::with_crew(view, Arc::new(Alone))
    }

    pub fn with_crew(view: Simulator, crew: Arc<dyn Crew>) -> Self {
        let (here, there) = UnixStream::pair().unwrap();
        let thread = spawn(|| host(there, Arc::new(view), crew));
        Self { remote: Remote::connect(&here).unwrap(), thread: Some(thread) }
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        self.remote.say_goodbye();
        // Whoever has died in the middle of a call ends with a panic.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// Kills a worker's process right before a call, or right after it has been done.
pub struct Death {
    at: u64,
    is_done: bool,
    calls: AtomicU64,
}

impl Death {
    pub fn before_call(at: u64) -> Arc<Self> {
        Arc::new(Self { at, is_done: false, calls: AtomicU64::new(0) })
    }

    pub fn after_call(at: u64) -> Arc<Self> {
        Arc::new(Self { at, is_done: true, calls: AtomicU64::new(0) })
    }

    pub fn never() -> Arc<Self> {
        Self::before_call(u64::MAX)
    }

    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub fn has_come(&self) -> bool {
        self.calls() > self.at
    }
}

impl Watch for Death {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if number > self.at || number == self.at && !self.is_done {
            resume_unwind(Box::new(Stopped));
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {
        if self.has_come() {
            resume_unwind(Box::new(Stopped));
        }
    }
}

/// What whoever owns workers does: as long as there is none, another one is started.
pub struct Replaced {
    view: Simulator,
    death: Mutex<Option<Arc<Death>>>,
    current: Mutex<Option<Hosted>>,
    /// The report at which the server lets go of the worker.
    lets_go_at: AtomicU64,
    reports: AtomicU64,
}

impl Replaced {
    pub fn new(view: Simulator, death: Arc<Death>, lets_go_at: u64) -> Self {
        Self {
            view,
            death: Mutex::new(Some(death)),
            current: Mutex::new(None),
            lets_go_at: lets_go_at.into(),
            reports: AtomicU64::new(0),
        }
    }

    pub fn reports(&self) -> u64 {
        self.reports.load(Ordering::Relaxed)
    }

    fn remote(&self) -> Remote {
        let mut current = self.current.lock();
        if let Some(hosted) = current.take_if(|hosted| hosted.remote.is_over()) {
            assert!(hosted.remote.wait_until_gone(Duration::from_secs(60)));
        }
        let start = || match self.death.lock().take() {
            Some(death) => Hosted::of(self.view.clone().watched_by(death)),
            None => Hosted::of(self.view.clone()),
        };
        current.get_or_insert_with(start).remote.clone()
    }
}

impl Worker for Replaced {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let remote = self.remote();
        remote.perform(order, &mut |report| {
            if self.reports.fetch_add(1, Ordering::Relaxed) == self.lets_go_at.load(Ordering::Relaxed) {
                remote.say_goodbye();
            }
            hear(report)
        });
    }
}
