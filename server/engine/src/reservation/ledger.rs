//! The sum of what open moves have set aside, per payer.
//!
//! There is no ledger to keep: it is read off the open moves each time, so it can never
//! disagree with them.

use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;

use crate::moves::state::Move;
use crate::planner::plan::Payer;

/// What these moves have set aside at one payer. Moves that have ended count nothing.
pub fn reserved<'a>(open: impl IntoIterator<Item = &'a Move>, payer: Payer) -> Amount {
    open.into_iter()
        // A stuck move still holds what it set aside: a person will finish or unwind it.
        .filter(|open| !matches!(open.state, MoveState::Done | MoveState::Undone))
        .flat_map(|open| &open.plan.reservations)
        .filter(|reservation| reservation.payer == payer)
        .fold(Amount::ZERO, |sum, reservation| sum + reservation.amount)
}
