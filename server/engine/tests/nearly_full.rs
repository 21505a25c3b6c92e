//! Moves into a project where they fit exactly: what they are charged on the way never counts against them.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::Ordering;

use tidelock_engine::EngineError;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::{Personality, SiteMount};
use tidelock_engine::planner::plan::Refusal;
use tidelock_shared::id::ProjectId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::{Amount, Bounds, Limits};
use tidelock_shared::request::{Consent, MoveRequest, Verb};
use world::{ALICE, ALPHA, BETA, CASES, Case, World, assert_same, make_folder, name, path, write};

/// For what a move needs for a moment: hidden folders, claims, barriers.
const SLACK: Amount = Amount { bytes: 64 << 10, inodes: 6 };

/// The same with what is made anew because it cannot be retagged.
const A_LITTLE: Amount = Amount { bytes: 128 << 10, inodes: 12 };

/// No more room than the move is planned to take, wherever it takes any.
fn leave_just_enough(world: &World, request: &MoveRequest) {
    let (engine, _folder) = world.engine();
    let draft = engine.plan(request, &mut |_: &_| true).unwrap();
    assert_eq!(draft.refusals, []);
    for reservation in &draft.plan.reservations {
        let Some(project) = reservation.payer.project else { continue };
        let mount = u16::from(reservation.folder.path.is_at_or_below(&path("/n")));
        let most = world.root.usage(mount, project) + reservation.amount + SLACK;
        let hard = |most: u64| Bounds { soft: None, hard: Some(most) };
        world.root.set_limits(mount, project, Limits { bytes: hard(most.bytes), inodes: hard(most.inodes) });
    }
}

fn end_of(world: &World) -> Option<(MoveState, Option<String>)> {
    let (engine, _folder) = world.engine();
    let newest = engine.list(1).unwrap().pop()?.recorded.of;
    Some((newest.state, newest.failure.map(|failure| failure.message)))
}

#[test]
fn a_move_that_fits_goes_on_wherever_its_process_is_killed() {
    let mut tried = 0;
    for case in CASES.into_iter().filter(|case| case.destination != "/m/alpha/other") {
        let new_world = || {
            let mut world = World::ticking(case, 1000);
            world.entries_a_checkpoint = 2;
            leave_just_enough(&world, &world.request());
            world.root.faults().reset();
            world
        };
        let calls = {
            let world = new_world();
            world.run().unwrap().unwrap();
            assert_eq!(end_of(&world).unwrap(), (MoveState::Done, None), "{}", case.name);
            world.root.faults().calls()
        };
        for call in (0..calls).step_by(11) {
            let world = new_world();
            world.root.faults().stop_before(call);
            let _ = world.run();
            world.root.faults().reset();
            world.readings.store(-1, Ordering::Relaxed);
            world.recover().unwrap();
            let Some(end) = end_of(&world) else { continue };
            assert_eq!(end, (MoveState::Done, None), "{} stopped before call {call}", case.name);
            assert_same(&world.visible(), &world.after(), case.name);
            tried += 1;
        }
    }
    println!("{tried} kills");
    assert!(tried > 500, "{tried}");
}

#[test]
fn what_is_charged_already_is_no_part_of_what_is_still_to_come() {
    let case = Case {
        name: "mixed",
        personality: Personality::Lustre2_17,
        caller: ALICE,
        source: "/m/beta/big",
        destination: "/m/beta/inbox",
        ..CASES[0]
    };
    let world = World::new(case);
    let beta = world.root.open_path(&path("/m/beta")).unwrap();
    make_folder(&world.caller(), &beta, "inbox", 0o755);
    let big = make_folder(&world.caller(), &beta, "big", 0o755);
    for number in 0..40 {
        write(&world.caller(), &big, &format!("file {number}"), &[1; 9000]);
    }
    // One is charged to the destination already, one will be by its rename.
    let sources = vec![path("/m/beta/big"), path("/m/alpha/single")];
    let request = MoveRequest { sources, allow: vec![Consent::HardLinksLeaving], ..world.request() };
    leave_just_enough(&world, &request);
    let (engine, _folder) = world.engine();
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!((of.state, of.failure), (MoveState::Done, None));
}

