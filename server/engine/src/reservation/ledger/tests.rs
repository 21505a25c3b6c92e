//! What counts as reserved, from the acceptance to the end.

use tidelock_shared::id::{EngineId, MoveId, ProjectId};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::request::Verb;
use tidelock_shared::strategy::{EntryKind, Strategy, StrategyReason};

use super::*;
use crate::fs::Identity;
use crate::moves::event::Event;
use crate::planner::plan::{FolderRef, MovePlan, Tally};
use crate::planner::sequence::sequence;

const PAYER: Payer = Payer { device: 1, project: Some(ProjectId(1002)) };
const TREE: Amount = Amount { bytes: 1000, inodes: 10 };

/// A tree of ten inodes and eleven names that is copied.
fn copy() -> Move {
    by(Strategy::StagedCopy)
}

fn by(strategy: Strategy) -> Move {
    let identity = || Identity::try_from("ab".to_owned()).unwrap();
    let folder = || FolderRef { path: FilePath::default(), identity: identity(), device: 1, tag: None };
    let item = PlannedItem {
        verb: Verb::Move,
        kind: EntryKind::Folder,
        strategy,
        reason: StrategyReason::OtherFileSystem,
        source_folder: folder(),
        source_name: FileName::new(*b"tree").unwrap(),
        identity: identity(),
        source_tag: None,
        mode: 0o755,
        destination_folder: folder(),
        destination_name: FileName::new(*b"tree").unwrap(),
        tally: Tally { entries: 11, amount: TREE, ..Tally::default() },
        kept: None,
        above: Vec::new(),
        shared: Default::default(),
        replaces: None,
        restores: None,
        repairs: None,
    };
    let reservation = Reservation { payer: PAYER, folder: folder(), amount: TREE, items: vec![0], settles_late: true };
    let plan = MovePlan {
        sequence: sequence(std::slice::from_ref(&item)),
        items: vec![item],
        reservations: vec![reservation],
        ..MovePlan::default()
    };
    Move::new(MoveId { engine: EngineId::from_bits(1), number: 1 }, plan)
}

fn position(of: &Move, kind: StepKind) -> usize {
    of.plan.sequence.iter().position(|step| step.kind == kind).unwrap()
}

/// Everything up to and with the step of this kind has been done.
fn done_to(of: Move, kind: StepKind) -> Move {
    let last = position(&of, kind);
    (0..=last).fold(of, |of, position| {
        of.apply(&Event::StepStarted { position }).unwrap().apply(&Event::StepFinished { position }).unwrap()
    })
}

fn held(of: &Move, quiet_ms: i64) -> Amount {
    Held::default().and(Standing { of, quiet_ms }, PAYER).reserved
}

#[test]
fn a_copy_holds_less_the_more_of_it_is_on_stable_storage() {
    let of = copy();
    assert_eq!(held(&of, 0), TREE);
    let mut of = done_to(of, StepKind::MakeStaging);
    let position = position(&of, StepKind::CopyTree);
    of = of.apply(&Event::StepStarted { position }).unwrap();
    assert_eq!(held(&of, 0), TREE, "what nobody has synced may not be charged yet");
    let durable = |entries, bytes| Event::Noted { position, note: Note::CopyDurable { seconds: 0, entries, bytes } };
    of = of.apply(&durable(5, 600)).unwrap();
    assert_eq!(held(&of, 0), Amount { bytes: 400, inodes: 6 }, "one of the names takes no inode");
    of = of.apply(&durable(2, 100)).unwrap();
    assert_eq!(held(&of, 0), Amount { bytes: 400, inodes: 6 }, "a copy that goes on counts anew");
    of = of.apply(&Event::StepFinished { position }).unwrap();
    assert_eq!(held(&of, 0), Amount::ZERO, "all of it is charged");
    assert_eq!(Held::default().and(Standing { of: &copy(), quiet_ms: 0 }, Payer { device: 2, ..PAYER }), Held::default());
}

/// Whoever pays, the mount's room is taken once, and by a copy alone.
#[test]
fn only_a_copy_takes_room_on_the_mount() {
    let on_mount = |of: &Move| Held::default().and(Standing { of, quiet_ms: 0 }, Payer { project: None, ..PAYER });
    let of = copy();
    assert_eq!(on_mount(&of), Held { reserved: Amount::ZERO, to_be_written: TREE });
    assert_eq!(written(&of.plan.reservations[0], &of.plan.items), TREE);
    assert_eq!(on_mount(&done_to(of, StepKind::CopyTree)), Held::default(), "what is written is no longer free");
    let retag = by(Strategy::RetagAndRename);
    assert_eq!(on_mount(&retag), Held::default());
    assert_eq!(written(&retag.plan.reservations[0], &retag.plan.items), Amount::ZERO);
}

#[test]
fn a_move_that_is_done_holds_what_has_not_arrived_until_it_has_settled() {
    let mut of = copy();
    of.plan.reservations[0].items.clear();
    of.state = MoveState::Done;
    assert_eq!(held(&of, SETTLED_AFTER_MS - 1), TREE);
    assert_eq!(held(&of, SETTLED_AFTER_MS), Amount::ZERO);
    of.plan.reservations[0].settles_late = false;
    assert_eq!(held(&of, 0), Amount::ZERO, "where charges follow at once");
    (of.state, of.plan.reservations[0].settles_late) = (MoveState::Undone, true);
    assert_eq!(held(&of, 0), Amount::ZERO, "what goes back is not to come");
    of.state = MoveState::Stuck;
    assert_eq!(held(&of, SETTLED_AFTER_MS), TREE, "a person will finish or unwind it");
}

#[test]
fn a_retag_holds_nothing_once_all_is_charged_where_charges_follow_at_once() {
    let mut of = by(Strategy::RetagAndRename);
    of.plan.reservations[0].settles_late = false;
    let before = done_to(of.clone(), StepKind::Describe);
    assert_eq!(held(&before, 0), TREE);
    of = done_to(of, StepKind::Retag);
    assert_eq!(held(&of, 0), Amount::ZERO, "it would count twice");
    of.plan.reservations[0].settles_late = true;
    assert_eq!(held(&of, 0), TREE, "it may not be seen yet");
}
