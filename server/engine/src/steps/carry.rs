//! Bringing one inode from a name to another without ever replacing anything.
//!
//! What has happened is asked of the file system, by identity: after a crash, an eviction or
//! an unclear error the same call simply runs again.
//!
//! | old name | new name | then |
//! |---|---|---|
//! | the inode | free | carry it |
//! | gone | the inode | done before |
//! | the inode | the inode | a link was made: remove the old name |
//! | neither | | the item is gone |

use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;

use super::context::{create_folder_beside, holds};
use super::error::{StepError, StepResult};
use crate::fs::walk::{look, unless_absent};
use crate::fs::{At, Errno, FileSystem, FsError, Identity};

/// The mode of a claim: nobody but root can enter it.
const CLAIM_MODE: u32 = 0;

/// One inode on its way.
pub(super) struct Carry<'a> {
    pub(super) identity: &'a Identity,
    pub(super) kind: EntryKind,
    /// For messages.
    pub(super) path: FilePath,
    pub(super) destination: FilePath,
}

/// Where the inode is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    AtOld,
    AtNew,
    AtBoth,
    Nowhere,
}

pub(super) fn find(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, identity: &Identity) -> StepResult<Found> {
    Ok(match (holds(fs, from, identity)?, holds(fs, to, identity)?) {
        (true, false) => Found::AtOld,
        (false, true) => Found::AtNew,
        (true, true) => Found::AtBoth,
        (false, false) => Found::Nowhere,
    })
}

/// Brings the inode from `from` to `to`.
///
/// # Errors
/// [`StepError::NameTaken`] if something else has the new name: nothing was changed then.
pub(super) fn carry(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    match find(fs, from, to, what.identity)? {
        Found::AtNew => Ok(()),
        Found::AtBoth if what.kind == EntryKind::Folder => Err(StepError::TwoNames),
        Found::AtBoth => Ok(fs.unlink(from)?),
        Found::Nowhere => Err(lost(fs, from, what)?),
        Found::AtOld => {
            carry_now(fs, from, to, what)?;
            // The result is looked at, whatever the calls answered.
            match find(fs, from, to, what.identity)? {
                Found::AtBoth if what.kind != EntryKind::Folder => Ok(fs.unlink(from)?),
                _ => Ok(()),
            }
        }
    }
}

/// Brings the inode from `from` to a hidden name of the move's own, which nobody else gives to
/// anything: so one rename does it, and no name is removed that somebody may just have taken.
pub(super) fn hide(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    // A symbolic link may become a new inode by a rename (recorded).
    let is_safe = !matches!(what.kind, EntryKind::Folder | EntryKind::SymbolicLink);
    if !is_safe || rename_would_recharge(fs, from, to)? {
        return carry(fs, from, to, what);
    }
    match find(fs, from, to, what.identity)? {
        Found::AtNew => return Ok(()),
        Found::Nowhere => return Err(lost(fs, from, what)?),
        // A rename between two names of one inode would do nothing.
        Found::AtBoth => fs.unlink(to)?,
        Found::AtOld => {}
    }
    match fs.rename_without_replacing(from, to) {
        Err(error) if error.is_taken() => return Err(StepError::NameTaken(what.destination.clone())),
        Err(error) if refuses_flags(&error) && look(fs, to)?.is_some() => {
            return Err(StepError::NameTaken(what.destination.clone()));
        }
        Err(error) if refuses_flags(&error) => match fs.rename(from, to) {
            // Between two MDTs a rename may be refused where a link is not (`enable_remote_rename`).
            Err(error) if error.errno == Errno::XDEV => return carry(fs, from, to, what),
            answer => answer?,
        },
        answer => answer?,
    }
    if holds(fs, to, what.identity)? { Ok(()) } else { Err(give_back(fs, from, to, what)?) }
}

/// A rename charges anew what is not charged as the folder is, and nobody but an administrator
/// could take that back.
fn rename_would_recharge(fs: &dyn FileSystem, from: At<'_>, to: At<'_>) -> StepResult<bool> {
    let (Some(folder), Some(own)) = (fs.tag(to.folder.into())?, unless_absent(fs.tag(from.into()))?.flatten()) else {
        return Ok(false);
    };
    Ok(folder.inherit && folder.id != own.id)
}

/// Lustre refuses every flag of a rename (recorded).
fn refuses_flags(error: &FsError) -> bool {
    matches!(error.errno, Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP)
}

fn lost(fs: &dyn FileSystem, from: At<'_>, what: &Carry<'_>) -> StepResult<StepError> {
    let is_replaced = look(fs, from)?.is_some();
    Ok(if is_replaced { StepError::ItemReplaced(what.path.clone()) } else { StepError::ItemGone(what.path.clone()) })
}

