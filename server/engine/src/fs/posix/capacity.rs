//! How much room there is, and whether that is the project's or the whole mount's.

use std::os::fd::BorrowedFd;

use rustix::fs::{StatVfs, fstatvfs};
use tidelock_shared::quota::Amount;

use super::mount::top;
use crate::fs::{Capacity, Errno};

/// Of a folder that may show its project's room instead of the mount's (ext4, XFS; Lustre since 2.14, LU-9555). Whoever
/// `knows_limits` needs the mount's.
pub(super) fn capacity(
    folder: BorrowedFd<'_>,
    may_show_project: bool,
    knows_limits: impl FnOnce() -> bool,
) -> Result<Capacity, Errno> {
    let shown = fstatvfs(folder)?;
    if !may_show_project {
        return Ok(told(&shown, false));
    }
    // The top may be out of reach; then what the folder shows is all there is to know.
    match top(folder).and_then(fstatvfs) {
        Ok(whole) if (whole.f_blocks, whole.f_files) == (shown.f_blocks, shown.f_files) || knows_limits() => {
            Ok(told(&whole, false))
        }
        _ => Ok(told(&shown, true)),
    }
}

fn told(read: &StatVfs, is_of_project: bool) -> Capacity {
    Capacity {
        total: Amount { bytes: read.f_blocks * read.f_frsize, inodes: read.f_files },
        free: Amount { bytes: read.f_bavail * read.f_frsize, inodes: read.f_favail },
        is_of_project,
    }
}
