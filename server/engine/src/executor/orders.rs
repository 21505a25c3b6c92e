//! From a move and a position to the order that a worker gets: pure.

use std::collections::BTreeMap;

use tidelock_shared::id::MoveId;
use tidelock_shared::quota::Amount;

use crate::moves::event::Note;
use crate::moves::state::{Move, StepStatus};
use crate::planner::plan::FolderRef;
use crate::planner::sequence::{Step, StepKind};
use crate::recovery::{Record, RecordedNote};
use crate::reservation::ledger::{Held, written};
use crate::worker::{Action, Admission, RecordOrder, StepOrder};

/// The order for one step. `held_by_others` is asked per reservation.
pub(super) fn order(
    of: &Move,
    step: Step,
    action: Action,
    held_by_others: &[Held],
    entries_a_checkpoint: u64,
    home: &str,
) -> Option<StepOrder> {
    let item = of.plan.items.get(usize::try_from(step.item).ok()?)?.clone();
    Some(StepOrder {
        move_id: of.id,
        kind: step.kind,
        action,
        item_number: step.item,
        item,
        has_to_be: action == Action::Undo || of.is_committed,
        folders: folders(of),
        notes: notes(of, step.item),
        compare: of.plan.asked.compare,
        entries_a_checkpoint,
        admissions: admissions(of, step, held_by_others),
        record: record(of, step, home),
    })
}

/// What the step needs to know of the record; none in moves of releases that wrote none.
fn record(of: &Move, step: Step, home: &str) -> Option<RecordOrder> {
    let is_described = of.plan.sequence.iter().any(|step| step.kind == StepKind::Describe);
    let folder = of.plan.items.first().filter(|_| is_described)?.source_folder.clone();
    let is_written = step.kind == StepKind::Describe;
    let content = is_written.then(|| Box::new(Record::new(of.id, home.to_owned(), of.plan.clone())));
    let (mut notes, mut undone) = (Vec::new(), Vec::new());
    if is_written {
        let item = |position: usize| of.plan.sequence.get(position).map_or(0, |step| step.item);
        notes = of.notes.iter().map(|(at, note)| RecordedNote { item: item(*at), note: note.clone() }).collect();
    }
    if step.kind == StepKind::Forget {
        undone = records_of_undone(of);
    }
    let (is_made, is_given_up) = (of.has_finished(StepKind::Describe), of.is_undescribed());
    Some(RecordOrder { folder, content, notes, stays: of.hides_something(), is_made, is_given_up, undone })
}

/// Unless it is said, the record of an undone move is where its first item comes back to.
fn records_of_undone(of: &Move) -> Vec<(MoveId, FolderRef)> {
    let Some(first) = of.plan.items.first() else { return Vec::new() };
    let undone = of.plan.items.iter().flat_map(|item| {
        let kept = item.kept.as_ref().map(|kept| (kept.move_id, &first.destination_folder));
        let restored =
            item.restores.as_ref().map(|old| (old.move_id, old.record_folder.as_ref().unwrap_or(&first.destination_folder)));
        [kept, restored].into_iter().flatten()
    });
    let undone: BTreeMap<MoveId, &FolderRef> = undone.collect();
    undone.into_iter().map(|(id, folder)| (id, folder.clone())).collect()
}

/// What the steps of one item have noted.
pub(crate) fn notes(of: &Move, item: u32) -> Vec<Note> {
    let belongs = |position: &usize| of.plan.sequence.get(*position).is_some_and(|step| step.item == item);
    of.notes.iter().filter(|(position, _)| belongs(position)).map(|(_, note)| note.clone()).collect()
}

/// The folders in which names change, the destinations' first: a barrier the other way round
/// can leave a folder that crosses MDTs under neither name (measured).
fn folders(of: &Move) -> Vec<FolderRef> {
    let destinations = of.plan.items.iter().map(|item| &item.destination_folder);
    // What is repaired leaves no name there.
    let sources = of.plan.items.iter().filter(|item| item.repairs.is_none()).map(|item| &item.source_folder);
    let mut folders: Vec<FolderRef> = Vec::new();
    for folder in destinations.chain(sources) {
        if !folders.iter().any(|known| known.device == folder.device && known.identity == folder.identity) {
            folders.push(folder.clone());
        }
    }
    folders
}

/// What renames will charge to whom this folder charges. One that has begun may have done so already, and
/// was asked about before.
fn still_to_come(of: &Move, folder: &FolderRef) -> Amount {
    let payer = |folder: &FolderRef| (folder.device, folder.tag.map(|tag| tag.id));
    let waits = |number: usize| {
        let mut steps = of.plan.sequence.iter().zip(&of.steps);
        steps.any(|(step, status)| {
            step.kind == StepKind::Publish && usize::try_from(step.item) == Ok(number) && *status == StepStatus::Waiting
        })
    };
    let items = of.plan.items.iter().enumerate().filter(|(number, item)| {
        item.is_recharged_by_its_rename() && payer(&item.destination_folder) == payer(folder) && waits(*number)
    });
    items.fold(Amount::ZERO, |sum, (_, item)| sum + item.tally.amount)
}

/// Whether a step asks for headroom.
pub(super) fn admits(step: Step) -> bool {
    step.kind == StepKind::Reserve || step.kind == StepKind::Check && step.item == 0
}

/// The headroom to ask. Right before publishing, what was staged or retagged is charged
/// already: then only what renames will charge is still to come.
fn admissions(of: &Move, step: Step, held_by_others: &[Held]) -> Vec<Admission> {
    if !admits(step) {
        return Vec::new();
    }
    let reservations = of.plan.reservations.iter().zip(held_by_others);
    reservations
        .map(|(reservation, others)| Admission {
            folder: reservation.folder.clone(),
            project: reservation.payer.project,
            needed: if step.kind == StepKind::Reserve { reservation.amount } else { still_to_come(of, &reservation.folder) },
            taken: reservation.amount,
            written: if step.kind == StepKind::Reserve { written(reservation, &of.plan.items) } else { Amount::ZERO },
            held_by_others: *others,
            told: None,
        })
        .collect()
}
