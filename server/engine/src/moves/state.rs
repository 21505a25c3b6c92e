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
use tidelock_shared::progress::MoveState;

use super::event::{Event, Failure, Note};
use crate::planner::plan::MovePlan;
use crate::planner::sequence::{StepKind, commit_position};

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
                self.state_at(*position)
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
                Unwinding
            }
            (Accepted, Event::CancelRequested) => {
                self.is_cancel_requested = true;
                Undone
            }
            (Preparing | Publishing, Event::CancelRequested) if !self.is_published() => {
                self.is_cancel_requested = true;
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
            (Done, Event::Purged) if self.purge == Purge::Started => {
                self.purge = Purge::Purged;
                Done
            }
            _ => return Err(illegal),
        };
        Ok(self)
    }

    fn set(&mut self, position: usize, status: StepStatus) -> Option<()> {
        *self.steps.get_mut(position)? = status;
        Some(())
    }

    /// The state in which a step runs.
    fn state_at(&self, position: usize) -> MoveState {
        let first_publish = self.plan.sequence.iter().position(|step| step.kind == StepKind::Publish);
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
        self.plan
            .sequence
            .iter()
            .zip(&self.steps)
            .all(|(step, status)| step.kind != StepKind::Publish || *status == StepStatus::Finished)
    }

    /// Whether a cancel still leads back to how everything was.
    pub fn can_be_cancelled(&self) -> bool {
        match self.state {
            MoveState::Accepted => true,
            MoveState::Preparing | MoveState::Publishing => !self.is_published(),
            _ => false,
        }
    }

    /// Whether retired sources wait for an undo or a purge.
    pub fn keeps_retired_source(&self) -> bool {
        self.state == MoveState::Done
            && self.purge == Purge::Kept
            && self.plan.sequence.iter().any(|step| step.kind == StepKind::RetireSource)
    }
}
