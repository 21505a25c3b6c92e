//! Groups and setgid bits: what moves keeps its own, whatever the destination's folder would give.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::planner::plan::{Loss, Warning};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{Consent, MoveRequest};
use tidelock_shared::strategy::Strategy;
use world::{ALICE, CASES, Case, World, path};

/// Of which nobody is a member.
const PROJECT_GROUP: u32 = 500;
const SET_GID: u32 = 0o2000;

/// A move of `item` into a setgid folder of the project's group.
fn world(personality: Personality, caller: u32, source: &'static str) -> World {
    let world = World::new(Case { name: "groups", personality, caller, source, destination: "/m/beta", ..CASES[0] });
    let beta = world.root.open_path(&path("/m/beta")).unwrap();
    world.root.set_owner((&beta).into(), 0, PROJECT_GROUP).unwrap();
    world.root.set_mode((&beta).into(), SET_GID | 0o777).unwrap();
    world.root.sync_everything();
    world
}

fn move_it(world: &World) {
    let (engine, _folder) = world.engine();
    let request = MoveRequest { allow: vec![Consent::LostMetadata, Consent::HardLinksLeaving], ..world.request() };
    let id = engine.accept(&request, None).unwrap();
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{:?}", of.failure);
}

#[test]
fn a_setgid_destination_gives_its_group_to_nothing_that_moves_into_it() {
    for (personality, caller) in [(Personality::Lustre2_17, 0), (Personality::Lustre2_17, ALICE), (Personality::Lustre2_12, ALICE)]
    {
        let world = world(personality, caller, "/m/alpha/tree");
        let before = world.census();
        move_it(&world);
        let after = world.visible();
        for at in ["tree", "tree/file", "tree/deep", "tree/deep/deeper/empty folder", "tree/dangling"] {
            let (old, new) = (&before[&format!("/m/alpha/{at}")], &after[&format!("/m/beta/{at}")]);
            assert_eq!((new.owner, new.mode), (old.owner, old.mode), "{personality:?} {caller}: {at}");
        }
    }
}

#[test]
fn a_group_that_the_caller_cannot_give_is_told_before_and_lost_with_the_bit() {
    for personality in [Personality::Lustre2_12, Personality::Lustre2_17] {
        let world = world(personality, ALICE, "/m/alpha/plain");
        let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
        // As a folder of the project's had made it.
        world.root.set_owner(plain.at(&world::name("sub")).into(), ALICE, PROJECT_GROUP).unwrap();
        world.root.set_mode(plain.at(&world::name("sub")).into(), SET_GID | 0o755).unwrap();
        let (engine, folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        // A folder made anew would lack it for ever: of a copy the original is kept.
        assert_eq!(draft.plan.items[0].strategy, Strategy::StagedCopy, "{personality:?}");
        let is_told = |warning: &Warning| matches!(warning, Warning::Losses { losses } if losses.get(&Loss::Owner) == Some(&1));
        assert!(draft.plan.warnings.iter().any(is_told), "{personality:?}: {:?}", draft.plan.warnings);
        drop((engine, folder));
        move_it(&world);
        assert_eq!(world.visible()["/m/beta/plain/sub"].mode & SET_GID, 0, "{personality:?}");
    }
}
