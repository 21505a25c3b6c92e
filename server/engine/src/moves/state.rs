//! Where a move stands, and the one total function that changes it.
//!
//! ```text
//!  Accepted ─▶ Preparing ─▶ Publishing ─◆▶ Finishing ─▶ Done
//!                 │             │             │
//!                 ▼             ▼             ▼
//!             Unwinding ◀───────┘           Stuck
//!                 │  └────────────────────────▲
//!                 ▼
//!              Undone
//! ```
//!
//! Recovery replays the journal through [`Move::apply`]; nothing else builds a [`Move`], so
//! there is no second path that runs only after a crash.

use serde::{Deserialize, Serialize};
use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::progress::MoveState;

use super::event::{Event, Failure, Note};
use crate::planner::plan::{MovePlan, PlannedItem};
use crate::planner::sequence::{Step, StepKind, commit_position};

/// A move as its events tell it.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    pub id: MoveId,
    pub plan: MovePlan,
    pub state: MoveState,
    /// One for each step of the plan's sequence.
    pub steps: Vec<StepStatus>,
    pub notes: Vec<(usize, Note)>,
    pub is_cancel_requested: bool,
    pub is_paused: bool,
    pub is_held: bool,
    /// The first reason for unwinding or being stuck.
    pub failure: Option<Failure>,
    /// Whether the state before `Stuck` had passed the commit point.
    pub is_committed: bool,
    pub purge: Purge,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    #[default]
    Waiting,
    /// It may have had any part of its effect.
    Started,
    Finished,
    Undone,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purge {
    #[default]
    Kept,
    Started,
    Purged,
}

/// The event cannot follow in this state: the journal and the code disagree.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{event:?} cannot happen to a move that is {state:?}")]
pub struct IllegalTransition {
    pub state: MoveState,
    pub event: Event,
}

impl Move {
    /// A move just accepted.
    pub fn new(id: MoveId, plan: MovePlan) -> Self {
        let steps = vec![StepStatus::Waiting; plan.sequence.len()];
        Self {
            id,
            plan,
            state: MoveState::Accepted,
            steps,
            notes: Vec::new(),
            is_cancel_requested: false,
            is_paused: false,
            is_held: false,
            failure: None,
            is_committed: false,
            purge: Purge::Kept,
        }
    }

    /// The move after `event`.
    ///
    /// # Errors
    /// If no arrow of the diagram leads from here along the event.
    pub fn apply(mut self, event: &Event) -> Result<Self, IllegalTransition> {
        use MoveState::{Accepted, Done, Finishing, Preparing, Publishing, Stuck, Undone, Unwinding};
        let illegal = IllegalTransition { state: self.state, event: event.clone() };
        self.state = match (self.state, event) {
            (Accepted, Event::Accepted) => Accepted,
            (Accepted | Preparing | Publishing | Finishing, Event::StepStarted { position }) => {
                self.set(*position, StepStatus::Started).ok_or(illegal)?;
                match (self.state, self.state_at(*position)) {
                    // What recovery does again does not take back what can be seen already.
                    (Publishing | Finishing, Preparing) => self.state,
                    (_, at) => at,
                }
            }
            (Preparing | Publishing | Finishing, Event::StepFinished { position }) => {
                self.set(*position, StepStatus::Finished).ok_or(illegal)?;
                self.state
            }
            (Preparing | Publishing | Finishing, Event::Reopened { position }) => {
                self.set(*position, StepStatus::Started).ok_or(illegal)?;
                self.state
            }
            (Unwinding, Event::Reopened { position }) => {
                self.set(*position, StepStatus::Started).ok_or(illegal)?;
                Unwinding
            }
            (Preparing | Publishing | Finishing | Unwinding, Event::Noted { position, note }) => {
                self.notes.push((*position, note.clone()));
                self.state
            }
            (Preparing | Publishing, Event::StepFailed { failure, .. }) => {
                self.failure.get_or_insert_with(|| failure.clone());
                self.turn_back();
                Unwinding
            }
            (Accepted | Preparing, Event::Paused) if !self.is_paused => {
                self.is_paused = true;
                self.state
            }
            (Accepted | Preparing, Event::Resumed) if self.is_paused => {
                self.is_paused = false;
                self.state
            }
            (Accepted | Preparing, Event::Held) if !self.is_held => {
                self.is_held = true;
                self.state
            }
            (Accepted | Preparing, Event::HoldLifted) if self.is_held => {
                self.is_held = false;
                self.state
            }
            (Accepted, Event::CancelRequested) => {
                self.is_cancel_requested = true;
                self.turn_back();
                Undone
            }
            (Preparing | Publishing, Event::CancelRequested) if !self.is_published() => {
                self.is_cancel_requested = true;
                self.turn_back();
                Unwinding
            }
            (Unwinding, Event::StepUndone { position }) => {
                self.set(*position, StepStatus::Undone).ok_or(illegal)?;
                Unwinding
            }
            (Publishing, Event::Committed) if self.is_published() => {
                self.is_committed = true;
                Finishing
            }
            (Finishing, Event::Done) => Done,
            (Unwinding, Event::Undone) => Undone,
            (Finishing | Unwinding, Event::Stuck { failure }) => {
                self.failure = Some(failure.clone());
                Stuck
            }
            (Stuck, Event::Retried) if self.is_committed => Finishing,
            (Stuck, Event::Retried) => Unwinding,
            (Done, Event::PurgeStarted) if self.purge == Purge::Kept => {
                self.purge = Purge::Started;
                Done
            }
            (Done, Event::Noted { position, note }) if self.purge == Purge::Started => {
                self.notes.push((*position, note.clone()));
                Done
            }
            (Done, Event::Purged) if self.purge == Purge::Started => {
                self.purge = Purge::Purged;
                Done
            }
            _ => return Err(illegal),
        };
        Ok(self)
    }

