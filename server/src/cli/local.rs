//! The engine in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tidelock_engine::clock::SystemClock;
use tidelock_engine::crew::Threads;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::posix::Posix;
use tidelock_engine::journal::{Journal, JournalError, StateFolder, Verb};
use tidelock_engine::planner::payer_of;
use tidelock_engine::progress::Reading;
use tidelock_engine::recovery::{Found, Orphan, Verdict, Word};
use tidelock_engine::survey::survey_folder;
use tidelock_engine::worker::InProcess;
use tidelock_engine::{Engine, EngineError, Snapshot};
use tidelock_shared::id::MoveId;
use tidelock_shared::leftovers::Deed;
use tidelock_shared::limits::Limits;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::Plan;
use tidelock_shared::progress::{MoveDetail, MoveView};
use tidelock_shared::project::Project;
use tidelock_shared::request::{MoveRequest, Order};
use tidelock_shared::user_error::UserError;

use super::desk::Desk;
use crate::audit::{Act, Audit};
use crate::convert;
use crate::identity::random_bytes;
use crate::names::Names;
use crate::orphans;
use crate::user_error;
use crate::words::Words;

/// Moves listed at most; `status` finds the older ones by name.
const MOVES_LISTED: u32 = 1000;
/// A command waits so long for room in a full project before it undoes its move.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
const REQUESTS_LOOKED_FOR_EVERY: Duration = Duration::from_millis(250);

/// Whether the verb needs the state folder for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holding {
    /// It starts or ends moves.
    Alone,
    /// It looks, or leaves a request; another process may be at work.
    Beside,
}

pub(super) struct Local {
    engine: Arc<Engine>,
    names: Names,
    state: PathBuf,
    audit: Arc<Audit>,
    /// Held while the value lives; none beside another process.
    held: Option<StateFolder>,
}

/// The state folder: as given, or the user's own.
pub(crate) fn state_folder(given: Option<&Path>, name: &str) -> Result<PathBuf, UserError> {
    if let Some(given) = given {
        return std::path::absolute(given)
            .map_err(|error| UserError::new("usage", format!("--state {}: {error}", given.display())));
    }
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/state"));
    let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|base| base.is_absolute()).or_else(home);
    base.map(|base| base.join(name)).ok_or_else(|| {
        UserError::new("usage", "Neither XDG_STATE_HOME nor HOME is set.")
            .hint("Say with --state DIR where moves shall be remembered.")
    })
}

impl Local {
    pub(super) fn open(state: &Path, holding: Holding) -> Result<Self, UserError> {
        Self::open_with(state, holding, PATIENCE)
    }

    /// The same where moves wait so long for room in a full project.
    pub(super) fn open_with(state: &Path, holding: Holding, patience: Duration) -> Result<Self, UserError> {
        let told = |error: JournalError| user_error::journal_error(&error);
        let fs: Arc<dyn FileSystem> = Arc::new(Posix);
        let crew = Arc::new(Threads::for_this_machine());
        let worker = Arc::new(InProcess::with_crew(fs.clone(), crew.clone()));
        let held = if holding == Holding::Alone { StateFolder::hold_patiently(state) } else { StateFolder::hold(state) };
        let (journal, held) = match (holding, held) {
            (_, Ok(held)) => {
                let bits = random_bytes().map_err(|error| UserError::new("state_random", format!("{error}.")))?;
                let journal = Journal::open(&held, || u64::from_ne_bytes(bits)).map_err(told)?;
                (journal.with_room_kept_in(&held), Some(held))
            }
            (Holding::Beside, Err(JournalError::InUse { .. })) => (Journal::beside(state).map_err(told)?, None),
            (_, Err(error)) => return Err(told(error)),
        };
        let names = Names::of_this_machine();
        let engine = Engine::new(fs, worker, journal, Arc::new(SystemClock), vec![FilePath::default()])
            .map_err(|error| user_error::engine_error(&error, &names))?;
        let engine = Arc::new(engine.with_patience(patience).with_crew(crew));
        let local = Self { engine, names, state: state.to_owned(), audit: Arc::default(), held };
        if holding == Holding::Alone {
            local.keep_audit()?;
        }
        if local.held.is_some() {
            local.answer_requests_meanwhile();
        }
        Ok(local)
    }

