//! What a move needs next: a pure function of where it stands.

use tidelock_shared::progress::MoveState;

use super::state::{Move, StepStatus};
use crate::planner::sequence::commit_position;

/// The next thing the executor does for a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Run(usize),
    /// Record the commit point.
    Commit,
    RecordDone,
    Undo(usize),
    /// Make durable what was undone, then record it.
    SealUndone,
    /// Nothing: the move has ended or waits for a person.
    Rest,
}

/// The next thing to do.
pub fn decide(of: &Move) -> Decision {
    match of.state {
        _ if of.is_resting() => Decision::Rest,
        MoveState::Accepted | MoveState::Preparing | MoveState::Publishing => forward_to_commit(of),
        MoveState::Finishing => next_step(of).map_or(Decision::RecordDone, Decision::Run),
        MoveState::Unwinding => backward(of),
        MoveState::Done | MoveState::Undone | MoveState::Stuck => Decision::Rest,
    }
}

fn next_step(of: &Move) -> Option<usize> {
    of.steps.iter().position(|status| *status != StepStatus::Finished)
}

fn forward_to_commit(of: &Move) -> Decision {
    let commit = commit_position(&of.plan.sequence);
    match next_step(of) {
        Some(position) if position <= commit => Decision::Run(position),
        _ => Decision::Commit,
    }
}

/// Everything that was begun is undone, the latest first.
fn backward(of: &Move) -> Decision {
    let begun = of.steps.iter().rposition(|status| matches!(status, StepStatus::Started | StepStatus::Finished));
    begun.map_or(Decision::SealUndone, Decision::Undo)
}
