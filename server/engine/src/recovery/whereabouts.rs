//! Where the things of a move are now: for a person who has to look, since it is stuck.

use tidelock_shared::id::MoveId;
use tidelock_shared::name::{FileName, FilePath};

use super::plan::Role;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::walk::look;
use crate::planner::plan::{FolderRef, PlannedItem, hidden_name};

/// So many items are looked for.
const ITEMS_MAX: usize = 100;

/// How something of a move lies where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// The item itself, as before the move.
    UnderItsOldName,
    /// Whatever has the name that the item is to have.
    UnderItsNewName,
    Hidden(Role),
}

impl Engine {
    /// Everything of a move that can be seen or lies hidden, item by item. What cannot be looked at is left out.
    pub fn whereabouts(&self, id: MoveId) -> Result<Vec<(Lies, FilePath)>, EngineError> {
        let plan = self.get(id)?.recorded.of.plan;
        let acting = self.acting_as_in(&plan)?;
        let items = plan.items.iter().zip(0_u32..).take(ITEMS_MAX);
        Ok(items.flat_map(|(item, number)| acting.places(id, item, number)).collect())
    }

    fn places(&self, id: MoveId, item: &PlannedItem, number: u32) -> Vec<(Lies, FilePath)> {
        let (from, to) = (&item.source_folder, &item.destination_folder);
        let mut places = Vec::new();
        if self.is_there(from, &item.source_name, Some(item)) {
            places.push((Lies::UnderItsOldName, item.source_path()));
        }
        if item.verb.leaves_its_folder() && self.is_there(to, &item.destination_name, None) {
            places.push((Lies::UnderItsNewName, item.destination_path()));
        }
        let in_source = [(".retired", Role::Retired), (".hop", Role::Hop), (".workshop", Role::Workshop)];
        let in_destination = [("", Role::Staging), (".replaced", Role::Replaced), (".kept", Role::Kept)];
        let by_folder = in_source.map(|(suffix, role)| (from, suffix, role)).into_iter();
        for (folder, suffix, role) in by_folder.chain(in_destination.map(|(suffix, role)| (to, suffix, role))) {
            let Some(name) = hidden_name(id, number, suffix) else { continue };
            if self.is_there(folder, &name, None) {
                places.push((Lies::Hidden(role), folder.path.join(name)));
            }
        }
        places
    }

    /// Whether the folder has such a name, and under it the item itself if that is named.
    fn is_there(&self, folder: &FolderRef, name: &FileName, item: Option<&PlannedItem>) -> bool {
        let Ok(folder) = self.fs.open_path(&folder.path) else { return false };
        let is_any = matches!(look(&*self.fs, folder.at(name)), Ok(Some(_)));
        let is_it = |item: &PlannedItem| self.fs.identity(folder.at(name).into()).is_ok_and(|found| found == item.identity);
        is_any && item.is_none_or(is_it)
    }
}
