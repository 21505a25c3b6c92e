//! The workshop: a hidden folder beside the item in which entries are made anew.
//!
//! While entries are made in it, its inherit flag charges them to the project that they are for.
//! Without the flag it lets everything in, so it has none while they take their places. So a
//! crash that leaves it with the flag leaves only what was never used; without, there may be
//! something of others' that had come out of an exchange and could not go back.

use std::collections::HashSet;

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;

use super::super::context::{Context, OWN_FOLDER_MODE, open_own, open_own_empty, path_of};
use super::super::error::{StepError, StepResult};
use super::charges::is_charged_apart;
use crate::copy::forget_inherited;
use crate::fs::walk::{look, unless_absent};
use crate::fs::{Errno, FileSystem, Folder, FsResult, Identity};
use crate::moves::event::Note;

pub(super) struct Workshop {
    folder: Folder,
    /// Whom its flag charges; none while it has no flag.
    charges: Option<ProjectId>,
    last: ProjectId,
}

impl Workshop {
    pub(super) fn open(context: &Context<'_>) -> StepResult<Self> {
        let (source, name) = (context.source_folder()?, context.workshop_name()?);
        match context.fs.create_folder(source.at(&name), OWN_FOLDER_MODE) {
            Err(error) if !error.is_taken() => return Err(error.into()),
            _ => {}
        }
        let folder = open_own_empty(context.fs, source.at(&name), &context.item().source_folder)?;
        forget_inherited(context.fs, (&folder).into(), &[])?;
        Ok(Self { folder, charges: None, last: ProjectId::default() })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn charges(&self) -> Option<ProjectId> {
        self.charges
    }

    pub(super) fn charge_to(&mut self, fs: &dyn FileSystem, id: ProjectId) -> FsResult<()> {
        if self.charges != Some(id) {
            fs.set_tag((&self.folder).into(), ProjectTag { id, inherit: true })?;
            (self.charges, self.last) = (Some(id), id);
        }
        Ok(())
    }

    pub(super) fn charge_nothing(&mut self, fs: &dyn FileSystem) -> FsResult<()> {
        self.charges = None;
        fs.set_tag((&self.folder).into(), ProjectTag { id: self.last, inherit: false })
    }
}

/// Where the so-many-th of a batch grows.
pub(super) fn shelf(position: usize) -> StepResult<FileName> {
    FileName::new(position.to_string().into_bytes()).map_err(|_| StepError::Unnameable)
}

/// Removes the workshop. What is not known in it is somebody's: then it is kept and reported.
pub(super) fn clear(context: &mut Context<'_>, known: &HashSet<Identity>) -> StepResult<()> {
    let fs = context.fs;
    let (source, name) = (context.source_folder()?, context.workshop_name()?);
    if look(fs, source.at(&name))?.is_none() {
        return Ok(());
    }
    // What somebody else has put here stays: root would empty it.
    let folder = match open_own(fs, source.at(&name), &context.item().source_folder) {
        Err(StepError::NotOurs(_)) => return Ok(()),
        answer => answer?,
    };
    if fs.tag((&folder).into())?.is_some_and(|tag| tag.inherit) {
        remove_unused(fs, &folder)?;
        return match fs.remove_folder(source.at(&name)) {
            // Nothing of others' comes into it with the flag: it is another folder of the caller's, brought by somebody.
            Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            answer => Ok(unless_absent(answer).map(drop)?),
        };
    }
    remove_known(fs, &folder, known)?;
    match fs.remove_folder(source.at(&name)) {
        Err(error) if error.errno == Errno::NOTEMPTY => {
            let kept = context.kept_name()?;
            // A rename inside a flagged folder is refused for what is of another project.
            let id = context.item().source_folder.tag.unwrap_or_default().id;
            fs.set_tag((&folder).into(), ProjectTag { id, inherit: false })?;
            context.note(Note::Kept { path: path_of(&context.item().source_folder, &kept) })?;
            Ok(fs.rename_without_replacing(source.at(&name), source.at(&kept))?)
        }
        answer => Ok(unless_absent(answer).map(drop)?),
    }
}

/// What was made and never took its place is no file and no folder: those others have brought, with the folder.
fn remove_unused(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    for entry in fs.read_folder(folder)? {
        let name = entry?.name;
        if look(fs, folder.at(&name))?.is_some_and(|status| is_charged_apart(status.kind)) {
            unless_absent(fs.unlink(folder.at(&name)))?;
        }
    }
    Ok(())
}

fn remove_known(fs: &dyn FileSystem, folder: &Folder, known: &HashSet<Identity>) -> FsResult<()> {
    for entry in fs.read_folder(folder)? {
        let name = entry?.name;
        let found = unless_absent(fs.identity(folder.at(&name).into()))?;
        if found.is_some_and(|found| known.contains(&found)) {
            unless_absent(fs.unlink(folder.at(&name)))?;
        }
    }
    Ok(())
}
