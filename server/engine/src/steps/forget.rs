//! Removes the record of a move that hides nothing any more, and that of one which this move has
//! undone; one that stays learns that its move is over.
//!
//! A removal is durable at once: what comes back after a power cut would speak of nothing.

use super::barrier::barrier_in;
use super::context::{Context, open_if_there, path_of};
use super::describe::add_if_missing;
use super::error::{StepError, StepResult};
use crate::fs::walk::unless_absent;
use crate::fs::{Errno, FileSystem, Folder, FsError};
use crate::moves::event::Note;
use crate::planner::plan::FolderRef;
use crate::recovery::Record;
use tidelock_shared::id::MoveId;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(record) = context.order.record.clone() else { return Ok(()) };
    if record.stays {
        say_that_it_is_over(context)?;
    }
    let own = (!record.stays).then_some((context.order.move_id, record.folder));
    for (id, folder) in own.into_iter().chain(record.undone) {
        let is_gone = match remove(context.fs, id, &folder) {
            // The move is done; that a file of its own cannot be removed does not change that.
            Err(StepError::FileSystem(error)) if may_not(&error) => false,
            // It is wherever others have put its folder.
            Ok(None) => record.is_given_up,
            removed => make_durable(context.fs, id, removed?)?,
        };
        if !is_gone {
            if id == context.order.move_id {
                say_that_it_is_over(context)?;
            }
            let name = Record::name(id).ok_or(StepError::Unnameable)?;
            context.note(Note::RecordStays { path: path_of(&folder, &name) })?;
        }
    }
    Ok(())
}

/// Whoever finds the record without the journal is not to take the move up again.
fn say_that_it_is_over(context: &mut Context<'_>) -> StepResult<()> {
    if context.notes().any(|note| *note == Note::Over) {
        return add_if_missing(context, &Note::Over);
    }
    context.note(Note::Over)
}

/// Removes a record for good; none there is fine.
pub(super) fn forget(fs: &dyn FileSystem, id: MoveId, folder: &FolderRef) -> StepResult<()> {
    let removed = remove(fs, id, folder)?;
    make_durable(fs, id, removed).map(drop)
}

/// The folder, if there still is one, and whether a record was in it.
type Removed = Option<(Folder, bool)>;

fn remove(fs: &dyn FileSystem, id: MoveId, folder: &FolderRef) -> StepResult<Removed> {
    let name = Record::name(id).ok_or(StepError::Unnameable)?;
    let Some(folder) = open_if_there(fs, folder)? else { return Ok(None) };
    let was_there = unless_absent(fs.unlink(folder.at(&name)))?.is_some();
    Ok(Some((folder, was_there)))
}

/// False if a power cut may bring back what was removed.
fn make_durable(fs: &dyn FileSystem, id: MoveId, removed: Removed) -> StepResult<bool> {
    let Some((folder, was_there)) = removed else { return Ok(true) };
    match barrier_in(fs, &folder, id) {
        // A project so full that nothing can be made in it.
        Err(StepError::FileSystem(error)) if error.is_full() => Ok(!was_there),
        // Nothing of the caller's ever was in this folder. Where something was, to try again also
        // clears away a barrier's file that was not removed.
        Err(StepError::FileSystem(error)) if may_not(&error) && !was_there => Ok(true),
        answer => answer.map(|()| true),
    }
}

fn may_not(error: &FsError) -> bool {
    matches!(error.errno, Errno::ACCESS | Errno::PERM | Errno::ROFS)
}
