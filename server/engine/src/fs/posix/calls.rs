//! The trait by system calls, each relative to an open folder.

use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use rustix::fs::{
    Access, Advice, AtFlags, Dir, FileType, Gid, Mode, OFlags, RenameFlags, SeekFrom, StatxAttributes, StatxFlags, Timestamps, Uid,
    XattrFlags,
};
use rustix::io::Errno;
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::capacity::capacity;
use super::ioctl::{FLAG_INHERIT, FLAGS_KEPT};
use super::tags::{attributes, set_attributes};
use super::values::{file_type, kind_of, read_growing, timespec, timestamp};
use super::{Posix, by_name, handle, hsm, lustre, mount, path, quota, refusal, trials};
use crate::fs::object::Handle;
use crate::fs::{
    At, Caller, Capabilities, Capacity, DataRange, Enforcement, File, FileSystem, Folder, FolderEntry, FolderStream, FsError,
    FsResult, HsmState, Identity, Object, Quota, Status, Timestamp,
};

/// `STATX_ATTR_MOUNT_ROOT`.
const MOUNT_ROOT: StatxAttributes = StatxAttributes::MOUNT_ROOT;
/// The first byte of an identity: a file handle, or where a mount has none, the inode number.
const IDENTITY_BY_HANDLE: u8 = 1;
const IDENTITY_BY_INODE: u8 = 2;

pub(super) fn descriptor(handle: &Handle) -> BorrowedFd<'_> {
    match handle {
        Handle::Descriptor(descriptor) => descriptor.as_fd(),
        Handle::Simulated(_) | Handle::Remote(_) => panic!("an object of another file system was given to the kernel"),
    }
}

pub(super) fn folder_fd<'a>(at: At<'a>) -> BorrowedFd<'a> {
    descriptor(&at.folder.0)
}

/// The error of `call` on a name.
fn failed(call: &'static str, name: &[u8]) -> impl Fn(Errno) -> FsError {
    move |errno| FsError::new(call, name, errno)
}

pub(super) fn c_string(bytes: &[u8]) -> Result<CString, Errno> {
    CString::new(bytes).map_err(|_| Errno::INVAL)
}

/// Where `/proc` shows an open descriptor: the way to calls that take no descriptor.
pub(super) fn proc_path(descriptor: BorrowedFd<'_>, name: Option<&FileName>) -> Result<CString, Errno> {
    let mut path = format!("/proc/self/fd/{}", descriptor.as_raw_fd()).into_bytes();
    if let Some(name) = name {
        path.push(b'/');
        path.extend_from_slice(name.as_bytes());
    }
    c_string(&path)
}

pub(super) fn open(folder: BorrowedFd<'_>, name: &[u8], flags: OFlags, mode: u32) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(folder, name, flags | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::from_bits_truncate(mode))
}

impl FileSystem for Posix {
    fn open_path(&self, path: &FilePath) -> FsResult<Folder> {
        path::open(path, OFlags::RDONLY)
    }

    fn open_path_to_look(&self, path: &FilePath) -> FsResult<Folder> {
        path::open(path, OFlags::PATH)
    }

    fn open_folder(&self, at: At<'_>) -> FsResult<Folder> {
        let opened = open(folder_fd(at), at.name.as_bytes(), OFlags::RDONLY | OFlags::DIRECTORY, 0)
            .map_err(failed("open_folder", at.name.as_bytes()))?;
        lustre::notice_module();
        Ok(Folder(Handle::Descriptor(opened)))
    }

    fn open_file(&self, at: At<'_>) -> FsResult<File> {
        // O_NOATIME is the owner's and root's only; a copy should not leave a trace where it can.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK;
        let opened = match open(folder_fd(at), at.name.as_bytes(), flags | OFlags::NOATIME, 0) {
            Err(Errno::PERM) => open(folder_fd(at), at.name.as_bytes(), flags, 0),
            answer => answer,
        };
        opened.map(|opened| File(Handle::Descriptor(opened))).map_err(failed("open_file", at.name.as_bytes()))
    }

    fn open_to_write(&self, at: At<'_>) -> FsResult<File> {
        open(folder_fd(at), at.name.as_bytes(), OFlags::WRONLY | OFlags::NONBLOCK, 0)
            .map(|opened| File(Handle::Descriptor(opened)))
            .map_err(failed("open_to_write", at.name.as_bytes()))
    }

