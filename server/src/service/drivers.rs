//! Threads that drive moves: one for each whose turn it is, until it rests or has to wait.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tidelock_engine::{Engine, EngineError, Turn};
use tidelock_shared::id::MoveId;

use crate::audit::Audit;

const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The running threads. Clones share them.
#[derive(Clone)]
pub(crate) struct Drivers {
    engine: Engine,
    audit: Arc<Audit>,
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Drivers {
    pub(crate) fn new(engine: Engine, audit: Arc<Audit>) -> Self {
        Self { engine, audit, threads: Arc::default() }
    }

    /// Lets a move run as soon as it is its turn.
    pub(crate) fn drive(&self, id: MoveId) {
        self.engine.queue(id);
        self.begin_turns();
    }

    /// Begins with every move whose turn it is; asked again whenever one has ended, and from time
    /// to time for those that wait for something.
    pub(crate) fn begin_turns(&self) {
        while let Some(turn) = (!self.engine.is_halted()).then(|| self.engine.take_turn()).flatten() {
            let id = turn.id();
            let drivers = self.clone();
            match Builder::new().name(format!("move {}", id.number)).spawn(move || drivers.run(turn)) {
                Ok(thread) => {
                    let mut threads = self.threads.lock();
                    threads.retain(|thread| !thread.is_finished());
                    threads.push(thread);
                }
                // It is asked for again before long.
                Err(error) => return tracing::error!(%id, %error, "no thread for the move yet"),
            }
        }
    }

    fn run(&self, turn: Turn) {
        let id = turn.id();
        match self.engine.drive_turn(&turn) {
            Ok(()) => {}
            Err(EngineError::Halted) => tracing::info!(%id, "the move goes on at the next start"),
            Err(error) => {
                tracing::error!(%id, error = &error as &dyn std::error::Error, "the move stopped; it goes on at the next start");
            }
        }
        drop(turn);
        // What could not be written down is told there.
        let _ = self.audit.follow(&self.engine, id);
        self.begin_turns();
    }

    /// Waits until every move has come to a safe place. Only after the engine was halted.
    pub(crate) fn wait(&self, at_most: Duration) {
        let begin = Instant::now();
        let is_busy = || self.threads.lock().iter().any(|thread| !thread.is_finished());
        while is_busy() && begin.elapsed() < at_most {
            std::thread::sleep(PAUSE_BETWEEN_LOOKS);
        }
    }
}
