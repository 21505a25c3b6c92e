//! What must be where once every move has ended: a second, much simpler account of the world.
//!
//! It knows objects and their names, and of moves nothing but how they ended. What others have
//! touched is only required to exist; everything else to be exactly where and what it was.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use tidelock_shared::name::FileName;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::request::Verb;
use tidelock_shared::strategy::{EntryKind, Strategy};

use super::census::{Attributes, Key, Sighting};
use crate::fs::Identity;
use crate::journal::Recorded;
use crate::moves::event::Note;
use crate::moves::state::{Move, Purge};
use crate::planner::plan::{Loss, PlannedItem, retired_name};

/// One inode.
#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) number: u32,
    pub(super) attributes: Attributes,
    pub(super) names: BTreeSet<Key>,
    /// Names below what a move has retired, with the hidden name.
    pub(super) retired: BTreeSet<(FileName, Key)>,
}

impl Object {
    fn has_several_names(&self) -> bool {
        self.names.len() + self.retired.len() > 1 && self.attributes.kind != EntryKind::Folder
    }
}

/// From the first thing that happened to a move to the last.
fn lifetime(recorded: &Recorded) -> RangeInclusive<i64> {
    let times = || recorded.events.iter().map(|(time, _)| *time);
    times().min().unwrap_or_default()..=times().max().unwrap_or_default()
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) objects: Vec<Object>,
    /// Numbers by identity, of everything that was ever seen.
    pub(super) known: BTreeMap<Identity, u32>,
    /// Others have changed these: they must exist, and that is all.
    pub(super) touched: BTreeSet<u32>,
    /// Others have changed something: they may have moved away what a stuck move waits for.
    pub(super) is_disturbed: bool,
    /// Others have removed these, or a power cut may have.
    pub(super) may_be_gone: BTreeSet<u32>,
    /// What others wrote last, where that was not on the disk of a machine that lost power.
    pub(super) written: BTreeMap<u32, Vec<u8>>,
    /// Names that others have given to something of theirs, which a move may have taken along.
    pub(super) taken: BTreeSet<Key>,
    /// Entries come and go in these folders.
    pub(super) busy: BTreeSet<u32>,
    /// Others have changed the project of a folder: what is made in it is charged anew.
    pub(super) projects_are_loose: bool,
    /// An inode with a name elsewhere may lie on an MDT that no barrier reached.
    pub(super) power_was_cut: bool,
    pub(super) caller_is_root: bool,
    /// Mounts on which a socket in a retagged folder stays what and charged as it was.
    pub(super) sockets_stay_on: BTreeSet<u64>,
    pub(super) uncertain_projects: BTreeSet<u32>,
    /// When moves met each inode. Two at once that meet one under two of its names know of each
    /// other only where both charge it anew, and the later one takes the project ID of the earlier for the old one.
    pub(super) met_by: BTreeMap<u32, Vec<RangeInclusive<i64>>>,
    /// These lie in a folder that others have renamed: it stays, charged as all there is.
    pub(super) renamed_by_others: BTreeSet<u32>,
    /// Names that a returned item may have because its own was taken.
    pub(super) returned: BTreeSet<u32>,
}

impl Model {
    pub(super) fn begin(sightings: &[Sighting]) -> Self {
        let mut model = Self::default();
        let mut by_identity: BTreeMap<Identity, usize> = BTreeMap::new();
        for seen in sightings {
            let Some(number) = seen.number else { continue };
            model.known.insert(seen.identity.clone(), number);
            let at = *by_identity.entry(seen.identity.clone()).or_insert_with(|| {
                let attributes = seen.attributes.clone();
                model.objects.push(Object { number, attributes, names: BTreeSet::new(), retired: BTreeSet::new() });
                model.objects.len() - 1
            });
            model.objects[at].names.insert(seen.key.clone());
        }
        model
    }

    /// Every identity that is seen now belongs to its number for ever.
    pub(super) fn learn(&mut self, sightings: &[Sighting]) {
        for seen in sightings {
            if let Some(number) = seen.number {
                self.known.insert(seen.identity.clone(), number);
            }
        }
    }