    /// The way back waits for nobody, so there is nothing left to resume or to lift.
    fn turn_back(&mut self) {
        (self.is_paused, self.is_held) = (false, false);
    }

    fn set(&mut self, position: usize, status: StepStatus) -> Option<()> {
        *self.steps.get_mut(position)? = status;
        Some(())
    }

    /// The state in which a step runs.
    fn state_at(&self, position: usize) -> MoveState {
        let first_publish = self.plan.sequence.iter().position(|step| step.kind.shows());
        if position > commit_position(&self.plan.sequence) {
            MoveState::Finishing
        } else if first_publish.is_some_and(|first| position >= first) {
            MoveState::Publishing
        } else {
            MoveState::Preparing
        }
    }

    /// Every item has its destination name: from here recovery goes forward.
    pub fn is_published(&self) -> bool {
        self.plan.sequence.iter().zip(&self.steps).all(|(step, status)| !step.kind.shows() || *status == StepStatus::Finished)
    }

    /// Whether a cancel still leads back to how everything was.
    pub fn can_be_cancelled(&self) -> bool {
        match self.state {
            MoveState::Accepted => true,
            MoveState::Preparing | MoveState::Publishing => !self.is_published(),
            _ => false,
        }
    }

    /// Whether this is, or lies in, what it moves or where that goes, and it has not ended.
    pub fn works_on(&self, path: &FilePath) -> bool {
        let is_of = |item: &PlannedItem| path.is_at_or_below(&item.source_path()) || path.is_at_or_below(&item.destination_path());
        !self.state.has_ended() && self.plan.items.iter().any(is_of)
    }

    /// Whether its asker can let it wait.
    pub fn can_be_paused(&self) -> bool {
        !self.is_paused && self.can_wait()
    }

    /// Nothing is to be done for it until somebody says something.
    pub fn is_resting(&self) -> bool {
        let waits_for_somebody =
            matches!(self.state, MoveState::Accepted | MoveState::Preparing) && (self.is_paused || self.is_held);
        self.state.is_final() || waits_for_somebody
    }

    /// Nothing of it can be seen yet, and nothing has gone out of sight.
    fn can_wait(&self) -> bool {
        let is_begun = |status| matches!(status, StepStatus::Started | StepStatus::Finished);
        let has_hidden = self.plan.sequence.iter().zip(&self.steps).any(|(step, status)| step.kind.hides() && is_begun(*status));
        matches!(self.state, MoveState::Accepted | MoveState::Preparing) && !has_hidden
    }

    /// Whether an administrator can still hold it.
    pub fn can_be_held(&self) -> bool {
        !self.is_held && self.can_wait()
    }

    /// Whether others would see this step first of all.
    pub fn comes_into_sight_at(&self, position: usize) -> bool {
        let is_seen = |step: &Step| step.kind.hides() || step.kind.shows();
        self.can_wait() && self.plan.sequence.get(position).is_some_and(is_seen)
    }

