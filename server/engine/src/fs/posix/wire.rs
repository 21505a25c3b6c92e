//! What goes to a Lustre client by ioctl and what comes back, byte by byte: pure, so that recorded
//! answers are read in tests as they are on a mount.
//!
//! Numbers, offsets and meanings are those of the client's headers (`lustre_user.h`), the same from
//! 2.15 to master; the machine's byte order is the kernel's. Bits 16 to 29 of an ioctl's number are the
//! length of its struct.
//!
//! Not here: the calls (`lustre`, `hsm`).

use rustix::io::Errno;
use tidelock_shared::id::ProjectId;
use tidelock_shared::quota::{Amount, Bounds, Limits};

use crate::fs::{Enforcement, HsmState, Quota};

fn put<const LENGTH: usize>(bytes: &mut [u8; LENGTH], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn u32_at<const LENGTH: usize>(bytes: &[u8; LENGTH], at: usize) -> u32 {
    let mut value = [0; 4];
    value.copy_from_slice(&bytes[at..at + 4]);
    u32::from_ne_bytes(value)
}

fn u64_at<const LENGTH: usize>(bytes: &[u8; LENGTH], at: usize) -> u64 {
    let mut value = [0; 8];
    value.copy_from_slice(&bytes[at..at + 8]);
    u64::from_ne_bytes(value)
}

/// `LL_IOC_PROJECT` with `struct lu_project`: type, ID, flags and one more word, then the name.
pub(super) const LL_IOC_PROJECT: u32 = 0x4110_66fd;
pub(super) const PROJECT_BYTES: usize = 272;
const PROJECT_NAME_AT: usize = 16;
pub(super) const PROJECT_SET: u32 = 1;
pub(super) const PROJECT_GET: u32 = 2;

/// # Errors
/// `ENAMETOOLONG` where the name leaves no room for its zero.
pub(super) fn project(kind: u32, name: &[u8], id: u32, flags: u32) -> Result<[u8; PROJECT_BYTES], Errno> {
    if name.len() >= PROJECT_BYTES - PROJECT_NAME_AT {
        return Err(Errno::NAMETOOLONG);
    }
    let mut bytes = [0; PROJECT_BYTES];
    for (position, value) in [kind, id, flags].into_iter().enumerate() {
        put(&mut bytes, position * 4, &value.to_ne_bytes());
    }
    put(&mut bytes, PROJECT_NAME_AT, name);
    Ok(bytes)
}

/// ID and inode flags (`FS_XFLAG_*`).
pub(super) fn project_told(bytes: &[u8; PROJECT_BYTES]) -> (u32, u32) {
    (u32_at(bytes, 4), u32_at(bytes, 8))
}

/// `LL_IOC_GET_MDTIDX` with one int.
pub(super) const LL_IOC_GET_MDTIDX: u32 = 0x8004_66af;

/// None for a number that is no index.
pub(super) fn mdt_told(bytes: [u8; 4]) -> Option<u32> {
    u32::try_from(i32::from_ne_bytes(bytes)).ok()
}

/// `LL_IOC_FID2MDTIDX` with a FID.
pub(super) const LL_IOC_FID2MDTIDX: u32 = 0xc010_66f8;
pub(super) const FID_BYTES: usize = 16;
/// `FILEID_LUSTRE`: the type of a handle that begins with the entry's FID (recorded: 32 bytes).
const HANDLE_OF_LUSTRE: i32 = 0x97;

/// None if the handle is not Lustre's.
pub(super) fn fid_of_handle(handle: &[u8]) -> Option<[u8; FID_BYTES]> {
    let (kind, rest) = handle.split_first_chunk()?;
    let fid = *rest.first_chunk()?;
    (i32::from_be_bytes(*kind) == HANDLE_OF_LUSTRE).then_some(fid)
}

/// `LL_IOC_LMV_GETSTRIPE` with `struct lmv_user_md`, whose length the number counts, and after it a FID
/// and an MDT of each stripe: magic, how many stripes (asked: how many there is room for), three words,
/// eight bytes and eight, the name of a pool.
pub(super) const LL_IOC_LMV_GETSTRIPE: u32 = 0xc030_66f1;
const STRIPES_AT: usize = 48;
const STRIPE_BYTES: usize = FID_BYTES + 8;
/// As many as there can be MDTs.
const STRIPES_ROOM: u32 = 256;
pub(super) const STRIPES_BYTES: usize = STRIPES_AT + STRIPE_BYTES * STRIPES_ROOM as usize;

/// Asks for what is, not for what is given to new folders.
pub(super) fn stripes() -> [u8; STRIPES_BYTES] {
    const LMV_MAGIC_V1: u32 = 0x0cd2_0cd0;
    let mut bytes = [0; STRIPES_BYTES];
    put(&mut bytes, 0, &LMV_MAGIC_V1.to_ne_bytes());
    put(&mut bytes, 4, &STRIPES_ROOM.to_ne_bytes());
    bytes
}

/// The MDT of each stripe; none of a plain folder.
pub(super) fn stripes_told(bytes: &[u8; STRIPES_BYTES]) -> Vec<u32> {
    let mdt = |stripe: u32| u32_at(bytes, STRIPES_AT + stripe as usize * STRIPE_BYTES + FID_BYTES + 4);
    (0..u32_at(bytes, 4).min(STRIPES_ROOM)).map(mdt).collect()
}

/// `LMV_USER_MAGIC`: what is given to new folders, and not what is.
const LMV_USER_MAGIC: u32 = 0x0cd3_0cd0;

/// The same call about what a folder gives to the folders that are made in it.
pub(super) fn default_stripes() -> [u8; STRIPES_BYTES] {
    let mut bytes = stripes();
    put(&mut bytes, 0, &LMV_USER_MAGIC.to_ne_bytes());
    bytes
}

/// How many stripes, on which MDT, by which hash, in which pool. Not for how many levels more: a client counts those
/// down as it goes.
pub(super) fn default_stripes_told(bytes: &[u8; STRIPES_BYTES]) -> Option<Vec<u8>> {
    (u32_at(bytes, 0) == LMV_USER_MAGIC).then(|| [&bytes[4..16], &bytes[32..STRIPES_AT]].concat())
}

/// `OBD_IOC_QUOTACTL` with `struct if_quotactl` up to the name of a pool: command, type, ID, status,
/// what to show and which target, 24 bytes of grace, `struct obd_dqblk`, two names.
pub(super) const OBD_IOC_QUOTACTL: u32 = 0xc0b0_66a2;
pub(super) const QUOTACTL_BYTES: usize = 176;
const ID_AT: usize = 8;
const DQBLK_AT: usize = 48;
const DQBLK_VALID_AT: usize = DQBLK_AT + 64;

pub(super) fn quotactl(project: ProjectId) -> [u8; QUOTACTL_BYTES] {
    const Q_GETQUOTA: u32 = 0x0080_0007;
    const PRJQUOTA: u32 = 2;
    let mut bytes = [0; QUOTACTL_BYTES];
    for (position, value) in [Q_GETQUOTA, PRJQUOTA, project.0].into_iter().enumerate() {
        put(&mut bytes, position * 4, &value.to_ne_bytes());
    }
    bytes
}

/// One server's own part in a project: an OST's in its blocks, an MDT's in its inodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Mdt(u32),
    Ost(u32),
}

