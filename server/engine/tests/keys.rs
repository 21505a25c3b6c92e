//! A submission with a key is one move, however often and however quickly it is sent.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::{Arc, OnceLock};

use tidelock_engine::fs::simulator::Watch;
use tidelock_engine::fs::{Errno, FsError, FsResult};
use tidelock_engine::{Engine, EngineError};
use tidelock_shared::id::MoveId;
use tidelock_shared::request::MoveRequest;
use world::{CASES, World, path};

#[test]
fn the_same_key_twice_is_one_move() {
    let world = World::new(CASES[0]);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), Some("key")).unwrap();
    let again = engine.accept(&world.request(), Some("key"));
    assert!(matches!(again, Ok(again) if again == id), "{again:?}");
    let other = MoveRequest { sources: vec![path("/m/alpha/single")], ..world.request() };
    assert_ne!(other.sources, world.request().sources);
    let refused = engine.accept(&other, Some("key"));
    assert!(matches!(refused, Err(EngineError::KeyIsTaken(of)) if of == id), "{refused:?}");
}

/// Sends the same once more while the first is surveyed.
#[derive(Default)]
struct Again {
    sent: OnceLock<(Arc<Engine>, MoveRequest)>,
    is_sent: OnceLock<()>,
}

impl Watch for Again {
    fn before(&self, call: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if let Some((engine, request)) = self.sent.get().filter(|_| call == "read_folder" && self.is_sent.get().is_none()) {
            let _ = self.is_sent.set(());
            let (engine, request) = (engine.clone(), request.clone());
            let accepted = std::thread::spawn(move || engine.accept(&request, Some("key")).ok()).join().unwrap();
            assert!(accepted.is_some(), "nothing speaks against the one that was quicker");
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn the_same_key_twice_at_once_is_one_move() {
    let world = World::new(CASES[0]);
    let again = Arc::new(Again::default());
    let (engine, _folder) = world.engine_on(world.caller().watched_by(again.clone()));
    let engine = Arc::new(engine);
    let _ = again.sent.set((engine.clone(), world.request()));
    let id = engine.accept(&world.request(), Some("key")).unwrap();
    assert!(again.is_sent.get().is_some(), "it was sent twice");
    let moves: Vec<MoveId> = engine.list(10).unwrap().into_iter().map(|snapshot| snapshot.recorded.of.id).collect();
    assert_eq!(moves, [id]);
}
