//! The planner itself.

mod flow;
mod refusals;

use std::collections::BTreeMap;

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;
use tidelock_shared::plan::{Cost, ProjectRole};
use tidelock_shared::quota::{Amount, Headroom, Limits, crosses_soft_limit};
use tidelock_shared::request::{MoveRequest, Verb};
use tidelock_shared::strategy::{Choice, EntryKind, RenameRule, Strategy, StrategyReason, choose};

use flow::{Flow, WORKSHOP};
use refusals::{refuse_item, refuse_shortage};

use super::overlap::{OpenMove, overlaps};
use super::plan::{
    KeptSource, Loss, MovePlan, Payer, PayerChange, Place, PlannedItem, Refusal, Repair, Replaced, Reservation, Restored, Warning,
};
use super::sequence::sequence;
use crate::survey::{NOBODY, SurveyedFolder, SurveyedItem};

/// Retags a second on a Lustre with one client (recorded: 293; local file systems do thousands).
const RETAGS_PER_SECOND: f64 = 300.0;
/// Entries renamed one by one a second on the same (recorded: 155).
const RENAMES_PER_SECOND: f64 = 150.0;
/// Small files copied a second, and bytes; careful values, until a mount has its own.
const COPIES_PER_SECOND: f64 = 5_000.0;
const COPIED_BYTES_PER_SECOND: f64 = 400.0 * 1024.0 * 1024.0;

/// Everything that was read for one plan.
pub struct Facts<'a> {
    pub asked: &'a MoveRequest,
    pub items: &'a [FoundItem],
    /// The numbers of everybody who is charged.
    pub payers: &'a BTreeMap<Payer, PayerNumbers>,
    pub open_moves: &'a [OpenMove],
    pub is_root: bool,
    pub undoes: Option<MoveId>,
}

/// One item as found, and where it goes.
#[derive(Clone, Debug)]
pub struct FoundItem {
    pub item: SurveyedItem,
    pub destination: SurveyedFolder,
    pub name: FileName,
    /// Every folder that the item or its destination lies in.
    pub above: Vec<Place>,
    /// What has the name, if nobody said what is to become of it.
    pub taken_by: Option<EntryKind>,
    pub replaced: Option<SurveyedItem>,
    /// Of an undo: the source that the undone move kept.
    pub kept: Option<KeptSource>,
    /// Of an undo: what the undone move had replaced.
    pub restores: Option<Restored>,
    /// Of a repair: what is charged elsewhere.
    pub repairs: Option<Repair>,
}

/// What one payer has and may have.
#[derive(Clone, Copy, Debug, Default)]
pub struct PayerNumbers {
    /// None where the caller may not read it.
    pub usage: Option<Amount>,
    pub limits: Limits,
    pub reserved: Amount,
    /// Free on the whole mount and not about to be written to.
    pub free: Headroom,
    /// That is the project's room instead, as its folder shows it to whoever may not read the limits.
    pub is_of_project: bool,
}

