//! The setuid and setgid bits: XFS takes them away, of folders too, where anybody but root changes a
//! project ID (recorded in the virtual machine). They are written down before and given back.

use std::collections::HashMap;

use super::super::context::Context;
use crate::fs::walk::unless_absent;
use crate::fs::{FileSystem, FsResult, Object, Status};
use crate::moves::event::Note;
use crate::planner::plan::PlannedItem;

const SET_ID_BITS: u32 = 0o6000;

/// Whether an inode's bits have to be written down.
pub(in crate::steps) fn may_be_lost(fs: &dyn FileSystem, status: &Status) -> bool {
    status.mode & SET_ID_BITS != 0 && !fs.caller().is_root
}

/// What was written down, by inode.
pub(in crate::steps) struct Modes(HashMap<u64, u32>);

impl Modes {
    pub(in crate::steps) fn written_down(context: &Context<'_>) -> Self {
        let noted = context.all_notes().filter_map(|note| if let Note::SetIdModes { modes } = note { Some(modes) } else { None });
        Self(noted.flatten().copied().collect())
    }

    /// The item's own, as the plan has it.
    pub(in crate::steps) fn planned_for(status: &Status, item: &PlannedItem) -> Self {
        Self(HashMap::from([(status.inode, item.mode)]))
    }

    /// Whether these bits of an inode are written down.
    pub(super) fn know(&self, status: &Status) -> bool {
        self.0.get(&status.inode).is_some_and(|known| status.mode & !known & SET_ID_BITS == 0)
    }

    /// Gives back what a change of the project ID took since `before` was read, or before a crash.
    pub(in crate::steps) fn restore(&self, fs: &dyn FileSystem, entry: Object<'_>, before: &Status) -> FsResult<()> {
        let written_down = self.0.get(&before.inode).copied().unwrap_or(0);
        let bits = (before.mode | written_down) & SET_ID_BITS;
        if bits == 0 {
            return Ok(());
        }
        let Some(now) = unless_absent(fs.status(entry))?.filter(|now| now.inode == before.inode) else { return Ok(()) };
        if now.mode & bits == bits { Ok(()) } else { fs.set_mode(entry, now.mode | bits) }
    }
}
