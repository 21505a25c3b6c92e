//! Gives every inode of a tree the destination's project ID, in place.
//!
//! Folders come first, so that what is created meanwhile inherits the new ID; the walk repeats
//! until it finds no outlier. Before the first change every ID that is not the source's is
//! written down, so that undoing brings each back. What cannot be retagged is made anew
//! ([`remake`]).

mod charges;
mod modes;
mod remake;
mod workshop;

use std::collections::HashMap;

use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::EntryKind;

use super::context::{Context, holds};
use super::describe::open_if_there;
use super::error::{StepError, StepResult};
use crate::fs::walk::walk;
use crate::fs::{At, Folder, Object};
use crate::moves::event::Note;
use crate::worker::Probe;
use charges::Charges;
use modes::{Modes, may_be_lost};
use remake::{Remaker, Way};

/// Whoever creates entries faster than so many walks retag them is at work in the tree.
const WALKS_MAX: u32 = 8;
/// Exceptions are written down in pieces of so many.
const EXCEPTIONS_A_NOTE: usize = 1000;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    write_down_exceptions(context)?;
    let (folder, name) = as_planned(context)?;
    retag_until_clean(context, folder.at(&name))
}

/// Walks until every inode has the destination's tag.
pub(super) fn retag_until_clean(context: &mut Context<'_>, at: At<'_>) -> StepResult<()> {
    let Some(tag) = context.destination_tag() else { return Ok(()) };
    let mut remaker = Remaker::begin(context, Way::There)?;
    for _ in 0..WALKS_MAX {
        if !holds(context.fs, at, &context.item().identity)? {
            return Err(StepError::ItemReplaced(context.source_path()));
        }
        if set_tags(context, at, &mut remaker, Which::All, &|_| tag)? == 0 {
            return remaker.end(context);
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
fn wherever(context: &Context<'_>) -> StepResult<Option<(Folder, FileName)>> {
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
    let fs = context.fs;
    let (mut tags, mut modes, mut charged) = (Vec::new(), Vec::new(), Vec::new());
    let mut charges = Charges::begin(context)?;
    walk(fs, folder.at(&name), &mut |visit| -> StepResult<bool> {
        let is_folder = visit.status.kind == EntryKind::Folder;
        if let Some(tag) = fs.tag(visit.at.into())?
            && tag != expected(usual, is_folder)
        {
            tags.push((visit.status.inode, tag));
        }
        if may_be_lost(fs, &visit.status) {
            modes.push((visit.status.inode, visit.status.mode));
        }
        charged.extend(charges.unlike_folder(context, &visit)?);
        // A walk over millions is a place to stop at.
        context.progress(0, 0)?;
        if tags.len() == EXCEPTIONS_A_NOTE {
            context.note(Note::Exceptions { tags: std::mem::take(&mut tags) })?;
        }
        if modes.len() == EXCEPTIONS_A_NOTE {
            context.note(Note::SetIdModes { modes: std::mem::take(&mut modes) })?;
        }
        if charged.len() == EXCEPTIONS_A_NOTE {
            context.note(Note::Charged { to: std::mem::take(&mut charged) })?;
        }
        Ok(is_folder)
    })?;
    if !tags.is_empty() {
        context.note(Note::Exceptions { tags })?;
    }
    if !modes.is_empty() {
        context.note(Note::SetIdModes { modes })?;
    }
    if !charged.is_empty() {
        context.note(Note::Charged { to: charged })?;
    }
    charges.end(context)?;
    context.note(Note::ExceptionsComplete)?;
    Ok(())
}

/// The inherit flag is a folder's; files carry the ID alone.
fn expected(tag: ProjectTag, is_folder: bool) -> ProjectTag {
    ProjectTag { inherit: tag.inherit && is_folder, ..tag }
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
    wanted: &dyn Fn(u64) -> ProjectTag,
) -> StepResult<u64> {
    let (fs, modes) = (context.fs, Modes::written_down(context));
    let mut changed = 0;
    walk(fs, top, &mut |visit| -> StepResult<bool> {
        let is_folder = visit.status.kind == EntryKind::Folder;
        if which == Which::AllButFiles && visit.status.kind == EntryKind::File {
            return Ok(false);
        }
        if let Some(tag) = fs.tag(visit.at.into())? {
            let wanted = expected(wanted(visit.status.inode), is_folder);
            let is_outlier = tag != wanted;
            if is_outlier {
                fs.set_tag(visit.at.into(), wanted)?;
                changed += 1;
            }
            if is_outlier || remaker.is_first_walk() {
                modes.restore(fs, visit.at, &visit.status)?;
            }
            if is_outlier {
                context.progress(1, 0)?;
            }
        }
        changed += remaker.visit(context, top, &visit)?;
        Ok(is_folder)
    })?;
    Ok(changed + remaker.end_walk(context, top, which == Which::All)?)
}

/// The tags that differ from the source's, by inode.
fn exceptions(context: &Context<'_>) -> HashMap<u64, ProjectTag> {
    let noted = context.notes().filter_map(|note| if let Note::Exceptions { tags } = note { Some(tags) } else { None });
    noted.flatten().copied().collect()
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    // Without the complete list nothing was changed yet.
    if !context.notes().any(|note| matches!(note, Note::ExceptionsComplete)) {
        let is_there = open_if_there(context.fs, &context.item().source_folder)?.is_some();
        return if is_there { Charges::begin(context).map(drop) } else { Ok(()) };
    }
    let Some((folder, name)) = wherever(context)? else { return Ok(()) };
    let usual = context.item().source_tag.unwrap_or_default();
    let exceptions = exceptions(context);
    let mut remaker = Remaker::begin(context, Way::Back)?;
    let wanted = |inode: u64| exceptions.get(&inode).copied().unwrap_or(usual);
    // What is made anew is held to the project's limit, on XFS for root too, and changing the IDs of
    // files is not for root: so the files take their room last.
    if remaker.has_work() {
        set_tags(context, folder.at(&name), &mut remaker, Which::AllButFiles, &wanted)?;
    }
    set_tags(context, folder.at(&name), &mut remaker, Which::All, &wanted)?;
    remaker.end(context)
}

/// Gives the top alone a tag with which a rename back is allowed: the source folder's ID where
/// that has the inherit flag, whatever the top itself had; undoing the retag brings that back.
pub(super) fn untag_top(context: &Context<'_>, at: At<'_>) -> StepResult<()> {
    let status = context.fs.status(at.into())?;
    let usual = expected(context.item().source_tag.unwrap_or_default(), status.kind == EntryKind::Folder);
    let old = exceptions(context).get(&status.inode).copied().unwrap_or(usual);
    let allowed = match context.item().source_folder.tag {
        Some(folder) if folder.inherit => ProjectTag { id: folder.id, ..old },
        _ => old,
    };
    if context.fs.tag(at.into())?.is_some_and(|tag| tag != allowed) {
        context.fs.set_tag(Object::Entry(at), allowed)?;
        Modes::written_down(context).restore(context.fs, at, &status)?;
    }
    Ok(())
}

/// How many inodes of the tree at `at` are not charged to the destination.
fn outliers(context: &Context<'_>, at: At<'_>, tag: ProjectTag) -> StepResult<u64> {
    let (fs, remaker) = (context.fs, Remaker::looking(context)?);
    let mut found = 0;
    walk(fs, at, &mut |visit| -> StepResult<bool> {
        let is_folder = visit.status.kind == EntryKind::Folder;
        let is_other = fs.tag(visit.at.into())?.is_some_and(|has| has != expected(tag, is_folder));
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
