//! The events of a move whose journal is lost, from its record: pure.
//!
//! Where every item has its destination name the move is finished. Anything less goes back: who
//! asked for it may be long gone, and before the commit everything can.

use tidelock_shared::progress::MoveState;

use super::record::{Record, RecordedNote};
use crate::moves::event::{Event, Failure, FailureKind};
use crate::moves::state::Move;
use crate::planner::sequence::commit_position;

/// What was found of the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Every item has its destination name.
    Published,
    /// Not every one, or not yet.
    Unfinished,
    /// Its record says so, or an undo of it was accepted.
    Ended,
}

/// The events that lead to where recovery takes the move up. None if the record contradicts itself.
pub(super) fn events(record: &Record, notes: &[RecordedNote], outcome: Outcome) -> Option<Vec<Event>> {
    let sequence = &record.plan.sequence;
    let last_publish = sequence.iter().rposition(|step| step.kind.shows())?;
    let end = match outcome {
        Outcome::Published | Outcome::Unfinished => last_publish,
        Outcome::Ended => sequence.len().checked_sub(1)?,
    };
    let commit = commit_position(sequence);
    let mut events = vec![Event::Accepted];
    for (position, step) in sequence.iter().enumerate().take(end + 1) {
        events.push(Event::StepStarted { position });
        // Notes belong to an item; which of its steps found them out does not matter.
        let is_first_of_item = sequence.iter().position(|other| other.item == step.item) == Some(position);
        let of_item = notes.iter().filter(|line| is_first_of_item && line.item == step.item);
        events.extend(of_item.map(|line| Event::Noted { position, note: line.note.clone() }));
        if outcome != Outcome::Unfinished {
            events.push(Event::StepFinished { position });
        }
        if outcome == Outcome::Ended && position == commit {
            events.push(Event::Committed);
        }
    }
    match outcome {
        Outcome::Published => {}
        Outcome::Unfinished => {
            let failure = Failure { kind: FailureKind::WorldChanged, message: "the journal was lost on the way".to_owned() };
            events.push(Event::StepFailed { position: end, failure });
        }
        Outcome::Ended => events.push(Event::Done),
    }
    let is_possible = events.iter().try_fold(Move::new(record.id, record.plan.clone()), Move::apply).is_ok();
    is_possible.then_some(events)
}

/// Whether the record can be rebuilt, however far its move has come.
pub(super) fn is_consistent(record: &Record, notes: &[RecordedNote]) -> bool {
    let outcomes = [Outcome::Published, Outcome::Unfinished, Outcome::Ended];
    outcomes.into_iter().all(|outcome| events(record, notes, outcome).is_some())
}

/// Whether the move still needs somebody to drive it.
pub(super) fn is_open(state: MoveState) -> bool {
    !state.has_ended()
}
