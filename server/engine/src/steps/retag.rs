//! Gives every inode of a tree the destination's project ID, in place.
//!
//! Folders come first, so that what is created meanwhile inherits the new ID; the walk repeats
//! until it finds no outlier. Before the first change every ID that is not the source's is
//! written down, so that undoing brings each back; what others bring past that walk is written
//! down once it is met, and changed by the next. What cannot be retagged is made anew ([`remake`]).

mod charges;
mod modes;
mod remake;
mod workshop;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::barrier::barrier_on_other_mdts;
use super::bring_back::say_missing;
use super::context::{Context, holds, open_if_there};
use super::error::{StepError, StepResult};
use crate::crew::{Found, Walker, walk_together};
use crate::fs::walk::{Top, unless_absent, walk, walk_held};
use crate::fs::{At, FileSystem, Folder, Object, Status};
use crate::moves::event::Note;
use crate::worker::Probe;
use charges::{Charges, is_charged_apart};
pub(super) use modes::{Modes, may_be_lost};
use remake::{Remaker, Way};

/// Whoever creates entries faster than so many walks retag them is at work in the tree.
pub(super) const WALKS_MAX: u32 = 8;
/// Exceptions are written down in pieces of so many.
pub(super) const EXCEPTIONS_A_NOTE: usize = 1000;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    write_down_exceptions(context)?;
    let (folder, name) = as_planned(context)?;
    retag(context, folder.at(&name))?;
    // Even if nothing had to be changed: a crash may have come before this.
    barrier_on_other_mdts(context, folder.at(&name), &context.destination_folder()?)
}

/// Walks until every inode has the destination's tag; what had to be changed is durable.
pub(super) fn retag_until_clean(context: &mut Context<'_>, at: At<'_>) -> StepResult<()> {
    if retag(context, at)? {
        barrier_on_other_mdts(context, at, &context.destination_folder()?)?;
    }
    Ok(())
}

/// Answers whether anything was not as it is now.
fn retag(context: &mut Context<'_>, at: At<'_>) -> StepResult<bool> {
    let Some(tag) = context.destination_tag() else { return Ok(false) };
    let mut remaker = Remaker::begin(context, Way::There)?;
    for walk in 0..WALKS_MAX {
        if !holds(context.fs, at, &context.item().identity)? {
            return Err(StepError::ItemReplaced(context.source_path()));
        }
        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? == 0 {
            return remaker.end(context).map(|()| walk > 0);
        }
    }
    Err(StepError::RetagKeepsLosing)
}

/// Where the tree lies as planned. Under its name others may have put something of theirs.
fn as_planned(context: &Context<'_>) -> StepResult<(Folder, FileName)> {
    let (folder, item) = (context.source_folder()?, context.item());
    if !holds(context.fs, folder.at(&item.source_name), &item.identity)? {
        return Err(StepError::ItemReplaced(context.source_path()));
    }
    Ok((folder, item.source_name.clone()))
}

/// Where the tree lies on the way back: others may have renamed it beside its place.
pub(super) fn wherever(context: &Context<'_>) -> StepResult<Option<(Folder, FileName)>> {
    let (folder, item) = (context.source_folder()?, context.item());
    if holds(context.fs, folder.at(&item.source_name), &item.identity)? {
        return Ok(Some((folder, item.source_name.clone())));
    }
    for entry in context.fs.read_folder(&folder)? {
        let name = entry?.name;
        if holds(context.fs, folder.at(&name), &item.identity)? {
            return Ok(Some((folder, name)));
        }
    }
    Ok(None)
}