    /// Whether a step of this kind may have had any part of its effect.
    pub fn has_begun(&self, kind: StepKind) -> bool {
        self.plan.sequence.iter().zip(&self.steps).any(|(step, status)| step.kind == kind && *status != StepStatus::Waiting)
    }

    /// Whether the plan has a step of this kind that is done, and not undone.
    pub fn has_finished(&self, kind: StepKind) -> bool {
        self.plan.sequence.iter().zip(&self.steps).any(|(step, status)| step.kind == kind && *status == StepStatus::Finished)
    }

    /// Whether it relies on the journal alone: it could not be written down beside its source.
    pub fn is_undescribed(&self) -> bool {
        self.notes.iter().any(|(_, note)| matches!(note, Note::Undescribed { .. }))
    }

    /// Whether anything of it lies hidden once it has ended.
    pub fn hides_something(&self) -> bool {
        let has_kept = self.notes.iter().any(|(_, note)| matches!(note, Note::Kept { .. }));
        let keeps = self.state != MoveState::Unwinding && self.plan.items.iter().any(PlannedItem::keeps_something);
        has_kept || keeps
    }

    /// Whether retired sources or replaced things wait for an undo or a purge.
    pub fn keeps_retired_source(&self) -> bool {
        self.state == MoveState::Done && self.purge == Purge::Kept && self.plan.items.iter().any(PlannedItem::keeps_something)
    }
}

#[cfg(test)]
mod tests {
    use tidelock_shared::id::EngineId;

    use super::*;
    use crate::moves::decide::{Decision, decide};
    use crate::moves::event::FailureKind;
    use crate::planner::sequence::Step;

    /// Reserve, retag, barrier, publish, barrier, release.
    fn accepted() -> Move {
        let kinds =
            [StepKind::Reserve, StepKind::Retag, StepKind::Barrier, StepKind::Publish, StepKind::Barrier, StepKind::Release];
        let sequence = kinds.map(|kind| Step { kind, item: 0 }).to_vec();
        let plan = MovePlan { sequence, ..MovePlan::default() };
        Move::new(MoveId { engine: EngineId::from_bits(1), number: 1 }, plan)
    }

    fn failure() -> Failure {
        Failure { kind: FailureKind::FileSystem, message: "no".to_owned() }
    }

