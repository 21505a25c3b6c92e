//! What only Lustre can answer, by ioctl on a folder: project IDs of every kind of entry, quota,
//! the MDT of an inode, and those of a striped folder.
//!
//! Every call is made on a mount that says that it is Lustre; a client that does not know one answers
//! `ENOTTY`, and the caller goes the general way.
//!
//! Not here: what the bytes mean (`wire`).

#![expect(unsafe_code, reason = "an ioctl is an untyped call; each below fixes its number and its struct")]

use std::ffi::c_void;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{OFlags, fstatfs};
use rustix::io::Errno;
use rustix::ioctl::{Getter, Ioctl, IoctlOutput, Opcode, Updater, ioctl};
use tidelock_shared::id::ProjectId;
use tidelock_shared::quota::Limits;

use super::calls::open;
use super::handle::file_handle;
use super::mount;
use super::wire::{self, Share, Target};
use crate::fs::{Enforcement, Quota};

pub(super) const MAGIC: i64 = 0x0bd0_0bd0;

/// Whether the client module was loaded when a folder was last opened. Elsewhere nobody pays for the question.
static IS_LOADED: AtomicBool = AtomicBool::new(false);

/// To be called after every opening of a folder: before one of Lustre was opened, its module had come.
pub(super) fn notice_module() {
    is_there_by_now(&IS_LOADED, Path::new("/sys/fs/lustre"));
}

/// Only that it is there is remembered: a module comes with the first mount, which may be long after the start.
fn is_there_by_now(was: &AtomicBool, path: &Path) -> bool {
    if !was.load(Ordering::Relaxed) && path.exists() {
        was.store(true, Ordering::Relaxed);
    }
    was.load(Ordering::Relaxed)
}

/// Told by the handle, which the client makes by itself: `statfs` of a flagged folder asks every server for
/// the project's quota, since 2.14, and this is asked before each call.
pub(super) fn is_lustre(object: BorrowedFd<'_>) -> bool {
    IS_LOADED.load(Ordering::Relaxed)
        && match file_handle(object, c"") {
            Ok(handle) => wire::fid_of_handle(&handle).is_some(),
            // Somebody keeps this process from asking for handles.
            Err(_) => fstatfs(object).is_ok_and(|statistics| statistics.f_type == MAGIC),
        }
}

/// Asked of the parent folder with the child's name, or of the folder itself with none. It opens
/// nothing and follows no link, so it covers every kind (since 2.15).
fn project(folder: BorrowedFd<'_>, name: &[u8], kind: u32, id: u32, flags: u32) -> Result<(u32, u32), Errno> {
    let mut value = wire::project(kind, name, id, flags)?;
    // SAFETY: LL_IOC_PROJECT reads and writes exactly one `struct lu_project` of 272 bytes, any of which are one.
    unsafe { ioctl(folder, Updater::<{ wire::LL_IOC_PROJECT }, [u8; wire::PROJECT_BYTES]>::new(&mut value)) }?;
    Ok(wire::project_told(&value))
}

/// Project ID and inode flags (`FS_XFLAG_*`) of a name, or of the folder itself for an empty one.
pub(super) fn project_of(folder: BorrowedFd<'_>, name: &[u8]) -> Result<(u32, u32), Errno> {
    project(folder, name, wire::PROJECT_GET, 0, 0)
}

/// Sets both at once, as the call does: flags left out are cleared.
pub(super) fn set_project(folder: BorrowedFd<'_>, name: &[u8], id: u32, flags: u32) -> Result<(), Errno> {
    project(folder, name, wire::PROJECT_SET, id, flags).map(drop)
}

