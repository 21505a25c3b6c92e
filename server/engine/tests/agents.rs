//! An engine that may do nothing itself, and acts for several users: each move is its user's, with their rights.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_engine::agents::{Agent, Agents};
use tidelock_engine::fs::simulator::Simulator;
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::moves::event::{Failure, FailureKind};
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::planner::sequence::StepKind;
use tidelock_engine::worker::{Action, InProcess, StepOrder, StepReport, Then, Wait, Worker};
use tidelock_engine::{Engine, EngineError, Waits};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{MoveRequest, Verb};
use world::{AFTER_A_CRASH, ALICE, BOB, CASES, Case, World, assert_done_or_undone, assert_same, name, path};

/// Who runs the engine: nobody lets them do anything.
const NOBODY: u32 = 65534;
/// A user like any other, who may tell the engine what to do with others' moves.
const ADMINISTRATOR: u32 = 1999;

/// The users' agents in one world.
struct Users {
    root: Simulator,
    away: Mutex<BTreeSet<String>>,
}

impl Agents for Users {
    fn of(&self, user: &str) -> FsResult<Agent> {
        if self.away.lock().contains(user) {
            return Err(FsError::new("agent", user.as_bytes(), Errno::NOTCONN));
        }
        let (uid, gid) = match user {
            "alice" => (ALICE, 1000),
            "bob" => (BOB, 1001),
            "root" => (0, 0),
            "administrator" => (ADMINISTRATOR, ADMINISTRATOR),
            _ => (NOBODY, NOBODY),
        };
        let fs: Arc<dyn FileSystem> = Arc::new(self.root.seen_by(uid, &[gid]));
        Ok(Agent { fs: fs.clone(), worker: Arc::new(InProcess::new(fs)) })
    }
}

fn engine(world: &World) -> (Engine, Arc<Users>, StateFolder) {
    let users = Arc::new(Users { root: world.root.clone(), away: Mutex::default() });
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 0x1234_5678_9abc_def0).unwrap();
    let engine = Engine::through(users.clone(), journal, Arc::new(world.clock()), vec![path("/")]).unwrap();
    (engine, users, folder)
}

fn user_of(case: &Case) -> &'static str {
    if case.caller == 0 { "root" } else { "alice" }
}

#[test]
fn every_kind_of_move_is_done_undone_and_purged_as_its_user() {
    for case in CASES {
        let world = World::new(case);
        let (engine, _users, _folder) = engine(&world);
        let id = engine.acting_for(user_of(&case)).unwrap().accept(&world.request(), None).unwrap();
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "{}", case.name);
        assert_same(&world.visible(), &world.after(), case.name);

        // What was changed within two seconds of its copy counts as changed since.
        world.pass(10_000);
        // Whoever may say so undoes it, without any right to these files.
        let administrator = engine.acting_for("administrator").unwrap();
        let undo = administrator.accept_undo(id).unwrap();
        engine.drive(undo).unwrap();
        let undoing = engine.get(undo).unwrap().recorded.of;
        assert_eq!((undoing.state, undoing.plan.user.as_str()), (MoveState::Done, "administrator"), "{}", case.name);
        if case.verb != Verb::Repair {
            assert_same(&world.visible(), &world.brought_back(), case.name);
        }
        let keeps = undoing.keeps_retired_source();
        assert_eq!(administrator.purge(undo).is_ok(), keeps, "{}", case.name);
        assert_eq!(world.hidden_names(), Vec::<String>::new(), "{}", case.name);
    }
}

/// A worker that is lost each time it has copied a little.
struct Fragile {
    whole: InProcess,
    losses: AtomicU32,
}

impl Worker for Fragile {
    fn perform(&self, order: &StepOrder, hear: &mut dyn FnMut(StepReport) -> Then) {
        let is_lost = order.kind == StepKind::CopyTree && order.action == Action::Run;
        let left = |left: u32| left.checked_sub(1).filter(|_| is_lost);
        if self.losses.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).is_err() {
            return self.whole.perform(order, hear);
        }
        hear(StepReport::Progress { entries: 1, bytes: 0 });
        let failure = Failure { kind: FailureKind::FileSystem, message: "the worker is gone".to_owned() };
        hear(StepReport::Waits { wait: Wait::Servers, failure });
    }
}

