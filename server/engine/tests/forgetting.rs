//! A server that runs for months has room for the moves that have ended: the journal remembers them.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::time::Duration;

use tidelock_engine::Engine;
use tidelock_engine::clock::Clock;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::worker::InProcess;
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::MoveRequest;
use world::{CASES, World, path};

const REMEMBERED: usize = 4;

#[test]
fn what_has_ended_is_forgotten_and_known_all_the_same() {
    let world = World::new(CASES[0]);
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let clock = Arc::new(world.clock_apart(0));
    let journal = Journal::open(&folder, || 7).unwrap();
    let worker = Arc::new(InProcess::new(fs.clone()));
    let engine = Engine::new(fs, worker, journal, clock.clone(), vec![path("/")]).unwrap().with_remembered(REMEMBERED);
    let begun = engine.version();
    let there = world.request();
    let name = there.sources[0].split_last().unwrap().1.clone();
    let back = MoveRequest {
        sources: vec![there.destination.join(name)],
        destination: there.sources[0].split_last().unwrap().0,
        ..there.clone()
    };
    let moves = [&there, &back].into_iter().cycle().take(4 * REMEMBERED).map(|request| {
        let id = engine.accept(request, None).unwrap();
        engine.drive(id).unwrap();
        clock.pause(Duration::from_secs(3600));
        id
    });
    let moves = moves.collect::<Vec<_>>();

    let remembered = engine.changed_since(0).len();
    assert!((REMEMBERED..=REMEMBERED + REMEMBERED / 4 + 1).contains(&remembered), "{remembered}");
    assert!(engine.forgotten_until() > begun, "whoever knows no more than that asks for the whole");
    assert!(engine.changed_since(engine.forgotten_until()).len() >= remembered - 1, "of what came later nothing is missing");
    for id in &moves {
        assert_eq!(engine.get(*id).unwrap().recorded.of.state, MoveState::Done);
    }
    assert_eq!(engine.list(100).unwrap().len(), moves.len());
    let last = *moves.last().unwrap();
    let undoing = engine.accept_undo(last).unwrap();
    engine.drive(undoing).unwrap();
    assert_eq!(engine.get(last).unwrap().recorded.undone_by, Some(undoing));
}
