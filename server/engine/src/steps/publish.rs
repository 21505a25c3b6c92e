//! The destination name appears: one inode is brought under it, replacing nothing.
//!
//! Undoing takes the name away again. What was visible is never deleted then: if others have
//! changed it meanwhile it is kept in hiding and reported.

use tidelock_shared::project::ProjectTag;
use tidelock_shared::strategy::{EntryKind, Strategy};

use super::bring_back::say_missing;
use super::carry::{Carry, Found, carry, find, give_back, hide, remove_own_claim};
use super::context::{Context, holds, is_source_folder_gone, open_as, open_item, path_of, where_names_can_be_lost};
use super::copy_tree::losses;
use super::error::{StepError, StepResult};
use super::hop;
use super::make_staging::{STAGING_MODE, staged_identity};
use super::retag::{Modes, becoming, retag_until_clean, untag_top, wherever};
use super::retire_source::{bring_item_back, set_mode_where_allowed};
use crate::copy::{Differences, copy_metadata, is_same_tree};
use crate::fs::walk::{Top, unless_absent};
use crate::fs::{At, Errno, FileSystem, Folder, Identity, Object};
use crate::moves::event::Note;
use crate::planner::plan::{PlannedItem, retired_name};
use crate::worker::Probe;

/// What is published, and from where.
struct Published {
    identity: Identity,
    folder: Folder,
    name: tidelock_shared::name::FileName,
}

pub(super) fn run(context: &mut Context<'_>) -> StepResult<()> {
    match publish(context) {
        // Others may take the folder away that the item has left: they see that nothing is in it any more.
        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => arrive(context, error),
        answer => answer,
    }
}

fn publish(context: &mut Context<'_>) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let Some(published) = published(context)? else { return Err(StepError::ItemGone(context.item().source_path())) };
    let item = context.item().clone();
    let to = destination.at(&item.destination_name);
    let from = published.folder.at(&published.name);
    match find(context.fs, from, to, &published.identity)? {
        Found::AtNew => return sweep(context, to),
        Found::AtOld => make_ready(context, from, &published.identity)?,
        Found::AtBoth => {}
        Found::Nowhere if goes_by_a_hidden_name(context, &destination)? => {}
        // Looked for again it might be found, and published with its hidden mode.
        Found::Nowhere => return Err(StepError::ItemGone(item.source_path())),
    }
    if goes_by_a_hidden_name(context, &destination)? {
        carry_by_a_hidden_name(context, from, to, &destination)?;
        is_charged_to_destination(context, to)?;
    } else {
        carry(context.fs, from, to, &carried(&item, &published.identity))?;
    }
    sweep(context, to)
}

/// What is left to do where the item itself has reached the destination; the error if it has not.
fn arrive(context: &mut Context<'_>, error: StepError) -> StepResult<()> {
    let destination = context.destination_folder()?;
    let item = context.item().clone();
    let to = destination.at(&item.destination_name);
    let name = context.staging_name()?;
    let hidden = destination.at(&name);
    if goes_by_a_hidden_name(context, &destination)? && holds(context.fs, hidden, &item.identity)? {
        carry(context.fs, hidden, to, &carried(&item, &item.identity))?;
        is_charged_to_destination(context, to)?;
    }
    if !has_arrived(context)? {
        return Err(error);
    }
    match sweep(context, to) {
        // What can only be made anew would be so beside the old place.
        Err(error) if error.is_folder_gone() && has_arrived(context)? => Ok(()),
        answer => answer,
    }
}

/// Whether the item itself has the name that it was to get.
fn has_arrived(context: &Context<'_>) -> StepResult<bool> {
    let (destination, item) = (context.destination_folder()?, context.item());
    Ok(holds(context.fs, destination.at(&item.destination_name), &item.identity)?)
}

