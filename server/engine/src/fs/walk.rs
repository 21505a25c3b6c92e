//! Walking a tree depth first, holding one open folder per level.

use super::{At, Errno, File, FileSystem, Folder, FsError, FsResult, Identity, Object, Status};
use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

/// What a walk tells of one entry.
pub struct Visit<'a> {
    pub at: At<'a>,
    /// The entry itself: of a walk that began at an identity the top is held open, whatever has its name by now.
    pub object: Object<'a>,
    pub status: Status,
    /// Names from the top of the walk down to the entry; empty for the top itself.
    pub below: &'a [FileName],
}

/// Visits the entry at `top` and everything below it, each folder before its content.
///
/// A folder is entered if `visit` answers true for it. A symbolic link is an entry like any
/// other. An entry that vanishes between listing and looking is passed over: somebody is at
/// work, and whoever walks looks again.
pub fn walk<E: From<FsError>>(
    fs: &dyn FileSystem,
    top: At<'_>,
    visit: &mut dyn FnMut(Visit<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    walk_from(fs, top, None, visit)
}

/// The same from the inode with this identity: if the name leads to another, nothing is there.
pub fn walk_held<E: From<FsError>>(
    fs: &dyn FileSystem,
    top: At<'_>,
    identity: &Identity,
    visit: &mut dyn FnMut(Visit<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    walk_from(fs, top, Some(identity), visit)
}

fn walk_from<E: From<FsError>>(
    fs: &dyn FileSystem,
    top: At<'_>,
    identity: Option<&Identity>,
    visit: &mut dyn FnMut(Visit<'_>) -> Result<bool, E>,
) -> Result<(), E> {
    let (top, status) = Top::look_at(fs, top, identity)?;
    let is_folder = status.kind == EntryKind::Folder;
    let mut below = Vec::new();
    if visit(Visit { at: top.at, object: top.object(), status, below: &below })? && is_folder {
        walk_below(fs, &top.open(fs)?, &mut below, visit)?;
    }
    Ok(())
}

/// What a walk begins at.
pub(crate) struct Top<'a> {
    pub(crate) at: At<'a>,
    /// The folder that was compared. What is none cannot be held open, and nothing is below it.
    held: Option<Folder>,
}

impl<'a> Top<'a> {
    /// If it is to have an identity and the name leads to another, the error is as for what is absent.
    pub(crate) fn look_at(fs: &dyn FileSystem, at: At<'a>, identity: Option<&Identity>) -> FsResult<(Self, Status)> {
        let is_another = || FsError::new("open", at.name.as_bytes(), Errno::NOENT);
        let held = match identity {
            Some(identity) => open_held(fs, at, identity)?,
            None => None,
        };
        let compared_by_name = identity.filter(|_| held.is_none());
        if let Some(identity) = compared_by_name
            && !holds(fs, at, identity)?
        {
            return Err(is_another());
        }
        let status = fs.status(held.as_ref().map_or(at.into(), Object::Folder))?;
        if compared_by_name.is_some() && status.kind == EntryKind::Folder {
            return Err(is_another());
        }
        Ok((Self { at: at.seen_as(status.kind), held }, status))
    }

    pub(crate) fn object(&self) -> Object<'_> {
        self.held.as_ref().map_or(self.at.into(), Object::Folder)
    }

    /// Opens it to be entered.
    pub(crate) fn open(self, fs: &dyn FileSystem) -> FsResult<Folder> {
        self.held.map_or_else(|| fs.open_folder(self.at), Ok)
    }
}

fn walk_below<E: From<FsError>>(
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
        if visit(Visit { at, object: at.into(), status, below })?
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

/// Opens a folder; none where nothing is, or no folder.
pub fn open_if_folder(fs: &dyn FileSystem, at: At<'_>) -> FsResult<Option<Folder>> {
    match unless_absent(fs.open_folder(at)) {
        Err(error) if matches!(error.errno, Errno::NOTDIR | Errno::LOOP) => Ok(None),
        answer => answer,
    }
}

/// Opens the folder with this identity, if a name leads to it: what is done in it is done there, whatever others give
/// the name to from then on.
pub fn open_held(fs: &dyn FileSystem, at: At<'_>, identity: &Identity) -> FsResult<Option<Folder>> {
    let Some(folder) = open_if_folder(fs, at)? else { return Ok(None) };
    Ok((fs.identity((&folder).into())? == *identity).then_some(folder))
}

/// Removes the inode with this identity and everything below it, if the name leads to it; whatever else does stays, but for
/// an empty folder, or what is no folder, which others have put there just then and could have removed themselves.
pub fn remove_held_tree(fs: &dyn FileSystem, at: At<'_>, identity: &Identity) -> FsResult<()> {
    if let Some(folder) = open_held(fs, at, identity)? {
        return remove_opened(fs, at, &folder);
    }
    if holds(fs, at, identity)? { unless_absent(fs.unlink(at)).map(drop) } else { Ok(()) }
}

/// Removes what is in an open folder, and then the folder, unless others have given its name to something else by now.
pub fn remove_opened(fs: &dyn FileSystem, at: At<'_>, folder: &Folder) -> FsResult<()> {
    remove_content(fs, folder)?;
    remove_if_empty(fs, at).map(drop)
}

/// Removes a folder with nothing in it; answers whether none is there. What is no folder stays too.
pub fn remove_if_empty(fs: &dyn FileSystem, at: At<'_>) -> FsResult<bool> {
    match unless_absent(fs.remove_folder(at)) {
        Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST | Errno::NOTDIR) => Ok(false),
        answer => answer.map(|_| true),
    }
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
