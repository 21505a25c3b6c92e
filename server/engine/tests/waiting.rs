//! Moves that wait instead of failing: for tape, for room, for an administrator, for their turn.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use tidelock_engine::clock::Clock;
use tidelock_engine::fs::simulator::{Pace, Personality};
use tidelock_engine::fs::{Errno, FileSystem};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::planner::plan::Refusal;
use tidelock_engine::worker::{InProcess, Wait};
use tidelock_engine::{Engine, EngineError, Waits};
use tidelock_shared::id::MoveId;
use tidelock_shared::limits::Limits;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::{Amount, Bounds};
use tidelock_shared::request::{Consent, MoveRequest};
use world::{ALPHA, CASES, Case, StillClock, World, assert_same, make_folder, name, path, write};

fn case(what: &str) -> Case {
    CASES.into_iter().find(|case| case.name == what).unwrap()
}

/// A copy of a tree with two files on tape, which come back after `restore`.
fn with_tape(restore: Duration) -> (World, MoveRequest) {
    let world = World::new(case("staged copy by a user, Lustre 2.12"));
    let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
    let deep = world.root.open_path(&path("/m/alpha/tree/deep/deeper")).unwrap();
    for at in [tree.at(&name("attributed")), deep.at(&name("file"))] {
        world.root.release(at).unwrap();
    }
    world.root.set_pace(Pace { restore, ..Pace::default() });
    let mut request = world.request();
    request.allow.push(Consent::Restore);
    (world, request)
}

fn state(engine: &Engine, id: MoveId) -> MoveState {
    engine.get(id).unwrap().recorded.of.state
}

#[test]
fn what_is_on_tape_is_brought_back_and_copied_and_never_read_before() {
    let (world, request) = with_tape(Duration::from_secs(20));
    let after = world.after();
    let (engine, _folder) = world.engine();
    let refused = engine.plan(&world.request(), &mut |_: &_| true).unwrap().refusals;
    assert!(matches!(refused[..], [Refusal::Released { entries: 2 }]), "{refused:?}");
    let id = engine.accept(&request, None).unwrap();
    // One turn asks for it and rests; the world goes on.
    engine.queue(id);
    engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
    let waits = engine.get(id).unwrap().waits;
    assert!(matches!(waits, Some(Waits::Step(Wait::Restore { files: 2, bytes: 5 }))), "{waits:?}");
    assert!(engine.take_turn().is_none(), "it is not due yet");
    world.pass(30_000);
    engine.drive(id).unwrap();
    assert_eq!(state(&engine, id), MoveState::Done);
    assert_eq!(engine.get(id).unwrap().waits, None);
    assert_same(&world.visible(), &after, "copied from tape");
    assert_eq!(world.root.blocked_reads(), 0, "a read of a released file would block for ever");
}

#[test]
fn a_move_that_waits_for_tape_is_cancelled_at_once() {
    let (world, request) = with_tape(Duration::MAX);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.queue(id);
    engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
    assert_eq!(state(&engine, id), MoveState::Preparing);
    engine.cancel(id).unwrap();
    engine.drive_turn(&engine.take_turn().expect("it is due, whatever it waits for")).unwrap();
    assert_eq!(state(&engine, id), MoveState::Undone);
    assert_eq!(world.root.blocked_reads(), 0);
    world.root.set_pace(Pace::default());
    world.root.faults().reset();
    for at in ["/m/alpha/tree", "/m/alpha/tree/deep/deeper"] {
        let folder = world.root.open_path(&path(at)).unwrap();
        for file in ["attributed", "file"] {
            // What was asked for comes one day; only then can the comparison read it.
            let _ = world.root.hsm_state(folder.at(&name(file)));
        }
    }
    assert_same(&world.census(), &world.before, "as before");
}

#[test]
fn a_wait_for_tape_outlives_the_process() {
    let (world, request) = with_tape(Duration::from_secs(20));
    let after = world.after();
    {
        let (engine, _folder) = world.engine();
        let id = engine.accept(&request, None).unwrap();
        engine.queue(id);
        engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
    }
    world.pass(30_000);
    world.recover().unwrap();
    assert_same(&world.visible(), &after, "finished by another process");
}

