//! Where each thing that is asked for goes: into the destination, beside what has its name there,
//! in its place, or, of two folders, one into the other.

use std::collections::BTreeSet;

use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::{OnConflict, RequestedItem, ValidMoveRequest, Verb};
use tidelock_shared::strategy::EntryKind;

use crate::error::EngineError;
use crate::fs::walk::{look, unless_absent};
use crate::fs::{FileSystem, Folder, FsResult};
use crate::planner::plan::Refusal;

/// More than so many things that have to be decided one by one are not merged in one move: each
/// is an item of the plan.
const MERGED_ITEMS_MAX: usize = 10_000;
/// How many new names are tried to keep both.
const NAMES_TRIED: u32 = 1000;

/// One thing and the name that it will have.
pub(super) struct Placing {
    pub(super) source: FilePath,
    pub(super) folder: FilePath,
    pub(super) name: FileName,
    /// What has that name now, and what is to become of it.
    pub(super) taken: Option<Taken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    Refused,
    Replaced,
}

/// Where everything goes, and what does not move.
#[derive(Default)]
pub(super) struct Placings {
    verb: Verb,
    pub(super) items: Vec<Placing>,
    pub(super) skipped: u64,
    /// Folders whose content goes into another; they stay behind, empty.
    pub(super) merged: u64,
    pub(super) refusals: Vec<Refusal>,
    given: BTreeSet<FilePath>,
}

/// Decides every conflict as the request says.
pub(super) fn place_all(fs: &dyn FileSystem, request: &ValidMoveRequest) -> Result<Placings, EngineError> {
    let mut placings = Placings { verb: request.verb, ..Placings::default() };
    let destination = fs.open_path(&request.destination)?;
    for item in &request.items {
        placings.place(fs, item, &request.destination, &destination)?;
    }
    if placings.items.is_empty() && placings.refusals.is_empty() {
        placings.refusals.push(Refusal::NothingLeft);
    }
    Ok(placings)
}

/// Nothing leaves its folder, so nothing is in the way.
pub(super) fn place_in_own_folder(request: &ValidMoveRequest) -> Placings {
    let mut placings = Placings::default();
    for RequestedItem { source, .. } in &request.items {
        if let Some((folder, name)) = source.split_last() {
            placings.push(source, &folder, name.clone(), None);
        }
    }
    placings
}

impl Placings {
    fn place(&mut self, fs: &dyn FileSystem, item: &RequestedItem, path: &FilePath, folder: &Folder) -> FsResult<()> {
        if self.items.len() > MERGED_ITEMS_MAX {
            if !self.refusals.contains(&Refusal::TooManyToMerge) {
                self.refusals.push(Refusal::TooManyToMerge);
            }
            return Ok(());
        }
        let there = look(fs, folder.at(&item.name))?.map(|there| there.kind);
        // The original of a copy keeps its name.
        let is_leaving = self.verb == Verb::Move && item.source == path.join(item.name.clone());
        let Some(there) = there.filter(|_| !is_leaving) else {
            self.push(&item.source, path, item.name.clone(), None);
            return Ok(());
        };
        match item.on_conflict {
            OnConflict::Refuse => self.push(&item.source, path, item.name.clone(), Some(Taken::Refused)),
            OnConflict::Replace => self.push(&item.source, path, item.name.clone(), Some(Taken::Replaced)),
            OnConflict::Skip => self.skipped += 1,
            OnConflict::Merge if there == EntryKind::Folder => {
                if !self.merge(fs, item, path, folder)? {
                    self.keep_both(fs, item, path, folder, EntryKind::File)?;
                }
            }
            OnConflict::KeepBoth | OnConflict::Merge => self.keep_both(fs, item, path, folder, there)?,
        }
        Ok(())
    }

    fn push(&mut self, source: &FilePath, folder: &FilePath, name: FileName, taken: Option<Taken>) {
        self.given.insert(folder.join(name.clone()));
        self.items.push(Placing { source: source.clone(), folder: folder.clone(), name, taken });
    }

    /// Places what is in the source into the folder that has its name; false if the source is
    /// no folder.
    fn merge(&mut self, fs: &dyn FileSystem, item: &RequestedItem, path: &FilePath, folder: &Folder) -> FsResult<bool> {
        let Some((parent, name)) = item.source.split_last() else { return Ok(false) };
        let parent = fs.open_path(&parent)?;
        if look(fs, parent.at(name))?.is_none_or(|status| status.kind != EntryKind::Folder) {
            return Ok(false);
        }
        let (source, inner) = (fs.open_folder(parent.at(name))?, fs.open_folder(folder.at(&item.name))?);
        let inner_path = path.join(item.name.clone());
        for entry in fs.read_folder(&source)? {
            let name = entry?.name;
            let source = item.source.join(name.clone());
            if name.is_hidden_folder_of_a_move() {
                self.refusals.push(Refusal::OtherMoveInside(source));
                continue;
            }
            self.place(fs, &RequestedItem { source, name, on_conflict: OnConflict::Merge }, &inner_path, &inner)?;
        }
        self.merged += 1;
        Ok(true)
    }

    fn keep_both(
        &mut self,
        fs: &dyn FileSystem,
        item: &RequestedItem,
        path: &FilePath,
        folder: &Folder,
        kind: EntryKind,
    ) -> FsResult<()> {
        match free_name(fs, folder, &item.name, kind, |name| self.given.contains(&path.join(name.clone())))? {
            Some(name) => self.push(&item.source, path, name, None),
            None => self.push(&item.source, path, item.name.clone(), Some(Taken::Refused)),
        }
        Ok(())
    }
}

/// The first numbered form of a name that nothing in the folder has, and that is not given away.
pub(super) fn free_name(
    fs: &dyn FileSystem,
    folder: &Folder,
    name: &FileName,
    kind: EntryKind,
    is_given: impl Fn(&FileName) -> bool,
) -> FsResult<Option<FileName>> {
    for number in 2..NAMES_TRIED {
        let Some(name) = name.numbered(number, kind == EntryKind::Folder) else { break };
        if !is_given(&name) && unless_absent(fs.status(folder.at(&name).into()))?.is_none() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
