//! Moves by a worker in another process, which may die at any moment: here its calls go over a socket
//! to a thread that ends as a killed process does. Another one is started then, and
//! the move ends as done or as undone.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_engine::Engine;
use tidelock_engine::crew::{Alone, Crew, Threads};
use tidelock_engine::fs::simulator::Watch;
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_engine::moves::event::{Event, FailureKind};
use tidelock_engine::worker::{StepOrder, StepReport, Then, Worker};
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::MoveState;
use world::hosted::{Death, Hosted, Replaced};
use world::{AFTER_A_CRASH, CASES, Case, Tried, World, assert_done_or_undone, assert_same, path, take_census};

/// An engine that looks and works through one worker only.
fn engine_through(world: &World, hosted: &Hosted) -> (Engine, tidelock_engine::journal::StateFolder) {
    world.engine_with(Arc::new(hosted.remote.clone()), Arc::new(hosted.remote.clone()))
}

fn state_of(engine: &Engine, id: MoveId) -> MoveState {
    engine.get(id).unwrap().recorded.of.state
}

/// Every kind of move by a worker with these hands, surveyed by them too.
#[track_caller]
fn every_move_arrives(crew: &Arc<dyn Crew>) {
    for case in CASES {
        let world = World::new(case);
        let hosted = Hosted::with_crew(world.caller(), crew.clone());
        let (engine, folder) = engine_through(&world, &hosted);
        let engine = engine.with_crew(crew.clone());
        let id = engine.accept(&world.request(), None).unwrap();
        engine.drive(id).unwrap();
        assert_eq!(state_of(&engine, id), MoveState::Done, "{}: {:?}", case.name, engine.get(id).unwrap().recorded.of.failure);
        drop((engine, folder));
        assert_done_or_undone(&world, &[], case.name);
    }
}

#[test]
fn every_move_is_done_by_a_worker_elsewhere() {
    every_move_arrives(&(Arc::new(Alone) as Arc<dyn Crew>));
}

#[test]
fn several_hands_may_work_elsewhere_and_look_through_one_worker() {
    every_move_arrives(&(Arc::new(Threads::for_this_machine()) as Arc<dyn Crew>));
}

#[test]
fn what_is_read_over_the_wire_is_what_is_there() {
    for case in CASES {
        let world = World::new(case);
        let hosted = Hosted::of(world.root.clone());
        let mut census = world::Census::new();
        for top in ["/m", "/n"] {
            let folder = hosted.remote.open_path(&path(top)).unwrap();
            take_census(&hosted.remote, &folder, top, &mut census, &mut std::collections::BTreeMap::new());
        }
        assert_same(&census, &world.before, case.name);
    }
}

/// Calls and reports of all steps of a move whose worker lives.
fn calls_and_reports(case: Case) -> (u64, u64) {
    let (world, death) = (World::new(case), Death::never());
    let worker = Arc::new(Replaced::new(world.caller(), death.clone(), u64::MAX));
    let (engine, _folder) = world.engine_with(Arc::new(world.caller()), worker.clone());
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    (death.calls(), worker.reports())
}

/// Runs a move in an engine that lives on, and starts another worker whenever one has died.
fn with_replacement(case: Case, death: Arc<Death>, lets_go_at: u64, what: &str) -> MoveState {
    let world = World::new(case);
    let state = {
        let worker = Arc::new(Replaced::new(world.caller(), death, lets_go_at));
        let (engine, _folder) = world.engine_with(Arc::new(world.caller()), worker);
        let id = engine.accept(&world.request(), None).unwrap();
        engine.drive(id).unwrap();
        state_of(&engine, id)
    };
    assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{}, the worker died {what}", case.name));
    state
}

