//! Each way that a move can go, from the request to the end, and back again.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use tidelock_engine::fs::FileSystem;
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::worker::{Action, InProcess, StepOrder, StepReport, Then, Worker};
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{ConflictChoice, MoveRequest, OnConflict};
use world::{ALICE, CASES, Census, StillClock, World, assert_same, make_folder, path, write};

#[test]
fn a_move_arrives_whole_with_everything_that_belongs_to_it() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let snapshot = engine.get(id).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_same(&world.visible(), &after, case.name);
    }
}

#[test]
fn an_undo_brings_everything_back() {
    for case in CASES {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
        engine.drive(undo).unwrap();
        let snapshot = engine.get(undo).unwrap();
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_eq!(engine.get(id).unwrap().recorded.undone_by, Some(undo));
        assert_same(&world.visible(), &world.before, case.name);
    }
}

#[test]
fn a_purge_frees_what_the_copy_retired_and_nothing_else() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("staged copy")) {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        assert!(!world.hidden_names().is_empty(), "{}: the source is kept", case.name);
        engine.purge(id).unwrap();
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
        assert_same(&world.census(), &world.after(), case.name);
        assert!(engine.purge(id).is_err(), "there is nothing left to purge");
    }
}

#[test]
fn the_same_key_twice_is_one_move() {
    let world = World::new(CASES[0]);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), Some("key")).unwrap();
    let draft_is_refused_now = engine.accept(&world.request(), Some("key"));
    assert!(matches!(draft_is_refused_now, Ok(again) if again == id), "{draft_is_refused_now:?}");
}

/// `/m/beta/plain` as it may be found: a folder that has some of the same names as the item.
fn world_to_merge() -> World {
    let world = World::new(CASES[0]);
    let alice = world.root.seen_by(ALICE, &[1000]);
    let plain = make_folder(&alice, &world.root.open_path(&path("/m/beta")).unwrap(), "plain", 0o750);
    write(&alice, &plain, "file", b"other content");
    write(&alice, &make_folder(&alice, &plain, "sub", 0o755), "more", b"only here");
    world.root.sync_everything();
    world
}

fn contents(census: &Census, below: &str) -> Vec<(String, String)> {
    let inside = census.iter().filter(|(at, seen)| at.starts_with(below) && !seen.content.is_empty());
    inside.map(|(at, seen)| (at[below.len()..].to_owned(), String::from_utf8(seen.content.clone()).unwrap())).collect()
}

#[test]
fn folders_are_merged_with_both_kept_where_files_meet_and_taken_apart_again() {
    let world = world_to_merge();
    let before = world.census();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Merge,
        ..MoveRequest::default()
    };
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done);
    let merged: Vec<(String, String)> =
        [("file", "other content"), ("file (2)", "plain"), ("sub/file", "below"), ("sub/more", "only here")]
            .map(|(at, content)| (at.to_owned(), content.to_owned()))
            .to_vec();
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), merged);
    assert_eq!(contents(&world.visible(), "/m/alpha/plain/"), []);
    let undo = engine.accept_undo(id).unwrap();
    engine.drive(undo).unwrap();
    assert_eq!(engine.get(undo).unwrap().recorded.of.state, MoveState::Done);
    let without_times = |census: &Census| contents(census, "/m/");
    assert_eq!(without_times(&world.visible()), without_times(&before));
}

#[test]
fn one_is_skipped_and_another_replaced_and_the_undo_puts_both_back() {
    let world = world_to_merge();
    let before = world.census();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain"), path("/m/alpha/single")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Replace,
        choices: vec![ConflictChoice { source: path("/m/alpha/single"), on_conflict: OnConflict::Skip }],
        ..MoveRequest::default()
    };
    write(&world.root, &world.root.open_path(&path("/m/beta")).unwrap(), "single", b"taken");
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(contents(&world.visible(), "/m/alpha/single"), [(String::new(), "just one file".to_owned())]);
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), contents(&before, "/m/alpha/plain/"));
    let undo = engine.accept_undo(id).unwrap();
    engine.drive(undo).unwrap();
    assert_eq!(contents(&world.visible(), "/m/beta/plain/"), contents(&before, "/m/beta/plain/"));
    assert_eq!(world.hidden_names(), Vec::<String>::new());
}

#[test]
fn skipping_everything_leaves_nothing_to_move_and_says_so() {
    let world = world_to_merge();
    let request = MoveRequest {
        sources: vec![path("/m/alpha/plain")],
        destination: path("/m/beta"),
        on_conflict: OnConflict::Skip,
        ..MoveRequest::default()
    };
    let (engine, _folder) = world.engine();
    let refused = engine.accept(&request, None);
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if *why == [Refusal::NothingLeft]), "{refused:?}");
}

#[test]
fn a_purge_deletes_what_was_replaced() {
    for case in CASES.into_iter().filter(|case| case.name.starts_with("replace")) {
        let world = World::new(case);
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        engine.purge(id).unwrap();
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
        assert_same(&world.census(), &world.after(), case.name);
    }
}

#[test]
fn a_paused_move_waits_over_a_restart_and_then_arrives() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let id = {
            let (engine, _folder) = world.engine();
            let id = engine.accept(&world.request(), None).unwrap();
            engine.pause(id).unwrap();
            engine.drive(id).unwrap();
            assert!(engine.pause(id).is_err(), "it waits already");
            id
        };
        assert_same(&world.census(), &world.before, case.name);
        world.recover().unwrap();
        let (engine, _folder) = world.engine();
        assert!(engine.get(id).unwrap().recorded.of.is_paused, "{}", case.name);
        engine.resume(id).unwrap();
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "{}", case.name);
        assert_same(&world.visible(), &after, case.name);
    }
}

/// Pauses the move once so many steps have run.
struct PausesAfter {
    inner: InProcess,
    steps_left: AtomicI32,
    engine: OnceLock<Weak<Engine>>,
}

impl Worker for PausesAfter {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        self.inner.perform(order, hear);
        if order.action == Action::Run && self.steps_left.fetch_sub(1, Ordering::Relaxed) == 1 {
            let engine = self.engine.get().and_then(Weak::upgrade);
            // Too late once names appear; then the move goes on.
            let _ = engine.map(|engine| engine.pause(order.move_id));
        }
    }
}

#[test]
fn a_move_that_is_paused_and_restarted_ever_later_still_arrives() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let mut pauses = 0;
        let state = loop {
            let folder = StateFolder::hold(&world.state_path()).unwrap();
            let journal = Journal::open(&folder, || 0x1234_5678_9abc_def0).unwrap();
            let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
            let worker =
                PausesAfter { inner: InProcess::new(fs.clone()), steps_left: (pauses + 1).into(), engine: OnceLock::new() };
            let worker = Arc::new(worker);
            let engine = Engine::new(fs, worker.clone(), journal, Arc::new(StillClock::default()), vec![path("/")]).unwrap();
            let engine = Arc::new(engine);
            worker.engine.set(Arc::downgrade(&engine)).unwrap();
            let id = engine.accept(&world.request(), Some("the one")).unwrap();
            engine.recover(false).unwrap();
            engine.resume(id).unwrap();
            engine.drive(id).unwrap();
            let of = engine.get(id).unwrap().recorded.of;
            if !of.is_paused {
                break of.state;
            }
            pauses += 1;
            assert!(pauses < 50, "{}: it never goes on", case.name);
        };
        assert_eq!(state, MoveState::Done, "{}", case.name);
        assert!(pauses > 0, "{}", case.name);
        assert_same(&world.visible(), &after, case.name);
    }
}
