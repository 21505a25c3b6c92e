//! The façade: plan, start, cancel, undo, purge, look.
//!
//! One engine holds one state folder. Everything is synchronous; whoever wants to go on
//! meanwhile calls from another thread.

mod acting;
mod driving;
mod forgetting;
mod listing;
mod wishes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::{Counters, MoveState};
use tidelock_shared::request::MoveRequest;
use tidelock_shared::strategy::Strategy;

use crate::agents::{Agent, Agents};
use crate::clock::Clock;
use crate::crew::{Alone, Crew};
use crate::error::EngineError;
use crate::executor::{Driver, Halt, Live, Throttle, Versions};
use crate::fs::FileSystem;
use crate::journal::{Journal, JournalError, Recorded, Together};
use crate::moves::event::Event;
use crate::moves::state::{Move, Purge, StepStatus};
use crate::planner::Draft;
use crate::planner::plan::Payer;
use crate::progress::Reading;
use crate::reservation::ledger::{self, Held, Standing};
use crate::worker::Worker;

/// A copy of small files makes so many in ten to thirty seconds.
const ENTRIES_A_CHECKPOINT: u64 = 50_000;

/// A step waits so long for room, and then its move is undone: a day.
const PATIENCE_MS: i64 = 24 * 3600 * 1000;

pub use driving::{Turn, Waits};
pub use wishes::Answered;

/// Plans moves, runs them and remembers them. Clones are the same engine, and may act for different users.
#[derive(Clone)]
pub struct Engine {
    /// The files as the user sees them for whom it acts.
    pub(crate) fs: Arc<dyn FileSystem>,
    /// Whose the moves are that it accepts; empty where there is one user only.
    user: Arc<str>,
    /// Nothing outside these is planned.
    pub(crate) roots: Arc<[FilePath]>,
    pub(crate) moves: Arc<Mutex<BTreeMap<MoveId, Arc<Live>>>>,
    pub(crate) driver: Arc<Driver>,
    /// Who surveys.
    pub(crate) crew: Arc<dyn Crew>,
    /// One plan becomes a move at a time: between looking at the reservations and adding to
    /// them nobody else may.
    pub(crate) admission: Arc<Mutex<()>>,
    /// So many moves that have ended stay in memory.
    remembered: usize,
}

/// A move as it stands, with how fast it is.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub recorded: Recorded,
    pub reading: Reading,
    /// When what an undo needs is purged by itself, in milliseconds since 1970.
    pub kept_until_ms: Option<i64>,
    /// Counts up over all moves; the same while nothing changes.
    pub version: u64,
    /// Why it does not run although it could.
    pub waits: Option<Waits>,
}

impl Engine {
    /// An engine on a journal that nobody else writes. Open moves are read, not yet driven:
    /// see [`Engine::recover`].
    pub fn new(
        fs: Arc<dyn FileSystem>,
        worker: Arc<dyn Worker>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        roots: Vec<FilePath>,
    ) -> Result<Self, EngineError> {
        Self::through(Arc::new(Agent { fs, worker }), journal, clock, roots)
    }

    /// The same where each user has somebody else to act for them.
    ///
    /// # Errors
    /// [`EngineError::FileSystem`] where nobody acts for whoever runs it.
    pub fn through(
        agents: Arc<dyn Agents>,
        journal: Journal,
        clock: Arc<dyn Clock>,
        roots: Vec<FilePath>,
    ) -> Result<Self, EngineError> {
        let fs = agents.of("")?.fs;
        // Larger than every version of an earlier process, so that a browser that resumes
        // after a restart is not told less than it knows.
        let first_version = u64::try_from(clock.now_ms()).unwrap_or(0) * 1000;
        let mut open = BTreeMap::new();
        // What has just ended may not be charged in full yet, and holds its room until then.
        let settling = journal.recorded_since(clock.now_ms().saturating_sub(ledger::SETTLED_AFTER_MS))?;
        for id in journal.open_moves()?.into_iter().chain(settling) {
            if let Some(recorded) = journal.read(id)? {
                open.insert(id, Arc::new(Live::new(recorded, first_version)));
            }
        }
        let limits = journal.limits()?.unwrap_or_default();
        let moves = Arc::new(Mutex::new(open));
        let (reserving, told) = (moves.clone(), clock.clone());
        let driver = Driver {
            home: journal.home().to_owned(),
            agents,
            journal: Mutex::new(journal),
            together: Together::default(),
            clock,
            entries_a_checkpoint: ENTRIES_A_CHECKPOINT,
            patience_ms: PATIENCE_MS,
            versions: Versions::starting_at(first_version),
            is_halted: AtomicBool::new(false),
            limits: Mutex::new(limits),
            throttle: Mutex::new(Throttle::default()),
            held_by_others: Box::new(move |live| {
                let (own, payers) = {
                    let recorded = live.recorded.lock();
                    let payers: Vec<Payer> = recorded.of.plan.reservations.iter().map(|reservation| reservation.payer).collect();
                    (recorded.of.id, payers)
                };
                held_by(&reserving, Some(own), &payers, told.now_ms())
            }),
        };
        Ok(Self {
            fs,
            user: Arc::from(""),
            roots: roots.into(),
            moves,
            driver: Arc::new(driver),
            crew: Arc::new(Alone),
            admission: Arc::default(),
            remembered: forgetting::REMEMBERED,
        })
    }

