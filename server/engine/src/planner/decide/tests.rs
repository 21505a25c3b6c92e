//! The planner on invented facts: no file system is near.

use tidelock_shared::id::{EngineId, ProjectId};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Bounds;
use tidelock_shared::request::Consent;
use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use super::*;
use crate::fs::{Capabilities, Capacity, Identity, Knowledge, NamesDurability, Quota};
use crate::planner::overlap::Footprint;
use crate::planner::plan::{FolderRef, Loss, Tally};
use crate::planner::sequence::StepKind;
use crate::survey::Findings;

fn path(text: &str) -> FilePath {
    FilePath::parse(text.as_bytes()).unwrap()
}

fn name(text: &str) -> FileName {
    FileName::new(text.as_bytes()).unwrap()
}

fn folder(at: &str, device: u64, project: u32, hard: Amount) -> SurveyedFolder {
    let abilities = MountAbilities {
        rename_rule: RenameRule::RechargesFiles,
        source_flag_rule: SourceFlagRule::BlocksNothing,
        may_retag: true,
        retags_every_kind: true,
        remakes_other_kinds: false,
        renames_between_mdts: true,
    };
    let bounds = |hard| Bounds { soft: None, hard: Some(hard) };
    SurveyedFolder {
        folder: FolderRef {
            path: path(at),
            identity: Identity::try_from(format!("{project:08x}")).unwrap(),
            device,
            tag: Some(ProjectTag { id: ProjectId(project), inherit: true }),
        },
        mount: Some(31),
        capabilities: Capabilities {
            kind: "Lustre".to_owned(),
            abilities,
            renames_without_replacing: false,
            names_durability: NamesDurability::BarrierFile,
            keeps_nanoseconds: false,
            charges_settle_late: true,
            syncs_each_file: true,
            has_layouts: true,
            source: Knowledge::OfItsKind,
        },
        capacity: Capacity {
            total: Amount { bytes: 1 << 50, inodes: 1 << 30 },
            free: Amount { bytes: 1 << 50, inodes: 1 << 30 },
            is_of_project: false,
        },
        quota: Some(Quota { usage: Amount::ZERO, limits: Limits { bytes: bounds(hard.bytes), inodes: bounds(hard.inodes) } }),
        quota_of_nobody: None,
        may_change: true,
        mdt: Some(0),
        lets_only_own_go: false,
    }
}

const ROOMY: Amount = Amount { bytes: 1 << 40, inodes: 1 << 20 };
const TREE: Amount = Amount { bytes: 1000, inodes: 10 };

fn tree(source: &SurveyedFolder) -> SurveyedItem {
    SurveyedItem {
        folder: source.clone(),
        name: name("tree"),
        kind: EntryKind::Folder,
        identity: Identity::try_from("abcd".to_owned()).unwrap(),
        mdt: source.mdt,
        tag: source.folder.tag,
        mode: 0o755,
        tally: Tally { entries: 10, amount: TREE, content_bytes: 900, ..Tally::default() },
        is_surveyed_for_a_copy: false,
        shared: Default::default(),
        findings: Findings { charged_elsewhere: 10, ..Findings::default() },
    }
}

/// Plans moving the item into `/m/beta` as root, with nothing in the way.
fn draft(item: SurveyedItem, destination: &SurveyedFolder) -> Draft {
    draft_of(found(item, destination), true, &[], Amount::ZERO)
}

fn found(item: SurveyedItem, destination: &SurveyedFolder) -> FoundItem {
    FoundItem {
        item,
        destination: destination.clone(),
        name: name("tree"),
        above: Vec::new(),
        taken_by: None,
        replaced: None,
        kept: None,
        restores: None,
        repairs: None,
    }
}

fn draft_of(found: FoundItem, is_root: bool, open_moves: &[OpenMove], reserved: Amount) -> Draft {
    draft_asked(&MoveRequest::default(), found, is_root, open_moves, reserved)
}

fn draft_asked(asked: &MoveRequest, found: FoundItem, is_root: bool, open_moves: &[OpenMove], reserved: Amount) -> Draft {
    let numbers = |folder: &SurveyedFolder| PayerNumbers {
        usage: folder.quota.map(|quota| quota.usage),
        limits: folder.quota.map(|quota| quota.limits).unwrap_or_default(),
        reserved,
        free: Headroom { bytes: Some(folder.capacity.free.bytes), inodes: Some(folder.capacity.free.inodes) },
        is_of_project: folder.capacity.is_of_project,
    };
    let payers = [&found.item.folder, &found.destination].map(|folder| (payer_of(folder), numbers(folder))).into();
    let items = [found];
    plan(&Facts { asked, items: &items, payers: &payers, open_moves, is_root, undoes: None })
}