#[test]
fn a_move_that_can_be_seen_half_waits_for_nobody_after_a_restart() {
    let case = CASES.into_iter().find(|case| case.name == "a file recharged by its rename, Lustre").unwrap();
    let mut tried = 0;
    for call in 0.. {
        let world = World::new(case);
        let sources = vec![path("/m/alpha/single"), path("/m/alpha/other/file")];
        let other = world.root.open_path(&path("/m/alpha/other")).unwrap();
        write(&world.caller(), &other, "file", b"x");
        let request = MoveRequest { sources, ..world.request() };
        let id = {
            let (engine, _folder) = world.engine();
            engine.accept(&request, None).unwrap()
        };
        world.root.faults().reset();
        world.root.faults().stop_before(call);
        let is_through = world.recover().is_some();
        world.root.faults().reset();
        let seen = |world: &World| {
            let beta = world.root.open_path(&path(case.destination)).unwrap();
            let names =
                ["single", "file"].map(|at| tidelock_engine::fs::walk::look(&world.root, beta.at(&name(at))).unwrap().is_some());
            names.into_iter().filter(|is_there| *is_there).count()
        };
        let was_half = seen(&world) == 1;
        let (engine, _folder) = world.engine();
        engine.set_limits(tidelock_shared::limits::Limits { is_drained: true, ..Default::default() }).unwrap();
        engine.recover(false).unwrap();
        if was_half {
            assert!(!engine.get(id).unwrap().recorded.of.can_be_paused(), "call {call}");
        }
        let _ = (engine.pause(id), engine.hold(id), engine.drive_once(id));
        assert_ne!(seen(&world), 1, "call {call}: {:?}", engine.get(id).unwrap().recorded.of.state);
        tried += u64::from(was_half);
        if is_through {
            break;
        }
    }
    assert!(tried > 3, "{tried}");
}

/// A world whose mounts have so much more room than is taken.
fn world_with_room(case: Case, room: impl Fn(&World) -> Amount) -> World {
    let taken = World::new(case);
    let room = room(&taken);
    let capacity = |mount: u16| [ALPHA, BETA, ProjectId(0)].iter().fold(room, |sum, id| sum + taken.root.usage(mount, *id));
    let (first, second) = (capacity(0), capacity(1));
    World::on_mounts(case, 10, |mount| {
        let capacity = if mount.path == path("/n") { second } else { first };
        SiteMount { capacity, ..mount }
    })
}

#[test]
fn what_only_changes_its_project_needs_no_room_on_the_file_system() {
    let mut tried = 0;
    for case in CASES.into_iter().filter(|case| case.name.starts_with("retag")) {
        let world = world_with_room(case, |_| A_LITTLE);
        assert!(world.root.usage(0, ALPHA).inodes > A_LITTLE.inodes, "{}: it would not fit twice", case.name);
        world.run().unwrap().unwrap();
        assert_eq!(end_of(&world).unwrap(), (MoveState::Done, None), "{}", case.name);
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn copies_to_two_projects_do_not_count_on_the_same_room_of_their_file_system() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy by a user, Lustre 2.12").unwrap();
    let tree = |world: &World| world.engine().0.plan(&world.request(), &mut |_: &_| true).unwrap().plan.reservations[0].amount;
    let world = world_with_room(case, |world| tree(world) + SLACK);
    let (engine, folder) = world.engine();
    let copy = MoveRequest { destination: path("/m/alpha/other"), verb: Verb::Copy, ..world.request() };
    assert_eq!(engine.plan(&copy, &mut |_: &_| true).unwrap().refusals, []);
    let first = engine.accept(&world.request(), None).unwrap();
    let refusals = engine.plan(&copy, &mut |_: &_| true).unwrap().refusals;
    assert!(refusals.iter().any(|refusal| matches!(refusal, Refusal::NoHeadroom { .. })), "{refusals:?}");
    let Err(EngineError::Refused(refusals)) = engine.accept(&copy, None) else { panic!("what is free is spoken for") };
    assert!(refusals.iter().any(|refusal| matches!(refusal, Refusal::NoHeadroom { .. })), "{refusals:?}");
    engine.drive(first).unwrap();
    drop((engine, folder));
    assert_eq!(end_of(&world).unwrap(), (MoveState::Done, None));
}