impl PayerNumbers {
    /// What there is no room for, and the room that there is; none if all fits. What is only charged to
    /// somebody else takes nothing of the mount.
    pub fn shortage(&self, charged: Amount, written: Amount) -> Option<(Amount, Headroom)> {
        let within_limits = self.usage.map(|usage| Headroom::of(&self.limits, usage, self.reserved)).unwrap_or_default();
        let taken = if self.is_of_project { charged } else { written };
        [(charged, within_limits), (taken, self.free)].into_iter().find(|(needed, room)| !room.fits(*needed))
    }
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

/// Who is charged for what is made anew in a folder: without the inherit flag not its project.
pub fn payer_of_new(folder: &SurveyedFolder) -> Payer {
    let payer = payer_of(folder);
    let charges_nobody = payer.project.is_some() && folder.folder.tag.is_some_and(|tag| !tag.inherit);
    Payer { project: if charges_nobody { Some(NOBODY) } else { payer.project }, ..payer }
}

/// Decides how each item moves, what that costs, and what speaks against it.
pub fn plan(facts: &Facts<'_>) -> Draft {
    let items: Vec<PlannedItem> = facts.items.iter().map(|found| planned(found, facts)).collect();
    let mut refusals = Vec::new();
    for (found, planned) in facts.items.iter().zip(&items) {
        refuse_item(found, planned, facts, &mut refusals);
    }
    refusals.extend(overlaps(&items, facts.open_moves));
    let (payers, reservations) = charges(facts, &items);
    refuse_shortage(facts, &items, &reservations, &mut refusals);
    let warnings = warnings(facts, &items, &payers, &reservations);
    let plan = MovePlan {
        sequence: sequence(&items),
        cost: cost(&items, facts.asked.compare),
        items,
        reservations,
        asked: facts.asked.clone(),
        user: String::new(),
        rights_of: None,
        undoes: facts.undoes,
        warnings,
        payers,
    };
    Draft { plan, refusals, as_of: 0 }
}

fn planned(found: &FoundItem, facts: &Facts<'_>) -> PlannedItem {
    let (item, destination) = (&found.item, &found.destination.folder);
    let mut abilities = item.folder.capabilities.abilities;
    // The owner may retag his own inodes only (recorded for ext4 and XFS).
    abilities.may_retag &= facts.is_root || item.findings.foreign == 0;
    let choice = Choice {
        same_file_system: item.folder.is_within_reach_of(&found.destination),
        between_mdts: item.mdt != found.destination.mdt || item.folder.mdt != found.destination.mdt,
        abilities,
        kind: item.kind,
        item: item.tag.unwrap_or_default(),
        source_folder: item.folder.folder.tag.unwrap_or_default(),
        destination_folder: destination.tag.unwrap_or_default(),
        already_charged_there: is_charged_there(found),
        holds_other_kinds: item.tally.other_kinds > if sockets_stay(item) { item.findings.sockets } else { 0 },
        may_remake_other_kinds: item.findings.not_remakable == 0 && item.findings.closed_folders == 0,
        may_empty_folders: may_empty_folders(item),
    };
    let (strategy, reason) = match facts.asked.verb {
        Verb::Move if found.kept.is_some() => (Strategy::Rename, StrategyReason::SameCharge),
        Verb::Move => choose(&choice),
        Verb::Copy => (Strategy::StagedCopy, StrategyReason::CopyWanted),
        Verb::Trash => (Strategy::Rename, StrategyReason::Trashed),
        Verb::Repair => (Strategy::Retag, StrategyReason::Repaired),
    };
    let mut tally = item.tally.clone();
    if strategy == Strategy::PiecewiseRename {
        tally.losses.clear();
    }
    // New folders lack it, whether what is in them is copied or renamed.
    if matches!(strategy, Strategy::StagedCopy | Strategy::PiecewiseRename) && item.findings.own_default_stripes > 0 {
        *tally.losses.entry(Loss::Layout).or_default() += item.findings.own_default_stripes;
    }
    if strategy == Strategy::RetagAndRename && sockets_stay(item) {
        tally.amount = tally.amount.less(Amount { bytes: 0, inodes: item.findings.sockets });
    }
    if let Some(repair) = &found.repairs {
        (tally.entries, tally.amount) = (repair.entries, repair.amount());
    }
    PlannedItem {
        verb: facts.asked.verb,
        kind: item.kind,
        strategy,
        reason,
        source_folder: item.folder.folder.clone(),
        source_name: item.name.clone(),
        identity: item.identity.clone(),
        source_tag: item.tag,
        mode: item.mode,
        destination_folder: destination.clone(),
        destination_name: found.name.clone(),
        tally,
        kept: found.kept.clone(),
        above: found.above.clone(),
        shared: item.shared.clone(),
        replaces: found.replaced.as_ref().map(replaced),
        restores: found.restores.clone(),
        repairs: found.repairs.clone(),
    }
}

/// Where they cannot be retagged, sockets inside a folder stay as they are.
fn sockets_stay(item: &SurveyedItem) -> bool {
    item.folder.capabilities.abilities.remakes_other_kinds && item.kind == EntryKind::Folder
}

/// Where the kernel does not tell an inode's project ID (of a symbolic link on ext4 and XFS, of what
/// the caller may not look at), it is the one of the folder that the item was made in, as far as
/// anybody can know.
fn is_charged_there(found: &FoundItem) -> bool {
    let item = &found.item;
    let (from, to) = (item.folder.folder.tag, found.destination.folder.tag);
    let is_told = item.tag.is_some() && item.findings.untold == 0;
    item.findings.charged_elsewhere == 0 && (is_told || from.map(|tag| tag.id) == to.map(|tag| tag.id))
}

/// Entries can leave one by one, and everything can come back as it was: the old folders are gone
/// once the move is done, so the ones made anew must lack nothing.
fn may_empty_folders(item: &SurveyedItem) -> bool {
    let findings = &item.findings;
    findings.closed_folders == 0 && findings.drifted == 0 && findings.untold == 0 && findings.losses_of_remade.is_empty()
}

fn replaced(old: &SurveyedItem) -> Replaced {
    Replaced { identity: old.identity.clone(), kind: old.kind, entries: old.tally.entries, amount: old.tally.amount }
}

/// Whether somebody is charged in addition.
fn changes_charge(item: &PlannedItem) -> bool {
    !matches!(item.reason, StrategyReason::SameCharge | StrategyReason::NoProjects | StrategyReason::Trashed)
}

/// Whether what is charged now no longer is, or is charged to somebody else.
fn leaves_its_charge(item: &PlannedItem) -> bool {
    changes_charge(item) && item.verb == Verb::Move
}

/// What each payer gains or loses, and what is to be set aside.
fn charges(facts: &Facts<'_>, items: &[PlannedItem]) -> (Vec<PayerChange>, Vec<Reservation>) {
    let mut flows: BTreeMap<Payer, Flow> = BTreeMap::new();
    for ((item, found), position) in items.iter().zip(facts.items).zip(0_u32..) {
        let settles_late = found.destination.capabilities.charges_settle_late;
        if let Some(repair) = &item.repairs {
            flow::repair(&mut flows, item, payer_of(&found.destination), repair, settles_late);
            continue;
        }
        let is_made_anew = item.strategy == Strategy::StagedCopy;
        let destination = if is_made_anew { payer_of_new(&found.destination) } else { payer_of(&found.destination) };
        let source = payer_of(&found.item.folder);
        let crosses = (source != destination || item.strategy == Strategy::StagedCopy) && changes_charge(item);
        let amount = if crosses { item.copied_amount() } else { Amount::ZERO };
        let leaves = if item.strategy == Strategy::StagedCopy { Amount::ZERO } else { amount };
        let comes_back = item.copied_amount().less(item.tally.amount);
        let flow = flows.entry(source).or_insert_with(|| Flow::at(&item.source_folder));
        (flow.is_source, flow.lost, flow.gained) = (true, flow.lost + leaves, flow.gained + comes_back);
        let flow = flows.entry(destination).or_insert_with(|| Flow::at(&item.destination_folder));
        (flow.is_destination, flow.gained) = (true, flow.gained + amount);
        flow.settles_late |= settles_late;
        flow.items.extend(Some(position).filter(|_| (is_made_anew || item.is_retagged()) && crosses));
        let has_workshop = item.is_retagged() && found.item.folder.capabilities.abilities.remakes_other_kinds;
        if has_workshop && found.item.tally.other_kinds > found.item.findings.sockets {
            // Items follow one another, and each clears its own away.
            flow.for_a_while = WORKSHOP;
        }
    }
    let change = |(payer, flow): (&Payer, &Flow)| {
        let numbers = facts.payers.get(payer).copied().unwrap_or_default();
        PayerChange {
            payer: *payer,
            folder: flow.folder.path.clone(),
            role: flow.role(),
            usage: numbers.usage,
            limits: numbers.limits,
            reserved: numbers.reserved,
            after: numbers.usage.map(|usage| (usage + flow.gained).less(flow.lost)),
        }
    };
    let mut changes: Vec<PayerChange> = flows.iter().map(change).collect();
    changes.sort_by_key(|change| change.role != ProjectRole::Source);
    let gaining = flows.iter().filter(|(_, flow)| flow.gained != Amount::ZERO);
    let reservations = gaining.map(|(payer, flow)| flow.reservation(*payer)).collect();
    (changes, reservations)
}

fn warnings(facts: &Facts<'_>, items: &[PlannedItem], payers: &[PayerChange], gains: &[Reservation]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let staying = |verb: Verb| {
        let stay = items.iter().filter(|item| item.verb == verb && item.keeps_source() && item.kept.is_none());
        stay.fold(Amount::ZERO, |sum, item| sum + item.copied_amount())
    };
    let (twice, trashed) = (staying(Verb::Move), staying(Verb::Trash));
    if twice != Amount::ZERO {
        warnings.push(Warning::ChargedTwice { amount: twice });
    }
    if trashed != Amount::ZERO {
        warnings.push(Warning::TrashStaysCharged { amount: trashed });
    }
    let mut losses = BTreeMap::new();
    for (loss, count) in items.iter().filter(|item| item.is_staged()).flat_map(|item| &item.tally.losses) {
        *losses.entry(*loss).or_insert(0) += count;
    }
    if !losses.is_empty() {
        warnings.push(Warning::Losses { losses });
    }
    let striped = facts.items.iter().zip(items).filter(|(_, item)| item.is_staged()).map(|(found, _)| found.item.findings.striped);
    if let folders @ 1.. = striped.sum() {
        warnings.push(Warning::StripesLost { folders });
    }
    warnings.extend(tape_warnings(items));
    let replaced = items.iter().filter_map(|item| item.replaces.as_ref());
    let (entries, amount) = replaced.fold((0, Amount::ZERO), |(entries, amount), old| (entries + old.entries, amount + old.amount));
    if entries > 0 {
        warnings.push(Warning::Replaces { entries, amount });
    }
    let leaving: u64 = items.iter().filter(|item| leaves_its_charge(item)).map(|item| item.tally.hard_links_leaving).sum();
    if leaving > 0 {
        warnings.push(Warning::HardLinksLeaving { inodes: leaving });
    }
    let drifted: u64 = facts
        .items
        .iter()
        .zip(items)
        .filter(|(_, item)| leaves_its_charge(item))
        .map(|(found, _)| found.item.findings.drifted)
        .sum();
    if drifted > 0 {
        warnings.push(Warning::DriftMended { entries: drifted });
    }
    let pairs = || facts.items.iter().zip(items).filter(|(_, item)| item.repairs.is_none());
    let retagged = || pairs().filter(|(found, planned)| planned.is_retagged() && sockets_stay(&found.item));
    let sockets = retagged().map(|(found, _)| found.item.findings.sockets).sum();
    let remade = retagged().map(|(found, _)| found.item.tally.other_kinds).sum::<u64>() - sockets;
    if remade > 0 {
        warnings.push(Warning::Remade { entries: remade });
    }
    if sockets > 0 {
        warnings.push(Warning::SocketsStayCharged { entries: sockets });
    }
    let inexact = pairs().filter(|(found, item)| !can_be_charged_back(found, item, facts)).count() as u64;
    if inexact > 0 {
        warnings.push(Warning::UndoneInexactly { entries: inexact });
    }
    let for_nobody = pairs().filter(|(found, item)| {
        item.strategy == Strategy::StagedCopy && payer_of_new(&found.destination) != payer_of(&found.destination)
    });
    let for_nobody = for_nobody.fold(Amount::ZERO, |sum, (_, item)| sum + item.tally.amount);
    if for_nobody != Amount::ZERO {
        warnings.push(Warning::ChargedToNobody { amount: for_nobody });
    }
    for change in payers {
        if let (Some(usage), Some(after)) = (change.usage, change.after)
            && crosses_soft_limit(&change.limits, usage, after)
        {
            warnings.push(Warning::SoftLimit { payer: change.payer });
        }
        let gains = gains.iter().any(|gain| gain.payer == change.payer);
        if gains && change.usage.is_none() && change.payer.project.is_some() {
            warnings.push(Warning::LimitsUnknown { payer: change.payer });
        }
    }
    warnings
}

