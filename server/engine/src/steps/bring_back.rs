//! Bringing back is a publish too: it never replaces. If somebody took the old name meanwhile, the
//! thing appears complete beside it under a new visible name, and the move says so.

use tidelock_shared::name::{FileName, NAME_LENGTH_MAX};
use tidelock_shared::strategy::EntryKind;

use super::carry::{Carry, carry};
use super::context::{Context, holds, path_of};
use super::error::{StepError, StepResult};
use crate::fs::{At, Identity};
use crate::moves::event::Note;
use crate::planner::plan::FolderRef;

/// How many new names are tried.
pub(super) const NAMES_TRIED: u32 = 100;

/// What comes back, and into which folder.
pub(super) struct Returning<'a> {
    pub(super) identity: &'a Identity,
    pub(super) kind: EntryKind,
    pub(super) folder: &'a FolderRef,
}

pub(super) fn bring_back(context: &mut Context<'_>, from: At<'_>, original: At<'_>, what: &Returning<'_>) -> StepResult<()> {
    if is_back_under_another_name(context, original, what)? {
        return Ok(());
    }
    let path = path_of(what.folder, original.name);
    let on_its_way = |name: &FileName| Carry {
        identity: what.identity,
        kind: what.kind,
        path: path.clone(),
        destination: path_of(what.folder, name),
    };
    let mut result = carry(context.fs, from, original, &on_its_way(original.name));
    for attempt in 1..=NAMES_TRIED {
        if !matches!(result, Err(StepError::NameTaken(_))) {
            break;
        }
        let name = beside(original.name, attempt).ok_or(StepError::Unnameable)?;
        // Written down first: whoever comes again after a crash looks there.
        context.note(Note::BroughtBackAs { path: path_of(what.folder, &name) })?;
        result = carry(context.fs, from, original.folder.at(&name), &on_its_way(&name));
    }
    result
}

/// Says that the item was not found where it was left, nor beside its old place. Once is enough.
pub(super) fn say_missing(context: &mut Context<'_>) -> StepResult<()> {
    let note = Note::Missing { path: context.item().source_path() };
    if context.all_notes().any(|known| *known == note) { Ok(()) } else { context.note(note) }
}

fn is_back_under_another_name(context: &Context<'_>, original: At<'_>, what: &Returning<'_>) -> StepResult<bool> {
    for note in context.notes() {
        if let Note::BroughtBackAs { path } = note
            && let Some((folder, name)) = path.split_last()
            && folder == what.folder.path
            && holds(context.fs, original.folder.at(name), what.identity)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `name (returned)`, `name (returned 2)`, …, shortened to what a name may be.
pub(super) fn beside(name: &FileName, attempt: u32) -> Option<FileName> {
    let suffix = if attempt == 1 { " (returned)".to_owned() } else { format!(" (returned {attempt})") };
    let kept = name.as_bytes().len().min(NAME_LENGTH_MAX - suffix.len());
    FileName::new([&name.as_bytes()[..kept], suffix.as_bytes()].concat()).ok()
}
