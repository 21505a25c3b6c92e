//! Makes the names in the folders of a move durable, on the file system's own terms.
//!
//! A new file does it: it is created after the changes, so forcing its transaction forces theirs; on
//! Lustre, those on the same MDT. Without it `fsync` of a folder does nothing on Lustre, and on XFS
//! it reaches no further than the folder's own last change: project IDs changed below it were lost
//! (measured on Linux 6.1, three of three; none with the file). Where the file has gone, the folder
//! is synced as well. The destination's folder goes first (measured: the other way round a name can
//! be in neither).

use std::collections::BTreeSet;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::context::{Context, open_known};
use super::error::{StepError, StepResult};
use super::times::Times;
use crate::fs::walk::unless_absent;
use crate::fs::{Errno, FileSystem, Folder, FsError, FsResult, NamesDurability};

/// So many entries are looked at before a barrier is given up.
const ENTRIES_LOOKED_AT: u32 = 10_000;

const BARRIER_MODE: u32 = 0o600;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    for known in &context.order.folders {
        barrier_in(context.fs, &open_known(context.fs, known)?, context.order.move_id)?;
    }
    Ok(())
}

/// Makes the names in one folder durable.
pub(super) fn barrier_in(fs: &dyn FileSystem, folder: &Folder, id: MoveId) -> StepResult<()> {
    match fs.capabilities(folder)?.names_durability {
        NamesDurability::FolderSync => {
            barrier_file(fs, folder, &name_of(id)?, &|| fs.sync_file_system(folder))?;
            fs.sync_folder(folder)?;
        }
        NamesDurability::BarrierFile => barrier_file(fs, folder, &name_of(id)?, &|| touch_and_sync(fs, folder))?,
    }
    Ok(())
}

/// Makes the name of a file durable that was made in the folder and synced itself.
pub(super) fn make_names_durable(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    match fs.capabilities(folder)?.names_durability {
        NamesDurability::FolderSync => fs.sync_folder(folder),
        // The file is its own barrier.
        NamesDurability::BarrierFile => Ok(()),
    }
}

pub(super) fn barrier_name(context: &Context<'_>) -> StepResult<FileName> {
    name_of(context.order.move_id)
}

fn name_of(id: MoveId) -> StepResult<FileName> {
    FileName::new(format!(".tidelock-{id}.barrier").into_bytes()).map_err(|_| StepError::Unnameable)
}

/// `if_full` is done where there is no room for the file.
fn barrier_file(fs: &dyn FileSystem, folder: &Folder, name: &FileName, if_full: &dyn Fn() -> FsResult<()>) -> FsResult<()> {
    let at = folder.at(name);
    // Its removal is not durable: one may be left from before a crash.
    unless_absent(fs.unlink(at))?;
    let file = match fs.create_file(at, BARRIER_MODE) {
        Err(error) if error.is_full() => return if_full(),
        answer => answer?,
    };
    // Without room for its byte the file is created all the same, which is what counts.
    match fs.write_at(&file, 0, b"\n") {
        Err(error) if !error.is_full() => return Err(error),
        _ => {}
    }
    fs.sync_file(&file)?;
    unless_absent(fs.unlink(at)).map(drop)
}

/// A barrier in one folder on each MDT that a tree lies on, which leaves the times of the tree's
/// folders as they are. `beside` is a folder outside the tree whose times do not matter.
///
/// Where names are made durable by syncing folders, or there is one MDT only, the barrier of the
/// move's own folders is enough.
pub(super) fn barrier_on_each_mdt(context: &Context<'_>, tree: &Folder, beside: &Folder) -> StepResult<()> {
    if context.fs.capabilities(tree)?.names_durability == NamesDurability::BarrierFile {
        let name = barrier_name(context)?;
        EachMdt { fs: context.fs, beside, name: &name, reached: BTreeSet::new() }.reach(tree)?;
    }
    Ok(())
}

struct EachMdt<'a> {
    fs: &'a dyn FileSystem,
    beside: &'a Folder,
    name: &'a FileName,
    reached: BTreeSet<u32>,
}

