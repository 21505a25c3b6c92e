//! Driving one move until it rests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_shared::limits::Limits;
use tidelock_shared::progress::MoveState;

use super::live::{Live, Versions};
use super::orders::{admits, notes, order};
use super::throttle::Throttle;
use crate::agents::Agents;
use crate::clock::Clock;
use crate::journal::{Journal, JournalError, Record, Together};
use crate::moves::decide::{Decision, decide};
use crate::moves::event::{Event, Failure, FailureKind};
use crate::moves::state::{Move, StepStatus};
use crate::planner::sequence::{Step, StepKind, commit_position};
use crate::reservation::ledger::Held;
use crate::worker::{Action, Probe, StepOrder, Wait};

/// A step that must succeed (undoing, finishing) is tried so often before a person must look.
const TRIES: u32 = 3;
/// Servers that do not come back in a quarter of an hour need somebody, who then asks for the move again.
const SERVERS_PATIENCE_MS: i64 = 15 * 60 * 1000;
/// A restore that has brought nothing to an end in thirty days never will.
const RESTORE_PATIENCE_MS: i64 = 30 * 24 * 3600 * 1000;
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// Why driving stopped before the move rested. The move goes on at the next start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halt {
    #[error("the engine is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Answers what other moves hold, for each reservation of one.
pub(crate) type AskHeld = Box<dyn Fn(&Live) -> Vec<Held> + Send + Sync>;

/// What driving needs of the engine.
pub(crate) struct Driver {
    pub(crate) agents: Arc<dyn Agents>,
    pub(crate) journal: Mutex<Journal>,
    /// The records of all moves, on their way there.
    pub(crate) together: Together,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entries_a_checkpoint: u64,
    /// So long a step may wait for room before it counts as failed.
    pub(crate) patience_ms: i64,
    pub(crate) versions: Versions,
    /// Set when the process is to end, or when the journal could not be written: then nothing
    /// is done any more, not even undone, until the journal has been read again.
    pub(crate) is_halted: AtomicBool,
    pub(crate) limits: Mutex<Limits>,
    pub(crate) throttle: Mutex<Throttle>,
    /// What other moves hold, asked anew for each step that admits.
    pub(crate) held_by_others: AskHeld,
    /// Where the journal lies, for the records beside the sources.
    pub(crate) home: String,
}

/// What came of running a step.
#[derive(PartialEq, Eq)]
enum Ran {
    On,
    Waits,
}

pub(super) enum Outcome {
    Finished,
    Failed(Failure),
    Waits(Wait, Failure),
    Probed(Probe),
}

impl Driver {
    /// Drives a move until it rests or has to wait. Only one caller at a time may.
    pub(crate) fn drive(&self, live: &Live) -> Result<(), Halt> {
        loop {
            self.take_cancel(live)?;
            self.take_pause(live)?;
            let (decision, is_forward) = {
                let recorded = live.recorded.lock();
                (decide(&recorded.of), recorded.of.state == MoveState::Finishing)
            };
            let ran = match decision {
                Decision::Rest => {
                    *live.waiting.lock() = None;
                    return Ok(());
                }
                Decision::Run(position) if is_forward => self.insist(live, position, Action::Run)?,
                Decision::Run(position) if self.is_kept_back(live, position) => Ran::Waits,
                Decision::Run(position) => self.run(live, position)?,
                Decision::Undo(position) => self.insist(live, position, Action::Undo)?,
                Decision::Commit => self.seal(live, Event::Committed)?,
                Decision::RecordDone => self.seal(live, Event::Done)?,
                Decision::SealUndone => self.seal_undone(live)?,
            };
            if ran == Ran::Waits {
                return Ok(());
            }
        }
    }

    /// After a crash: asks of every step since the last barrier whether its effect is there.
    /// The journal was durable at once, the file system only at the barrier.
    pub(crate) fn probe(&self, live: &Live) -> Result<(), Halt> {
        self.bring_record_up_to_date(live)?;
        let (state, steps, sequence) = {
            let recorded = live.recorded.lock();
            (recorded.of.state, recorded.of.steps.clone(), recorded.of.plan.sequence.clone())
        };
        let is_proven = |position: usize| {
            let barrier = sequence
                .iter()
                .zip(&steps)
                .rposition(|(step, status)| step.kind == StepKind::Barrier && *status == StepStatus::Finished);
            barrier.is_some_and(|barrier| position <= barrier)
        };
        for (position, status) in steps.iter().enumerate() {
            let needs_again = match (state, *status) {
                (MoveState::Unwinding, StepStatus::Undone) => true,
                (MoveState::Unwinding, _) => false,
                (_, StepStatus::Finished) if !is_proven(position) && !state.is_final() => self.is_lost(live, position)?,
                _ => false,
            };
            if needs_again {
                self.record(live, Event::Reopened { position })?;
            }
        }
        Ok(())
    }

