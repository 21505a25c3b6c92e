//! Where an entry is charged to its old project again before it gets its old name.
//!
//! A rename replaces whatever has the name, and somebody who stands in an old folder may give it to
//! something of theirs at any moment. A link does not (`EEXIST`), but cannot cross projects. So an entry
//! goes into a hidden folder beside its old name first, which charges it, and is linked from there: as a
//! file is that is published.

use tidelock_shared::strategy::EntryKind;

use crate::fs::walk::{holds, look, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult};
use crate::steps::context::{OWN_FOLDER_MODE, create_folder_beside, is_own};

/// A hidden folder of the move's own in one old folder.
pub(super) enum Landing {
    /// An entry gets its name by a look and a rename: nobody else gets into what was made anew, or there
    /// is no room for a folder in a full project, or somebody has put something of theirs in its place.
    Without,
    Unmade,
    Open(Folder),
}

impl Landing {
    pub(super) fn open(&mut self, fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<&Folder>> {
        if let Self::Unmade = self {
            *self = match create_folder_beside(fs, at, OWN_FOLDER_MODE, at.folder) {
                Err(error) if error.is_full() => Self::Without,
                // A crash may have left it.
                Err(error) if error.is_taken() => left(fs, at)?.map_or(Self::Without, Self::Open),
                answer => {
                    answer?;
                    match left(fs, at)? {
                        Some(folder) => Self::Open(folder),
                        // An access list that is handed down, for one, makes another mode of it.
                        None => {
                            unless_absent(fs.remove_folder(at))?;
                            Self::Without
                        }
                    }
                }
            };
        }
        Ok(if let Self::Open(folder) = self { Some(folder) } else { None })
    }
}

/// The landing that a crash has left, if it is the caller's.
pub(super) fn left(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<Folder>> {
    if !look(fs, at)?.is_some_and(|status| status.kind == EntryKind::Folder && is_own(fs, &status)) {
        return Ok(None);
    }
    let Some(folder) = unless_absent(fs.open_folder(at))? else { return Ok(None) };
    // Others may have put another in its place.
    Ok(is_own(fs, &fs.status((&folder).into())?).then_some(folder))
}

/// Gives what has landed a name; false if something else has it.
pub(super) fn land(fs: &dyn FileSystem, from: At<'_>, to: At<'_>) -> FsResult<bool> {
    match fs.link(from, to) {
        Ok(()) => {}
        Err(error) if error.is_taken() => {
            let Some(identity) = unless_absent(fs.identity(from.into()))? else { return Ok(true) };
            if !holds(fs, to, &identity)? {
                return Ok(false);
            }
        }
        // Others' files may not be linked by everybody (`protected_hardlinks`), no inode has names without end, one may
        // have been charged to yet another project, and a link may need room: a rename that replaces nothing as far as
        // can be seen is what is left.
        Err(error) if error.is_full() || matches!(error.errno, Errno::PERM | Errno::MLINK | Errno::XDEV) => {
            let is_free = look(fs, to)?.is_none();
            if is_free {
                fs.rename(from, to)?;
            }
            return Ok(is_free);
        }
        Err(error) if error.is_absent() && look(fs, from)?.is_none() => return Ok(true),
        Err(error) => return Err(error),
    }
    unless_absent(fs.unlink(from))?;
    Ok(true)
}
