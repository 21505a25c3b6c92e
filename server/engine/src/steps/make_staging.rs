//! Makes the hidden folder in which a copied folder grows: it becomes the folder itself.
//!
//! It lies directly in the destination folder, so that publishing is a rename within one
//! folder: no second lock on Lustre, and no write to the staged folder itself. A single file
//! is staged under the hidden name without a folder around it.

use tidelock_shared::strategy::{EntryKind, Strategy};

use super::carry::{Found, find};
use super::context::{Context, OWN_FOLDER_MODE, create_folder_beside, holds, open_own_empty};
use super::copy_tree::{begun_at, losses};
use super::error::{StepError, StepResult};
use crate::copy::{forget_inherited, keep_layout};
use crate::fs::walk::{look, open_held, remove_held_tree, remove_if_empty, unless_absent};
use crate::fs::{FileSystem, Folder, Identity};
use crate::moves::event::Note;
use crate::worker::Probe;

pub(super) const STAGING_MODE: u32 = OWN_FOLDER_MODE;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let at = destination.at(&name);
    if look(context.fs, at)?.is_none() {
        create_folder_beside(context.fs, at, STAGING_MODE, &destination)?;
    }
    // A number that a journal from a backup gives out again may meet the staging of another move.
    let staging = match staged_identity(context) {
        Some(identity) => open_held(context.fs, at, &identity)?,
        None => None,
    };
    let staging = match staging {
        Some(staging) => staging,
        None => open_own_empty(context.fs, at, &context.item().destination_folder)?,
    };
    forget_inherited(context.fs, (&staging).into(), &[])?;
    // A setgid destination folder adds its bit; nobody but us enters until publish.
    context.fs.set_mode((&staging).into(), STAGING_MODE)?;
    charge_to_destination(context, &staging)?;
    keep_layout_of_source(context, &staging)?;
    let identity = context.fs.identity((&staging).into())?;
    context.note(Note::StagingMade { identity })?;
    Ok(())
}

/// What is made in it is laid out as in the source, where that is a folder.
fn keep_layout_of_source(context: &Context<'_>, staging: &Folder) -> StepResult<()> {
    if context.item().kind != EntryKind::Folder {
        return Ok(());
    }
    let source = context.source_folder()?;
    let name = context.source_name_now(&source)?;
    Ok(keep_layout(context.fs, &context.fs.open_folder(source.at(&name))?, staging, &losses(context))?)
}

/// New entries below inherit the destination's project; a folder that did not is refused
/// rather than filled at somebody else's cost.
fn charge_to_destination(context: &Context<'_>, staging: &Folder) -> StepResult<()> {
    let (expected, tag) = (context.destination_tag(), context.fs.tag(staging.into())?);
    let is_charged_there = match (expected, tag) {
        (Some(expected), Some(tag)) => !expected.inherit || tag == expected,
        _ => true,
    };
    if is_charged_there { Ok(()) } else { Err(StepError::TagChanged(context.item().destination_folder.path.clone())) }
}

/// The identity of what is staged, as far as it was made.
pub(super) fn staged_identity(context: &Context<'_>) -> Option<Identity> {
    context.notes().filter_map(|note| if let Note::StagingMade { identity } = note { Some(identity.clone()) } else { None }).last()
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let destination = match context.destination_folder() {
        // Others have taken it away, with what was staged in it; of a copy the original is whole.
        Err(error) if error.is_folder_elsewhere() => return Ok(()),
        answer => answer?,
    };
    let name = context.staging_name()?;
    if context.item().strategy == Strategy::PiecewiseRename {
        // What is in it was never a copy: only an empty folder goes.
        return Ok(unless_absent(context.fs.remove_folder(destination.at(&name))).map(drop)?);
    }
    let at = destination.at(&name);
    if let Some(identity) = staged_identity(context)
        && holds(context.fs, at, &identity)?
    {
        return Ok(remove_held_tree(context.fs, at, &identity)?);
    }
    // A crash came before its note, or it is not ours: nothing is in the first.
    Ok(remove_if_empty(context.fs, at).map(drop)?)
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    if context.item().kind != EntryKind::Folder && begun_at(context).is_some() {
        // It has made way for the copy, which begins anew by itself.
        return Ok(Probe::Run);
    }
    let Some(identity) = staged_identity(context) else { return Ok(Probe::NotRun) };
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let published = destination.at(&context.item().destination_name);
    let found = find(context.fs, destination.at(&name), published, &identity)?;
    Ok(if found == Found::Nowhere { Probe::NotRun } else { Probe::Run })
}

/// The staged folder, as long as it lies under its hidden name.
pub(super) fn open_staged(context: &Context<'_>, destination: &Folder) -> StepResult<Option<Folder>> {
    let Some(identity) = staged_identity(context) else { return Ok(None) };
    Ok(open_held(context.fs, destination.at(&context.staging_name()?), &identity)?)
}

/// Whether the staged object lies under its hidden name.
pub(super) fn is_staged(fs: &dyn FileSystem, context: &Context<'_>, destination: &Folder) -> StepResult<bool> {
    let name = context.staging_name()?;
    staged_identity(context).map_or(Ok(false), |identity| Ok(holds(fs, destination.at(&name), &identity)?))
}
