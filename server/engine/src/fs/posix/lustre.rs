//! What only Lustre can answer, by ioctl on a folder: project IDs of every kind of entry, quota,
//! and the MDT of a folder.
//!
//! Numbers, sizes and meanings are those of the client's headers (`lustre_user.h`), the same from
//! 2.15 to master. Every call is made on a mount that says that it is Lustre; a client that does
//! not know one answers `ENOTTY`, and the caller goes the general way.

#![expect(unsafe_code, reason = "an ioctl is an untyped call; each below fixes its number and its struct")]

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::fstatfs;
use rustix::io::Errno;
use rustix::ioctl::{Getter, Updater, ioctl};
use tidelock_shared::id::ProjectId;
use tidelock_shared::quota::{Amount, Bounds, Limits};

use crate::fs::Quota;

pub(super) const MAGIC: i64 = 0x0bd0_0bd0;

/// Whether the client module is loaded at all: elsewhere nobody pays for the question.
fn is_loaded() -> bool {
    static LOADED: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| std::path::Path::new("/sys/fs/lustre").exists());
    *LOADED
}

pub(super) fn is_lustre(folder: BorrowedFd<'_>) -> bool {
    is_loaded() && fstatfs(folder).is_ok_and(|statistics| statistics.f_type == MAGIC)
}

/// `struct lu_project`: asked of the parent folder with the child's name, or of the folder itself
/// with none. It opens nothing and follows no link, so it covers every kind (since 2.15).
#[repr(C)]
#[derive(Clone, Copy)]
struct LuProject {
    kind: u32,
    id: u32,
    flags: u32,
    reserved: u32,
    name: [u8; 256],
}

const LL_IOC_PROJECT: u32 = 0x4110_66fd;
const PROJECT_SET: u32 = 1;
const PROJECT_GET: u32 = 2;

fn project(folder: BorrowedFd<'_>, name: &[u8], kind: u32, id: u32, flags: u32) -> Result<(u32, u32), Errno> {
    let mut value = LuProject { kind, id, flags, reserved: 0, name: [0; 256] };
    value.name.get_mut(..name.len()).ok_or(Errno::NAMETOOLONG)?.copy_from_slice(name);
    if name.len() == value.name.len() {
        return Err(Errno::NAMETOOLONG);
    }
    // SAFETY: LL_IOC_PROJECT reads and writes exactly one `struct lu_project` of 272 bytes.
    unsafe { ioctl(folder, Updater::<LL_IOC_PROJECT, LuProject>::new(&mut value)) }?;
    Ok((value.id, value.flags))
}

