//! One small trait at the level of system calls relative to open folders.
//!
//! No path is resolved twice and no symbolic link is followed: a path is walked once, name
//! by name, and everything after goes through the open folder. What a mount can do and
//! promise is in [`Capabilities`], found out once per mount and never assumed.
//!
//! Not here: moves, steps, and what is worth copying. This module knows nothing of the
//! engine around it.

mod error;
pub mod layout;
mod object;
pub mod posix;
pub mod probe;
pub mod remote;
pub mod simulator;
pub mod walk;

pub use error::{Errno, FsError, FsResult};
pub use object::{
    At, Capabilities, Capacity, DataRange, Enforcement, File, Folder, FolderEntry, FolderStream, HsmState, Identity, Knowledge,
    NamesDurability, Object, Quota, Status, Statuses, Timestamp,
};
use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

/// What the engine asks of a file system. Each method is one system call, or the few that
/// together give the one answer; none retries and none decides.
pub trait FileSystem: Send + Sync {
    // Opening. A path is absolute; `open_path` and `open_folder` refuse a symbolic link anywhere.
    fn open_path(&self, path: &FilePath) -> FsResult<Folder>;
    /// The same only to be looked at: its status and identity. Needs no right to list it.
    fn open_path_to_look(&self, path: &FilePath) -> FsResult<Folder> {
        self.open_path(path)
    }
    fn open_folder(&self, at: At<'_>) -> FsResult<Folder>;
    /// For reading, without following a link and without waiting (a fifo, a lease).
    fn open_file(&self, at: At<'_>) -> FsResult<File>;
    /// An existing file for writing, without following a link.
    fn open_to_write(&self, at: At<'_>) -> FsResult<File>;
    /// A new file for writing; `EEXIST` if the name is taken.
    fn create_file(&self, at: At<'_>, mode: u32) -> FsResult<File>;

    // Reading names and attributes.
    fn read_folder(&self, folder: &Folder) -> FsResult<FolderStream>;
    fn status(&self, object: Object<'_>) -> FsResult<Status>;
    /// The statuses of names in a folder, in their order, each read when it is asked for, or earlier where that saves
    /// a way: whoever walks by them takes them for as old as the first.
    fn statuses<'a>(&'a self, folder: &'a Folder, names: &'a [FileName]) -> Statuses<'a> {
        Box::new(names.iter().map(move |name| self.status(folder.at(name).into())))
    }
    /// The identity that survives a rename; on Lustre the FID.
    fn identity(&self, object: Object<'_>) -> FsResult<Identity>;
    fn read_link(&self, at: At<'_>) -> FsResult<Vec<u8>>;
    /// None where the file system has no project IDs, or not for this kind of entry.
    fn tag(&self, object: Object<'_>) -> FsResult<Option<ProjectTag>>;
    /// The inode flags that a copy keeps (`FS_XFLAG_*`): append-only, immutable, no-dump, ….
    fn flags(&self, object: Object<'_>) -> FsResult<u32>;
    fn xattr_names(&self, object: Object<'_>) -> FsResult<Vec<Vec<u8>>>;
    fn xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>>;
    /// Where a file's content is. Reading what is not here would block, unkillably (recorded).
    fn hsm_state(&self, at: At<'_>) -> FsResult<HsmState>;
    /// Asks for the content of a released file, and answers before it has come.
    fn request_restore(&self, at: At<'_>) -> FsResult<()>;

    // Changing names. `rename` replaces like rename(2).
    fn create_folder(&self, at: At<'_>, mode: u32) -> FsResult<()>;
    fn create_symbolic_link(&self, at: At<'_>, points_to: &[u8]) -> FsResult<()>;
    /// A fifo, socket or device.
    fn create_special(&self, at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()>;
    fn link(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    fn unlink(&self, at: At<'_>) -> FsResult<()>;
    fn remove_folder(&self, at: At<'_>) -> FsResult<()>;
    fn rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    /// The same of things that were made to find out what comes of it: nothing else is made of the answer.
    fn try_rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        self.rename(from, to)
    }
    /// `EEXIST` if the name is taken; `EINVAL` where the mount cannot (Lustre, recorded).
    fn rename_without_replacing(&self, from: At<'_>, to: At<'_>) -> FsResult<()>;
    /// Each name leads to what the other led to, in one step; `EINVAL` where the mount cannot
    /// (Lustre, recorded).
    fn exchange(&self, one: At<'_>, other: At<'_>) -> FsResult<()>;

    // Changing attributes.
    fn set_owner(&self, object: Object<'_>, uid: u32, gid: u32) -> FsResult<()>;
    fn set_mode(&self, object: Object<'_>, mode: u32) -> FsResult<()>;
    fn set_times(&self, object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()>;
    fn set_tag(&self, object: Object<'_>, tag: ProjectTag) -> FsResult<()>;
    fn set_flags(&self, object: Object<'_>, flags: u32) -> FsResult<()>;
    fn set_xattr(&self, object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()>;
    /// `ENODATA` if it has none of that name.
    fn remove_xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<()>;

    // Content.
    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize>;
    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize>;
    /// Lets what is written to an open file from now on go to the disk past the page cache, or through it again. Past it
    /// only whole, aligned blocks go, from aligned memory; an error where the mount has no such way.
    fn write_past_cache(&self, _file: &File, _is_past: bool) -> FsResult<()> {
        Err(FsError::new("write_past_cache", b"", Errno::OPNOTSUPP))
    }
    /// Lets what is read from now on come from where it is stored and not from a cache, as far as it was synced.
    fn forget_cached(&self, _file: &File) -> FsResult<()> {
        Ok(())
    }
    fn set_size(&self, file: &File, size: u64) -> FsResult<()>;
    /// The next stretch of data at or after `offset`, by layout and not by reading; none if
    /// only a hole follows. Never asked of a released file: it would restore it.
    fn next_data(&self, file: &File, offset: u64) -> FsResult<Option<DataRange>>;
    /// A number that another content has not; none where the file system keeps none, or cannot say.
    /// Never asked of a released file that is not to be read: it says nothing of it.
    fn data_version(&self, _file: &File) -> FsResult<Option<u64>> {
        Ok(None)
    }
    /// Lets an empty file have the whole content of another, holes too, in the same blocks until either is written to.
    /// An error where the file system has no such way; then nothing has changed.
    fn share_content(&self, _from: &File, _to: &File) -> FsResult<()> {
        Err(FsError::new("share_content", b"", Errno::OPNOTSUPP))
    }
    /// Copies inside the kernel; `EXDEV`, `ENOSYS`, `EOPNOTSUPP` or `EINVAL` where it cannot.
    fn copy_range(&self, from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64>;

    // Durability.
    fn sync_file(&self, file: &File) -> FsResult<()>;
    /// Makes names durable on ext4 and XFS; does nothing on Lustre (measured).
    fn sync_folder(&self, folder: &Folder) -> FsResult<()>;
    /// Makes everything durable on ext4 and XFS; does nothing for names on Lustre (measured).
    fn sync_file_system(&self, folder: &Folder) -> FsResult<()>;

    // The mount.
    /// Tells the mounts of one file system apart, while they are mounted; none where nobody says. No name
    /// goes from one to another by a rename or a link (`do_renameat2`, `do_linkat`).
    fn mount(&self, folder: &Folder) -> FsResult<Option<u64>>;
    fn capabilities(&self, folder: &Folder) -> FsResult<Capabilities>;
    /// Finds out by trying, once for each mount, what [`FileSystem::capabilities`] would else have to
    /// guess; nothing where nothing is guessed, or nothing can be tried in this folder.
    fn try_out(&self, _folder: &Folder) -> FsResult<()> {
        Ok(())
    }
    /// The same for what two folders tell that lie in different projects or on different MDTs.
    fn try_between(&self, _from: &Folder, _to: &Folder) -> FsResult<()> {
        Ok(())
    }
    /// Of the whole file system for whoever may read limits. A flagged folder shows everybody else
    /// his project's room: to the soft limit where there is one.
    fn capacity(&self, folder: &Folder) -> FsResult<Capacity>;
    /// None where there is no project quota or the caller may not read it.
    fn quota(&self, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>>;
    fn enforcement(&self, folder: &Folder) -> FsResult<Enforcement>;
    /// The MDT that an inode lies on, where the file system has several.
    fn placement(&self, object: Object<'_>) -> FsResult<Option<u32>>;
    /// The MDTs over which a folder spreads its names, each as often as it has a part; none of a plain one.
    fn stripes(&self, _folder: &Folder) -> FsResult<Vec<u32>> {
        Ok(Vec::new())
    }
    /// How new folders in a folder are spread over MDTs (`lfs getdirstripe -D`), if that is the folder's own: only to
    /// be compared. None where it is the file system's.
    fn default_stripes(&self, _folder: &Folder) -> FsResult<Option<Vec<u8>>> {
        Ok(None)
    }
    /// How many MDTs there are, as far as the caller is told.
    fn mdts(&self, folder: &Folder) -> FsResult<Option<u32>>;
    /// Whether the caller may make and remove names in the folder.
    fn may_change(&self, folder: &Folder) -> FsResult<bool>;
    /// Who the calls are checked as.
    fn caller(&self) -> Caller;
    /// Whether what the caller writes and makes passes every limit of a project here.
    fn passes_limits(&self, _folder: &Folder) -> FsResult<bool> {
        Ok(false)
    }
    /// Whether the caller may give what is his to this group.
    fn is_in_group(&self, gid: u32) -> bool;
}

/// Who the kernel takes us for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub uid: u32,
    /// May act on everybody's files.
    pub is_root: bool,
}

/// Walks a path below an open folder.
pub fn open_below(fs: &dyn FileSystem, top: Folder, names: &[FileName]) -> FsResult<Folder> {
    names.iter().try_fold(top, |folder, name| fs.open_folder(folder.at(name)))
}