    /// Finishes or unwinds what a crash left; answers the moves that were open.
    pub(super) fn recover(&self, retries_stuck: bool) -> Result<Vec<MoveId>, UserError> {
        let told = |error: EngineError| self.told(&error);
        let open = self.engine.recover(retries_stuck).map_err(told)?;
        for id in &open {
            // Whoever came for something else does not wait for another's tape.
            let driven = if retries_stuck { self.engine.drive(*id) } else { self.engine.drive_once(*id) };
            driven.map_err(told)?;
        }
        Ok(open)
    }

    /// Takes up the moves of a lost state folder from their records.
    pub(super) fn rebuild(&self, tops: &[FilePath], word: &Word) -> Result<Vec<MoveId>, UserError> {
        let found = self.orphans(tops, word)?;
        if let Some(newer) = found.orphans.iter().find(|orphan| orphan.verdict == Verdict::NewerThanJournal) {
            return Err(self.told(&EngineError::JournalIsOld(newer.path.clone())));
        }
        self.engine.rebuild(&found).map_err(|error| self.told(&error))
    }

    pub(super) fn orphans(&self, tops: &[FilePath], word: &Word) -> Result<Found, UserError> {
        self.engine.orphans(tops, word).map_err(|error| self.told(&error))
    }

    pub(super) fn remove_left_barriers(&self) -> Result<u64, UserError> {
        self.engine.remove_left_barriers().map_err(|error| self.told(&error))
    }

    pub(super) fn remove_left_behind(&self, orphan: &Orphan) -> Result<(), UserError> {
        self.note(Act::LeftoverSettled { path: orphan.path.clone(), deed: Deed::Delete })?;
        self.engine.remove_left_behind(orphan).map_err(|error| self.told(&error))
    }

    pub(super) fn remove_orphan(&self, found: &Found, path: &FilePath) -> Result<(), UserError> {
        self.note(Act::LeftoverSettled { path: path.clone(), deed: Deed::Delete })?;
        self.engine.remove_orphan(found, path).map_err(|error| self.told(&error))
    }

    pub(super) fn restore_orphan(&self, found: &Found, path: &FilePath) -> Result<FilePath, UserError> {
        self.note(Act::LeftoverSettled { path: path.clone(), deed: Deed::Restore })?;
        self.engine.restore_orphan(found, path).map_err(|error| self.told(&error))
    }

    /// Other processes ask through the state folder, to cancel for example.
    fn answer_requests_meanwhile(&self) {
        let (engine, audit) = (Arc::downgrade(&self.engine), self.audit.clone());
        std::thread::spawn(move || {
            while let Some(engine) = engine.upgrade() {
                match engine.answer_requests() {
                    Ok(answered) => audit.answered(&engine, &answered),
                    Err(EngineError::Halted) => return,
                    Err(error) => tracing::warn!(%error, "requests of other processes cannot be read"),
                }
                drop(engine);
                std::thread::sleep(REQUESTS_LOOKED_FOR_EVERY);
            }
        });
    }

    fn keep_audit(&self) -> Result<(), UserError> {
        self.audit.keep_in(&self.state, &self.engine).map_err(|error| user_error::audit_error(&error))
    }

    /// Writes down what is about to be done; what another process is asked for, that one writes down.
    fn note(&self, act: Act) -> Result<(), UserError> {
        if self.held.is_none() {
            return Ok(());
        }
        self.keep_audit()?;
        self.audit.note(&self.engine, None, act).map_err(|error| user_error::audit_error(&error))
    }