/// Project ID and inode flags (`FS_XFLAG_*`) of a name, or of the folder itself for an empty one.
pub(super) fn project_of(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(u32, u32), Errno> {
    project(folder, name, PROJECT_GET, 0, 0)
}

/// Sets both at once, as the call does: flags left out are cleared.
pub(super) fn set_project(folder: BorrowedFd<'_>, name: &[u8], id: u32, flags: u32) -> Result<(), Errno> {
    project(folder, name, PROJECT_SET, id, flags).map(drop)
}

/// The MDT of an open folder.
pub(super) fn mdt_index(folder: BorrowedFd<'_>) -> Result<Option<u32>, Errno> {
    const LL_IOC_GET_MDTIDX: u32 = 0x8004_66af;
    // SAFETY: LL_IOC_GET_MDTIDX fills exactly one int.
    match unsafe { ioctl(folder, Getter::<LL_IOC_GET_MDTIDX, i32>::new()) } {
        Ok(index) => Ok(u32::try_from(index).ok()),
        Err(Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// `struct if_quotactl` up to the pool's name.
#[repr(C)]
#[derive(Clone, Copy)]
struct IfQuotactl {
    command: u32,
    kind: u32,
    id: u32,
    stat: u32,
    valid: u32,
    index: u32,
    info: [u8; 24],
    limits: DqBlk,
    obd_type: [u8; 16],
    uuid: [u8; 40],
}

/// `struct obd_dqblk`: limits of blocks in KiB, usage in bytes.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct DqBlk {
    block_hard: u64,
    block_soft: u64,
    bytes_used: u64,
    inode_hard: u64,
    inode_soft: u64,
    inodes_used: u64,
    block_time: u64,
    inode_time: u64,
    valid: u32,
    padding: u32,
}

/// Limits and usage of a project, which any user may read; none where nothing is counted.
///
/// # Errors
/// `EREMOTEIO` where a server cannot be reached: a partial answer would be taken for room.
pub(super) fn quota(folder: BorrowedFd<'_>, project: ProjectId) -> Result<Option<Quota>, Errno> {
    const OBD_IOC_QUOTACTL: u32 = 0xc0b0_66a2;
    const Q_GETQUOTA: u32 = 0x0080_0007;
    const PRJQUOTA: u32 = 2;
    let mut value = IfQuotactl {
        command: Q_GETQUOTA,
        kind: PRJQUOTA,
        id: project.0,
        stat: 0,
        valid: 0,
        index: 0,
        info: [0; 24],
        limits: DqBlk::default(),
        obd_type: [0; 16],
        uuid: [0; 40],
    };
    // SAFETY: OBD_IOC_QUOTACTL reads and writes one `struct if_quotactl`, 176 bytes without a pool.
    match unsafe { ioctl(folder, Updater::<OBD_IOC_QUOTACTL, IfQuotactl>::new(&mut value)) } {
        Ok(()) => decode(&value.limits).map(Some).ok_or(Errno::REMOTEIO),
        Err(Errno::SRCH | Errno::OPNOTSUPP | Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

fn decode(read: &DqBlk) -> Option<Quota> {
    const ALL_VALID: u32 = 1 | 2 | 4 | 8;
    if read.valid & ALL_VALID != ALL_VALID {
        return None;
    }
    let limit = |value: u64| (value > 0).then_some(value);
    let kib = |value: u64| limit(value.saturating_mul(1024));
    Some(Quota {
        usage: Amount { bytes: read.bytes_used, inodes: read.inodes_used },
        limits: Limits {
            bytes: Bounds { soft: kib(read.block_soft), hard: kib(read.block_hard) },
            inodes: Bounds { soft: limit(read.inode_soft), hard: limit(read.inode_hard) },
        },
    })
}

/// The client's release as `2015` for 2.15, development versions counted to the release that they
/// lead to. The server decides most of what differs, so this is a first guess and no more.
pub(super) fn client_release() -> Option<u32> {
    std::fs::read_to_string("/sys/fs/lustre/version").ok().and_then(|text| release_in(&text))
}

/// The client's view of the metadata servers (`lmv.*.numobd`); none where it has several file
/// systems and does not say which is which.
pub(super) fn mdts() -> Option<u32> {
    let mut views = std::fs::read_dir("/sys/fs/lustre/lmv").ok()?.flatten();
    let (first, second) = (views.next()?, views.next());
    if second.is_some() {
        return None;
    }
    std::fs::read_to_string(first.path().join("numobd")).ok()?.trim().parse().ok()
}

/// `LL_IOC_PROJECT` came with the client of 2.15.
pub(super) fn retags_every_kind() -> bool {
    client_release().is_some_and(|release| release >= 2015)
}

static HAS_REFUSED_A_FILE: AtomicBool = AtomicBool::new(false);

/// A server has refused to rename a file into another project: it is older than this client.
pub(super) fn has_refused_a_file() -> bool {
    HAS_REFUSED_A_FILE.load(Ordering::Relaxed)
}

pub(super) fn remember_refusal() {
    HAS_REFUSED_A_FILE.store(true, Ordering::Relaxed);
}

fn release_in(text: &str) -> Option<u32> {
    // From `.50` on, a version is on its way to the next release.
    const FIRST_OF_DEVELOPMENT: u32 = 50;
    let version = text.trim().rsplit([' ', '=']).next()?;
    let mut parts = version.split(['.', '_', '-']).map(str::parse::<u32>);
    let (major, minor, patch) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next().and_then(Result::ok).unwrap_or(0));
    Some(major * 1000 + minor + u32::from(patch >= FIRST_OF_DEVELOPMENT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_are_as_long_as_the_numbers_say() {
        // Bits 16 to 29 of a number are the length of its struct.
        let length = |number: u32| usize::try_from(number >> 16 & 0x3fff).unwrap();
        assert_eq!(size_of::<LuProject>(), length(LL_IOC_PROJECT));
        assert_eq!(size_of::<LuProject>(), 272);
        assert_eq!(size_of::<DqBlk>(), 72);
        assert_eq!(size_of::<IfQuotactl>(), length(0xc0b0_66a2));
        assert_eq!(size_of::<IfQuotactl>(), 176);
    }

    #[test]
    fn limits_are_kib_and_usage_is_bytes_and_a_partial_answer_is_none() {
        let read = DqBlk { block_hard: 20480, bytes_used: 28_381_184, inodes_used: 4, valid: 15, ..DqBlk::default() };
        let quota = decode(&read).unwrap();
        assert_eq!(quota.usage, Amount { bytes: 28_381_184, inodes: 4 });
        assert_eq!(quota.limits.bytes, Bounds { soft: None, hard: Some(20 << 20) });
        assert_eq!(quota.limits.inodes, Bounds { soft: None, hard: None });
        assert!(decode(&DqBlk { valid: 13, ..read }).is_none());
    }

    #[test]
    fn a_development_version_counts_as_the_release_it_leads_to() {
        for (text, expected) in [
            ("2.15.8\n", Some(2015)),
            ("version=2.12.9", Some(2012)),
            ("lustre: 2.16.1", Some(2016)),
            ("2.15.61", Some(2016)),
            ("2.17.59_12_gabcdef", Some(2018)),
            ("2.14.0_ddn93", Some(2014)),
            ("unknown", None),
        ] {
            assert_eq!(release_in(text), expected, "{text}");
        }
    }
}
