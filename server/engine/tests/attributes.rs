//! A Lustre as it is mounted by default: without `user_xattr`.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::planner::plan::{Loss, Warning};
use tidelock_shared::progress::MoveState;
use tidelock_shared::strategy::Strategy;
use world::{ALICE, CASES, Case, World, assert_same, name, path};

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
        assert_same(&world.visible(), &world.brought_back(), case.name);
    }
}

#[test]
fn access_lists_are_kept_where_no_other_attributes_are() {
    const LIST: &[u8] = b"system.posix_acl_access";
    for (destination, strategy) in [("/m/beta", Strategy::PiecewiseRename), ("/n", Strategy::StagedCopy)] {
        let case = Case {
            name: "lists",
            personality: Personality::Lustre2_17,
            caller: ALICE,
            source: "/m/alpha/plain",
            destination,
            ..CASES[0]
        };
        let world = World::new(case);
        let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
        world.root.set_xattr(plain.at(&name("sub")).into(), LIST, b"a list").unwrap();
        world.root.refuse_user_attributes(0);
        world.root.refuse_user_attributes(1);
        let (engine, folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        assert_eq!(draft.plan.items[0].strategy, strategy);
        let is_lost =
            |warning: &Warning| matches!(warning, Warning::Losses { losses } if losses.contains_key(&Loss::ExtendedAttributes));
        assert!(!draft.plan.warnings.iter().any(is_lost), "{:?}", draft.plan.warnings);
        drop((engine, folder));
        let id = world.run().unwrap().unwrap();
        let (engine, _folder) = world.engine();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done);
        let moved = world.visible()[&format!("{destination}/plain/sub")].xattrs.clone();
        assert_eq!(moved, [(LIST.to_vec(), b"a list".to_vec())], "{destination}");
    }
}
