//! What speaks against a plan.

use tidelock_shared::request::{Consent, Verb};
use tidelock_shared::strategy::{EntryKind, RenameRule, Strategy};

use super::{Facts, FoundItem, leaves_its_charge};
use crate::planner::plan::{PlannedItem, Refusal, Repair, Reservation};
use crate::reservation::ledger::written;
use crate::survey::{Findings, SurveyedItem};

/// What speaks against one item.
pub(super) fn refuse_item(found: &FoundItem, planned: &PlannedItem, facts: &Facts<'_>, refusals: &mut Vec<Refusal>) {
    let FoundItem { item, destination, .. } = found;
    let findings = &item.findings;
    let path = item.path();
    if let Some(repair) = &planned.repairs {
        return refuse_repair(found, repair, facts, refusals);
    }
    if !destination.may_change {
        push_once(refusals, Refusal::MayNotChange(destination.folder.path.clone()));
    }
    if let Some(by) = found.taken_by {
        refusals.push(Refusal::NameTaken { path: destination.folder.path.join(found.name.clone()), by });
    }
    if let Some(old) = &found.replaced {
        if old.identity == item.identity {
            refusals.push(Refusal::SameFile { path: path.clone(), other: old.path() });
        }
        refuse_what_stays(&old.findings, refusals);
        if is_held_by_its_charge(old) {
            refusals.push(Refusal::HeldByItsCharge(old.path()));
        }
        let comes_back_by_link = old.kind != EntryKind::Folder && !destination.capabilities.renames_without_replacing;
        if !facts.is_root && old.findings.top_is_foreign && (destination.lets_only_own_go || comes_back_by_link) {
            refusals.push(Refusal::NotYours(old.path()));
        }
    }
    let is_copied = planned.strategy == Strategy::StagedCopy;
    if planned.verb == Verb::Copy {
        // Its copy would be as frozen, and could not get its name.
        refuse_what_stays(findings, refusals);
        return refuse_what_is_read(found, planned, facts, refusals);
    }
    if !item.folder.may_change {
        push_once(refusals, Refusal::MayNotChange(item.folder.folder.path.clone()));
    }
    // Hiding it in its folder, taking it out, and on the way back out of the destination.
    let stays_the_same_inode = !is_copied || planned.kept.is_some();
    let is_held = item.folder.lets_only_own_go || (stays_the_same_inode && destination.lets_only_own_go);
    if findings.top_is_foreign && is_held && !facts.is_root {
        refusals.push(Refusal::NotYours(path.clone()));
    }
    let changes_parent =
        !planned.is_staged() && item.kind == EntryKind::Folder && item.folder.folder.identity != destination.folder.identity;
    if changes_parent && findings.top_may_not_change {
        refusals.push(Refusal::MayNotChange(path.clone()));
    }
    // Without a rename that never replaces, other kinds than folders are linked to their new
    // name, which `protected_hardlinks` keeps from everybody but the owner and root.
    let needs_link = item.kind != EntryKind::Folder && !item.folder.capabilities.renames_without_replacing;
    if needs_link && !facts.is_root && findings.foreign > 0 {
        refusals.push(Refusal::MayNotChange(path.clone()));
    }
    if planned.retires_source() && is_held_by_its_charge(item) {
        refusals.push(Refusal::HeldByItsCharge(path.clone()));
    }
    let is_renamed_in_its_folder = planned.keeps_source() || planned.retires_source();
    let is_elsewhere = item.mdt != item.folder.mdt && !item.folder.capabilities.abilities.renames_between_mdts;
    if is_renamed_in_its_folder && is_elsewhere {
        refusals.push(Refusal::HeldByItsServer(path.clone()));
    }
    refuse_what_stays(findings, refusals);
    // What comes back is not what was surveyed, and copies nothing.
    if planned.kept.is_none() {
        refuse_what_is_read(found, planned, facts, refusals);
    }
}