fn carry_now(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    remove_own_claim(fs, to)?;
    bring(fs, from, to, what)?;
    match unless_absent(fs.identity(to.into()))? {
        // Nobody else has put anything under a hidden name: they have given the new one to something since.
        Some(found) if found != *what.identity && from.name.is_hidden_folder_of_a_move() => {
            Err(StepError::ItemReplaced(what.destination.clone()))
        }
        Some(found) if found != *what.identity => Err(give_back(fs, from, to, what)?),
        _ => Ok(()),
    }
}

/// Between the look and the rename others had put something of theirs under the old name, and
/// that came along: it goes back, if its name is still free.
pub(super) fn give_back(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<StepError> {
    let (theirs, kind) = (fs.identity(to.into())?, fs.status(to.into())?.kind);
    let back = Carry { identity: &theirs, kind, path: what.destination.clone(), destination: what.path.clone() };
    match bring(fs, to, from, &back) {
        // Others' files may not be linked by everybody; a rename that replaces nothing as far as
        // anybody can see is better than to keep theirs hidden.
        Err(StepError::FileSystem(error)) if error.errno == Errno::PERM && look(fs, from)?.is_none() => fs.rename(to, from)?,
        answer => answer?,
    }
    Ok(StepError::ItemReplaced(what.path.clone()))
}

/// One inode to a free name, as the mount can.
fn bring(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    match fs.rename_without_replacing(from, to) {
        Ok(()) => Ok(()),
        Err(error) if error.is_taken() => Err(StepError::NameTaken(what.destination.clone())),
        Err(error) if refuses_flags(&error) => {
            if what.kind == EntryKind::Folder {
                over_a_claim(fs, from, to, what)
            } else {
                by_link(fs, from, to, what)
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// `link` fails with `EEXIST` if the name is taken, atomically; no placeholder is needed that
/// somebody's file could take. The old name is removed afterwards: it must be a hidden one of the
/// move's own, or others could have put something of theirs under it just then.
fn by_link(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    match fs.link(from, to) {
        Ok(()) => {}
        Err(error) if error.is_taken() => return Err(StepError::NameTaken(what.destination.clone())),
        Err(error) => return Err(error.into()),
    }
    // The old name is removed only while it still is the same inode.
    if !holds(fs, to, what.identity)? {
        // A second name for something of others': it never asked for one.
        if holds(fs, from, &fs.identity(to.into())?)? {
            fs.unlink(to)?;
        }
        return Err(StepError::ItemReplaced(what.path.clone()));
    }
    // Asked twice: after one wrong "no such file" it would keep both names.
    if holds(fs, from, what.identity)? || holds(fs, from, what.identity)? {
        fs.unlink(from)?;
    }
    Ok(())
}

/// An exclusive `mkdir` claims the name; the rename replaces it only while it is empty.
fn over_a_claim(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    match create_folder_beside(fs, to, CLAIM_MODE, to.folder) {
        Ok(()) => {}
        Err(error) if error.is_taken() => return Err(StepError::NameTaken(what.destination.clone())),
        Err(error) if error.is_full() => return without_a_claim(fs, from, to, what),
        Err(error) => return Err(error.into()),
    }
    let claim = fs.identity(to.into())?;
    // Compared right before: the window that remains can cost at most somebody's empty folder.
    let is_still_ours = holds(fs, to, &claim)?;
    let carried = if is_still_ours {
        fs.rename(from, to).map_err(StepError::from)
    } else {
        Err(StepError::NameTaken(what.destination.clone()))
    };
    if let Err(error) = carried {
        // The item may be gone altogether: somebody was quicker.
        if matches!(find(fs, from, to, what.identity)?, Found::AtOld | Found::Nowhere) {
            remove_own_claim(fs, to)?;
        }
        return Err(error);
    }
    Ok(())
}

/// A full project, which things leave and come back to, has no room for a claim. The rename replaces
/// nothing but an empty folder, which somebody may have made since the look.
fn without_a_claim(fs: &dyn FileSystem, from: At<'_>, to: At<'_>, what: &Carry<'_>) -> StepResult<()> {
    let taken = || StepError::NameTaken(what.destination.clone());
    if look(fs, to)?.is_some() {
        return Err(taken());
    }
    match fs.rename(from, to) {
        Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Err(taken()),
        answer => Ok(answer?),
    }
}

/// Removes an empty folder of mode 0000 that is ours: what a crash between claim and rename
/// leaves. Anything else is somebody's and stays.
pub(super) fn remove_own_claim(fs: &dyn FileSystem, at: At<'_>) -> StepResult<()> {
    let Some(status) = look(fs, at)? else { return Ok(()) };
    // A project folder's setgid bit is inherited even by a claim.
    let is_claim = status.kind == EntryKind::Folder && status.mode & 0o777 == CLAIM_MODE && status.uid == fs.caller().uid;
    if !is_claim {
        return Ok(());
    }
    match fs.remove_folder(at) {
        Err(error) if !error.is_absent() && error.errno != Errno::NOTEMPTY => Err(error.into()),
        _ => Ok(()),
    }
}
