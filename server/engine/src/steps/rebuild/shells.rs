//! The folders and links that a tree leaves behind once its entries have gone over: empty shells, which
//! go by `rmdir` and by `unlink` of what has its twin. Anything else is somebody's and stays.

use std::collections::BTreeMap;

use tidelock_shared::strategy::EntryKind;

use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult};
use crate::moves::event::Note;
use crate::steps::context::{Context, holds, path_of};
use crate::steps::error::StepResult;

/// After the commit the old folders go. What somebody has put there since the last look stays, and is reported.
pub(crate) fn remove_shells(context: &mut Context<'_>) -> StepResult<()> {
    let (folder, retired) = (context.source_folder()?, context.retired_name()?);
    let top = folder.at(&retired);
    if !holds(context.fs, top, &context.item().identity)? {
        return Ok(());
    }
    let destination = context.destination_folder()?;
    let published = unless_absent(context.fs.open_folder(destination.at(&context.item().destination_name)))?;
    if !remove_shell(context.fs, top, published.as_ref())? {
        let path = path_of(&context.item().source_folder, &retired);
        context.note(Note::Kept { path })?;
    }
    Ok(())
}

/// Answers whether nothing is left.
fn remove_shell(fs: &dyn FileSystem, shell: At<'_>, twin: Option<&Folder>) -> FsResult<bool> {
    let Some(folder) = unless_absent(fs.open_folder(shell))? else { return Ok(true) };
    Ok(clear(fs, &folder, twin)? && remove_if_empty(fs, shell)?)
}

/// Removes what has its twin from a shell; answers whether nothing is left in it.
pub(super) fn clear(fs: &dyn FileSystem, shell: &Folder, twin: Option<&Folder>) -> FsResult<bool> {
    let mut names = BTreeMap::new();
    for entry in fs.read_folder(shell)? {
        let name = entry?.name;
        if let Some(status) = look(fs, shell.at(&name))? {
            names.insert(name, status.kind);
        }
    }
    let mut is_empty = true;
    for (name, kind) in names {
        let at = shell.at(&name);
        is_empty &= match kind {
            EntryKind::Folder => {
                let inner = twin.map(|twin| unless_absent(fs.open_folder(twin.at(&name)))).transpose();
                // What is no folder any more is somebody's own change.
                remove_shell(fs, at, inner.ok().flatten().flatten().as_ref())?
            }
            EntryKind::SymbolicLink => remove_remade_link(fs, at, twin)?,
            _ => false,
        };
    }
    Ok(is_empty)
}

/// Answers whether it is gone.
pub(super) fn remove_if_empty(fs: &dyn FileSystem, folder: At<'_>) -> FsResult<bool> {
    match fs.remove_folder(folder) {
        Err(error) if error.errno == Errno::NOTEMPTY => Ok(false),
        Err(error) if !error.is_absent() => Err(error),
        _ => Ok(true),
    }
}

/// A link that has its twin is deleted; one that somebody made since stays.
fn remove_remade_link(fs: &dyn FileSystem, at: At<'_>, twin: Option<&Folder>) -> FsResult<bool> {
    let Some(twin) = twin.map(|twin| twin.at(at.name)) else { return Ok(false) };
    let points_to = fs.read_link(at)?;
    match fs.read_link(twin) {
        Ok(twin) if twin == points_to => Ok(unless_absent(fs.unlink(at)).map(|_| true)?),
        Ok(_) => Ok(false),
        Err(error) if error.is_absent() || error.errno == Errno::INVAL => Ok(false),
        Err(error) => Err(error),
    }
}
