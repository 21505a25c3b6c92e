//! How what a move left has changed since: for whoever wants to undo it.
//!
//! Beside a copy lies the source that it was made of, so every difference is known. Of what was
//! renamed only times can tell: an entry that was written to is found, one that was removed shows
//! in the number of entries alone, and one that was replaced by as many others not at all.

use tidelock_shared::name::FilePath;
use tidelock_shared::strategy::EntryKind;

use crate::copy::Differences;
use crate::fs::walk::{Visit, look, walk};
use crate::fs::{At, Errno, FileSystem, Folder, FsError, FsResult};
use crate::planner::plan::Changes;

/// So many are named.
const EXAMPLES_MAX: usize = 3;
/// Times are whole seconds on Lustre, and the two clocks need not agree to the second.
const DOUBT_SECONDS: i64 = 2;

/// Compares a published copy with the source that was retired for it.
pub(super) fn of_copy(
    fs: &dyn FileSystem,
    retired: At<'_>,
    copy: At<'_>,
    path: &FilePath,
    differences: &Differences<'_>,
) -> FsResult<Changes> {
    let mut comparison = Comparison { fs, differences, changes: Changes { is_exact: true, ..Changes::default() } };
    // A retired folder has another mode than it had; only what is in it tells.
    match (look(fs, retired)?, look(fs, copy)?) {
        (Some(old), Some(new)) if old.kind == EntryKind::Folder && new.kind == EntryKind::Folder => {
            comparison.content(&fs.open_folder(retired)?, &fs.open_folder(copy)?, path)?;
        }
        (Some(old), Some(new)) if !differences.differs(&old, &new) => {}
        _ => comparison.changes.note(path, |changes| &mut changes.changed),
    }
    Ok(comparison.changes)
}

struct Comparison<'a> {
    fs: &'a dyn FileSystem,
    differences: &'a Differences<'a>,
    changes: Changes,
}

impl Comparison<'_> {
    fn content(&mut self, old: &Folder, new: &Folder, path: &FilePath) -> FsResult<()> {
        let fs = self.fs;
        for entry in fs.read_folder(old)? {
            let name = entry?.name;
            let (from, to, path) = (old.at(&name), new.at(&name), path.join(name.clone()));
            let Some(was) = look(fs, from)? else { continue };
            let Some(is) = look(fs, to)? else {
                self.whole(from, &path, |changes| &mut changes.removed)?;
                continue;
            };
            if was.kind == EntryKind::Folder && is.kind == EntryKind::Folder {
                match fs.open_folder(from).and_then(|from| fs.open_folder(to).map(|to| (from, to))) {
                    Err(error) if is_closed(&error) => self.changes.is_exact = false,
                    answer => {
                        let (from, to) = answer?;
                        self.content(&from, &to, &path)?;
                    }
                }
            } else if self.differences.differs(&was, &is) {
                self.changes.note(&path, |changes| &mut changes.changed);
            }
        }
        for entry in fs.read_folder(new)? {
            let name = entry?.name;
            if look(fs, old.at(&name))?.is_none() {
                self.whole(new.at(&name), &path.join(name.clone()), |changes| &mut changes.added)?;
            }
        }
        Ok(())
    }

    /// An entry that only one side has, with everything below it.
    fn whole(&mut self, at: At<'_>, path: &FilePath, count: fn(&mut Changes) -> &mut u64) -> FsResult<()> {
        let counted = walk(self.fs, at, &mut |visit: Visit<'_>| -> FsResult<bool> {
            if visit.below.is_empty() {
                self.changes.note(path, count);
            } else {
                *count(&mut self.changes) += 1;
            }
            Ok(visit.status.kind == EntryKind::Folder)
        });
        match counted {
            Err(error) if error.is_absent() || is_closed(&error) => {
                self.changes.is_exact = false;
                Ok(())
            }
            answer => answer,
        }
    }
}

/// What times and numbers tell of a tree that was renamed. `ended` is in seconds since 1970.
pub(super) fn of_renamed(fs: &dyn FileSystem, item: At<'_>, path: &FilePath, then: Option<u64>, ended: i64) -> FsResult<Changes> {
    let mut changes = Changes::default();
    let mut entries = 0_u64;
    let walked = walk(fs, item, &mut |visit: Visit<'_>| -> FsResult<bool> {
        entries += 1;
        let is_folder = visit.status.kind == EntryKind::Folder;
        if !is_folder && visit.status.changed.seconds > ended + DOUBT_SECONDS {
            let path = || visit.below.iter().fold(path.clone(), |path, name| path.join(name.clone()));
            changes.note(&path(), |changes| &mut changes.changed);
        }
        Ok(is_folder)
    });
    match walked {
        // The survey tells of what may not be read.
        Err(error) if is_closed(&error) => return Ok(changes),
        answer => answer?,
    }
    let then = then.unwrap_or(entries);
    (changes.added, changes.removed) = (entries.saturating_sub(then), then.saturating_sub(entries));
    Ok(changes)
}

fn is_closed(error: &FsError) -> bool {
    matches!(error.errno, Errno::ACCESS | Errno::PERM)
}

impl Changes {
    fn note(&mut self, path: &FilePath, count: fn(&mut Self) -> &mut u64) {
        *count(self) += 1;
        if self.examples.len() < EXAMPLES_MAX {
            self.examples.push(path.clone());
        }
    }
}