    /// A crash may have come after the journal had a note and before the record beside the source had it.
    fn bring_record_up_to_date(&self, live: &Live) -> Result<(), Halt> {
        let position = {
            let of = &live.recorded.lock().of;
            let is_over = of.state.is_final() || of.is_undescribed() || of.has_begun(StepKind::Forget);
            let is_due = !is_over && of.has_finished(StepKind::Describe);
            of.plan.sequence.iter().position(|step| step.kind == StepKind::Describe).filter(|_| is_due)
        };
        let Some(position) = position else { return Ok(()) };
        // Where it cannot be brought up to date, nothing else is worse for it.
        self.perform(live, position, Action::Run).map(drop)
    }

    fn is_lost(&self, live: &Live, position: usize) -> Result<bool, Halt> {
        Ok(match self.perform(live, position, Action::Probe)? {
            Outcome::Probed(Probe::Run) => false,
            Outcome::Probed(Probe::NotRun) | Outcome::Finished | Outcome::Failed(_) | Outcome::Waits(..) => true,
        })
    }

    /// Records that everything before the commit is done, or everything after it, once it is sure that it is there.
    ///
    /// All of it is on stable storage, as far as the servers have answered. One that lost power and dropped
    /// this client has forgotten what it had only answered: so it is asked once more, and what it has taken
    /// back is done again.
    fn seal(&self, live: &Live, event: Event) -> Result<Ran, Halt> {
        let (sequence, done_again) = {
            let recorded = live.recorded.lock();
            let mut done_again: BTreeMap<usize, u32> = BTreeMap::new();
            for (_, event) in &recorded.events {
                if let Event::Reopened { position } = event {
                    *done_again.entry(*position).or_default() += 1;
                }
            }
            (recorded.of.plan.sequence.clone(), done_again)
        };
        let commit = commit_position(&sequence);
        let positions = if event == Event::Committed { 0..commit + 1 } else { commit + 1..sequence.len() };
        let at_stake = |position: &usize| {
            let is_given_up = done_again.get(position).is_some_and(|times| *times >= TRIES);
            !is_given_up && sequence.get(*position).is_some_and(|step| step.kind.can_be_taken_back())
        };
        let mut taken_back = None;
        for position in positions.clone().filter(at_stake) {
            match self.perform(live, position, Action::Look)? {
                Outcome::Finished | Outcome::Probed(Probe::Run) => {}
                Outcome::Probed(Probe::NotRun) => {
                    tracing::warn!(id = %live.recorded.lock().of.id, position, "a server has taken it back: it is done again");
                    self.record(live, Event::Reopened { position })?;
                    taken_back.get_or_insert(position);
                }
                Outcome::Failed(failure) | Outcome::Waits(_, failure) if event == Event::Committed => {
                    self.record(live, Event::StepFailed { position, failure })?;
                    return Ok(Ran::On);
                }
                // What is left lying about is found by a search.
                Outcome::Failed(_) | Outcome::Waits(..) => {}
            }
        }
        let Some(first) = taken_back else {
            self.record(live, event)?;
            return Ok(Ran::On);
        };
        let is_barrier = |position: &usize| sequence.get(*position).is_some_and(|step| step.kind == StepKind::Barrier);
        for position in (first..positions.end).filter(is_barrier) {
            self.record(live, Event::Reopened { position })?;
        }
        Ok(Ran::On)
    }

    fn take_cancel(&self, live: &Live) -> Result<(), Halt> {
        let is_wanted = live.wants_cancel.swap(false, Ordering::Relaxed);
        if is_wanted && self.record_if(live, Move::can_be_cancelled, Event::CancelRequested)? {
            // Whatever it waited for, it goes another way now.
            *live.waiting.lock() = None;
        }
        Ok(())
    }