fn kinds(draft: &Draft) -> Vec<StepKind> {
    draft.plan.sequence.iter().map(|step| step.kind).collect()
}

#[test]
fn a_retag_reserves_the_destination_and_frees_the_source_and_copies_nothing() {
    let draft = draft(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &folder("/m/beta", 1, 1002, ROOMY));
    assert_eq!(draft.refusals, []);
    assert_eq!(draft.plan.items[0].strategy, Strategy::RetagAndRename);
    assert_eq!(draft.plan.cost.bytes_copied, 0);
    assert_eq!(draft.plan.reservations.iter().map(|set| set.amount).collect::<Vec<_>>(), [TREE]);
    let expected = ["reserve", "describe", "retag", "check", "barrier", "publish", "barrier", "release", "forget"];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
}

#[test]
fn a_second_mount_of_the_same_lustre_is_out_of_reach_of_a_rename() {
    let (source, beta) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m2/beta", 1, 1002, ROOMY));
    let draft = draft(tree(&source), &SurveyedFolder { mount: Some(32), ..beta.clone() });
    assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy);
    // The device stays the same, so that what other moves are at work at is seen by either mount.
    assert_eq!(draft.plan.items[0].destination_folder.device, source.folder.device);
    // Where a kernel does not tell mounts apart, the device is all there is.
    let untold = |folder: SurveyedFolder| SurveyedFolder { mount: None, ..folder };
    assert!(untold(source).is_within_reach_of(&untold(beta)));
}

#[test]
fn a_copy_is_charged_twice_and_says_so() {
    let draft = draft(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &folder("/m/beta", 2, 1002, ROOMY));
    assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy);
    assert!(draft.plan.warnings.contains(&Warning::ChargedTwice { amount: TREE }));
    let source = draft.plan.payers.iter().find(|change| change.role == ProjectRole::Source).unwrap();
    assert_eq!(source.after, source.usage, "nothing is freed until the purge");
    let expected = [
        "reserve",
        "describe",
        "make_staging",
        "copy_tree",
        "verify",
        "retire_source",
        "check",
        "barrier",
        "publish",
        "barrier",
        "release",
        "forget",
    ];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
}

/// Seed 9508491: the plan said that the charge stays, and then the file was charged anew.
#[test]
fn what_could_not_be_looked_at_is_taken_for_charged_as_the_folder_that_it_lies_in() {
    let item = |source: &SurveyedFolder| SurveyedItem {
        kind: EntryKind::File,
        findings: Findings { untold: 1, ..Findings::default() },
        ..tree(source)
    };
    for (project, expected) in [(1001, StrategyReason::RenameRecharges), (1002, StrategyReason::SameCharge)] {
        let draft = draft(item(&folder("/m/source", 1, project, ROOMY)), &folder("/m/beta", 1, 1002, ROOMY));
        assert_eq!((draft.plan.items[0].strategy, draft.plan.items[0].reason), (Strategy::Rename, expected));
    }
}

#[test]
fn the_last_byte_and_the_last_inode_fit_and_one_more_does_not() {
    let fits = |hard| draft(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &folder("/m/beta", 1, 1002, hard)).refusals;
    assert_eq!(fits(TREE), []);
    assert!(matches!(fits(Amount { bytes: 999, ..TREE })[..], [Refusal::NoHeadroom { .. }]));
    assert!(matches!(fits(Amount { inodes: 9, ..TREE })[..], [Refusal::NoHeadroom { .. }]));
}

#[test]
fn what_running_moves_have_reserved_is_not_free() {
    let item = found(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &folder("/m/beta", 1, 1002, TREE));
    let refusals = |reserved| draft_of(item.clone(), true, &[], reserved).refusals;
    assert_eq!(refusals(Amount::ZERO), []);
    let refusals = refusals(Amount { bytes: 1, inodes: 0 });
    assert!(matches!(refusals[..], [Refusal::NoHeadroom { .. }]), "{refusals:?}");
}

