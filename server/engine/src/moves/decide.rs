//! What a move needs next: a pure function of where it stands.

use tidelock_shared::progress::MoveState;

use super::state::{Move, StepStatus};
use crate::planner::sequence::{StepKind, commit_position};

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

/// Everything that was begun is undone, the latest first. A barrier that nothing came after has nothing to make durable on
/// the way back: it may have failed for want of room, and what is out of sight is not to wait for that.
fn backward(of: &Move) -> Decision {
    let is_begun = |status: &StepStatus| matches!(status, StepStatus::Started | StepStatus::Finished);
    let Some(latest) = of.steps.iter().rposition(is_begun) else { return Decision::SealUndone };
    let was_last = of.steps.iter().skip(latest + 1).all(|status| *status == StepStatus::Waiting);
    let is_barrier = of.plan.sequence.get(latest).is_some_and(|step| step.kind == StepKind::Barrier);
    let is_idle = is_barrier && was_last && of.steps.get(latest) == Some(&StepStatus::Started);
    let before = of.steps.iter().take(latest).rposition(is_begun);
    if is_idle { before.map_or(Decision::SealUndone, Decision::Undo) } else { Decision::Undo(latest) }
}
