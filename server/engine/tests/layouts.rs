//! Over which servers of a Lustre content is laid out, and what becomes of that in a move.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]
#![cfg(target_endian = "little")]

mod world;

use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::planner::plan::{Loss, Warning};
use tidelock_shared::progress::MoveState;
use tidelock_shared::strategy::Strategy;
use world::{ALICE, CASES, Case, World, make_folder, name, path, write};

const ATTRIBUTE: &[u8] = b"lustre.lov";
const POOL: &str = "flash";
const OBJECT_BYTES: usize = 24;

/// `struct lov_user_md_v3`: so many stripes of 4 MiB in the pool, and their objects.
fn layout(stripes: u8, objects: usize) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0x0b, 0xd3, 0x0b, 1, 0, 0, 0];
    bytes.extend([0; 16]);
    bytes.extend([0, 0, 0x40, 0, stripes, 0, 0xff, 0xff]);
    bytes.extend(POOL.as_bytes());
    bytes.resize(48, 0);
    bytes.extend(vec![7; objects * OBJECT_BYTES]);
    bytes
}

/// `plain` with a file of two stripes, and `sub`, in which files get three.
fn world(personality: Personality, caller: u32, destination: &'static str) -> World {
    let case = Case { name: "layouts", personality, caller, source: "/m/alpha/plain", destination, ..CASES[0] };
    let world = World::new(case);
    world.root.set_pools(0, &[POOL]);
    let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
    world.root.set_xattr(plain.at(&name("file")).into(), ATTRIBUTE, &layout(2, 2)).unwrap();
    let alice = world.root.seen_by(ALICE, &[1000]);
    let sub = make_folder(&alice, &plain, "laid out", 0o755);
    world.root.set_xattr((&sub).into(), ATTRIBUTE, &layout(3, 0)).unwrap();
    write(&alice, &sub, "as its folder says", b"content");
    world.root.sync_everything();
    world.pass(3_600_000);
    world
}

fn laid_out(world: &World, at: &str) -> Option<Vec<u8>> {
    let census = world.visible();
    let found = census.get(at).unwrap_or_else(|| panic!("{at} is not there"));
    found.xattrs.iter().find(|(name, _)| name == ATTRIBUTE).map(|(_, value)| value.clone())
}

fn losses(world: &World) -> Vec<(Loss, u64)> {
    let (engine, _folder) = world.engine();
    let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
    assert!(draft.refusals.is_empty(), "{:?}", draft.refusals);
    draft
        .plan
        .warnings
        .iter()
        .find_map(|warning| if let Warning::Losses { losses } = warning { Some(losses.clone()) } else { None })
        .into_iter()
        .flatten()
        .collect()
}

fn move_it(world: &World) {
    let id = world.run().unwrap().unwrap();
    let (engine, _folder) = world.engine();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{:?}", of.failure);
}

#[test]
fn where_folders_are_made_anew_the_plan_tells_that_their_defaults_for_folders_are_lost() {
    let pinned = |world: &World, at: &str| {
        let folder = world.root.open_path(&path(at)).unwrap();
        world.root.set_xattr((&folder).into(), b"trusted.dmv", b"to MDT 1").unwrap();
    };
    // A copy; renames entry by entry; and a rename of the folder itself, which keeps everything.
    for (personality, caller, strategy, lost) in [
        (Personality::Lustre2_12, ALICE, Strategy::StagedCopy, &[(Loss::Layout, 1)][..]),
        (Personality::Lustre2_17, ALICE, Strategy::PiecewiseRename, &[(Loss::Layout, 1)]),
        (Personality::Lustre2_17, 0, Strategy::RetagAndRename, &[]),
    ] {
        let world = world(personality, caller, "/m/beta");
        pinned(&world, "/m/alpha/plain/laid out");
        assert_eq!(losses(&world), lost, "{personality:?} {caller}");
        let (engine, folder) = world.engine();
        assert_eq!(engine.plan(&world.request(), &mut |_: &_| true).unwrap().plan.items[0].strategy, strategy);
        drop((engine, folder));
        // Where the destination hands down the same, nothing is lost.
        pinned(&world, "/m/beta");
        assert_eq!(losses(&world), [], "{personality:?} {caller}");
    }
}

#[test]
fn a_copy_is_laid_out_as_its_source_and_shares_no_object_with_it() {
    let world = world(Personality::Lustre2_12, ALICE, "/m/beta");
    assert_eq!(losses(&world), []);
    move_it(&world);
    assert_eq!(laid_out(&world, "/m/beta/plain/file"), Some(layout(2, 0)));
    assert_eq!(laid_out(&world, "/m/beta/plain/laid out"), Some(layout(3, 0)));
    assert_eq!(laid_out(&world, "/m/beta/plain/laid out/as its folder says"), Some(layout(3, 0)));
    assert_eq!(laid_out(&world, "/m/beta/plain/sub/file"), None);
}

#[test]
fn folders_made_anew_go_on_giving_the_layout_that_they_gave() {
    let world = world(Personality::Lustre2_17, ALICE, "/m/beta");
    move_it(&world);
    assert_eq!(laid_out(&world, "/m/beta/plain/laid out"), Some(layout(3, 0)));
    assert_eq!(laid_out(&world, "/m/beta/plain/sub"), None);
    assert_eq!(laid_out(&world, "/m/beta/plain/file"), Some(layout(2, 2)), "the same file");
}

#[test]
fn a_layout_that_the_destination_cannot_give_is_told_before_and_the_usual_one_taken() {
    // The other Lustre has no such pool; the third has no layouts at all, and misses none.
    for (personality, told) in [(Personality::Lustre2_17, vec![(Loss::Layout, 3)]), (Personality::Xfs, vec![])] {
        let world = match personality {
            Personality::Xfs => World::new(Case { source: "/m/alpha/plain", destination: "/n", personality, ..CASES[0] }),
            _ => world(personality, 0, "/n"),
        };
        assert_eq!(losses(&world), told, "{personality:?}");
        move_it(&world);
        assert_eq!(laid_out(&world, "/n/plain/file"), None, "{personality:?}");
        assert_eq!(world.visible()["/n/plain/file"].content, b"plain", "{personality:?}");
    }
}

#[test]
fn stripes_that_a_folder_made_anew_has_not_are_told_before() {
    for (caller, told) in [(0, false), (ALICE, true)] {
        let world = world(Personality::Lustre2_17, caller, "/m/beta");
        let sub = world.root.open_path(&path("/m/alpha/plain/laid out")).unwrap();
        world.root.stripe(&sub, &[0, 1]).unwrap();
        let (engine, folder) = world.engine();
        let draft = engine.plan(&world.request(), &mut |_: &_| true).unwrap();
        assert_eq!(draft.plan.warnings.contains(&Warning::StripesLost { folders: 1 }), told, "{caller}");
        drop((engine, folder));
        move_it(&world);
    }
}
