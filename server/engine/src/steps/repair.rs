//! Charges everything below a folder to the folder's own project, in place; and back again.
//!
//! Before the first change every other project ID and each lacking inherit flag is written down,
//! so that undoing brings each back, also when the move has long ended. What moves keep hidden is
//! theirs, and is left as it is. Symbolic links and special files that cannot be retagged stay as
//! they are: the kernel does not tell whom they are charged to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::barrier::barrier_on_other_mdts;
use super::context::Context;
use super::error::{StepError, StepResult};
use super::retag::{EXCEPTIONS_A_NOTE, Modes, Noticed, WALKS_MAX, becoming, exceptions, may_be_lost, wherever, write_down};
use crate::crew::{Found, Walker, walk_together};
use crate::fs::walk::unless_absent;
use crate::fs::{FileSystem, Folder, FsResult, Object, Status};
use crate::moves::event::Note;
use crate::worker::Probe;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    if gives_back(context) { give_back(context) } else { repair(context) }
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    if wherever(context)?.is_none() {
        // Whoever has removed the folder has removed what was changed in it.
        return Ok(());
    }
    if gives_back(context) { charge_here(context) } else { give_back(context) }
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let left = if gives_back(context) { still_here(context)? } else { outliers(context)? };
    Ok(if left == 0 { Probe::Run } else { Probe::NotRun })
}

/// The last look: whoever makes entries with another project ID all the time is told so.
pub(super) fn recount(context: &mut Context<'_>) -> StepResult<()> {
    if gives_back(context) || outliers(context)? == 0 { Ok(()) } else { Err(StepError::RetagKeepsLosing) }
}

/// Whether what a finished repair has changed is brought back.
fn gives_back(context: &Context<'_>) -> bool {
    context.item().repairs.as_ref().is_some_and(|repair| repair.gives_back)
}

fn repair(context: &mut Context<'_>) -> StepResult<()> {
    write_down_what_differs(context)?;
    charge_here(context)
}

/// The folder itself, wherever others may have renamed it on the way back, and what is to be charged.
fn top(context: &Context<'_>) -> StepResult<(Folder, ProjectTag)> {
    let folder = context.destination_folder()?;
    let path = || context.item().destination_folder.path.clone();
    let wanted = context.destination_tag().ok_or_else(|| StepError::TagChanged(path()))?;
    let is_as_planned = context.fs.tag((&folder).into())?.is_some_and(|tag| tag.id == wanted.id);
    if is_as_planned { Ok((folder, wanted)) } else { Err(StepError::TagChanged(path())) }
}

fn write_down_what_differs(context: &mut Context<'_>) -> StepResult<()> {
    if context.notes().any(|note| matches!(note, Note::ExceptionsComplete)) {
        return Ok(());
    }
    let (folder, wanted) = top(context)?;
    let (fs, noticed) = (context.fs, Mutex::new((Vec::new(), Vec::new())));
    each_entry_noting(context, &folder, &noticed, &|entry, status| {
        if let Some(tag) = unless_absent(fs.tag(entry))?.flatten()
            && tag != becoming(tag, wanted, is_folder(status))
        {
            noticed.lock().0.push((status.inode, tag));
            if may_be_lost(fs, status) {
                noticed.lock().1.push((status.inode, status.mode));
            }
        }
        Ok(0)
    })?;
    write_down(context, &noticed, 1)?;
    context.note(Note::ExceptionsComplete)
}

/// Walks until nothing is charged elsewhere, and makes that durable.
fn charge_here(context: &mut Context<'_>) -> StepResult<()> {
    let (folder, wanted) = top(context)?;
    let modes = Modes::written_down(context);
    for _ in 0..WALKS_MAX {
        let fs = context.fs;
        let changed = each_entry(context, &folder, &|entry, status| {
            let wanted = |tag| becoming(tag, wanted, is_folder(status));
            change(fs, entry, status, &modes, |tag| Some(wanted(tag)).filter(|wanted| *wanted != tag))
        })?;
        if changed == 0 {
            return durable(context, &folder);
        }
    }
    Err(StepError::RetagKeepsLosing)
}

/// What was written down comes back, but where others have changed it since.
fn give_back(context: &mut Context<'_>) -> StepResult<()> {
    let exceptions = exceptions(context);
    if exceptions.is_empty() {
        return Ok(());
    }
    let (folder, wanted) = top(context)?;
    let (fs, modes) = (context.fs, Modes::written_down(context));
    // A folder that others rename meanwhile may lie where the walk has been: the next one finds it.
    for _ in 0..WALKS_MAX {
        let changed = each_entry(context, &folder, &|entry, status| {
            let is_here = |tag| tag == becoming(tag, wanted, is_folder(status));
            change(fs, entry, status, &modes, |tag| exceptions.get(&status.inode).copied().filter(|_| is_here(tag)))
        })?;
        if changed == 0 {
            break;
        }
    }
    durable(context, &folder)
}

