//! What a count of entries and the file system's own count say together: pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::{Amount, Bounds, Limits};

/// Bytes that are counted otherwise by less than this are no finding: preallocation, blocks of the
/// MDTs, and what is still on its way to the disks.
const TOLERATED_BYTES: u64 = 1 << 20;
/// And less than one in so many.
const TOLERATED_PART: u64 = 100;

/// Some of the entries that are wrong in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stray {
    pub entries: u64,
    /// What they are charged, each inode once.
    pub amount: Amount,
    /// The first by name.
    pub examples: Vec<FilePath>,
}

/// What a walk below a project's folder has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recount {
    pub entries: u64,
    /// Charged to the folder's project, each inode once.
    pub own: Amount,
    /// Nobody is told whom these are charged to: symbolic links and special files on ext4 and XFS.
    pub untold: Amount,
    /// The parts of striped folders, which may be counted as inodes of their own.
    pub parts: u64,
    /// Charged to other projects, by project.
    pub others: BTreeMap<ProjectId, Stray>,
    /// Charged to still other projects, when there are too many to be told apart.
    pub further: Stray,
    /// Folders of the project whose new entries are charged to nobody.
    pub uninherited: Stray,
    /// Folders that could not be read.
    pub unread: u64,
}

/// The file system's own count, before the walk and after it; it counts on meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings {
    pub before: Amount,
    pub after: Amount,
    pub limits: Limits,
}

/// Bytes or inodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quantity {
    Bytes,
    Inodes,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// Tag drift: entries below the folder are charged to another project; none if to several that
    /// are not told apart.
    ChargedElsewhere { to: Option<ProjectId>, stray: Stray },
    /// Tag drift: folders without the inherit flag.
    NotInherited(Stray),
    /// Accounting drift, or entries of the project outside of its folder.
    OtherInodes { charged: u64, counted: u64 },
    /// Object drift: the inodes agree, their bytes do not.
    OtherBytes { charged: u64, counted: u64 },
    /// More is used than may be.
    OverLimit { of: Quantity, used: u64, limit: u64, is_hard: bool },
}

/// Everything that is not as it should be. Without readings nothing is said of counts and limits;
/// `is_whole` if the folder is all of its project.
pub fn compare(recount: &Recount, readings: Option<&Readings>, is_whole: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let elsewhere = recount.others.iter().map(|(project, stray)| (Some(*project), stray));
    let further = Some((None, &recount.further)).filter(|(_, stray)| stray.entries > 0);
    findings.extend(elsewhere.chain(further).map(|(to, stray)| Finding::ChargedElsewhere { to, stray: stray.clone() }));
    if recount.uninherited.entries > 0 {
        findings.push(Finding::NotInherited(recount.uninherited.clone()));
    }
    let Some(readings) = readings else { return findings };
    // What was not read may hold any number of entries.
    if is_whole && recount.unread == 0 {
        findings.extend(other_count(recount, readings));
    }
    findings.extend(over_limit(Quantity::Bytes, readings.after.bytes, readings.limits.bytes));
    findings.extend(over_limit(Quantity::Inodes, readings.after.inodes, readings.limits.inodes));
    findings
}

fn other_count(recount: &Recount, readings: &Readings) -> Option<Finding> {
    let least = recount.own;
    let most = Amount { inodes: recount.parts, ..Amount::ZERO } + least + recount.untold;
    let (before, after) = (readings.before, readings.after);
    let charged = (before.inodes.min(after.inodes), before.inodes.max(after.inodes));
    if charged.1 < least.inodes || charged.0 > most.inodes {
        let counted = if charged.1 < least.inodes { least.inodes } else { most.inodes };
        return Some(Finding::OtherInodes { charged: after.inodes, counted });
    }
    let charged = (before.bytes.min(after.bytes), before.bytes.max(after.bytes));
    let tolerated = |counted: u64| TOLERATED_BYTES.max(counted / TOLERATED_PART);
    let is_less = charged.1.saturating_add(tolerated(least.bytes)) < least.bytes;
    let is_more = charged.0 > most.bytes.saturating_add(tolerated(most.bytes));
    let counted = if is_less { least.bytes } else { most.bytes };
    (is_less || is_more).then_some(Finding::OtherBytes { charged: after.bytes, counted })
}

