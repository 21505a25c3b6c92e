//! Moving out of a project that is full, which is what many a move is for, and back into it.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::fs::simulator::Personality;
use tidelock_shared::progress::MoveState;
use tidelock_shared::quota::{Bounds, Limits};
use tidelock_shared::request::{Consent, MoveRequest};
use world::{ALICE, ALPHA, CASES, Case, World, assert_same};

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