/// From its n-th call on a move finds no room, for one turn; then there is some again, or never.
/// Answers in which state it waited, and how it ended.
fn without_room(world: &World, call: u64, is_for_ever: bool) -> (Option<MoveState>, MoveState) {
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    world.root.faults().reset();
    world.root.faults().fail(call, Errno::DQUOT, true);
    engine.queue(id);
    engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
    let now = engine.get(id).unwrap();
    let waited = (now.waits == Some(Waits::Step(Wait::Room))).then_some(now.recorded.of.state);
    if is_for_ever {
        engine.drive(id).unwrap();
        // What could not be undone without room either, for a day, is tried again.
        world.root.faults().reset();
        engine.recover(true).unwrap();
    }
    world.root.faults().reset();
    engine.drive(id).unwrap();
    (waited, state(&engine, id))
}

#[test]
fn a_copy_waits_for_room_and_goes_on_wherever_it_ran_out_of_it() {
    let case = case("staged copy of a tree, another mount");
    let calls = {
        let world = World::new(case);
        world.root.faults().reset();
        world.run().unwrap().unwrap();
        world.root.faults().calls()
    };
    let (mut waits, mut waits_on_the_way_there) = (0, 0);
    for call in (0..calls).step_by(11) {
        let world = World::new(case);
        let after = world.after();
        let (waited, state) = without_room(&world, call, false);
        waits += u32::from(waited.is_some());
        waits_on_the_way_there += u32::from(waited == Some(MoveState::Preparing));
        let what = format!("no room from call {call} on");
        match state {
            MoveState::Done => assert_same(&world.visible(), &after, &what),
            MoveState::Undone => assert_same(&world.census(), &world.before, &what),
            other => panic!("{what}: {other:?}"),
        }
        assert!(waited != Some(MoveState::Preparing) || state == MoveState::Done, "{what}: {state:?}");
    }
    assert!(waits_on_the_way_there > 10, "a copy is mostly copying: {waits_on_the_way_there} of {waits}");
}

#[test]
fn nobody_waits_for_room_for_ever() {
    let case = case("staged copy of a tree, another mount");
    let mut waits = 0;
    for call in (0..400).step_by(37) {
        let world = World::new(case);
        let (waited, state) = without_room(&world, call, true);
        waits += u32::from(waited.is_some());
        if waited.is_some() {
            assert_eq!(state, MoveState::Undone, "no room from call {call} on");
            assert_same(&world.census(), &world.before, "as before");
        }
    }
    assert!(waits > 3, "{waits}");
}

#[test]
fn an_administrator_holds_a_move_and_only_he_lets_it_go() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let (engine, folder) = world.engine();
        let id = engine.accept(&world.request(), None).unwrap();
        engine.hold(id).unwrap();
        engine.resume(id).unwrap();
        engine.drive(id).unwrap();
        assert_eq!(state(&engine, id), MoveState::Accepted, "{}", case.name);
        drop((engine, folder));
        world.recover().unwrap();
        assert_same(&world.census(), &world.before, case.name);
        let (engine, _folder) = world.engine();
        engine.lift_hold(id).unwrap();
        engine.drive(id).unwrap();
        assert_eq!(state(&engine, id), MoveState::Done, "{}", case.name);
        assert_same(&world.visible(), &after, case.name);
    }
}

/// As the names of a tree are when nothing has come into or gone out of sight.
fn names_in_sight(world: &World) -> Vec<String> {
    world.visible().into_keys().collect()
}

#[test]
fn while_an_administrator_drains_moves_prepare_and_nothing_comes_into_sight() {
    for case in CASES {
        let world = World::new(case);
        let after = world.after();
        let names: Vec<String> = names_in_sight(&world);
        let (engine, _folder) = world.engine();
        engine.set_limits(Limits { is_drained: true, ..Limits::default() }).unwrap();
        let id = engine.accept(&world.request(), None).unwrap();
        engine.queue(id);
        engine.drive_turn(&engine.take_turn().unwrap()).unwrap();
        assert_eq!(engine.get(id).unwrap().waits, Some(Waits::Step(Wait::Drained)), "{}", case.name);
        assert_eq!(names_in_sight(&world), names, "{}", case.name);
        assert!(engine.take_turn().is_none(), "{}: it is not due yet", case.name);
        engine.drive_once(id).unwrap();
        assert_eq!(names_in_sight(&world), names, "{}", case.name);
        engine.set_limits(Limits::default()).unwrap();
        engine.drive_turn(&engine.take_turn().expect("it goes on at once")).unwrap();
        assert_eq!(state(&engine, id), MoveState::Done, "{}", case.name);
        assert_same(&world.visible(), &after, case.name);
    }
}