/// The same question put to one server, which `qc_valid` and `qc_idx` name; its limits are then what the quota
/// master has granted it (`lfs quota -v`).
pub(super) fn quotactl_of(project: ProjectId, target: Target) -> [u8; QUOTACTL_BYTES] {
    const VALID_AT: usize = 16;
    const INDEX_AT: usize = 20;
    let (valid, index): (u32, u32) = match target {
        Target::Mdt(index) => (1, index),
        Target::Ost(index) => (2, index),
    };
    let mut bytes = quotactl(project);
    put(&mut bytes, VALID_AT, &valid.to_ne_bytes());
    put(&mut bytes, INDEX_AT, &index.to_ne_bytes());
    bytes
}

/// How much one server holds of what is limited, and how much of it was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    used: u64,
    granted: u64,
}

/// None where the server did not say it exactly.
pub(super) fn share_told(bytes: &[u8; QUOTACTL_BYTES], target: Target) -> Option<Share> {
    let (valid, granted_at) = match target {
        Target::Ost(_) => (1 | 2, DQBLK_AT),
        Target::Mdt(_) => (4 | 8, DQBLK_AT + 24),
    };
    let share = Share { used: u64_at(bytes, granted_at + 16), granted: u64_at(bytes, granted_at) };
    (u32_at(bytes, DQBLK_VALID_AT) & valid == valid).then_some(share)
}

/// What the servers' shares say of a project with these limits. A server that holds it to them has a grant as soon as
/// it has anything (recorded); one that does not asks for none. Where nothing is limited, none has any.
pub(super) fn enforcement_told(limits: &Limits, osts: &[Share], mdts: &[Share]) -> Enforcement {
    let limited = |bounds: Bounds, shares| if bounds.hard.is_some() { shares } else { &[][..] };
    let shares = || limited(limits.bytes, osts).iter().chain(limited(limits.inodes, mdts));
    let is_any_held = shares().any(|share| share.granted > 0);
    let is_any_free = shares().any(|share| share.granted == 0 && share.used > 0);
    match (is_any_held, is_any_free) {
        (true, false) => Enforcement::On,
        (true, true) => Enforcement::InPart,
        (false, true) => Enforcement::CountsOnly,
        (false, false) => Enforcement::Unknown,
    }
}

