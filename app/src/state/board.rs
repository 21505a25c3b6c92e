//! The board in numbers, and its limits as somebody writes them.

use tidelock_shared::limits::Limits;
use tidelock_shared::progress::{MoveState, MoveView};

use crate::state::search::size;

/// How many moves are in which condition, and how fast all of them are together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    pub running: u64,
    /// For room, tape, a server, or their turn.
    pub waiting: u64,
    /// By whoever asked for them, or by an administrator.
    pub resting: u64,
    pub stuck: u64,
    pub bytes_per_second: f64,
    pub entries_per_second: f64,
}

impl Totals {
    pub fn of(moves: &[MoveView]) -> Self {
        let mut totals = Self::default();
        for view in moves.iter().filter(|view| is_on_board(view)) {
            let counter = match view {
                _ if view.state == MoveState::Stuck => &mut totals.stuck,
                _ if view.is_paused || view.is_held => &mut totals.resting,
                _ if view.is_waiting => &mut totals.waiting,
                _ => &mut totals.running,
            };
            *counter += 1;
            totals.bytes_per_second += view.bytes_per_second.unwrap_or_default();
            totals.entries_per_second += view.entries_per_second.unwrap_or_default();
        }
        totals
    }
}

/// What an administrator may have to do something about.
pub fn is_on_board(view: &MoveView) -> bool {
    !view.state.has_ended()
}

/// The limits as they stand in the form's fields. An empty field is no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitsDraft {
    pub moves_at_once: String,
    pub operations_per_second: String,
    pub bytes_per_second: String,
    pub is_drained: bool,
}

/// A field that cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    MovesAtOnce,
    Operations,
    Bytes,
}

impl LimitsDraft {
    pub fn of(limits: &Limits) -> Self {
        let text = |limit: Option<u64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        Self {
            moves_at_once: limits.moves_at_once.to_string(),
            operations_per_second: text(limits.operations_per_second),
            bytes_per_second: limits.bytes_per_second.map(written).unwrap_or_default(),
            is_drained: limits.is_drained,
        }
    }

    /// What is meant, or all that is not understood.
    pub fn read(&self) -> Result<Limits, Vec<Mistake>> {
        let optional = |text: &str, read: fn(&str) -> Option<u64>| match text.trim() {
            "" => Some(None),
            text => read(text).filter(|limit| *limit > 0).map(Some),
        };
        let moves_at_once = self.moves_at_once.trim().parse().ok().filter(|moves: &u32| *moves > 0);
        let operations = optional(&self.operations_per_second, |text| text.parse().ok());
        let bytes = optional(&self.bytes_per_second, size);
        match (moves_at_once, operations, bytes) {
            (Some(moves_at_once), Some(operations_per_second), Some(bytes_per_second)) => {
                Ok(Limits { moves_at_once, operations_per_second, bytes_per_second, is_drained: self.is_drained })
            }
            _ => {
                let all = [
                    (moves_at_once.is_none(), Mistake::MovesAtOnce),
                    (operations.is_none(), Mistake::Operations),
                    (bytes.is_none(), Mistake::Bytes),
                ];
                Err(all.into_iter().filter_map(|(is_wrong, mistake)| is_wrong.then_some(mistake)).collect())
            }
        }
    }
}

/// A number of bytes that reads back as the same: in the largest unit that divides it.
fn written(bytes: u64) -> String {
    let units = ["", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"];
    let power = (bytes.trailing_zeros() / 10).min(6);
    format!("{}{}", bytes >> (10 * power), units.get(power as usize).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::move_list::tests::view;

    #[test]
    fn moves_are_counted_by_what_an_administrator_would_do_about_them() {
        let running = MoveView { bytes_per_second: Some(2.0), entries_per_second: Some(1.0), ..view(1, MoveState::Preparing, 0.5) };
        let moves = [
            running.clone(),
            MoveView { is_waiting: true, ..running.clone() },
            MoveView { is_paused: true, is_waiting: true, ..view(3, MoveState::Preparing, 0.1) },
            MoveView { is_held: true, ..view(4, MoveState::Accepted, 0.0) },
            view(5, MoveState::Stuck, 0.5),
            view(6, MoveState::Done, 1.0),
            view(7, MoveState::Undone, 1.0),
        ];
        let expected = Totals { running: 1, waiting: 1, resting: 2, stuck: 1, bytes_per_second: 4.0, entries_per_second: 2.0 };
        assert_eq!(Totals::of(&moves), expected);
    }

    #[test]
    fn limits_are_written_as_they_are_read_and_every_slip_is_told() {
        for bytes in [None, Some(1), Some(1 << 30), Some(500 << 20), Some((1 << 40) + 1), Some(3 << 60)] {
            let limits = Limits { bytes_per_second: bytes, operations_per_second: Some(200), ..Limits::default() };
            assert_eq!(LimitsDraft::of(&limits).read(), Ok(limits), "{bytes:?}");
        }
        let draft = LimitsDraft {
            moves_at_once: "0".to_owned(),
            operations_per_second: "many".to_owned(),
            bytes_per_second: "0".to_owned(),
            is_drained: true,
        };
        assert_eq!(draft.read(), Err(vec![Mistake::MovesAtOnce, Mistake::Operations, Mistake::Bytes]));
        let empty = LimitsDraft { operations_per_second: " ".to_owned(), ..LimitsDraft::of(&Limits::default()) };
        assert_eq!(empty.read(), Ok(Limits::default()));
    }
}
