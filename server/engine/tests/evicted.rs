//! Servers that lose power while the program goes on, and drop it as a client: what they had answered and
//! not written is gone, and nobody is told.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Simulator, Watch};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_shared::request::MoveRequest;
use world::{AFTER_A_CRASH, CASES, Case, World, assert_done_or_undone, make_folder, path};

/// The servers lose power right before this call; those that are made while they are away fail. A client
/// that is dropped is told by an error, unless that comes while it has nothing to ask: between two steps.
struct Outage {
    at: u64,
    fails: u64,
    calls: AtomicU64,
    has_come: AtomicBool,
    servers: Simulator,
}

impl Watch for Outage {
    fn before(&self, call: &'static str, name: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if number == self.at && (self.fails > 0 || call == "open_path") {
            self.has_come.store(true, Ordering::Relaxed);
            self.servers.cut_power(number);
        }
        let is_away = (self.at..self.at + self.fails).contains(&number);
        if is_away { Err(FsError::new(call, name, Errno::IO)) } else { Ok(None) }
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn what_a_server_forgets_is_done_again_or_everything_is_as_before() {
    let mut tried = 0;
    for case in CASES.into_iter().filter(|case| case.personality.is_lustre()) {
        for (fails, apart) in [(0, 1), (1, 9), (5, 19)] {
            for at in (0..).step_by(apart) {
                let world = World::new(case);
                let servers = world.root.clone();
                let outage = Arc::new(Outage { at, fails, calls: AtomicU64::new(0), has_come: AtomicBool::new(false), servers });
                {
                    let (engine, _folder) = world.engine_on(world.caller().watched_by(outage.clone()));
                    match engine.accept(&world.request(), None) {
                        Ok(id) => engine.drive(id).unwrap(),
                        Err(_) if outage.calls.load(Ordering::Relaxed) > at => continue,
                        Err(error) => panic!("{error}"),
                    }
                }
                world.recover().unwrap();
                assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{}: an outage at {at}, {fails} calls long", case.name));
                tried += u64::from(outage.has_come.load(Ordering::Relaxed));
                if outage.calls.load(Ordering::Relaxed) <= at {
                    break;
                }
            }
        }
    }
    println!("{tried} outages");
    assert!(tried > 500, "{tried}");
}

#[test]
fn files_of_barriers_that_come_back_keep_nobody_from_a_move_and_go_at_the_next_start() {
    let case = CASES.into_iter().find(|case| case.name == "rename within a project, Lustre").unwrap();
    let mut met = 0;
    for seed in 0..20 {
        let world = World::new(Case { source: "/m/alpha/other/inner", destination: "/m/alpha", ..case });
        make_folder(&world.caller(), &world.root.open_path(&path("/m/alpha/other")).unwrap(), "inner", 0o755);
        world.root.sync_everything();
        world.run().unwrap().unwrap();
        world.root.cut_power(seed);
        let left = |world: &World| world.hidden_names().into_iter().filter(|at| at.ends_with(".barrier")).collect::<Vec<_>>();
        let (engine, _folder) = world.engine();
        let is_inside = left(&world).iter().any(|at| at.starts_with("/m/alpha/other/"));
        let moved = MoveRequest { sources: vec![path("/m/alpha/other")], destination: path("/m/beta"), ..world.request() };
        assert_eq!(engine.plan(&moved, &mut |_: &_| true).unwrap().refusals, [], "seed {seed}");
        let expected = left(&world).len() as u64;
        assert_eq!(engine.remove_left_barriers().unwrap(), expected, "seed {seed}");
        assert_eq!(left(&world), Vec::<String>::new(), "seed {seed}");
        met += u64::from(is_inside);
    }
    assert!(met > 0, "{met}");
}