    /// The same with somebody to help when a tree is surveyed.
    pub fn with_crew(mut self, crew: Arc<dyn Crew>) -> Self {
        self.crew = crew;
        self
    }

    /// The same with other distances between the checkpoints of a copy; for tests, whose trees
    /// are small.
    pub fn with_checkpoints_apart(self, entries: u64) -> Self {
        self.set_up(|driver| driver.entries_a_checkpoint = entries)
    }

    /// The same with less memory for what has ended; for tests.
    pub fn with_remembered(mut self, moves: usize) -> Self {
        self.remembered = moves;
        self
    }

    /// The same with another patience: so long may a step wait for room before its move is
    /// undone.
    pub fn with_patience(self, patience: Duration) -> Self {
        self.set_up(|driver| driver.patience_ms = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX))
    }

    /// Nobody else has it yet.
    fn set_up(mut self, change: impl FnOnce(&mut Driver)) -> Self {
        match Arc::get_mut(&mut self.driver) {
            Some(driver) => change(driver),
            None => debug_assert!(false, "an engine is set up before it is cloned"),
        }
        self
    }

    /// Plans and records a move; it runs once [`Engine::drive`] is called. The same key twice is
    /// the same move.
    ///
    /// # Errors
    /// [`EngineError::Refused`] with all refusals; then nothing was recorded or touched.
    pub fn accept(&self, request: &MoveRequest, key: Option<&str>) -> Result<MoveId, EngineError> {
        let key = self.own_key(key);
        if let Some(known) = self.known_by(key.as_deref(), request)? {
            return Ok(known);
        }
        let mut draft = self.plan(request, &mut |_: &_| true)?;
        self.user().clone_into(&mut draft.plan.user);
        self.accept_draft(draft, key.as_deref())
    }

    pub(crate) fn accept_draft(&self, draft: Draft, key: Option<&str>) -> Result<MoveId, EngineError> {
        let (_alone, read) = self.alone_with_payers(&draft.plan);
        // The same submission may have been accepted while this one was surveyed.
        if let Some(known) = self.known_by(key, &draft.plan.asked)? {
            return Ok(known);
        }
        if let Some(undone) = draft.plan.undoes {
            self.can_still_be_undone(undone, &draft)?;
        }
        let mut refusals = draft.refusals;
        for refusal in self.refusals_now(&draft.plan, draft.as_of, read) {
            if !refusals.contains(&refusal) {
                refusals.push(refusal);
            }
        }
        if !refusals.is_empty() {
            return Err(EngineError::Refused(refusals));
        }
        if self.driver.is_halted.load(Ordering::Relaxed) {
            return Err(EngineError::Halted);
        }
        let now_ms = self.driver.clock.now_ms();
        let mut journal = self.driver.journal.lock();
        let accepted = journal.accept(&draft.plan, key, now_ms);
        if !matches!(accepted, Ok(_) | Err(JournalError::Full { .. })) {
            // It may be recorded all the same, and then nobody here knows of the move.
            self.driver.is_halted.store(true, Ordering::Relaxed);
        }
        let (id, is_new) = accepted?;
        if is_new && let Some(recorded) = journal.read(id)? {
            drop(journal);
            let live = Arc::new(Live::new(recorded, self.driver.versions.first));
            self.moves.lock().insert(id, live.clone());
            live.touch(&self.driver.versions);
        }
        Ok(id)
    }

    /// The move that was submitted with this key. Whoever uses a key for something else is told so: he
    /// would take another move for his own.
    fn known_by(&self, key: Option<&str>, request: &MoveRequest) -> Result<Option<MoveId>, EngineError> {
        let known = key.map(|key| self.driver.journal.lock().find_key(key)).transpose()?.flatten();
        let Some(known) = known else { return Ok(None) };
        let is_same = self.read(known)?.of.plan.asked == *request;
        if is_same { Ok(Some(known)) } else { Err(EngineError::KeyIsTaken(known)) }
    }

    /// Since the undo was planned, another undo or a purge may have begun.
    fn can_still_be_undone(&self, id: MoveId, draft: &Draft) -> Result<(), EngineError> {
        let recorded = self.read(id)?;
        if let Some(by) = recorded.undone_by.or_else(|| self.open_undo_of(id)) {
            return Err(EngineError::UndoneAlready(id, by));
        }
        let needs_kept = draft.plan.items.iter().any(|item| item.kept.is_some());
        if needs_kept && recorded.of.purge != Purge::Kept {
            return Err(EngineError::BeingPurged(id));
        }
        Ok(())
    }

    /// After a start: finds out of every open move what survived. Answers those to drive;
    /// a stuck one is tried again if `retries_stuck`.
    ///
    /// # Errors
    /// [`EngineError::JournalIsOld`] where the folders know more than the journal: then nothing
    /// is touched.
    pub fn recover(&self, retries_stuck: bool) -> Result<Vec<MoveId>, EngineError> {
        let to_drive = self.recover_moves(retries_stuck)?;
        self.finish_purges()?;
        Ok(to_drive)
    }

    /// The same, but purges that were cut short wait for the next [`Engine::purge_due`]: to delete millions of
    /// files keeps nobody from their moves.
    pub fn recover_moves(&self, retries_stuck: bool) -> Result<Vec<MoveId>, EngineError> {
        let open = |live: &Arc<Live>| !live.recorded.lock().of.state.has_ended();
        let open: Vec<Arc<Live>> = self.in_memory().into_iter().filter(open).collect();
        let moves: Vec<Move> = open.iter().map(|live| live.recorded.lock().of.clone()).collect();
        self.journal_is_newest(&moves)?;
        let mut to_drive = Vec::new();
        for live in open {
            let (id, state, purge) = {
                let recorded = live.recorded.lock();
                (recorded.of.id, recorded.of.state, recorded.of.purge)
            };
            if state == MoveState::Stuck && retries_stuck {
                self.driver.record(&live, Event::Retried)?;
            }
            if purge == Purge::Kept && (state != MoveState::Stuck || retries_stuck) {
                self.driver.probe(&live)?;
                to_drive.push(id);
            }
        }
        Ok(to_drive)
    }

    /// A move that has not ended and undoes `id`; a stuck one still needs what it works on.
    pub(crate) fn open_undo_of(&self, id: MoveId) -> Option<MoveId> {
        let undoes = |live: &Arc<Live>| {
            let recorded = live.recorded.lock();
            (recorded.of.plan.undoes == Some(id) && !recorded.of.state.has_ended()).then_some(recorded.of.id)
        };
        self.in_memory().iter().find_map(undoes)
    }

    /// Whether a move that has not ended works on this.
    pub fn is_in_motion(&self, path: &FilePath) -> bool {
        self.in_memory().iter().any(|live| live.recorded.lock().of.works_on(path))
    }

    /// All moves in memory, by their IDs. Nobody asks one of them while he holds the list: it may be waiting for a disk.
    pub(crate) fn in_memory(&self) -> Vec<Arc<Live>> {
        self.moves.lock().values().cloned().collect()
    }

    /// The move in memory, taken up from the journal if it has ended long ago.
    pub(crate) fn live(&self, id: MoveId) -> Result<Arc<Live>, EngineError> {
        if let Some(live) = self.moves.lock().get(&id) {
            return Ok(live.clone());
        }
        let live = Arc::new(Live::new(self.read(id)?, self.driver.versions.first));
        Ok(self.moves.lock().entry(id).or_insert(live).clone())
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.driver.journal.lock()
    }

    /// The time by this engine's clock, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.driver.clock.now_ms()
    }

    pub(crate) fn home(&self) -> &str {
        &self.driver.home
    }

    pub(crate) fn newest_number(&self) -> Result<u32, EngineError> {
        let journal = self.journal();
        Ok(journal.newest(1)?.first().map_or(0, |id| id.number).max(journal.lost_until()?))
    }

    pub(crate) fn read(&self, id: MoveId) -> Result<Recorded, EngineError> {
        self.driver.journal.lock().read(id)?.ok_or(EngineError::UnknownMove(id))
    }

    /// One move as it stands.
    pub fn get(&self, id: MoveId) -> Result<Snapshot, EngineError> {
        let live = self.moves.lock().get(&id).cloned();
        let mut snapshot = match live {
            Some(live) => {
                let mut snapshot = self.snapshot(&live);
                // Another move may have undone it since it was taken into memory.
                snapshot.recorded.undone_by = self.journal().undone_by(id)?;
                snapshot
            }
            None => Snapshot {
                recorded: self.read(id)?,
                reading: Reading::default(),
                kept_until_ms: None,
                version: self.driver.versions.first,
                waits: None,
            },
        };
        snapshot.kept_until_ms = self.kept_until_ms(&snapshot.recorded);
        Ok(snapshot)
    }

    /// Moves that changed visibly after `version`, in the order of their change.
    pub fn changed_since(&self, version: u64) -> Vec<Snapshot> {
        let mut changed: Vec<(u64, Arc<Live>)> = {
            let _nothing_changes = self.driver.versions.hold();
            let moves = self.moves.lock();
            let versions = moves.values().map(|live| (live.version.load(Ordering::Relaxed), live.clone()));
            versions.filter(|(of_move, _)| *of_move > version).collect()
        };
        changed.sort_by_key(|(version, _)| *version);
        // What is read now may be newer than its version; it is then told once more.
        changed.into_iter().map(|(version, live)| Snapshot { version, ..self.snapshot(&live) }).collect()
    }

    /// The version of the newest visible change.
    pub fn version(&self) -> u64 {
        *self.driver.versions.hold()
    }

    fn snapshot(&self, live: &Live) -> Snapshot {
        let version = live.version.load(Ordering::Relaxed);
        let recorded = live.recorded.lock().clone();
        let finished = recorded.of.steps.iter().filter(|status| **status == StepStatus::Finished).count();
        let share = finished as f64 / recorded.of.steps.len().max(1) as f64;
        let reading = live.meter.read(total_work(&recorded.of), share, self.driver.clock.now_ms());
        let is_idle = live.wants_turn.load(Ordering::Relaxed) && !live.is_driven.load(Ordering::Relaxed);
        let waits = match live.waiting.lock().as_ref() {
            Some(waiting) => Some(Waits::Step(waiting.wait.clone())),
            None => (is_idle && !recorded.of.is_resting()).then_some(Waits::Turn),
        };
        let kept_until_ms = self.kept_until_ms(&recorded);
        Snapshot { recorded, reading, kept_until_ms, version, waits }
    }

    fn kept_until_ms(&self, recorded: &Recorded) -> Option<i64> {
        if !recorded.of.keeps_retired_source() {
            return None;
        }
        let retention = self.journal().retention().unwrap_or_default();
        retention.ends_ms(recorded)
    }

    /// What open moves have set aside at one payer, and are going to write to its mount.
    pub fn held(&self, payer: Payer) -> Held {
        held_by(&self.moves, None, &[payer], self.driver.clock.now_ms()).first().copied().unwrap_or_default()
    }

    /// Whether somebody has been charged less so far than what moves have brought it.
    pub(crate) fn is_settling(&self, payer: Payer) -> bool {
        let now_ms = self.driver.clock.now_ms();
        self.in_memory().iter().any(|live| {
            let recorded = live.recorded.lock();
            ledger::is_settling(standing(&recorded, now_ms), payer)
        })
    }

    /// Who surveys.
    pub fn crew(&self) -> &dyn Crew {
        &*self.crew
    }

    pub fn file_system(&self) -> &Arc<dyn FileSystem> {
        &self.fs
    }

    pub fn roots(&self) -> &[FilePath] {
        &self.roots
    }

    /// Lets running steps stop at the next safe place; their moves go on at the next start.
    pub fn halt(&self) {
        self.driver.is_halted.store(true, Ordering::Relaxed);
    }

    /// Whether the engine has stopped, by [`Engine::halt`] or because of its journal.
    pub fn is_halted(&self) -> bool {
        self.driver.is_halted.load(Ordering::Relaxed)
    }
}

