//! `renameat2(RENAME_EXCHANGE)` by a mount's rules: each way is held to those of a rename.

use tidelock_shared::name::FileName;
use tidelock_shared::strategy::EntryKind;

use super::names::{MAY_WRITE, number_of};
use super::rules::Crossing;
use super::site::{Inner, Simulator};
use super::world::{Change, Domain, Inode, InodeNumber, put};
use crate::fs::{At, Errno, FsError, FsResult, Timestamp};

const CALL: &str = "exchange";

/// One of the two names with what it leads to.
struct Side<'a> {
    folder: InodeNumber,
    parent: Inode,
    name: &'a FileName,
    number: InodeNumber,
    inode: Inode,
}

impl Inner {
    pub(super) fn exchange(&mut self, caller: &Simulator, one: At<'_>, other: At<'_>, now: Timestamp) -> FsResult<()> {
        if self.personality(self.inode(CALL, number_of(&other.folder.0))?).is_lustre() {
            return Err(FsError::new(CALL, other.name.as_bytes(), Errno::INVAL));
        }
        let (one, other) = (self.side(caller, one)?, self.side(caller, other)?);
        self.check_way(caller, &one, &other)?;
        self.check_way(caller, &other, &one)?;
        let mut changes = Vec::new();
        for (from, to) in [(&one, &other), (&other, &one)] {
            let is_folder = from.inode.kind == EntryKind::Folder;
            let parent = if is_folder { to.folder } else { from.inode.parent };
            changes.push(put(from.number, Inode { changed: now, parent, ..from.inode.clone() }));
            let domain = Domain::Names(to.parent.mount, to.parent.mdt);
            changes.push((domain, Change::Enter { folder: to.folder, name: to.name.clone(), inode: from.number }));
            changes.push(put(to.folder, Inode { modified: now, changed: now, ..to.parent.clone() }));
        }
        self.commit(&changes)
    }

    fn side<'a>(&self, caller: &Simulator, at: At<'a>) -> FsResult<Side<'a>> {
        let (number, inode, parent) = self.removable(caller, CALL, at)?;
        Ok(Side { folder: number_of(&at.folder.0), parent, name: at.name, number, inode })
    }

    /// Whether one of them may take the other's place.
    fn check_way(&self, caller: &Simulator, from: &Side<'_>, to: &Side<'_>) -> FsResult<()> {
        let refuse = |errno| FsError::new(CALL, from.name.as_bytes(), errno);
        let is_folder = from.inode.kind == EntryKind::Folder;
        if is_folder && self.state.is_at_or_above(from.number, to.folder) {
            return Err(refuse(Errno::INVAL));
        }
        let crossing = Crossing {
            kind: from.inode.kind,
            item: from.inode.tag,
            source_folder: from.parent.tag,
            destination_folder: to.parent.tag,
        };
        if from.inode.mount != to.parent.mount || self.personality(&to.parent).rename_is_refused(&crossing) {
            return Err(refuse(Errno::XDEV));
        }
        if is_folder && from.folder != to.folder {
            self.check(caller, CALL, from.number, MAY_WRITE)?;
        }
        Ok(())
    }
}
