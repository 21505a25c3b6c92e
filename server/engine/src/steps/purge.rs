//! Deletes what a finished move has hidden, on somebody's word or after the retention.
//!
//! A file that was open when it was hidden may have been written to since: whatever changed after
//! that stays, hidden as it is, and is reported. Times tell: what has the very time of the hiding
//! counts as changed, since on Lustre they are whole seconds, and so does what a purge that was cut short took
//! one of its names from.

use std::collections::HashSet;

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::barrier::barrier_in;
use super::context::{Context, holds, open_if_there, path_of};
use super::error::StepResult;
use crate::copy::has_same_bytes;
use crate::crew::Alone;
use crate::fs::walk::{look, open_held, unless_absent};
use crate::fs::{At, Errno, FileSystem, FsResult, Identity, Status, Timestamp};
use crate::moves::event::Note;
use crate::planner::plan::FolderRef;
use crate::worker::{StepOrder, StepReport, Then};

/// Deletes what one item keeps hidden; nothing there is fine.
pub(crate) fn purge(fs: &dyn FileSystem, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) -> StepReport {
    let mut context = Context::new(fs, &Alone, order, hear);
    // Without the barrier a power cut could bring back what is recorded as purged.
    match purge_item(&mut context).and_then(|()| barriers(&context)) {
        Ok(()) => StepReport::Finished,
        Err(error) => StepReport::Failed(error.failure()),
    }
}

/// Whoever has removed a folder since has removed what could come back in it.
fn barriers(context: &Context<'_>) -> StepResult<()> {
    for known in &context.order.folders {
        if let Some(folder) = open_if_there(context.fs, known)? {
            barrier_in(context.fs, &folder, context.order.move_id)?;
        }
    }
    Ok(())
}

fn purge_item(context: &mut Context<'_>) -> StepResult<()> {
    let item = context.item().clone();
    if let Some(old) = &item.replaces {
        let hidden_at = last_time(context, |note| match *note {
            Note::SetAsideAt { seconds, nanoseconds } => Some(Timestamp { seconds, nanoseconds }),
            _ => None,
        });
        let hidden =
            Hidden { folder: &item.destination_folder, name: context.replaced_name()?, identity: &old.identity, hidden_at };
        purge_hidden(context, &hidden, None)?;
    }
    if item.keeps_source() {
        let hidden_at = last_time(context, |note| match *note {
            Note::RetiredAt { seconds, nanoseconds, .. } => Some(Timestamp { seconds, nanoseconds }),
            _ => None,
        });
        let hidden = Hidden { folder: &item.source_folder, name: context.retired_name()?, identity: &item.identity, hidden_at };
        // What an undo has hidden was visible and anybody's to change before: it is compared with
        // what came back in its place.
        let twin = item.kept.as_ref().map(|_| (&item.destination_folder, &item.destination_name));
        purge_hidden(context, &hidden, twin)?;
    }
    Ok(())
}

/// The time that the last note of a kind says.
fn last_time(context: &Context<'_>, read: impl Fn(&Note) -> Option<Timestamp>) -> Option<Timestamp> {
    context.notes().filter_map(read).last()
}

/// One thing that a move has hidden.
struct Hidden<'a> {
    folder: &'a FolderRef,
    name: FileName,
    identity: &'a Identity,
    /// None in journals of earlier releases, which did not write it down.
    hidden_at: Option<Timestamp>,
}

fn purge_hidden(context: &mut Context<'_>, hidden: &Hidden<'_>, twin: Option<(&FolderRef, &FileName)>) -> StepResult<()> {
    let fs = context.fs;
    let Some(folder) = open_if_there(fs, hidden.folder)? else { return Ok(()) };
    let at = folder.at(&hidden.name);
    // Whatever else lies there is not what the move has hidden.
    if look(fs, at)?.is_none() || !holds(fs, at, hidden.identity)? {
        return Ok(());
    }
    let (hidden_at, lost_a_name) = (hidden.hidden_at, HashSet::new());
    let mut purging = Purging { fs, identity: hidden.identity, hidden_at, lost_a_name, removed: &mut || context.progress(1, 0) };
    let has_twin = twin.is_some();
    let twin_folder = twin.map(|(folder, _)| open_if_there(fs, folder)).transpose()?.flatten();
    let twin = twin_folder.as_ref().zip(twin).map(|(folder, (_, name))| folder.at(name));
    if !purging.remove(at, true, twin, has_twin)? {
        let path = path_of(hidden.folder, &hidden.name);
        let is_told = context.notes().any(|note| matches!(note, Note::Kept { path: told } if *told == path));
        if !is_told {
            context.note(Note::Kept { path })?;
        }
    }
    Ok(())
}