/// What becomes of files on tape: a copy needs them, everything else leaves them there.
fn tape_warnings(items: &[PlannedItem]) -> Vec<Warning> {
    let sum = |restores: bool| {
        let of = items.iter().filter(|item| item.restores_from_tape() == restores);
        of.fold((0, 0), |(entries, bytes), item| (entries + item.tally.released, bytes + item.tally.released_bytes))
    };
    let mut warnings = Vec::new();
    if let (entries @ 1.., bytes) = sum(true) {
        warnings.push(Warning::Restores { entries, bytes });
    }
    if let (entries @ 1.., bytes) = sum(false) {
        warnings.push(Warning::StayOnTape { entries, bytes });
    }
    warnings
}

/// Whether an undo gives what a rename recharges its old project ID: by its folder's flag, or
/// because the caller may.
fn can_be_charged_back(found: &FoundItem, item: &PlannedItem, facts: &Facts<'_>) -> bool {
    let may_retag = found.item.folder.capabilities.abilities.may_retag && (facts.is_root || found.item.findings.foreign == 0);
    let own = item.source_tag.map(|tag| tag.id);
    let folder_charges = item.source_folder.tag.is_some_and(|tag| tag.inherit && own.is_none_or(|own| own == tag.id));
    // A plain rename charges back as well, where the item was charged to another than its folder.
    let rule = found.item.folder.capabilities.abilities.rename_rule;
    let is_drifted =
        item.kind != EntryKind::Folder && item.reason == StrategyReason::SameCharge && rule == RenameRule::RechargesFiles;
    let is_recharged = item.reason == StrategyReason::RenameRecharges || (is_drifted && item.kept.is_none());
    // An undo charges everything to the folder that it comes back to, whatever the item itself was charged to.
    let is_mended = item.is_retagged() && item.source_folder.tag.is_some_and(|tag| tag.inherit) && !folder_charges;
    !is_mended && (!is_recharged || may_retag || folder_charges || is_in_a_folder_that_charges_nobody(item))
}

