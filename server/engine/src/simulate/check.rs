//! The oracle: what may never be, whatever the seed did.

use std::collections::{BTreeMap, BTreeSet};

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;
use tidelock_shared::strategy::EntryKind;

use super::census::{Attributes, Key, Sighting};
use super::furnish::{PROJECT_FOLDERS, PROJECTS};
use super::model::{Model, Object};
use super::others::{FIRST_NUMBER, THEIRS};
use crate::engine::{Engine, Snapshot};
use crate::fs::simulator::Simulator;
use crate::fs::walk::walk;
use crate::fs::{FileSystem, FsError, FsResult};
use crate::moves::event::{FailureKind, Note};
use crate::moves::state::Purge;
use crate::planner::plan::Payer;
use crate::recovery::Record;

/// What happened that excuses something.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Excuses {
    /// Limits bind whoever moves: in a project that is over its limit he can neither make a claim or a
    /// barrier file (Lustre) nor retag anything back into it (ext4), nor make a workshop (XFS, root too).
    pub(super) limits_hold_back: bool,
    /// An ordinary user cannot delete what somebody else keeps in a folder of his own.
    pub(super) may_be_unpurgeable: bool,
    /// A barrier's removal is not durable.
    pub(super) power_was_cut: bool,
    /// So often that a barrier's file could not be removed either; it goes by rule.
    pub(super) access_was_refused: bool,
}

/// Compares what is with what must be. Answers every offence.
pub(super) fn check(model: &Model, found: &[Sighting], moves: &[Snapshot], excuses: Excuses) -> Vec<String> {
    let mut offences = Vec::new();
    for snapshot in moves {
        let state = snapshot.recorded.of.state;
        let failed_for = |kind| snapshot.recorded.of.failure.as_ref().is_some_and(|failure| failure.kind == kind);
        // A folder that has another project takes nothing back that is not charged to that.
        let may_be_stuck = model.is_disturbed && failed_for(FailureKind::WorldChanged)
            || model.projects_are_loose && failed_for(FailureKind::FileSystem)
            || excuses.limits_hold_back && failed_for(FailureKind::NoHeadroom)
            || model.was_met_twice(&snapshot.recorded);
        let is_at_rest = state.has_ended() || (state == MoveState::Stuck && may_be_stuck);
        if !is_at_rest {
            offences.push(format!("move {} is {state:?}: {:?}", snapshot.recorded.of.id, snapshot.recorded.of.failure));
        }
    }
    for snapshot in moves.iter().filter(|snapshot| snapshot.recorded.of.purge == Purge::Started) {
        if !(excuses.may_be_unpurgeable || model.is_disturbed) {
            offences.push(format!("the purge of {} is not finished", snapshot.recorded.of.id));
        }
    }
    names(model, found, &mut offences);
    retired(model, found, &mut offences);
    unknown(model, found, moves, excuses, &mut offences);
    described(found, moves, &mut offences);
    survivors(model, found, &mut offences);
    offences
}

/// Every name of every untouched object is there, once, with everything that belongs to it.
fn names(model: &Model, found: &[Sighting], offences: &mut Vec<String>) {
    let mut visible: BTreeMap<(&Key, u32), Vec<&Sighting>> = BTreeMap::new();
    for seen in found.iter().filter(|seen| seen.hidden.is_none()) {
        visible.entry((&seen.key, seen.number.unwrap_or_default())).or_default().push(seen);
    }
    for object in model.objects.iter().filter(|object| !model.touched.contains(&object.number)) {
        let mut identities = BTreeSet::new();
        for key in &object.names {
            let seen = visible.get(&(key, object.number)).map(Vec::as_slice).unwrap_or_default();
            // Where a copy and its original are both there, their folders have one number, and names below
            // these meet: one of them has to be this one.
            let fits = |seen: &&&Sighting| differences(model, seen, object, &object.attributes).is_empty();
            let Some(seen) = seen.iter().find(fits).or(seen.last()) else {
                if !model.returned.contains(&object.number) {
                    let elsewhere: Vec<&str> =
                        found.iter().filter(|seen| seen.number == Some(object.number)).map(|seen| seen.path.as_str()).collect();
                    offences.push(format!("{} is not at {}: {elsewhere:?}", shown(object.number, key), key.0));
                }
                continue;
            };
            identities.insert(seen.identity.clone());
            compare(model, seen, object, &object.attributes, offences);
        }
        if identities.len() > 1 {
            offences.push(format!("the names of {} no longer share an inode", object.number));
        }
    }
}

fn shown(number: u32, key: &Key) -> String {
    format!("number {number} '{}'", key.1.shown())
}

fn compare(model: &Model, seen: &Sighting, object: &Object, expected: &Attributes, offences: &mut Vec<String>) {
    let differences = differences(model, seen, object, expected);
    if !differences.is_empty() {
        offences.push(format!("{} ({:?}): {}", seen.path, seen.number, differences.join("; ")));
    }
}

