//! Who had what done, kept for those who have to answer for it: `audit.jsonl` in the state folder.
//!
//! What moves do is taken from the journal, which knows all of it, also what a crash kept from being written
//! here at once; what people order is written down before it is done. Nothing is ever taken out.
//!
//! Not here: what a move went through in detail (the journal's events), and who may order what (`service`).

mod chain;
mod record;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use tidelock_engine::journal::{Request, Verb};
use tidelock_engine::{Answered, Engine, EngineError};
use tidelock_shared::id::MoveId;
use tidelock_shared::request::Order;

pub(crate) use chain::{Broken, Verified, verify};
pub(crate) use record::{Act, Entry};
use record::{Opening, Record};

use chain::Chain;

const FILE: &str = "audit.jsonl";

/// Where the audit of a state folder is.
pub(crate) fn path(state_folder: &Path) -> PathBuf {
    state_folder.join(FILE)
}

/// The audit of one state folder; none is kept until it is said where.
#[derive(Default)]
pub(crate) struct Audit {
    kept: Mutex<Option<Kept>>,
    /// Something could not be written: nothing more may be ordered.
    has_failed: AtomicBool,
}

struct Kept {
    path: PathBuf,
    chain: Chain,
    /// As whom the kernel knows this process.
    uid: u32,
    /// The newest move of which it is written that it began, and those of which it is not yet that they ended.
    moves: Opening,
}

/// Why the audit cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuditError {
    #[error("it could not be written before")]
    Failed,
    #[error("{0}")]
    Unwritable(#[from] io::Error),
    #[error("the journal cannot be read for the audit")]
    Journal(#[from] EngineError),
    #[error("a plan cannot be written down")]
    Plan(#[from] serde_json::Error),
}

impl Audit {
    /// Keeps the audit of a held state folder from now on, and writes down what is missing in it.
    pub(crate) fn keep_in(&self, state_folder: &Path, engine: &Engine) -> Result<(), AuditError> {
        if self.kept.lock().is_some() {
            return Ok(());
        }
        let path = path(state_folder);
        let (chain, lines, is_torn) = Chain::open(&path, |line| Opening::read(line).is_some())?;
        // What moves did before the first record of all, nobody saw.
        let mut moves = lines.first().and_then(|line| Opening::read(line)).map_or_else(|| Opening::at(engine), Ok)?;
        lines.iter().for_each(|line| record::follow(line, &mut moves));
        let opened = Act::Opened { program: env!("CARGO_PKG_VERSION").to_owned(), newest: moves.newest, open: moves.open.clone() };
        let mut kept = Kept { path, chain, uid: engine.file_system().caller().uid, moves };
        for act in is_torn.then_some(Act::Torn).into_iter().chain([opened]) {
            kept.add(engine.now_ms(), None, act)?;
        }
        tracing::info!(head = %kept.chain.head(), "the audit goes on");
        *self.kept.lock() = Some(kept);
        self.catch_up(engine)
    }

    /// # Errors
    /// [`AuditError::Failed`] once something could not be written: who cannot be audited may order nothing.
    pub(crate) fn check(&self) -> Result<(), AuditError> {
        if self.has_failed.load(Ordering::Relaxed) { Err(AuditError::Failed) } else { Ok(()) }
    }

    /// Writes down what somebody is about to do; nobody is the program by itself.
    pub(crate) fn note(&self, engine: &Engine, user: Option<&str>, act: Act) -> Result<(), AuditError> {
        self.write(|kept| kept.add(engine.now_ms(), user, act))
    }

    /// So many lines of JSON before the record of that number, or the newest, oldest first.
    pub(crate) fn lines_before(&self, before: Option<u64>, count: u64) -> io::Result<Vec<String>> {
        self.path().map_or(Ok(Vec::new()), |path| chain::records_before(&path, before, count))
    }

    /// Where it is kept, if it is.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.kept.lock().as_ref().map(|kept| kept.path.clone())
    }

    #[cfg(test)]
    pub(crate) fn fail(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
    }

    /// Writes down every move that has begun or ended since.
    pub(crate) fn catch_up(&self, engine: &Engine) -> Result<(), AuditError> {
        self.write(|kept| {
            kept.begun(engine)?;
            let open: Vec<MoveId> = kept.moves.open.iter().map(|number| engine.id_of(*number)).collect();
            open.into_iter().try_for_each(|id| kept.ended(engine, id))
        })
    }

    /// The same of moves that began, and of this one's end.
    pub(crate) fn follow(&self, engine: &Engine, id: MoveId) -> Result<(), AuditError> {
        self.write(|kept| {
            kept.begun(engine)?;
            kept.ended(engine, id)
        })
    }

    /// Writes down what other processes have asked for. What cannot be written is told in `write`.
    pub(crate) fn answered(&self, engine: &Engine, answered: &Answered) {
        for Request { id, verb } in &answered.requests {
            let order = match verb {
                Verb::Cancel => Order::Cancel,
                Verb::Pause => Order::Pause,
                Verb::Hold => Order::Hold,
            };
            let _ = self.note(engine, None, Act::Ordered { id: *id, order });
        }
        if let Some(limits) = answered.limits {
            let _ = self.note(engine, None, Act::LimitsSet { limits });
        }
    }

    fn write(&self, write: impl FnOnce(&mut Kept) -> Result<(), AuditError>) -> Result<(), AuditError> {
        self.check()?;
        let mut kept = self.kept.lock();
        let Some(kept) = &mut *kept else { return Ok(()) };
        let written = write(kept);
        if let Err(error) = &written {
            self.has_failed.store(true, Ordering::Relaxed);
            tracing::error!(error = error as &dyn std::error::Error, "nothing more can be ordered until the next start");
        }
        written
    }
}

impl Kept {
    fn add(&mut self, time_ms: i64, user: Option<&str>, act: Act) -> Result<(), AuditError> {
        Ok(self
            .chain
            .add(time_ms, &Record { user: user.filter(|user| !user.is_empty()).map(str::to_owned), uid: self.uid, act })?)
    }

    fn begun(&mut self, engine: &Engine) -> Result<(), AuditError> {
        for id in engine.moves_after(self.moves.newest)? {
            let snapshot = engine.get(id)?;
            let act = record::began(engine, &snapshot)?;
            self.add(snapshot.recorded.accepted_ms, Some(&snapshot.recorded.of.plan.user), act)?;
            self.moves.newest = id.number;
            self.moves.open.insert(id.number);
        }
        Ok(())
    }

    fn ended(&mut self, engine: &Engine, id: MoveId) -> Result<(), AuditError> {
        if !self.moves.open.contains(&id.number) {
            return Ok(());
        }
        let snapshot = engine.get(id)?;
        if let Some(act) = record::ended(engine, &snapshot) {
            self.add(engine.now_ms(), None, act)?;
            self.moves.open.remove(&id.number);
        }
        Ok(())
    }
}
