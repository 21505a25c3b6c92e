//! Gives what the undone move had set aside its name again, now that the item has left it.

use tidelock_shared::name::FileName;

use super::carry::{Carry, Found, carry, find, hide, remove_own_claim};
use super::context::Context;
use super::error::{StepError, StepResult};
use crate::planner::plan::Restored;
use crate::worker::Probe;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(restored) = context.item().restores.clone() else { return Ok(()) };
    let (folder, hidden) = (context.source_folder()?, hidden_name(&restored)?);
    let visible = context.item().source_name.clone();
    carry(context.fs, folder.at(&hidden), folder.at(&visible), &on_its_way(context, &restored))
}

fn hidden_name(restored: &Restored) -> StepResult<FileName> {
    let name = format!(".tidelock-{}.{}.replaced", restored.move_id, restored.item);
    FileName::new(name.into_bytes()).map_err(|_| StepError::Unnameable)
}

fn on_its_way<'a>(context: &Context<'_>, restored: &'a Restored) -> Carry<'a> {
    let path = context.item().source_path();
    Carry { identity: &restored.old.identity, kind: restored.old.kind, path: path.clone(), destination: path }
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some(restored) = context.item().restores.clone() else { return Ok(()) };
    let (folder, hidden) = (context.source_folder()?, hidden_name(&restored)?);
    let visible = context.item().source_name.clone();
    if find(context.fs, folder.at(&hidden), folder.at(&visible), &restored.old.identity)? == Found::AtOld {
        return remove_own_claim(context.fs, folder.at(&visible));
    }
    hide(context.fs, folder.at(&visible), folder.at(&hidden), &on_its_way(context, &restored))
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let Some(restored) = &context.item().restores else { return Ok(Probe::Run) };
    let (folder, hidden) = (context.source_folder()?, hidden_name(restored)?);
    let found = find(context.fs, folder.at(&hidden), folder.at(&context.item().source_name), &restored.old.identity)?;
    Ok(if found == Found::AtNew { Probe::Run } else { Probe::NotRun })
}
