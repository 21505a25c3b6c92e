//! Everything of an inode but its content, from one to another.

use std::collections::{BTreeMap, BTreeSet};

use super::{belongs_to_file_system, is_privileged};
use crate::fs::{Errno, FileSystem, FsError, FsResult, Object, Status};
use crate::planner::plan::Loss;

/// Where a folder's times are kept while names come and go in it.
pub(crate) const REMEMBERED_TIMES: &[u8] = b"user.tidelock.times";

const SET_ID_BITS: u32 = 0o6000;
/// What a folder's default access list gives to a new entry.
const INHERITED: [&[u8]; 2] = [b"system.posix_acl_access", b"system.posix_acl_default"];

/// Gives `copy` the attributes that `status` and `source` say. `losses` are the classes that
/// the plan said cannot be kept; they alone may fail.
///
/// The order matters: a new owner takes capabilities and setuid away, so it comes first; each
/// of these changes would spoil the times, so they come last; a frozen inode takes nothing.
pub(crate) fn copy_metadata(
    fs: &dyn FileSystem,
    source: Object<'_>,
    status: &Status,
    copy: Object<'_>,
    losses: &BTreeSet<Loss>,
) -> FsResult<()> {
    let owner = fs.set_owner(copy, status.uid, status.gid);
    let keeps_owner = owner.is_ok();
    unless_lost(owner, losses, Loss::Owner)?;
    let names = fs.xattr_names(source)?;
    // What a crash left of ours speaks of the source's times, not of the copy's.
    for name in names.iter().filter(|name| !belongs_to_file_system(name) && *name != REMEMBERED_TIMES) {
        copy_xattr(fs, source, copy, name, losses)?;
    }
    if status.kind == tidelock_shared::strategy::EntryKind::Folder {
        // What is made in it would inherit in turn. Files do not: their hidden folder passes nothing on.
        forget_inherited(fs, copy, &names)?;
    }
    let is_link = status.kind == tidelock_shared::strategy::EntryKind::SymbolicLink;
    if !is_link {
        // Never setuid for somebody else than it was given to.
        let mode = if keeps_owner { status.mode } else { status.mode & !SET_ID_BITS };
        fs.set_mode(copy, mode)?;
    }
    let flags = if is_link { 0 } else { fs.flags(source)? };
    fs.set_times(copy, status.accessed, status.modified)?;
    if flags != 0 {
        unless_lost(fs.set_flags(copy, flags), losses, Loss::InodeFlags)?;
    }
    Ok(())
}

/// Takes away what a new entry has got from the default access list of the folder that it was made in,
/// but for what it is to have: it would let people in who are not let in to the original.
pub(crate) fn forget_inherited(fs: &dyn FileSystem, copy: Object<'_>, wanted: &[Vec<u8>]) -> FsResult<()> {
    for name in INHERITED.iter().filter(|name| !wanted.iter().any(|wanted| wanted == *name)) {
        match fs.remove_xattr(copy, name) {
            Err(error) if matches!(error.errno, Errno::NODATA | Errno::OPNOTSUPP) => {}
            answer => answer?,
        }
    }
    Ok(())
}

/// Whether two files have the same attributes and flags.
pub(crate) fn has_same_attributes(fs: &dyn FileSystem, one: Object<'_>, other: Object<'_>) -> FsResult<bool> {
    let read = |object| -> FsResult<BTreeMap<Vec<u8>, Vec<u8>>> {
        let names = fs.xattr_names(object)?.into_iter().filter(|name| !belongs_to_file_system(name) && name != REMEMBERED_TIMES);
        names.map(|name| Ok((name.clone(), fs.xattr(object, &name)?))).collect()
    };
    Ok(read(one)? == read(other)? && fs.flags(one)? == fs.flags(other)?)
}

fn copy_xattr(fs: &dyn FileSystem, source: Object<'_>, copy: Object<'_>, name: &[u8], losses: &BTreeSet<Loss>) -> FsResult<()> {
    let class = if is_privileged(name) && !losses.contains(&Loss::ExtendedAttributes) {
        Loss::PrivilegedAttributes
    } else {
        Loss::ExtendedAttributes
    };
    let value = fs.xattr(source, name)?;
    unless_lost(fs.set_xattr(copy, name, &value), losses, class).map(drop)
}

/// Passes over a failure in a class that the plan gave up.
pub(super) fn unless_lost<T>(answer: FsResult<T>, losses: &BTreeSet<Loss>, class: Loss) -> FsResult<Option<T>> {
    match answer {
        Err(error) if losses.contains(&class) && is_refusal(&error) => Ok(None),
        other => other.map(Some),
    }
}

/// The mount or the caller's rights do not allow it, now or ever.
pub(crate) fn is_refusal(error: &FsError) -> bool {
    matches!(error.errno, Errno::PERM | Errno::OPNOTSUPP | Errno::NOTTY | Errno::INVAL)
}
