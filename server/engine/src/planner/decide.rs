//! The planner itself.

use std::collections::BTreeMap;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FilePath;
use tidelock_shared::plan::{Cost, ProjectRole};
use tidelock_shared::quota::{Amount, Headroom, Limits, crosses_soft_limit};
use tidelock_shared::request::{Consent, ValidMoveRequest};
use tidelock_shared::strategy::{Choice, EntryKind, Strategy, StrategyReason, choose};

use super::plan::{MovePlan, Payer, PayerChange, PlannedItem, Refusal, Reservation, Warning};
use super::sequence::sequence;
use crate::survey::{SurveyedFolder, SurveyedItem};

/// Retags a second on a Lustre with one client (recorded: 293; local file systems do thousands).
const RETAGS_PER_SECOND: f64 = 300.0;
/// Small files copied a second, and bytes; careful values, until a mount has its own.
const COPIES_PER_SECOND: f64 = 5_000.0;
const COPIED_BYTES_PER_SECOND: f64 = 400.0 * 1024.0 * 1024.0;

/// Everything that was read for one plan.
pub struct Facts<'a> {
    pub request: &'a ValidMoveRequest,
    pub items: &'a [SurveyedItem],
    pub destination: &'a SurveyedFolder,
    /// Destination paths that exist already.
    pub taken: &'a [FilePath],
    /// The numbers of everybody who is charged.
    pub payers: &'a BTreeMap<Payer, PayerNumbers>,
    pub open_moves: &'a [OpenMove],
    pub is_root: bool,
    pub undoes: Option<MoveId>,
}

/// What one payer has and may have.
#[derive(Clone, Copy, Debug, Default)]
pub struct PayerNumbers {
    /// None where the caller may not read it.
    pub usage: Option<Amount>,
    pub limits: Limits,
    pub reserved: Amount,
    /// Free on the whole mount.
    pub free: Headroom,
}

/// A move that has not ended, with every path it works on.
#[derive(Clone, Debug)]
pub struct OpenMove {
    pub id: MoveId,
    pub paths: Vec<FilePath>,
}

/// A plan, complete even where it is refused: people want to see what would have been.
#[derive(Clone, Debug)]
pub struct Draft {
    pub plan: MovePlan,
    pub refusals: Vec<Refusal>,
    /// The engine's version before anything was read for it; set by whoever read.
    pub as_of: u64,
}

/// Who is charged for what lies in a folder.
pub fn payer_of(folder: &SurveyedFolder) -> Payer {
    let is_counted = folder.quota.is_some() || folder.folder.tag.is_some_and(|tag| tag.id.0 != 0);
    Payer { device: folder.folder.device, project: folder.folder.tag.filter(|_| is_counted).map(|tag| tag.id) }
}

/// Decides how each item moves, what that costs, and what speaks against it.
pub fn plan(facts: &Facts<'_>) -> Draft {
    let items: Vec<PlannedItem> =
        facts.items.iter().zip(&facts.request.items).map(|(item, requested)| planned(item, requested, facts)).collect();
    let mut refusals = Vec::new();
    for (item, planned) in facts.items.iter().zip(&items) {
        refuse_item(item, planned, facts, &mut refusals);
    }
    if !facts.destination.may_change {
        refusals.push(Refusal::MayNotChange(facts.destination.folder.path.clone()));
    }
    refusals.extend(facts.taken.iter().cloned().map(Refusal::NameTaken));
    refuse_overlap(facts, &mut refusals);
    let (payers, reservations) = charges(facts, &items);
    refuse_shortage(facts, &reservations, &mut refusals);
    let warnings = warnings(facts, &items, &payers);
    let plan = MovePlan {
        sequence: sequence(&items),
        cost: cost(&items),
        items,
        reservations,
        allow: facts.request.allow.clone(),
        undoes: facts.undoes,
        warnings,
        payers,
    };
    Draft { plan, refusals, as_of: 0 }
}

