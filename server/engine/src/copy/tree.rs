//! Copying a tree, depth first, with one open pair of folders per level.

use std::collections::{BTreeSet, HashMap};

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::content::copy_content;
use super::metadata::{copy_metadata, forget_inherited};
use crate::fs::walk::unless_absent;
use crate::fs::{At, FileSystem, Folder, FsError, NamesDurability, Object, Status, open_below};
use crate::planner::plan::Loss;

/// Why a copy stopped.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error("cancelled")]
    Cancelled,
    #[error("a file's content is on tape only")]
    Released,
    #[error("something is mounted inside the tree")]
    MountPoint,
    #[error(transparent)]
    FileSystem(#[from] FsError),
}

pub(crate) type CopyResult<T> = Result<T, CopyError>;

/// The mode of everything that is not finished: nobody else gets in.
const STAGED_FOLDER_MODE: u32 = 0o700;
const STAGED_FILE_MODE: u32 = 0o600;

/// Copies entries of one tree.
pub(crate) struct Copier<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) losses: BTreeSet<Loss>,
    /// `fsync` for each file before it is closed; else one sync of the whole file system follows.
    pub(crate) syncs_each_file: bool,
    /// Told of entries and bytes as they are done.
    pub(crate) hear: &'a mut dyn FnMut(u64, u64) -> CopyResult<()>,
    /// Of inodes with several names: where the first copy is, below the copy's top.
    links: HashMap<u64, Vec<FileName>>,
    buffer: Vec<u8>,
}

impl<'a> Copier<'a> {
    pub(crate) fn new(
        fs: &'a dyn FileSystem,
        losses: BTreeSet<Loss>,
        durability: NamesDurability,
        hear: &'a mut dyn FnMut(u64, u64) -> CopyResult<()>,
    ) -> Self {
        let syncs_each_file = durability == NamesDurability::BarrierFile;
        Self { fs, losses, syncs_each_file, hear, links: HashMap::new(), buffer: Vec::new() }
    }

    /// Copies what is in `source` into `copy`, which is the top or lies `below` it.
    pub(crate) fn copy_content_of(
        &mut self,
        source: &Folder,
        copy: &Folder,
        top: &Folder,
        below: &mut Vec<FileName>,
    ) -> CopyResult<()> {
        for entry in self.fs.read_folder(source)? {
            let name = entry?.name;
            let at = source.at(&name);
            let Some(status) = unless_absent(self.fs.status(at.into()))? else { continue };
            below.push(name.clone());
            self.copy_entry(at, &status, copy.at(&name), top, below)?;
            below.pop();
        }
        Ok(())
    }

    /// Copies one entry and, of a folder, everything in it. `below` leads to it from the
    /// copy's top.
    pub(crate) fn copy_entry(
        &mut self,
        source: At<'_>,
        status: &Status,
        copy: At<'_>,
        top: &Folder,
        below: &mut Vec<FileName>,
    ) -> CopyResult<()> {
        if status.is_mount_point {
            return Err(CopyError::MountPoint);
        }
        let has_more_names = status.links > 1 && status.kind != EntryKind::Folder;
        if has_more_names && self.link_to_first_copy(status, copy, top)? {
            return (self.hear)(1, 0);
        }
        match status.kind {
            EntryKind::Folder => return self.copy_folder(source, status, copy, top, below),
            EntryKind::File => self.copy_file(source, status, copy)?,
            EntryKind::SymbolicLink => {
                let points_to = self.fs.read_link(source)?;
                self.fs.create_symbolic_link(copy, &points_to)?;
                copy_metadata(self.fs, source.into(), status, copy.into(), &self.losses)?;
            }
            EntryKind::Fifo | EntryKind::Socket | EntryKind::CharacterDevice | EntryKind::BlockDevice => {
                self.fs.create_special(copy, status.kind, STAGED_FILE_MODE, status.special_device)?;
                copy_metadata(self.fs, source.into(), status, copy.into(), &self.losses)?;
            }
        }
        if below.len() <= 1 && status.kind != EntryKind::SymbolicLink {
            // A single item is made in the destination folder itself, which may pass something on.
            forget_inherited(self.fs, copy.into(), &self.fs.xattr_names(source.into())?)?;
        }
        if has_more_names {
            self.links.insert(status.inode, below.clone());
        }
        (self.hear)(1, 0)
    }

    fn link_to_first_copy(&mut self, status: &Status, copy: At<'_>, top: &Folder) -> CopyResult<bool> {
        self.with_first_copy(status, top, |fs, first| Ok(fs.link(first, copy)?)).map(|done| done.is_some())
    }

    /// Whether an existing copy shares its inode with the other names' copies, as the source
    /// does. The first name met is remembered as the one to share with.
    pub(super) fn is_linked_alike(&mut self, status: &Status, copy: At<'_>, top: &Folder, below: &[FileName]) -> CopyResult<bool> {
        if status.links < 2 || status.kind == EntryKind::Folder {
            return Ok(true);
        }
        let shares =
            self.with_first_copy(status, top, |fs, first| Ok(fs.status(first.into())?.inode == fs.status(copy.into())?.inode))?;
        if shares.is_none() {
            self.links.insert(status.inode, below.to_vec());
        }
        Ok(shares.unwrap_or(true))
    }

    /// Runs `use_it` on the first copy of an inode with several names; none if there is none yet.
    fn with_first_copy<T>(
        &self,
        status: &Status,
        top: &Folder,
        use_it: impl FnOnce(&dyn FileSystem, At<'_>) -> CopyResult<T>,
    ) -> CopyResult<Option<T>> {
        let Some((name, folders)) = self.links.get(&status.inode).and_then(|path| path.split_last()) else { return Ok(None) };
        let Some((first, rest)) = folders.split_first() else { return use_it(self.fs, top.at(name)).map(Some) };
        let folder = open_below(self.fs, self.fs.open_folder(top.at(first))?, rest)?;
        use_it(self.fs, folder.at(name)).map(Some)
    }

    fn copy_folder(
        &mut self,
        source: At<'_>,
        status: &Status,
        copy: At<'_>,
        top: &Folder,
        below: &mut Vec<FileName>,
    ) -> CopyResult<()> {
        self.fs.create_folder(copy, STAGED_FOLDER_MODE)?;
        let (from, to) = (self.fs.open_folder(source)?, self.fs.open_folder(copy)?);
        self.copy_content_of(&from, &to, top, below)?;
        // After its content: adding an entry would change the time just restored.
        copy_metadata(self.fs, Object::Folder(&from), status, Object::Folder(&to), &self.losses)?;
        (self.hear)(1, 0)
    }

    /// Copies one file's content and attributes to a new name.
    pub(crate) fn copy_file(&mut self, source: At<'_>, status: &Status, copy: At<'_>) -> CopyResult<()> {
        // Asked before any read: a read of a released file would block, unkillably.
        if self.fs.hsm_state(source)?.is_released() {
            return Err(CopyError::Released);
        }
        let from = self.fs.open_file(source)?;
        let to = self.fs.create_file(copy, STAGED_FILE_MODE)?;
        let hear = &mut self.hear;
        copy_content(self.fs, &from, status, &to, &mut self.buffer, &mut |bytes| hear(0, bytes))?;
        copy_metadata(self.fs, Object::File(&from), status, Object::File(&to), &self.losses)?;
        if self.syncs_each_file {
            self.fs.sync_file(&to)?;
        }
        Ok(())
    }
}
