//! The three laws of steps, for every step of every way that a move can go: it may fail, it
//! may run twice, it may be undone twice.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;

use parking_lot::Mutex;
use tidelock_engine::fs::simulator::{Faults, Personality};
use tidelock_engine::fs::{Errno, FileSystem};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::moves::event::{Event, Failure, FailureKind, Note};
use tidelock_engine::planner::sequence::StepKind;
use tidelock_engine::worker::{Action, InProcess, StepOrder, StepReport, Then, Worker};
use tidelock_engine::{Engine, Snapshot};
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::request::Verb;
use tidelock_shared::strategy::EntryKind;
use world::hosted::Hosted;
use world::{AFTER_A_FALSE_ABSENCE, CASES, Case, Seen, StillClock, Tried, World, assert_done_or_undone, assert_same, name, path};

/// A worker that disturbs one step.
struct Disturbing {
    inner: Box<dyn Worker>,
    disturbance: Disturbance,
    /// How many runs of steps there were: the position to disturb is one of them.
    runs: Mutex<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Disturbance {
    None,
    /// The step at this run fails after it has done all its work.
    FailAfter(usize),
    /// It fails before it does any.
    FailBefore(usize),
    /// Every step runs twice.
    RunTwice,
    /// The last step before the commit fails, and every undo runs twice.
    UndoTwice(usize),
}

impl Worker for Disturbing {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let run = (order.action == Action::Run).then(|| {
            let mut runs = self.runs.lock();
            *runs += 1;
            *runs - 1
        });
        let failure = || Failure { kind: FailureKind::FileSystem, message: "disturbed".to_owned() };
        match self.disturbance {
            Disturbance::FailBefore(at) if run == Some(at) => drop(hear(StepReport::Failed(failure()))),
            Disturbance::FailAfter(at) | Disturbance::UndoTwice(at) if run == Some(at) => {
                self.inner.perform(order, &mut |report| match report {
                    StepReport::Finished | StepReport::Failed(_) => Then::GoOn,
                    report => hear(report),
                });
                hear(StepReport::Failed(failure()));
            }
            Disturbance::RunTwice if run.is_some() => {
                let mut order = order.clone();
                // What the first run has noted is told to the second, as the journal would.
                self.inner.perform(&order.clone(), &mut |report| {
                    if let StepReport::Noted(note) = &report {
                        order.notes.push(note.clone());
                    }
                    match report {
                        StepReport::Noted(_) => hear(report),
                        _ => Then::GoOn,
                    }
                });
                self.inner.perform(&order, hear);
            }
            Disturbance::UndoTwice(_) if order.action == Action::Undo => {
                self.inner.perform(order, &mut |report| match report {
                    StepReport::Noted(_) => hear(report),
                    _ => Then::GoOn,
                });
                self.inner.perform(order, hear);
            }
            _ => self.inner.perform(order, hear),
        }
    }
}

/// Runs a case's move to its end with one disturbance; answers how it ended.
fn disturbed(world: &World, disturbance: Disturbance) -> Snapshot {
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    disturbed_by(Box::new(InProcess::new(fs.clone())), fs, world, disturbance)
}

/// The same by a worker in another process, as far as it can be told from here.
fn disturbed_elsewhere(world: &World, disturbance: Disturbance) -> Snapshot {
    let hosted = Hosted::of(world.caller());
    let remote = hosted.remote.clone();
    disturbed_by(Box::new(remote.clone()), Arc::new(remote), world, disturbance)
}

fn disturbed_by(inner: Box<dyn Worker>, fs: Arc<dyn FileSystem>, world: &World, disturbance: Disturbance) -> Snapshot {
    let worker = Disturbing { inner, disturbance, runs: Mutex::new(0) };
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 0x1234_5678_9abc_def0).unwrap();
    let engine = Engine::new(fs, Arc::new(worker), journal, Arc::new(StillClock::default()), vec![path("/")]).unwrap();
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    engine.get(id).unwrap()
}

fn steps_before_commit(case: Case) -> Vec<(usize, StepKind)> {
    let snapshot = disturbed(&World::new(case), Disturbance::None);
    let committed = snapshot.recorded.events.iter().position(|(_, event)| *event == Event::Committed).unwrap();
    let started = snapshot.recorded.events[..committed].iter().filter_map(|(_, event)| match event {
        Event::StepStarted { position } => Some(snapshot.recorded.of.plan.sequence[*position].kind),
        _ => None,
    });
    started.enumerate().collect()
}