fn write_down_exceptions(context: &mut Context<'_>) -> StepResult<()> {
    if context.notes().any(|note| matches!(note, Note::ExceptionsComplete)) {
        return Ok(());
    }
    let (folder, name) = as_planned(context)?;
    let usual = context.item().source_tag.unwrap_or_default();
    let (fs, crew) = (context.fs, context.crew);
    let noticed = Mutex::new((Vec::new(), Vec::new()));
    let has_others = AtomicBool::new(false);
    let look = |hand: &mut Walker<'_, '_, StepError>, here: &Found<'_>| {
        let (status, is_folder) = (here.status, here.status.kind == EntryKind::Folder);
        if let Some(tag) = unless_absent(fs.tag(here.object))?.flatten()
            && tag != becoming(tag, usual, is_folder)
        {
            noticed.lock().0.push((status.inode, tag));
        }
        if may_be_lost(fs, status) {
            noticed.lock().1.push((status.inode, status.mode));
        }
        if is_charged_apart(status.kind) {
            has_others.store(true, Ordering::Relaxed);
        }
        hand.count(1, 0)?;
        Ok(is_folder)
    };
    let identity = context.item().identity.clone();
    walk_together(crew, fs, folder.at(&name), Some(&identity), &look, &mut |_, _| {
        // A walk over millions is a place to stop at.
        context.progress(0, 0)?;
        write_down(context, &noticed, EXCEPTIONS_A_NOTE)
    })?;
    write_down(context, &noticed, 1)?;
    if has_others.into_inner() {
        charges::write_down(context, folder.at(&name))?;
    }
    context.note(Note::ExceptionsComplete)
}

/// Inodes with another tag than the usual, and those with bits that a change takes away.
pub(super) type Noticed = (Vec<(u64, ProjectTag)>, Vec<(u64, u32)>);

/// Writes down what was noticed, once there is enough of it.
pub(super) fn write_down(context: &mut Context<'_>, noticed: &Mutex<Noticed>, enough: usize) -> StepResult<()> {
    let (tags, modes) = {
        let (tags, modes) = &mut *noticed.lock();
        (taken_if_enough(tags, enough), taken_if_enough(modes, enough))
    };
    if !tags.is_empty() {
        context.note(Note::Exceptions { tags })?;
    }
    if !modes.is_empty() {
        context.note(Note::SetIdModes { modes })?;
    }
    Ok(())
}

fn taken_if_enough<T>(of: &mut Vec<T>, enough: usize) -> Vec<T> {
    if of.len() >= enough { std::mem::take(of) } else { Vec::new() }
}

/// What an inode's tag becomes that gets another. Only of a folder does the inherit flag say anything: what
/// else has one keeps it, as `lfs project -s -r -p` gives it to every kind (recorded).
pub(super) fn becoming(has: ProjectTag, tag: ProjectTag, is_folder: bool) -> ProjectTag {
    if is_folder { tag } else { ProjectTag { id: tag.id, ..has } }
}

/// What a walk changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    AllButFiles,
}

/// One walk: gives each inode the tag that `wanted` says for it; answers how many changed.
fn set_tags(
    context: &mut Context<'_>,
    top: At<'_>,
    remaker: &mut Remaker,
    which: Which,
    wanted: &(dyn Fn(u64) -> ProjectTag + Sync),
) -> StepResult<u64> {
    let (fs, crew, identity) = (context.fs, context.crew, context.item().identity.clone());
    let unknown = (remaker.way() == Way::There).then(|| Unknown::to_what_is_written_down(context));
    let tagger = Tagger { fs, modes: Modes::written_down(context), which, mends: remaker.is_first_walk(), wanted, unknown };
    if !remaker.is_needed() {
        let changed = AtomicU64::new(0);
        let set = |hand: &mut Walker<'_, '_, StepError>, here: &Found<'_>| {
            if tagger.set(here.object, here.status)? {
                changed.fetch_add(1, Ordering::Relaxed);
                hand.count(1, 0)?;
            }
            Ok(here.status.kind == EntryKind::Folder)
        };
        walk_together(crew, fs, top, Some(&identity), &set, &mut |entries, bytes| context.progress(entries, bytes))?;
        tagger.end(context)?;
        return Ok(changed.into_inner() + remaker.end_walk(context, top, which == Which::All)?);
    }
    let mut changed = 0;
    walk_held(fs, top, &identity, &mut |visit| -> StepResult<bool> {
        if tagger.set(visit.object, &visit.status)? {
            changed += 1;
            context.progress(1, 0)?;
        }
        changed += remaker.visit(context, top, &visit)?;
        Ok(visit.status.kind == EntryKind::Folder)
    })?;
    tagger.end(context)?;
    Ok(changed + remaker.end_walk(context, top, which == Which::All)?)
}

