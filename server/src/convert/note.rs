//! One sentence about a move: what it waits for, or what it is doing.

use tidelock_engine::moves::event::Note;
use tidelock_engine::moves::state::Move;
use tidelock_engine::worker::Wait;
use tidelock_engine::{Snapshot, Waits};
use tidelock_shared::progress::{MoveState, Phase};

use super::phase;
use crate::words::{bytes, words};

/// The sentence, where there is something to say.
pub(super) fn of(snapshot: &Snapshot) -> Option<String> {
    waits(snapshot).or_else(|| standing(&snapshot.recorded.of))
}

/// What keeps it from going on.
fn waits(snapshot: &Snapshot) -> Option<String> {
    let of = &snapshot.recorded.of;
    let told = match snapshot.waits.as_ref()? {
        _ if of.is_resting() => return None,
        Waits::Turn => words().waits_turn().to_owned(),
        Waits::Step(Wait::Restore { files, bytes: missing }) => words().waits_tape(*files, &bytes(*missing)),
        Waits::Step(Wait::Room) => words().waits_room().to_owned(),
        Waits::Step(Wait::Servers) => words().waits_servers().to_owned(),
        Waits::Step(Wait::Drained) => words().waits_drained().to_owned(),
    };
    Some(told)
}

/// What is going on, or what became of it.
fn standing(of: &Move) -> Option<String> {
    let told = of.notes.iter().rev().find_map(|(_, note)| match note {
        Note::Kept { path } => Some(words().kept_at(&path.shown())),
        Note::BroughtBackAs { path } => Some(words().came_back_as(&path.shown())),
        Note::Missing { path } => Some(words().not_found_again(&path.shown())),
        _ => None,
    });
    told.or_else(|| match of.state {
        _ if of.is_held => Some(words().held_by().to_owned()),
        _ if of.is_paused => Some(words().paused_so_far().to_owned()),
        MoveState::Preparing if phase(of) == Some(Phase::Copy) => Some(words().copy_in_place().to_owned()),
        MoveState::Preparing if phase(of) == Some(Phase::Rebuild) => Some(words().tree_is_hidden().to_owned()),
        MoveState::Preparing if phase(of) == Some(Phase::Retag) => Some(words().stays_usable().to_owned()),
        MoveState::Unwinding => Some(words().putting_back().to_owned()),
        _ => None,
    })
}
