//! Clears away what only the move needed, once nothing can go back any more.

use tidelock_shared::strategy::Strategy;

use super::context::Context;
use super::error::StepResult;
use super::hop;
use super::rebuild::remove_shells;
use crate::fs::walk::look;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    match context.item().strategy {
        Strategy::PiecewiseRename => remove_shells(context),
        Strategy::RetagWithHop => hop::remove(context),
        Strategy::Rename | Strategy::Retag | Strategy::RetagAndRename | Strategy::StagedCopy => remove_second_name(context),
    }
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
