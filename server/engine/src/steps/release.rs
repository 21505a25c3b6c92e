//! Clears away what only the move needed, once nothing can go back any more.

use tidelock_shared::strategy::Strategy;

use super::context::{Context, is_source_folder_gone, where_names_can_be_lost};
use super::error::StepResult;
use super::hop;
use super::rebuild::remove_shells;
use crate::fs::walk::look;
use crate::moves::event::Note;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let released = match context.item().strategy {
        Strategy::PiecewiseRename => remove_shells(context),
        Strategy::RetagWithHop => hop::remove(context),
        Strategy::Rename | Strategy::Retag | Strategy::RetagAndRename | Strategy::StagedCopy => remove_second_name(context),
    };
    match released {
        // What was in it went with it.
        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => Ok(()),
        answer => answer,
    }
}

/// Whether a folder that only the move needed is there again.
pub(super) fn is_taken_back(context: &Context<'_>) -> StepResult<bool> {
    let name = match context.item().strategy {
        Strategy::PiecewiseRename => context.retired_name()?,
        Strategy::RetagWithHop => context.hop_name()?,
        Strategy::Rename | Strategy::Retag | Strategy::RetagAndRename | Strategy::StagedCopy => return Ok(false),
    };
    let Some(folder) = where_names_can_be_lost(context, context.source_folder())? else { return Ok(false) };
    let is_kept = context.notes().any(|note| matches!(note, Note::Kept { .. }));
    Ok(!is_kept && look(context.fs, folder.at(&name))?.is_some())
}

/// A crash between link and unlink may have left the hidden name on the published file.
fn remove_second_name(context: &mut Context<'_>) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let (hidden, published) = (destination.at(&name), destination.at(&context.item().destination_name));
    let is_second_name = match (look(context.fs, hidden)?, look(context.fs, published)?) {
        (Some(hidden), Some(published)) => hidden.inode == published.inode && hidden.links > 1,
        _ => false,
    };
    if is_second_name {
        context.fs.unlink(hidden)?;
        // Nobody looks for it again once the move is done.
        return super::barrier::run(context);
    }
    Ok(())
}