#[test]
fn what_is_kept_back_is_cancelled_paused_and_outlives_a_restart() {
    let world = World::new(case("retag and rename, Lustre"));
    let after = world.after();
    let id = {
        let (engine, _folder) = world.engine();
        engine.set_limits(Limits { is_drained: true, ..Limits::default() }).unwrap();
        let given_up = engine.accept(&world.request(), None).unwrap();
        engine.drive_once(given_up).unwrap();
        engine.cancel(given_up).unwrap();
        engine.drive_once(given_up).unwrap();
        assert_eq!(state(&engine, given_up), MoveState::Undone);
        assert_same(&world.visible(), &world.before, "as before");
        let id = engine.accept(&world.request(), None).unwrap();
        engine.drive_once(id).unwrap();
        engine.pause(id).unwrap();
        assert!(engine.get(id).unwrap().recorded.of.is_paused);
        id
    };
    let (engine, _folder) = world.engine();
    assert_eq!(engine.recover(false).unwrap(), [id]);
    engine.resume(id).unwrap();
    engine.drive_once(id).unwrap();
    assert_eq!(engine.get(id).unwrap().waits, Some(Waits::Step(Wait::Drained)));
    engine.set_limits(Limits::default()).unwrap();
    engine.drive(id).unwrap();
    assert_same(&world.visible(), &after, "after all");
}

#[test]
fn a_held_move_can_still_be_cancelled() {
    let world = World::new(case("retag and rename, Lustre"));
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    engine.hold(id).unwrap();
    engine.drive(id).unwrap();
    engine.cancel(id).unwrap();
    engine.drive_turn(&engine.take_turn().expect("its way back needs nobody's leave")).unwrap();
    assert_eq!(state(&engine, id), MoveState::Undone);
    assert_same(&world.census(), &world.before, "as before");
}

#[test]
fn so_many_moves_run_at_once_and_the_limit_outlives_a_restart() {
    let world = World::new(case("retag and rename, Lustre"));
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    for item in ["one", "two", "three"] {
        write(&world.root, &make_folder(&world.root, &alpha, item, 0o755), "file", b"content");
    }
    let request = |item: &str| MoveRequest { sources: vec![path(&format!("/m/alpha/{item}"))], ..world.request() };
    let ids = {
        let (engine, _folder) = world.engine();
        engine.set_limits(Limits { moves_at_once: 1, ..Limits::default() }).unwrap();
        let ids = ["one", "two", "three"].map(|item| engine.accept(&request(item), None).unwrap());
        for id in ids {
            engine.queue(id);
        }
        let turn = engine.take_turn().unwrap();
        assert_eq!(turn.id(), ids[0]);
        assert!(engine.take_turn().is_none(), "one at a time");
        assert_eq!(engine.get(ids[1]).unwrap().waits, Some(Waits::Turn));
        engine.drive_turn(&turn).unwrap();
        drop(turn);
        assert_eq!(engine.take_turn().unwrap().id(), ids[1]);
        ids
    };
    let (engine, _folder) = world.engine();
    assert_eq!(engine.limits().moves_at_once, 1);
    assert_eq!(engine.recover(false).unwrap(), ids[1..], "the first is done");
}

#[test]
fn what_has_not_ended_is_listed_however_many_moves_came_after_it() {
    let world = World::new(case("retag and rename, Lustre"));
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    let (engine, _folder) = world.engine();
    let ids = ["held", "one", "two"].map(|item| {
        write(&world.root, &make_folder(&world.root, &alpha, item, 0o755), "file", b"content");
        let request = MoveRequest { sources: vec![path(&format!("/m/alpha/{item}"))], ..world.request() };
        let id = engine.accept(&request, None).unwrap();
        if item == "held" {
            engine.hold(id).unwrap();
        }
        engine.drive(id).unwrap();
        id
    });
    let listed = |at_most| engine.list(at_most).unwrap().iter().map(|one| one.recorded.of.id).collect::<Vec<_>>();
    assert_eq!(listed(0), [ids[0]]);
    assert_eq!(listed(1), [ids[2], ids[0]]);
    assert_eq!(listed(3), [ids[2], ids[1], ids[0]]);
}

#[test]
fn the_same_key_of_two_users_is_two_moves() {
    let world = World::new(case("retag and rename, Lustre"));
    let (engine, _folder) = world.engine();
    let first = engine.acting_for("alice").unwrap().accept(&world.request(), Some("key")).unwrap();
    assert_eq!(engine.acting_for("alice").unwrap().accept(&world.request(), Some("key")).unwrap(), first);
    let other = engine.acting_for("bob").unwrap().accept(&world.request(), Some("key"));
    assert!(matches!(other, Err(EngineError::Refused(_))), "bob's is his own, and meets alice's");
}

