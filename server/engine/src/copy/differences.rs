//! Telling how a copy differs from its source.
//!
//! An entry counts as the same while kind, size, times, mode and owner agree and the source's
//! change time lies before copying began: that nobody can set, and a rename to this name moves it too.
//! Below a folder that another one may have taken the name of, all is copied again. On Lustre times have
//! whole seconds, so what changed within two seconds of the beginning is copied again, and what is
//! copied again is compared by the version of its content, where the file system keeps one.

use std::collections::{BTreeSet, HashMap};

use parking_lot::Mutex;
use tidelock_shared::strategy::EntryKind;

use super::tree::CopyResult;
use crate::fs::walk::look;
use crate::fs::{At, File, FileSystem, Folder, FsResult, Status};
use crate::planner::plan::Loss;

/// Seconds before the beginning of a copy in which a change still counts as possibly missed.
const DOUBT_SECONDS: i64 = 2;

/// What is compared, and from when on a change time means a change.
pub(crate) struct Differences<'a> {
    pub(crate) losses: &'a BTreeSet<Loss>,
    /// None compares attributes alone.
    pub(crate) copied_since: Option<i64>,
    /// On the copy's clock: what was finished in the copy later may not be whole. None trusts all.
    pub(crate) durable_until: Option<i64>,
    /// Of what is copied from now on, to be compared by the next look. None compares by times alone.
    pub(crate) versions: Option<&'a Versions>,
    /// Files that look the same are read and compared byte by byte.
    pub(crate) compares_content: bool,
}

/// The data versions that files of the source had right before they were copied, by inode: a write in
/// the very second of the copy changes neither size nor time, and this alone tells of it.
#[derive(Debug, Default)]
pub(crate) struct Versions(Mutex<HashMap<u64, u64>>);

impl Versions {
    /// Remembers the version of a file whose content is about to be read.
    pub(super) fn remember(&self, fs: &dyn FileSystem, inode: u64, file: &File) -> FsResult<()> {
        let version = fs.data_version(file)?;
        let mut known = self.0.lock();
        match version {
            Some(version) => known.insert(inode, version),
            None => known.remove(&inode),
        };
        Ok(())
    }

    /// Whether a file has been written to since. Where no version is told now, nobody knows.
    fn has_another(&self, fs: &dyn FileSystem, inode: u64, at: At<'_>) -> FsResult<bool> {
        let Some(known) = self.0.lock().get(&inode).copied() else { return Ok(false) };
        Ok(fs.data_version(&fs.open_file(at)?)?.is_some_and(|version| version != known))
    }
}

/// Whether what changed in one second may have done so after a copy began in another.
pub(crate) fn is_in_doubt(changed: i64, begun: i64) -> bool {
    changed >= begun.saturating_sub(DOUBT_SECONDS)
}

impl<'a> Differences<'a> {
    /// Compares attributes alone.
    pub(crate) fn of_attributes(losses: &'a BTreeSet<Loss>) -> Self {
        Self { losses, copied_since: None, durable_until: None, versions: None, compares_content: false }
    }
}

impl Differences<'_> {
    /// Whether the content of a source has changed since it was copied, although nothing else tells.
    pub(super) fn has_another_version(&self, fs: &dyn FileSystem, source: At<'_>, status: &Status) -> FsResult<bool> {
        self.versions.map_or(Ok(false), |versions| versions.has_another(fs, status.inode, source))
    }

    /// Whether an inode of the source may have been changed, renamed or put there since copying began.
    pub(super) fn is_changed_since(&self, source: &Status) -> bool {
        self.copied_since.is_some_and(|since| is_in_doubt(source.changed.seconds, since))
    }

    pub(crate) fn differs(&self, source: &Status, copy: &Status) -> bool {
        let is_folder = source.kind == EntryKind::Folder;
        let changed_since = !is_folder && self.is_changed_since(source);
        let may_be_lost = self.durable_until.is_some_and(|until| {
            // A file that was being written then has the times of that moment: nor may its source have.
            let could_be_half_written =
                self.copied_since.is_none_or(|since| source.modified.seconds >= since.saturating_sub(DOUBT_SECONDS));
            !is_folder && (could_be_half_written || copy.changed.seconds >= until.saturating_sub(DOUBT_SECONDS))
        });
        let loses = |loss| self.losses.contains(&loss);
        let keeps_time = if loses(Loss::Nanoseconds) {
            source.modified.seconds == copy.modified.seconds
        } else {
            source.modified == copy.modified
        };
        let keeps_owner = loses(Loss::Owner) || (source.uid, source.gid, source.mode) == (copy.uid, copy.gid, copy.mode);
        let keeps_size = source.kind != EntryKind::File || source.size == copy.size;
        changed_since || may_be_lost || source.kind != copy.kind || !keeps_time || !keeps_owner || !keeps_size
    }
}