    /// What a move that has come to rest did.
    pub(super) fn apply(&mut self, recorded: &Recorded) {
        let of = &recorded.of;
        for (item, position) in of.plan.items.iter().zip(0_u32..) {
            let parents = [&item.source_folder, &item.destination_folder].map(|folder| self.known.get(&folder.identity).copied());
            self.busy.extend(parents.into_iter().flatten());
            let top = self.known.get(&item.identity).copied();
            let old_top = item.replaces.as_ref().and_then(|old| self.known.get(&old.identity).copied());
            for (_, note) in &of.notes {
                let Note::BroughtBackAs { path } = note else { continue };
                let folder = path.split_last().map(|(folder, _)| folder);
                if folder.as_ref() == Some(&item.source_folder.path) || folder.as_ref() == Some(&item.destination_folder.path) {
                    self.returned.extend(top.into_iter().chain(old_top));
                } else {
                    // An entry of a rebuilt tree, whose name was taken in its old folder.
                    let below = top.map(|top| self.numbers_below(top)).unwrap_or_default();
                    self.returned.extend(below);
                }
            }
            let [Some(source), Some(destination)] = parents else { continue };
            let Some(hidden) = retired_name(of.id, position) else { continue };
            let from = (source, item.source_name.clone());
            let to = (destination, item.destination_name.clone());
            if let Some(old) = old_top.filter(|_| of.state == MoveState::Done) {
                let hidden = FileName::new(format!(".tidelock-{}.{position}.replaced", of.id).into_bytes());
                hidden.into_iter().for_each(|hidden| self.hide(old, &to, &hidden));
            }
            // What others have put in the item's place before it was planned has no number.
            if let Some(top) = top {
                self.meet(top, &from, recorded);
                self.apply_item(of, item, (top, old_top), (&from, &to), &hidden);
            }
            if let Some(restored) = item.restores.as_ref().filter(|_| of.state == MoveState::Done) {
                self.unhide(&format!(".tidelock-{}.{}.replaced", restored.move_id, restored.item), &from);
            }
        }
        if of.purge != Purge::Kept {
            self.purge(recorded);
        }
    }

    /// What became of the tree itself.
    fn apply_item(
        &mut self,
        of: &Move,
        item: &PlannedItem,
        (top, old_top): (u32, Option<u32>),
        (from, to): (&Key, &Key),
        hidden: &FileName,
    ) {
        match of.state {
            MoveState::Done if item.verb == Verb::Trash => self.hide(top, from, hidden),
            MoveState::Done if item.kept.is_some() => self.swap_back(item, top, from, to, hidden),
            MoveState::Done if item.strategy == Strategy::StagedCopy => self.copy(item, top, from, to, hidden),
            MoveState::Done => self.rename(item, top, from, to),
            // The way back charges the source's folder, or nobody, and not everybody may mend it.
            MoveState::Undone if item.strategy == Strategy::Rename && !self.caller_is_root => {
                self.uncertain_projects.insert(top);
            }
            MoveState::Stuck => {
                let tops = [Some(top), old_top].into_iter().flatten();
                self.touched.extend(tops.flat_map(|top| self.numbers_below(top)).collect::<Vec<_>>());
            }
            _ => {}
        }
    }

    fn meet(&mut self, top: u32, from: &Key, recorded: &Recorded) {
        let met: BTreeSet<u32> = self.tree(top, from).into_iter().map(|(at, _)| self.objects[at].number).collect();
        let time = lifetime(recorded);
        met.into_iter().for_each(|number| self.met_by.entry(number).or_default().push(time.clone()));
    }

    /// Whether an item is an inode with several names that another move met at the same time. The later
    /// one charges it anew, and the old folder of the earlier one may take it back by no link.
    pub(super) fn was_met_twice(&self, recorded: &Recorded) -> bool {
        let time = lifetime(recorded);
        recorded.of.plan.items.iter().filter_map(|item| self.known.get(&item.identity)).any(|number| {
            let has_several_names = self.objects.iter().filter(|object| object.number == *number).any(Object::has_several_names);
            let meets = |other: &&RangeInclusive<i64>| other.start() <= time.end() && time.start() <= other.end();
            has_several_names && self.met_by.get(number).is_some_and(|times| times.iter().filter(meets).count() > 1)
        })
    }

    /// Whether the project of an inode is known to be the right one.
    pub(super) fn has_certain_project(&self, object: &Object) -> bool {
        let is_uncertain = self.projects_are_loose || self.uncertain_projects.contains(&object.number);
        let is_contested = self.power_was_cut || self.met_by.get(&object.number).is_some_and(|moves| moves.len() > 1);
        !(is_uncertain || object.has_several_names() && is_contested)
    }

    fn purge(&mut self, recorded: &Recorded) {
        let prefix = format!(".tidelock-{}.", recorded.of.id);
        let loses_a_name =
            |object: &&Object| object.retired.iter().any(|(hidden, _)| hidden.as_bytes().starts_with(prefix.as_bytes()));
        // Whoever charged it last did so while it had that name too.
        let uncertain = self.objects.iter().filter(loses_a_name).filter(|object| !self.has_certain_project(object));
        let uncertain: Vec<u32> = uncertain.map(|object| object.number).collect();
        self.uncertain_projects.extend(uncertain);
        for object in &mut self.objects {
            object.retired.retain(|(hidden, _)| !hidden.as_bytes().starts_with(prefix.as_bytes()));
        }
        self.objects.retain(|object| !object.names.is_empty() || !object.retired.is_empty());
    }

