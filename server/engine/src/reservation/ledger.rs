//! What moves have set aside and not used yet, per payer.
//!
//! There is no ledger to keep: it is read off the moves each time, so it can never disagree with
//! them. What a copy has already been charged for counts as usage and no longer as reserved. Where
//! charges follow late (seconds on Lustre, recorded), a move that is done holds what it had for a
//! while: until then its bytes are neither usage yet nor room.

use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;

use crate::moves::event::Note;
use crate::moves::state::{Move, StepStatus};
use crate::planner::plan::{Payer, PlannedItem, Reservation};
use crate::planner::sequence::StepKind;

/// After so long every charge has arrived: recorded were up to 10 s.
pub const SETTLED_AFTER_MS: i64 = 15_000;

/// A move, and for how long nothing has happened to it.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    pub of: &'a Move,
    pub quiet_ms: i64,
}

/// What these moves hold at one payer.
pub fn reserved<'a>(moves: impl IntoIterator<Item = Standing<'a>>, payer: Payer) -> Amount {
    moves.into_iter().fold(Amount::ZERO, |sum, standing| sum + outstanding(standing, payer))
}

/// Whether a move that is done may not be charged in full yet.
pub fn is_settling(standing: Standing<'_>, payer: Payer) -> bool {
    let at_payer = |reservation: &&Reservation| reservation.payer == payer && reservation.settles_late;
    standing.of.state == MoveState::Done
        && standing.quiet_ms < SETTLED_AFTER_MS
        && standing.of.plan.reservations.iter().any(|reservation| at_payer(&reservation))
}

fn outstanding(standing: Standing<'_>, payer: Payer) -> Amount {
    let of = standing.of;
    match of.state {
        MoveState::Undone => return Amount::ZERO,
        MoveState::Done if !is_settling(standing, payer) => return Amount::ZERO,
        // A stuck move still holds what it set aside: a person will finish or unwind it.
        _ => {}
    }
    let reservations = of.plan.reservations.iter().filter(|reservation| reservation.payer == payer);
    reservations.fold(Amount::ZERO, |sum, reservation| sum + reservation.amount.less(charged(of, reservation)))
}

/// What is charged already: copies that are on stable storage, and trees that were retagged. Where charges
/// follow late, those of a retag may still be under way and stay held.
fn charged(of: &Move, reservation: &Reservation) -> Amount {
    let items = reservation.items.iter().filter_map(|&item| Some((item, of.plan.items.get(usize::try_from(item).ok()?)?)));
    items.fold(Amount::ZERO, |sum, (item, planned)| match planned.is_retagged() {
        true if reservation.settles_late => sum,
        true => sum + charged_retag(of, item, planned),
        false => sum + charged_copy(of, item, planned),
    })
}

fn step(of: &Move, kind: StepKind, item: u32) -> Option<(usize, bool)> {
    let position = of.plan.sequence.iter().position(|step| step.kind == kind && step.item == item)?;
    Some((position, of.steps.get(position) == Some(&StepStatus::Finished)))
}

fn charged_retag(of: &Move, item: u32, planned: &PlannedItem) -> Amount {
    match step(of, StepKind::Retag, item) {
        Some((_, true)) => planned.copied_amount(),
        _ => Amount::ZERO,
    }
}

fn charged_copy(of: &Move, item: u32, planned: &PlannedItem) -> Amount {
    let Some((position, is_finished)) = step(of, StepKind::CopyTree, item) else { return Amount::ZERO };
    let whole = planned.copied_amount();
    if is_finished {
        return whole;
    }
    let durable = of.notes.iter().filter(|(at, _)| *at == position).filter_map(|(_, note)| match note {
        Note::CopyDurable { entries, bytes, .. } => Some((*entries, *bytes)),
        _ => None,
    });
    // A copy that goes on after a crash counts anew: the largest count is true of all.
    let (entries, bytes) = durable.fold((0, 0), |(entries, bytes), (e, b)| (entries.max(e), bytes.max(b)));
    // Further names of an inode are entries that take none.
    let names_without_inode = planned.tally.entries.saturating_sub(planned.tally.amount.inodes);
    Amount { bytes: bytes.min(whole.bytes), inodes: entries.saturating_sub(names_without_inode).min(whole.inodes) }
}

#[cfg(test)]
mod tests;