/// How something is other than it has to be.
fn differences(model: &Model, seen: &Sighting, object: &Object, expected: &Attributes) -> Vec<String> {
    let mut expected = expected.clone();
    let is_busy = seen.number.is_some_and(|number| model.busy.contains(&number));
    if is_busy && expected.kind == EntryKind::Folder {
        expected.modified = seen.attributes.modified;
    }
    let stays_with_others = model.renamed_by_others.contains(&object.number) && is_charged_as_it_lies(seen);
    if stays_with_others || !model.has_certain_project(object) {
        (expected.project, expected.inherit) = (seen.attributes.project, seen.attributes.inherit);
    }
    seen.attributes.differences(&expected)
}

/// Whether it has the project of the folder in which the world has put it: `/m/alpha`, for instance.
fn is_charged_as_it_lies(seen: &Sighting) -> bool {
    let folder = seen.path.split('/').nth(2);
    let own = PROJECT_FOLDERS.iter().zip(PROJECTS).find(|(name, _)| Some(**name) == folder);
    // Beside the projects lies a folder of none.
    seen.attributes.project == own.map_or(0, |(_, id)| id.0)
}

/// What a copy has retired is whole.
fn retired(model: &Model, found: &[Sighting], offences: &mut Vec<String>) {
    let hidden: BTreeMap<(&FileName, &Key), &Sighting> =
        found.iter().filter_map(|seen| Some(((seen.hidden.as_ref()?, &seen.key), seen))).collect();
    let visible: BTreeSet<(&Key, u32)> =
        found.iter().filter(|seen| seen.hidden.is_none()).filter_map(|seen| Some((&seen.key, seen.number?))).collect();
    for object in model.objects.iter().filter(|object| !model.touched.contains(&object.number)) {
        for (name, key) in &object.retired {
            let Some(seen) = hidden.get(&(name, key)).filter(|seen| seen.number == Some(object.number)) else {
                // Others had renamed a folder above it, and what took that name was hidden instead.
                if model.renamed_by_others.contains(&object.number) && visible.contains(&(key, object.number)) {
                    continue;
                }
                offences.push(format!("{} is missing from {}", shown(object.number, key), name.shown()));
                continue;
            };
            let mut expected = object.attributes.clone();
            if key.1 == *name {
                expected.mode = None;
            }
            compare(model, seen, object, &expected, offences);
        }
    }
}

/// Whether others took the name, or that from which a move has brought it here.
fn is_taken(model: &Model, name: &FileName, moves: &[Snapshot]) -> bool {
    let is_theirs = |name: &FileName| model.taken.iter().any(|(_, taken)| taken == name);
    let mut items = moves.iter().flat_map(|snapshot| &snapshot.recorded.of.plan.items);
    is_theirs(name) || items.any(|item| item.destination_name == *name && is_theirs(&item.source_name))
}

/// Nothing lies about that nobody accounts for.
fn unknown(model: &Model, found: &[Sighting], moves: &[Snapshot], excuses: Excuses, offences: &mut Vec<String>) {
    // A name that others took away from an object may be another's by now.
    let expected: BTreeSet<(&Key, u32)> =
        model.objects.iter().flat_map(|object| object.names.iter().map(|key| (key, object.number))).collect();
    let hidden_names = hidden_names(moves);
    let is_stuck = |snapshot: &&Snapshot| snapshot.recorded.of.state == MoveState::Stuck;
    let stuck: Vec<String> =
        moves.iter().filter(is_stuck).map(|snapshot| format!(".tidelock-{}.", snapshot.recorded.of.id)).collect();
    for seen in found {
        let is_theirs = seen.path.contains(THEIRS)
            || (seen.number.is_none() && is_taken(model, &seen.key.1, moves))
            || seen.attributes.points_to.ends_with(THEIRS.as_bytes())
            || seen.number.is_some_and(|number| number >= FIRST_NUMBER || model.touched.contains(&number));
        let is_returned = seen.number.is_some_and(|number| model.returned.contains(&number));
        match &seen.hidden {
            Some(hidden) if hidden.as_bytes().ends_with(b".barrier") && (excuses.power_was_cut || excuses.access_was_refused) => {}
            Some(hidden) if hidden_names.contains(hidden) => {}
            Some(hidden) if stuck.iter().any(|prefix| hidden.as_bytes().starts_with(prefix.as_bytes())) => {}
            Some(_) => offences.push(format!("left behind: {}", seen.path)),
            None if is_theirs || is_returned || seen.number.is_some_and(|number| expected.contains(&(&seen.key, number))) => {}
            None => offences.push(format!("unknown: {} ({:?}, {:?})", seen.path, seen.number, seen.attributes.kind)),
        }
    }
}