/// The MDT of an open folder.
pub(super) fn mdt_index(folder: BorrowedFd<'_>) -> Result<Option<u32>, Errno> {
    // SAFETY: LL_IOC_GET_MDTIDX fills exactly one int.
    match unsafe { ioctl(folder, Getter::<{ wire::LL_IOC_GET_MDTIDX }, [u8; 4]>::new()) } {
        Ok(told) => Ok(wire::mdt_told(told)),
        Err(Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// `LL_IOC_FID2MDTIDX` reads a FID and answers by what the call returns.
struct MdtOfFid([u8; wire::FID_BYTES]);

// SAFETY: LL_IOC_FID2MDTIDX reads exactly one `struct lu_fid` of 16 bytes and writes nothing.
unsafe impl Ioctl for MdtOfFid {
    type Output = i32;
    const IS_MUTATING: bool = false;

    fn opcode(&self) -> Opcode {
        wire::LL_IOC_FID2MDTIDX
    }

    fn as_ptr(&mut self) -> *mut c_void {
        (&raw mut self.0).cast()
    }

    unsafe fn output_from_ptr(answer: IoctlOutput, _: *mut c_void) -> Result<i32, Errno> {
        Ok(answer)
    }
}

/// The MDT of the inode that a handle names, asked of any folder of its mount.
pub(super) fn mdt_of_handle(folder: BorrowedFd<'_>, handle: &[u8]) -> Result<Option<u32>, Errno> {
    let Some(fid) = wire::fid_of_handle(handle) else { return Ok(None) };
    // SAFETY: the value is what the call reads, see there.
    match unsafe { ioctl(folder, MdtOfFid(fid)) } {
        Ok(told) => Ok(wire::mdt_told(told.to_ne_bytes())),
        Err(Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// The MDTs over which a folder spreads its names; none of a plain one.
pub(super) fn stripes(folder: BorrowedFd<'_>) -> Result<Vec<u32>, Errno> {
    if mdts() == Some(1) {
        // Nothing to spread them over, and no server to ask.
        return Ok(Vec::new());
    }
    let mut value = wire::stripes();
    // SAFETY: LL_IOC_LMV_GETSTRIPE reads one `struct lmv_user_md` and writes that and as many stripes as it was told
    // that there is room for, all inside the value, any bytes of which are valid.
    match unsafe { ioctl(folder, Updater::<{ wire::LL_IOC_LMV_GETSTRIPE }, [u8; wire::STRIPES_BYTES]>::new(&mut value)) } {
        Ok(()) => Ok(wire::stripes_told(&value)),
        Err(Errno::NODATA | Errno::NOTTY) => Ok(Vec::new()),
        Err(errno) => Err(errno),
    }
}

/// What a folder gives to the folders that are made in it, if that is its own. Newer clients answer for a folder
/// without any with what the file system's top gives (`ll_dir_getstripe_default`), which new folders have anyway.
pub(super) fn own_default_stripes(folder: BorrowedFd<'_>) -> Result<Option<Vec<u8>>, Errno> {
    if mdts() == Some(1) {
        return Ok(None);
    }
    let Some(own) = default_stripes(folder)? else { return Ok(None) };
    // Opened to be asked: a path descriptor takes no ioctl. Who may not open the top is not told what it gives.
    let top = mount::top(folder).and_then(|top| open(top.as_fd(), b".", OFlags::RDONLY | OFlags::DIRECTORY, 0));
    let of_top = top.and_then(|top| default_stripes(top.as_fd()));
    Ok(of_top.ok().filter(|of_top| of_top.as_ref() != Some(&own)).map(|_| own))
}

fn default_stripes(folder: BorrowedFd<'_>) -> Result<Option<Vec<u8>>, Errno> {
    let mut value = wire::default_stripes();
    // SAFETY: as in `stripes`; of a default only one `struct lmv_user_md` is written.
    match unsafe { ioctl(folder, Updater::<{ wire::LL_IOC_LMV_GETSTRIPE }, [u8; wire::STRIPES_BYTES]>::new(&mut value)) } {
        Ok(()) => Ok(wire::default_stripes_told(&value)),
        // A layout that is more than `struct lmv_user_md` says that it is invalid.
        Err(Errno::NODATA | Errno::NOTTY | Errno::INVAL) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// Limits and usage of a project, which any user may read; none where nothing is counted.
///
/// # Errors
/// `EREMOTEIO` where a server cannot be reached: a partial answer would be taken for room.
pub(super) fn quota(folder: BorrowedFd<'_>, project: ProjectId) -> Result<Option<Quota>, Errno> {
    let mut value = wire::quotactl(project);
    // SAFETY: OBD_IOC_QUOTACTL reads and writes one `struct if_quotactl`, 176 bytes without a pool, any of which are one.
    let done = unsafe { ioctl(folder, Updater::<{ wire::OBD_IOC_QUOTACTL }, [u8; wire::QUOTACTL_BYTES]>::new(&mut value)) };
    wire::quota_answered(done, &value)
}

/// Servers enforce by their own settings (`osd-*.*.quota_slave.enabled`), which a client is not told; what each was
/// granted of the limits of the folder's project shows it, where that has any.
pub(super) fn enforcement(folder: BorrowedFd<'_>, project: ProjectId) -> Enforcement {
    match quota(folder, project) {
        Ok(None) => Enforcement::Off,
        Ok(Some(quota)) if quota.limits != Limits::default() => {
            let (osts, mdts) = (shares(folder, project, Target::Ost), shares(folder, project, Target::Mdt));
            wire::enforcement_told(&quota.limits, &osts, &mdts)
        }
        Ok(Some(_)) | Err(_) => Enforcement::Unknown,
    }
}

/// What each server of a kind holds of a project, as far as they answer: one question to each.
fn shares(folder: BorrowedFd<'_>, project: ProjectId, target: fn(u32) -> Target) -> Vec<Share> {
    // As many as there can be (`LOV_MAX_STRIPE_COUNT`).
    const SERVERS_MAX: u32 = 2000;
    // A number beyond the last one is refused like that of a server which was taken away (`lov_iocontrol`).
    const TAKEN_AWAY_MAX: u32 = 16;
    let (mut shares, mut refused) = (Vec::new(), 0);
    for target in (0..SERVERS_MAX).map(target) {
        let mut value = wire::quotactl_of(project, target);
        // SAFETY: as in `quota`.
        match unsafe { ioctl(folder, Updater::<{ wire::OBD_IOC_QUOTACTL }, [u8; wire::QUOTACTL_BYTES]>::new(&mut value)) } {
            Ok(()) => {
                shares.extend(wire::share_told(&value, target));
                refused = 0;
            }
            Err(Errno::INVAL | Errno::NODEV) => refused += 1,
            // One that cannot be reached says nothing.
            Err(_) => {}
        }
        if refused > TAKEN_AWAY_MAX {
            break;
        }
    }
    shares
}

/// What changes with every write to an open file, and with nothing else (measured); about 1 ms a file.
pub(super) fn data_version(file: BorrowedFd<'_>) -> Result<Option<u64>, Errno> {
    let mut value = wire::data_version();
    // SAFETY: LL_IOC_DATA_VERSION reads and writes exactly one `struct ioc_data_version` of 16 bytes.
    match unsafe { ioctl(file, Updater::<{ wire::LL_IOC_DATA_VERSION }, [u8; wire::DATA_VERSION_BYTES]>::new(&mut value)) } {
        Ok(()) => Ok(wire::data_version_told(&value)),
        Err(Errno::NOTTY) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// The client's release as `2015` for 2.15, development versions counted to the release that they
/// lead to. The server decides most of what differs, so this is a first guess and no more.
pub(super) fn client_release() -> Option<u32> {
    std::fs::read_to_string("/sys/fs/lustre/version").ok().and_then(|text| release_in(&text))
}

/// The client's view of the metadata servers (`lmv.*.numobd`), one for each mount; none where they
/// differ, as it does not say which is which.
pub(super) fn mdts() -> Option<u32> {
    let views = std::fs::read_dir("/sys/fs/lustre/lmv").ok()?.flatten();
    let numbers = views.map(|view| std::fs::read_to_string(view.path().join("numobd")).ok()?.trim().parse().ok());
    the_same(numbers)
}

fn the_same(mut numbers: impl Iterator<Item = Option<u32>>) -> Option<u32> {
    let first = numbers.next()??;
    numbers.all(|number| number == Some(first)).then_some(first)
}

/// `LL_IOC_PROJECT` came with the client of 2.15.
pub(super) fn retags_every_kind() -> bool {
    client_release().is_some_and(|release| release >= 2015)
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
    fn a_module_that_comes_late_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (was, path) = (AtomicBool::new(false), folder.path().join("lustre"));
        assert!(!is_there_by_now(&was, &path));
        std::fs::create_dir(&path).unwrap();
        assert!(is_there_by_now(&was, &path));
        std::fs::remove_dir(&path).unwrap();
        assert!(is_there_by_now(&was, &path), "known, and not looked at again");
    }

    #[test]
    fn two_mounts_of_one_file_system_agree_on_its_servers() {
        for (views, expected) in [
            (&[][..], None),
            (&[Some(2)], Some(2)),
            (&[Some(2), Some(2)], Some(2)),
            (&[Some(2), Some(1)], None),
            (&[Some(2), None], None),
        ] {
            assert_eq!(the_same(views.iter().copied()), expected, "{views:?}");
        }
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
