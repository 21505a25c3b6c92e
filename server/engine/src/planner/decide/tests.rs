//! The planner on invented facts: no file system is near.

use tidelock_shared::id::{EngineId, ProjectId};
use tidelock_shared::name::FileName;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Bounds;
use tidelock_shared::request::RequestedItem;
use tidelock_shared::strategy::{MountAbilities, RenameRule, SourceFlagRule};

use super::*;
use crate::fs::{Capabilities, Capacity, Identity, NamesDurability, Quota};
use crate::planner::plan::{FolderRef, Tally};
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
    };
    let bounds = |hard| Bounds { soft: None, hard: Some(hard) };
    SurveyedFolder {
        folder: FolderRef {
            path: path(at),
            identity: Identity::try_from(format!("{project:08x}")).unwrap(),
            device,
            tag: Some(ProjectTag { id: ProjectId(project), inherit: true }),
        },
        capabilities: Capabilities {
            kind: "Lustre".to_owned(),
            abilities,
            renames_without_replacing: false,
            names_durability: NamesDurability::BarrierFile,
            keeps_nanoseconds: false,
        },
        capacity: Capacity { total: Amount { bytes: 1 << 50, inodes: 1 << 30 }, free: Amount { bytes: 1 << 50, inodes: 1 << 30 } },
        quota: Some(Quota { usage: Amount::ZERO, limits: Limits { bytes: bounds(hard.bytes), inodes: bounds(hard.inodes) } }),
        may_change: true,
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
        tag: source.folder.tag,
        mode: 0o755,
        tally: Tally { entries: 10, amount: TREE, content_bytes: 900, ..Tally::default() },
        is_surveyed_for_a_copy: false,
        findings: Findings { charged_elsewhere: 10, ..Findings::default() },
    }
}

/// Plans moving the item into `/m/beta` as root, with nothing in the way.
fn draft(item: SurveyedItem, destination: &SurveyedFolder) -> Draft {
    draft_among(item, destination, true, &[], &[])
}

fn draft_among(
    item: SurveyedItem,
    destination: &SurveyedFolder,
    is_root: bool,
    taken: &[FilePath],
    open_moves: &[OpenMove],
) -> Draft {
    let request = ValidMoveRequest {
        items: vec![RequestedItem { source: path("/m/alpha/tree"), name: name("tree") }],
        destination: path("/m/beta"),
        allow: Vec::new(),
    };
    let numbers = |folder: &SurveyedFolder| PayerNumbers {
        usage: folder.quota.map(|quota| quota.usage),
        limits: folder.quota.map(|quota| quota.limits).unwrap_or_default(),
        reserved: Amount::ZERO,
        free: Headroom { bytes: Some(folder.capacity.free.bytes), inodes: Some(folder.capacity.free.inodes) },
    };
    let payers = [(payer_of(&item.folder), numbers(&item.folder)), (payer_of(destination), numbers(destination))].into();
    let items = [item];
    plan(&Facts { request: &request, items: &items, destination, taken, payers: &payers, open_moves, is_root, undoes: None })
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
    let expected = ["reserve", "retag", "check", "barrier", "publish", "barrier", "release"];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
}

#[test]
fn a_copy_is_charged_twice_and_says_so() {
    let draft = draft(tree(&folder("/m/alpha", 1, 1001, ROOMY)), &folder("/m/beta", 2, 1002, ROOMY));
    assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy);
    assert!(draft.plan.warnings.contains(&Warning::ChargedTwice { amount: TREE }));
    let source = draft.plan.payers.iter().find(|change| change.role == ProjectRole::Source).unwrap();
    assert_eq!(source.after, source.usage, "nothing is freed until the purge");
    let expected =
        ["reserve", "make_staging", "copy_tree", "verify", "retire_source", "check", "barrier", "publish", "barrier", "release"];
    assert_eq!(kinds(&draft).iter().map(|kind| kind.name()).collect::<Vec<_>>(), expected);
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
    let destination = folder("/m/beta", 1, 1002, TREE);
    let payer = payer_of(&destination);
    let mut numbers =
        PayerNumbers { usage: Some(Amount::ZERO), limits: destination.quota.unwrap().limits, ..PayerNumbers::default() };
    numbers.reserved = Amount { bytes: 1, inodes: 0 };
    let payers = [(payer, numbers)].into();
    let source = folder("/m/alpha", 1, 1001, ROOMY);
    // The closure borrows the changed numbers for as long as the facts live.
    let refusals = {
        let request = ValidMoveRequest {
            items: vec![RequestedItem { source: path("/m/alpha/tree"), name: name("tree") }],
            destination: path("/m/beta"),
            allow: Vec::new(),
        };
        let items = [tree(&source)];
        let facts = Facts {
            request: &request,
            items: &items,
            destination: &destination,
            taken: &[],
            payers: &payers,
            open_moves: &[],
            is_root: true,
            undoes: None,
        };
        plan(&facts).refusals
    };
    assert!(matches!(refusals[..], [Refusal::NoHeadroom { .. }]), "{refusals:?}");
}

#[test]
fn every_refusal_is_told_at_once() {
    let (source, destination) = (folder("/m/alpha", 1, 1001, ROOMY), folder("/m/beta", 2, 1002, Amount::ZERO));
    let mut item = tree(&source);
    item.tally.released = 3;
    item.tally.hard_links_leaving = 2;
    item.findings.frozen = Some((path("/m/alpha/tree/x"), 1));
    item.findings.devices = 1;
    let other = OpenMove { id: MoveId { engine: EngineId::from_bits(1), number: 7 }, paths: vec![path("/m/alpha/tree/sub")] };
    let refusals = draft_among(item, &destination, false, &[path("/m/beta/tree")], &[other]).refusals;
    let told = |what: fn(&Refusal) -> bool| assert!(refusals.iter().any(what), "{refusals:?}");
    told(|refusal| matches!(refusal, Refusal::Released { entries: 3 }));
    told(|refusal| matches!(refusal, Refusal::HardLinksLeaving { inodes: 2 }));
    told(|refusal| matches!(refusal, Refusal::Frozen { .. }));
    told(|refusal| matches!(refusal, Refusal::DevicesNeedRoot { entries: 1 }));
    told(|refusal| matches!(refusal, Refusal::NameTaken(_)));
    told(|refusal| matches!(refusal, Refusal::Overlap { .. }));
    told(|refusal| matches!(refusal, Refusal::NoHeadroom { .. }));
}
