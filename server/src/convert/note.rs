//! One sentence about a move: what it waits for, or what it is doing.

use tidelock_engine::moves::event::Note;
use tidelock_engine::moves::state::Move;
use tidelock_engine::worker::Wait;
use tidelock_engine::{Snapshot, Waits};
use tidelock_shared::progress::{MoveState, Phase};

use super::phase;
use crate::words::{bytes, count};

/// The sentence, where there is something to say.
pub(super) fn of(snapshot: &Snapshot) -> Option<String> {
    waits(snapshot).or_else(|| standing(&snapshot.recorded.of))
}

/// What keeps it from going on.
fn waits(snapshot: &Snapshot) -> Option<String> {
    let of = &snapshot.recorded.of;
    let told = match snapshot.waits.as_ref()? {
        _ if of.is_resting() => return None,
        Waits::Turn => "Waits for its turn: other moves run first.".to_owned(),
        Waits::Step(Wait::Restore { files, bytes: missing }) => {
            let left = count(*files, "file", "files");
            format!("Waits for tape: {left} with {} have not come back yet.", bytes(*missing))
        }
        Waits::Step(Wait::Room) => {
            "Waits for room: the project or the file system is full. It goes on by itself once there is some.".to_owned()
        }
        Waits::Step(Wait::Servers) => "Waits for a file server that does not answer.".to_owned(),
    };
    Some(told)
}

/// What is going on, or what became of it.
fn standing(of: &Move) -> Option<String> {
    let told = of.notes.iter().rev().find_map(|(_, note)| match note {
        Note::Kept { path } => Some(format!("Others had changed some of it; it is kept at '{}'.", path.shown())),
        Note::BroughtBackAs { path } => Some(format!("The old name was taken meanwhile; it came back as '{}'.", path.shown())),
        _ => None,
    });
    told.or_else(|| match of.state {
        _ if of.is_held => Some("An administrator holds this move. What is done so far stays.".to_owned()),
        _ if of.is_paused => Some("Paused. What is done so far stays; resume it whenever you like.".to_owned()),
        MoveState::Preparing if phase(of) == Some(Phase::Copy) => {
            Some("The original stays in place until the copy is complete.".to_owned())
        }
        MoveState::Preparing if phase(of) == Some(Phase::Rebuild) => {
            Some("The tree is hidden until all of it has its new place.".to_owned())
        }
        MoveState::Preparing if phase(of) == Some(Phase::Retag) => {
            Some("Everything stays readable and writable meanwhile.".to_owned())
        }
        MoveState::Unwinding => Some("Bringing everything back to how it was.".to_owned()),
        _ => None,
    })
}