/// Whether a copy still is as its source, without changing either. Used before anything that
/// was visible is removed.
pub(crate) fn is_same_tree(fs: &dyn FileSystem, source: At<'_>, copy: At<'_>, differences: &Differences<'_>) -> CopyResult<bool> {
    let (Some(status), Some(copied)) = (look(fs, source)?, look(fs, copy)?) else { return Ok(false) };
    if status.kind != EntryKind::Folder || copied.kind != EntryKind::Folder {
        return Ok(!differences.differs(&status, &copied) && has_same_flags(fs, source, copy, status.kind, differences)?);
    }
    let (from, to) = (fs.open_folder(source)?, fs.open_folder(copy)?);
    is_same_content(fs, &from, &to, differences)
}

/// They are set after the times, so a copy whose times survived a power cut may still lack them.
fn has_same_flags(
    fs: &dyn FileSystem,
    source: At<'_>,
    copy: At<'_>,
    kind: EntryKind,
    differences: &Differences<'_>,
) -> CopyResult<bool> {
    let are_copied = matches!(kind, EntryKind::File | EntryKind::Folder) && !differences.losses.contains(&Loss::InodeFlags);
    Ok(!are_copied || fs.flags(source.into())? == fs.flags(copy.into())?)
}

fn is_same_content(fs: &dyn FileSystem, source: &Folder, copy: &Folder, differences: &Differences<'_>) -> CopyResult<bool> {
    let mut entries = 0_u64;
    for entry in fs.read_folder(source)? {
        let name = entry?.name;
        entries += 1;
        let (from, to) = (source.at(&name), copy.at(&name));
        let (Some(status), Some(copied)) = (look(fs, from)?, look(fs, to)?) else { return Ok(false) };
        if differences.differs(&status, &copied) || !has_same_flags(fs, from, to, status.kind, differences)? {
            return Ok(false);
        }
        if status.kind == EntryKind::Folder && !is_same_content(fs, &fs.open_folder(from)?, &fs.open_folder(to)?, differences)? {
            return Ok(false);
        }
    }
    for entry in fs.read_folder(copy)? {
        entry?;
        entries = entries.wrapping_sub(1);
    }
    Ok(entries == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::Timestamp;

    fn file(changed: i64) -> Status {
        let time = |seconds| Timestamp { seconds, nanoseconds: 0 };
        Status {
            kind: EntryKind::File,
            device: 1,
            inode: 1,
            links: 1,
            uid: 0,
            gid: 0,
            mode: 0o644,
            size: 1,
            allocated: 4096,
            accessed: time(5),
            modified: time(5),
            changed: time(changed),
            special_device: 0,
            is_mount_point: false,
            is_frozen: false,
        }
    }

    /// Found by seed 1795791713156.
    #[test]
    fn where_nothing_is_durable_yet_nothing_is_trusted() {
        let losses = BTreeSet::new();
        for (durable_until, is_trusted) in [(None, true), (Some(1_000), true), (Some(100), false), (Some(i64::MIN), false)] {
            let differences = Differences { durable_until, copied_since: Some(90), ..Differences::of_attributes(&losses) };
            assert_eq!(!differences.differs(&file(50), &file(100)), is_trusted, "{durable_until:?}");
        }
    }
}
