//! The choice of the cheapest safe way to move one item.
//!
//! It is made from what the mount was found able to do, never from a device number and
//! never from a version alone. The browser runs it while a person drags, with what the
//! listing told; the planner runs it again with what the survey found.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::project::ProjectTag;

/// How an item is moved, from the cheapest to the dearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// One rename; the charge stays, or the file system changes it in the same step.
    Rename,
    /// Every inode gets the destination's project ID in place; then one rename.
    RetagAndRename,
    /// The same through a hidden folder without the inherit flag (Lustre 2.10 to 2.15).
    RetagWithHop,
    /// Folders made anew in hiding, every other entry renamed into them; then one rename.
    PiecewiseRename,
    /// A complete copy grows in hiding; then one rename, and the source is retired.
    StagedCopy,
    /// Project IDs are changed in place, and nothing moves.
    Retag,
}

impl Strategy {
    /// Whether the data itself is copied.
    pub fn copies_data(self) -> bool {
        self == Self::StagedCopy
    }

    /// The strategy's name as in the glossary.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::RetagAndRename => "retag and rename",
            Self::RetagWithHop => "retag with a hop",
            Self::PiecewiseRename => "piecewise rename",
            Self::StagedCopy => "staged copy",
            Self::Retag => "retag",
        }
    }
}

/// Why the planner chose a strategy; [`fmt::Display`] gives the one sentence people read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StrategyReason {
    SameCharge,
    NoProjects,
    RenameRecharges,
    MayRetag,
    /// The source folder's flag is passed by way of a folder without it.
    HopPassesFlag,
    /// Only an administrator changes project IDs, but each rename of a file does too.
    RenamesRecharge,
    OtherFileSystem,
    /// And its servers refuse renames from one to another.
    OtherMetadataServer,
    MayNotRetag,
    SourceFolderBlocks,
    KindCannotBeRetagged,
    /// What cannot be retagged is made anew in the retagged folders.
    RemakesOtherKinds,
    /// A copy was asked for.
    CopyWanted,
    /// It is to go to the trash.
    Trashed,
    /// It is to be charged to its own project again.
    Repaired,
}

impl fmt::Display for StrategyReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::SameCharge => "Nothing about the charge changes, so one rename does it.",
            Self::NoProjects => "This file system has no projects, so one rename does it.",
            Self::RenameRecharges => "This file system charges the destination in the same rename.",
            Self::MayRetag => "The project ID is changed in place, then one rename moves it: no byte is copied.",
            Self::HopPassesFlag => {
                "The project ID is changed in place, then two renames move it past a folder's inherit flag, as an undo would: no byte is copied."
            }
            Self::RenamesRecharge => {
                "Here each file is charged to its new project as it is renamed, so only the folders are made anew: no byte is copied."
            }
            Self::OtherFileSystem => "The destination is on another file system, so the data must be copied.",
            Self::OtherMetadataServer => {
                "The destination is on another metadata server, and renames between servers are switched off here, so the data must be copied."
            }
            Self::MayNotRetag => "Project IDs here can only be changed by an administrator, so the data must be copied.",
            Self::SourceFolderBlocks => {
                "The inherit flag blocks the rename or its undo here, so the data must be copied."
            }
            Self::KindCannotBeRetagged => {
                "This file system cannot change the project ID of symbolic links and special files, so the data must be copied."
            }
            Self::RemakesOtherKinds => {
                "The project ID is changed in place, and symbolic links and pipes, which cannot change theirs, are made anew: no byte is copied."
            }
            Self::CopyWanted => "The original stays, so the data is copied.",
            Self::Repaired => "Only project IDs and inherit flags change, in place: nothing moves and no byte is copied.",
            Self::Trashed => "It is hidden where it is by one rename, and comes back by another.",
        })
    }
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    File,
    Folder,
    SymbolicLink,
    Fifo,
    Socket,
    CharacterDevice,
    BlockDevice,
}

/// What a rename into a folder of another project does on a mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenameRule {
    /// There are no project IDs to compare.
    NoProjects,
    /// `EXDEV` for every kind of entry where the destination has the inherit flag
    /// (ext4, XFS, Lustre before 2.15).
    Refuses,
    /// `EXDEV` for folders; everything else is charged to the destination (Lustre 2.15 and later).
    RechargesFiles,
}