/// A clock by which an administrator sets other limits once a move has waited for so many naps.
struct Administrator {
    clock: StillClock,
    engine: OnceLock<Weak<Engine>>,
    naps: AtomicUsize,
    change: Option<(usize, Limits)>,
}

impl Clock for Administrator {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn pause(&self, duration: Duration) {
        self.clock.pause(duration);
        let naps = self.naps.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some((_, limits)) = self.change.filter(|(at, _)| *at == naps) {
            self.engine.get().unwrap().upgrade().unwrap().set_limits(limits).unwrap();
        }
    }
}

/// How many milliseconds a case's move takes within limits, which change on the way.
fn milliseconds(world: &World, limits: Limits, change: Option<(usize, Limits)>) -> i64 {
    let after = world.after();
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 7).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let administrator =
        Arc::new(Administrator { clock: world.clock(), engine: OnceLock::new(), naps: AtomicUsize::new(0), change });
    let worker = Arc::new(InProcess::new(fs.clone()));
    let engine = Arc::new(Engine::new(fs, worker, journal, administrator.clone(), vec![path("/")]).unwrap());
    administrator.engine.set(Arc::downgrade(&engine)).unwrap();
    let begin = engine.version();
    // What is measured is the move: its survey keeps within the limits too.
    let id = engine.accept(&world.request(), None).unwrap();
    engine.set_limits(limits).unwrap();
    engine.drive(id).unwrap();
    let recorded = engine.get(id).unwrap().recorded;
    assert_eq!(recorded.of.state, MoveState::Done, "{:?}", recorded.of.failure);
    assert_same(&world.visible(), &after, "slowly");
    assert!(engine.version() > begin);
    assert_eq!(engine.limits(), change.map_or(limits, |(_, limits)| limits));
    recorded.events.last().unwrap().0 - recorded.events.first().unwrap().0
}

/// So many naps are half a second.
const NAPS: usize = 5;

/// Between two limits, a move takes as long as it is held to each.
fn assert_limits_change_while_it_runs(new_world: impl Fn() -> World, tight: Limits, loose: Limits) {
    let (slow, fast) = (milliseconds(&new_world(), tight, None), milliseconds(&new_world(), loose, None));
    assert!(slow >= 5_000 && fast * 3 <= slow, "{slow} and {fast} ms");
    let lifted = milliseconds(&new_world(), tight, Some((NAPS, Limits::default())));
    assert!((500..1_000).contains(&lifted), "nobody waits for a limit that is gone: {lifted} ms");
    let tightened = milliseconds(&new_world(), loose, Some((NAPS, tight)));
    assert!((fast + 1_000..slow).contains(&tightened), "of {fast} and {slow} ms {tightened}");
    let loosened = milliseconds(&new_world(), tight, Some((NAPS, loose)));
    assert!((fast..slow - 1_000).contains(&loosened), "of {fast} and {slow} ms {loosened}");
}

#[test]
fn a_limit_on_operations_slows_a_move_down_and_changes_while_it_runs() {
    let within = |operations| Limits { operations_per_second: Some(operations), ..Limits::default() };
    let new_world = || World::new(case("retag and rename, Lustre"));
    assert_limits_change_while_it_runs(new_world, within(1), within(4));
}

#[test]
fn a_limit_on_bytes_slows_a_copy_down_and_changes_while_it_runs() {
    let within = |bytes| Limits { bytes_per_second: Some(bytes), ..Limits::default() };
    let new_world = || {
        let mut world = World::new(case("staged copy by a user, Lustre 2.12"));
        let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
        for number in 0..10 {
            write(&world.caller(), &tree, &format!("large {number}"), &[number; 1_000]);
        }
        world.before = world.census();
        world
    };
    assert_limits_change_while_it_runs(new_world, within(1_000), within(4_000));
}

#[test]
fn a_purge_keeps_within_the_limits_too() {
    let world = World::new(case("staged copy by a user, Lustre 2.12"));
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    let removed = i64::try_from(engine.get(id).unwrap().recorded.of.plan.items[0].tally.entries).unwrap();
    engine.set_limits(Limits { operations_per_second: Some(2), ..Limits::default() }).unwrap();
    let begun_ms = engine.now_ms();
    engine.purge(id).unwrap();
    let took_ms = engine.now_ms() - begun_ms;
    assert!(took_ms >= (removed - 1) * 500, "{removed} entries in {took_ms} ms");
}