    fn create_file(&self, at: At<'_>, mode: u32) -> FsResult<File> {
        open(folder_fd(at), at.name.as_bytes(), OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL, mode)
            .map(|opened| File(Handle::Descriptor(opened)))
            .map_err(failed("create_file", at.name.as_bytes()))
    }

    fn read_folder(&self, folder: &Folder) -> FsResult<FolderStream> {
        let call = "read_folder";
        let listing = Dir::read_from(descriptor(&folder.0)).map_err(failed(call, b""))?;
        Ok(Box::new(listing.filter_map(move |entry| {
            let entry = match entry {
                Ok(entry) => entry,
                Err(errno) => return Some(Err(FsError::new(call, b"", errno))),
            };
            let bytes = entry.file_name().to_bytes();
            if matches!(bytes, b"." | b"..") {
                return None;
            }
            let read = |name| FolderEntry { name, kind: kind_of(entry.file_type()), inode: entry.ino() };
            // A name that no file system may hand out (a slash inside) is a broken folder.
            Some(FileName::new(bytes).map(read).map_err(|_| FsError::new(call, bytes, Errno::IO)))
        })))
    }

    fn status(&self, object: Object<'_>) -> FsResult<Status> {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let mask = StatxFlags::BASIC_STATS;
        let read = match object {
            Object::File(file) => rustix::fs::statx(descriptor(&file.0), "", flags | AtFlags::EMPTY_PATH, mask),
            Object::Folder(folder) => rustix::fs::statx(descriptor(&folder.0), "", flags | AtFlags::EMPTY_PATH, mask),
            Object::Entry(at) => rustix::fs::statx(folder_fd(at), at.name.as_bytes(), flags, mask),
        };
        let error = failed("status", object.name_bytes());
        let read = read.map_err(&error)?;
        let kind = kind_of(FileType::from_raw_mode(read.stx_mode.into())).ok_or_else(|| error(Errno::INVAL))?;
        Ok(Status {
            kind,
            device: rustix::fs::makedev(read.stx_dev_major, read.stx_dev_minor),
            inode: read.stx_ino,
            links: read.stx_nlink.into(),
            uid: read.stx_uid,
            gid: read.stx_gid,
            mode: u32::from(read.stx_mode) & 0o7777,
            size: read.stx_size,
            allocated: read.stx_blocks * 512,
            accessed: timestamp(read.stx_atime),
            modified: timestamp(read.stx_mtime),
            changed: timestamp(read.stx_ctime),
            special_device: rustix::fs::makedev(read.stx_rdev_major, read.stx_rdev_minor),
            is_mount_point: read.stx_attributes.contains(MOUNT_ROOT),
            is_frozen: read.stx_attributes.intersects(StatxAttributes::IMMUTABLE | StatxAttributes::APPEND),
        })
    }

