//! A move that waits: nothing of it can be seen, it outlives restarts, and it goes on to the end.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use tidelock_engine::Engine;
use tidelock_engine::fs::{Errno, FileSystem};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::worker::{Action, InProcess, StepOrder, StepReport, Then, Worker};
use tidelock_shared::progress::MoveState;
use world::{CASES, StillClock, World, assert_done_or_undone, assert_same, path};

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

#[test]
fn a_stuck_move_is_tried_again_when_somebody_says_so() {
    let mut stuck = 0;
    for case in CASES {
        for call in (20..).step_by(37) {
            let world = World::new(case);
            let (engine, _folder) = world.engine();
            let id = engine.accept(&world.request(), None).unwrap();
            world.root.faults().reset();
            world.root.faults().fail(call, Errno::PERM, true);
            engine.drive(id).unwrap();
            let state = |engine: &Engine| engine.get(id).unwrap().recorded.of.state;
            let was = state(&engine);
            let told = engine.whereabouts(id).unwrap();
            world.root.faults().reset();
            engine.resume(id).unwrap();
            engine.drive(id).unwrap();
            let what = format!("{}: every call from {call} on failed", case.name);
            let now = state(&engine);
            assert!(matches!(now, MoveState::Done | MoveState::Undone), "{what}: {now:?}");
            drop((engine, _folder));
            // A record that could be neither completed nor removed is left.
            assert_done_or_undone(&world, &[".barrier", ".record"], &what);
            if was != MoveState::Stuck {
                break;
            }
            stuck += 1;
            assert_eq!(told, [], "{what}: nothing could be looked at");
        }
    }
    assert!(stuck > 50, "{stuck}");
}