    /// Another process drives the move: what it has written down by now.
    fn as_recorded(&self, id: MoveId) -> Result<Snapshot, UserError> {
        let journal = Journal::beside(&self.state).map_err(|error| user_error::journal_error(&error))?;
        let kept_until_ms = self.engine.get(id).ok().and_then(|snapshot| snapshot.kept_until_ms);
        let recorded = journal.read(id).map_err(|error| user_error::journal_error(&error))?;
        let recorded = recorded.ok_or_else(|| self.told(&EngineError::UnknownMove(id)))?;
        Ok(Snapshot { recorded, reading: Reading::default(), kept_until_ms, version: 0, waits: None })
    }

    /// Leaves a request for the process that holds the state folder.
    fn ask(&self, id: MoveId, verb: Verb) -> Result<(), UserError> {
        let journal = Journal::beside(&self.state).map_err(|error| user_error::journal_error(&error))?;
        journal.ask(id, verb).map_err(|error| user_error::journal_error(&error))
    }

    fn told(&self, error: &EngineError) -> UserError {
        user_error::engine_error(error, &self.names)
    }

    fn drive_meanwhile(&self, id: MoveId) -> MoveId {
        let engine = self.engine.clone();
        std::thread::spawn(move || {
            if let Err(error) = engine.drive(id) {
                tracing::error!(%id, %error, "the move stopped");
                engine.halt();
            }
        });
        id
    }

    fn shown(&self, draft: Result<tidelock_engine::planner::Draft, EngineError>) -> Result<Plan, UserError> {
        match draft {
            Ok(draft) => Ok(convert::plan(&draft, &self.names)),
            Err(EngineError::Refused(refusals)) => {
                Ok(convert::refused_plan(refusals.iter().map(|refusal| user_error::refusal(refusal, &self.names)).collect()))
            }
            Err(error) => Err(self.told(&error)),
        }
    }
}

impl Drop for Local {
    /// What ended meanwhile; what cannot be written now is by the next who opens the state folder.
    fn drop(&mut self) {
        let _ = self.audit.catch_up(&self.engine);
    }
}

impl Desk for Local {
    fn plan(&self, request: &MoveRequest) -> Result<Plan, UserError> {
        self.shown(self.engine.plan(request, &mut |_: &_| true))
    }

    fn start(&self, request: &MoveRequest, key: Option<&str>) -> Result<MoveId, UserError> {
        let id = self.engine.accept(request, key).map_err(|error| self.told(&error))?;
        Ok(self.drive_meanwhile(id))
    }

    fn plan_undo(&self, id: MoveId) -> Result<Plan, UserError> {
        self.shown(self.engine.plan_undo(id, &mut |_: &_| true))
    }

    fn undo(&self, id: MoveId) -> Result<MoveId, UserError> {
        let undo = self.engine.accept_undo(id).map_err(|error| self.told(&error))?;
        Ok(self.drive_meanwhile(undo))
    }

    fn moves(&self) -> Result<Vec<MoveView>, UserError> {
        let moves = self.engine.list(MOVES_LISTED).map_err(|error| self.told(&error))?;
        Ok(moves.iter().map(|snapshot| convert::move_view(snapshot, &self.names)).collect())
    }

    fn detail(&self, id: MoveId) -> Result<MoveDetail, UserError> {
        if self.engine.is_halted() {
            return Err(self.told(&EngineError::Halted));
        }
        let snapshot = match self.held {
            Some(_) => self.engine.get(id).map_err(|error| self.told(&error))?,
            None => self.as_recorded(id)?,
        };
        let mut detail = convert::move_detail(&snapshot, &self.names);
        orphans::whereabouts_of(&self.engine, &mut detail);
        Ok(detail)
    }