    fn identity(&self, object: Object<'_>) -> FsResult<Identity> {
        let read = match object {
            Object::File(file) => handle::file_handle(descriptor(&file.0), c""),
            Object::Folder(folder) => handle::file_handle(descriptor(&folder.0), c""),
            Object::Entry(at) => c_string(at.name.as_bytes()).and_then(|name| handle::file_handle(folder_fd(at), &name)),
        };
        match read {
            Ok(bytes) => Ok(Identity::new(&[&[IDENTITY_BY_HANDLE], bytes.as_slice()].concat())),
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::PERM) => {
                let inode = self.status(object)?.inode;
                Ok(Identity::new(&[&[IDENTITY_BY_INODE], inode.to_be_bytes().as_slice()].concat()))
            }
            Err(errno) => Err(FsError::new("identity", object.name_bytes(), errno)),
        }
    }

    fn read_link(&self, at: At<'_>) -> FsResult<Vec<u8>> {
        rustix::fs::readlinkat(folder_fd(at), at.name.as_bytes(), Vec::new())
            .map(CString::into_bytes)
            .map_err(failed("read_link", at.name.as_bytes()))
    }

    fn tag(&self, object: Object<'_>) -> FsResult<Option<ProjectTag>> {
        let read = attributes(object).map_err(failed("tag", object.name_bytes()))?;
        Ok(read.map(|value| ProjectTag { id: ProjectId(value.project), inherit: value.flags & FLAG_INHERIT != 0 }))
    }

    fn flags(&self, object: Object<'_>) -> FsResult<u32> {
        let read = attributes(object).map_err(failed("flags", object.name_bytes()))?;
        Ok(read.map_or(0, |value| value.flags & FLAGS_KEPT))
    }

    fn xattr_names(&self, object: Object<'_>) -> FsResult<Vec<Vec<u8>>> {
        let list = match object {
            Object::File(file) => read_growing(|buffer| rustix::fs::flistxattr(descriptor(&file.0), buffer)),
            Object::Folder(folder) => read_growing(|buffer| rustix::fs::flistxattr(descriptor(&folder.0), buffer)),
            Object::Entry(at) => by_name::xattr_names(at),
        };
        match list {
            Ok(list) => Ok(list.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()),
            Err(Errno::OPNOTSUPP) => Ok(Vec::new()),
            Err(errno) => Err(FsError::new("xattr_names", object.name_bytes(), errno)),
        }
    }

    fn xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<Vec<u8>> {
        let read = |name: &CStr| match object {
            Object::File(file) => read_growing(|buffer| rustix::fs::fgetxattr(descriptor(&file.0), name, buffer)),
            Object::Folder(folder) => read_growing(|buffer| rustix::fs::fgetxattr(descriptor(&folder.0), name, buffer)),
            Object::Entry(at) => {
                let path = proc_path(folder_fd(at), Some(at.name))?;
                read_growing(|buffer| rustix::fs::lgetxattr(path.as_c_str(), name, buffer))
            }
        };
        c_string(name).and_then(|name| read(&name)).map_err(failed("xattr", object.name_bytes()))
    }

    fn hsm_state(&self, at: At<'_>) -> FsResult<HsmState> {
        hsm::state_of(folder_fd(at), at.name.as_bytes()).map_err(failed("hsm_state", at.name.as_bytes()))
    }

    fn request_restore(&self, at: At<'_>) -> FsResult<()> {
        hsm::request_restore(folder_fd(at), at.name.as_bytes()).map_err(failed("request_restore", at.name.as_bytes()))
    }

    fn create_folder(&self, at: At<'_>, mode: u32) -> FsResult<()> {
        rustix::fs::mkdirat(folder_fd(at), at.name.as_bytes(), Mode::from_bits_truncate(mode))
            .map_err(failed("create_folder", at.name.as_bytes()))
    }

    fn create_symbolic_link(&self, at: At<'_>, points_to: &[u8]) -> FsResult<()> {
        rustix::fs::symlinkat(points_to, folder_fd(at), at.name.as_bytes())
            .map_err(failed("create_symbolic_link", at.name.as_bytes()))
    }

    fn create_special(&self, at: At<'_>, kind: EntryKind, mode: u32, device: u64) -> FsResult<()> {
        rustix::fs::mknodat(folder_fd(at), at.name.as_bytes(), file_type(kind), Mode::from_bits_truncate(mode), device)
            .map_err(failed("create_special", at.name.as_bytes()))
    }

    fn link(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        rustix::fs::linkat(folder_fd(from), from.name.as_bytes(), folder_fd(to), to.name.as_bytes(), AtFlags::empty())
            .map_err(failed("link", to.name.as_bytes()))
    }

    fn unlink(&self, at: At<'_>) -> FsResult<()> {
        rustix::fs::unlinkat(folder_fd(at), at.name.as_bytes(), AtFlags::empty()).map_err(failed("unlink", at.name.as_bytes()))
    }

    fn remove_folder(&self, at: At<'_>) -> FsResult<()> {
        rustix::fs::unlinkat(folder_fd(at), at.name.as_bytes(), AtFlags::REMOVEDIR)
            .map_err(failed("remove_folder", at.name.as_bytes()))
    }

    fn rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        let renamed = rustix::fs::renameat(folder_fd(from), from.name.as_bytes(), folder_fd(to), to.name.as_bytes());
        if renamed == Err(Errno::XDEV) {
            refusal::learn(from, to);
        }
        renamed.map_err(failed("rename", from.name.as_bytes()))
    }

    fn try_rename(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        rustix::fs::renameat(folder_fd(from), from.name.as_bytes(), folder_fd(to), to.name.as_bytes())
            .map_err(failed("try_rename", from.name.as_bytes()))
    }

    fn rename_without_replacing(&self, from: At<'_>, to: At<'_>) -> FsResult<()> {
        let (old, new) = (from.name.as_bytes(), to.name.as_bytes());
        rustix::fs::renameat_with(folder_fd(from), old, folder_fd(to), new, RenameFlags::NOREPLACE)
            .map_err(failed("rename_without_replacing", new))
    }

    fn exchange(&self, one: At<'_>, other: At<'_>) -> FsResult<()> {
        let (first, second) = (one.name.as_bytes(), other.name.as_bytes());
        rustix::fs::renameat_with(folder_fd(one), first, folder_fd(other), second, RenameFlags::EXCHANGE)
            .map_err(failed("exchange", second))
    }

    fn set_owner(&self, object: Object<'_>, uid: u32, gid: u32) -> FsResult<()> {
        let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
        match object {
            Object::File(file) => rustix::fs::fchown(descriptor(&file.0), uid, gid),
            Object::Folder(folder) => rustix::fs::fchown(descriptor(&folder.0), uid, gid),
            Object::Entry(at) => rustix::fs::chownat(folder_fd(at), at.name.as_bytes(), uid, gid, AtFlags::SYMLINK_NOFOLLOW),
        }
        .map_err(failed("set_owner", object.name_bytes()))
    }

    fn set_mode(&self, object: Object<'_>, mode: u32) -> FsResult<()> {
        let mode = Mode::from_bits_truncate(mode);
        match object {
            Object::File(file) => rustix::fs::fchmod(descriptor(&file.0), mode),
            Object::Folder(folder) => rustix::fs::fchmod(descriptor(&folder.0), mode),
            // Through a descriptor of the very entry: chmod by name would follow a link.
            Object::Entry(at) => open(folder_fd(at), at.name.as_bytes(), OFlags::PATH, 0)
                .and_then(|entry| rustix::fs::chmod(proc_path(entry.as_fd(), None)?.as_c_str(), mode)),
        }
        .map_err(failed("set_mode", object.name_bytes()))
    }

    fn set_times(&self, object: Object<'_>, accessed: Timestamp, modified: Timestamp) -> FsResult<()> {
        let times = Timestamps { last_access: timespec(accessed), last_modification: timespec(modified) };
        match object {
            Object::File(file) => rustix::fs::futimens(descriptor(&file.0), &times),
            Object::Folder(folder) => rustix::fs::futimens(descriptor(&folder.0), &times),
            Object::Entry(at) => rustix::fs::utimensat(folder_fd(at), at.name.as_bytes(), &times, AtFlags::SYMLINK_NOFOLLOW),
        }
        .map_err(failed("set_times", object.name_bytes()))
    }

    fn set_tag(&self, object: Object<'_>, tag: ProjectTag) -> FsResult<()> {
        set_attributes(object, |value| {
            value.project = tag.id.0;
            value.flags = if tag.inherit { value.flags | FLAG_INHERIT } else { value.flags & !FLAG_INHERIT };
        })
        .map_err(failed("set_tag", object.name_bytes()))
    }

    fn set_flags(&self, object: Object<'_>, flags: u32) -> FsResult<()> {
        set_attributes(object, |value| value.flags = (value.flags & !FLAGS_KEPT) | (flags & FLAGS_KEPT))
            .map_err(failed("set_flags", object.name_bytes()))
    }

    fn set_xattr(&self, object: Object<'_>, name: &[u8], value: &[u8]) -> FsResult<()> {
        let flags = XattrFlags::empty();
        let write = |name: &CStr| match object {
            Object::File(file) => rustix::fs::fsetxattr(descriptor(&file.0), name, value, flags),
            Object::Folder(folder) => rustix::fs::fsetxattr(descriptor(&folder.0), name, value, flags),
            Object::Entry(at) => rustix::fs::lsetxattr(proc_path(folder_fd(at), Some(at.name))?.as_c_str(), name, value, flags),
        };
        c_string(name).and_then(|name| write(&name)).map_err(failed("set_xattr", object.name_bytes()))
    }

    fn remove_xattr(&self, object: Object<'_>, name: &[u8]) -> FsResult<()> {
        let remove = |name: &CStr| match object {
            Object::File(file) => rustix::fs::fremovexattr(descriptor(&file.0), name),
            Object::Folder(folder) => rustix::fs::fremovexattr(descriptor(&folder.0), name),
            Object::Entry(at) => rustix::fs::lremovexattr(proc_path(folder_fd(at), Some(at.name))?.as_c_str(), name),
        };
        c_string(name).and_then(|name| remove(&name)).map_err(failed("remove_xattr", object.name_bytes()))
    }

    fn read_at(&self, file: &File, offset: u64, buffer: &mut [u8]) -> FsResult<usize> {
        rustix::io::retry_on_intr(|| rustix::io::pread(descriptor(&file.0), &mut *buffer, offset)).map_err(failed("read_at", b""))
    }

    fn write_at(&self, file: &File, offset: u64, bytes: &[u8]) -> FsResult<usize> {
        rustix::io::retry_on_intr(|| rustix::io::pwrite(descriptor(&file.0), bytes, offset)).map_err(failed("write_at", b""))
    }

    fn write_past_cache(&self, file: &File, is_past: bool) -> FsResult<()> {
        let file = descriptor(&file.0);
        rustix::fs::fcntl_getfl(file)
            .and_then(|flags| rustix::fs::fcntl_setfl(file, if is_past { flags | OFlags::DIRECT } else { flags & !OFlags::DIRECT }))
            .map_err(failed("write_past_cache", b""))
    }

    fn forget_cached(&self, file: &File) -> FsResult<()> {
        rustix::fs::fadvise(descriptor(&file.0), 0, None, Advice::DontNeed).map_err(failed("forget_cached", b""))
    }

    fn set_size(&self, file: &File, size: u64) -> FsResult<()> {
        rustix::fs::ftruncate(descriptor(&file.0), size).map_err(failed("set_size", b""))
    }

    fn next_data(&self, file: &File, offset: u64) -> FsResult<Option<DataRange>> {
        let seek = |to| rustix::fs::seek(descriptor(&file.0), to);
        let start = match seek(SeekFrom::Data(offset)) {
            Ok(start) => start,
            Err(Errno::NXIO) => return Ok(None),
            Err(errno) => return Err(FsError::new("next_data", b"", errno)),
        };
        let end = seek(SeekFrom::Hole(start)).map_err(failed("next_data", b""))?;
        Ok(Some(DataRange { offset: start, length: end - start }))
    }

    fn data_version(&self, file: &File) -> FsResult<Option<u64>> {
        let file = descriptor(&file.0);
        let read = if lustre::is_lustre(file) { lustre::data_version(file) } else { Ok(None) };
        read.map_err(failed("data_version", b""))
    }

    fn share_content(&self, from: &File, to: &File) -> FsResult<()> {
        rustix::fs::ioctl_ficlone(descriptor(&to.0), descriptor(&from.0)).map_err(failed("share_content", b""))
    }

    fn copy_range(&self, from: &File, to: &File, offset: u64, length: u64) -> FsResult<u64> {
        let (mut read, mut written) = (offset, offset);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        rustix::fs::copy_file_range(descriptor(&from.0), Some(&mut read), descriptor(&to.0), Some(&mut written), length)
            .map(|copied| copied as u64)
            .map_err(failed("copy_range", b""))
    }

    fn sync_file(&self, file: &File) -> FsResult<()> {
        rustix::fs::fsync(descriptor(&file.0)).map_err(failed("sync_file", b""))
    }

    fn sync_folder(&self, folder: &Folder) -> FsResult<()> {
        rustix::fs::fsync(descriptor(&folder.0)).map_err(failed("sync_folder", b""))
    }

    fn sync_file_system(&self, folder: &Folder) -> FsResult<()> {
        rustix::fs::syncfs(descriptor(&folder.0)).map_err(failed("sync_file_system", b""))
    }

    fn mount(&self, folder: &Folder) -> FsResult<Option<u64>> {
        handle::mount_of(descriptor(&folder.0)).map_err(failed("mount", b""))
    }

    fn capabilities(&self, folder: &Folder) -> FsResult<Capabilities> {
        let statistics = rustix::fs::fstatfs(descriptor(&folder.0)).map_err(failed("capabilities", b""))?;
        let has_project_ids = attributes(folder.into()).map_err(failed("capabilities", b""))?.is_some();
        let Caller { uid, is_root } = self.caller();
        let known = match statistics.f_type {
            lustre::MAGIC => mount::known(self.status(folder.into())?.device, uid),
            _ => mount::Known::default(),
        };
        Ok(mount::capabilities(statistics.f_type, has_project_ids, is_root, known))
    }

    fn try_out(&self, folder: &Folder) -> FsResult<()> {
        trials::try_out(*self, folder)
    }

    fn try_between(&self, from: &Folder, to: &Folder) -> FsResult<()> {
        trials::try_between(*self, from, to)
    }

    fn capacity(&self, folder: &Folder) -> FsResult<Capacity> {
        let shows_project = self.tag(folder.into())?.filter(|tag| tag.inherit && tag.id != ProjectId::default());
        let knows_limits = || shows_project.is_some_and(|tag| self.quota(folder, tag.id).is_ok_and(|quota| quota.is_some()));
        capacity(descriptor(&folder.0), shows_project.is_some(), knows_limits).map_err(failed("capacity", b""))
    }

    fn quota(&self, folder: &Folder, project: ProjectId) -> FsResult<Option<Quota>> {
        let folder = descriptor(&folder.0);
        let read = if lustre::is_lustre(folder) { lustre::quota(folder, project) } else { quota::quota(folder, project) };
        read.map_err(failed("quota", b""))
    }

    fn enforcement(&self, folder: &Folder) -> FsResult<Enforcement> {
        let project = self.tag(folder.into())?.unwrap_or_default().id;
        let folder = descriptor(&folder.0);
        Ok(if lustre::is_lustre(folder) { lustre::enforcement(folder, project) } else { quota::enforcement(folder) })
    }

    fn passes_limits(&self, folder: &Folder) -> FsResult<bool> {
        let statistics = rustix::fs::fstatfs(descriptor(&folder.0)).map_err(failed("passes_limits", b""))?;
        Ok(mount::root_passes_limits(statistics.f_type) && super::limits::may_pass_limits())
    }

    fn placement(&self, object: Object<'_>) -> FsResult<Option<u32>> {
        let (asked, name) = match object {
            Object::File(file) => (descriptor(&file.0), None),
            Object::Folder(folder) => (descriptor(&folder.0), None),
            Object::Entry(at) => (folder_fd(at), Some(at.name.as_bytes())),
        };
        let read = match name {
            _ if !lustre::is_lustre(asked) => Ok(None),
            None => lustre::mdt_index(asked),
            Some(name) => c_string(name).and_then(|name| lustre::mdt_of_handle(asked, &handle::file_handle(asked, &name)?)),
        };
        read.map_err(failed("placement", object.name_bytes()))
    }

    fn stripes(&self, folder: &Folder) -> FsResult<Vec<u32>> {
        let folder = descriptor(&folder.0);
        let read = if lustre::is_lustre(folder) { lustre::stripes(folder) } else { Ok(Vec::new()) };
        read.map_err(failed("stripes", b""))
    }

    fn default_stripes(&self, folder: &Folder) -> FsResult<Option<Vec<u8>>> {
        let folder = descriptor(&folder.0);
        let read = if lustre::is_lustre(folder) { lustre::own_default_stripes(folder) } else { Ok(None) };
        read.map_err(failed("default_stripes", b""))
    }

    fn mdts(&self, folder: &Folder) -> FsResult<Option<u32>> {
        Ok(if lustre::is_lustre(descriptor(&folder.0)) { lustre::mdts() } else { None })
    }

    fn may_change(&self, folder: &Folder) -> FsResult<bool> {
        let asked = rustix::fs::accessat(descriptor(&folder.0), ".", Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS);
        match asked {
            Ok(()) => Ok(true),
            Err(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Ok(false),
            Err(errno) => Err(FsError::new("may_change", b"", errno)),
        }
    }

    fn caller(&self) -> Caller {
        let uid = rustix::process::geteuid();
        Caller { uid: uid.as_raw(), is_root: uid.is_root() }
    }

    fn is_in_group(&self, gid: u32) -> bool {
        let gid = Gid::from_raw(gid);
        rustix::process::getegid() == gid || rustix::process::getgroups().is_ok_and(|groups| groups.contains(&gid))
    }
}
