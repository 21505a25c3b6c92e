//! Takes the retagged item into a hidden folder beside it that has no inherit flag: there the
//! source folder's flag no longer holds it back (Lustre 2.10 to 2.15, by the source of
//! `mdd_rename_sanity_check`).
//!
//! A flagged folder lets an item out only towards a folder of its own project, and in only if the
//! item is of its project. So the hop has the project of the side that the item comes from, and
//! the item by then that of the side it goes to.

use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;

use super::carry::{Carry, hide, remove_own_claim};
use super::context::{Context, create_folder_beside, holds, path_of};
use super::error::{StepError, StepResult};
use super::retag::untag_top;
use super::retire_source::bring_item_back;
use crate::fs::walk::{look, unless_absent};
use crate::fs::{Errno, Folder};
use crate::worker::Probe;

const HOP_MODE: u32 = 0o700;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let source = context.source_folder()?;
    let hop_name = context.hop_name()?;
    if look(context.fs, source.at(&hop_name))?.is_none() {
        create_folder_beside(context.fs, source.at(&hop_name), HOP_MODE, &source)?;
    }
    let hop = context.fs.open_folder(source.at(&hop_name))?;
    belongs_to(context, &hop, context.item().source_folder.tag.unwrap_or_default().id)?;
    let item = context.item();
    let what = Carry { identity: &item.identity, kind: item.kind, path: context.source_path(), destination: context.source_path() };
    hide(context.fs, source.at(&item.source_name), hop.at(&item.source_name), &what)
}

/// Gives the hop a project and takes the flag that it inherited.
fn belongs_to(context: &Context<'_>, hop: &Folder, id: ProjectId) -> StepResult<()> {
    let tag = ProjectTag { id, inherit: false };
    for entry in context.fs.read_folder(hop)? {
        // Others may have given its name to a folder of theirs, or of somebody's whom they may not touch.
        if entry?.name != context.item().source_name {
            return Err(StepError::NotOurs(path_of(&context.item().source_folder, &context.hop_name()?)));
        }
    }
    if context.fs.tag(hop.into())? != Some(tag) {
        context.fs.set_tag(hop.into(), tag)?;
    }
    Ok(())
}

/// The hop as far as it is there.
fn open(context: &Context<'_>) -> StepResult<Option<Folder>> {
    let (source, name) = (context.source_folder()?, context.hop_name()?);
    Ok(unless_absent(context.fs.open_folder(source.at(&name)))?)
}

/// Where the item lies while it is in the hop; none before and after.
pub(super) fn place(context: &Context<'_>) -> StepResult<Option<(Folder, FileName)>> {
    Ok(open(context)?.map(|hop| (hop, context.item().source_name.clone())))
}

/// Makes ready for the way back out of the destination.
pub(super) fn turn_round(context: &Context<'_>) -> StepResult<()> {
    match (open(context)?, context.destination_tag()) {
        (Some(hop), Some(tag)) => belongs_to(context, &hop, tag.id),
        _ => Ok(()),
    }
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some(hop) = open(context)? else { return Ok(()) };
    let name = context.item().source_name.clone();
    if holds(context.fs, hop.at(&name), &context.item().identity)? {
        untag_top(context, hop.at(&name))?;
        let source = context.source_folder()?;
        bring_item_back(context, hop.at(&name), source.at(&name))?;
    } else {
        remove_own_claim(context.fs, hop.at(&name))?;
    }
    remove(context)
}

/// Removes the hop once it is empty.
pub(super) fn remove(context: &Context<'_>) -> StepResult<()> {
    let (source, name) = (context.source_folder()?, context.hop_name()?);
    match context.fs.remove_folder(source.at(&name)) {
        Err(error) if error.is_absent() || error.errno == Errno::NOTEMPTY => Ok(()),
        answer => Ok(answer?),
    }
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let (source, item) = (context.source_folder()?, context.item());
    // A file that a power cut left with both names has not passed yet.
    if holds(context.fs, source.at(&item.source_name), &item.identity)? {
        return Ok(Probe::NotRun);
    }
    let is_in_hop = match open(context)? {
        Some(hop) => holds(context.fs, hop.at(&item.source_name), &item.identity)?,
        None => false,
    };
    let is_there = is_in_hop || super::publish::probe(context)? == Probe::Run;
    Ok(if is_there { Probe::Run } else { Probe::NotRun })
}
