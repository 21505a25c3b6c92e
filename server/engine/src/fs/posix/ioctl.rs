//! Project ID and inode flags by `FS_IOC_FSGETXATTR` and `FS_IOC_FSSETXATTR`.
//!
//! Both set everything at once, so a change is always get, modify, set: writing only the
//! project ID would clear immutable, no-dump and the rest.

#![expect(unsafe_code, reason = "an ioctl is an untyped call; the two below fix its number and its struct")]

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use rustix::ioctl::{Getter, Setter, ioctl, opcode};

/// `struct fsxattr` of `linux/fs.h`, 28 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FsXattr {
    pub(super) flags: u32,
    pub(super) extent_size: u32,
    pub(super) extents: u32,
    pub(super) project: u32,
    pub(super) copy_on_write_extent_size: u32,
    pub(super) padding: [u8; 8],
}

impl FsXattr {
    pub(super) fn new(project: u32, flags: u32) -> Self {
        Self { project, flags, ..Self::default() }
    }
}

/// `FS_XFLAG_PROJINHERIT`.
pub(super) const FLAG_INHERIT: u32 = 0x200;
/// The flags that a copy keeps: immutable, append-only, sync, no-atime, no-dump.
pub(super) const FLAGS_KEPT: u32 = 0x8 | 0x10 | 0x20 | 0x40 | 0x80;

const GET: u32 = opcode::read::<FsXattr>(b'X', 31);
const SET: u32 = opcode::write::<FsXattr>(b'X', 32);

pub(super) fn get(file: BorrowedFd<'_>) -> Result<FsXattr, Errno> {
    // SAFETY: FS_IOC_FSGETXATTR fills exactly one `struct fsxattr`, and any bits are a valid one.
    unsafe { ioctl(file, Getter::<GET, FsXattr>::new()) }
}

pub(super) fn set(file: BorrowedFd<'_>, value: FsXattr) -> Result<(), Errno> {
    // SAFETY: FS_IOC_FSSETXATTR reads exactly one `struct fsxattr`.
    unsafe { ioctl(file, Setter::<SET, FsXattr>::new(value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_struct_and_the_numbers_are_the_kernels() {
        assert_eq!(size_of::<FsXattr>(), 28);
        assert_eq!(GET, 0x801c_581f);
        assert_eq!(SET, 0x401c_5820);
    }
}