#[test]
fn every_step_may_fail_and_everything_is_as_before() {
    for case in CASES {
        let mut tried = Tried::of("step: fails", case);
        for (position, kind) in steps_before_commit(case) {
            for disturbance in [Disturbance::FailBefore(position), Disturbance::FailAfter(position)] {
                let world = World::new(case);
                let snapshot = disturbed(&world, disturbance);
                let what = format!("{}: {kind:?} {disturbance:?}", case.name);
                assert_eq!(snapshot.recorded.of.state, MoveState::Undone, "{what}");
                assert_same(&world.census(), &world.before, &what);
                assert_done_or_undone(&world, &[], &what);
                tried.one();
            }
        }
    }
}

#[test]
fn every_step_may_run_twice() {
    for case in CASES {
        // In one move, all the steps that it has.
        let mut tried = Tried::of("step: runs twice", case);
        let world = World::new(case);
        let snapshot = disturbed(&world, Disturbance::RunTwice);
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_done_or_undone(&world, &[], case.name);
        for _ in snapshot.recorded.events.iter().filter(|(_, event)| matches!(event, Event::StepStarted { .. })) {
            tried.one();
        }
    }
}

#[test]
fn every_step_may_be_undone_twice() {
    for case in CASES {
        let mut tried = Tried::of("step: fails, and all are undone twice", case);
        for (position, kind) in steps_before_commit(case) {
            let world = World::new(case);
            let snapshot = disturbed(&world, Disturbance::UndoTwice(position));
            let what = format!("{}: {kind:?} at {position}", case.name);
            assert_eq!(snapshot.recorded.of.state, MoveState::Undone, "{what}");
            assert_same(&world.census(), &world.before, &what);
            assert_done_or_undone(&world, &[], &what);
            tried.one();
        }
    }
}

#[test]
fn every_step_of_a_worker_elsewhere_may_fail_run_twice_and_be_undone_twice() {
    for (number, case) in CASES.into_iter().enumerate() {
        let world = World::new(case);
        assert_eq!(disturbed_elsewhere(&world, Disturbance::RunTwice).recorded.of.state, MoveState::Done, "{}", case.name);
        assert_done_or_undone(&world, &[], case.name);
        for (position, kind) in steps_before_commit(case) {
            let disturbance = match (position + number) % 3 {
                0 => Disturbance::FailBefore(position),
                1 => Disturbance::FailAfter(position),
                _ => Disturbance::UndoTwice(position),
            };
            let (world, what) = (World::new(case), format!("{}: {kind:?} {disturbance:?}", case.name));
            assert_eq!(disturbed_elsewhere(&world, disturbance).recorded.of.state, MoveState::Undone, "{what}");
            assert_same(&world.census(), &world.before, &what);
            assert_done_or_undone(&world, &[], &what);
        }
    }
}

/// A world in which everything below the item has the inherit flag, as `lfs project -s -r -p` leaves it (recorded).
fn flagged(case: Case) -> World {
    let mut world = World::new(case);
    for (at, seen) in &world.before {
        let (above, last) = at.rsplit_once('/').unwrap();
        if seen.kind == EntryKind::Folder || !(at == case.source || at.starts_with(&format!("{}/", case.source))) {
            continue;
        }
        let (folder, last) = (world.root.open_path(&path(above)).unwrap(), name(last));
        // A name that is no text is not found by what is shown of it.
        if let Ok(Some(tag)) = world.root.tag(folder.at(&last).into()) {
            world.root.set_tag(folder.at(&last).into(), ProjectTag { inherit: true, ..tag }).unwrap();
        }
    }
    world.before = world.census();
    world
}

#[test]
fn the_inherit_flag_of_what_is_no_folder_stays_there_and_back_and_is_nothing_to_note() {
    let noted = |snapshot: &Snapshot| -> usize {
        let tags = |note: &Note| if let Note::Exceptions { tags } = note { tags.len() } else { 0 };
        snapshot.recorded.of.notes.iter().map(|(_, note)| tags(note)).sum()
    };
    let is_retagged = |case: &Case| {
        matches!(case.personality, Personality::Lustre2_15 | Personality::Lustre2_17)
            && case.caller == 0
            && (case.destination == "/m/beta" || case.verb == Verb::Repair)
    };
    for case in CASES.into_iter().filter(is_retagged) {
        let plain = disturbed(&World::new(case), Disturbance::None);
        let world = flagged(case);
        let (before, after) = (world.before.clone(), world.after());
        let is_flagged = |seen: &Seen| seen.kind != EntryKind::Folder && seen.project.is_some_and(|tag| tag.inherit);
        assert!(before.values().any(is_flagged), "{}", case.name);
        let snapshot = disturbed(&world, Disturbance::None);
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}: {:?}", case.name, snapshot.recorded.of.failure);
        assert_same(&world.visible(), &after, case.name);
        assert_eq!(noted(&snapshot), noted(&plain), "{}", case.name);
        for (position, kind) in steps_before_commit(case) {
            let world = flagged(case);
            let what = format!("{}: {kind:?} at {position}", case.name);
            assert_eq!(disturbed(&world, Disturbance::UndoTwice(position)).recorded.of.state, MoveState::Undone, "{what}");
            assert_same(&world.census(), &before, &what);
        }
    }
}