/// A plain rename back into it changes nothing.
fn is_in_a_folder_that_charges_nobody(item: &PlannedItem) -> bool {
    item.reason == StrategyReason::SameCharge && item.source_folder.tag.is_none_or(|tag| !tag.inherit)
}

fn cost(items: &[PlannedItem], compare: bool) -> Cost {
    let mut cost = Cost { bytes_copied: 0, inodes_changed: 0, seconds: 0.1 };
    for item in items {
        let inodes = item.tally.amount.inodes;
        match item.strategy {
            Strategy::StagedCopy => {
                cost.bytes_copied += item.tally.content_bytes;
                cost.inodes_changed += inodes;
                // To compare reads both sides once more, and writes nothing.
                let times = if compare { 2.0 } else { 1.0 };
                let bytes = item.tally.content_bytes as f64 * times;
                cost.seconds += inodes as f64 / COPIES_PER_SECOND + bytes / COPIED_BYTES_PER_SECOND;
            }
            Strategy::RetagAndRename | Strategy::RetagWithHop => {
                cost.inodes_changed += inodes;
                cost.seconds += inodes as f64 / RETAGS_PER_SECOND;
            }
            Strategy::PiecewiseRename => {
                cost.inodes_changed += inodes;
                cost.seconds += inodes as f64 / RENAMES_PER_SECOND;
            }
            Strategy::Retag => {
                cost.inodes_changed += item.tally.entries;
                cost.seconds += item.tally.entries as f64 / RETAGS_PER_SECOND;
            }
            Strategy::Rename => cost.inodes_changed += 1,
        }
    }
    cost
}

#[cfg(test)]
mod tests;