/// The rename has charged it anew, unless the folder has lost its flag since the last look.
fn is_charged_to_destination(context: &Context<'_>, to: At<'_>) -> StepResult<()> {
    let item = context.item();
    let (expected, found) = (context.destination_tag(), unless_absent(context.fs.tag(to.into()))?.flatten());
    let is_other = expected.zip(found).is_some_and(|(expected, found)| expected.id != found.id);
    if item.is_recharged_by_its_rename() && is_other {
        return Err(StepError::TagChanged(item.destination_path()));
    }
    Ok(())
}

/// One more walk over what was retagged: others may have brought something into the tree right
/// before it left its place.
fn sweep(context: &mut Context<'_>, to: At<'_>) -> StepResult<()> {
    if context.item().is_retagged() && context.item().kept.is_none() { retag_until_clean(context, to) } else { Ok(()) }
}

fn carried<'a>(item: &PlannedItem, identity: &'a Identity) -> Carry<'a> {
    Carry { identity, kind: item.kind, path: item.source_path(), destination: item.destination_path() }
}

/// The inode that gets the destination name: what was staged, the source that an undone move
/// had retired, or the source itself.
fn published(context: &Context<'_>) -> StepResult<Option<Published>> {
    let item = context.item();
    if let Some(kept) = &item.kept {
        let name = retired_name(kept.move_id, kept.item).ok_or(StepError::Unnameable)?;
        return Ok(Some(Published { identity: kept.identity.clone(), folder: context.destination_folder()?, name }));
    }
    if item.is_staged() {
        let Some(identity) = staged_identity(context) else { return Ok(None) };
        return Ok(Some(Published { identity, folder: context.destination_folder()?, name: context.staging_name()? }));
    }
    let identity = item.identity.clone();
    // After a finished move the hop is gone; then the item has its destination name.
    if item.strategy == Strategy::RetagWithHop
        && let Some((folder, name)) = hop::place(context)?
    {
        return Ok(Some(Published { identity, folder, name }));
    }
    Ok(Some(Published { identity, folder: context.source_folder()?, name: item.source_name.clone() }))
}

/// What was hidden with mode 0700 gets the mode and times that people shall see.
fn make_ready(context: &Context<'_>, from: At<'_>, identity: &Identity) -> StepResult<()> {
    let item = context.item();
    if item.kind != EntryKind::Folder {
        return Ok(());
    }
    if let Some(kept) = &item.kept {
        return Ok(set_mode_where_allowed(context.fs, from, identity, kept.mode)?);
    }
    if item.strategy == Strategy::PiecewiseRename {
        // Its times are right already, and a change of mode leaves them so.
        return Ok(context.fs.set_mode((&open_as(context, from, identity)?).into(), item.mode)?);
    }
    if item.strategy != Strategy::StagedCopy {
        return Ok(());
    }
    let source = context.source_folder()?;
    let top = open_item(context, source.at(&context.source_name_now(&source)?))?;
    let mut status = context.fs.status((&top).into())?;
    status.mode = item.mode;
    let staged = open_as(context, from, identity)?;
    Ok(copy_metadata(context.fs, Object::Folder(&top), &status, Object::Folder(&staged), &losses(context))?)
}

/// A file between projects of one Lustre: `link` into the other project is `EXDEV`, a rename
/// is not and charges the file anew. So it is renamed to a hidden name there, then linked.
///
/// Where a rename may replace, the visible name of a file is never removed: somebody may have put
/// something of theirs under it right after the look. It is renamed to a hidden name instead,
/// looked at there, and given back if it is not what was meant.
pub(super) fn goes_by_a_hidden_name(context: &Context<'_>, destination: &Folder) -> StepResult<bool> {
    let item = context.item();
    if item.is_recharged_by_its_rename() {
        return Ok(true);
    }
    let leaves_a_visible_name = matches!(item.strategy, Strategy::Rename | Strategy::RetagAndRename) && item.kept.is_none();
    // A rename to another MDT makes a new inode of a symbolic link (recorded): it is linked there.
    let may_be = leaves_a_visible_name && !matches!(item.kind, EntryKind::Folder | EntryKind::SymbolicLink);
    Ok(may_be && !context.fs.capabilities(destination)?.renames_without_replacing)
}

