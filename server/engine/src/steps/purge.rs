//! Deletes what a finished staged copy retired, on somebody's word or after the retention.

use super::context::{Context, holds};
use super::error::StepResult;
use super::set_aside;
use crate::fs::FileSystem;
use crate::fs::walk::{look, remove_tree};
use crate::worker::{StepOrder, StepReport, Then};

/// Deletes one item's retired source; nothing there is fine.
pub(crate) fn purge(fs: &dyn FileSystem, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) -> StepReport {
    let mut context = Context { fs, order, hear };
    // Without the barrier a power cut could bring back what is recorded as purged.
    match purge_item(&context).and_then(|()| super::barrier::run(&mut context)) {
        Ok(()) => StepReport::Finished,
        Err(error) => StepReport::Failed(error.failure()),
    }
}

fn purge_item(context: &Context<'_>) -> StepResult<()> {
    set_aside::purge(context)?;
    if !context.item().keeps_source() {
        return Ok(());
    }
    let folder = context.source_folder()?;
    let name = context.retired_name()?;
    let at = folder.at(&name);
    // Whatever else lies there is not what the move retired.
    if look(context.fs, at)?.is_some() && holds(context.fs, at, &context.item().identity)? {
        remove_tree(context.fs, at)?;
    }
    Ok(())
}