#[test]
fn what_is_on_tape_is_brought_back_only_by_consent_and_charged_to_both() {
    let (source, destination) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m/beta", 2, 1002, ROOMY));
    let mut item = tree(&source);
    (item.tally.released, item.tally.released_bytes) = (2, 5000);
    let agreed = MoveRequest { allow: vec![Consent::Restore], ..MoveRequest::default() };
    let draft = draft_asked(&agreed, found(item.clone(), &destination), true, &[], Amount::ZERO);
    assert_eq!(draft.refusals, []);
    let first = [StepKind::Reserve, StepKind::Describe, StepKind::Restore, StepKind::MakeStaging];
    assert_eq!(kinds(&draft)[..4], first);
    assert!(draft.plan.warnings.contains(&Warning::Restores { entries: 2, bytes: 5000 }));
    let set_aside = |project| draft.plan.reservations.iter().find(|set| set.payer.project == Some(ProjectId(project))).unwrap();
    assert_eq!(set_aside(1001).amount, Amount { bytes: 5000, inodes: 0 }, "the source pays for what comes back");
    assert_eq!(set_aside(1002).amount, TREE + Amount { bytes: 5000, inodes: 0 });
    let on_the_same = folder("/m/beta", 1, 1002, ROOMY);
    let draft = draft_of(found(item, &on_the_same), true, &[], Amount::ZERO);
    assert_eq!(draft.refusals, [], "a retag reads nothing");
    assert!(draft.plan.warnings.contains(&Warning::StayOnTape { entries: 2, bytes: 5000 }));
    assert!(!kinds(&draft).contains(&StepKind::Restore));
}

#[test]
fn what_the_archive_has_lost_cannot_be_copied_by_any_consent() {
    let mut item = tree(&folder("/m/alpha", 1, 1001, ROOMY));
    item.tally.released = 1;
    item.findings.lost = Some((path("/m/alpha/tree/gone"), 1));
    let agreed = MoveRequest { allow: vec![Consent::Restore], ..MoveRequest::default() };
    let draft = draft_asked(&agreed, found(item, &folder("/m/beta", 2, 1002, ROOMY)), true, &[], Amount::ZERO);
    assert!(matches!(draft.refusals[..], [Refusal::Lost { entries: 1, .. }]), "{:?}", draft.refusals);
}

#[test]
fn every_refusal_is_told_at_once() {
    let (source, destination) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m/beta", 2, 1002, Amount::ZERO));
    let mut item = tree(&source);
    item.tally.released = 3;
    item.tally.hard_links_leaving = 2;
    item.findings.frozen = Some((path("/m/alpha/tree/x"), 1));
    item.findings.devices = 1;
    let inside = draft(tree(&folder("/m/alpha/tree", 1, 1001, ROOMY)), &folder("/m/gamma", 1, 1003, ROOMY));
    let id = MoveId { engine: EngineId::from_bits(1), number: 7 };
    let other = OpenMove { id, footprint: Footprint::of(&inside.plan.items) };
    let found = FoundItem { taken_by: Some(EntryKind::File), ..found(item, &destination) };
    let refusals = draft_of(found, false, &[other], Amount::ZERO).refusals;
    let told = |what: fn(&Refusal) -> bool| assert!(refusals.iter().any(what), "{refusals:?}");
    told(|refusal| matches!(refusal, Refusal::Released { entries: 3 }));
    told(|refusal| matches!(refusal, Refusal::HardLinksLeaving { inodes: 2 }));
    told(|refusal| matches!(refusal, Refusal::Frozen { .. }));
    told(|refusal| matches!(refusal, Refusal::DevicesNeedRoot { entries: 1 }));
    told(|refusal| matches!(refusal, Refusal::NameTaken { .. }));
    told(|refusal| matches!(refusal, Refusal::Overlap { .. }));
    told(|refusal| matches!(refusal, Refusal::NoHeadroom { .. }));
}

/// A Lustre on which this caller may not change project IDs.
fn without_retag(mut source: SurveyedFolder, rule: SourceFlagRule) -> SurveyedFolder {
    source.capabilities.abilities.may_retag = false;
    source.capabilities.abilities.source_flag_rule = rule;
    source
}