fn carry_by_a_hidden_name(context: &Context<'_>, from: At<'_>, to: At<'_>, folder: &Folder) -> StepResult<()> {
    let item = context.item();
    let name = context.staging_name()?;
    let hidden = folder.at(&name);
    if find(context.fs, from, hidden, &item.identity)? == Found::AtOld && !holds(context.fs, to, &item.identity)? {
        context.fs.rename(from, hidden)?;
        if !holds(context.fs, hidden, &item.identity)? {
            // Others were quicker. Theirs goes back the way it came, which charges it back.
            let beside = from.folder.at(&name);
            context.fs.rename(hidden, beside)?;
            return Err(give_back(context.fs, from, beside, &carried(item, &item.identity))?);
        }
    }
    carry(context.fs, hidden, to, &carried(item, &item.identity))
}

pub(super) fn undo(context: &mut Context<'_>) -> StepResult<()> {
    let item = context.item().clone();
    let destination = match context.destination_folder() {
        // Others took it away, and the item has not been in it.
        Err(error) if error.is_folder_elsewhere() && is_where_it_was(context)? => return Ok(()),
        answer => answer?,
    };
    let to = destination.at(&item.destination_name);
    let Some(published) = published(context)? else { return remove_own_claim(context.fs, to) };
    let from = published.folder.at(&published.name);
    let mut found = find(context.fs, from, to, &published.identity)?;
    let is_by_a_hidden_name = goes_by_a_hidden_name(context, &destination)?;
    if found == Found::AtBoth && item.kind != EntryKind::Folder && !is_by_a_hidden_name {
        // The hidden name is the move's own; under the other one others may put something now.
        context.fs.unlink(from)?;
        found = Found::AtNew;
    } else if matches!(found, Found::AtOld | Found::Nowhere) {
        remove_own_claim(context.fs, to)?;
    }
    if is_by_a_hidden_name {
        return bring_back_by_a_hidden_name(context, &destination, from);
    }
    if found == Found::AtOld && !item.comes_out_of_hiding() && item.strategy == Strategy::Rename && is_drifted(&item) {
        // It came back before a crash.
        return restore_tag(context.fs, from, &item);
    }
    if found == Found::AtOld && item.comes_out_of_hiding() && is_noted_as_hidden(context) {
        // A crash came before it was looked at.
        return keep_if_changed(context, from, &published.identity);
    }
    if found == Found::AtBoth && item.kind == EntryKind::Folder {
        return Err(StepError::TwoNames);
    }
    if found == Found::Nowhere {
        return say_if_missing(context);
    }
    if found != Found::AtNew {
        return Ok(());
    }
    if item.comes_out_of_hiding() {
        return hide_again(context, from, to, &published.identity);
    }
    if item.strategy == Strategy::RetagWithHop {
        hop::turn_round(context)?;
        return hide(context.fs, to, from, &carried(&item, &published.identity));
    }
    if item.strategy == Strategy::RetagAndRename {
        untag_top(context, to)?;
        return bring_item_back(context, to, from);
    }
    if !is_drifted(&item) {
        return bring_item_back(context, to, from);
    }
    untag_where_allowed(context, to)?;
    bring_item_back(context, to, from)?;
    if holds(context.fs, from, &item.identity)? { restore_tag(context.fs, from, &item) } else { Ok(()) }
}

/// What others have renamed beside its old place is not missing. A copy is not the item itself, nor is a tree that was made
/// anew, which is nowhere too once its entries have gone back.
fn say_if_missing(context: &mut Context<'_>) -> StepResult<()> {
    let is_itself = matches!(context.item().strategy, Strategy::Rename | Strategy::RetagAndRename | Strategy::RetagWithHop);
    if is_itself && wherever(context)?.is_none() { say_missing(context) } else { Ok(()) }
}

