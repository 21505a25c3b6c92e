//! Compares the copy with its source and copies again what differs, until nothing does.

use tidelock_shared::strategy::EntryKind;

use super::context::{Context, open_item};
use super::copy_tree::{Checkpoints, begun_at, clock_behind, losses, staged_or_gone, sync, with_copier};
use super::error::{StepError, StepResult};
use crate::copy::{Differences, Versions, has_same_attributes, is_in_doubt};
use crate::fs::walk::unless_absent;
use crate::fs::{At, Timestamp};
use crate::moves::event::Note;

/// A source that still changes after so many rounds is being worked on.
const ROUNDS_MAX: u32 = 4;

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    let source = context.source_folder()?;
    let name = context.source_name_now(&source)?;
    let compare = context.order.compare;
    bring_up_to_date(context, source.at(&name), compare)
}

/// Makes what is staged equal to `from`, which nobody should be changing, and reads all content once more if that is to be
/// compared.
pub(super) fn bring_up_to_date(context: &mut Context<'_>, from: At<'_>, compares_content: bool) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let name = context.staging_name()?;
    let to = destination.at(&name);
    let losses = losses(context);
    let is_folder = context.item().kind == EntryKind::Folder;
    let mut copied_since = begun_at(context);
    if let Some(begun) = copied_since
        && is_only_hidden_since(context, begun, from, to)?
    {
        copied_since = None;
    }
    let versions = Versions::default();
    let now = if is_folder { Some(clock_behind(context, from, to)?) } else { None };
    for round in 0..ROUNDS_MAX {
        let round_begins = context.fs.status(from.into())?;
        let differences =
            Differences { copied_since, versions: Some(&versions), compares_content, ..Differences::of_attributes(&losses) };
        let folders = if is_folder { Some((open_item(context, from)?, staged_or_gone(context, &destination)?)) } else { None };
        let has_changed = with_copier(context, &mut Checkpoints::none(), Some(differences), |copier, crew, foreman| {
            if let Some((original, copy)) = folders {
                copier.copy_content_of(crew, original, copy, foreman)
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
    let source = context.item().source_path();
    Err(if compares_content { StepError::CopyDiffers(source) } else { StepError::SourceKeepsChanging(source) })
}

/// Whether a single file has not changed since its copy began but by being hidden, which sets its change time: a large one
/// is not copied twice for that. What comes between the last look at that time and the one right after the hiding shows in
/// the time of the content or in the attributes; a write there whose time is set back there, too, in a few calls' time, does
/// not. Where times are whole seconds that would be a whole second (Lustre), and the file is copied again.
fn is_only_hidden_since(context: &Context<'_>, begun: i64, from: At<'_>, to: At<'_>) -> StepResult<bool> {
    let hidden = |note: &Note| match *note {
        Note::RetiredAt { seconds, nanoseconds, changed_before } => Some((Timestamp { seconds, nanoseconds }, changed_before?)),
        _ => None,
    };
    let Some((hidden_at, changed_before)) = context.notes().filter_map(hidden).last() else { return Ok(false) };
    Ok(context.item().kind == EntryKind::File
        && context.fs.capabilities(from.folder)?.keeps_nanoseconds
        && !is_in_doubt(changed_before, begun)
        && context.fs.status(from.into())?.changed == hidden_at
        && unless_absent(has_same_attributes(context.fs, from.into(), to.into()))? == Some(true))
}