fn planned(item: &SurveyedItem, requested: &tidelock_shared::request::RequestedItem, facts: &Facts<'_>) -> PlannedItem {
    let destination = &facts.destination.folder;
    let choice = Choice {
        same_file_system: item.folder.folder.device == destination.device,
        abilities: item.folder.capabilities.abilities,
        kind: item.kind,
        item: item.tag.unwrap_or_default(),
        source_folder: item.folder.folder.tag.unwrap_or_default(),
        destination_folder: destination.tag.unwrap_or_default(),
        already_charged_there: is_charged_there(item, facts),
        holds_other_kinds: item.tally.other_kinds > 0,
    };
    let (mut strategy, mut reason) = choose(&choice);
    // The owner may retag his own inodes only (recorded for ext4 and XFS).
    if strategy == Strategy::RetagAndRename && !facts.is_root && item.findings.foreign > 0 {
        (strategy, reason) = (Strategy::StagedCopy, StrategyReason::MayNotRetag);
    }
    PlannedItem {
        kind: item.kind,
        strategy,
        reason,
        source_folder: item.folder.folder.clone(),
        source_name: item.name.clone(),
        identity: item.identity.clone(),
        source_tag: item.tag,
        mode: item.mode,
        destination_folder: destination.clone(),
        destination_name: requested.name.clone(),
        tally: item.tally.clone(),
        kept: None,
    }
}

/// Where the kernel does not tell an item's own project ID (a symbolic link on ext4 and XFS), it
/// is the one of the folder that the item was made in, as far as anybody can know.
fn is_charged_there(item: &SurveyedItem, facts: &Facts<'_>) -> bool {
    let (from, to) = (item.folder.folder.tag, facts.destination.folder.tag);
    item.findings.charged_elsewhere == 0 && (item.tag.is_some() || from.map(|tag| tag.id) == to.map(|tag| tag.id))
}

fn refuse_item(item: &SurveyedItem, planned: &PlannedItem, facts: &Facts<'_>, refusals: &mut Vec<Refusal>) {
    let findings = &item.findings;
    let path = item.folder.folder.path.join(item.name.clone());
    let is_copied = planned.strategy == Strategy::StagedCopy;
    if !item.folder.may_change {
        refusals.push(Refusal::MayNotChange(item.folder.folder.path.clone()));
    }
    let changes_parent =
        !is_copied && item.kind == EntryKind::Folder && item.folder.folder.identity != facts.destination.folder.identity;
    if changes_parent && findings.top_may_not_change {
        refusals.push(Refusal::MayNotChange(path.clone()));
    }
    // Without a rename that never replaces, other kinds than folders are linked to their new
    // name, which `protected_hardlinks` keeps from everybody but the owner and root.
    let needs_link = item.kind != EntryKind::Folder && !item.folder.capabilities.renames_without_replacing;
    if needs_link && !facts.is_root && findings.foreign > 0 {
        refusals.push(Refusal::MayNotChange(path.clone()));
    }
    refusals.extend(findings.mount_point.clone().map(Refusal::MountPoint));
    refusals.extend(findings.hidden_folder.clone().map(Refusal::OtherMoveInside));
    if let Some((example, entries)) = findings.frozen.clone() {
        refusals.push(Refusal::Frozen { example, entries });
    }
    if let Some((example, entries)) = findings.unreadable.clone() {
        refusals.push(Refusal::MayNotRead { example, entries });
    }
    if is_copied && item.tally.released > 0 {
        refusals.push(Refusal::Released { entries: item.tally.released });
    }
    if is_copied && !facts.is_root && findings.devices > 0 {
        refusals.push(Refusal::DevicesNeedRoot { entries: findings.devices });
    }
    let may_split_links = facts.request.allow.contains(&Consent::HardLinksLeaving);
    if changes_charge(planned) && item.tally.hard_links_leaving > 0 && !may_split_links {
        refusals.push(Refusal::HardLinksLeaving { inodes: item.tally.hard_links_leaving });
    }
}

fn changes_charge(item: &PlannedItem) -> bool {
    !matches!(item.reason, StrategyReason::SameCharge | StrategyReason::NoProjects)
}

fn refuse_overlap(facts: &Facts<'_>, refusals: &mut Vec<Refusal>) {
    let ours = facts.request.items.iter().flat_map(|item| [item.source.clone(), facts.request.destination.join(item.name.clone())]);
    for path in ours {
        let meets = |other: &&FilePath| path.is_at_or_below(other) || other.is_at_or_below(&path);
        if let Some(open) = facts.open_moves.iter().find(|open| open.paths.iter().any(|other| meets(&other))) {
            refusals.push(Refusal::Overlap { path, other: open.id });
        }
    }
}

