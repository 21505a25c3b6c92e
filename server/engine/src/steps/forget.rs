//! Removes the record of a move that hides nothing any more, and that of one which this move has
//! undone; one that stays learns that its move is over.
//!
//! A removal is durable at once: what comes back after a power cut would speak of nothing.

use super::barrier::barrier_in;
use super::context::{Context, path_of};
use super::describe::open_if_there;
use super::error::{StepError, StepResult};
use crate::fs::walk::unless_absent;
use crate::fs::{Errno, FileSystem};
use crate::moves::event::Note;
use crate::planner::plan::FolderRef;
use crate::recovery::Record;
use tidelock_shared::id::MoveId;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(record) = context.order.record.clone() else { return Ok(()) };
    if record.stays && !context.notes().any(|note| *note == Note::Over) {
        context.note(Note::Over)?;
    }
    let own = (!record.stays).then_some((context.order.move_id, record.folder));
    for (id, folder) in own.into_iter().chain(record.undone) {
        match forget(context.fs, id, &folder) {
            // The move is done; that a file of its own cannot be removed does not change that.
            Err(StepError::FileSystem(error)) if matches!(error.errno, Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
                let name = Record::name(id).ok_or(StepError::Unnameable)?;
                context.note(Note::RecordStays { path: path_of(&folder, &name) })?;
            }
            answer => answer?,
        }
    }
    Ok(())
}

/// Removes a record for good; none there is fine.
pub(super) fn forget(fs: &dyn FileSystem, id: MoveId, folder: &FolderRef) -> StepResult<()> {
    let name = Record::name(id).ok_or(StepError::Unnameable)?;
    let Some(folder) = open_if_there(fs, folder)? else { return Ok(()) };
    unless_absent(fs.unlink(folder.at(&name)))?;
    match barrier_in(fs, &folder, id) {
        // A project so full that nothing can be made in it.
        Err(StepError::FileSystem(error)) if error.is_full() => Ok(()),
        answer => answer,
    }
}
