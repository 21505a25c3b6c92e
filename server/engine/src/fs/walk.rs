//! Walking a tree depth first, holding one open folder per level.

use super::{At, Errno, File, FileSystem, Folder, FsResult, Identity, Object, Status};
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

/// What a walk tells of one entry.
pub struct Visit<'a> {
    pub at: At<'a>,
    pub status: Status,
    /// Names from the top of the walk down to the entry; empty for the top itself.
    pub below: &'a [FileName],
}

/// Visits the entry at `top` and everything below it, each folder before its content.
///
/// A folder is entered if `visit` answers true for it. A symbolic link is an entry like any
/// other. An entry that vanishes between listing and looking is passed over: somebody is at
/// work, and whoever walks looks again.
pub fn walk<E: From<super::FsError>>(
    fs: &dyn FileSystem,
    top: At<'_>,
    visit: &mut dyn FnMut(Visit<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    let status = fs.status(top.into())?;
    let top = top.seen_as(status.kind);
    let is_folder = status.kind == EntryKind::Folder;
    let mut below = Vec::new();
    if visit(Visit { at: top, status, below: &below })? && is_folder {
        let folder = fs.open_folder(top)?;
        walk_below(fs, &folder, &mut below, visit)?;
    }
    Ok(())
}

fn walk_below<E: From<super::FsError>>(
    fs: &dyn FileSystem,
    folder: &Folder,
    below: &mut Vec<FileName>,
    visit: &mut dyn FnMut(Visit<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    for entry in fs.read_folder(folder)? {
        let name = entry?.name;
        let at = folder.at(&name);
        let Some(status) = unless_absent(fs.status(at.into()))? else { continue };
        let at = at.seen_as(status.kind);
        let is_folder = status.kind == EntryKind::Folder;
        below.push(name.clone());
        if visit(Visit { at, status, below })?
            && is_folder
            && let Some(inner) = unless_absent(fs.open_folder(at))?
        {
            walk_below(fs, &inner, below, visit)?;
        }
        below.pop();
    }
    Ok(())
}

/// None if the thing is not there (any more).
pub fn unless_absent<T>(answer: FsResult<T>) -> FsResult<Option<T>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_absent() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a name holds the inode with this identity.
pub fn holds(fs: &dyn FileSystem, at: At<'_>, identity: &Identity) -> FsResult<bool> {
    Ok(unless_absent(fs.identity(at.into()))?.is_some_and(|found| found == *identity))
}

/// Removes the entry and everything below it; nothing there is fine.
pub fn remove_tree(fs: &dyn FileSystem, at: At<'_>) -> FsResult<()> {
    let Some(status) = unless_absent(fs.status(at.into()))? else { return Ok(()) };
    if status.kind != EntryKind::Folder {
        return unless_absent(fs.unlink(at)).map(drop);
    }
    let folder = fs.open_folder(at)?;
    remove_content(fs, &folder)?;
    unless_absent(fs.remove_folder(at)).map(drop)
}

/// Opens the folder with this identity, if a name leads to it: what is done in it is done there, whatever others give
/// the name to from then on.
pub fn open_held(fs: &dyn FileSystem, at: At<'_>, identity: &Identity) -> FsResult<Option<Folder>> {
    let opened = match unless_absent(fs.open_folder(at)) {
        Err(error) if matches!(error.errno, Errno::NOTDIR | Errno::LOOP) => None,
        answer => answer?,
    };
    let Some(folder) = opened else { return Ok(None) };
    Ok((fs.identity((&folder).into())? == *identity).then_some(folder))
}

/// Removes the inode with this identity and everything below it, if the name leads to it; whatever else does stays, but for
/// an empty folder, or what is no folder, which others have put there just then and could have removed themselves.
pub fn remove_held_tree(fs: &dyn FileSystem, at: At<'_>, identity: &Identity) -> FsResult<()> {
    if let Some(folder) = open_held(fs, at, identity)? {
        remove_content(fs, &folder)?;
        return match fs.remove_folder(at) {
            Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(()),
            answer => unless_absent(answer).map(drop),
        };
    }
    if holds(fs, at, identity)? { unless_absent(fs.unlink(at)).map(drop) } else { Ok(()) }
}

/// Removes everything in a folder.
pub fn remove_content(fs: &dyn FileSystem, folder: &Folder) -> FsResult<()> {
    // Some file systems skip entries of a listing that is read while it shrinks: read again
    // until nothing is left.
    loop {
        let mut removed = 0_u64;
        for entry in fs.read_folder(folder)? {
            remove_tree(fs, folder.at(&entry?.name))?;
            removed += 1;
        }
        if removed == 0 {
            return Ok(());
        }
    }
}

const READ_AT_ONCE: usize = 1 << 20;

/// Up to `length` bytes of a file's content.
pub fn read_whole(fs: &dyn FileSystem, at: At<'_>, length: u64) -> FsResult<Vec<u8>> {
    read_open(fs, &fs.open_file(at)?, length)
}

/// Up to `length` bytes of an open file's content.
pub fn read_open(fs: &dyn FileSystem, file: &File, length: u64) -> FsResult<Vec<u8>> {
    read_piece(fs, file, 0, length)
}

/// Up to `length` bytes of an open file's content from an offset on.
pub fn read_piece(fs: &dyn FileSystem, file: &File, offset: u64, length: u64) -> FsResult<Vec<u8>> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut end = 0;
    while end < length {
        // Room is made for what comes, whatever size a file says that it has.
        bytes.resize(bytes.len().max(length.min(end + READ_AT_ONCE)), 0);
        match fs.read_at(file, offset + end as u64, &mut bytes[end..])? {
            0 => break,
            count => end += count,
        }
    }
    bytes.truncate(end);
    Ok(bytes)
}

/// The status of an entry, or none if the name is free.
pub fn look(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<Status>> {
    unless_absent(fs.status(Object::Entry(at)))
}
