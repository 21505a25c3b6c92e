//! The trash and copies beyond what every move is tried for: what comes back, under which name, and when
//! it is gone for good.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::planner::plan::{Refusal, Warning};
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::Amount;
use tidelock_shared::request::{MoveRequest, OnConflict, Verb};
use world::{ALICE, ALPHA, CASES, Case, Tried, World, assert_charged, assert_same, make_folder, name, path, stoppable, write};

/// `FS_IMMUTABLE_FL`.
const IMMUTABLE: u32 = 0x10;

fn cases(verb: Verb) -> impl Iterator<Item = Case> {
    CASES.into_iter().filter(move |case| case.verb == verb)
}

fn done(engine: &Engine, id: MoveId, what: &str) {
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
}

fn undone(engine: &Engine, id: MoveId, what: &str) -> MoveId {
    let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{what}: {error:?}"));
    done(engine, undo, what);
    undo
}

#[test]
fn what_was_restored_or_copied_again_goes_back_and_forth() {
    for case in cases(Verb::Trash).chain(cases(Verb::Copy)) {
        let world = World::new(case);
        let after = world.after();
        let (engine, _folder) = world.engine();
        let mut last = engine.accept(&world.request(), None).unwrap();
        done(&engine, last, case.name);
        for turn in 0..3 {
            last = undone(&engine, last, case.name);
            assert_same(&world.visible(), &world.before, &format!("{}, turn {turn}", case.name));
            last = undone(&engine, last, case.name);
            assert_same(&world.visible(), &after, &format!("{}, turn {turn}", case.name));
        }
    }
}

