//! What each file system and release decides, as pure functions.
//!
//! Lustre 2.17, ext4 and XFS are as recorded from running kernels; 2.15 and 2.12 as read in
//! their source (`mdd_rename_sanity_check`, `mdd_link`, `mdd_fix_attr`). The contract suite
//! checks each rule against the recordings.

use serde::{Deserialize, Serialize};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::{EntryKind, MountAbilities, RenameRule, SourceFlagRule};

use crate::fs::{Errno, NamesDurability};

/// Which file system a simulated mount behaves like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Personality {
    /// `EXDEV` for every kind, for whoever leaves or enters a project.
    Lustre2_12,
    /// `EXDEV` for folders only; other kinds are recharged.
    Lustre2_15,
    /// As 2.15, and the source folder's flag no longer matters.
    Lustre2_17,
    Ext4,
    Xfs,
    /// Without project IDs, as tmpfs.
    Plain,
}

/// What decides about a rename or link of one inode.
#[derive(Clone, Copy, Debug)]
pub(super) struct Crossing {
    pub(super) kind: EntryKind,
    pub(super) item: ProjectTag,
    pub(super) source_folder: ProjectTag,
    pub(super) destination_folder: ProjectTag,
}

impl Personality {
    pub fn is_lustre(self) -> bool {
        matches!(self, Self::Lustre2_12 | Self::Lustre2_15 | Self::Lustre2_17)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Lustre2_12 | Self::Lustre2_15 | Self::Lustre2_17 => "Lustre",
            Self::Ext4 => "ext4",
            Self::Xfs => "XFS",
            Self::Plain => "tmpfs",
        }
    }

    pub(super) fn has_projects(self) -> bool {
        self != Self::Plain
    }

    pub(super) fn abilities(self, may_retag: bool) -> MountAbilities {
        MountAbilities {
            rename_rule: match self {
                Self::Plain => RenameRule::NoProjects,
                Self::Lustre2_12 | Self::Ext4 | Self::Xfs => RenameRule::Refuses,
                Self::Lustre2_15 | Self::Lustre2_17 => RenameRule::RechargesFiles,
            },
            source_flag_rule: match self {
                Self::Lustre2_12 => SourceFlagRule::BlocksEverything,
                Self::Lustre2_15 => SourceFlagRule::BlocksFolders,
                Self::Lustre2_17 | Self::Ext4 | Self::Xfs | Self::Plain => SourceFlagRule::BlocksNothing,
            },
            may_retag,
            retags_every_kind: matches!(self, Self::Lustre2_15 | Self::Lustre2_17),
            remakes_other_kinds: matches!(self, Self::Ext4 | Self::Xfs),
            renames_between_mdts: true,
        }
    }

    pub(super) fn names_durability(self) -> NamesDurability {
        if self.is_lustre() { NamesDurability::BarrierFile } else { NamesDurability::FolderSync }
    }

    /// Whether a rename is `EXDEV` because of project IDs.
    pub(super) fn rename_is_refused(self, crossing: &Crossing) -> bool {
        let Crossing { item, source_folder, destination_folder, .. } = crossing;
        let enters = destination_folder.inherit && destination_folder.id != item.id;
        let leaves = source_folder.inherit && source_folder.id != destination_folder.id;
        match self {
            Self::Plain => false,
            Self::Ext4 | Self::Xfs => enters,
            Self::Lustre2_12 => enters || leaves,
            Self::Lustre2_15 => crossing.kind == EntryKind::Folder && (enters || leaves),
            Self::Lustre2_17 => crossing.kind == EntryKind::Folder && enters,
        }
    }

    /// The tag after an accepted rename: Lustre from 2.15 on charges non-folders anew.
    pub(super) fn tag_after_rename(self, crossing: &Crossing) -> ProjectTag {
        let recharges = matches!(self, Self::Lustre2_15 | Self::Lustre2_17)
            && crossing.destination_folder.inherit
            && crossing.kind != EntryKind::Folder;
        if recharges { ProjectTag { id: crossing.destination_folder.id, ..crossing.item } } else { crossing.item }
    }

    /// Whether a hard link is `EXDEV`: the same test on every system and release.
    pub(super) fn link_is_refused(self, crossing: &Crossing) -> bool {
        self.has_projects() && crossing.destination_folder.inherit && crossing.destination_folder.id != crossing.item.id
    }

    /// Whether the caller may change an inode's tag. On Lustre root only, unless the site
    /// lets owners like this one ([`Retaggers`](super::Retaggers)).
    pub(super) fn may_retag(self, is_root: bool, is_owner: bool, owners_may: bool) -> bool {
        match self {
            Self::Plain => false,
            // Before 2.12.4 owners could; the later releases of that line are meant here.
            Self::Lustre2_12 | Self::Lustre2_15 | Self::Lustre2_17 => is_root || (owners_may && is_owner),
            Self::Ext4 | Self::Xfs => is_root || is_owner,
        }
    }

    /// What a rename over a folder with entries answers (recorded).
    pub(super) fn errno_of_full_folder(self) -> Errno {
        if self == Self::Xfs { Errno::EXIST } else { Errno::NOTEMPTY }
    }

    /// Whether an immutable inode keeps its tag even from root; on XFS it does not (recorded).
    pub(super) fn frozen_keeps_tag(self) -> bool {
        self != Self::Xfs
    }

    /// Whether changing a tag takes setuid and setgid bits away (recorded).
    pub(super) fn retag_takes_set_id(self, is_root: bool) -> bool {
        self == Self::Xfs && !is_root
    }

    /// The tag that is stored when `tag` is set: the inherit flag of anything but a folder is
    /// kept by Lustre, dropped by XFS and refused by ext4 (recorded).
    pub(super) fn stored_tag(self, tag: ProjectTag, kind: EntryKind) -> Result<ProjectTag, Errno> {
        match self {
            _ if kind == EntryKind::Folder || !tag.inherit => Ok(tag),
            Self::Ext4 => Err(Errno::OPNOTSUPP),
            Self::Xfs => Ok(ProjectTag { inherit: false, ..tag }),
            _ => Ok(tag),
        }
    }

    /// Whether a retag is held to the new project's limit. Lustre never does.
    pub(super) fn retag_is_limited(self, is_root: bool) -> bool {
        matches!(self, Self::Ext4 | Self::Xfs) && !is_root
    }

    /// Whether writing and creating is held to the limit. XFS holds root to it too.
    pub(crate) fn use_is_limited(self, is_root: bool) -> bool {
        self.has_projects() && (!is_root || self == Self::Xfs)
    }
}
