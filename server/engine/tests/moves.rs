//! Each way that a move can go, from the request to the end, and back again.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_shared::progress::MoveState;
use world::{CASES, World, assert_same};

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