/// What all moves but `own` hold at each payer.
fn held_by(moves: &Mutex<BTreeMap<MoveId, Arc<Live>>>, own: Option<MoveId>, payers: &[Payer], now_ms: i64) -> Vec<Held> {
    let others: Vec<Arc<Live>> = moves.lock().iter().filter(|(id, _)| Some(**id) != own).map(|(_, live)| live.clone()).collect();
    let mut sums = vec![Held::default(); payers.len()];
    for live in others {
        let recorded = live.recorded.lock();
        for (sum, payer) in sums.iter_mut().zip(payers) {
            *sum = sum.and(standing(&recorded, now_ms), *payer);
        }
    }
    sums
}

fn standing(recorded: &Recorded, now_ms: i64) -> Standing<'_> {
    let latest_ms = recorded.events.last().map_or(recorded.accepted_ms, |(at_ms, _)| *at_ms);
    Standing { of: &recorded.of, quiet_ms: now_ms.saturating_sub(latest_ms) }
}

/// What a move has to do in all, for its bar.
fn total_work(of: &Move) -> Counters {
    let mut total = Counters::default();
    for item in &of.plan.items {
        match item.strategy {
            Strategy::StagedCopy => {
                total.entries_total += item.tally.entries;
                total.bytes_total += item.tally.content_bytes;
            }
            Strategy::RetagAndRename | Strategy::RetagWithHop | Strategy::PiecewiseRename | Strategy::Retag => {
                total.entries_total += item.tally.amount.inodes;
            }
            Strategy::Rename => {}
        }
    }
    total
}

impl From<Halt> for EngineError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::ShuttingDown => Self::Halted,
            Halt::Journal(error) => Self::Journal(error),
        }
    }
}