#[test]
fn a_worker_may_die_before_or_after_any_call_and_another_one_goes_on() {
    for (number, case) in CASES.into_iter().enumerate() {
        let mut tried = Tried::of("stopped: a worker killed before or after every 5th call of it", case);
        let (calls, _) = calls_and_reports(case);
        for call in (number as u64 % 5..calls).step_by(5) {
            let death = if call % 2 == 0 { Death::before_call(call) } else { Death::after_call(call) };
            with_replacement(case, death.clone(), u64::MAX, &format!("at call {call}"));
            assert!(death.has_come(), "{}: {call} of {calls}", case.name);
            tried.one();
        }
    }
}

#[test]
fn a_worker_may_be_let_go_at_any_report_and_another_one_goes_on() {
    let mut done = 0;
    for (number, case) in CASES.into_iter().enumerate() {
        let (_, reports) = calls_and_reports(case);
        let mut tried = Tried::of("stopped: a worker let go at every 3rd report of it", case);
        for report in (number as u64 % 3..reports).step_by(3) {
            let state = with_replacement(case, Death::never(), report, &format!("at report {report}"));
            done += u64::from(state == MoveState::Done);
            tried.one();
        }
    }
    assert!(done > 100, "a step that hides nothing waits for another worker: {done}");
}

#[test]
fn a_worker_may_die_at_any_call_also_where_the_server_looks_through_it_and_starts_again() {
    for (number, case) in CASES.into_iter().enumerate() {
        let death = Death::never();
        {
            let world = World::new(case);
            let hosted = Hosted::of(world.caller().watched_by(death.clone()));
            let (engine, _folder) = engine_through(&world, &hosted);
            let id = engine.accept(&world.request(), None).unwrap();
            engine.drive(id).unwrap();
        }
        for call in (number as u64 % 17..death.calls()).step_by(17) {
            let world = World::new(case);
            {
                let death = if call % 2 == 0 { Death::before_call(call) } else { Death::after_call(call) };
                let hosted = Hosted::of(world.caller().watched_by(death));
                let (engine, _folder) = engine_through(&world, &hosted);
                // An error is of what was read for the plan: then there is no move.
                if let Ok(id) = engine.accept(&world.request(), None) {
                    engine.drive_once(id).unwrap();
                }
            }
            {
                let hosted = Hosted::of(world.caller());
                let (engine, _folder) = engine_through(&world, &hosted);
                for id in engine.recover(true).unwrap() {
                    engine.drive(id).unwrap();
                }
            }
            assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{}, the worker died at call {call}", case.name));
        }
    }
}

/// Looks at what its worker does while a note is written down.
struct Watched {
    hosted: Hosted,
    calls: Arc<Death>,
    notes: Mutex<u64>,
}

impl Worker for Watched {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        self.hosted.remote.perform(order, &mut |report| {
            if matches!(report, StepReport::Noted(_)) {
                let before = self.calls.calls();
                std::thread::sleep(Duration::from_millis(5));
                assert_eq!(self.calls.calls(), before, "{:?}: nothing is done before the note is written down", order.kind);
                *self.notes.lock() += 1;
            }
            hear(report)
        });
    }
}

#[test]
fn nothing_is_done_before_a_note_is_written_down() {
    let mut notes = 0;
    for case in CASES {
        let (world, calls) = (World::new(case), Death::never());
        let hosted = Hosted::of(world.caller().watched_by(calls.clone()));
        let worker = Arc::new(Watched { hosted, calls, notes: Mutex::new(0) });
        let (engine, _folder) = world.engine_with(Arc::new(world.caller()), worker.clone());
        let id = engine.accept(&world.request(), None).unwrap();
        engine.drive(id).unwrap();
        notes += *worker.notes.lock();
    }
    assert!(notes > 50, "{notes}");
}

/// Stops a step once, at its first progress.
struct Stopping {
    hosted: Hosted,
    has_stopped: AtomicBool,
    failures: Mutex<Vec<FailureKind>>,
}

