//! What a real mount is called and what is known of its kind.
//!
//! Where releases differ the client's own is the first guess. A server that thinks otherwise
//! refuses a rename; then the move goes back, and the mount is known better from there on.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use super::{lustre, quota};
use crate::fs::{Capabilities, NamesDurability};

const EXT4: i64 = 0xef53;
const XFS: i64 = 0x5846_5342;
const TMPFS: i64 = 0x0102_1994;
const BTRFS: i64 = 0x9123_683e;

/// The capabilities of a mount by its `statfs` type and whether it has project IDs at all.
///
/// On ext4 and XFS the owner of an inode may retag it (recorded); whose the inodes are, the
/// survey finds. On Lustre only root may, unless `enable_chprojid_gid` says otherwise (recorded).
pub(super) fn capabilities(kind: i64, has_project_ids: bool, is_root: bool) -> Capabilities {
    let is_lustre = kind == lustre::MAGIC;
    // It answers when asked for IDs, and takes none.
    let has_project_ids = has_project_ids && kind != TMPFS;
    // The kernel lets nobody change project IDs from another one.
    let is_at_home = quota::is_first_user_namespace();
    let (rename_rule, source_flag_rule) =
        if is_lustre { lustre_rules() } else { (RenameRule::Refuses, SourceFlagRule::BlocksNothing) };
    let name = match kind {
        EXT4 => "ext4".to_owned(),
        XFS => "XFS".to_owned(),
        TMPFS => "tmpfs".to_owned(),
        BTRFS => "btrfs".to_owned(),
        lustre::MAGIC => "Lustre".to_owned(),
        other => format!("file system {other:#x}"),
    };
    Capabilities {
        kind: name,
        abilities: MountAbilities {
            rename_rule: if has_project_ids { rename_rule } else { RenameRule::NoProjects },
            source_flag_rule,
            may_retag: has_project_ids && is_at_home && (is_root || !is_lustre),
            retags_every_kind: is_lustre && lustre::retags_every_kind(),
            remakes_other_kinds: has_project_ids && matches!(kind, EXT4 | XFS),
        },
        renames_without_replacing: !is_lustre,
        names_durability: if is_lustre { NamesDurability::BarrierFile } else { NamesDurability::FolderSync },
        keeps_nanoseconds: !is_lustre,
        charges_settle_late: is_lustre,
    }
}

/// The rules of `mdd_rename_sanity_check`, by its source: 2.15 lets files go between projects and
/// charges them anew, 2.16 no longer asks the source folder's flag.
fn lustre_rules() -> (RenameRule, SourceFlagRule) {
    match lustre::client_release() {
        _ if lustre::has_refused_a_file() => (RenameRule::Refuses, SourceFlagRule::BlocksEverything),
        Some(2016..) => (RenameRule::RechargesFiles, SourceFlagRule::BlocksNothing),
        Some(2015) => (RenameRule::RechargesFiles, SourceFlagRule::BlocksFolders),
        _ => (RenameRule::Refuses, SourceFlagRule::BlocksEverything),
    }
}

/// The topmost folder of the mount that can be reached from a folder.
pub(super) fn top(folder: BorrowedFd<'_>) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let open = |folder: BorrowedFd<'_>, name| rustix::fs::openat(folder, name, flags, Mode::empty());
    let mut top = open(folder, c".")?;
    loop {
        let above = open(top.as_fd(), c"..")?;
        let (here, there) = (rustix::fs::fstat(&top)?, rustix::fs::fstat(&above)?);
        if there.st_dev != here.st_dev || there.st_ino == here.st_ino {
            return Ok(top);
        }
        top = above;
    }
}
