//! A process that dies before any of its file-system calls, and a machine that loses power
//! there: after a start every file is there exactly once, and the move is done or undone.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::Ordering;

use tidelock_engine::fs::Errno;
use tidelock_shared::progress::MoveState;
use world::{AFTER_A_CRASH, CASES, Case, Tried, World, assert_done_or_undone};

/// How the process ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Kill,
    /// With the seed that chooses what survives.
    PowerCut(u64),
}

impl World {
    fn end(&self, end: End) {
        self.root.faults().reset();
        self.readings.store(-1, Ordering::Relaxed);
        if let End::PowerCut(seed) = end {
            self.root.cut_power(seed);
        }
    }
}

#[test]
fn a_kill_before_any_call_leaves_everything_as_before_or_as_after() {
    for case in CASES {
        let mut tried = Tried::of("stopped: killed before a call", case);
        for call in 0..calls_of(case) {
            stop_and_recover(case, call, End::Kill);
            tried.one();
        }
    }
}

#[test]
fn a_power_cut_before_any_call_leaves_everything_as_before_or_as_after() {
    for case in CASES {
        let mut tried = Tried::of("stopped: power cut before a call", case);
        for call in 0..calls_of(case) {
            stop_and_recover(case, call, End::PowerCut(call));
            tried.one();
        }
    }
}

#[test]
fn a_crash_before_any_record_of_the_journal_leaves_everything_as_before_or_as_after() {
    for case in CASES {
        let mut tried = Tried::of("stopped: killed or power cut before a record", case);
        for end in [End::Kill, End::PowerCut(7)] {
            for readings in 0.. {
                let world = World::new(case);
                world.readings.store(readings, Ordering::Relaxed);
                let is_through = world.run().is_some();
                world.end(end);
                world.recover().unwrap();
                assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{} stopped before record {readings} by {end:?}", case.name));
                tried.one();
                if is_through {
                    break;
                }
            }
        }
    }
}

/// A second passes with every call, so that what was finished before a checkpoint is told from
/// what came later, and every second entry is one.
#[test]
fn a_copy_goes_on_where_it_stopped_and_trusts_only_what_was_durable() {
    let folder_copies = |case: &Case| case.name.starts_with("staged copy") && case.source.ends_with("tree");
    for case in CASES.into_iter().filter(folder_copies) {
        let new_world = || {
            let mut world = World::ticking(case, 1000);
            world.entries_a_checkpoint = 2;
            world.root.faults().reset();
            world
        };
        let calls = {
            let world = new_world();
            world.run().unwrap().unwrap();
            world.root.faults().calls()
        };
        let mut gone_on = 0;
        let mut tried = Tried::of("stopped: killed or power cut in a copy with checkpoints", case);
        for call in 0..calls {
            for end in [End::Kill, End::PowerCut(call)] {
                let world = new_world();
                world.root.faults().stop_before(call);
                let _ = world.run();
                world.end(end);
                let staged_before = staged_files(&world);
                world.recover().unwrap();
                assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{} stopped at {call} by {end:?}", case.name));
                tried.one();
                // A file that was finished before is the same inode afterwards.
                let arrived = inodes_below(&world, case.destination);
                gone_on += staged_before.iter().filter(|inode| arrived.contains(inode)).count();
            }
        }
        assert!(gone_on > 100, "{}: {gone_on} files were not copied twice", case.name);
    }
}

fn staged_files(world: &World) -> Vec<u64> {
    let is_staged = |at: &str| at.contains(".tidelock-") && !at.contains(".retired") && !at.contains(".barrier");
    world.files().into_iter().filter(|(at, _)| is_staged(at)).map(|(_, inode)| inode).collect()
}

fn inodes_below(world: &World, folder: &str) -> Vec<u64> {
    world.files().into_iter().filter(|(at, _)| at.starts_with(folder)).map(|(_, inode)| inode).collect()
}

#[test]
fn a_second_crash_during_the_recovery_changes_nothing_about_that() {
    for case in CASES {
        let calls = calls_of(case);
        let mut tried = Tried::of("stopped: power cut, and again in the recovery", case);
        // Strides without a common factor, so that all places are met over the cases.
        for call in (0..calls).step_by(23) {
            for again in (0..).step_by(17) {
                let world = World::new(case);
                world.root.faults().reset();
                world.root.faults().stop_before(call);
                let _ = world.run();
                world.end(End::PowerCut(call));
                world.root.faults().stop_before(again);
                let is_through = world.recover().is_some();
                world.end(End::PowerCut(again));
                world.recover().unwrap();
                assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{} stopped at {call}, again at {again}", case.name));
                tried.one();
                if is_through {
                    break;
                }
            }
        }
    }
}

/// The last call that fails is followed by the longest way back.
#[test]
fn a_crash_before_any_call_of_the_way_back_leaves_everything_as_before() {
    for case in CASES {
        let Some((failed, back)) = longest_way_back(case) else { continue };
        let mut tried = Tried::of("stopped: killed or power cut on the way back", case);
        let ends = |call: u64| match case.name.starts_with("piecewise") {
            true => vec![End::Kill, End::PowerCut(call)],
            false if call.is_multiple_of(2) => vec![End::Kill],
            false => vec![End::PowerCut(call)],
        };
        for call in failed + 1..back {
            for end in ends(call) {
                let world = World::new(case);
                world.root.faults().reset();
                world.root.faults().fail(failed, Errno::IO, false);
                world.root.faults().stop_before(call);
                assert!(world.run().is_none(), "{} goes back in {call} calls", case.name);
                world.end(end);
                world.recover().unwrap();
                assert_done_or_undone(
                    &world,
                    AFTER_A_CRASH,
                    &format!("{} stopped at {call} on its way back by {end:?}", case.name),
                );
                tried.one();
            }
        }
    }
}

/// The last call whose failure takes a move back, and how many calls there are until it is.
fn longest_way_back(case: Case) -> Option<(u64, u64)> {
    (0..calls_of(case)).rev().find_map(|call| {
        let world = World::new(case);
        world.root.faults().reset();
        world.root.faults().fail(call, Errno::IO, false);
        world.run()?.ok()?;
        let calls = world.root.faults().calls();
        let (engine, _folder) = world.engine();
        let state = engine.list(1).ok()?.first()?.recorded.of.state;
        (state == MoveState::Undone).then_some((call, calls))
    })
}

/// Calls of an undisturbed run, from the plan to the end.
fn calls_of(case: Case) -> u64 {
    let world = World::new(case);
    world.root.faults().reset();
    world.run().unwrap().unwrap();
    world.root.faults().calls()
}

fn stop_and_recover(case: Case, call: u64, end: End) {
    let world = World::new(case);
    world.root.faults().reset();
    world.root.faults().stop_before(call);
    let _ = world.run();
    world.end(end);
    world.recover().unwrap();
    assert_done_or_undone(&world, AFTER_A_CRASH, &format!("{} stopped at {call} by {end:?}", case.name));
}
