//! Usage and limits of projects on ext4, XFS and whatever else keeps them, by `quotactl`.
//!
//! Linux 5.14 and later take an open folder; before, the mount's block device has to be named,
//! and is found by its number. Reading another's numbers needs `CAP_SYS_ADMIN` in the first user
//! namespace (`check_quotactl_permission`): without it nothing is known, and a flagged folder's
//! `statfs` is what there is. Whether limits are enforced anybody may ask.

#![expect(unsafe_code, reason = "quotactl is an untyped call; each below fixes its number and its struct")]

use std::ffi::{CString, c_long};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, StatxFlags};
use rustix::io::Errno;
use tidelock_shared::id::ProjectId;
use tidelock_shared::quota::{Amount, Bounds, Limits};

use crate::fs::{Enforcement, Quota};

const PRJQUOTA: u32 = 2;
const Q_GETQUOTA: u32 = 0x80_0007;
const Q_XGETQSTAT: u32 = (b'X' as u32) << 8 | 5;

/// `struct if_dqblk`: limits of blocks in KiB, usage in bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct IfDqblk {
    block_hard: u64,
    block_soft: u64,
    bytes_used: u64,
    inode_hard: u64,
    inode_soft: u64,
    inodes_used: u64,
    block_time: u64,
    inode_time: u64,
    valid: u32,
}

/// `struct fs_quota_stat`; only its flags are of interest.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
struct FsQuotaStat {
    version: i8,
    flags: u16,
    padding: i8,
    files: [u64; 6],
    rest: [u32; 6],
}

/// What a command fills.
///
/// # Safety
/// The type must be laid out as the struct that [`Self::COMMAND`] fills, and any bits be valid.
unsafe trait Answer: Default {
    const COMMAND: u32;
}

// SAFETY: Q_GETQUOTA fills one `struct if_dqblk` of 72 bytes; integers take any bits.
unsafe impl Answer for IfDqblk {
    const COMMAND: u32 = Q_GETQUOTA;
}

// SAFETY: Q_XGETQSTAT fills one `struct fs_quota_stat` of 80 bytes; integers take any bits.
unsafe impl Answer for FsQuotaStat {
    const COMMAND: u32 = Q_XGETQSTAT;
}

fn ask<T: Answer>(folder: BorrowedFd<'_>, id: u32) -> Result<T, Errno> {
    let command = T::COMMAND << 8 | PRJQUOTA;
    let mut answer = T::default();
    // SAFETY: the descriptor is open, and `answer` is what the command fills.
    let done = unsafe {
        libc::syscall(libc::SYS_quotactl_fd, folder.as_raw_fd(), c_long::from(command), c_long::from(id), &raw mut answer)
    };
    match last_errno(done) {
        Ok(()) => Ok(answer),
        Err(Errno::NOSYS) => ask_device(folder, command, id),
        Err(errno) => Err(errno),
    }
}

fn ask_device<T: Answer>(folder: BorrowedFd<'_>, command: u32, id: u32) -> Result<T, Errno> {
    let device = block_device(folder)?;
    let mut answer = T::default();
    // SAFETY: the path ends with a zero, and `answer` is what the command fills.
    let done = unsafe { libc::quotactl(command.cast_signed(), device.as_ptr(), id.cast_signed(), (&raw mut answer).cast()) };
    last_errno(c_long::from(done)).map(|()| answer)
}

fn last_errno(done: c_long) -> Result<(), Errno> {
    if done == 0 { Ok(()) } else { Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO)) }
}

/// The mount's device by its number. A mount without one (NFS, tmpfs) has no quota to ask for either.
fn block_device(folder: BorrowedFd<'_>) -> Result<CString, Errno> {
    let read = rustix::fs::statx(folder, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS)?;
    let by_number = format!("/sys/dev/block/{}:{}", read.stx_dev_major, read.stx_dev_minor);
    let link = std::fs::read_link(by_number).map_err(|_| Errno::NOTBLK)?;
    let name = link.file_name().ok_or(Errno::NOTBLK)?;
    // The kernel writes `!` where a device's name has a slash.
    let name: Vec<u8> = name.as_bytes().iter().map(|&byte| if byte == b'!' { b'/' } else { byte }).collect();
    CString::new([b"/dev/".as_slice(), &name].concat()).map_err(|_| Errno::NOTBLK)
}