/// Limits of blocks come in KiB, usage in bytes. None where a bit of `dqb_valid` is missing: what it
/// stands for is inaccurate, and a partial answer would be taken for room.
pub(super) fn quota_told(bytes: &[u8; QUOTACTL_BYTES]) -> Option<Quota> {
    const ALL_VALID: u32 = 1 | 2 | 4 | 8;
    if u32_at(bytes, DQBLK_VALID_AT) & ALL_VALID != ALL_VALID {
        return None;
    }
    let [block_hard, block_soft, bytes_used, inode_hard, inode_soft, inodes_used] =
        std::array::from_fn(|position| u64_at(bytes, DQBLK_AT + position * 8));
    let limit = |value: u64| (value > 0).then_some(value);
    let kib = |value: u64| limit(value.saturating_mul(1024));
    let limits = Limits {
        bytes: Bounds { soft: kib(block_soft), hard: kib(block_hard) },
        inodes: Bounds { soft: limit(inode_soft), hard: limit(inode_hard) },
    };
    // Nobody's own are the defaults for others (`lfs setquota -P`), and hold nobody back.
    let is_nobodys = u32_at(bytes, ID_AT) == 0;
    Some(Quota {
        usage: Amount { bytes: bytes_used, inodes: inodes_used },
        limits: if is_nobodys { Limits::default() } else { limits },
    })
}

/// What the call came to: no numbers where nothing is counted.
///
/// # Errors
/// `EREMOTEIO` where a server cannot be reached, which the call says or the answer's missing bits do.
pub(super) fn quota_answered(done: Result<(), Errno>, bytes: &[u8; QUOTACTL_BYTES]) -> Result<Option<Quota>, Errno> {
    match done {
        Ok(()) => quota_told(bytes).map(Some).ok_or(Errno::REMOTEIO),
        // Not enabled; no quota master; a client without the call.
        Err(Errno::SRCH | Errno::OPNOTSUPP | Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// `LL_IOC_DATA_VERSION` with `struct ioc_data_version`: version, layout's version, flags.
pub(super) const LL_IOC_DATA_VERSION: u32 = 0x8010_66da;
pub(super) const DATA_VERSION_BYTES: usize = 16;

/// Asks for what counts another client's unsynced writes too (measured).
pub(super) fn data_version() -> [u8; DATA_VERSION_BYTES] {
    const FLUSHES_DIRTY: u32 = 1;
    let mut bytes = [0; DATA_VERSION_BYTES];
    put(&mut bytes, 12, &FLUSHES_DIRTY.to_ne_bytes());
    bytes
}

/// None for 0: a released file and an empty one say so, which is unknown and not unchanged (measured).
pub(super) fn data_version_told(bytes: &[u8; DATA_VERSION_BYTES]) -> Option<u64> {
    Some(u64_at(bytes, 0)).filter(|version| *version != 0)
}

/// `LL_IOC_HSM_STATE_GET` with `struct hsm_user_state`: states, archive, what is under way, where.
pub(super) const LL_IOC_HSM_STATE_GET: u32 = 0x8020_66d3;
pub(super) const HSM_STATE_BYTES: usize = 32;

pub(super) fn hsm_state_told(bytes: &[u8; HSM_STATE_BYTES]) -> HsmState {
    const RELEASED: u32 = 0x4;
    const LOST: u32 = 0x40;
    let states = u32_at(bytes, 0);
    match (states & RELEASED != 0, states & LOST != 0) {
        (true, true) => HsmState::Lost,
        (true, false) => HsmState::Released,
        (false, _) => HsmState::Present,
    }
}

/// `LL_IOC_HSM_ACTION` with `struct hsm_current_action`: how far, what, and which stretch.
pub(super) const LL_IOC_HSM_ACTION: u32 = 0x8018_66dc;
pub(super) const HSM_ACTION_BYTES: usize = 24;
/// `HUA_RESTORE`.
const RESTORE: u32 = 11;

/// A restore that has not ended.
pub(super) fn is_restore_told(bytes: &[u8; HSM_ACTION_BYTES]) -> bool {
    const WAITING: u32 = 1;
    const RUNNING: u32 = 2;
    u32_at(bytes, 4) == RESTORE && matches!(u32_at(bytes, 0), WAITING | RUNNING)
}

/// `LL_IOC_HSM_REQUEST` with `struct hsm_request` and one `struct hsm_user_item`. Its number counts
/// the first alone.
pub(super) const LL_IOC_HSM_REQUEST: u32 = 0x4018_66d9;
pub(super) const HSM_REQUEST_BYTES: usize = 56;
const HSM_ITEM_AT: usize = 24;

/// The restore of the whole file that a handle names, wherever it is archived; none if the handle is
/// not Lustre's.
pub(super) fn restore_request(handle: &[u8]) -> Option<[u8; HSM_REQUEST_BYTES]> {
    let fid = fid_of_handle(handle)?;
    let mut bytes = [0; HSM_REQUEST_BYTES];
    put(&mut bytes, 0, &RESTORE.to_ne_bytes());
    put(&mut bytes, 16, &1_u32.to_ne_bytes());
    put(&mut bytes, HSM_ITEM_AT, &fid);
    put(&mut bytes, HSM_ITEM_AT + FID_BYTES + 8, &u64::MAX.to_ne_bytes());
    Some(bytes)
}

#[cfg(feature = "fuzzing")]
pub(crate) mod fuzz;

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests;
