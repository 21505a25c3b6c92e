//! Makes the folders of a tree anew in hiding and renames every other entry into them: no byte
//! is copied, and on Lustre each rename charges its inode to the new folder's project.
//!
//! The old folders stay as empty shells until the move can no longer go back: they remember
//! owner, mode and attributes, and undoing renames the entries back into them. Only their times
//! change with every entry that leaves, so those are kept in an attribute of the new folder.
//! Symbolic links are made anew, since a rename to another MDT would leave their old charge
//! (recorded); the old ones stay in the shells.

mod carry_over;
mod landing;
mod places;
mod shells;

use super::barrier::barrier_on_each_mdt;
use super::context::Context;
use super::copy_tree::losses;
use super::error::{StepError, StepResult};
use super::make_staging::open_staged;
use crate::fs::Folder;
use crate::fs::walk::open_held;
use crate::moves::event::Note;
use crate::planner::plan::Loss;
use crate::worker::Probe;
use carry_over::{CarryOver, Told, Way};
pub(super) use shells::remove_shells;

/// So often what others make in a tree that goes back is carried over after it.
const ROUNDS_MAX: u32 = 100;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let Some(shell) = shell(context)? else { return Err(StepError::ItemGone(context.source_path())) };
    let staging = open_staging(context)?.ok_or_else(|| StepError::ItemGone(context.source_path()))?;
    carry_over(context, &shell, &staging, Way::There)?;
    // The destination's first, as with every barrier.
    barrier_on_each_mdt(context, &staging, &context.destination_folder()?)?;
    barrier_on_each_mdt(context, &shell, &context.source_folder()?)
}

/// Carries over what appeared in the old folders meanwhile: a process may stand in one.
pub(super) fn collect_latecomers(context: &mut Context<'_>) -> StepResult<()> {
    run(context)
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let Some(shell) = shell(context)? else { return Ok(()) };
    carry(context, Way::Back, |carry| carry.land_what_is_left(&shell, &mut Vec::new()))?;
    for round in 0..ROUNDS_MAX {
        let staging = open_staging(context)?;
        if let Some(staging) = &staging {
            carry_over(context, staging, &shell, if round == 0 { Way::Back } else { Way::BackAgain })?;
        }
        // Even if everything is back: a crash may have come before this.
        barrier_on_each_mdt(context, &shell, &context.source_folder()?)?;
        // What was made anew goes once its twin is safe. What appeared in it meanwhile is carried over too.
        if staging.map_or(Ok(true), |staging| shells::remove_twins(context.fs, &staging, &shell))? {
            return Ok(());
        }
    }
    Err(StepError::SourceKeepsChanging(context.source_path()))
}

/// Looking again costs little: entries that are there already are passed over.
pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let is_published = super::publish::probe(context)? == Probe::Run;
    Ok(if is_published { Probe::Run } else { Probe::NotRun })
}

fn carry_over(context: &mut Context<'_>, from: &Folder, to: &Folder, way: Way) -> StepResult<()> {
    carry(context, way, |carry| carry.content(from, to, &mut Vec::new()))
}

fn carry(context: &mut Context<'_>, way: Way, walk: impl FnOnce(&mut CarryOver<'_>) -> StepResult<()>) -> StepResult<()> {
    let (fs, id, mut losses, landing) = (context.fs, context.order.move_id, losses(context), context.staging_name()?);
    if way != Way::There {
        // Of what others have made since: the way back does not fail for what nobody but they could give.
        losses.extend([Loss::Owner, Loss::PrivilegedAttributes, Loss::InodeFlags]);
    }
    let hear = &mut |told: Told<'_>| match told {
        Told::Entry => context.progress(1, 0),
        Told::Returns(below, name) => {
            let path = below.iter().chain([name]).fold(context.source_path(), |path, name| path.join(name.clone()));
            let note = Note::BroughtBackAs { path };
            if context.all_notes().any(|known| *known == note) { Ok(()) } else { context.note(note) }
        }
    };
    walk(&mut CarryOver { fs, way, losses: &losses, id, landing: &landing, hear })
}

/// The old top folder, wherever it lies by now.
fn shell(context: &Context<'_>) -> StepResult<Option<Folder>> {
    let (folder, retired) = (context.source_folder()?, context.retired_name()?);
    let item = context.item();
    let returned = context.all_notes().filter_map(|note| match note {
        Note::BroughtBackAs { path } => path.split_last().filter(|(above, _)| *above == item.source_folder.path),
        _ => None,
    });
    for name in [&retired, &item.source_name].into_iter().chain(returned.map(|(_, name)| name)) {
        if let Some(shell) = open_held(context.fs, folder.at(name), &item.identity)? {
            return Ok(Some(shell));
        }
    }
    Ok(None)
}

fn open_staging(context: &Context<'_>) -> StepResult<Option<Folder>> {
    open_staged(context, &context.destination_folder()?)
}