/// None where project quota is off, or the caller may not read it.
pub(super) fn quota(folder: BorrowedFd<'_>, project: ProjectId) -> Result<Option<Quota>, Errno> {
    match ask::<IfDqblk>(folder, project.0) {
        Ok(answer) => Ok(Some(decode(&answer, project))),
        // XFS has nothing noted of a project that has nothing.
        Err(Errno::NOENT) => Ok(Some(Quota::default())),
        Err(errno) if means_unknown(errno) => Ok(None),
        Err(errno) => Err(errno),
    }
}

fn means_unknown(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::PERM | Errno::ACCESS | Errno::SRCH | Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL | Errno::NODEV | Errno::NOTBLK
    )
}

fn decode(read: &IfDqblk, project: ProjectId) -> Quota {
    let limit = |value: u64| (value > 0).then_some(value);
    let kib = |value: u64| limit(value.saturating_mul(1024));
    let limits = Limits {
        bytes: Bounds { soft: kib(read.block_soft), hard: kib(read.block_hard) },
        inodes: Bounds { soft: limit(read.inode_soft), hard: limit(read.inode_hard) },
    };
    Quota {
        usage: Amount { bytes: read.bytes_used, inodes: read.inodes_used },
        // Nobody's own are the defaults for others on XFS, and hold nobody back.
        limits: if project.0 == 0 { Limits::default() } else { limits },
    }
}

/// Whether the mount counts projects and holds them to their limits.
pub(super) fn enforcement(folder: BorrowedFd<'_>) -> Enforcement {
    const ACCOUNTED: u16 = 1 << 4;
    const ENFORCED: u16 = 1 << 5;
    match ask::<FsQuotaStat>(folder, 0) {
        Ok(answer) if answer.flags & ENFORCED != 0 => Enforcement::On,
        Ok(answer) if answer.flags & ACCOUNTED != 0 => Enforcement::CountsOnly,
        // A kernel or a file system without any answers that there is no such call.
        Ok(_) | Err(Errno::SRCH | Errno::OPNOTSUPP | Errno::NOTBLK | Errno::INVAL | Errno::NOSYS) => Enforcement::Off,
        Err(_) => Enforcement::Unknown,
    }
}

/// Whether the process is in the first user namespace: elsewhere no project ID can be changed.
pub(super) fn is_first_user_namespace() -> bool {
    std::fs::read_to_string("/proc/self/uid_map").map_or(true, |map| maps_everybody(&map))
}

fn maps_everybody(map: &str) -> bool {
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_and_the_numbers_are_the_kernels() {
        // The kernel copies `sizeof(struct if_dqblk)`, which its last member rounds up.
        assert_eq!(size_of::<IfDqblk>(), 72);
        assert_eq!(std::mem::offset_of!(IfDqblk, valid), 64);
        assert_eq!(size_of::<FsQuotaStat>(), 80);
        assert_eq!(std::mem::offset_of!(FsQuotaStat, flags), 2);
        assert_eq!(Q_XGETQSTAT, 0x5805);
    }

    #[test]
    fn limits_are_kib_and_usage_is_bytes_and_nobody_has_no_limit() {
        let read = IfDqblk { block_hard: 4096, bytes_used: 8192, inodes_used: 2, inode_soft: 9, ..IfDqblk::default() };
        let quota = decode(&read, ProjectId(1001));
        assert_eq!(quota.usage, Amount { bytes: 8192, inodes: 2 });
        assert_eq!(quota.limits.bytes, Bounds { soft: None, hard: Some(4 << 20) });
        assert_eq!(quota.limits.inodes, Bounds { soft: Some(9), hard: None });
        assert_eq!(decode(&read, ProjectId(0)).limits, Limits::default());
    }

    #[test]
    fn only_the_first_user_namespace_maps_everybody() {
        assert!(maps_everybody("         0          0 4294967295\n"));
        assert!(!maps_everybody("         0       1000          1\n"));
    }
}