/// Gives an entry the tag that is wanted for it, if any; answers whether another walk has to look here: there was one, or
/// others have just taken the entry away.
fn change(
    fs: &dyn FileSystem,
    entry: Object<'_>,
    status: &Status,
    modes: &Modes,
    wanted: impl Fn(ProjectTag) -> Option<ProjectTag>,
) -> StepResult<u64> {
    let changed = || -> FsResult<bool> {
        let Some(tag) = fs.tag(entry)?.and_then(wanted) else {
            // A crash may have come between a tag and the bits that it took.
            modes.restore(fs, entry, status)?;
            return Ok(false);
        };
        fs.set_tag(entry, tag)?;
        modes.restore(fs, entry, status)?;
        Ok(true)
    };
    match changed() {
        Err(error) if error.is_absent() => Ok(1),
        answer => Ok(u64::from(answer?)),
    }
}

fn is_folder(status: &Status) -> bool {
    status.kind == EntryKind::Folder
}

fn durable(context: &Context<'_>, folder: &Folder) -> StepResult<()> {
    let (above, name) = above(context)?;
    barrier_on_other_mdts(context, above.at(&name), folder)
}

/// What walks begin at; on the way back others may have renamed it.
fn above(context: &Context<'_>) -> StepResult<(Folder, FileName)> {
    wherever(context)?.ok_or_else(|| StepError::ItemGone(context.source_path()))
}

/// How many entries are charged elsewhere, or lack the flag.
fn outliers(context: &mut Context<'_>) -> StepResult<u64> {
    let (folder, wanted) = top(context)?;
    let fs = context.fs;
    each_entry(context, &folder, &|entry, status| {
        Ok(u64::from(unless_absent(fs.tag(entry))?.flatten().is_some_and(|tag| tag != becoming(tag, wanted, is_folder(status)))))
    })
}

/// How many of those written down have not been given back.
fn still_here(context: &mut Context<'_>) -> StepResult<u64> {
    let (folder, wanted) = top(context)?;
    let (fs, exceptions): (_, HashMap<u64, ProjectTag>) = (context.fs, exceptions(context));
    each_entry(context, &folder, &|entry, status| {
        let is_here = |tag| tag == becoming(tag, wanted, is_folder(status));
        let is_written_down = exceptions.contains_key(&status.inode);
        Ok(u64::from(is_written_down && unless_absent(fs.tag(entry))?.flatten().is_some_and(is_here)))
    })
}

/// Looks at the folder and everything in it but what moves keep hidden; answers the sum.
fn each_entry(context: &mut Context<'_>, folder: &Folder, look: Look<'_>) -> StepResult<u64> {
    each_entry_noting(context, folder, &Mutex::default(), look)
}

/// What is done with one entry.
type Look<'a> = &'a (dyn Fn(Object<'_>, &Status) -> StepResult<u64> + Sync);

/// The same, and writes down what was noticed once there is enough of it.
fn each_entry_noting(context: &mut Context<'_>, folder: &Folder, noticed: &Mutex<Noticed>, look: Look<'_>) -> StepResult<u64> {
    let (fs, crew) = (context.fs, context.crew);
    let (above, name) = above(context)?;
    let identity = fs.identity(folder.into())?;
    if fs.identity(above.at(&name).into())? != identity {
        return Err(StepError::FolderReplaced(context.item().destination_folder.path.clone()));
    }
    let sum = AtomicU64::new(0);
    let visit = |hand: &mut Walker<'_, '_, StepError>, found: &Found<'_>| {
        if found.at.name.is_hidden_folder_of_a_move() && !found.is_top() {
            return Ok(false);
        }
        let counted = look(found.object, found.status)?;
        sum.fetch_add(counted, Ordering::Relaxed);
        hand.count(counted, 0)?;
        Ok(found.status.kind == EntryKind::Folder)
    };
    walk_together(crew, fs, above.at(&name), Some(&identity), &visit, &mut |entries, bytes| {
        context.progress(entries, bytes)?;
        write_down(context, noticed, EXCEPTIONS_A_NOTE)
    })?;
    Ok(sum.into_inner())
}