/// Whether the item itself still has the name that it leaves by publishing.
fn is_where_it_was(context: &Context<'_>) -> StepResult<bool> {
    if context.item().comes_out_of_hiding() {
        return Ok(false);
    }
    let Some(Published { identity, folder, name }) = published(context)? else { return Ok(false) };
    Ok(holds(context.fs, folder.at(&name), &identity)?)
}

/// Charged to another project than the folder that it lay in.
fn is_drifted(item: &PlannedItem) -> bool {
    let own = item.source_tag.map(|tag| tag.id);
    item.source_folder.tag.is_some_and(|folder| folder.inherit && own.is_some_and(|own| own != folder.id))
}

/// Its own folder would refuse it with the project ID that it had there.
fn untag_where_allowed(context: &Context<'_>, at: At<'_>) -> StepResult<()> {
    match untag_top(context, at) {
        Err(StepError::FileSystem(error)) if matches!(error.errno, Errno::PERM | Errno::ACCESS) => Ok(()),
        other => other,
    }
}

fn bring_back_by_a_hidden_name(context: &mut Context<'_>, destination: &Folder, original: At<'_>) -> StepResult<()> {
    let item = context.item().clone();
    let name = context.staging_name()?;
    let (hidden, published) = (destination.at(&name), destination.at(&item.destination_name));
    // Out of the destination's project by a rename, which charges it back; the hidden name in
    // the source folder is ours, so nothing can be replaced.
    let beside = original.folder.at(&name);
    // Between `link` and `unlink` it has both names; the hidden one is the move's own.
    if holds(context.fs, hidden, &item.identity)? && holds(context.fs, published, &item.identity)? {
        context.fs.unlink(hidden)?;
    }
    for at in [hidden, published] {
        if !holds(context.fs, at, &item.identity)? {
            continue;
        }
        if item.is_retagged() {
            untag_top(context, at)?;
        } else if !item.is_recharged_by_its_rename() && is_drifted(&item) {
            untag_where_allowed(context, at)?;
        }
        // A rename between two names of one inode would do nothing.
        if holds(context.fs, beside, &item.identity)? {
            context.fs.unlink(beside)?;
        }
        context.fs.rename(at, beside)?;
        if !holds(context.fs, beside, &item.identity)? {
            // Others were quicker: theirs goes back the way it came.
            context.fs.rename(beside, hidden)?;
            return Err(give_back(context.fs, at, hidden, &carried(&item, &item.identity))?);
        }
    }
    if holds(context.fs, beside, &item.identity)? {
        bring_item_back(context, beside, original)?;
    }
    if item.is_retagged() {
        // Undoing the retag brings back what the item was charged to.
        return Ok(());
    }
    // The way back charges the source's folder where that has the inherit flag, and leaves the
    // destination's project where it has not.
    if holds(context.fs, original, &item.identity)? { restore_tag(context.fs, original, &item) } else { say_if_missing(context) }
}

/// Gives a recharged item the project ID that it had, where the caller may.
fn restore_tag(fs: &dyn FileSystem, at: At<'_>, item: &PlannedItem) -> StepResult<()> {
    let Some(tag) = item.source_tag else { return Ok(()) };
    let Some((top, before)) = unless_absent(Top::look_at(fs, at, Some(&item.identity)))? else { return Ok(()) };
    if fs.tag(top.object())? != Some(tag) {
        match fs.set_tag(top.object(), tag) {
            Err(error) if matches!(error.errno, Errno::PERM | Errno::ACCESS) => return Ok(()),
            other => other?,
        }
    }
    Ok(Modes::planned_for(&before, item).restore(fs, top.object(), &before)?)
}

