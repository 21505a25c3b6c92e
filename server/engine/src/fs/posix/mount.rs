//! What a real mount is called and what is known of its kind.
//!
//! Where releases of Lustre differ, what was tried on the mount counts, and before that the client's
//! own release as a guess. A server that refuses a rename nevertheless has changed, or was guessed
//! wrong: the move goes back, and the mount is tried again.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{LazyLock, Mutex, PoisonError};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use super::{lustre, quota};
use crate::fs::probe::Rules;
use crate::fs::{Capabilities, Knowledge, NamesDurability};

const EXT4: i64 = 0xef53;
const XFS: i64 = 0x5846_5342;
const TMPFS: i64 = 0x0102_1994;
const BTRFS: i64 = 0x9123_683e;

/// The capabilities of a mount by its `statfs` type and whether it has project IDs at all.
///
/// On ext4 and XFS the owner of an inode may retag it (recorded); whose the inodes are, the
/// survey finds. On Lustre only root may, unless `enable_chprojid_gid` says otherwise (recorded).
pub(super) fn capabilities(kind: i64, has_project_ids: bool, is_root: bool, known: Known) -> Capabilities {
    let is_lustre = kind == lustre::MAGIC;
    let tried = known.tried.filter(|_| is_lustre);
    // It answers when asked for IDs, and takes none.
    let has_project_ids = has_project_ids && kind != TMPFS;
    // The kernel lets nobody change project IDs from another one.
    let is_at_home = quota::is_first_user_namespace();
    let guessed = || lustre_rules(known.has_refused_a_file);
    let (rename_rule, source_flag_rule) = match tried.and_then(|tried| Some((tried.rename_rule?, tried.source_flag_rule))) {
        Some((rename_rule, Some(source_flag_rule))) => (rename_rule, source_flag_rule),
        Some((rename_rule, None)) => (rename_rule, source_flag_rule_beside(rename_rule, guessed())),
        None if is_lustre => guessed(),
        None => (RenameRule::Refuses, SourceFlagRule::BlocksNothing),
    };
    let source = match tried {
        _ if !is_lustre => Knowledge::OfItsKind,
        Some(Rules { rename_rule: Some(_), .. }) => Knowledge::Tried,
        _ => Knowledge::Guessed,
    };
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
            may_retag: has_project_ids && is_at_home && tried.map_or(is_root || !is_lustre, |tried| tried.may_retag),
            retags_every_kind: tried.map_or(is_lustre && lustre::retags_every_kind(), |tried| tried.retags_every_kind),
            remakes_other_kinds: has_project_ids && matches!(kind, EXT4 | XFS),
            renames_between_mdts: tried.and_then(|tried| tried.renames_between_mdts).unwrap_or(true),
        },
        renames_without_replacing: tried.map_or(!is_lustre, |tried| tried.renames_without_replacing),
        names_durability: if is_lustre { NamesDurability::BarrierFile } else { NamesDurability::FolderSync },
        keeps_nanoseconds: !is_lustre,
        charges_settle_late: is_lustre,
        syncs_each_file: !matches!(kind, EXT4 | XFS | BTRFS | TMPFS),
        has_layouts: is_lustre,
        source,
    }
}

/// Where `CAP_SYS_RESOURCE` lets what is written pass every limit (recorded: ext4 and Lustre, and not XFS).
pub(super) fn root_passes_limits(kind: i64) -> bool {
    matches!(kind, EXT4 | lustre::MAGIC)
}

/// What this process has learnt of a mount.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Known {
    pub(super) tried: Option<Rules>,
    /// A server has refused to rename a file into another project: it is older than this client.
    pub(super) has_refused_a_file: bool,
}

/// What was tried on which mount, by its device number, by whom.
static TRIED: LazyLock<Mutex<BTreeMap<(u64, u32), Rules>>> = LazyLock::new(Mutex::default);

/// The mounts, by device number, that have refused to rename a file into another project.
static REFUSERS: LazyLock<Mutex<BTreeSet<u64>>> = LazyLock::new(Mutex::default);

pub(super) fn known(device: u64, uid: u32) -> Known {
    let tried = TRIED.lock().unwrap_or_else(PoisonError::into_inner).get(&(device, uid)).copied();
    let has_refused_a_file = REFUSERS.lock().unwrap_or_else(PoisonError::into_inner).contains(&device);
    Known { tried, has_refused_a_file }
}

/// Believed until a rename is refused. An answer that leaves the rules open stands in no better one's way.
pub(super) fn remember(device: u64, uid: u32, rules: Rules) {
    let mut all = TRIED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all.entry((device, uid)).or_insert(rules);
    if rules.rename_rule.is_some() || known.rename_rule.is_none() {
        *known = Rules { renames_between_mdts: rules.renames_between_mdts.or(known.renames_between_mdts), ..rules };
    }
}

/// A rename was refused: whatever was believed is asked again.
pub(super) fn forget(device: u64) {
    TRIED.lock().unwrap_or_else(PoisonError::into_inner).retain(|(other, _), _| *other != device);
}

/// No file leaves its project by a rename here.
pub(super) fn remember_refusal(device: u64) {
    REFUSERS.lock().unwrap_or_else(PoisonError::into_inner).insert(device);
}

