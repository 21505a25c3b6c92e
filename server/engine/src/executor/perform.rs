//! One order, given to whoever acts for the user of its move, and what is heard of it meanwhile.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::drive::{Driver, Halt, Outcome};
use super::live::Live;
use crate::moves::event::{Event, Failure, FailureKind};
use crate::planner::sequence::StepKind;
use crate::worker::{Action, StepOrder, StepReport, Then, Wait};

/// Whoever is slowed down looks up so often whether that is still wanted.
const LONGEST_NAP: Duration = Duration::from_millis(100);

impl Driver {
    pub(super) fn perform_order(&self, live: &Live, position: Option<usize>, order: &StepOrder) -> Result<Outcome, Halt> {
        if step_restarts_work(order) {
            live.meter.restart();
        }
        let (may_be_cancelled, may_be_paused, may_be_held, user) = {
            let recorded = live.recorded.lock();
            let is_run = order.action == Action::Run;
            let of = &recorded.of;
            let user = of.plan.acts_as().to_owned();
            (is_run && of.can_be_cancelled(), is_run && of.can_be_paused(), is_run && of.can_be_held(), user)
        };
        let is_stopped = || {
            may_be_cancelled && live.wants_cancel.load(Ordering::Relaxed)
                || may_be_paused && live.wants_pause.load(Ordering::Relaxed)
                || may_be_held && live.wants_hold.load(Ordering::Relaxed)
                || self.is_halted.load(Ordering::Relaxed)
        };
        let mut outcome = None;
        let mut broken = None;
        // To find somebody may take its time, in which others look at the move.
        let agent = match self.agents.of(&user) {
            Ok(agent) => agent,
            Err(error) => {
                let failure = Failure { kind: FailureKind::FileSystem, message: error.to_string() };
                return Ok(Outcome::Waits(Wait::Servers, failure));
            }
        };
        agent.worker.perform(order, &mut |report| {
            // Whoever notes something goes on to act on it; the next progress hears of a wish to stop.
            let is_note = matches!(report, StepReport::Noted(_));
            match report {
                StepReport::Progress { entries, bytes } => {
                    live.meter.add(entries, bytes);
                    live.has_worked.fetch_or(entries > 0 || bytes > 0, Ordering::Relaxed);
                    live.touch(&self.versions);
                    self.slow_down(entries * operations_an_entry(order.kind), bytes, &is_stopped);
                }
                StepReport::Noted(note) => {
                    let Some(position) = position else { return Then::GoOn };
                    if let Err(halt) = self.record(live, Event::Noted { position, note }) {
                        broken = Some(halt);
                    }
                }
                StepReport::Finished => outcome = Some(Outcome::Finished),
                StepReport::Failed(failure) => outcome = Some(Outcome::Failed(failure)),
                StepReport::Waits { wait, failure } => outcome = Some(Outcome::Waits(wait, failure)),
                StepReport::Probed(probe) => outcome = Some(Outcome::Probed(probe)),
            }
            if broken.is_none() && (is_note || !is_stopped()) { Then::GoOn } else { Then::Stop }
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

    /// Keeps all moves together within the limits: whoever has just done some work waits for it.
    pub(crate) fn slow_down(&self, operations: u64, bytes: u64, is_stopped: &dyn Fn() -> bool) {
        let limits = *self.limits.lock();
        let mut pause = self.throttle.lock().count(&limits, operations, bytes, self.clock.now_ms());
        while !pause.is_zero() && !is_stopped() && *self.limits.lock() == limits {
            let piece = pause.min(LONGEST_NAP);
            self.clock.pause(piece);
            pause -= piece;
        }
    }
}

/// Calls that a step makes to change names and attributes of one entry, about: what the limit on
/// operations counts.
fn operations_an_entry(kind: StepKind) -> u64 {
    match kind {
        // Create, owner, mode, times, project ID, and some attributes; the content is bytes.
        StepKind::CopyTree | StepKind::Verify => 6,
        StepKind::Rebuild => 2,
        _ => 1,
    }
}

/// These count their work from the beginning each time they run.
fn step_restarts_work(order: &StepOrder) -> bool {
    order.item_number == 0
        && order.action == Action::Run
        && matches!(order.kind, StepKind::Retag | StepKind::Repair | StepKind::CopyTree | StepKind::Rebuild)
}