/// What speaks against changing project IDs in place. What finished moves keep inside stays as it is.
fn refuse_repair(found: &FoundItem, repair: &Repair, facts: &Facts<'_>, refusals: &mut Vec<Refusal>) {
    let FoundItem { item, destination, .. } = found;
    let findings = &item.findings;
    let may_retag = item.folder.capabilities.abilities.may_retag && (facts.is_root || findings.foreign == 0);
    if !may_retag {
        refusals.push(Refusal::MayNotRetag(item.path()));
    }
    // What was done is made durable by a file in it.
    if !destination.may_change {
        push_once(refusals, Refusal::MayNotChange(destination.folder.path.clone()));
    }
    if repair.entries == 0 {
        refusals.push(Refusal::NothingToRepair(item.path()));
    }
    refuse_what_stays(&Findings { hidden_folder: None, ..findings.clone() }, refusals);
    if let Some((example, entries)) = findings.unreadable.clone() {
        refusals.push(Refusal::MayNotRead { example, entries });
    }
}

/// What is in a tree that nobody may take out of its place.
fn refuse_what_stays(findings: &Findings, refusals: &mut Vec<Refusal>) {
    refusals.extend(findings.mount_point.clone().map(Refusal::MountPoint));
    refusals.extend(findings.hidden_folder.clone().map(Refusal::OtherMoveInside));
    refusals.extend(findings.frozen.clone().map(|(example, entries)| Refusal::Frozen { example, entries }));
}

/// What speaks against reading a tree, or against its leaving with all its names.
fn refuse_what_is_read(found: &FoundItem, planned: &PlannedItem, facts: &Facts<'_>, refusals: &mut Vec<Refusal>) {
    let (item, findings) = (&found.item, &found.item.findings);
    let is_copied = planned.strategy == Strategy::StagedCopy;
    if let Some((example, entries)) = findings.unreadable.clone() {
        refusals.push(Refusal::MayNotRead { example, entries });
    }
    if is_copied {
        refusals.extend(findings.lost.clone().map(|(example, entries)| Refusal::Lost { example, entries }));
    }
    if is_copied && item.tally.released > 0 && !facts.asked.allow.contains(&Consent::Restore) {
        refusals.push(Refusal::Released { entries: item.tally.released });
    }
    if is_copied && !facts.is_root && findings.devices > 0 {
        refusals.push(Refusal::DevicesNeedRoot { entries: findings.devices });
    }
    let may_split_links = facts.asked.allow.contains(&Consent::HardLinksLeaving);
    if leaves_its_charge(planned) && item.tally.hard_links_leaving > 0 && !may_split_links {
        refusals.push(Refusal::HardLinksLeaving { inodes: item.tally.hard_links_leaving });
    }
}

/// Whether its folder renames the item at all: with the inherit flag it takes nothing that is charged
/// elsewhere, be it from itself (recorded: folders on Lustre 2.17, everything on ext4 and XFS).
fn is_held_by_its_charge(item: &SurveyedItem) -> bool {
    let is_compared = match item.folder.capabilities.abilities.rename_rule {
        RenameRule::NoProjects => false,
        RenameRule::Refuses => true,
        RenameRule::RechargesFiles => item.kind == EntryKind::Folder,
    };
    let (own, folder) = (item.tag, item.folder.folder.tag);
    is_compared && own.zip(folder).is_some_and(|(own, folder)| folder.inherit && own.id != folder.id)
}

fn push_once(refusals: &mut Vec<Refusal>, refusal: Refusal) {
    if !refusals.contains(&refusal) {
        refusals.push(refusal);
    }
}

/// Who is to be charged for more than he may have.
pub(super) fn refuse_shortage(facts: &Facts<'_>, items: &[PlannedItem], reservations: &[Reservation], refusals: &mut Vec<Refusal>) {
    for reservation in reservations {
        let numbers = facts.payers.get(&reservation.payer).copied().unwrap_or_default();
        if let Some((needed, headroom)) = numbers.shortage(reservation.amount, written(reservation, items)) {
            refusals.push(Refusal::NoHeadroom { payer: reservation.payer, needed, headroom });
        }
    }
}
