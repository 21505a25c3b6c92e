//! The steps of a move, one file each: `run`, `undo`, `probe`.
//!
//! Each may run twice and be undone twice: it first asks the file system, by identity, what
//! is already so. Steps never write the journal; what must be remembered they report as a
//! note, and the executor writes it down before they go on.

mod barrier;
mod bring_back;
mod carry;
mod check;
mod context;
mod copy_tree;
mod describe;
mod error;
mod forget;
mod hop;
mod make_staging;
mod publish;
mod purge;
mod put_back;
mod rebuild;
mod release;
mod repair;
mod reserve;
mod restore;
mod retag;
mod retire_source;
mod set_aside;
mod times;
mod verify;

pub(crate) use barrier::names as barrier_names;
use context::{Context, is_source_folder_gone};
use error::{StepError, StepResult};
pub(crate) use purge::purge;
use tidelock_shared::id::MoveId;

use crate::crew::Crew;
use crate::fs::{Errno, FileSystem, FsError};
use crate::moves::event::Failure;
use crate::planner::plan::FolderRef;
use crate::planner::sequence::StepKind;
use crate::worker::{Action, Probe, StepOrder, StepReport, Then};

/// Removes the record of a move whose retired sources are about to be deleted: from here nothing
/// may bring them back.
pub(crate) fn forget(fs: &dyn FileSystem, id: MoveId, folder: &FolderRef) -> Result<(), Failure> {
    forget::forget(fs, id, folder).map_err(|error| error.failure())
}

/// Performs one order and answers the closing report.
pub(crate) fn perform(
    fs: &dyn FileSystem,
    crew: &dyn Crew,
    order: &StepOrder,
    hear: &mut dyn FnMut(StepReport) -> Then,
) -> StepReport {
    let mut context = Context::new(fs, crew, order, hear);
    let result = match order.action {
        Action::Run => run(&mut context).map(|()| StepReport::Finished),
        Action::Undo => undo(&mut context).map(|()| StepReport::Finished),
        Action::Probe => probe(&mut context).map(StepReport::Probed),
        Action::Look => look(&mut context).map(StepReport::Probed),
    };
    result.unwrap_or_else(|error| closing(order, &error))
}

/// The closing report of an order whose worker cannot be reached: as where a server is away. Whatever of the step
/// was done is found by its next run, its undo or its probe.
pub(crate) fn out_of_reach(order: &StepOrder) -> StepReport {
    closing(order, &FsError::new("worker", b"", Errno::REMOTEIO).into())
}

fn closing(order: &StepOrder, error: &StepError) -> StepReport {
    match error.wait(order) {
        Some(wait) => StepReport::Waits { wait, failure: error.failure() },
        None => StepReport::Failed(error.failure()),
    }
}

fn run(context: &mut Context<'_>) -> StepResult<()> {
    match context.order.kind {
        StepKind::Reserve => reserve::run(context),
        StepKind::Restore => restore::run(context),
        StepKind::Retag => retag::run(context),
        StepKind::Repair => repair::run(context),
        StepKind::Recount => repair::recount(context),
        StepKind::Hop => hop::run(context),
        StepKind::MakeStaging => make_staging::run(context),
        StepKind::CopyTree => copy_tree::run(context),
        StepKind::Rebuild => rebuild::run(context),
        StepKind::Verify => verify::run(context),
        StepKind::RetireSource | StepKind::Trash => retire_source::run(context),
        StepKind::Check => check::run(context),
        StepKind::Barrier => barrier::run(context),
        StepKind::SetAside => set_aside::run(context),
        StepKind::Publish => publish::run(context),
        StepKind::PutBack => put_back::run(context),
        StepKind::Release => release::run(context),
        StepKind::Describe => describe::run(context),
        StepKind::Forget => forget::run(context),
    }
}

fn undo(context: &mut Context<'_>) -> StepResult<()> {
    match context.order.kind {
        StepKind::Retag => retag::undo(context),
        StepKind::Repair => repair::undo(context),
        StepKind::Hop => hop::undo(context),
        StepKind::MakeStaging => make_staging::undo(context),
        StepKind::CopyTree => copy_tree::undo(context),
        StepKind::Rebuild => rebuild::undo(context),
        StepKind::RetireSource | StepKind::Trash => retire_source::undo(context),
        StepKind::SetAside => set_aside::undo(context),
        StepKind::Publish => publish::undo(context),
        StepKind::PutBack => put_back::undo(context),
        StepKind::Describe => describe::undo(context),
        StepKind::Barrier => barrier::undo(context),
        // These change nothing that would have to be taken back.
        StepKind::Reserve
        | StepKind::Restore
        | StepKind::Recount
        | StepKind::Verify
        | StepKind::Check
        | StepKind::Release
        | StepKind::Forget => Ok(()),
    }
}

/// Only where servers answer before they have written, and drop clients.
fn look(context: &mut Context<'_>) -> StepResult<Probe> {
    let is_taken_back = match context.order.kind {
        StepKind::Publish => publish::is_taken_back(context),
        StepKind::RetireSource | StepKind::Trash => retire_source::is_taken_back(context),
        StepKind::Release => release::is_taken_back(context),
        _ => Ok(false),
    };
    match is_taken_back {
        // Nothing can be taken back where others have taken away the folder.
        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => Ok(Probe::Run),
        answer => Ok(if answer? { Probe::NotRun } else { Probe::Run }),
    }
}

fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    match context.order.kind {
        StepKind::Retag => retag::probe(context),
        StepKind::Repair => repair::probe(context),
        StepKind::Hop => hop::probe(context),
        StepKind::MakeStaging => make_staging::probe(context),
        StepKind::CopyTree => copy_tree::probe(context),
        StepKind::Rebuild => rebuild::probe(context),
        StepKind::RetireSource | StepKind::Trash => retire_source::probe(context),
        StepKind::SetAside => set_aside::probe(context),
        StepKind::Publish => publish::probe(context),
        StepKind::PutBack => put_back::probe(context),
        StepKind::Describe => describe::probe(context),
        // What has been charged since is no longer room: asked again, it would be in its own way.
        StepKind::Reserve => Ok(Probe::Run),
        // Looking again costs little and is right whatever was seen before.
        StepKind::Restore
        | StepKind::Recount
        | StepKind::Verify
        | StepKind::Check
        | StepKind::Barrier
        | StepKind::Release
        | StepKind::Forget => Ok(Probe::NotRun),
    }
}