impl EachMdt<'_> {
    fn reach(&mut self, folder: &Folder) -> FsResult<()> {
        let fs = self.fs;
        let Some(mdt) = fs.placement(folder)? else { return Ok(()) };
        if self.reached.insert(mdt) {
            self.quiet_barrier(folder)?;
        } else if let Some(times) = Times::remembered(fs, folder)? {
            // A crash came between a barrier here and the end of it.
            times.restore(fs, folder)?;
        }
        for entry in fs.read_folder(folder)? {
            let entry = entry?;
            if !matches!(entry.kind, None | Some(EntryKind::Folder)) {
                continue;
            }
            match fs.open_folder(folder.at(&entry.name)) {
                Ok(inner) => self.reach(&inner)?,
                Err(error) if error.is_absent() || matches!(error.errno, Errno::NOTDIR | Errno::LOOP) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The file is made in the folder, so that its inode lies on the folder's MDT, and leaves it
    /// before the folder gets its times back: syncing the file then saves those as well.
    fn quiet_barrier(&self, folder: &Folder) -> FsResult<()> {
        let (fs, here, beside) = (self.fs, folder.at(self.name), self.beside.at(self.name));
        let times = Times::remember(fs, folder)?;
        unless_absent(fs.unlink(here))?;
        unless_absent(fs.unlink(beside))?;
        let file = match fs.create_file(here, BARRIER_MODE) {
            Err(error) if error.is_full() => {
                times.restore(fs, folder)?;
                return touch_and_sync(fs, folder);
            }
            answer => answer?,
        };
        fs.rename(here, beside)?;
        times.restore(fs, folder)?;
        // As with any own file: the same mode again, then a sync (measured).
        fs.set_mode((&file).into(), BARRIER_MODE)?;
        fs.sync_file(&file)?;
        unless_absent(fs.unlink(beside)).map(drop)
    }
}

/// Where no file can be made: an own file in the folder, or below it on the same MDT, gets its
/// own mode again and is synced, which reaches the MDT like a new one (measured).
fn touch_and_sync(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    let mdt = fs.placement(folder)?;
    let mut entries_left = ENTRIES_LOOKED_AT;
    if touch_one_below(fs, folder, mdt, &mut entries_left)? { Ok(()) } else { Err(FsError::new("barrier", b"", Errno::DQUOT)) }
}

/// Whether an own file was found and synced.
fn touch_one_below(fs: &dyn FileSystem, folder: &Folder, mdt: Option<u32>, entries_left: &mut u32) -> FsResult<bool> {
    let mut folders = Vec::new();
    let entries = match fs.read_folder(folder) {
        Err(error) if error.errno == Errno::ACCESS => return Ok(false),
        answer => answer?,
    };
    for entry in entries {
        let name = entry?.name;
        let at = folder.at(&name);
        *entries_left = entries_left.saturating_sub(1);
        let Some(status) = unless_absent(fs.status(at.into()))? else { continue };
        let is_ours = status.uid == fs.caller().uid;
        if status.kind == EntryKind::File && is_ours && !fs.hsm_state(at)?.is_released() {
            // A file may be unreadable even for its owner.
            let Ok(file) = fs.open_file(at) else { continue };
            // Somebody may have given the name to another file meanwhile.
            let opened = fs.status((&file).into())?;
            if opened.kind != EntryKind::File || opened.uid != fs.caller().uid {
                continue;
            }
            fs.set_mode((&file).into(), opened.mode)?;
            return fs.sync_file(&file).map(|()| true);
        }
        if status.kind == EntryKind::Folder && !status.is_mount_point {
            folders.push(name);
        }
    }
    for name in folders {
        if *entries_left == 0 {
            break;
        }
        // Whoever may not look into a folder finds nothing of his there.
        let Ok(inner) = fs.open_folder(folder.at(&name)) else { continue };
        if fs.placement(&inner)? == mdt && touch_one_below(fs, &inner, mdt, entries_left)? {
            return Ok(true);
        }
    }
    Ok(false)
}