/// What each payer gains or loses, and what is to be set aside.
fn charges(facts: &Facts<'_>, items: &[PlannedItem]) -> (Vec<PayerChange>, Vec<Reservation>) {
    let destination = payer_of(facts.destination);
    let mut gained = Amount::ZERO;
    let mut lost: BTreeMap<Payer, (FilePath, Amount)> = BTreeMap::new();
    for (item, found) in items.iter().zip(facts.items) {
        let source = payer_of(&found.folder);
        let entry = lost.entry(source).or_insert_with(|| (item.source_folder.path.clone(), Amount::ZERO));
        let crosses = source != destination || item.strategy == Strategy::StagedCopy;
        if crosses && changes_charge(item) {
            gained += item.tally.amount;
            if item.strategy != Strategy::StagedCopy {
                entry.1 += item.tally.amount;
            }
        }
    }
    let mut changes = Vec::new();
    let change = |payer: Payer, folder: FilePath, role, plus: Amount, minus: Amount| {
        let numbers = facts.payers.get(&payer).copied().unwrap_or_default();
        let after = numbers.usage.map(|usage| (usage + plus).less(minus));
        PayerChange { payer, folder, role, usage: numbers.usage, limits: numbers.limits, reserved: numbers.reserved, after }
    };
    for (payer, (folder, amount)) in lost {
        if payer != destination {
            changes.push(change(payer, folder, ProjectRole::Source, Amount::ZERO, amount));
        }
    }
    let is_within = changes.is_empty();
    let role = if is_within { ProjectRole::Both } else { ProjectRole::Destination };
    changes.push(change(destination, facts.destination.folder.path.clone(), role, gained, Amount::ZERO));
    let reservations = if gained == Amount::ZERO {
        Vec::new()
    } else {
        vec![Reservation { payer: destination, folder: facts.destination.folder.clone(), amount: gained }]
    };
    (changes, reservations)
}

fn refuse_shortage(facts: &Facts<'_>, reservations: &[Reservation], refusals: &mut Vec<Refusal>) {
    for reservation in reservations {
        let numbers = facts.payers.get(&reservation.payer).copied().unwrap_or_default();
        let by_limit = numbers.usage.map(|usage| Headroom::of(&numbers.limits, usage, numbers.reserved)).unwrap_or_default();
        let headroom = by_limit.and(numbers.free);
        if !headroom.fits(reservation.amount) {
            refusals.push(Refusal::NoHeadroom { payer: reservation.payer, needed: reservation.amount, headroom });
        }
    }
}

fn warnings(facts: &Facts<'_>, items: &[PlannedItem], payers: &[PayerChange]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let copied = items.iter().filter(|item| item.strategy == Strategy::StagedCopy);
    let twice = copied.clone().fold(Amount::ZERO, |sum, item| sum + item.tally.amount);
    if twice != Amount::ZERO {
        warnings.push(Warning::ChargedTwice { amount: twice });
    }
    let mut losses = BTreeMap::new();
    for (loss, count) in copied.flat_map(|item| &item.tally.losses) {
        *losses.entry(*loss).or_insert(0) += count;
    }
    if !losses.is_empty() {
        warnings.push(Warning::Losses { losses });
    }
    let leaving: u64 = items.iter().filter(|item| changes_charge(item)).map(|item| item.tally.hard_links_leaving).sum();
    if leaving > 0 {
        warnings.push(Warning::HardLinksLeaving { inodes: leaving });
    }
    let drifted: u64 =
        facts.items.iter().zip(items).filter(|(_, item)| changes_charge(item)).map(|(found, _)| found.findings.drifted).sum();
    if drifted > 0 {
        warnings.push(Warning::DriftMended { entries: drifted });
    }
    for change in payers {
        if let (Some(usage), Some(after)) = (change.usage, change.after)
            && crosses_soft_limit(&change.limits, usage, after)
        {
            warnings.push(Warning::SoftLimit { payer: change.payer });
        }
        if change.usage.is_none() && change.payer.project.is_some() && change.role != ProjectRole::Source {
            warnings.push(Warning::LimitsUnknown { payer: change.payer });
        }
    }
    warnings
}

fn cost(items: &[PlannedItem]) -> Cost {
    let mut cost = Cost { bytes_copied: 0, inodes_changed: 0, seconds: 0.1 };
    for item in items {
        let inodes = item.tally.amount.inodes;
        match item.strategy {
            Strategy::StagedCopy => {
                cost.bytes_copied += item.tally.content_bytes;
                cost.inodes_changed += inodes;
                cost.seconds += inodes as f64 / COPIES_PER_SECOND + item.tally.content_bytes as f64 / COPIED_BYTES_PER_SECOND;
            }
            Strategy::RetagAndRename | Strategy::RetagWithHop | Strategy::PiecewiseRename => {
                cost.inodes_changed += inodes;
                cost.seconds += inodes as f64 / RETAGS_PER_SECOND;
            }
            Strategy::Rename => cost.inodes_changed += 1,
        }
    }
    cost
}

#[cfg(test)]
mod tests;
