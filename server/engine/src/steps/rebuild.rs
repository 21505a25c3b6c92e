//! Makes the folders of a tree anew in hiding and renames every other entry into them: no byte
//! is copied, and on Lustre each rename charges its inode to the new folder's project.
//!
//! The old folders stay as empty shells until the move can no longer go back: they remember
//! owner, mode and attributes, and undoing renames the entries back into them. Only their times
//! change with every entry that leaves, so those are kept in an attribute of the new folder.
//! Symbolic links are made anew, since a rename to another MDT would leave their old charge
//! (recorded); the old ones stay in the shells.

mod carry_over;

use std::collections::BTreeMap;

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::barrier::barrier_on_each_mdt;
use super::context::Context;
use super::copy_tree::losses;
use super::error::{StepError, StepResult};
use super::make_staging::is_staged;
use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, Errno, Folder};
use crate::moves::event::Note;
use crate::worker::Probe;
use carry_over::{CarryOver, Way};

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(shell) = shell(context)? else { return Err(StepError::ItemGone(context.source_path())) };
    let staging = open_staging(context)?.ok_or_else(|| StepError::ItemGone(context.source_path()))?;
    carry_over(context, &shell, &staging, Way::There)?;
    // The destination's first, as with every barrier.
    barrier_on_each_mdt(context, &staging, &context.destination_folder()?)?;
    barrier_on_each_mdt(context, &shell, &context.source_folder()?)
}

/// Carries over what appeared in the old folders meanwhile: a process may stand in one.
pub(super) fn collect_latecomers(context: &mut Context<'_>) -> StepResult<()> {
    run(context)
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some(shell) = shell(context)? else { return Ok(()) };
    if let Some(staging) = open_staging(context)? {
        carry_over(context, &staging, &shell, Way::Back)?;
    }
    // Even if everything is back: a crash may have come before this.
    barrier_on_each_mdt(context, &shell, &context.source_folder()?)
}

/// Looking again costs little: entries that are there already are passed over.
pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let is_published = super::publish::probe(context)? == Probe::Run;
    Ok(if is_published { Probe::Run } else { Probe::NotRun })
}

fn carry_over(context: &mut Context<'_>, from: &Folder, to: &Folder, way: Way) -> StepResult<()> {
    let losses = losses(context);
    let mut returned = Vec::new();
    let mut names = Vec::new();
    let fs = context.fs;
    let id = context.order.move_id;
    CarryOver { fs, way, losses: &losses, id, hear: &mut |entries| context.progress(entries, 0), returned: &mut returned }
        .content(from, to, &mut names)?;
    for names in returned {
        let path = names.iter().fold(context.source_path(), |path, name| path.join(name.clone()));
        context.note(Note::BroughtBackAs { path })?;
    }
    Ok(())
}

/// The old top folder, wherever it lies by now.
fn shell(context: &Context<'_>) -> StepResult<Option<Folder>> {
    let (folder, retired) = (context.source_folder()?, context.retired_name()?);
    let item = context.item();
    for name in [&retired, &item.source_name] {
        if super::context::holds(context.fs, folder.at(name), &item.identity)? {
            return Ok(Some(context.fs.open_folder(folder.at(name))?));
        }
    }
    Ok(None)
}

fn open_staging(context: &Context<'_>) -> StepResult<Option<Folder>> {
    let (folder, name) = (context.destination_folder()?, context.staging_name()?);
    if !is_staged(context.fs, context, &folder)? {
        return Ok(None);
    }
    Ok(Some(context.fs.open_folder(folder.at(&name))?))
}

/// After the commit: the empty shells go, by `rmdir` only. What somebody has put there since the
/// last look stays, and is reported.
pub(super) fn remove_shells(context: &mut Context<'_>) -> StepResult<()> {
    let (folder, retired) = (context.source_folder()?, context.retired_name()?);
    let top = folder.at(&retired);
    if !super::context::holds(context.fs, top, &context.item().identity)? {
        return Ok(());
    }
    let destination = context.destination_folder()?;
    let published = unless_absent(context.fs.open_folder(destination.at(&context.item().destination_name)))?;
    if !remove_shell(context, top, published.as_ref())? {
        let path = super::context::path_of(&context.item().source_folder, &retired);
        context.note(Note::Kept { path })?;
    }
    Ok(())
}

/// Answers whether nothing is left.
fn remove_shell(context: &Context<'_>, shell: At<'_>, published: Option<&Folder>) -> StepResult<bool> {
    let fs = context.fs;
    let Some(folder) = unless_absent(fs.open_folder(shell))? else { return Ok(true) };
    let mut names = BTreeMap::new();
    for entry in fs.read_folder(&folder)? {
        let name = entry?.name;
        if let Some(status) = look(fs, folder.at(&name))? {
            names.insert(name, status.kind);
        }
    }
    let mut is_empty = true;
    for (name, kind) in names {
        let at = folder.at(&name);
        is_empty &= match kind {
            EntryKind::Folder => {
                let inner = published.map(|published| unless_absent(fs.open_folder(published.at(&name)))).transpose();
                // What is no folder any more is somebody's own change of what was published.
                remove_shell(context, at, inner.ok().flatten().flatten().as_ref())?
            }
            EntryKind::SymbolicLink => remove_remade_link(context, at, published, &name)?,
            _ => false,
        };
    }
    if !is_empty {
        return Ok(false);
    }
    match fs.remove_folder(shell) {
        Err(error) if error.errno == Errno::NOTEMPTY => Ok(false),
        Err(error) if !error.is_absent() => Err(error.into()),
        _ => Ok(true),
    }
}

/// A link whose twin was published is deleted; one that somebody made since stays.
fn remove_remade_link(context: &Context<'_>, at: At<'_>, published: Option<&Folder>, name: &FileName) -> StepResult<bool> {
    let fs = context.fs;
    let Some(twin) = published.map(|published| published.at(name)) else { return Ok(false) };
    let points_to = fs.read_link(at)?;
    match fs.read_link(twin) {
        Ok(twin) if twin == points_to => Ok(unless_absent(fs.unlink(at)).map(|_| true)?),
        Ok(_) => Ok(false),
        Err(error) if error.is_absent() || error.errno == Errno::INVAL => Ok(false),
        Err(error) => Err(error.into()),
    }
}
