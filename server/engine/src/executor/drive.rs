//! Driving one move until it rests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;

use super::live::{Live, Versions};
use super::orders::order;
use crate::clock::Clock;
use crate::journal::{Journal, JournalError};
use crate::moves::decide::{Decision, decide};
use crate::moves::event::{Event, Failure, FailureKind};
use crate::moves::state::StepStatus;
use crate::planner::sequence::{Step, StepKind};
use crate::worker::{Action, Probe, StepOrder, StepReport, Then, Worker};

/// A step that must succeed (undoing, finishing) is tried so often before a person must look.
const TRIES: u32 = 3;
const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(200);

/// Why driving stopped before the move rested. The move goes on at the next start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halt {
    #[error("the engine is shutting down")]
    ShuttingDown,
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Answers what other moves have reserved, for each reservation of one.
pub(crate) type AskReserved = Box<dyn Fn(&Live) -> Vec<Amount> + Send + Sync>;

/// What driving needs of the engine.
pub(crate) struct Driver {
    pub(crate) worker: Arc<dyn Worker>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entries_a_checkpoint: u64,
    pub(crate) versions: Versions,
    /// Set when the process is to end, or when the journal could not be written: then nothing
    /// is done any more, not even undone, until the journal has been read again.
    pub(crate) is_halted: AtomicBool,
    /// What other moves have reserved, asked anew for each step that admits.
    pub(crate) reserved_by_others: AskReserved,
    /// Where the journal lies, for the records beside the sources.
    pub(crate) home: String,
}

enum Outcome {
    Finished,
    Failed(Failure),
    Probed(Probe),
}

impl Driver {
    /// Drives a move until it rests. Only one caller at a time may.
    pub(crate) fn drive(&self, live: &Live) -> Result<(), Halt> {
        loop {
            self.take_cancel(live)?;
            self.take_pause(live)?;
            let (decision, is_forward) = {
                let recorded = live.recorded.lock();
                (decide(&recorded.of), recorded.of.state == MoveState::Finishing)
            };
            match decision {
                Decision::Rest => return Ok(()),
                Decision::Run(position) if is_forward => self.insist(live, position, Action::Run)?,
                Decision::Run(position) => self.run(live, position)?,
                Decision::Undo(position) => self.insist(live, position, Action::Undo)?,
                Decision::Commit => self.record(live, Event::Committed)?,
                Decision::RecordDone => self.record(live, Event::Done)?,
                Decision::SealUndone => self.seal_undone(live)?,
            }
        }
    }

