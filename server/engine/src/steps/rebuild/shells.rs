//! What a tree leaves behind once its entries have gone over: empty folders and links, each with its
//! twin in the other tree. Folders go by `rmdir`, links by `unlink`; anything else is somebody's and stays.

use std::collections::BTreeMap;

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::places::{folder_place, link_place};
use crate::fs::walk::{look, open_held, open_if_folder, remove_if_empty, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult};
use crate::moves::event::Note;
use crate::steps::context::{Context, path_of};
use crate::steps::error::StepResult;

/// After the commit the old folders go. What somebody has put there since the last look stays, and is reported.
pub(in crate::steps) fn remove_shells(context: &mut Context<'_>) -> StepResult<()> {
    let (folder, retired) = (context.source_folder()?, context.retired_name()?);
    let top = folder.at(&retired);
    let Some(shell) = open_held(context.fs, top, &context.item().identity)? else { return Ok(()) };
    let destination = context.destination_folder()?;
    let published = open_if_folder(context.fs, destination.at(&context.item().destination_name))?;
    if !remove_opened_shell(context.fs, top, &shell, published.as_ref())? {
        let path = path_of(&context.item().source_folder, &retired);
        context.note(Note::Kept { path })?;
    }
    Ok(())
}

/// Answers whether nothing is left.
fn remove_shell(fs: &dyn FileSystem, shell: At<'_>, twin: Option<&Folder>) -> StepResult<bool> {
    let Some(folder) = open_if_folder(fs, shell)? else { return Ok(look(fs, shell)?.is_none()) };
    remove_opened_shell(fs, shell, &folder, twin)
}

fn remove_opened_shell(fs: &dyn FileSystem, shell: At<'_>, folder: &Folder, twin: Option<&Folder>) -> StepResult<bool> {
    let mut is_empty = true;
    for (name, kind) in content(fs, folder)? {
        let at = folder.at(&name);
        is_empty &= match (kind, twin) {
            (EntryKind::Folder, twin) => {
                // One without a twin: others have worked in what was published.
                let inner = twin.map(|twin| open_if_folder(fs, twin.at(&name))).transpose()?.flatten();
                remove_shell(fs, at, inner.as_ref())?
            }
            (EntryKind::SymbolicLink, Some(twin)) => remove_if_twin(fs, at, twin.at(&name))?,
            _ => false,
        };
    }
    Ok(is_empty && remove_if_empty(fs, shell)?)
}

/// On the way back: removes from what was made anew whatever has its twin in the old tree. Answers whether nothing
/// is left in it.
pub(super) fn remove_twins(fs: &dyn FileSystem, made: &Folder, old: &Folder) -> StepResult<bool> {
    let mut is_empty = true;
    for (name, kind) in content(fs, made)? {
        let at = made.at(&name);
        is_empty &= match kind {
            EntryKind::Folder => match (folder_place(fs, old, &name)?, open_if_folder(fs, at)?) {
                ((twin, true), Some(inner)) => {
                    let twin = open_if_folder(fs, old.at(&twin))?;
                    twin.map_or(Ok(false), |twin| remove_twins(fs, &inner, &twin))? && remove_if_empty(fs, at)?
                }
                _ => false,
            },
            EntryKind::SymbolicLink => match read_link(fs, at)? {
                Some(points_to) if link_place(fs, old, &name, &points_to)?.1 => unless_absent(fs.unlink(at)).map(|_| true)?,
                _ => false,
            },
            _ => false,
        };
    }
    Ok(is_empty)
}

fn content(fs: &dyn FileSystem, folder: &Folder) -> FsResult<BTreeMap<FileName, EntryKind>> {
    let mut names = BTreeMap::new();
    for entry in fs.read_folder(folder)? {
        let name = entry?.name;
        if let Some(status) = look(fs, folder.at(&name))? {
            names.insert(name, status.kind);
        }
    }
    Ok(names)
}

/// A link that has its twin is deleted; one that somebody made since stays.
fn remove_if_twin(fs: &dyn FileSystem, at: At<'_>, twin: At<'_>) -> FsResult<bool> {
    match (read_link(fs, at)?, read_link(fs, twin)?) {
        (Some(points_to), Some(twin)) if points_to == twin => Ok(unless_absent(fs.unlink(at)).map(|_| true)?),
        _ => Ok(false),
    }
}

/// None if it is not there, or no link.
pub(super) fn read_link(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<Vec<u8>>> {
    match fs.read_link(at) {
        Err(error) if error.is_absent() || error.errno == Errno::INVAL => Ok(None),
        answer => answer.map(Some),
    }
}