/// The hard limit if both are exceeded.
fn over_limit(of: Quantity, used: u64, bounds: Bounds) -> Option<Finding> {
    let exceeded = |limit: Option<u64>, is_hard| {
        limit.filter(|limit| used > *limit).map(|limit| Finding::OverLimit { of, used, limit, is_hard })
    };
    exceeded(bounds.hard, true).or_else(|| exceeded(bounds.soft, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn amount(mib: u64, inodes: u64) -> Amount {
        Amount { bytes: mib * MIB, inodes }
    }

    fn counted(own: Amount) -> Recount {
        Recount { entries: own.inodes, own, ..Recount::default() }
    }

    fn readings(before: Amount, after: Amount) -> Readings {
        Readings { before, after, limits: Limits::default() }
    }

    #[test]
    fn what_agrees_is_no_finding_and_bytes_need_not_agree_to_the_last() {
        for charged in [amount(1000, 50), amount(1009, 50), amount(991, 50)] {
            assert_eq!(compare(&counted(amount(1000, 50)), Some(&readings(charged, charged)), true), []);
        }
        assert_eq!(compare(&counted(amount(1, 5)), Some(&readings(amount(2, 5), amount(2, 5))), true), [], "one MiB is tolerated");
    }

    #[test]
    fn inodes_are_exact_and_tell_another_story_than_bytes() {
        for (charged, finding) in [
            (amount(1000, 51), Finding::OtherInodes { charged: 51, counted: 50 }),
            (amount(1000, 49), Finding::OtherInodes { charged: 49, counted: 50 }),
            (amount(2000, 50), Finding::OtherBytes { charged: 2000 * MIB, counted: 1000 * MIB }),
            (amount(500, 50), Finding::OtherBytes { charged: 500 * MIB, counted: 1000 * MIB }),
        ] {
            assert_eq!(compare(&counted(amount(1000, 50)), Some(&readings(charged, charged)), true), [finding]);
        }
    }

    #[test]
    fn what_changed_during_the_walk_may_have_been_counted_or_not() {
        let recount = counted(amount(1000, 50));
        assert_eq!(compare(&recount, Some(&readings(amount(900, 45), amount(1100, 55))), true), []);
        assert_eq!(compare(&recount, Some(&readings(amount(1100, 51), amount(1200, 60))), true).len(), 1, "not as far as that");
    }

    #[test]
    fn entries_that_hide_their_project_may_be_anybodys_and_parts_of_folders_may_count() {
        let recount = Recount { untold: amount(0, 3), parts: 2, ..counted(amount(10, 50)) };
        for inodes in [50, 53, 55] {
            assert_eq!(compare(&recount, Some(&readings(amount(10, inodes), amount(10, inodes))), true), [], "{inodes}");
        }
        for inodes in [49, 56] {
            assert_eq!(compare(&recount, Some(&readings(amount(10, inodes), amount(10, inodes))), true).len(), 1, "{inodes}");
        }
    }

    #[test]
    fn a_part_of_a_project_or_one_that_could_not_be_read_is_not_compared() {
        let other = readings(amount(10, 9), amount(10, 9));
        assert_eq!(compare(&counted(amount(10, 50)), Some(&other), false), []);
        assert_eq!(compare(&Recount { unread: 1, ..counted(amount(10, 50)) }, Some(&other), true), []);
        assert_eq!(compare(&counted(amount(10, 50)), None, true), []);
    }

    #[test]
    fn the_hard_limit_is_told_where_both_are_exceeded() {
        let bounds = |soft, hard| Bounds { soft: Some(soft), hard: Some(hard) };
        let limits = Limits { bytes: bounds(5 * MIB, 9 * MIB), inodes: bounds(40, 50) };
        let found = compare(&counted(amount(10, 50)), Some(&Readings { limits, ..readings(amount(10, 50), amount(10, 50)) }), true);
        let bytes = Finding::OverLimit { of: Quantity::Bytes, used: 10 * MIB, limit: 9 * MIB, is_hard: true };
        let inodes = Finding::OverLimit { of: Quantity::Inodes, used: 50, limit: 40, is_hard: false };
        assert_eq!(found, [bytes, inodes], "a hard limit that is reached is not exceeded");
    }
}
