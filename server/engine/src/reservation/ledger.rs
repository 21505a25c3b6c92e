//! What moves have set aside and not used yet, per payer.
//!
//! There is no ledger to keep: it is read off the moves each time, so it can never disagree with
//! them. What a copy has already been charged for counts as usage and no longer as reserved. Where
//! charges follow late (seconds on Lustre, recorded), a move that is done holds what it had for a
//! while: until then its bytes are neither usage yet nor room.

use serde::{Deserialize, Serialize};
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

/// What moves hold at one payer, and of the room on its mount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub reserved: Amount,
    /// On the whole mount, whoever pays.
    pub to_be_written: Amount,
}

impl Held {
    /// What of the room that a folder shows is spoken for: its project's, or its mount's.
    pub fn of_room(&self, is_of_project: bool) -> Amount {
        if is_of_project { self.reserved } else { self.to_be_written }
    }

    /// With what one more move holds.
    #[must_use]
    pub fn and(self, standing: Standing<'_>, payer: Payer) -> Self {
        Self {
            reserved: self.reserved + outstanding(standing, payer),
            to_be_written: self.to_be_written + to_be_written(standing, payer.device),
        }
    }
}

/// What a copy has not written yet; one that is done has written all, charged or not.
fn to_be_written(standing: Standing<'_>, device: u64) -> Amount {
    let of = standing.of;
    if of.state.has_ended() {
        return Amount::ZERO;
    }
    let reservations = of.plan.reservations.iter().filter(|reservation| reservation.payer.device == device);
    let copies = reservations.flat_map(|reservation| copies(reservation, &of.plan.items));
    copies.fold(Amount::ZERO, |sum, (item, planned)| sum + planned.copied_amount().less(charged_copy(of, item, planned)))
}

/// What of a reservation takes room on the mount: what is copied, not what is charged to somebody else where it is.
pub fn written(reservation: &Reservation, items: &[PlannedItem]) -> Amount {
    copies(reservation, items).fold(Amount::ZERO, |sum, (_, item)| sum + item.copied_amount())
}

fn copies<'a>(reservation: &'a Reservation, items: &'a [PlannedItem]) -> impl Iterator<Item = (u32, &'a PlannedItem)> {
    let planned = reservation.items.iter().filter_map(|&item| Some((item, items.get(usize::try_from(item).ok()?)?)));
    planned.filter(|(_, item)| !item.is_retagged())
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
