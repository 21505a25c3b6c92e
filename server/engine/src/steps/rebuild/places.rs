//! Which name something has, or gets, among those that others may have taken: its own, or the first beside
//! it. Asked again after a crash it is the same.

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::shells::read_link;
use crate::fs::walk::{holds, look};
use crate::fs::{At, FileSystem, Folder, FsResult, Identity};
use crate::steps::bring_back::{NAMES_TRIED, beside};
use crate::steps::error::{StepError, StepResult};

/// The name, and whether it has it already.
pub(super) type Place = (FileName, bool);

/// Of an inode.
pub(super) fn entry_place(fs: &dyn FileSystem, folder: &Folder, name: &FileName, identity: &Identity) -> StepResult<Place> {
    place(fs, folder, name, &|at, _| holds(fs, at, identity))
}

/// Of a folder: whatever folder is there, since what is in it is not replaced either.
pub(super) fn folder_place(fs: &dyn FileSystem, folder: &Folder, name: &FileName) -> StepResult<Place> {
    place(fs, folder, name, &|_, kind| Ok(kind == EntryKind::Folder))
}

/// Of a symbolic link.
pub(super) fn link_place(fs: &dyn FileSystem, folder: &Folder, name: &FileName, points_to: &[u8]) -> StepResult<Place> {
    place(fs, folder, name, &|at, _| Ok(read_link(fs, at)?.is_some_and(|there| there == points_to)))
}

fn place(
    fs: &dyn FileSystem,
    folder: &Folder,
    name: &FileName,
    is_it: &dyn Fn(At<'_>, EntryKind) -> FsResult<bool>,
) -> StepResult<Place> {
    let others = (1..=NAMES_TRIED).map(|attempt| beside(name, attempt));
    for candidate in std::iter::once(Some(name.clone())).chain(others) {
        let candidate = candidate.ok_or(StepError::Unnameable)?;
        match look(fs, folder.at(&candidate))? {
            None => return Ok((candidate, false)),
            Some(status) if is_it(folder.at(&candidate), status.kind)? => return Ok((candidate, true)),
            Some(_) => {}
        }
    }
    Err(StepError::Unnameable)
}
