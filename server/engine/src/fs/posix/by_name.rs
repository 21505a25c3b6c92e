//! Attributes of an entry asked for by its name in a folder, without opening it or going through `/proc`.
//!
//! The calls are young: `listxattrat` came with Linux 6.13, `file_getattr` and `file_setattr` with 6.17. Elsewhere each
//! answers `ENOSYS`, as it does where a filter of system calls forbids what it does not know, and the caller goes the
//! long way.

#![expect(unsafe_code, reason = "libc has no functions for these calls yet")]

use std::ffi::{CStr, c_long};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;

use super::calls::{c_string, folder_fd, proc_path};
use super::ioctl::FsXattr;
use super::values::read_growing;
use crate::fs::At;

/// One call: its number, and that it was found to be absent.
struct Call {
    number: c_long,
    is_absent: AtomicBool,
}

impl Call {
    const fn new(number: c_long) -> Self {
        Self { number, is_absent: AtomicBool::new(false) }
    }

    /// What the kernel answers, or `ENOSYS` without asking where it is known not to know the call.
    fn ask(&self, call: impl FnOnce(c_long) -> c_long) -> Result<usize, Errno> {
        // Numbers are the same everywhere since they were given to all architectures at once, but for some old ones.
        let is_numbered_so = cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"));
        if !is_numbered_so || self.is_absent.load(Ordering::Relaxed) {
            return Err(Errno::NOSYS);
        }
        usize::try_from(call(self.number)).map_err(|_| {
            let errno = Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO);
            self.is_absent.fetch_or(errno == Errno::NOSYS, Ordering::Relaxed);
            errno
        })
    }
}

static LISTXATTRAT: Call = Call::new(465);
static FILE_GETATTR: Call = Call::new(468);
static FILE_SETATTR: Call = Call::new(469);

/// The names of an entry's extended attributes, each with a zero at its end.
pub(super) fn xattr_names(at: At<'_>) -> Result<Vec<u8>, Errno> {
    let name = c_string(at.name.as_bytes())?;
    match read_growing(|buffer| list_xattrs(folder_fd(at), &name, buffer)) {
        Err(errno) if is_to_be_asked_otherwise(errno) => {
            let path = proc_path(folder_fd(at), Some(at.name))?;
            read_growing(|buffer| rustix::fs::llistxattr(path.as_c_str(), buffer))
        }
        answer => answer,
    }
}

fn list_xattrs(folder: BorrowedFd<'_>, name: &CStr, buffer: &mut [u8]) -> Result<usize, Errno> {
    // SAFETY: the descriptor is open, the name ends with a zero, and the kernel writes no more than the buffer's length.
    LISTXATTRAT.ask(|number| unsafe {
        let (list, length) = (buffer.as_mut_ptr(), buffer.len());
        libc::syscall(number, folder.as_raw_fd(), name.as_ptr(), libc::AT_SYMLINK_NOFOLLOW, list, length)
    })
}

/// `struct file_attr` of `linux/fs.h`.
#[repr(C)]
struct FileAttributes {
    flags: u64,
    extent_size: u32,
    extents: u32,
    project: u32,
    copy_on_write_extent_size: u32,
}

/// As `FS_IOC_FSGETXATTR` of what the name leads to, which may be no link.
pub(super) fn attributes(folder: BorrowedFd<'_>, name: &CStr) -> Result<FsXattr, Errno> {
    let mut told = FileAttributes { flags: 0, extent_size: 0, extents: 0, project: 0, copy_on_write_extent_size: 0 };
    // SAFETY: the descriptor is open, the name ends with a zero, and the kernel fills no more than the size that it is told.
    FILE_GETATTR.ask(|number| unsafe {
        let (to, size) = (&raw mut told, size_of::<FileAttributes>());
        libc::syscall(number, folder.as_raw_fd(), name.as_ptr(), to, size, libc::AT_SYMLINK_NOFOLLOW)
    })?;
    Ok(FsXattr {
        // Those that a copy or a project has to do with fit; a later one that does not is no reason to write it back.
        flags: u32::try_from(told.flags).map_err(|_| Errno::NOSYS)?,
        extent_size: told.extent_size,
        extents: told.extents,
        project: told.project,
        copy_on_write_extent_size: told.copy_on_write_extent_size,
        ..FsXattr::default()
    })
}

/// As `FS_IOC_FSSETXATTR` of what the name leads to, which may be no link.
pub(super) fn set_attributes(folder: BorrowedFd<'_>, name: &CStr, value: FsXattr) -> Result<(), Errno> {
    let wanted = FileAttributes {
        flags: value.flags.into(),
        extent_size: value.extent_size,
        extents: value.extents,
        project: value.project,
        copy_on_write_extent_size: value.copy_on_write_extent_size,
    };
    // SAFETY: the descriptor is open, the name ends with a zero, and the kernel reads no more than the size that it is told.
    let answer = FILE_SETATTR.ask(|number| unsafe {
        let (from, size) = (&raw const wanted, size_of::<FileAttributes>());
        libc::syscall(number, folder.as_raw_fd(), name.as_ptr(), from, size, libc::AT_SYMLINK_NOFOLLOW)
    });
    answer.map(drop)
}

/// The young calls are not to be had: the old ones have to do.
pub(super) fn is_to_be_asked_otherwise(errno: Errno) -> bool {
    // Filters of containers forbid with this what they do not know.
    matches!(errno, Errno::NOSYS | Errno::PERM)
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::super::ioctl;
    use super::*;

    #[test]
    fn the_young_calls_tell_what_the_old_ones_tell() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let file = std::fs::File::create(&path).unwrap();
        let top = std::fs::File::open(folder.path()).unwrap();
        assert_eq!(size_of::<FileAttributes>(), 24);
        match (attributes(top.as_fd(), c"file"), ioctl::get(file.as_fd())) {
            (Err(errno), _) if is_to_be_asked_otherwise(errno) => {}
            (young, old) => {
                assert_eq!(young.ok().map(|told| (told.flags, told.project)), old.ok().map(|told| (told.flags, told.project)));
            }
        }
        let mut buffer = [0; 256];
        match list_xattrs(top.as_fd(), c"file", &mut buffer) {
            Err(errno) if is_to_be_asked_otherwise(errno) => {}
            young => assert_eq!(young, rustix::fs::llistxattr(&path, &mut [0; 256])),
        }
    }

    #[test]
    fn what_is_absent_is_asked_for_once() {
        let call = Call::new(9999);
        let mut asked = 0;
        for _ in 0..2 {
            // SAFETY: no such call exists, so it has no arguments.
            let answer = call.ask(|number| {
                asked += 1;
                unsafe { libc::syscall(number) }
            });
            assert_eq!(answer, Err(Errno::NOSYS));
        }
        assert!(asked <= 1);
    }
}
