//! Threads that drive moves: one for each, until it rests or the engine is halted.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::MoveId;

const PAUSE_BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// The running threads.
pub(crate) struct Drivers {
    engine: Arc<Engine>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Drivers {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, threads: Mutex::default() }
    }

    /// Runs a move from here on.
    pub(crate) fn drive(&self, id: MoveId) {
        let engine = self.engine.clone();
        let work = move || match engine.drive(id) {
            Ok(()) => {}
            Err(EngineError::Halted) => tracing::info!(%id, "the move goes on at the next start"),
            Err(error) => {
                tracing::error!(%id, error = &error as &dyn std::error::Error, "the move stopped; it goes on at the next start");
            }
        };
        match Builder::new().name(format!("move {}", id.number)).spawn(work) {
            Ok(thread) => {
                let mut threads = self.threads.lock();
                threads.retain(|thread| !thread.is_finished());
                threads.push(thread);
            }
            Err(error) => tracing::error!(%id, %error, "no thread for the move; it goes on at the next start"),
        }
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