#[test]
fn a_user_moves_a_folder_entry_by_entry_and_copies_nothing() {
    let destination = folder("/m/beta", 1, 1002, ROOMY);
    for rule in [SourceFlagRule::BlocksNothing, SourceFlagRule::BlocksFolders] {
        let mut item = tree(&without_retag(folder("/m/alpha", 1, 1001, ROOMY), rule));
        item.tally.losses = [(Loss::Owner, 9)].into();
        let draft = draft_of(found(item, &destination), false, &[], Amount::ZERO);
        assert_eq!(draft.refusals, []);
        assert_eq!(draft.plan.items[0].strategy, Strategy::PiecewiseRename);
        assert_eq!(draft.plan.cost.bytes_copied, 0);
        assert_eq!(draft.plan.warnings, [], "what is renamed loses nothing");
        let expected = [
            "reserve",
            "describe",
            "retire_source",
            "make_staging",
            "rebuild",
            "check",
            "barrier",
            "publish",
            "barrier",
            "release",
            "barrier",
            "forget",
        ];
        assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_tree_that_could_not_come_back_as_it_was_is_copied() {
    let destination = folder("/m/beta", 1, 1002, ROOMY);
    for (closed_folders, drifted, foreign_folders) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
        let mut item = tree(&without_retag(folder("/m/alpha", 1, 1001, ROOMY), SourceFlagRule::BlocksNothing));
        (item.findings.closed_folders, item.findings.drifted) = (closed_folders, drifted);
        item.findings.losses_of_remade = (foreign_folders > 0).then_some((Loss::Owner, foreign_folders)).into_iter().collect();
        let draft = draft_of(found(item, &destination), false, &[], Amount::ZERO);
        assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy);
    }
}

#[test]
fn root_takes_a_hop_past_an_older_lustres_source_flag() {
    let mut source = folder("/m/alpha", 1, 1001, ROOMY);
    source.capabilities.abilities.source_flag_rule = SourceFlagRule::BlocksFolders;
    let draft = draft(tree(&source), &folder("/m/beta", 1, 1002, ROOMY));
    assert_eq!(draft.plan.items[0].strategy, Strategy::RetagWithHop);
    let expected =
        ["reserve", "describe", "retag", "hop", "check", "barrier", "publish", "barrier", "release", "barrier", "forget"];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
}

fn another(item: SurveyedItem) -> SurveyedItem {
    SurveyedItem { identity: Identity::try_from("dcba".to_owned()).unwrap(), ..item }
}

#[test]
fn nothing_is_replaced_by_another_name_of_itself() {
    let destination = folder("/m/beta", 1, 1001, ROOMY);
    let refusals = |old: SurveyedItem| {
        let item = tree(&folder("/m/alpha", 1, 1001, ROOMY));
        draft_of(FoundItem { replaced: Some(old), ..found(item, &destination) }, true, &[], Amount::ZERO).refusals
    };
    let same = Refusal::SameFile { path: path("/m/alpha/tree"), other: path("/m/beta/tree") };
    assert_eq!(refusals(tree(&destination)), [same]);
    assert_eq!(refusals(another(tree(&destination))), []);
}

#[test]
fn what_is_replaced_makes_room_right_before_and_stays_charged() {
    let destination = folder("/m/beta", 1, 1002, ROOMY);
    let old = another(tree(&destination));
    let draft = draft_of(
        FoundItem { replaced: Some(old), ..found(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &destination) },
        true,
        &[],
        Amount::ZERO,
    );
    assert_eq!(draft.refusals, []);
    assert_eq!(draft.plan.warnings, [Warning::Replaces { entries: 10, amount: TREE }]);
    let after = draft.plan.payers.iter().find(|change| change.role == ProjectRole::Destination).and_then(|change| change.after);
    assert_eq!(after, Some(TREE), "the replaced one is in the usage already, and nothing is freed");
    let expected = ["reserve", "describe", "retag", "check", "barrier", "set_aside", "publish", "barrier", "release", "forget"];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
}

#[test]
fn what_only_its_owner_may_rename_in_a_sticky_folder_is_refused() {
    let (source, destination) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m/beta", 1, 1001, ROOMY));
    let refusals = |is_foreign: bool, sticky: usize| {
        let mut folders = [source.clone(), destination.clone()];
        folders[sticky].lets_only_own_go = true;
        let mut item = tree(&folders[0]);
        item.findings = Findings { top_is_foreign: is_foreign, ..Findings::default() };
        draft_of(found(item, &folders[1]), false, &[], Amount::ZERO).refusals
    };
    for sticky in [0, 1] {
        assert_eq!(refusals(true, sticky), [Refusal::NotYours(path("/m/alpha/tree"))], "forth and back");
        assert_eq!(refusals(false, sticky), []);
    }
}