    /// Lets the move wait if its asker or an administrator wants that.
    pub(crate) fn take_pause(&self, live: &Live) -> Result<(), Halt> {
        if live.wants_pause.swap(false, Ordering::Relaxed) {
            self.record_if(live, Move::can_be_paused, Event::Paused)?;
        }
        if live.wants_hold.swap(false, Ordering::Relaxed) {
            self.record_if(live, Move::can_be_held, Event::Held)?;
        }
        Ok(())
    }

    /// Whether nothing new is to come into sight, and this step would.
    fn is_kept_back(&self, live: &Live, position: usize) -> bool {
        if self.limits.lock().is_drained && live.recorded.lock().of.comes_into_sight_at(position) {
            return self.let_wait(live, &Wait::Drained, self.clock.now_ms());
        }
        // The step itself has not begun, and waits for nothing.
        live.waiting.lock().take_if(|waiting| waiting.wait == Wait::Drained);
        false
    }

    fn run(&self, live: &Live, position: usize) -> Result<Ran, Halt> {
        // A step that waits is the same run still.
        if live.waiting.lock().is_none() {
            self.record(live, Event::StepStarted { position })?;
        }
        let begin_ms = self.clock.now_ms();
        let outcome = self.perform(live, position, Action::Run)?;
        if let Outcome::Waits(wait, _) = &outcome
            && self.let_wait(live, wait, begin_ms)
        {
            return Ok(Ran::Waits);
        }
        *live.waiting.lock() = None;
        match outcome {
            Outcome::Finished => self.record_with_the_next(live, Event::StepFinished { position })?,
            // Whoever stopped it is heard before anything else begins.
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {}
            Outcome::Failed(failure) | Outcome::Waits(_, failure) => {
                self.record(live, Event::StepFailed { position, failure })?;
            }
            Outcome::Probed(_) => unreachable_report(),
        }
        Ok(Ran::On)
    }

    /// Tape takes as long as it takes; nobody asks for it by mistake.
    fn patience_with(&self, wait: &Wait) -> i64 {
        match wait {
            Wait::Restore { .. } => RESTORE_PATIENCE_MS,
            Wait::Room => self.patience_ms,
            Wait::Servers => self.patience_ms.min(SERVERS_PATIENCE_MS),
            Wait::Drained => i64::MAX,
        }
    }

    /// Runs a step that must not fail for good: the way back, and the way on after the commit.
    fn insist(&self, live: &Live, position: usize, action: Action) -> Result<Ran, Halt> {
        // A step that waits is the same run still.
        if action == Action::Run && live.waiting.lock().is_none() {
            self.record(live, Event::StepStarted { position })?;
        }
        let event = if action == Action::Run { Event::StepFinished { position } } else { Event::StepUndone { position } };
        self.try_often(live, event, || self.perform(live, position, action))
    }

    /// Makes durable what was undone before that is recorded.
    fn seal_undone(&self, live: &Live) -> Result<Ran, Halt> {
        let barrier = Step { kind: StepKind::Barrier, item: 0 };
        self.try_often(live, Event::Undone, || self.perform_step(live, None, barrier, Action::Undo))
    }

    /// Tries what has to succeed, and records that it did. It waits for what it lacks; whatever else
    /// goes wrong several times is for a person to look at.
    fn try_often(&self, live: &Live, event: Event, perform: impl Fn() -> Result<Outcome, Halt>) -> Result<Ran, Halt> {
        for attempt in 1.. {
            let begin_ms = self.clock.now_ms();
            let outcome = perform()?;
            let is_enough = attempt >= TRIES || live.waiting.lock().is_some();
            let lacking = match &outcome {
                Outcome::Waits(wait, _) => Some(wait.clone()),
                Outcome::Failed(failure) if failure.kind == FailureKind::NoHeadroom => Some(Wait::Room),
                _ => None,
            };
            if is_enough && lacking.is_some_and(|wait| self.let_wait(live, &wait, begin_ms)) {
                return Ok(Ran::Waits);
            }
            match outcome {
                Outcome::Finished | Outcome::Probed(_) => break,
                Outcome::Failed(failure) | Outcome::Waits(_, failure) if is_enough => {
                    *live.waiting.lock() = None;
                    self.record(live, Event::Stuck { failure })?;
                    return Ok(Ran::On);
                }
                Outcome::Failed(_) | Outcome::Waits(..) => self.clock.pause(PAUSE_BETWEEN_TRIES),
            }
        }
        *live.waiting.lock() = None;
        match event {
            Event::StepFinished { .. } | Event::StepUndone { .. } => self.record_with_the_next(live, event)?,
            event => self.record(live, event)?,
        }
        Ok(Ran::On)
    }