#[test]
fn what_is_trashed_stays_charged_until_it_is_purged_and_then_nothing_brings_it_back() {
    // Not everything in a folder that many work in is its project's, or has no other name.
    for case in cases(Verb::Trash).filter(|case| case.source != "/m/alpha/shared") {
        let world = World::new(case);
        let charged = world.root.usage(0, ALPHA);
        let (engine, _folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        let told = draft.plan.warnings.iter().find_map(|warning| match warning {
            Warning::TrashStaysCharged { amount } => Some(*amount),
            _ => None,
        });
        let told = told.expect("the plan says what stays charged");
        let id = engine.accept(&world.request(), None).unwrap();
        done(&engine, id, case.name);
        let record = Amount { bytes: 0, inodes: 1 };
        assert_eq!(world.root.usage(0, ALPHA).less(record).inodes, charged.inodes, "{}", case.name);
        world.pass(60_000);
        engine.purge(id).unwrap();
        let left = world.root.usage(0, ALPHA);
        assert_eq!((left.bytes, left.inodes), (charged.bytes - told.bytes, charged.inodes - told.inodes), "{}", case.name);
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
        assert!(matches!(engine.plan_undo(id, &mut |_: &_| true), Err(EngineError::DeletedForGood(_))), "{}", case.name);
    }
}

#[test]
fn what_comes_back_replaces_nothing() {
    for case in cases(Verb::Trash) {
        let world = World::new(case);
        let (engine, _folder) = world.engine();
        let id = engine.accept(&world.request(), None).unwrap();
        done(&engine, id, case.name);
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let own = case.source.rsplit('/').next().unwrap();
        write(&world.root, &alpha, own, b"somebody else's");
        undone(&engine, id, case.name);
        let seen = world.visible();
        assert_eq!(seen[case.source].content, b"somebody else's", "{}", case.name);
        assert!(seen.contains_key(&format!("{} (2)", case.source)), "{}: {:?}", case.name, seen.keys());
    }
}

#[test]
fn a_copy_beside_its_original_gets_a_name_of_its_own() {
    for case in cases(Verb::Copy) {
        let world = World::new(Case { destination: "/m/alpha", ..case });
        let (engine, _folder) = world.engine();
        let id = engine.accept(&MoveRequest { on_conflict: OnConflict::KeepBoth, ..world.request() }, None).unwrap();
        done(&engine, id, case.name);
        let (seen, twin) = (world.visible(), format!("{} (2)", case.source));
        assert_eq!(seen[case.source].content, seen[&twin].content, "{}", case.name);
        assert_ne!(seen[&twin].same_as, seen[case.source].same_as, "{}: it is an inode of its own", case.name);
        undone(&engine, id, case.name);
        assert_same(&world.visible(), &world.before, case.name);
    }
}

#[test]
fn things_of_several_folders_go_to_the_trash_together_or_not_at_all() {
    for case in cases(Verb::Trash) {
        let world = World::new(case);
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let other = world.root.seen_by(ALICE, &[1000]);
        write(&other, &other.open_folder(alpha.at(&name("other"))).unwrap(), "single", b"another");
        let before = world.visible();
        let request = MoveRequest { sources: vec![path("/m/alpha/single"), path("/m/alpha/other/single")], ..world.request() };
        for call in 0.. {
            world.root.faults().reset();
            world.root.faults().stop_before(call);
            let ran = stoppable(|| {
                let (engine, _folder) = world.engine();
                let id = engine.accept(&request, None).unwrap();
                done(&engine, id, case.name);
                id
            });
            world.root.faults().reset();
            world.recover().unwrap();
            let seen = world.visible();
            let there = request.sources.iter().filter(|source| seen.contains_key(&source.shown())).count();
            assert!(there == 0 || there == 2, "{} stopped at {call}: {there} are there", case.name);
            let (engine, _folder) = world.engine();
            if let Some(last) = engine.list(1).unwrap().first().map(|last| &last.recorded.of)
                && last.state == MoveState::Done
            {
                undone(&engine, last.id, case.name);
                world.root.faults().reset();
            }
            assert_same(&world.visible(), &before, case.name);
            if ran.is_some() {
                break;
            }
        }
    }
}

#[test]
fn a_crash_while_something_comes_back_leaves_it_hidden_or_back() {
    for case in cases(Verb::Trash) {
        let mut tried = Tried::of("lost: killed or power cut while a trashed item comes back", case);
        for is_power_cut in [false, true] {
            for call in 0.. {
                let world = World::new(case);
                let after = world.after();
                let id = world.run().unwrap().unwrap();
                world.root.sync_everything();
                world.root.faults().reset();
                world.root.faults().stop_before(call);
                let ran = stoppable(|| {
                    let (engine, _folder) = world.engine();
                    let undo = engine.accept_undo(id).unwrap();
                    engine.drive(undo).unwrap();
                });
                world.root.faults().reset();
                if is_power_cut {
                    world.root.cut_power(call);
                }
                world.recover().unwrap();
                let what = format!("{} stopped at {call}, power cut: {is_power_cut}", case.name);
                let (engine, _folder) = world.engine();
                let is_back = engine.get(id).unwrap().recorded.undone_by.is_some();
                assert_same(&world.visible(), if is_back { &world.before } else { &after }, &what);
                let hidden: Vec<String> = world.hidden_names().into_iter().filter(|at| !at.ends_with(".barrier")).collect();
                assert_eq!(hidden.is_empty(), is_back, "{what}: {hidden:?}");
                assert_charged(&world, &what);
                tried.one();
                if ran.is_some() {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_folder_with_something_in_the_trash_says_what_to_do_before_it_moves() {
    let case = Case { source: "/m/alpha/plain/file", ..cases(Verb::Trash).next().unwrap() };
    let world = World::new(case);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&MoveRequest { verb: Verb::Trash, ..world.request() }, None).unwrap();
    done(&engine, id, case.name);
    let whole = MoveRequest { sources: vec![path("/m/alpha/plain")], destination: path("/m/beta"), ..MoveRequest::default() };
    let draft = engine.plan(&whole, &mut |_: &_| true).unwrap();
    let is_told = |refusal: &Refusal| matches!(refusal, Refusal::KeptInside { by, .. } if *by == id);
    assert!(draft.refusals.iter().any(is_told), "{:?}", draft.refusals);
    world.pass(60_000);
    engine.purge(id).unwrap();
    let moved = engine.accept(&whole, None).unwrap();
    done(&engine, moved, case.name);
}

#[test]
fn a_copy_needs_no_right_on_the_folder_that_it_is_made_from() {
    for case in cases(Verb::Copy).filter(|case| case.caller == ALICE) {
        let world = World::new(case);
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        world.root.set_mode((&alpha).into(), 0o755).unwrap();
        let after = world.visible();
        let (engine, _folder) = world.engine();
        let id = engine.accept(&world.request(), None).unwrap();
        done(&engine, id, case.name);
        assert!(world.visible().len() > after.len());
        let refused = engine.accept(&MoveRequest { verb: Verb::Move, ..world.request() }, None);
        let is_right = |refusal: &Refusal| *refusal == Refusal::MayNotChange(path("/m/alpha"));
        assert!(matches!(refused, Err(EngineError::Refused(refusals)) if refusals.iter().any(is_right)), "{}", case.name);
    }
}

#[test]
fn what_nobody_may_rename_is_not_copied_either_and_the_plan_says_so() {
    // The copy would be as frozen, and could not get its name.
    for case in cases(Verb::Copy).filter(|case| case.caller == 0) {
        let world = World::new(case);
        let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
        world.root.set_flags(tree.at(&name("file")).into(), IMMUTABLE).unwrap();
        let (engine, _folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        let is_told = |refusal: &Refusal| matches!(refusal, Refusal::Frozen { .. });
        assert!(draft.refusals.iter().any(is_told), "{}: {:?}", case.name, draft.refusals);
    }
}

#[test]
fn a_folder_that_is_merged_says_what_waits_in_the_trash_inside() {
    let case = Case { source: "/m/alpha/plain/file", ..cases(Verb::Trash).next().unwrap() };
    let world = World::new(case);
    let beta = world.root.open_path(&path("/m/beta")).unwrap();
    make_folder(&world.root, &beta, "plain", 0o777);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    done(&engine, id, case.name);
    let sources = vec![path("/m/alpha/plain")];
    let merged = MoveRequest { sources, destination: path("/m/beta"), on_conflict: OnConflict::Merge, ..MoveRequest::default() };
    let Err(EngineError::Refused(refusals)) = engine.plan(&merged, &mut |_: &_| true) else { panic!("it is merged") };
    let is_told = |refusal: &Refusal| matches!(refusal, Refusal::KeptInside { by, .. } if *by == id);
    assert!(refusals.iter().any(is_told), "{refusals:?}");
}

#[test]
fn nothing_is_moved_out_of_what_is_hidden_or_into_it() {
    let case = CASES.into_iter().find(|case| case.name == "trash a tree, Lustre").unwrap();
    let world = World::new(case);
    let id = world.run().unwrap().unwrap();
    let (engine, _folder) = world.engine();
    let hidden = path(&format!("/m/alpha/.tidelock-{id}.0.retired"));
    let request = |sources: &str, destination: &str| MoveRequest {
        sources: vec![path(sources)],
        destination: path(destination),
        ..MoveRequest::default()
    };
    for (source, destination) in
        [(format!("{}/file", hidden.shown()), "/m/beta".to_owned()), ("/m/beta".to_owned(), hidden.shown())]
    {
        let Err(EngineError::Refused(refusals)) = engine.plan(&request(&source, &destination), &mut |_: &_| true) else { panic!() };
        assert_eq!(refusals, [Refusal::KeptInside { path: hidden.clone(), by: id }], "{source} to {destination}");
    }
}