#[test]
fn a_survey_keeps_within_the_limits_too() {
    let world = World::new(case("retag and rename, Lustre"));
    let (engine, _folder) = world.engine();
    let took = |engine: &Engine| {
        let begun_ms = engine.now_ms();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        (engine.now_ms() - begun_ms, i64::try_from(draft.plan.items[0].tally.entries).unwrap())
    };
    let (free_ms, entries) = took(&engine);
    engine.set_limits(Limits { operations_per_second: Some(2), ..Limits::default() }).unwrap();
    let (paced_ms, _) = took(&engine);
    assert!(paced_ms - free_ms >= (entries - 1) * 500, "{entries} entries in {paced_ms} ms, {free_ms} ms without limits");
}

#[test]
fn a_project_that_has_not_been_charged_in_full_yet_is_looked_at_again_instead_of_refusing() {
    let world = World::new(case("retag and rename, Lustre"));
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    write(&world.root, &make_folder(&world.root, &alpha, "more", 0o755), "file", b"content");
    let usage = world.root.usage(0, ALPHA);
    // Room for both, if the first is not counted twice.
    let bounds = |hard| Bounds { soft: None, hard: Some(hard) };
    let limits = tidelock_shared::quota::Limits { bytes: bounds(usage.bytes), inodes: bounds(usage.inodes) };
    world.root.set_limits(0, world::BETA, limits);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    engine.drive(id).unwrap();
    let more = MoveRequest { sources: vec![path("/m/alpha/more")], ..world.request() };
    let id = engine.accept(&more, None).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(state(&engine, id), MoveState::Done);
    assert!(world.root.usage(0, world::BETA) != Amount::ZERO);
}

fn assert_overlaps(engine: &Engine, request: &MoveRequest, first: MoveId) {
    let other = engine.accept(request, None).unwrap_err();
    let EngineError::Refused(refusals) = other else { panic!("{other:?}") };
    assert!(refusals.iter().any(|refusal| matches!(refusal, Refusal::Overlap { other, .. } if *other == first)), "{refusals:?}");
}

#[test]
fn a_tree_that_another_move_works_in_is_refused_by_identity() {
    let world = World::new(case("retag and rename, Lustre"));
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    world.root.link(alpha.at(&name("single")), alpha.at(&name("second name"))).unwrap();
    let (engine, _folder) = world.engine();
    let request = |source: &str| MoveRequest { sources: vec![path(source)], ..world.request() };
    let first = engine.accept(&request("/m/alpha/single"), None).unwrap();
    assert_overlaps(&engine, &request("/m/alpha/second name"), first);
}

#[test]
fn a_file_with_names_in_two_trees_lets_one_of_them_go_at_a_time() {
    let world = World::new(case("retag and rename, Lustre"));
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    let [one, two, three] = ["one", "two", "three"].map(|text| make_folder(&world.root, &alpha, text, 0o755));
    write(&world.root, &one, "file", b"content");
    write(&world.root, &three, "file", b"content");
    world.root.link(one.at(&name("file")), two.at(&name("the same"))).unwrap();
    let (engine, _folder) = world.engine();
    let request = |source: &str| MoveRequest { sources: vec![path(source)], ..world.request() };
    let first = engine.accept(&request("/m/alpha/one"), None).unwrap();
    assert_overlaps(&engine, &request("/m/alpha/two"), first);
    engine.accept(&request("/m/alpha/three"), None).unwrap();
    engine.drive(first).unwrap();
    engine.accept(&request("/m/alpha/two"), None).unwrap();
}

#[test]
fn lustre_alone_settles_late() {
    for (personality, late) in [(Personality::Lustre2_17, true), (Personality::Ext4, false)] {
        let world = World::new(Case { personality, ..CASES[0] });
        let folder = world.root.open_path(&path("/m/alpha")).unwrap();
        assert_eq!(world.root.capabilities(&folder).unwrap().charges_settle_late, late);
    }
}

#[test]
fn what_has_just_ended_holds_its_room_over_a_restart() {
    for name in ["retag and rename, Lustre", "retag and rename, ext4"] {
        let world = World::new(case(name));
        let id = world.run().unwrap().unwrap();
        let held = |world: &World| {
            let (engine, _folder) = world.engine();
            let plan = engine.get(id).unwrap().recorded.of.plan;
            let sums = plan.reservations.iter().map(|reservation| engine.held(reservation.payer).reserved);
            let sum = sums.fold(Amount::ZERO, |sum, amount| sum + amount);
            let due = engine.recover(false).unwrap();
            assert_eq!(due, [], "{name}: it has ended");
            sum
        };
        assert_eq!(held(&world) != Amount::ZERO, name.ends_with("Lustre"), "{name}");
        world.pass(16_000);
        assert_eq!(held(&world), Amount::ZERO, "{name}");
    }
}
