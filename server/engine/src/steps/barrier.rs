//! Makes the names in the folders of a move durable, on the file system's own terms.
//!
//! On ext4 and XFS `fsync` of the folder does it. On Lustre nothing does but a new file: it is
//! created after the renames on the same MDT, so forcing its transaction forces theirs. The
//! destination's folder goes first (measured: the other way round a name can be in neither).

use tidelock_shared::name::FileName;

use super::context::{Context, open_known};
use super::error::{StepError, StepResult};
use crate::fs::walk::unless_absent;
use crate::fs::{Errno, FileSystem, Folder, FsResult, NamesDurability};

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let name = format!(".tidelock-{}.barrier", context.order.move_id);
    let name = FileName::new(name.into_bytes()).map_err(|_| StepError::Unnameable)?;
    for known in &context.order.folders {
        let folder = open_known(context.fs, known)?;
        match context.fs.capabilities(&folder)?.names_durability {
            NamesDurability::FolderSync => context.fs.sync_folder(&folder)?,
            NamesDurability::BarrierFile => barrier_file(context.fs, &folder, &name)?,
        }
    }
    Ok(())
}

fn barrier_file(fs: &dyn FileSystem, folder: &Folder, name: &FileName) -> FsResult<()> {
    let at = folder.at(name);
    // Its removal is not durable: one may be left from before a crash.
    unless_absent(fs.unlink(at))?;
    let file = match fs.create_file(at, 0o600) {
        Err(error) if error.is_full() => return touch_and_sync(fs, folder),
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

/// Where no file can be made: an own file of the folder gets its own mode again and is synced,
/// which reaches the MDT like a new one (measured).
fn touch_and_sync(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    for entry in fs.read_folder(folder)? {
        let name = entry?.name;
        let at = folder.at(&name);
        let Some(status) = unless_absent(fs.status(at.into()))? else { continue };
        let is_ours = status.kind == tidelock_shared::strategy::EntryKind::File && status.uid == fs.caller().uid;
        if is_ours && !fs.is_released(at)? {
            fs.set_mode(at.into(), status.mode)?;
            return fs.sync_file(&fs.open_file(at)?);
        }
    }
    Err(crate::fs::FsError::new("barrier", b"", Errno::DQUOT))
}
