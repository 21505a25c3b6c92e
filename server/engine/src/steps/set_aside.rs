//! Hides what has the destination name, so that the item can take it: kept for undo, and charged
//! as before until the move is purged.

use super::bring_back::{Returning, bring_back};
use super::carry::{Carry, Found, find, hide, remove_own_claim};
use super::context::{Context, path_of};
use super::error::StepResult;
use crate::fs::Timestamp;
use crate::moves::event::Note;
use crate::worker::Probe;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(old) = context.item().replaces.clone() else { return Ok(()) };
    let (folder, hidden) = (context.destination_folder()?, context.replaced_name()?);
    let visible = &context.item().destination_name;
    let path = |name| path_of(&context.item().destination_folder, name);
    let what = Carry { identity: &old.identity, kind: old.kind, path: path(visible), destination: path(&hidden) };
    hide(context.fs, folder.at(visible), folder.at(&hidden), &what)?;
    let Timestamp { seconds, nanoseconds } = context.fs.status(folder.at(&hidden).into())?.changed;
    context.note(Note::SetAsideAt { seconds, nanoseconds })
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some(old) = context.item().replaces.clone() else { return Ok(()) };
    let (folder, hidden) = (context.destination_folder()?, context.replaced_name()?);
    let visible = context.item().destination_name.clone();
    if find(context.fs, folder.at(&visible), folder.at(&hidden), &old.identity)? == Found::AtOld {
        return remove_own_claim(context.fs, folder.at(&hidden));
    }
    let known = context.item().destination_folder.clone();
    let what = Returning { identity: &old.identity, kind: old.kind, folder: &known };
    bring_back(context, folder.at(&hidden), folder.at(&visible), &what)
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let Some(old) = &context.item().replaces else { return Ok(Probe::Run) };
    let (folder, hidden) = (context.destination_folder()?, context.replaced_name()?);
    let found = find(context.fs, folder.at(&context.item().destination_name), folder.at(&hidden), &old.identity)?;
    Ok(if found == Found::AtNew { Probe::Run } else { Probe::NotRun })
}