/// Whom the *source* folder's inherit flag keeps from leaving for another project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceFlagRule {
    /// Nobody: ext4, XFS, Lustre 2.16 and later.
    BlocksNothing,
    /// Folders: Lustre 2.15.
    BlocksFolders,
    /// Everything: Lustre 2.10 to 2.14.
    BlocksEverything,
}

/// What a mount lets this caller do; probed once per mount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountAbilities {
    pub rename_rule: RenameRule,
    pub source_flag_rule: SourceFlagRule,
    /// The caller may change project IDs of files and folders here.
    pub may_retag: bool,
    /// Symbolic links, fifos, sockets and devices can be retagged too (Lustre 2.15 and later).
    pub retags_every_kind: bool,
    /// What cannot be retagged can be made anew: a new entry of any kind is charged as its folder
    /// says, and two names can be exchanged in one step (ext4, XFS).
    #[serde(default)]
    pub remakes_other_kinds: bool,
    /// Its metadata servers let renames go from one to another (Lustre: `mdt.*.enable_remote_rename`).
    #[serde(default = "yes")]
    pub renames_between_mdts: bool,
}

fn yes() -> bool {
    true
}

/// Everything that the choice depends on.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    pub same_file_system: bool,
    /// The item, or the folder that it leaves, is on another MDT than the folder that it enters.
    pub between_mdts: bool,
    pub abilities: MountAbilities,
    pub kind: EntryKind,
    /// The item's own tag.
    pub item: ProjectTag,
    /// The tag of the folder that it leaves.
    pub source_folder: ProjectTag,
    /// The tag of the folder that it enters.
    pub destination_folder: ProjectTag,
    /// Every inode of the tree already carries the destination's project ID (and every
    /// folder its inherit flag). For a single file: its own does.
    pub already_charged_there: bool,
    /// The tree holds something other than files and folders.
    pub holds_other_kinds: bool,
    /// The caller may make each of those anew, and nothing of it would be lost.
    pub may_remake_other_kinds: bool,
    /// The caller may change every folder of the tree, and every entry is charged as its top is:
    /// entries can leave one by one, and come back to the same charge.
    pub may_empty_folders: bool,
}

/// The cheapest safe strategy and why.
///
/// The rules per Lustre release are those of `mdd_rename_sanity_check`, as recorded in
/// `server/engine/tests/semantics`.
pub fn choose(choice: &Choice) -> (Strategy, StrategyReason) {
    let Choice { abilities, destination_folder, .. } = choice;
    if !choice.same_file_system {
        return (Strategy::StagedCopy, StrategyReason::OtherFileSystem);
    }
    if choice.between_mdts && !abilities.renames_between_mdts {
        return (Strategy::StagedCopy, StrategyReason::OtherMetadataServer);
    }
    if abilities.rename_rule == RenameRule::NoProjects {
        return (Strategy::Rename, StrategyReason::NoProjects);
    }
    let remakes = choice.holds_other_kinds && !abilities.retags_every_kind;
    // An item that is such an entry itself is a copy that costs nothing.
    let may_remake = abilities.remakes_other_kinds && choice.may_remake_other_kinds && choice.kind == EntryKind::Folder;
    let may_retag_tree = abilities.may_retag && (may_remake || !remakes);
    if source_folder_blocks(choice) || way_back_is_blocked(choice) {
        return if may_retag_tree {
            (Strategy::RetagWithHop, StrategyReason::HopPassesFlag)
        } else if files_leave_one_by_one(choice) {
            (Strategy::PiecewiseRename, StrategyReason::RenamesRecharge)
        } else {
            (Strategy::StagedCopy, StrategyReason::SourceFolderBlocks)
        };
    }
    if choice.already_charged_there {
        return (Strategy::Rename, StrategyReason::SameCharge);
    }
    // A symbolic link that a rename takes to another MDT becomes a new inode there and keeps
    // its old charge (recorded), so a rename alone is not trusted to recharge one.
    let recharged_by_rename = abilities.rename_rule == RenameRule::RechargesFiles
        && destination_folder.inherit
        && !matches!(choice.kind, EntryKind::Folder | EntryKind::SymbolicLink);
    if recharged_by_rename {
        return (Strategy::Rename, StrategyReason::RenameRecharges);
    }
    if may_retag_tree {
        let reason = if remakes { StrategyReason::RemakesOtherKinds } else { StrategyReason::MayRetag };
        return (Strategy::RetagAndRename, reason);
    }
    if files_leave_one_by_one(choice) {
        return (Strategy::PiecewiseRename, StrategyReason::RenamesRecharge);
    }
    let reason = if abilities.may_retag { StrategyReason::KindCannotBeRetagged } else { StrategyReason::MayNotRetag };
    (Strategy::StagedCopy, reason)
}

