//! Copies the source into what is staged.
//!
//! Several hands copy. From time to time all that was copied is made durable, and written down up
//! to when; nobody stops for it. After a crash what was finished before then is kept as it is;
//! everything else is copied again, since it is not known which of its bytes reached the disk.
//! Everything is synced before the step counts as finished.

use std::collections::BTreeSet;

use tidelock_shared::strategy::EntryKind;

use super::barrier::{barrier_on_each_mdt, name_of};
use super::context::{Context, open_item, path_of};
use super::error::{StepError, StepResult};
use super::make_staging::{is_staged, open_staged, staged_identity};
use crate::copy::{Copier, CopyError, Differences, is_same_tree};
use crate::crew::{Crew, Foreman};
use crate::fs::walk::{look, remove_content, remove_held_tree, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, FsResult, NamesDurability};
use crate::moves::event::Note;
use crate::planner::plan::Loss;
use crate::worker::Probe;

/// So much is copied at most between two checkpoints.
const BYTES_A_CHECKPOINT: u64 = 8 << 30;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let source = context.source_folder()?;
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let item = context.item().clone();
    let source_name = context.source_name_now(&source)?;
    let from = source.at(&source_name);
    let to = destination.at(&name);
    let status = context.fs.status(from.into())?;
    if context.fs.identity(from.into())? != item.identity {
        return Err(StepError::ItemReplaced(item.source_path()));
    }
    if item.kind == EntryKind::Folder {
        copy_folder(context, from, &destination)?;
    } else {
        remove_single(context.fs, to)?;
        let seconds = clock_behind(context, from, to)?;
        context.note(Note::CopyBegun { seconds })?;
        with_copier(context, &mut Checkpoints::none(), None, |copier, _, foreman| copier.copy_single(from, &status, to, foreman))?;
        let identity = context.fs.identity(to.into())?;
        context.note(Note::StagingMade { identity })?;
    }
    sync(context, &destination)
}

/// Copies a folder's content, or what an earlier run has not made durable of it.
fn copy_folder(context: &mut Context<'_>, from: At<'_>, destination: &Folder) -> StepResult<()> {
    let original = open_item(context, from)?;
    let copy = staged_or_gone(context, destination)?;
    let mut checkpoints = Checkpoints::of(context);
    let losses = losses(context);
    let differences = match (begun_at(context), durable_until(context)) {
        (Some(begun), Some(durable)) => {
            Some(Differences { copied_since: Some(begun), durable_until: Some(durable), ..Differences::of_attributes(&losses) })
        }
        _ => None,
    };
    if differences.is_none() {
        remove_content(context.fs, &copy)?;
        let name = context.staging_name()?;
        let seconds = clock_behind(context, from, destination.at(&name))?;
        context.note(Note::CopyBegun { seconds })?;
    }
    with_copier(context, &mut checkpoints, differences, |copier, crew, foreman| {
        copier.copy_content_of(crew, original, copy, foreman)
    })?;
    Ok(())
}

/// The staged folder. Whatever else has its name by now is none of the move's.
pub(super) fn staged_or_gone(context: &Context<'_>, destination: &Folder) -> StepResult<Folder> {
    let (name, known) = (context.staging_name()?, &context.item().destination_folder);
    open_staged(context, destination)?.ok_or_else(|| StepError::NotOurs(path_of(known, &name)))
}

/// Removes what is no folder, or an empty one, such as was made before a file is staged in its place; none there is fine.
fn remove_single(fs: &dyn FileSystem, at: At<'_>) -> FsResult<()> {
    match unless_absent(fs.unlink(at)) {
        Err(error) if matches!(error.errno, Errno::ISDIR | Errno::PERM) => unless_absent(fs.remove_folder(at)).map(drop),
        answer => answer.map(drop),
    }
}

/// When the next checkpoint is due.
pub(super) struct Checkpoints {
    /// None for what is too little to go on in the middle of.
    entries_apart: Option<u64>,
    entries: u64,
    bytes: u64,
    entries_total: u64,
    bytes_total: u64,
}

impl Checkpoints {
    pub(super) fn none() -> Self {
        Self { entries_apart: None, entries: 0, bytes: 0, entries_total: 0, bytes_total: 0 }
    }

    fn of(context: &Context<'_>) -> Self {
        Self { entries_apart: Some(context.order.entries_a_checkpoint), ..Self::none() }
    }

    fn count(&mut self, context: &mut Context<'_>, copier: &Copier<'_>, entries: u64, bytes: u64) -> StepResult<()> {
        let Some(apart) = self.entries_apart else { return Ok(()) };
        self.entries += entries;
        self.bytes += bytes;
        self.entries_total += entries;
        self.bytes_total += bytes;
        if self.entries < apart && self.bytes < BYTES_A_CHECKPOINT {
            return Ok(());
        }
        (self.entries, self.bytes) = (0, 0);
        let destination = context.destination_folder()?;
        let staging = staged_or_gone(context, &destination)?;
        // The clock is read first: what was finished before it, the sync reaches.
        let seconds = copier.settled_before(now_by(context.fs, &staging)?);
        sync_data(context, &destination)?;
        context.note(Note::CopyDurable { seconds, entries: self.entries_total, bytes: self.bytes_total })
    }
}

/// The time in seconds on the clock of whichever file system is behind: the source's tells when it was changed.
pub(super) fn clock_behind(context: &Context<'_>, from: At<'_>, to: At<'_>) -> StepResult<i64> {
    let here = now_at(context, to)?;
    // Where nothing can be made beside the source, its clock is taken for the copy's.
    Ok(now_beside(context, from).map_or(here, |there| there.min(here)))
}

