//! Items that go in different ways: a crash anywhere leaves all of them at their old place or all
//! of them at their new one.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::collections::BTreeSet;

use tidelock_engine::EngineError;
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::Personality;
use tidelock_engine::planner::plan::Refusal;
use tidelock_shared::id::MoveId;
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::MoveRequest;
use tidelock_shared::strategy::EntryKind;
use world::{ALICE, CASES, Case, Census, Tried, World, assert_charged, assert_same, path, stoppable, write};

const fn selection(name: &'static str, personality: Personality, destination: &'static str) -> Case {
    Case { name, personality, caller: ALICE, source: "/m/alpha/tree", destination, ..CASES[0] }
}

/// And in how many ways they go.
const SELECTIONS: [(Case, usize); 3] = [
    (selection("four items in three ways, Lustre", Personality::Lustre2_17, "/m/beta"), 3),
    (selection("four items in two ways, ext4", Personality::Ext4, "/m/beta"), 2),
    (selection("four items to another mount", Personality::Xfs, "/n"), 1),
];

fn request(world: &World) -> MoveRequest {
    let sources = ["tree", "single", "link", "plain"].map(|name| path(&format!("/m/alpha/{name}")));
    MoveRequest { sources: sources.to_vec(), ..world.request() }
}

/// None if the process was stopped on the way.
fn moved(world: &World) -> Option<MoveId> {
    stoppable(|| {
        let (engine, _folder) = world.engine();
        let id = engine.accept(&request(world), None).unwrap();
        engine.drive(id).unwrap();
        id
    })
}

/// The world after an undisturbed run.
fn after(case: Case, ways: usize) -> Census {
    let world = World::new(case);
    let id = moved(&world).unwrap();
    let (engine, _folder) = world.engine();
    let of = engine.get(id).unwrap().recorded.of;
    assert_eq!(of.state, MoveState::Done, "{}: {:?}", case.name, of.failure);
    let strategies: BTreeSet<String> = of.plan.items.iter().map(|item| format!("{:?}", item.strategy)).collect();
    assert_eq!((of.plan.items.len(), strategies.len()), (4, ways), "{}: {strategies:?}", case.name);
    world.visible()
}

#[test]
fn a_crash_before_any_call_leaves_all_items_as_before_or_all_as_after() {
    for (case, ways) in SELECTIONS {
        let after = after(case, ways);
        for (is_power_cut, what) in [(false, "stopped: killed before a call"), (true, "stopped: power cut before a call")] {
            let mut tried = Tried::of(what, case);
            // One before each even call, the other before each odd one.
            for call in (u64::from(is_power_cut)..).step_by(2) {
                let world = World::new(case);
                world.root.faults().reset();
                world.root.faults().stop_before(call);
                let is_through = moved(&world).is_some();
                world.root.faults().reset();
                if is_power_cut {
                    world.root.cut_power(call);
                }
                world.recover().unwrap();
                let what = format!("{} stopped at {call}, power cut: {is_power_cut}", case.name);
                let (engine, _folder) = world.engine();
                match engine.list(1).unwrap().first().map(|last| last.recorded.of.state) {
                    Some(MoveState::Done) => assert_same(&world.visible(), &after, &what),
                    Some(MoveState::Undone) | None => {
                        assert_same(&world.visible(), &world.before, &what);
                        let hidden: Vec<String> = world.hidden_names().into_iter().filter(|at| !at.ends_with(".barrier")).collect();
                        assert_eq!(hidden, Vec::<String>::new(), "{what}");
                    }
                    other => panic!("{what}: {other:?}"),
                }
                assert_charged(&world, &what);
                tried.one();
                if is_through {
                    break;
                }
            }
        }
    }
}

#[test]
fn what_stops_each_of_several_items_is_told_at_once() {
    let world = World::new(SELECTIONS[0].0);
    let beta = world.root.open_path(&path("/m/beta")).unwrap();
    write(&world.root, &beta, "single", b"in the way");
    let sources = ["/m/alpha/.tidelock-lost/b", "/m/alpha/gone", "/m/alpha/single", "/m/alpha/plain"].map(path);
    let request = MoveRequest { sources: sources.to_vec(), ..world.request() };
    let (engine, _folder) = world.engine();
    let Err(EngineError::Refused(refusals)) = engine.plan(&request, &mut |_: &_| true) else { panic!("planned") };
    let expected = [
        Refusal::OtherMoveInside(path("/m/alpha/.tidelock-lost")),
        Refusal::SourceMissing(path("/m/alpha/gone")),
        Refusal::NameTaken { path: path("/m/beta/single"), by: EntryKind::File },
    ];
    assert_eq!(refusals, expected);
}
