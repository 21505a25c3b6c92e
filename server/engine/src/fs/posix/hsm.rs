//! Lustre's archive: where a file's content is, and asking for it to come back.
//!
//! Numbers, sizes and meanings are those of the client's headers (`lustre_user.h`), the same from
//! 2.10 to master. Neither call restores by itself: opening a released file does not, reading does.

#![expect(unsafe_code, reason = "an ioctl is an untyped call; each below fixes its number and its struct")]

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{AtFlags, FileType, OFlags};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Updater, ioctl};

use super::calls::{c_string, open};
use super::handle::file_handle;
use super::lustre;
use crate::fs::HsmState;

const LL_IOC_HSM_STATE_GET: u32 = 0x8020_66d3;
const LL_IOC_HSM_ACTION: u32 = 0x8018_66dc;
/// Its number counts the header alone; the items follow it.
const LL_IOC_HSM_REQUEST: u32 = 0x4018_66d9;

/// `HUA_RESTORE`.
const RESTORE: u32 = 11;

/// `struct hsm_user_state`: the states come first.
#[repr(C)]
#[derive(Clone, Copy)]
struct HsmUserState {
    states: u32,
    rest: [u8; 28],
}

/// `struct hsm_current_action`.
#[repr(C)]
#[derive(Clone, Copy)]
struct HsmCurrentAction {
    state: u32,
    action: u32,
    extent: [u64; 2],
}

/// `struct hsm_request` with one `struct hsm_user_item`.
#[repr(C)]
#[derive(Clone, Copy)]
struct HsmUserRequest {
    action: u32,
    archive: u32,
    flags: u64,
    items: u32,
    data_length: u32,
    fid: [u8; FID_BYTES],
    offset: u64,
    length: u64,
}

const FID_BYTES: usize = 16;
/// `FILEID_LUSTRE`: the type of a handle that begins with the entry's FID.
const HANDLE_OF_LUSTRE: i32 = 0x97;

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
    let file = open(folder, name, OFlags::RDONLY | OFlags::NONBLOCK, 0)?;
    state(file.as_fd())
}

fn state(file: BorrowedFd<'_>) -> Result<HsmState, Errno> {
    // SAFETY: LL_IOC_HSM_STATE_GET fills exactly one `struct hsm_user_state` of 32 bytes.
    let state = unsafe { ioctl(file, Getter::<LL_IOC_HSM_STATE_GET, HsmUserState>::new()) }?;
    let at_rest = decode(state.states);
    if at_rest != HsmState::Released {
        return Ok(at_rest);
    }
    // SAFETY: LL_IOC_HSM_ACTION fills exactly one `struct hsm_current_action` of 24 bytes.
    match unsafe { ioctl(file, Getter::<LL_IOC_HSM_ACTION, HsmCurrentAction>::new()) } {
        Ok(current) if is_restoring(&current) => Ok(HsmState::Restoring),
        // A coordinator that is switched off knows of no action.
        _ => Ok(HsmState::Released),
    }
}

fn decode(states: u32) -> HsmState {
    const RELEASED: u32 = 0x4;
    const LOST: u32 = 0x40;
    match (states & RELEASED != 0, states & LOST != 0) {
        (true, true) => HsmState::Lost,
        (true, false) => HsmState::Released,
        (false, _) => HsmState::Present,
    }
}

fn is_restoring(current: &HsmCurrentAction) -> bool {
    const WAITING: u32 = 1;
    const RUNNING: u32 = 2;
    current.action == RESTORE && matches!(current.state, WAITING | RUNNING)
}

/// Registers the restore of a file; any user may (default policy).
pub(super) fn request_restore(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(), Errno> {
    let handle = file_handle(folder, &c_string(name)?)?;
    let mut request = request(&handle).ok_or(Errno::OPNOTSUPP)?;
    // SAFETY: LL_IOC_HSM_REQUEST reads one `struct hsm_request` and as many items as it says, here
    // one, all inside the value; it writes nothing.
    unsafe { ioctl(folder, Updater::<LL_IOC_HSM_REQUEST, HsmUserRequest>::new(&mut request)) }
}

/// The whole file, wherever it is archived; none if the handle is not Lustre's.
fn request(handle: &[u8]) -> Option<HsmUserRequest> {
    let (kind, rest) = handle.split_first_chunk()?;
    let fid = *rest.first_chunk()?;
    let is_ours = i32::from_be_bytes(*kind) == HANDLE_OF_LUSTRE;
    is_ours.then_some(HsmUserRequest {
        action: RESTORE,
        archive: 0,
        flags: 0,
        items: 1,
        data_length: 0,
        fid,
        offset: 0,
        length: u64::MAX,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_are_as_long_as_the_numbers_say() {
        // Bits 16 to 29 of a number are the length of its struct.
        let length = |number: u32| usize::try_from(number >> 16 & 0x3fff).unwrap();
        assert_eq!(size_of::<HsmUserState>(), length(LL_IOC_HSM_STATE_GET));
        assert_eq!(size_of::<HsmCurrentAction>(), length(LL_IOC_HSM_ACTION));
        assert_eq!(std::mem::offset_of!(HsmUserRequest, fid), length(LL_IOC_HSM_REQUEST));
        assert_eq!(size_of::<HsmUserRequest>(), 24 + 32);
    }

    #[test]
    fn states_read_as_lfs_hsm_state_says_them() {
        // (0x0000000d) released exists archived; (0x00000009) exists archived; lost and released.
        for (states, expected) in
            [(0x0, HsmState::Present), (0x9, HsmState::Present), (0xd, HsmState::Released), (0x4d, HsmState::Lost)]
        {
            assert_eq!(decode(states), expected, "{states:#x}");
        }
    }

    #[test]
    fn only_a_restore_that_has_not_ended_is_on_its_way() {
        let current = |state, action| HsmCurrentAction { state, action, extent: [0; 2] };
        for (state, action, expected) in [(1, 11, true), (2, 11, true), (3, 11, false), (0, 1, false), (2, 10, false)] {
            assert_eq!(is_restoring(&current(state, action)), expected, "{state} {action}");
        }
    }

    #[test]
    fn a_request_names_the_file_by_the_first_half_of_its_handle() {
        let fids: Vec<u8> = (0..32).collect();
        let handle = [0x97_i32.to_be_bytes().as_slice(), &fids].concat();
        let request = request(&handle).unwrap();
        assert_eq!(request.fid.as_slice(), &fids[..16]);
        assert_eq!((request.action, request.items, request.length), (11, 1, u64::MAX));
        assert!(super::request(&[1_i32.to_be_bytes().as_slice(), &fids].concat()).is_none(), "another file system's handle");
        assert!(super::request(&handle[..10]).is_none());
    }
}