struct Purging<'a> {
    fs: &'a dyn FileSystem,
    /// Of what was hidden.
    identity: &'a Identity,
    hidden_at: Option<Timestamp>,
    /// Inodes that have lost one of several names here: that changes them, and says nothing of their content.
    lost_a_name: HashSet<u64>,
    /// Told of each name that goes: so that this keeps within the limits too, and ends when the process is to.
    removed: &'a mut dyn FnMut() -> StepResult<()>,
}

impl Purging<'_> {
    /// Removes what did not change; answers whether nothing is left.
    fn remove(&mut self, at: At<'_>, is_top: bool, twin: Option<At<'_>>, has_twin: bool) -> StepResult<bool> {
        let fs = self.fs;
        let Some(status) = look(fs, at)? else { return Ok(true) };
        if status.kind != EntryKind::Folder {
            if self.has_changed(&status, is_top) || (has_twin && !is_twin(fs, at, &status, twin)?) {
                return Ok(false);
            }
            if status.links > 1 {
                self.lost_a_name.insert(status.inode);
            }
            unless_absent(fs.unlink(at))?;
            return (self.removed)().map(|()| true);
        }
        // What was looked at by its name may be another by now: what was hidden is what goes.
        let opened = if is_top { open_held(fs, at, self.identity)? } else { Some(fs.open_folder(at)?) };
        let Some(folder) = opened else { return Ok(false) };
        let other = twin.and_then(|twin| fs.open_folder(twin).ok());
        // A listing that is read while it shrinks may skip entries: read again until none goes.
        loop {
            let (mut removed, mut kept) = (0_u64, 0_u64);
            for entry in fs.read_folder(&folder)? {
                let name = entry?.name;
                let twin = other.as_ref().map(|other| other.at(&name));
                let is_gone = self.remove(folder.at(&name), false, twin, has_twin)?;
                *(if is_gone { &mut removed } else { &mut kept }) += 1;
            }
            if kept > 0 && removed == 0 {
                return Ok(false);
            }
            if removed == 0 {
                break;
            }
        }
        match fs.remove_folder(at) {
            Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST) => Ok(false),
            answer => {
                unless_absent(answer)?;
                (self.removed)().map(|()| true)
            }
        }
    }

    fn has_changed(&self, status: &Status, is_top: bool) -> bool {
        let Some(hidden_at) = self.hidden_at else { return false };
        let lost_a_name = self.lost_a_name.contains(&status.inode);
        // The hiding itself has changed the top at that time, and not later.
        let is_changed = if is_top { status.changed > hidden_at } else { status.changed >= hidden_at };
        status.modified >= hidden_at || (!lost_a_name && is_changed)
    }
}

/// Whether something is as its counterpart. Size and time are not enough: whoever sets a time back
/// may have changed what is in it.
fn is_twin(fs: &dyn FileSystem, at: At<'_>, status: &Status, twin: Option<At<'_>>) -> FsResult<bool> {
    let Some(twin) = twin else { return Ok(false) };
    let Some(other) = look(fs, twin)? else { return Ok(false) };
    if status.kind != other.kind {
        return Ok(false);
    }
    match status.kind {
        EntryKind::SymbolicLink => Ok(fs.read_link(at)? == fs.read_link(twin)?),
        EntryKind::File => {
            // Times may be kept in whole seconds only.
            let is_as_old = status.modified.seconds == other.modified.seconds;
            Ok(is_as_old && status.size == other.size && has_same_content(fs, at, twin, status.size)?)
        }
        _ => Ok(status.modified.seconds == other.modified.seconds),
    }
}

/// What is on tape is not brought back for this: of that, size and time have to do.
fn has_same_content(fs: &dyn FileSystem, at: At<'_>, twin: At<'_>, size: u64) -> FsResult<bool> {
    if size == 0 || fs.hsm_state(at)?.is_released() || fs.hsm_state(twin)?.is_released() {
        return Ok(true);
    }
    has_same_bytes(fs, &fs.open_file(at)?, &fs.open_file(twin)?, size, &mut || Ok(()))
}
