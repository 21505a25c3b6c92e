//! Lustre's archive: where a file's content is, and asking for it to come back.
//!
//! Neither call restores by itself: opening a released file does not, reading does (recorded).
//!
//! Not here: what the bytes mean (`wire`).

#![expect(unsafe_code, reason = "an ioctl is an untyped call; each below fixes its number and its struct")]

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, OFlags};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Updater, ioctl};

use super::calls::{c_string, open};
use super::handle::file_handle;
use super::{lustre, wire};
use crate::fs::HsmState;

/// Where the content of a name in a folder is.
pub(super) fn state_of(folder: BorrowedFd<'_>, name: &[u8]) -> Result<HsmState, Errno> {
    if !lustre::is_lustre(folder) {
        return Ok(HsmState::Present);
    }
    let status = rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    // A released file shows its whole size and one block at most.
    let may_be = FileType::from_raw_mode(status.st_mode) == FileType::RegularFile && status.st_size > 0 && status.st_blocks <= 1;
    if !may_be {
        return Ok(HsmState::Present);
    }
    // Asking opens it, which restores nothing.
    match open(folder, name, OFlags::RDONLY | OFlags::NONBLOCK, 0) {
        Ok(file) => state(file.as_fd()),
        Err(Errno::ACCESS) => Ok(by_its_look(status.st_blocks)),
        Err(errno) => Err(errno),
    }
}

/// What may not be opened can still be renamed: its one block tells it from a file of holes (recorded).
fn by_its_look(blocks: i64) -> HsmState {
    if blocks == 1 { HsmState::Released } else { HsmState::Present }
}

fn state(file: BorrowedFd<'_>) -> Result<HsmState, Errno> {
    // SAFETY: LL_IOC_HSM_STATE_GET fills exactly one `struct hsm_user_state` of 32 bytes.
    let told = unsafe { ioctl(file, Getter::<{ wire::LL_IOC_HSM_STATE_GET }, [u8; wire::HSM_STATE_BYTES]>::new()) }?;
    let at_rest = wire::hsm_state_told(&told);
    if at_rest != HsmState::Released {
        return Ok(at_rest);
    }
    // SAFETY: LL_IOC_HSM_ACTION fills exactly one `struct hsm_current_action` of 24 bytes.
    match unsafe { ioctl(file, Getter::<{ wire::LL_IOC_HSM_ACTION }, [u8; wire::HSM_ACTION_BYTES]>::new()) } {
        Ok(told) if wire::is_restore_told(&told) => Ok(HsmState::Restoring),
        // A coordinator that is switched off knows of no action.
        _ => Ok(HsmState::Released),
    }
}

/// Registers the restore of a file; any user may (default policy).
pub(super) fn request_restore(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(), Errno> {
    let handle = file_handle(folder, &c_string(name)?)?;
    let mut request = wire::restore_request(&handle).ok_or(Errno::OPNOTSUPP)?;
    // SAFETY: LL_IOC_HSM_REQUEST reads one `struct hsm_request` and as many items as it says, here
    // one, all inside the value; it writes nothing.
    unsafe { ioctl(folder, Updater::<{ wire::LL_IOC_HSM_REQUEST }, [u8; wire::HSM_REQUEST_BYTES]>::new(&mut request)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_block_is_what_a_released_file_shows() {
        // `stat released size/blocks`: (4194304, 1).
        assert_eq!([0, 1, 8].map(by_its_look), [HsmState::Present, HsmState::Released, HsmState::Present]);
    }
}
