//! Where an entry is charged to its old project again before it gets its old name.
//!
//! A rename replaces whatever has the name, and somebody who stands in an old folder may give it to
//! something of theirs at any moment. A link does not (`EEXIST`), but cannot cross projects. So an entry
//! goes into a hidden folder first, which charges it, and is linked from there: what publishes a file, too.

use tidelock_shared::name::FilePath;

use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult};
use crate::steps::carry::{Carry, carry};
use crate::steps::context::{OWN_FOLDER_MODE, create_folder_beside};
use crate::steps::error::{StepError, StepResult};

/// A hidden folder of the move's own in one old folder.
pub(super) enum Landing {
    /// Nobody else gets into what was made anew; and in a full project there is no room for a folder.
    Without,
    Unmade,
    Open(Folder),
}

impl Landing {
    /// What a crash has left.
    pub(super) fn find(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Self> {
        Ok(unless_absent(fs.open_folder(at))?.map_or(Self::Unmade, Self::Open))
    }

    pub(super) fn open(&mut self, fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<&Folder>> {
        if let Self::Unmade = self {
            *self = match create_folder_beside(fs, at, OWN_FOLDER_MODE, at.folder) {
                Err(error) if error.is_full() => Self::Without,
                answer => answer.and_then(|()| fs.open_folder(at)).map(Self::Open)?,
            };
        }
        Ok(if let Self::Open(folder) = self { Some(folder) } else { None })
    }
}

/// Gives what has landed a name; false if something else has it.
pub(super) fn land(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, path: &FilePath) -> StepResult<bool> {
    let Some(status) = look(fs, from)? else { return Ok(true) };
    let identity = fs.identity(from.into())?;
    let what = Carry { identity: &identity, kind: status.kind, path: path.clone(), destination: path.clone() };
    match carry(fs, from, to, &what) {
        Err(StepError::NameTaken(_)) => Ok(false),
        // Others' files may not be linked by everybody (`protected_hardlinks`), and no inode has names
        // without end: a rename that replaces nothing as far as can be seen is what is left.
        Err(StepError::FileSystem(error)) if matches!(error.errno, Errno::PERM | Errno::MLINK) => {
            let is_free = look(fs, to)?.is_none();
            if is_free {
                fs.rename(from, to)?;
            }
            Ok(is_free)
        }
        answer => answer.map(|()| true),
    }
}