    /// After a crash: asks of every step since the last barrier whether its effect is there.
    /// The journal was durable at once, the file system only at the barrier.
    pub(crate) fn probe(&self, live: &Live) -> Result<(), Halt> {
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

    fn is_lost(&self, live: &Live, position: usize) -> Result<bool, Halt> {
        Ok(match self.perform(live, position, Action::Probe)? {
            Outcome::Probed(Probe::Run) => false,
            Outcome::Probed(Probe::NotRun) | Outcome::Finished | Outcome::Failed(_) => true,
        })
    }

    fn take_cancel(&self, live: &Live) -> Result<(), Halt> {
        let can = live.recorded.lock().of.can_be_cancelled();
        if can && live.wants_cancel.load(Ordering::Relaxed) { self.record(live, Event::CancelRequested) } else { Ok(()) }
    }

    /// Lets the move wait if somebody asked for that.
    pub(crate) fn take_pause(&self, live: &Live) -> Result<(), Halt> {
        let can = live.recorded.lock().of.can_be_paused();
        if live.wants_pause.swap(false, Ordering::Relaxed) && can { self.record(live, Event::Paused) } else { Ok(()) }
    }

    fn run(&self, live: &Live, position: usize) -> Result<(), Halt> {
        self.record(live, Event::StepStarted { position })?;
        match self.perform(live, position, Action::Run)? {
            Outcome::Finished => self.record(live, Event::StepFinished { position }),
            // Whoever stopped it is heard before anything else begins.
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => Ok(()),
            Outcome::Failed(failure) => self.record(live, Event::StepFailed { position, failure }),
            Outcome::Probed(_) => unreachable_report(),
        }
    }

    /// Runs a step that must not fail for good: the way back, and the way on after the commit.
    fn insist(&self, live: &Live, position: usize, action: Action) -> Result<(), Halt> {
        if action == Action::Run {
            self.record(live, Event::StepStarted { position })?;
        }
        for attempt in 1.. {
            match self.perform(live, position, action)? {
                Outcome::Failed(failure) if attempt >= TRIES => return self.record(live, Event::Stuck { failure }),
                Outcome::Failed(_) => self.clock.pause(PAUSE_BETWEEN_TRIES),
                Outcome::Finished | Outcome::Probed(_) => break,
            }
        }
        let event = if action == Action::Run { Event::StepFinished { position } } else { Event::StepUndone { position } };
        self.record(live, event)
    }

    fn seal_undone(&self, live: &Live) -> Result<(), Halt> {
        let barrier = Step { kind: StepKind::Barrier, item: 0 };
        for attempt in 1.. {
            match self.perform_step(live, None, barrier, Action::Run)? {
                Outcome::Failed(failure) if attempt >= TRIES => return self.record(live, Event::Stuck { failure }),
                Outcome::Failed(_) => self.clock.pause(PAUSE_BETWEEN_TRIES),
                Outcome::Finished | Outcome::Probed(_) => break,
            }
        }
        self.record(live, Event::Undone)
    }

    fn perform(&self, live: &Live, position: usize, action: Action) -> Result<Outcome, Halt> {
        let step = live.recorded.lock().of.plan.sequence.get(position).copied();
        match step {
            Some(step) => self.perform_step(live, Some(position), step, action),
            None => Ok(Outcome::Finished),
        }
    }

    fn perform_step(&self, live: &Live, position: Option<usize>, step: Step, action: Action) -> Result<Outcome, Halt> {
        let reserved = (self.reserved_by_others)(live);
        let Some(order) = order(&live.recorded.lock().of, step, action, &reserved, self.entries_a_checkpoint, &self.home) else {
            return Ok(Outcome::Finished);
        };
        self.perform_order(live, position, &order)
    }

    fn perform_order(&self, live: &Live, position: Option<usize>, order: &StepOrder) -> Result<Outcome, Halt> {
        if step_restarts_work(order) {
            live.meter.restart();
        }
        let (may_be_cancelled, may_be_paused) = {
            let recorded = live.recorded.lock();
            let is_run = order.action == Action::Run;
            (is_run && recorded.of.can_be_cancelled(), is_run && recorded.of.can_be_paused())
        };
        let mut outcome = None;
        let mut broken = None;
        self.worker.perform(order, &mut |report| {
            match report {
                StepReport::Progress { entries, bytes } => {
                    live.meter.add(entries, bytes);
                    live.touch(&self.versions);
                }
                StepReport::Noted(note) => {
                    let Some(position) = position else { return Then::GoOn };
                    if let Err(halt) = self.record(live, Event::Noted { position, note }) {
                        broken = Some(halt);
                    }
                }
                StepReport::Finished => outcome = Some(Outcome::Finished),
                StepReport::Failed(failure) => outcome = Some(Outcome::Failed(failure)),
                StepReport::Probed(probe) => outcome = Some(Outcome::Probed(probe)),
            }
            let is_cancelled = may_be_cancelled && live.wants_cancel.load(Ordering::Relaxed)
                || may_be_paused && live.wants_pause.load(Ordering::Relaxed);
            let is_progress = broken.is_none() && !self.is_halted.load(Ordering::Relaxed);
            if is_progress && !is_cancelled { Then::GoOn } else { Then::Stop }
        });
        if let Some(halt) = broken {
            return Err(halt);
        }
        if self.is_halted.load(Ordering::Relaxed) {
            return Err(Halt::ShuttingDown);
        }
        let silent = Failure { kind: FailureKind::FileSystem, message: "the worker ended without a report".to_owned() };
        Ok(outcome.unwrap_or(Outcome::Failed(silent)))
    }

    /// Writes an event down, then lets it happen.
    pub(crate) fn record(&self, live: &Live, event: Event) -> Result<(), Halt> {
        if self.is_halted.load(Ordering::Relaxed) {
            return Err(Halt::ShuttingDown);
        }
        let mut recorded = live.recorded.lock();
        let after = recorded
            .of
            .clone()
            .apply(&event)
            .map_err(|source| JournalError::Contradiction { number: recorded.of.id.number, source: Box::new(source) })?;
        let now_ms = self.clock.now_ms();
        if let Err(error) = self.journal.lock().append(recorded.of.id, &event, after.state, now_ms) {
            // As after a crash: nothing more is done until the journal has been read again.
            self.is_halted.store(true, Ordering::Relaxed);
            return Err(error.into());
        }
        tracing::info!(id = %recorded.of.id, state = ?after.state, ?event, "recorded");
        recorded.of = after;
        recorded.events.push((now_ms, event));
        drop(recorded);
        live.touch(&self.versions);
        live.recorded_version.store(live.version.load(Ordering::Relaxed), Ordering::Relaxed);
        Ok(())
    }
}

/// These count their work from the beginning each time they run.
fn step_restarts_work(order: &StepOrder) -> bool {
    order.item_number == 0
        && order.action == Action::Run
        && matches!(order.kind, StepKind::Retag | StepKind::CopyTree | StepKind::Rebuild)
}

/// A worker answered a run with the report of a probe: the protocol is broken.
fn unreachable_report() -> Result<(), Halt> {
    panic!("a worker answered a run with the report of a probe")
}
