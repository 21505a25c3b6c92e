//! A Lustre as it is mounted by default: without `user_xattr`.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_shared::progress::MoveState;
use world::{CASES, Case, World, assert_same};

#[test]
fn a_mount_without_attributes_for_users_moves_all_the_same() {
    let is_lustre = |case: &Case| format!("{:?}", case.personality).starts_with("Lustre");
    for case in CASES.into_iter().filter(is_lustre) {
        let mut world = World::new(case);
        world.root.refuse_user_attributes(0);
        world.root.refuse_user_attributes(1);
        world.before = world.census();
        let after = world.after();
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        let of = engine.get(id).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Done, "{}: {:?}", case.name, of.failure);
        assert_same(&world.visible(), &after, case.name);
        let undo = engine.accept_undo(id).unwrap();
        engine.drive(undo).unwrap();
        let of = engine.get(undo).unwrap().recorded.of;
        assert_eq!(of.state, MoveState::Done, "{}: {:?}", case.name, of.failure);
        assert_same(&world.visible(), &world.before, case.name);
    }
}
