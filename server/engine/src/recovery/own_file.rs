//! Opens a record so that whoever may change its folder cannot pass off another file for it.

use tidelock_shared::strategy::EntryKind;

use crate::fs::walk::unless_absent;
use crate::fs::{At, Errno, File, FileSystem, Folder, FsResult, Status};

const MODE: u32 = 0o600;

/// A file that is the caller's own, has one name, and is closed to everybody else.
pub(crate) struct OwnFile {
    pub file: File,
    /// Of what was opened, whatever has its name by now.
    pub status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

impl OwnFile {
    /// None for anything else, which is as if nothing were there: what lies on tape too, since
    /// reading it would wait for it.
    pub(crate) fn open(fs: &dyn FileSystem, at: At<'_>, access: Access) -> FsResult<Option<Self>> {
        // A fifo or device is not opened at all.
        let is_file = unless_absent(fs.status(at.into()))?.is_some_and(|status| status.kind == EntryKind::File);
        if !is_file || unless_absent(fs.hsm_state(at))?.is_none_or(|state| state.is_released()) {
            return Ok(None);
        }
        let opened = match access {
            Access::Read => fs.open_file(at),
            Access::Write => fs.open_to_write(at),
        };
        let file = match opened {
            Err(error) if error.is_absent() || matches!(error.errno, Errno::LOOP | Errno::NXIO) => return Ok(None),
            answer => answer?,
        };
        let status = fs.status((&file).into())?;
        let is_own =
            status.kind == EntryKind::File && status.uid == fs.caller().uid && status.links == 1 && status.mode & 0o7777 == MODE;
        Ok(is_own.then_some(Self { file, status }))
    }
}

/// Whether nobody but the caller can have given a name here to one of the caller's files.
///
/// Root makes files that hold what others wrote, and whoever may change a folder renames what is in
/// it: there root's own file proves nothing. An ACL that lets others write shows in the group's bits.
pub(crate) fn is_closed(fs: &dyn FileSystem, folder: &Folder) -> FsResult<bool> {
    let caller = fs.caller();
    let status = fs.status(folder.into())?;
    Ok(!caller.is_root || (status.uid == caller.uid && status.mode & 0o022 == 0))
}
