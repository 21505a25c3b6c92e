//! Hides the source beside itself: from here on nobody opens it by path.
//!
//! It keeps its parent, so the rename needs no right on the source itself, and it keeps
//! everything else: bringing it back is one rename. A folder gets mode 0700 where we may.

use tidelock_shared::strategy::EntryKind;

use super::bring_back::{Returning, bring_back};
use super::carry::{Carry, Found, find, hide, remove_own_claim};
use super::context::{Context, holds, path_of, where_names_can_be_lost};
use super::error::StepResult;
use crate::fs::walk::open_held;
use crate::fs::{At, Errno, FileSystem, FsResult, Identity, Timestamp};
use crate::moves::event::Note;
use crate::worker::Probe;

const RETIRED_MODE: u32 = 0o700;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let folder = context.source_folder()?;
    let retired = context.retired_name()?;
    let item = context.item().clone();
    let what = Carry {
        identity: &item.identity,
        kind: item.kind,
        path: item.source_path(),
        destination: path_of(&item.source_folder, &retired),
    };
    let original = folder.at(&item.source_name);
    let is_visible = holds(context.fs, original, &item.identity)?;
    let changed_before = if is_visible { Some(context.fs.status(original.into())?.changed.seconds) } else { None };
    hide(context.fs, original, folder.at(&retired), &what)?;
    if item.kind == EntryKind::Folder {
        set_mode_where_allowed(context.fs, folder.at(&retired), &item.identity, RETIRED_MODE)?;
    }
    if item.keeps_source() {
        // The renaming itself has set it: what changes later is a write through an old handle.
        let Timestamp { seconds, nanoseconds } = context.fs.status(folder.at(&retired).into())?.changed;
        context.note(Note::RetiredAt { seconds, nanoseconds, changed_before })?;
        context.note(Note::Retired { amount: item.tally.amount })?;
    }
    Ok(())
}

/// Of the folder with this identity: others may have given its name to one that they may not open. Only the owner and root
/// may; for others the hidden name has to do. Whoever may and is refused all the same has failed: a folder would come back
/// with the mode that hid it.
pub(super) fn set_mode_where_allowed(fs: &dyn FileSystem, at: At<'_>, identity: &Identity, mode: u32) -> FsResult<()> {
    let set = match open_held(fs, at, identity) {
        Ok(Some(folder)) => fs.set_mode((&folder).into(), mode),
        Ok(None) => return Ok(()),
        // What may not be listed is its owner's to change all the same.
        Err(error) if error.errno == Errno::ACCESS => fs.set_mode(at.into(), mode),
        Err(error) => Err(error),
    };
    match set {
        Err(error) if matches!(error.errno, Errno::PERM | Errno::ACCESS) => {
            let caller = fs.caller();
            let may = caller.is_root || fs.status(at.into())?.uid == caller.uid;
            if may { Err(error) } else { Ok(()) }
        }
        other => other,
    }
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let folder = context.source_folder()?;
    let retired = context.retired_name()?;
    let item = context.item().clone();
    let original = folder.at(&item.source_name);
    match find(context.fs, original, folder.at(&retired), &item.identity)? {
        Found::AtNew if item.kind == EntryKind::Folder => {
            set_mode_where_allowed(context.fs, folder.at(&retired), &item.identity, item.mode)?;
        }
        Found::AtOld => return remove_own_claim(context.fs, folder.at(&retired)),
        _ => {}
    }
    bring_item_back(context, folder.at(&retired), original)
}

/// Brings the item back to its old name.
pub(super) fn bring_item_back(context: &mut Context<'_>, from: At<'_>, original: At<'_>) -> StepResult<()> {
    let item = context.item().clone();
    bring_back(context, from, original, &Returning { identity: &item.identity, kind: item.kind, folder: &item.source_folder })
}

/// Whether the item has its old name again, after it had been hidden.
pub(super) fn is_taken_back(context: &Context<'_>) -> StepResult<bool> {
    let Some(folder) = where_names_can_be_lost(context, context.source_folder())? else { return Ok(false) };
    let (retired, item) = (context.retired_name()?, context.item());
    let found = find(context.fs, folder.at(&item.source_name), folder.at(&retired), &item.identity)?;
    Ok(found == Found::AtOld)
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let folder = context.source_folder()?;
    let retired = context.retired_name()?;
    let item = context.item();
    let found = find(context.fs, folder.at(&item.source_name), folder.at(&retired), &item.identity)?;
    Ok(if found == Found::AtNew { Probe::Run } else { Probe::NotRun })
}