#[test]
fn what_is_replaced_must_let_itself_be_hidden_and_come_back() {
    let (source, mut destination) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m/beta", 1, 1001, ROOMY));
    let mut old = another(tree(&destination));
    (old.kind, old.findings.top_is_foreign) = (EntryKind::File, true);
    let refusals = |destination: &SurveyedFolder| {
        let mut item = tree(&source);
        item.findings = Findings::default();
        draft_of(FoundItem { replaced: Some(old.clone()), ..found(item, destination) }, false, &[], Amount::ZERO).refusals
    };
    assert_eq!(refusals(&destination), [Refusal::NotYours(path("/m/beta/tree"))], "a link is for its owner only");
    destination.capabilities.renames_without_replacing = true;
    assert_eq!(refusals(&destination), []);
    destination.lets_only_own_go = true;
    assert_eq!(refusals(&destination), [Refusal::NotYours(path("/m/beta/tree"))]);
}

#[test]
fn a_copy_into_a_folder_without_the_flag_is_charged_to_nobody() {
    let mut destination = folder("/m/beta", 2, 1002, ROOMY);
    destination.folder.tag = Some(ProjectTag { id: ProjectId(1002), inherit: false });
    let draft = draft(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &destination);
    let reserved: Vec<_> = draft.plan.reservations.iter().map(|reservation| reservation.payer.project).collect();
    assert_eq!(reserved, [Some(ProjectId(0))]);
    assert!(draft.plan.warnings.contains(&Warning::ChargedToNobody { amount: TREE }));
}

#[test]
fn a_recharge_that_cannot_be_taken_back_is_told() {
    let mut source = folder("/m/alpha", 1, 1001, ROOMY);
    source.capabilities.abilities.may_retag = false;
    let warns = |source: &SurveyedFolder| {
        let mut item = tree(source);
        item.kind = EntryKind::File;
        draft_of(found(item, &folder("/m/beta", 1, 1002, ROOMY)), false, &[], Amount::ZERO).plan.warnings
    };
    assert_eq!(warns(&source), [], "its folder charges it back");
    source.folder.tag = Some(ProjectTag { id: ProjectId(1001), inherit: false });
    assert_eq!(warns(&source), [Warning::UndoneInexactly { entries: 1 }]);
}

#[test]
fn the_workshop_needs_room_for_as_long_as_something_is_made_anew_in_it() {
    let local = |mut folder: SurveyedFolder| {
        folder.capabilities.abilities.retags_every_kind = false;
        folder.capabilities.abilities.remakes_other_kinds = true;
        folder
    };
    let with_links = |links: u64| {
        let mut item = tree(&local(folder("/m/alpha", 1, 1001, ROOMY)));
        item.tally.other_kinds = links;
        item
    };
    for (links, more) in [(0, Amount::ZERO), (1, WORKSHOP), (3, WORKSHOP)] {
        let draft = draft(with_links(links), &local(folder("/m/beta", 1, 1002, ROOMY)));
        assert!(draft.plan.items[0].is_retagged(), "{:?}", draft.plan.items[0].strategy);
        assert_eq!(draft.plan.reservations[0].amount, TREE + more, "{links}");
        // In the end it is gone.
        let beta = draft.plan.payers.iter().find(|change| change.payer.project == Some(ProjectId(1002))).unwrap();
        assert_eq!(beta.after, Some(TREE), "{links}");
    }
    let full = draft(with_links(1), &local(folder("/m/beta", 1, 1002, TREE)));
    assert!(full.refusals.iter().any(|refusal| matches!(refusal, Refusal::NoHeadroom { .. })), "{:?}", full.refusals);
}

#[test]
fn what_is_made_anew_on_one_mdt_is_told_and_what_keeps_its_folders_loses_nothing() {
    for (abilities, told) in [(true, false), (false, true)] {
        let mut source = folder("/m/alpha", 1, 1001, ROOMY);
        source.capabilities.abilities.may_retag = abilities;
        let mut item = tree(&source);
        item.findings.striped = 2;
        let draft = draft(item, &folder("/m/beta", 1, 1002, ROOMY));
        let is_told = draft.plan.warnings.contains(&Warning::StripesLost { folders: 2 });
        assert_eq!(is_told, told, "{:?}", draft.plan.items[0].strategy);
    }
}