    /// Folders at and below a top, by number, and every visible name of the tree.
    fn tree(&self, top: u32, top_key: &Key) -> Vec<(usize, Key)> {
        let mut inside = BTreeSet::from([top]);
        loop {
            let more: Vec<u32> = self
                .objects
                .iter()
                .filter(|object| object.attributes.kind == EntryKind::Folder && !inside.contains(&object.number))
                .filter(|object| object.names.iter().any(|(parent, _)| inside.contains(parent)))
                .map(|object| object.number)
                .collect();
            if more.is_empty() {
                break;
            }
            inside.extend(more);
        }
        let names = |(at, object): (usize, &Object)| {
            // Something of others may have the name by now, and what had it came back under another.
            let is_inside = |key: &&Key| (*key == top_key && object.number == top) || inside.contains(&key.0);
            object.names.iter().filter(is_inside).map(|key| (at, key.clone())).collect::<Vec<_>>()
        };
        self.objects.iter().enumerate().flat_map(names).collect()
    }

    pub(super) fn numbers_below(&self, top: u32) -> Vec<u32> {
        let nowhere = self.objects.iter().find(|object| object.number == top).and_then(|object| object.names.first().cloned());
        let Some(key) = nowhere else { return vec![top] };
        self.tree(top, &key).into_iter().map(|(at, _)| self.objects[at].number).collect()
    }

    fn rename(&mut self, item: &PlannedItem, top: u32, from: &Key, to: &Key) {
        let tree = self.tree(top, from);
        for (at, key) in tree {
            let object = &mut self.objects[at];
            if key == *from {
                object.names.remove(from);
                object.names.insert(to.clone());
            }
            let tag = item.destination_folder.tag.unwrap_or_default();
            let is_folder = object.attributes.kind == EntryKind::Folder;
            if object.attributes.kind == EntryKind::Socket && self.sockets_stay_on.contains(&item.source_folder.device) {
                continue;
            }
            if item.is_recharged_by_its_rename() {
                object.attributes.project = tag.id.0;
            } else if item.strategy != Strategy::Rename {
                object.attributes.project = tag.id.0;
                if is_folder {
                    object.attributes.inherit = tag.inherit;
                }
            }
        }
    }

    /// The tree is there twice from now on: as new inodes, and retired, or as it was. Only of files that
    /// is told apart: below folders of one number names would meet.
    fn copy(&mut self, item: &PlannedItem, top: u32, from: &Key, to: &Key, hidden: &FileName) {
        let mut copies: BTreeMap<usize, Object> = BTreeMap::new();
        for (at, key) in self.tree(top, from) {
            let object = &mut self.objects[at];
            let is_top = key == *from;
            if item.verb == Verb::Move {
                object.names.remove(&key);
                let retired = if is_top { (from.0, hidden.clone()) } else { key.clone() };
                object.retired.insert((hidden.clone(), retired));
            }
            let copy = copies.entry(at).or_insert_with(|| Object {
                number: object.number,
                attributes: copied(&object.attributes, item),
                names: BTreeSet::new(),
                retired: BTreeSet::new(),
            });
            copy.names.insert(if is_top { to.clone() } else { key });
        }
        self.objects.extend(copies.into_values());
    }

    /// An undone copy: the copy is retired, and what the copy had retired comes back. Or what was trashed does.
    fn swap_back(&mut self, item: &PlannedItem, top: u32, from: &Key, to: &Key, hidden: &FileName) {
        let Some(kept) = &item.kept else { return };
        if !item.is_from_trash() {
            self.hide(top, from, hidden);
        }
        self.unhide(&format!(".tidelock-{}.{}.retired", kept.move_id, kept.item), to);
    }

    /// The tree is under a hidden name from now on.
    fn hide(&mut self, top: u32, from: &Key, hidden: &FileName) {
        for (at, key) in self.tree(top, from) {
            let object = &mut self.objects[at];
            object.names.remove(&key);
            let retired = if key == *from { (from.0, hidden.clone()) } else { key };
            object.retired.insert((hidden.clone(), retired));
        }
    }

    /// What was hidden has a name again.
    fn unhide(&mut self, hidden: &str, to: &Key) {
        for object in &mut self.objects {
            let back: Vec<_> = object.retired.iter().filter(|(name, _)| name.as_bytes() == hidden.as_bytes()).cloned().collect();
            for entry in back {
                object.retired.remove(&entry);
                let key = entry.1;
                object.names.insert(if key.1.as_bytes() == hidden.as_bytes() { to.clone() } else { key });
            }
        }
    }
}

/// What a copy keeps, as its plan said.
fn copied(original: &Attributes, item: &PlannedItem) -> Attributes {
    let mut copy = original.clone();
    let loses = |loss| item.tally.losses.contains_key(&loss);
    if loses(Loss::Owner) {
        (copy.owner, copy.mode) = (None, None);
    }
    if loses(Loss::InodeFlags) {
        copy.flags = None;
    }
    if loses(Loss::Nanoseconds) {
        copy.modified.nanoseconds = 0;
    }
    let tag = item.destination_folder.tag.unwrap_or_default();
    let is_folder = original.kind == EntryKind::Folder;
    // In a folder without the inherit flag new entries are charged to nobody.
    let ProjectTag { id, inherit } = tag;
    (copy.project, copy.inherit) = if inherit { (id.0, is_folder) } else { (0, false) };
    copy
}