    fn cancel(&self, id: MoveId) -> Result<(), UserError> {
        let state = self.detail(id)?.view;
        if !state.can_cancel {
            return Err(self.told(&EngineError::PastCancelling(id)));
        }
        self.note(Act::Ordered { id, order: Order::Cancel })?;
        if self.held.is_some() {
            // Nobody drives it: what a crash left is taken up, and taken back.
            self.engine.recover(false).map_err(|error| self.told(&error))?;
            self.engine.cancel(id).and_then(|()| self.engine.drive(id)).map_err(|error| self.told(&error))
        } else {
            self.ask(id, Verb::Cancel)
        }
    }

    fn cancel_running(&self, id: MoveId) -> Result<(), UserError> {
        self.note(Act::Ordered { id, order: Order::Cancel })?;
        self.engine.cancel(id).map_err(|error| self.told(&error))
    }

    fn pause(&self, id: MoveId) -> Result<(), UserError> {
        let view = self.detail(id)?.view;
        if !view.can_pause {
            return Err(self.told(&EngineError::PastPausing(id)));
        }
        self.note(Act::Ordered { id, order: Order::Pause })?;
        if self.held.is_some() {
            return self.engine.pause(id).map_err(|error| self.told(&error));
        }
        self.ask(id, Verb::Pause)
    }

    fn resume(&self, id: MoveId) -> Result<(), UserError> {
        self.note(Act::Ordered { id, order: Order::Resume })?;
        self.engine.recover(false).and_then(|_| self.engine.resume(id)).map_err(|error| self.told(&error))?;
        self.drive_meanwhile(id);
        Ok(())
    }

    fn hold(&self, id: MoveId) -> Result<(), UserError> {
        if !self.detail(id)?.view.can_hold {
            return Err(self.told(&EngineError::PastPausing(id)));
        }
        self.note(Act::Ordered { id, order: Order::Hold })?;
        if self.held.is_some() {
            return self.engine.hold(id).map_err(|error| self.told(&error));
        }
        self.ask(id, Verb::Hold)
    }

    fn lift_hold(&self, id: MoveId) -> Result<(), UserError> {
        self.note(Act::Ordered { id, order: Order::LiftHold })?;
        self.engine.recover(false).and_then(|_| self.engine.lift_hold(id)).map_err(|error| self.told(&error))?;
        self.drive_meanwhile(id);
        Ok(())
    }

    fn limits(&self) -> Result<Limits, UserError> {
        Ok(self.engine.limits())
    }

    /// Whoever holds the state folder looks at its limits all the time.
    fn set_limits(&self, limits: Limits) -> Result<(), UserError> {
        self.note(Act::LimitsSet { limits })?;
        self.engine.set_limits(limits).map_err(|error| self.told(&error))
    }

    fn purge(&self, id: MoveId) -> Result<MoveView, UserError> {
        self.note(Act::Ordered { id, order: Order::Purge })?;
        self.engine.purge(id).map_err(|error| self.told(&error))?;
        Ok(self.detail(id)?.view)
    }

    fn quota(&self, folder: &FilePath) -> Result<Project, UserError> {
        let found = survey_folder(&**self.engine.file_system(), folder)
            .map_err(|error| user_error::fs_error(Words::doing_look, folder, &error))?;
        let payer = payer_of(&found);
        let numbers = self.engine.numbers(&found);
        Ok(Project {
            id: payer.project,
            name: self.names.payer(payer),
            root: folder.clone(),
            usage: numbers.usage,
            limits: numbers.limits,
            reserved: numbers.reserved,
            capacity: numbers.free,
        })
    }

    fn outlives_us(&self) -> bool {
        false
    }
}

/// What a crash left is finished first; then the verb has the state to itself.
pub(super) fn open_recovered(state: &Path, retries_stuck: bool, patience: Duration) -> Result<(Local, Vec<MoveId>), UserError> {
    let local = Local::open_with(state, Holding::Alone, patience)?;
    let recovered = local.recover(retries_stuck)?;
    Ok((local, recovered))
}
