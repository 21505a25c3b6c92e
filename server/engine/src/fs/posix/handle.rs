//! The identity of an inode: its file handle, by `name_to_handle_at`.

#![expect(unsafe_code, reason = "name_to_handle_at fills a struct of variable length, which only libc offers")]

use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::{AtFlags, StatxFlags};
use rustix::io::Errno;

/// The largest handle that the kernel hands out (`MAX_HANDLE_SZ`).
const HANDLE_BYTES_MAX: u32 = 128;

#[repr(C)]
struct Buffer {
    bytes: u32,
    kind: i32,
    handle: [u8; HANDLE_BYTES_MAX as usize],
}

/// The handle of a name in a folder (never following a link), or of the open object itself
/// where the name is empty: its type and its bytes.
pub(super) fn file_handle(folder: BorrowedFd<'_>, name: &CStr) -> Result<Vec<u8>, Errno> {
    handle_and_mount(folder, name).map(|(handle, _)| handle)
}

/// The number of the mount by which an open object was reached. Two mounts of one file system, and a part of one
/// that is bound elsewhere, have different ones; no rename and no link goes between them (`do_renameat2`).
///
/// It comes with the handle, on every kernel; `statx` tells the same number since Linux 5.8, without one.
/// None where neither does.
pub(super) fn mount_of(object: BorrowedFd<'_>) -> Result<Option<u64>, Errno> {
    if let Ok((_, mount)) = handle_and_mount(object, c"") {
        return Ok(u64::try_from(mount).ok());
    }
    let told = rustix::fs::statx(object, "", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID)?;
    Ok(StatxFlags::from_bits_retain(told.stx_mask).contains(StatxFlags::MNT_ID).then_some(told.stx_mnt_id))
}

fn handle_and_mount(folder: BorrowedFd<'_>, name: &CStr) -> Result<(Vec<u8>, i32), Errno> {
    let mut buffer = Buffer { bytes: HANDLE_BYTES_MAX, kind: 0, handle: [0; HANDLE_BYTES_MAX as usize] };
    let mut mount = 0;
    let flags = if name.is_empty() { libc::AT_EMPTY_PATH } else { 0 };
    // SAFETY: the descriptor is open, the name ends with a zero, and the buffer is laid out as
    // `struct file_handle` with room for as many bytes as it says.
    let answer =
        unsafe { libc::name_to_handle_at(folder.as_raw_fd(), name.as_ptr(), (&raw mut buffer).cast(), &raw mut mount, flags) };
    if answer != 0 {
        return Err(Errno::from_io_error(&std::io::Error::last_os_error()).unwrap_or(Errno::IO));
    }
    let length = usize::try_from(buffer.bytes.min(HANDLE_BYTES_MAX)).unwrap_or(0);
    Ok(([&buffer.kind.to_be_bytes(), &buffer.handle[..length]].concat(), mount))
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn the_buffer_is_laid_out_as_the_kernel_expects() {
        assert_eq!(std::mem::offset_of!(Buffer, handle), 8);
        assert_eq!(size_of::<Buffer>(), 136);
    }

    #[test]
    fn a_mount_has_one_number_and_another_mount_another() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("below")).unwrap();
        let mount = |path: &std::path::Path| mount_of(std::fs::File::open(path).unwrap().as_fd());
        let here = mount(folder.path()).unwrap();
        assert_eq!(mount(&folder.path().join("below")), Ok(here));
        // Without handles, and with them.
        for other in ["/proc", "/dev/shm"] {
            let there = mount(std::path::Path::new(other)).unwrap();
            assert!(there.is_some() && there != here, "{other}");
        }
        let told = rustix::fs::statx(rustix::fs::CWD, folder.path(), AtFlags::empty(), StatxFlags::MNT_ID).unwrap();
        assert_eq!(Some(told.stx_mnt_id), here);
    }
}