/// The rules of `mdd_rename_sanity_check`, by its source: 2.15 lets files go between projects and
/// charges them anew, 2.16 no longer asks the source folder's flag.
fn lustre_rules(has_refused_a_file: bool) -> (RenameRule, SourceFlagRule) {
    match lustre::client_release() {
        _ if has_refused_a_file => (RenameRule::Refuses, SourceFlagRule::BlocksEverything),
        Some(2016..) => (RenameRule::RechargesFiles, SourceFlagRule::BlocksNothing),
        Some(2015) => (RenameRule::RechargesFiles, SourceFlagRule::BlocksFolders),
        _ => (RenameRule::Refuses, SourceFlagRule::BlocksEverything),
    }
}

/// What to think of the source folder's flag where only the other rule was tried: servers that let files go
/// are 2.15 at least.
fn source_flag_rule_beside(tried: RenameRule, guessed: (RenameRule, SourceFlagRule)) -> SourceFlagRule {
    match tried {
        rule if rule == guessed.0 => guessed.1,
        RenameRule::RechargesFiles => SourceFlagRule::BlocksFolders,
        _ => SourceFlagRule::BlocksEverything,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::probe::Between;

    const OPEN: Rules = Rules {
        may_retag: false,
        retags_every_kind: true,
        renames_without_replacing: false,
        rename_rule: None,
        source_flag_rule: None,
        renames_between_mdts: Some(true),
    };
    const FULL: Rules = Rules {
        may_retag: true,
        rename_rule: Some(RenameRule::RechargesFiles),
        source_flag_rule: Some(SourceFlagRule::BlocksFolders),
        ..OPEN
    };

    #[test]
    fn what_was_tried_counts_and_the_rest_is_guessed() {
        let tried = |rules| Known { tried: Some(rules), ..Known::default() };
        let known = capabilities(lustre::MAGIC, true, true, tried(FULL));
        assert_eq!(known.source, Knowledge::Tried);
        let MountAbilities { rename_rule, source_flag_rule, may_retag, retags_every_kind, .. } = known.abilities;
        assert_eq!((rename_rule, source_flag_rule), (RenameRule::RechargesFiles, SourceFlagRule::BlocksFolders));
        assert!(retags_every_kind && may_retag == quota::is_first_user_namespace());
        assert!(known.abilities.renames_between_mdts);
        let apart = Rules { renames_between_mdts: Some(false), ..FULL };
        assert!(!capabilities(lustre::MAGIC, true, true, tried(apart)).abilities.renames_between_mdts);
        // Root whom the servers take for nobody.
        let guessed = capabilities(lustre::MAGIC, true, true, tried(OPEN));
        assert_eq!((guessed.source, guessed.abilities.may_retag), (Knowledge::Guessed, false));
        assert_eq!(capabilities(lustre::MAGIC, true, true, Known::default()).source, Knowledge::Guessed);
        // An ordinary user whose two folders have told what files may, and not what holds back folders.
        let files_go = Rules { rename_rule: Some(RenameRule::RechargesFiles), ..OPEN };
        let found = capabilities(lustre::MAGIC, true, false, tried(files_go));
        assert_eq!((found.source, found.abilities.rename_rule), (Knowledge::Tried, RenameRule::RechargesFiles));
        assert_ne!(found.abilities.source_flag_rule, SourceFlagRule::BlocksEverything);
        // Elsewhere nothing is tried.
        assert_eq!(capabilities(EXT4, true, true, tried(OPEN)), capabilities(EXT4, true, true, Known::default()));
        assert_eq!(capabilities(EXT4, true, true, Known::default()).source, Knowledge::OfItsKind);
        // A file system of another kind may be behind a network, and keep its errors for the file's own sync.
        let syncs = |kind| capabilities(kind, false, true, Known::default()).syncs_each_file;
        assert_eq!([EXT4, XFS, lustre::MAGIC, 0x6573_5546].map(syncs), [false, false, true, true]);
    }

    #[test]
    fn an_answer_stands_until_a_rename_is_refused() {
        let device = u64::MAX;
        remember(device, 0, FULL);
        remember(device, 0, OPEN);
        assert_eq!((known(device, 0).tried, known(device, 1000).tried), (Some(FULL), None));
        forget(device);
        assert_eq!(known(device, 0).tried, None);
    }

    #[test]
    fn what_two_folders_told_is_kept_when_the_rest_is_tried_again() {
        let device = u64::MAX - 3;
        let open = Rules { renames_between_mdts: None, ..OPEN };
        remember(device, 1000, open);
        let told = Between { renames_between_mdts: Some(false), ..Between::default() };
        remember(device, 1000, open.and(told));
        remember(device, 1000, open);
        assert_eq!(known(device, 1000).tried, Some(open.and(told)));
        let told = Between { rename_rule: Some(RenameRule::RechargesFiles), ..Between::default() };
        remember(device, 1000, open.and(told));
        remember(device, 1000, open);
        let expected = Rules { renames_between_mdts: Some(false), ..open.and(told) };
        assert_eq!(known(device, 1000).tried, Some(expected));
    }

    #[test]
    fn one_old_server_says_nothing_of_another_mount() {
        let (old, new) = (u64::MAX - 1, u64::MAX - 2);
        remember_refusal(old);
        assert!(known(old, 1000).has_refused_a_file && !known(new, 1000).has_refused_a_file);
        let rule = |device| capabilities(lustre::MAGIC, true, false, known(device, 1000)).abilities.rename_rule;
        assert_eq!(rule(old), RenameRule::Refuses);
        assert_eq!(rule(new), lustre_rules(false).0);
    }
}
