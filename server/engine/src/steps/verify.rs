//! Compares the copy with its source and copies again what differs, until nothing does.

use tidelock_shared::strategy::EntryKind;

use super::context::Context;
use super::copy_tree::{Checkpoints, begun_at, clock_behind, losses, sync, with_copier};
use super::error::{StepError, StepResult};
use crate::copy::{Differences, Versions};
use crate::fs::At;
use crate::moves::event::Note;

/// A source that still changes after so many rounds is being worked on.
const ROUNDS_MAX: u32 = 4;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let source = context.source_folder()?;
    let name = context.source_name_now(&source)?;
    bring_up_to_date(context, source.at(&name))
}

/// Makes what is staged equal to `from`, which nobody should be changing.
pub(super) fn bring_up_to_date(context: &mut Context<'_>, from: At<'_>) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let to = destination.at(&name);
    let losses = losses(context);
    let is_folder = context.item().kind == EntryKind::Folder;
    let mut copied_since = begun_at(context);
    let versions = Versions::default();
    let now = if is_folder { Some(clock_behind(context, from, to)?) } else { None };
    for round in 0..ROUNDS_MAX {
        let round_begins = context.fs.status(from.into())?;
        let differences = Differences { copied_since, versions: Some(&versions), ..Differences::of_attributes(&losses) };
        let has_changed = with_copier(context, &mut Checkpoints::none(), Some(differences), |copier, crew, foreman| {
            if is_folder {
                copier.copy_content_of(crew, from, to, foreman)
            } else {
                copier.copy_single(from, &round_begins, to, foreman)
            }
        })?;
        if !has_changed {
            // What changed before this look is in the copy, durably: the next one, for which the source is out
            // of sight, need not copy it a third time.
            return match now.filter(|_| round > 0) {
                Some(seconds) => context.note(Note::CopyBegun { seconds }),
                None => Ok(()),
            };
        }
        sync(context, &destination)?;
        if !is_folder {
            let identity = context.fs.identity(to.into())?;
            context.note(Note::StagingMade { identity })?;
        }
        // What was just copied again was read now; only a later change counts from here on, which its
        // version tells where times are too coarse.
        copied_since = None;
    }
    Err(StepError::SourceKeepsChanging(context.item().source_path()))
}