/// Whether a folder can move by renaming what is in it, entry by entry, into new folders. The
/// flag on the item itself is what charges everything back should the move be undone.
fn files_leave_one_by_one(choice: &Choice) -> bool {
    choice.abilities.rename_rule == RenameRule::RechargesFiles
        && choice.kind == EntryKind::Folder
        && choice.destination_folder.inherit
        && choice.item.inherit
        && choice.may_empty_folders
}

fn source_folder_blocks(choice: &Choice) -> bool {
    holds_back(choice, choice.source_folder, choice.destination_folder)
}

/// Whether a folder's flag keeps the item from leaving it for another.
fn holds_back(choice: &Choice, left: ProjectTag, entered: ProjectTag) -> bool {
    let leaves_its_project = left.inherit && left.id != entered.id;
    leaves_its_project
        && match choice.abilities.source_flag_rule {
            SourceFlagRule::BlocksNothing => false,
            SourceFlagRule::BlocksFolders => choice.kind == EntryKind::Folder,
            SourceFlagRule::BlocksEverything => true,
        }
}

/// Whether what a rename brought there could not be renamed back: the destination's flag holds it,
/// or its own old folder takes nothing with the project ID that it has, and the caller may not
/// change that.
fn way_back_is_blocked(choice: &Choice) -> bool {
    let Choice { abilities, source_folder, destination_folder, .. } = choice;
    // A symbolic link comes back by `link`, which is compared like a folder's rename.
    let is_compared =
        abilities.rename_rule == RenameRule::Refuses || matches!(choice.kind, EntryKind::Folder | EntryKind::SymbolicLink);
    let is_not_let_in = source_folder.inherit && source_folder.id != destination_folder.id && is_compared;
    holds_back(choice, *destination_folder, *source_folder)
        || (choice.already_charged_there && is_not_let_in && !abilities.may_retag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProjectId;

    const ROOT_ON_LUSTRE_2_17: MountAbilities = MountAbilities {
        rename_rule: RenameRule::RechargesFiles,
        source_flag_rule: SourceFlagRule::BlocksNothing,
        may_retag: true,
        retags_every_kind: true,
        remakes_other_kinds: false,
        renames_between_mdts: true,
    };

    fn between_projects(abilities: MountAbilities, kind: EntryKind) -> Choice {
        let tag = |id| ProjectTag { id: ProjectId(id), inherit: true };
        Choice {
            same_file_system: true,
            between_mdts: false,
            abilities,
            kind,
            item: tag(1001),
            source_folder: tag(1001),
            destination_folder: tag(1002),
            already_charged_there: false,
            holds_other_kinds: kind != EntryKind::File && kind != EntryKind::Folder,
            may_remake_other_kinds: true,
            may_empty_folders: true,
        }
    }

    #[test]
    fn the_cheapest_strategy_that_the_mount_allows_is_chosen() {
        let root = ROOT_ON_LUSTRE_2_17;
        let user = MountAbilities { may_retag: false, ..root };
        let before_2_16 = MountAbilities { source_flag_rule: SourceFlagRule::BlocksFolders, ..root };
        let user_before_2_16 = MountAbilities { may_retag: false, ..before_2_16 };
        let ext4 = MountAbilities { rename_rule: RenameRule::Refuses, retags_every_kind: false, remakes_other_kinds: true, ..root };
        let plain = MountAbilities { rename_rule: RenameRule::NoProjects, may_retag: false, ..ext4 };
        for (abilities, kind, expected) in [
            (root, EntryKind::Folder, Strategy::RetagAndRename),
            (root, EntryKind::File, Strategy::Rename),
            (root, EntryKind::SymbolicLink, Strategy::RetagAndRename),
            (user, EntryKind::Folder, Strategy::PiecewiseRename),
            (user, EntryKind::File, Strategy::Rename),
            (user, EntryKind::SymbolicLink, Strategy::StagedCopy),
            (before_2_16, EntryKind::Folder, Strategy::RetagWithHop),
            (user_before_2_16, EntryKind::Folder, Strategy::PiecewiseRename),
            (before_2_16, EntryKind::File, Strategy::Rename),
            (ext4, EntryKind::Folder, Strategy::RetagAndRename),
            (ext4, EntryKind::File, Strategy::RetagAndRename),
            (ext4, EntryKind::Fifo, Strategy::StagedCopy),
            (plain, EntryKind::Folder, Strategy::Rename),
        ] {
            let (strategy, _) = choose(&between_projects(abilities, kind));
            assert_eq!(strategy, expected, "{abilities:?} {kind:?}");
        }
    }

    #[test]
    fn where_names_do_not_go_between_mdts_the_data_does() {
        let apart = MountAbilities { renames_between_mdts: false, ..ROOT_ON_LUSTRE_2_17 };
        for (abilities, between_mdts, expected) in [
            (apart, true, Strategy::StagedCopy),
            (apart, false, Strategy::RetagAndRename),
            (ROOT_ON_LUSTRE_2_17, true, Strategy::RetagAndRename),
        ] {
            let choice = Choice { between_mdts, ..between_projects(abilities, EntryKind::Folder) };
            assert_eq!(choose(&choice).0, expected, "{abilities:?} {between_mdts}");
        }
    }

    #[test]
    fn what_cannot_be_retagged_is_made_anew_where_nothing_of_it_is_lost() {
        let ext4 = MountAbilities {
            rename_rule: RenameRule::Refuses,
            retags_every_kind: false,
            remakes_other_kinds: true,
            ..ROOT_ON_LUSTRE_2_17
        };
        let retag = (Strategy::RetagAndRename, StrategyReason::RemakesOtherKinds);
        let copy = (Strategy::StagedCopy, StrategyReason::KindCannotBeRetagged);
        let before_2_15 = MountAbilities { remakes_other_kinds: false, ..ext4 };
        for (abilities, may_remake_other_kinds, expected) in [(ext4, true, retag), (ext4, false, copy), (before_2_15, true, copy)] {
            let mut choice = between_projects(abilities, EntryKind::Folder);
            (choice.holds_other_kinds, choice.may_remake_other_kinds) = (true, may_remake_other_kinds);
            assert_eq!(choose(&choice), expected);
        }
    }

    #[test]
    fn a_file_is_not_left_charged_to_its_old_project_in_a_folder_without_the_flag() {
        let mut choice = between_projects(ROOT_ON_LUSTRE_2_17, EntryKind::File);
        choice.destination_folder.inherit = false;
        assert_eq!(choose(&choice).0, Strategy::RetagAndRename);
    }

    #[test]
    fn a_folder_that_cannot_be_emptied_or_charged_back_is_copied() {
        let user = MountAbilities { may_retag: false, ..ROOT_ON_LUSTRE_2_17 };
        let mut choice = between_projects(user, EntryKind::Folder);
        choice.may_empty_folders = false;
        assert_eq!(choose(&choice), (Strategy::StagedCopy, StrategyReason::MayNotRetag));
        choice = between_projects(user, EntryKind::Folder);
        choice.item.inherit = false;
        assert_eq!(choose(&choice).0, Strategy::StagedCopy);
    }

    #[test]
    fn where_the_destinations_flag_blocks_the_way_back_it_is_foreseen() {
        let blocks = MountAbilities { source_flag_rule: SourceFlagRule::BlocksFolders, ..ROOT_ON_LUSTRE_2_17 };
        for (may_retag, expected) in [(true, Strategy::RetagWithHop), (false, Strategy::PiecewiseRename)] {
            let mut choice = between_projects(MountAbilities { may_retag, ..blocks }, EntryKind::Folder);
            choice.source_folder.inherit = false;
            assert_eq!(choose(&choice).0, expected);
        }
        let user = MountAbilities { may_retag: false, ..ROOT_ON_LUSTRE_2_17 };
        let mut drifted = between_projects(user, EntryKind::Folder);
        (drifted.already_charged_there, drifted.may_empty_folders) = (true, false);
        assert_eq!(choose(&drifted).0, Strategy::StagedCopy, "its own folder would not take it back");
        drifted.abilities.may_retag = true;
        assert_eq!(choose(&drifted).0, Strategy::Rename);
    }

    #[test]
    fn another_file_system_always_means_a_copy() {
        let mut choice = between_projects(ROOT_ON_LUSTRE_2_17, EntryKind::File);
        choice.same_file_system = false;
        assert_eq!(choose(&choice), (Strategy::StagedCopy, StrategyReason::OtherFileSystem));
    }
}
