//! Moving out of a project that is full, which is what many a move is for, and back into it.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::Waits;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::worker::Wait;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::{Consent, MoveRequest};
use world::{ALICE, ALPHA, CASES, Case, World, assert_same, make_folder, name, path};

/// The project at its limit of inodes.
fn fill(world: &World) {
    let hard = Some(world.root.usage(0, ALPHA).inodes);
    world.root.set_limits(0, ALPHA, Limits { inodes: Bounds { soft: None, hard }, ..Limits::default() });
}

#[test]
fn what_leaves_a_full_project_needs_no_room_in_it() {
    for personality in [Personality::Lustre2_12, Personality::Lustre2_15, Personality::Lustre2_17, Personality::Ext4] {
        for source in ["/m/alpha/tree", "/m/alpha/plain", "/m/alpha/single"] {
            let what = format!("{personality:?} {source}");
            let case = Case { name: "full", personality, caller: ALICE, source, destination: "/n", ..CASES[0] };
            let case = if personality == Personality::Ext4 { case } else { Case { destination: "/m/beta", ..case } };
            let world = World::new(case);
            fill(&world);
            let (engine, _folder) = world.engine();
            let allow = vec![Consent::HardLinksLeaving, Consent::LostMetadata];
            let id = engine.accept(&MoveRequest { allow, ..world.request() }, None).unwrap();
            engine.drive(id).unwrap();
            let of = engine.get(id).unwrap().recorded.of;
            assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
            let undo = engine.accept_undo(id).unwrap_or_else(|error| panic!("{what}: {error:?}"));
            engine.drive(undo).unwrap();
            let of = engine.get(undo).unwrap().recorded.of;
            assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
            assert_same(&world.visible(), &world.before, &what);
        }
    }
}

/// Two file systems have MDTs of the same numbers, and nothing in common. Found by seed 3400009228.
#[test]
fn a_barrier_on_another_file_system_is_none() {
    let case = Case {
        name: "full",
        personality: Personality::Lustre2_17,
        caller: ALICE,
        source: "/m/alpha/lonely/link",
        destination: "/n",
        ..CASES[0]
    };
    let world = World::new(case);
    let alice = world.caller();
    // A link cannot be synced, so nothing here can stand in for a barrier.
    let lonely = make_folder(&alice, &world.root.open_path(&path("/m/alpha")).unwrap(), "lonely", 0o755);
    alice.create_symbolic_link(lonely.at(&name("link")), b"nowhere").unwrap();
    // And the destination lies on the MDT of the same number.
    let mdt = world.root.placement((&lonely).into()).unwrap();
    let top = world.root.open_path(&path("/n")).unwrap();
    let is_alike = |number: &u32| {
        let folder = make_folder(&alice, &top, &format!("to-{number}"), 0o755);
        world.root.placement((&folder).into()).unwrap() == mdt
    };
    let destination = (0..10).find(is_alike).map(|number| path(&format!("/n/to-{number}"))).unwrap();
    world.root.sync_everything();
    fill(&world);
    let before: Vec<String> = world.visible().into_keys().collect();
    let (engine, _folder) = world.engine();
    let allow = vec![Consent::HardLinksLeaving, Consent::LostMetadata];
    let id = engine.accept(&MoveRequest { allow, destination, ..world.request() }, None).unwrap();
    engine.drive_once(id).unwrap();
    let now = engine.get(id).unwrap();
    assert_eq!(now.waits, Some(Waits::Step(Wait::Room)), "{:?} {:?}", now.recorded.of.state, now.recorded.of.failure);
    world.root.set_limits(0, ALPHA, Limits::default());
    engine.drive_once(id).unwrap();
    assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Undone);
    assert_eq!(world.visible().into_keys().collect::<Vec<_>>(), before);
}