#[test]
fn a_step_after_the_commit_is_tried_again_and_the_move_still_ends_done() {
    for case in CASES {
        let mut tried = Tried::of("step: fails right after the commit", case);
        let world = World::new(case);
        let release = steps_before_commit(case).len();
        let snapshot = disturbed(&world, Disturbance::FailBefore(release));
        assert_eq!(snapshot.recorded.of.state, MoveState::Done, "{}", case.name);
        assert_done_or_undone(&world, &[], case.name);
        tried.one();
    }
}

/// Calls of an undisturbed run, from the plan to the end, and how many of them change something.
fn calls_of(case: Case) -> (u64, u64) {
    let world = World::new(case);
    world.root.faults().reset();
    world.run().unwrap().unwrap();
    (world.root.faults().calls(), world.root.faults().changes())
}

/// Runs a move with one fault, and then what a start does.
fn with_fault(case: Case, errno: Errno, fault: impl FnOnce(&Faults), what: &str) {
    let world = World::new(case);
    world.root.faults().reset();
    fault(world.root.faults());
    let ended = world.run().unwrap();
    world.root.faults().reset();
    world.recover().unwrap();
    let what = format!("{} with {errno:?} {what}: {ended:?}", case.name);
    let excused = if errno == Errno::NOENT { AFTER_A_FALSE_ABSENCE } else { &[] };
    assert_done_or_undone(&world, excused, &what);
}

/// What calls fail with most often, each at every third call.
const OFTEN: [Errno; 4] = [Errno::IO, Errno::DQUOT, Errno::ACCESS, Errno::NOENT];
/// What else they fail with, each at calls that are farther apart, to keep the run short.
const SELDOM: [Errno; 7] = [Errno::XDEV, Errno::PERM, Errno::STALE, Errno::NOSPC, Errno::INTR, Errno::NOTCONN, Errno::EXIST];
/// What leaves open whether the call was done.
const UNCLEAR: [Errno; 5] = [Errno::IO, Errno::STALE, Errno::NOTCONN, Errno::TIMEDOUT, Errno::INTR];
/// Without a factor in common with the numbers of cases and errors, so that places differ in all of them.
const FAR_APART: usize = 61;
const APART: usize = 13;

/// Places so far apart, others for each case and error.
fn places(count: u64, apart: usize, case: usize, error: usize) -> impl Iterator<Item = u64> {
    ((case * 17 + error * 5) as u64 % apart as u64..count).step_by(apart)
}

/// Every call fails once, also with what only another call answers in life; the move ends as done or as undone.
#[test]
fn every_call_may_fail_once() {
    for (number, case) in CASES.into_iter().enumerate() {
        let (calls, _) = calls_of(case);
        for (errors, apart, what) in [
            (&OFTEN[..], 3, "call failed: four errors, each at every 3rd call"),
            (&SELDOM[..], FAR_APART, "call failed: seven more errors, each at every 61st call"),
        ] {
            let mut tried = Tried::of(what, case);
            for (error, errno) in errors.iter().copied().enumerate() {
                for call in places(calls, apart, number, error) {
                    with_fault(case, errno, |faults| faults.fail(call, errno, false), &format!("at {call}"));
                    tried.one();
                }
            }
        }
    }
}

/// A call that changes something is done, but its answer is lost on the way: the error says that it may be so.
#[test]
fn every_answer_may_be_lost_once() {
    for (number, case) in CASES.into_iter().enumerate() {
        let (_, changes) = calls_of(case);
        let mut tried = Tried::of("call failed: done, but five errors leave it open, each at every 13th change", case);
        for (error, errno) in UNCLEAR.into_iter().enumerate() {
            for change in places(changes, APART, number, error) {
                with_fault(case, errno, |faults| faults.lose_answer(change, errno), &format!("after change {change}"));
                tried.one();
            }
        }
    }
}