#[test]
fn patience_with_workers_that_are_lost_again_and_again_ends_only_where_nothing_comes_of_them() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a tree, another mount").unwrap();
    let world = World::new(case);
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 1).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let worker = Fragile { whole: InProcess::new(fs.clone()), losses: AtomicU32::new(100) };
    let engine = Engine::new(fs, Arc::new(worker), journal, Arc::new(world.clock()), vec![path("/")]).unwrap();
    let engine = engine.with_patience(Duration::from_secs(10));
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done);
    assert_same(&world.visible(), &world.after(), case.name);
}

#[test]
fn a_user_gets_nothing_done_that_they_could_not_do_themselves() {
    let world = World::new(CASES.into_iter().find(|case| case.caller == ALICE && case.verb == Verb::Move).unwrap());
    let (engine, _users, _folder) = engine(&world);
    for stranger in ["administrator", ""] {
        let acting = engine.acting_for(stranger).unwrap();
        let refused = match acting.plan(&world.request(), &mut |_: &_| true) {
            Ok(draft) => draft.refusals,
            Err(EngineError::Refused(refusals)) => refusals,
            Err(error) => panic!("{error}"),
        };
        let is_right = |refusal: &Refusal| matches!(refusal, Refusal::MayNotChange(_) | Refusal::MayNotRead { .. });
        assert!(refused.iter().any(is_right), "{stranger}: {refused:?}");
        assert!(matches!(acting.accept(&world.request(), None), Err(EngineError::Refused(_))), "{stranger}");
    }
    assert_same(&world.census(), &world.before, "nothing was touched");
}

#[test]
fn a_move_waits_for_whoever_acts_for_its_user() {
    for case in CASES {
        let world = World::new(case);
        let user = user_of(&case);
        let id = {
            let (engine, users, _folder) = engine(&world);
            let id = engine.acting_for(user).unwrap().accept(&world.request(), None).unwrap();
            users.away.lock().insert(user.to_owned());
            engine.queue(id);
            engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
            assert_eq!(engine.get(id).unwrap().waits, Some(Waits::Step(Wait::Servers)), "{}", case.name);
            assert!(engine.acting_for(user).is_err());
            id
        };
        // A start does not fail for it either, and the move goes on as soon as there is somebody.
        let (engine, users, folder) = engine(&world);
        users.away.lock().insert(user.to_owned());
        assert_eq!(engine.recover(false).unwrap(), [id], "{}", case.name);
        engine.drive_once(id).unwrap();
        users.away.lock().clear();
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "{}", case.name);
        drop((engine, folder));
        assert_done_or_undone(&world, AFTER_A_CRASH, case.name);
    }
}

#[test]
fn a_user_finds_their_own_moves_however_many_others_have() {
    let world = World::new(CASES[0]);
    let (engine, _users, _folder) = engine(&world);
    let root = engine.acting_for("root").unwrap();
    let move_of = |user: &str, number: usize| {
        let acting = if user == "root" { root.clone() } else { engine.acting_for(user).unwrap() };
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let at = name(&format!("{user}-{number}"));
        world.root.create_folder(alpha.at(&at), 0o755).unwrap();
        world.root.set_owner(alpha.at(&at).into(), if user == "alice" { ALICE } else { 0 }, 1000).unwrap();
        let source = path("/m/alpha").join(at);
        acting.accept(&MoveRequest { sources: vec![source], ..world.unrelated() }, None).unwrap()
    };
    let first = move_of("alice", 0);
    let second = move_of("alice", 1);
    engine.drive(second).unwrap();
    let others: Vec<_> = (0..5).map(|number| move_of("root", number)).collect();
    others.iter().for_each(|id| engine.drive(*id).unwrap());
    let listed = |user, at_most| engine.list_of(user, at_most).unwrap().iter().map(|one| one.recorded.of.id).collect::<Vec<_>>();
    // The first is still open, and so always there.
    assert_eq!(listed(Some("alice"), 1), [second, first]);
    assert_eq!(listed(Some("bob"), 10), []);
    assert_eq!(listed(None, 2), [others[4], others[3], first]);
}
