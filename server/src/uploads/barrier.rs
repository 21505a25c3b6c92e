//! Makes names durable, on the file system's own terms.
//!
//! A new file in the folder, synced after the changes, forces them: on Lustre all that its MDT did
//! before, where syncing the folder would do nothing. A striped folder has names on several MDTs and
//! takes a file on each. Where no file can be made the project is full, and the upload waits.

use std::collections::BTreeSet;

use tidelock_engine::fs::walk::unless_absent;
use tidelock_engine::fs::{Errno, File, FileSystem, Folder, FsError, FsResult, NamesDurability};
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::upload::UploadId;

use super::staging::PREFIX;

const BARRIER_MODE: u32 = 0o600;
/// So many names are tried for each MDT of a striped folder: by chance one of them lies there.
const NAMES_FOR_EACH_MDT: usize = 64;

/// Makes the names in one folder durable.
pub(super) fn barrier(fs: &dyn FileSystem, folder: &Folder, id: &UploadId) -> FsResult<()> {
    barrier_on(fs, folder, id, &mdts_of(fs, folder)?)?;
    match fs.capabilities(folder)?.names_durability {
        NamesDurability::FolderSync => fs.sync_folder(folder),
        NamesDurability::BarrierFile => Ok(()),
    }
}

/// Makes everything in a tree durable whose files are synced already.
pub(super) fn barrier_below(fs: &dyn FileSystem, top: &Folder, id: &UploadId) -> FsResult<()> {
    match fs.capabilities(top)?.names_durability {
        NamesDurability::FolderSync => fs.sync_file_system(top),
        NamesDurability::BarrierFile => reach(fs, top, id, &mut BTreeSet::new()),
    }
}

/// A barrier on each MDT that folders of the tree lie on.
fn reach(fs: &dyn FileSystem, folder: &Folder, id: &UploadId, reached: &mut BTreeSet<u32>) -> FsResult<()> {
    let missing: BTreeSet<u32> = mdts_of(fs, folder)?.difference(reached).copied().collect();
    if !missing.is_empty() {
        barrier_on(fs, folder, id, &missing)?;
        reached.extend(missing);
    }
    if fs.mdts(folder)?.is_some_and(|mdts| reached.len() >= mdts as usize) {
        return Ok(());
    }
    for entry in fs.read_folder(folder)? {
        let entry = entry?;
        let at = folder.at(&entry.name);
        let kind = match entry.kind {
            Some(kind) => kind,
            None => fs.status(at.into())?.kind,
        };
        if kind == EntryKind::Folder {
            reach(fs, &fs.open_folder(at)?, id, reached)?;
        }
    }
    Ok(())
}

/// The MDTs on which changes of a folder lie; none where there are no MDTs.
fn mdts_of(fs: &dyn FileSystem, folder: &Folder) -> FsResult<BTreeSet<u32>> {
    let Some(own) = fs.placement(folder.into())? else { return Ok(BTreeSet::new()) };
    Ok(fs.stripes(folder)?.into_iter().chain([own]).collect())
}

/// A file on each of these MDTs; one where there are none.
fn barrier_on(fs: &dyn FileSystem, folder: &Folder, id: &UploadId, mdts: &BTreeSet<u32>) -> FsResult<()> {
    let mut missing = mdts.clone();
    for number in 0..NAMES_FOR_EACH_MDT * mdts.len().max(1) {
        let bytes = format!("{PREFIX}{id}-barrier-{number}").into_bytes();
        let name = FileName::new(bytes).map_err(|_| FsError::new("barrier", b"", Errno::INVAL))?;
        let at = folder.at(&name);
        // A crash may have left one.
        unless_absent(fs.unlink(at))?;
        let file = fs.create_file(at, BARRIER_MODE)?;
        let mdt = fs.placement((&file).into())?;
        let is_wanted = mdts.is_empty() || mdt.is_some_and(|mdt| missing.remove(&mdt));
        let synced = if is_wanted { write_and_sync(fs, &file) } else { Ok(()) };
        unless_absent(fs.unlink(at))?;
        synced?;
        if missing.is_empty() {
            return Ok(());
        }
    }
    Err(FsError::new("barrier", b"", Errno::IO))
}

/// As it was measured on Lustre: with a byte in it. Without room for one the file is there all the same.
fn write_and_sync(fs: &dyn FileSystem, file: &File) -> FsResult<()> {
    match fs.write_at(file, 0, b"\n") {
        Err(error) if !error.is_full() => Err(error),
        _ => fs.sync_file(file),
    }
}
