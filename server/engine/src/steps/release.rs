//! Clears away what only the move needed, once nothing can go back any more.

use super::context::Context;
use super::error::StepResult;
use crate::fs::walk::look;

/// Nothing is left to clear in the strategies so far, but for a hidden name that a crash
/// between link and unlink may have left on the published file itself.
pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
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