/// Gives one inode after the other its tag.
struct Tagger<'a> {
    fs: &'a dyn FileSystem,
    modes: Modes,
    which: Which,
    /// An earlier run may have been cut off between a tag and the bits that it took.
    mends: bool,
    wanted: &'a (dyn Fn(u64) -> ProjectTag + Sync),
    /// None on the way back, for which it was written down.
    unknown: Option<Unknown>,
}

impl Tagger<'_> {
    /// Answers whether another walk has to look here: it was another one, or others have just taken it away.
    fn set(&self, entry: Object<'_>, status: &Status) -> StepResult<bool> {
        match self.try_to_set(entry, status) {
            Err(StepError::FileSystem(error)) if error.is_absent() => Ok(true),
            answer => answer,
        }
    }

    fn try_to_set(&self, entry: Object<'_>, status: &Status) -> StepResult<bool> {
        if self.which == Which::AllButFiles && status.kind == EntryKind::File {
            return Ok(false);
        }
        let Some(tag) = self.fs.tag(entry)? else { return Ok(false) };
        let wanted = becoming(tag, (self.wanted)(status.inode), status.kind == EntryKind::Folder);
        let is_outlier = tag != wanted;
        if is_outlier {
            if self.unknown.as_ref().is_some_and(|unknown| unknown.notices(self, tag, status)) {
                return Ok(true);
            }
            self.fs.set_tag(entry, wanted)?;
        }
        if is_outlier || self.mends {
            self.modes.restore(self.fs, entry, status)?;
        }
        Ok(is_outlier)
    }

    /// Writes down what was noticed: the list is complete again.
    fn end(self, context: &mut Context<'_>) -> StepResult<()> {
        let Some(Unknown { noticed, .. }) = self.unknown else { return Ok(()) };
        if noticed.lock().0.is_empty() && noticed.lock().1.is_empty() {
            return Ok(());
        }
        write_down(context, &noticed, 1)?;
        context.note(Note::ExceptionsComplete)
    }
}

/// What nobody has written down: others had renamed it past the walk that did so, or have brought it since.
struct Unknown {
    usual: ProjectTag,
    exceptions: HashMap<u64, ProjectTag>,
    noticed: Mutex<Noticed>,
}

impl Unknown {
    fn to_what_is_written_down(context: &Context<'_>) -> Self {
        let usual = context.item().source_tag.unwrap_or_default();
        Self { usual, exceptions: exceptions(context), noticed: Mutex::default() }
    }

    fn notices(&self, tagger: &Tagger<'_>, tag: ProjectTag, status: &Status) -> bool {
        let is_usual = tag == becoming(tag, self.usual, status.kind == EntryKind::Folder);
        let has_unknown_tag = !is_usual && self.exceptions.get(&status.inode) != Some(&tag);
        let has_unknown_mode = may_be_lost(tagger.fs, status) && !tagger.modes.know(status);
        if has_unknown_tag {
            self.noticed.lock().0.push((status.inode, tag));
        }
        if has_unknown_mode {
            self.noticed.lock().1.push((status.inode, status.mode));
        }
        has_unknown_tag || has_unknown_mode
    }
}

