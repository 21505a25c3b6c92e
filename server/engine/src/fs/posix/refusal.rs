//! What a refused rename on Lustre says of the servers.
//!
//! `EXDEV` has several reasons there: the folders were reached by two mounts, a site refuses renames between
//! metadata servers (`mdt_reint_rename`), or a rule about projects (`mdd_rename_sanity_check`). Only the last
//! tells that files do not leave their project on these servers.
//!
//! Not here: what is made of it (`mount`).

use std::os::fd::BorrowedFd;

use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;

use super::calls::{c_string, folder_fd};
use super::{handle, lustre, mount, tags};
use crate::fs::At;

/// What a rename was refused between; none where it could not be read.
#[derive(Clone, Copy, Debug)]
struct Refused {
    is_file: bool,
    mounts: [Option<u64>; 2],
    /// Of both folders and of the inode.
    mdts: [Option<u32>; 3],
    /// Of both folders.
    projects: [Option<u32>; 2],
}

impl Refused {
    /// Read after the refusal: where others have changed something meanwhile, nothing is learnt, or the
    /// mount is tried again.
    fn read(from: At<'_>, to: At<'_>) -> Self {
        let (source, destination) = (folder_fd(from), folder_fd(to));
        let folders = [source, destination];
        let status = rustix::fs::statat(source, from.name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW);
        let [first, second] = folders.map(|folder| lustre::mdt_index(folder).ok().flatten());
        Self {
            is_file: status.is_ok_and(|status| FileType::from_raw_mode(status.st_mode) == FileType::RegularFile),
            mounts: folders.map(|folder| handle::mount_of(folder).ok().flatten()),
            mdts: [first, second, mdt_of(source, from.name.as_bytes()).ok().flatten()],
            projects: [from, to].map(|at| tags::attributes(at.folder.into()).ok().flatten().map(|read| read.project)),
        }
    }

    /// Whether nothing but the projects can have been the reason.
    fn is_about_projects(&self) -> bool {
        let [source, destination, inode] = self.mdts;
        let on_one_mdt = source.is_some() && source == destination && source == inode;
        self.is_file && on_one_mdt && are_equal(self.mounts) == Some(true) && are_equal(self.projects) == Some(false)
    }
}

/// Whether both are the same, where both are known.
fn are_equal<T: PartialEq>([one, other]: [Option<T>; 2]) -> Option<bool> {
    Some(one? == other?)
}

fn mdt_of(folder: BorrowedFd<'_>, name: &[u8]) -> Result<Option<u32>, Errno> {
    lustre::mdt_of_handle(folder, &handle::file_handle(folder, &c_string(name)?)?)
}

/// Whatever was believed of the mount is asked again, and what the refusal says of it is remembered.
pub(super) fn learn(from: At<'_>, to: At<'_>) {
    if !lustre::is_lustre(folder_fd(from)) {
        return;
    }
    let Ok(status) = rustix::fs::fstat(folder_fd(from)) else { return };
    mount::forget(status.st_dev);
    if Refused::read(from, to).is_about_projects() {
        mount::remember_refusal(status.st_dev);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BETWEEN_PROJECTS: Refused =
        Refused { is_file: true, mounts: [Some(31); 2], mdts: [Some(0); 3], projects: [Some(1001), Some(1002)] };

    #[test]
    fn only_what_nothing_but_the_projects_explains_is_learnt() {
        let other = BETWEEN_PROJECTS;
        for (refused, expected) in [
            (BETWEEN_PROJECTS, true),
            (Refused { is_file: false, ..other }, false),
            // Two mounts of one Lustre: same device, same inode numbers (recorded).
            (Refused { mounts: [Some(31), Some(32)], ..other }, false),
            (Refused { mounts: [None; 2], ..other }, false),
            // `mdt.*.enable_remote_rename=0`: `rename file1M A0->B1` is refused (recorded).
            (Refused { mdts: [Some(0), Some(1), Some(0)], ..other }, false),
            (Refused { mdts: [Some(0), Some(0), Some(1)], ..other }, false),
            (Refused { mdts: [None; 3], ..other }, false),
            (Refused { projects: [Some(1001); 2], ..other }, false),
            (Refused { projects: [Some(1001), None], ..other }, false),
        ] {
            assert_eq!(refused.is_about_projects(), expected, "{refused:?}");
        }
    }
}