impl Worker for Stopping {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        self.hosted.remote.perform(order, &mut |report| {
            if let StepReport::Failed(failure) = &report {
                self.failures.lock().push(failure.kind);
            }
            let is_progress = matches!(report, StepReport::Progress { .. });
            let then = hear(report);
            if is_progress && !self.has_stopped.swap(true, Ordering::Relaxed) { Then::Stop } else { then }
        });
    }
}

#[test]
fn a_stop_reaches_the_worker() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a tree, another mount").unwrap();
    let world = World::new(case);
    let hosted = Hosted::of(world.caller());
    let worker = Arc::new(Stopping { hosted, has_stopped: AtomicBool::new(false), failures: Mutex::default() });
    let (engine, _folder) = world.engine_with(Arc::new(world.caller()), worker.clone());
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(*worker.failures.lock(), [FailureKind::Cancelled]);
    assert_eq!(state_of(&engine, id), MoveState::Done, "nobody has wanted it, so the step runs again");
}

#[test]
fn a_step_that_hides_nothing_waits_for_another_worker_and_is_not_undone() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a tree, another mount").unwrap();
    let world = World::new(case);
    let hosted = Hosted::of(world.caller());
    let (engine, _folder) = world.engine_with(Arc::new(world.caller()), Arc::new(hosted.remote.clone()));
    let id = engine.accept(&world.request(), None).unwrap();
    hosted.remote.say_goodbye();
    engine.drive_once(id).unwrap();
    let snapshot = engine.get(id).unwrap();
    assert!(!snapshot.recorded.events.iter().any(|(_, event)| matches!(event, Event::StepFailed { .. })));
    assert_eq!(snapshot.waits, Some(tidelock_engine::Waits::Step(tidelock_engine::worker::Wait::Servers)));
}

/// Lets a worker hang in a call, as in one to a server that does not answer.
#[derive(Default)]
struct Hang {
    calls: AtomicU64,
    at: u64,
    is_hanging: Mutex<bool>,
    is_released: AtomicBool,
}

impl Watch for Hang {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == self.at {
            *self.is_hanging.lock() = true;
            while !self.is_released.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_step_is_not_given_up_while_its_worker_may_be_at_it() {
    let case = CASES[0];
    let world = World::new(case);
    let hang = Arc::new(Hang { at: 30, ..Hang::default() });
    let hosted = Hosted::of(world.caller().watched_by(hang.clone()));
    let (engine, _folder) = world.engine_with(Arc::new(world.caller()), Arc::new(hosted.remote.clone()));
    let id = engine.accept(&world.request(), None).unwrap();
    std::thread::scope(|scope| {
        let driven = scope.spawn(|| engine.drive_once(id).unwrap());
        while !*hang.is_hanging.lock() {
            std::thread::sleep(Duration::from_millis(1));
        }
        hosted.remote.say_goodbye();
        assert!(hosted.remote.is_over());
        assert!(!hosted.remote.wait_until_gone(Duration::from_millis(50)));
        assert!(!driven.is_finished(), "what it does may still come");
        hang.is_released.store(true, Ordering::Relaxed);
        driven.join().unwrap();
        assert!(hosted.remote.wait_until_gone(Duration::from_secs(60)));
    });
}

#[test]
fn a_call_that_hangs_keeps_no_other_one_waiting() {
    let world = World::new(CASES[0]);
    let hang = Arc::new(Hang { at: 5, ..Hang::default() });
    let hosted = Hosted::of(world.root.clone().watched_by(hang.clone()));
    let top = hosted.remote.open_path(&path("/m")).unwrap();
    std::thread::scope(|scope| {
        let looks: Vec<_> = (0..10).map(|_| scope.spawn(|| (0..20).all(|_| hosted.remote.status((&top).into()).is_ok()))).collect();
        while looks.iter().filter(|look| !look.is_finished()).count() > 1 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(*hang.is_hanging.lock());
        hang.is_released.store(true, Ordering::Relaxed);
        assert!(looks.into_iter().all(|look| look.join().unwrap()));
    });
}