/// The hidden names that finished moves keep.
fn hidden_names(moves: &[Snapshot]) -> BTreeSet<FileName> {
    let mut names = BTreeSet::new();
    let mut brought_back = BTreeSet::new();
    let name = |text: String| FileName::new(text.into_bytes()).ok();
    for snapshot in moves {
        let of = &snapshot.recorded.of;
        for (item, position) in of.plan.items.iter().zip(0_u32..) {
            if of.state == MoveState::Done && of.purge != Purge::Purged && item.keeps_source() {
                names.extend(name(format!(".tidelock-{}.{position}.retired", of.id)));
            }
            if of.state == MoveState::Done && of.purge != Purge::Purged && item.replaces.is_some() {
                names.extend(name(format!(".tidelock-{}.{position}.replaced", of.id)));
            }
            if let Some(kept) = item.kept.as_ref().filter(|_| of.state == MoveState::Done) {
                brought_back.extend(name(format!(".tidelock-{}.{}.retired", kept.move_id, kept.item)));
            }
            if let Some(restored) = item.restores.as_ref().filter(|_| of.state == MoveState::Done) {
                brought_back.extend(name(format!(".tidelock-{}.{}.replaced", restored.move_id, restored.item)));
            }
        }
        let told = of.notes.iter().filter_map(|(_, note)| match note {
            Note::Kept { path } | Note::RecordStays { path } => path.split_last(),
            _ => None,
        });
        names.extend(told.map(|(_, name)| name.clone()));
    }
    names.retain(|name| !brought_back.contains(name));
    let described = moves.iter().filter(|snapshot| hides_any(&names, snapshot));
    let records: Vec<FileName> = described.filter_map(|snapshot| Record::name(snapshot.recorded.of.id)).collect();
    names.extend(records);
    names
}

fn hides_any(names: &BTreeSet<FileName>, snapshot: &Snapshot) -> bool {
    let prefix = format!(".tidelock-{}.", snapshot.recorded.of.id);
    names.iter().any(|name| name.as_bytes().starts_with(prefix.as_bytes()))
}

/// What a finished move keeps hidden is described beside its source.
fn described(found: &[Sighting], moves: &[Snapshot], offences: &mut Vec<String>) {
    for snapshot in moves {
        let (of, is_undone) = (&snapshot.recorded.of, snapshot.recorded.undone_by.is_some());
        let name = Record::name(of.id).filter(|_| of.keeps_retired_source() && !is_undone && !of.is_undescribed());
        if name.is_some() && !found.iter().any(|seen| seen.hidden == name) {
            offences.push(format!("move {} keeps something hidden and is not described", of.id));
        }
    }
}

/// Nothing is lost, whoever worked on it; and what others wrote last is there.
fn survivors(model: &Model, found: &[Sighting], offences: &mut Vec<String>) {
    for number in model.touched.union(&model.returned) {
        let mut seen = found.iter().filter(|seen| seen.number == Some(*number)).peekable();
        if seen.peek().is_none() {
            if !model.may_be_gone.contains(number) {
                offences.push(format!("number {number} is lost"));
            }
            continue;
        }
        if let Some(written) = model.written.get(number).filter(|_| !model.may_be_gone.contains(number))
            && !seen.any(|seen| seen.attributes.content.starts_with(written))
        {
            offences.push(format!("what others wrote into number {number} is lost"));
        }
    }
}

/// Charges equal what a recount says; nothing is set aside; nothing on tape was read.
pub(super) fn charges(root: &Simulator, tops: &[&str], engine: &Engine, moves: &[Snapshot]) -> FsResult<Vec<String>> {
    let mut offences = Vec::new();
    for (top, position) in tops.iter().zip(0_u16..) {
        let counted = recount(root, top)?;
        for project in PROJECTS {
            let (charged, expected) = (root.usage(position, project), counted.get(&project).copied().unwrap_or_default());
            if charged != expected {
                offences.push(format!("project {project} is charged {charged:?} and holds {expected:?}"));
            }
        }
    }
    let is_open = |snapshot: &&Snapshot| !snapshot.recorded.of.state.has_ended();
    // A stuck move keeps what it has set aside; nobody else does.
    let reservations = |snapshot: &Snapshot| snapshot.recorded.of.plan.reservations.iter().map(|one| one.payer).collect::<Vec<_>>();
    let held: Vec<Payer> = moves.iter().filter(is_open).flat_map(reservations).collect();
    for payer in moves.iter().flat_map(reservations).filter(|payer| !held.contains(payer)) {
        let reserved = engine.held(payer).reserved;
        if reserved != Amount::ZERO {
            offences.push(format!("{reserved:?} stays reserved at {payer:?}"));
        }
    }
    if root.blocked_reads() > 0 {
        offences.push(format!("{} reads of files on tape", root.blocked_reads()));
    }
    Ok(offences)
}

fn recount(root: &Simulator, top: &str) -> FsResult<BTreeMap<ProjectId, Amount>> {
    let mut counted: BTreeMap<ProjectId, Amount> = BTreeMap::new();
    let mut met = BTreeSet::new();
    let folder = root.open_path(&super::furnish::path(top)?)?;
    for entry in root.read_folder(&folder)? {
        let name = entry?.name;
        walk(root, folder.at(&name), &mut |visit| -> Result<bool, FsError> {
            let status = &visit.status;
            if met.insert(status.inode) {
                let amount = counted.entry(root.charged_to(status.inode)).or_default();
                *amount += Amount { bytes: status.allocated, inodes: 1 };
            }
            Ok(status.kind == EntryKind::Folder)
        })?;
    }
    Ok(counted)
}