/// Takes a copy out of sight again, and only then looks whether it is still what was published: others work
/// in what they see. If it is not, it stays, hidden, and is reported.
fn hide_again(context: &mut Context<'_>, hidden: At<'_>, visible: At<'_>, identity: &Identity) -> StepResult<()> {
    // Of what was not seen nobody asks.
    if may_have_been_changed(context.item()) && !is_noted_as_hidden(context) {
        context.note(Note::HiddenAgain)?;
    }
    let carried = carried(context.item(), identity);
    hide(context.fs, visible, hidden, &carried)?;
    keep_if_changed(context, hidden, identity)
}

/// Of a rebuilt tree everything goes back, whatever others made in it meanwhile.
fn may_have_been_changed(item: &PlannedItem) -> bool {
    item.kept.is_none() && item.strategy == Strategy::StagedCopy
}

fn is_noted_as_hidden(context: &Context<'_>) -> bool {
    context.notes().any(|note| *note == Note::HiddenAgain)
}

/// What was seen and lies hidden again: that others have changed it is found out before it is deleted.
fn keep_if_changed(context: &mut Context<'_>, hidden: At<'_>, identity: &Identity) -> StepResult<()> {
    let item = context.item().clone();
    let is_folder = item.kind == EntryKind::Folder;
    // The mode that hides it is given last: then it has been looked at.
    let was_looked_at = is_folder && item.mode != STAGING_MODE && context.fs.status(hidden.into())?.mode == STAGING_MODE;
    if may_have_been_changed(&item) && !was_looked_at {
        let source = context.source_folder()?;
        let original = context.source_name_now(&source)?;
        let losses = losses(context);
        let differences = Differences::of_attributes(&losses);
        if !is_same_tree(context.fs, source.at(&original), hidden, &differences).unwrap_or(false) {
            let name = context.kept_name()?;
            context.note(Note::Kept { path: path_of(&item.destination_folder, &name) })?;
            return hide(context.fs, hidden, hidden.folder.at(&name), &carried(&item, identity));
        }
    }
    if is_folder {
        set_mode_where_allowed(context.fs, hidden, identity, STAGING_MODE)?;
    }
    Ok(())
}

/// Whether the item is where it came from again, after its name had appeared.
pub(super) fn is_taken_back(context: &Context<'_>) -> StepResult<bool> {
    let Some(destination) = where_names_can_be_lost(context, context.destination_folder())? else { return Ok(false) };
    let Some(published) = published(context)? else { return Ok(false) };
    let to = destination.at(&context.item().destination_name);
    Ok(match find(context.fs, published.folder.at(&published.name), to, &published.identity)? {
        Found::AtOld => true,
        // Of what was linked, the old name went last.
        Found::AtBoth => context.item().kind != EntryKind::Folder,
        Found::AtNew => false,
        Found::Nowhere => {
            goes_by_a_hidden_name(context, &destination)?
                && holds(context.fs, destination.at(&context.staging_name()?), &published.identity)?
        }
    })
}

pub(super) fn probe(context: &mut Context<'_>) -> StepResult<Probe> {
    let is_run = match is_published(context) {
        Err(error) if error.is_folder_gone() && is_source_folder_gone(context)? => has_arrived(context)?,
        answer => answer?,
    };
    Ok(if is_run { Probe::Run } else { Probe::NotRun })
}

fn is_published(context: &Context<'_>) -> StepResult<bool> {
    let destination = context.destination_folder()?;
    let Some(published) = published(context)? else { return Ok(false) };
    let to = destination.at(&context.item().destination_name);
    Ok(find(context.fs, published.folder.at(&published.name), to, &published.identity)? == Found::AtNew)
}

/// Whether a retagged top carries what it must right before it is published.
pub(super) fn is_expected_of_top(item: &PlannedItem, tag: Option<ProjectTag>) -> bool {
    match (tag, item.destination_folder.tag) {
        (Some(has), Some(tag)) => has == becoming(has, tag, item.kind == EntryKind::Folder),
        (has, tag) => has == tag,
    }
}
