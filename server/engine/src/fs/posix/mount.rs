//! What a real mount is called and what is known of its kind.
//!
//! Only what holds for every release of a kind is said here; where releases differ the
//! careful answer is given, so a move may copy where it could have renamed, never lose.

use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use crate::fs::{Capabilities, NamesDurability};

const EXT4: i64 = 0xef53;
const XFS: i64 = 0x5846_5342;
const TMPFS: i64 = 0x0102_1994;
const BTRFS: i64 = 0x9123_683e;
const LUSTRE: i64 = 0x0bd0_0bd0;

/// The capabilities of a mount by its `statfs` type and whether it has project IDs at all.
///
/// On ext4 and XFS the owner of an inode may retag it (recorded); whose the inodes are, the
/// survey finds. On Lustre only root may, unless `enable_chprojid_gid` says otherwise (recorded).
pub(super) fn capabilities(kind: i64, has_project_ids: bool, is_root: bool) -> Capabilities {
    let is_lustre = kind == LUSTRE;
    let name = match kind {
        EXT4 => "ext4".to_owned(),
        XFS => "XFS".to_owned(),
        TMPFS => "tmpfs".to_owned(),
        BTRFS => "btrfs".to_owned(),
        LUSTRE => "Lustre".to_owned(),
        other => format!("file system {other:#x}"),
    };
    Capabilities {
        kind: name,
        abilities: MountAbilities {
            rename_rule: if has_project_ids { RenameRule::Refuses } else { RenameRule::NoProjects },
            source_flag_rule: if is_lustre { SourceFlagRule::BlocksEverything } else { SourceFlagRule::BlocksNothing },
            may_retag: has_project_ids && (is_root || !is_lustre),
            retags_every_kind: false,
        },
        renames_without_replacing: !is_lustre,
        names_durability: if is_lustre { NamesDurability::BarrierFile } else { NamesDurability::FolderSync },
        keeps_nanoseconds: !is_lustre,
    }
}