/// The tags that differ from the source's, by inode.
pub(super) fn exceptions(context: &Context<'_>) -> HashMap<u64, ProjectTag> {
    let noted = context.all_notes().filter_map(|note| if let Note::Exceptions { tags } = note { Some(tags) } else { None });
    noted.flatten().copied().collect()
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    // Without the complete list nothing was changed yet.
    if !context.notes().any(|note| matches!(note, Note::ExceptionsComplete)) {
        let is_there = open_if_there(context.fs, &context.item().source_folder)?.is_some();
        return if is_there { Charges::begin(context).map(drop) } else { Ok(()) };
    }
    let usual = context.item().source_tag.unwrap_or_default();
    let exceptions = exceptions(context);
    let mut remaker = Remaker::begin(context, Way::Back)?;
    let wanted = |inode: u64| exceptions.get(&inode).copied().unwrap_or(usual);
    // What is made anew is held to the project's limit, on XFS for root too, and changing the IDs of
    // files is not for root: so the files take their room last.
    if remaker.has_work()
        && let Some((folder, name)) = wherever(context)?
    {
        if_there(set_tags(context, folder.at(&name), &mut remaker, Which::AllButFiles, &wanted))?;
    }
    // A folder that others rename meanwhile may lie where the walk has been: the next one finds it.
    for _ in 0..WALKS_MAX {
        let Some((folder, name)) = wherever(context)? else {
            remaker.end(context)?;
            return say_missing(context);
        };
        if if_there(set_tags(context, folder.at(&name), &mut remaker, Which::All, &wanted))? == Some(0) {
            break;
        }
    }
    remaker.end(context)?;
    let Some((folder, name)) = wherever(context)? else { return Ok(()) };
    barrier_on_other_mdts(context, folder.at(&name), &folder)
}

/// None if others have just given the tree's name to something else.
fn if_there(walked: StepResult<u64>) -> StepResult<Option<u64>> {
    match walked {
        Err(StepError::FileSystem(error)) if error.is_absent() => Ok(None),
        answer => answer.map(Some),
    }
}

/// Gives the top alone a tag with which a rename back is allowed: the source folder's ID where
/// that has the inherit flag, whatever the top itself had; undoing the retag brings that back.
/// What others have put in its place keeps its own.
pub(super) fn untag_top(context: &Context<'_>, at: At<'_>) -> StepResult<()> {
    let Some((top, status)) = unless_absent(Top::look_at(context.fs, at, Some(&context.item().identity)))? else { return Ok(()) };
    let usual = context.item().source_tag.unwrap_or_default();
    let old = exceptions(context).get(&status.inode).copied().unwrap_or(usual);
    let allowed = match context.item().source_folder.tag {
        Some(folder) if folder.inherit => ProjectTag { id: folder.id, ..old },
        _ => old,
    };
    let Some(tag) = context.fs.tag(top.object())? else { return Ok(()) };
    let allowed = becoming(tag, allowed, status.kind == EntryKind::Folder);
    if tag != allowed {
        context.fs.set_tag(top.object(), allowed)?;
        Modes::written_down(context).restore(context.fs, top.object(), &status)?;
    }
    Ok(())
}

/// How many inodes of the tree at `at` are not charged to the destination.
fn outliers(context: &Context<'_>, at: At<'_>, tag: ProjectTag) -> StepResult<u64> {
    let (fs, remaker) = (context.fs, Remaker::looking(context)?);
    let mut found = 0;
    walk(fs, at, &mut |visit| -> StepResult<bool> {
        let is_folder = visit.status.kind == EntryKind::Folder;
        let charged = unless_absent(fs.tag(visit.at.into()))?.flatten();
        let is_other = charged.is_some_and(|has| has != becoming(has, tag, is_folder));
        found += u64::from(is_other || remaker.is_left(context, &visit)?);
        Ok(is_folder)
    })?;
    Ok(found)
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let Some(tag) = context.destination_tag() else { return Ok(Probe::Run) };
    let (source, destination) = (context.source_folder()?, context.destination_folder()?);
    let item = context.item();
    let original = source.at(&item.source_name);
    let published = destination.at(&item.destination_name);
    let hop = super::hop::place(context)?;
    let in_hop = hop.as_ref().map(|(hop, name)| hop.at(name));
    let mut at = published;
    for place in [Some(original), in_hop].into_iter().flatten() {
        if holds(context.fs, place, &item.identity)? {
            at = place;
        }
    }
    Ok(if outliers(context, at, tag)? == 0 { Probe::Run } else { Probe::NotRun })
}