    /// Lets a move wait that has looked for what it lacks since then; false if it has waited long enough.
    fn let_wait(&self, live: &Live, wait: &Wait, begin_ms: i64) -> bool {
        let now_ms = self.clock.now_ms();
        let waits = live.let_wait(wait.clone(), now_ms, now_ms.saturating_sub(begin_ms), self.patience_with(wait));
        if waits {
            tracing::info!(id = %live.recorded.lock().of.id, ?wait, "waits");
            live.touch(&self.versions);
        }
        waits
    }

    fn perform(&self, live: &Live, position: usize, action: Action) -> Result<Outcome, Halt> {
        let step = live.recorded.lock().of.plan.sequence.get(position).copied();
        match step {
            Some(step) => self.perform_step(live, Some(position), step, action),
            None => Ok(Outcome::Finished),
        }
    }

    fn perform_step(&self, live: &Live, position: Option<usize>, step: Step, action: Action) -> Result<Outcome, Halt> {
        let held = if admits(step) { (self.held_by_others)(live) } else { Vec::new() };
        let ordered = order(&live.recorded.lock().of, step, action, &held, self.entries_a_checkpoint, &self.home);
        let Some(mut order) = ordered else { return Ok(Outcome::Finished) };
        self.add_what_was_undone(live, &mut order)?;
        self.perform_order(live, position, &order)
    }

    /// The way back of a repair is what the repair has written down.
    fn add_what_was_undone(&self, live: &Live, order: &mut StepOrder) -> Result<(), Halt> {
        // It may be long, and no other step asks for it.
        let gives_back = order.kind == StepKind::Repair && order.item.repairs.as_ref().is_some_and(|repair| repair.gives_back);
        let undoes = live.recorded.lock().of.plan.undoes.filter(|_| gives_back);
        if let Some(id) = undoes {
            let undone = self.journal.lock().read(id)?;
            order.notes.extend(undone.into_iter().flat_map(|undone| notes(&undone.of, order.item_number)));
        }
        Ok(())
    }

    /// Writes an event down, then lets it happen.
    pub(crate) fn record(&self, live: &Live, event: Event) -> Result<(), Halt> {
        self.record_if(live, |_| true, event).map(drop)
    }

    /// Records what people ask for, unless the move has gone another way in the meantime. Answers
    /// whether it did.
    pub(crate) fn record_if(&self, live: &Live, still: impl FnOnce(&Move) -> bool, event: Event) -> Result<bool, Halt> {
        self.happen(live, still, event, true)
    }

    /// Records that a step is done or undone, together with whatever comes next: until then nothing hangs on it, and
    /// a crash before that asks the step, or undoes it once more.
    fn record_with_the_next(&self, live: &Live, event: Event) -> Result<(), Halt> {
        self.happen(live, |_| true, event, false).map(drop)
    }

    fn happen(&self, live: &Live, still: impl FnOnce(&Move) -> bool, event: Event, at_once: bool) -> Result<bool, Halt> {
        if self.is_halted.load(Ordering::Relaxed) {
            return Err(Halt::ShuttingDown);
        }
        let mut recorded = live.recorded.lock();
        if !still(&recorded.of) {
            return Ok(false);
        }
        let after = recorded
            .of
            .clone()
            .apply(&event)
            .map_err(|source| JournalError::Contradiction { number: recorded.of.id.number, source: Box::new(source) })?;
        let now_ms = self.clock.now_ms();
        let mut unwritten = live.unwritten.lock();
        unwritten.push((now_ms, event.clone()));
        if at_once {
            let record = Record { id: recorded.of.id, events: std::mem::take(&mut unwritten), state: after.state };
            if let Err(error) = self.together.append(&self.journal, record) {
                // As after a crash: nothing more is done until the journal has been read again.
                self.is_halted.store(true, Ordering::Relaxed);
                return Err(error.into());
            }
        }
        drop(unwritten);
        tracing::info!(id = %recorded.of.id, state = ?after.state, ?event, at_once, "recorded");
        recorded.of = after;
        recorded.events.push((now_ms, event));
        // Nobody sees it before it counts as news.
        live.touch(&self.versions);
        live.recorded_version.store(live.version.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(true)
    }
}

/// A worker answered a run with the report of a probe: the protocol is broken.
fn unreachable_report() {
    panic!("a worker answered a run with the report of a probe")
}