    /// Follows `decide` for `decisions` steps, as the executor would without any failure.
    fn driven(decisions: usize) -> Move {
        (0..decisions).fold(accepted(), |of, _| match decide(&of) {
            Decision::Run(position) => {
                of.apply(&Event::StepStarted { position }).unwrap().apply(&Event::StepFinished { position }).unwrap()
            }
            Decision::Commit => of.apply(&Event::Committed).unwrap(),
            Decision::RecordDone => of.apply(&Event::Done).unwrap(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn an_undisturbed_move_goes_through_its_states_in_order() {
        let states: Vec<MoveState> = (0..=8).map(|decisions| driven(decisions).state).collect();
        use MoveState::{Accepted, Done, Finishing, Preparing, Publishing};
        assert_eq!(states, [Accepted, Preparing, Preparing, Preparing, Publishing, Publishing, Finishing, Finishing, Done]);
    }

    #[test]
    fn a_failure_before_the_commit_undoes_what_was_begun_in_reverse() {
        let mut of = driven(3).apply(&Event::StepStarted { position: 3 }).unwrap();
        of = of.apply(&Event::StepFailed { position: 3, failure: failure() }).unwrap();
        assert_eq!(of.state, MoveState::Unwinding);
        for position in [3, 2, 1, 0] {
            assert_eq!(decide(&of), Decision::Undo(position));
            of = of.apply(&Event::StepUndone { position }).unwrap();
        }
        assert_eq!(decide(&of), Decision::SealUndone);
        assert_eq!(of.apply(&Event::Undone).unwrap().state, MoveState::Undone);
    }

    /// Found by seed 6400071697.
    #[test]
    fn a_barrier_is_made_on_the_way_back_only_if_something_came_after_it() {
        let barrier = accepted().plan.sequence.iter().position(|step| step.kind == StepKind::Barrier).unwrap();
        let begun = driven(barrier).apply(&Event::StepStarted { position: barrier }).unwrap();
        let failed = begun.apply(&Event::StepFailed { position: barrier, failure: failure() }).unwrap();
        assert_eq!(decide(&failed), Decision::Undo(barrier - 1));
        let begun = driven(barrier + 1).apply(&Event::StepStarted { position: barrier + 1 }).unwrap();
        let mut of = begun.apply(&Event::StepFailed { position: barrier + 1, failure: failure() }).unwrap();
        of = of.apply(&Event::StepUndone { position: barrier + 1 }).unwrap();
        assert_eq!(decide(&of), Decision::Undo(barrier), "what was taken back lies behind it");
    }

    #[test]
    fn nothing_goes_back_after_the_commit() {
        let of = driven(6);
        assert_eq!(of.state, MoveState::Finishing);
        for event in [Event::CancelRequested, Event::StepFailed { position: 5, failure: failure() }, Event::Undone] {
            assert!(of.clone().apply(&event).is_err(), "{event:?}");
        }
        assert!(!of.can_be_cancelled());
    }

    #[test]
    fn a_paused_move_rests_until_it_is_resumed_or_cancelled() {
        let paused = driven(2).apply(&Event::Paused).unwrap();
        assert_eq!(decide(&paused), Decision::Rest);
        assert!(paused.clone().apply(&Event::Paused).is_err());
        let resumed = paused.clone().apply(&Event::Resumed).unwrap();
        assert_eq!(decide(&resumed), decide(&driven(2)));
        assert_eq!(decide(&paused.apply(&Event::CancelRequested).unwrap()), Decision::Undo(1));
        assert!(!driven(4).can_be_paused(), "a name can be seen already");
    }

    #[test]
    fn a_hold_is_lifted_by_itself_and_not_by_a_resume() {
        let held = driven(2).apply(&Event::Held).unwrap();
        assert_eq!(decide(&held), Decision::Rest);
        assert!(held.clone().apply(&Event::Resumed).is_err());
        let both = held.apply(&Event::Paused).unwrap();
        assert_eq!(decide(&both.clone().apply(&Event::Resumed).unwrap()), Decision::Rest, "it is held still");
        let both = both.apply(&Event::HoldLifted).unwrap();
        assert_eq!(decide(&both), Decision::Rest, "it is paused still");
        assert_eq!(decide(&both.apply(&Event::Resumed).unwrap()), decide(&driven(2)));
        assert!(!driven(4).can_be_held(), "a name can be seen already");
    }

    #[test]
    fn a_cancelled_move_waits_for_nobody() {
        let waiting = driven(2).apply(&Event::Held).unwrap().apply(&Event::Paused).unwrap();
        let cancelled = waiting.apply(&Event::CancelRequested).unwrap();
        assert_eq!((cancelled.is_held, cancelled.is_paused), (false, false));
        assert_eq!(decide(&cancelled), Decision::Undo(1));
    }

    #[test]
    fn a_cancel_before_any_step_ends_at_once_and_one_after_publishing_comes_too_late() {
        assert_eq!(accepted().apply(&Event::CancelRequested).unwrap().state, MoveState::Undone);
        assert_eq!(driven(2).apply(&Event::CancelRequested).unwrap().state, MoveState::Unwinding);
        assert!(driven(4).apply(&Event::CancelRequested).is_err(), "every item is published");
    }

    #[test]
    fn a_stuck_move_goes_on_in_the_direction_that_it_had() {
        let stuck = |of: Move| of.apply(&Event::Stuck { failure: failure() }).unwrap();
        let forward = stuck(driven(6)).apply(&Event::Retried).unwrap();
        assert_eq!(forward.state, MoveState::Finishing);
        let failed = driven(2).apply(&Event::StepStarted { position: 2 }).unwrap();
        let failed = failed.apply(&Event::StepFailed { position: 2, failure: failure() }).unwrap();
        assert_eq!(stuck(failed).apply(&Event::Retried).unwrap().state, MoveState::Unwinding);
    }

    #[test]
    fn a_commit_without_every_publish_is_illegal() {
        assert!(driven(3).apply(&Event::Committed).is_err());
    }

    #[test]
    fn a_purge_begins_once_and_only_after_the_end() {
        assert!(driven(3).apply(&Event::PurgeStarted).is_err());
        let purging = driven(8).apply(&Event::PurgeStarted).unwrap();
        assert!(purging.clone().apply(&Event::PurgeStarted).is_err());
        assert_eq!(purging.apply(&Event::Purged).unwrap().purge, Purge::Purged);
    }
}