/// Told by a file that goes by rule, should a crash leave it.
fn now_beside(context: &Context<'_>, source: At<'_>) -> StepResult<i64> {
    let name = name_of(context.order.move_id, 0)?;
    let at = source.folder.at(&name);
    unless_absent(context.fs.unlink(at))?;
    now_by_a_file(context.fs, at)
}

/// Told by the staged folder itself, or by a file where one is to be staged.
fn now_at(context: &Context<'_>, staged: At<'_>) -> StepResult<i64> {
    match context.item().kind {
        EntryKind::Folder => now_by(context.fs, &staged_or_gone(context, staged.folder)?),
        _ => now_by_a_file(context.fs, staged),
    }
}

fn now_by(fs: &dyn FileSystem, staging: &Folder) -> StepResult<i64> {
    fs.set_mode(staging.into(), super::make_staging::STAGING_MODE)?;
    Ok(fs.status(staging.into())?.changed.seconds)
}

fn now_by_a_file(fs: &dyn FileSystem, at: At<'_>) -> StepResult<i64> {
    let seconds = fs.status((&fs.create_file(at, 0)?).into())?.changed.seconds;
    fs.unlink(at)?;
    Ok(seconds)
}

/// Makes the copy durable.
pub(super) fn sync(context: &Context<'_>, destination: &Folder) -> StepResult<()> {
    sync_data(context, destination)?;
    if context.item().kind != EntryKind::Folder {
        return Ok(());
    }
    barrier_on_each_mdt(context, &staged_or_gone(context, destination)?, destination)
}

/// Makes the content of all finished files durable.
fn sync_data(context: &Context<'_>, destination: &Folder) -> StepResult<()> {
    // On Lustre each file was synced before it was closed.
    if context.fs.capabilities(destination)?.names_durability == NamesDurability::FolderSync {
        context.fs.sync_file_system(destination)?;
    }
    Ok(())
}

/// Runs `work` with a copier that keeps what the plan said, the hands there are, and somebody who
/// reports and makes the checkpoints. `differences` tell what may stay of an earlier copy.
pub(super) fn with_copier<T>(
    context: &mut Context<'_>,
    checkpoints: &mut Checkpoints,
    differences: Option<Differences<'_>>,
    work: impl FnOnce(&Copier<'_>, &dyn Crew, &mut Foreman<'_, CopyError>) -> Result<T, CopyError>,
) -> StepResult<T> {
    let capabilities = context.fs.capabilities(&context.destination_folder()?)?;
    let losses = losses(context);
    let path = context.source_path();
    let begun = durable_until(context).or_else(|| begun_at(context)).unwrap_or(i64::MIN);
    let copier = Copier::new(context.fs, &losses, &capabilities, differences, begun);
    let crew = context.crew;
    let mut foreman = |entries, bytes| {
        let counted = context.progress(entries, bytes).and_then(|()| checkpoints.count(context, &copier, entries, bytes));
        counted.map_err(|error| match error {
            StepError::FileSystem(error) => CopyError::FileSystem(error),
            _ => CopyError::Cancelled,
        })
    };
    let result = work(&copier, crew, &mut foreman);
    result.map_err(|error| match error {
        CopyError::Cancelled => StepError::Cancelled,
        CopyError::Released => StepError::Released(path),
        CopyError::MountPoint => StepError::TreeChanged(path),
        CopyError::FileSystem(error) => error.into(),
    })
}

pub(super) fn losses(context: &Context<'_>) -> BTreeSet<Loss> {
    context.item().tally.losses.keys().copied().collect()
}

/// When copying began, on the file system's clock.
pub(super) fn begun_at(context: &Context<'_>) -> Option<i64> {
    context.notes().filter_map(|note| if let Note::CopyBegun { seconds } = note { Some(*seconds) } else { None }).last()
}

/// Up to when what was finished in the copy is on stable storage, on the copy's clock.
fn durable_until(context: &Context<'_>) -> Option<i64> {
    context.notes().filter_map(|note| if let Note::CopyDurable { seconds, .. } = note { Some(*seconds) } else { None }).last()
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let destination = match context.destination_folder() {
        Err(error) if error.is_folder_elsewhere() => return Ok(()),
        answer => answer?,
    };
    let name = context.staging_name()?;
    let at = destination.at(&name);
    if context.item().kind != EntryKind::Folder {
        // What was copied last before a crash is not written down.
        return match remove_single(context.fs, at) {
            // A folder with something in it is none of the move's.
            Err(error) if matches!(error.errno, Errno::NOTEMPTY | Errno::EXIST) => Ok(()),
            answer => Ok(answer?),
        };
    }
    match staged_identity(context) {
        Some(identity) => Ok(remove_held_tree(context.fs, at, &identity)?),
        // It was never made, or nothing is in it yet.
        None => Ok(()),
    }
}

/// Names and attributes tell; the data was on stable storage before the step was finished.
pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let source = context.source_folder()?;
    let destination = context.destination_folder()?;
    if !is_staged(context.fs, context, &destination)? {
        // Published already, which only happens to a whole copy.
        let is_published = super::publish::probe(context)? == Probe::Run;
        return Ok(if is_published { Probe::Run } else { Probe::NotRun });
    }
    let name = context.staging_name()?;
    let retired = context.retired_name()?;
    let original = source.at(&context.item().source_name);
    let from: At<'_> = if look(context.fs, original)?.is_some() { original } else { source.at(&retired) };
    let losses = losses(context);
    let differences = Differences::of_attributes(&losses);
    let is_same = is_same_tree(context.fs, from, destination.at(&name), &differences).unwrap_or(false);
    Ok(if is_same { Probe::Run } else { Probe::NotRun })
}
