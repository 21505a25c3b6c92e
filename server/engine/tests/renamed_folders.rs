//! Others rename or remove the folders of a move while it runs.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Simulator, Watch};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::OnConflict;
use world::{CASES, Case, Census, Tried, World, assert_charged, assert_same, name, path};

/// At one call, somebody takes a folder away.
struct Takes {
    theirs: Simulator,
    folder: &'static str,
    how: Taken,
    at: u64,
    calls: AtomicU64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    Renamed,
    /// If nothing is in it.
    Removed,
}

/// Follows the old name, so that nothing changes its place in the order of names.
const RENAMED: &str = " renamed";

impl Watch for Takes {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if self.calls.fetch_add(1, Ordering::Relaxed) == self.at {
            let (above, own) = path(self.folder).split_last().map(|(above, own)| (above, own.clone())).unwrap();
            let above = self.theirs.open_path(&above)?;
            match self.how {
                Taken::Renamed => self.theirs.rename(above.at(&own), above.at(&name(&format!("{}{RENAMED}", own.shown()))))?,
                Taken::Removed => drop(self.theirs.remove_folder(above.at(&own))),
            }
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

/// The world as if the folder had its old name.
fn with_its_old_name(census: Census, folder: &str) -> Census {
    let under_old_name = |at: &str| match at.strip_prefix(&format!("{folder}{RENAMED}")) {
        Some(below) => format!("{folder}{below}"),
        None => at.to_owned(),
    };
    let moved = census.into_iter().map(|(at, mut seen)| {
        seen.same_as = under_old_name(&seen.same_as);
        (under_old_name(&at), seen)
    });
    moved.collect()
}

/// Whoever takes the folder of a move away between two of its calls finds everything as before or as after.
fn assert_before_or_after(case: Case, folder: &'static str, how: Taken) {
    let mut tried = Tried::of(
        match (how, folder == case.destination) {
            (Taken::Renamed, true) => "others: rename the destination folder",
            (Taken::Renamed, false) => "others: rename the source's folder",
            (Taken::Removed, _) => "others: remove the destination folder",
        },
        case,
    );
    for at in 0.. {
        let world = World::new(case);
        let rival = Arc::new(Takes { theirs: world.root.clone(), folder, how, at, calls: AtomicU64::new(u64::MAX / 2) });
        let (engine, _state) = world.engine_on(world.caller().watched_by(rival.clone()));
        let id = engine.accept(&world.request(), None).unwrap();
        let after = world.after();
        rival.calls.store(0, Ordering::Relaxed);
        engine.drive(id).unwrap();
        let of = engine.get(id).unwrap().recorded.of;
        let what = format!("{}: {folder} renamed at call {at}", case.name);
        let mut expected = match of.state {
            MoveState::Done => after,
            MoveState::Undone => world.before.clone(),
            other => panic!("{what}: {other:?}: {:?}", of.failure),
        };
        if rival.calls.load(Ordering::Relaxed) <= at {
            return;
        }
        if how == Taken::Removed && of.state == MoveState::Undone && !world.visible().contains_key(folder) {
            expected.remove(folder);
        }
        assert_same(&with_its_old_name(world.visible(), folder), &expected, &what);
        assert_charged(&world, &what);
        tried.one();
    }
}

#[test]
fn a_renamed_destination_folder_is_found_again() {
    for case in CASES.into_iter().filter(|case| case.destination != "/n") {
        assert_before_or_after(case, case.destination, Taken::Renamed);
    }
}

#[test]
fn a_destination_folder_that_is_removed_gets_nothing() {
    for case in CASES.into_iter().filter(|case| case.destination != "/n" && case.on_conflict == OnConflict::Refuse) {
        assert_before_or_after(case, case.destination, Taken::Removed);
    }
}

#[test]
fn a_renamed_source_folder_is_found_again() {
    for case in CASES {
        assert_before_or_after(case, "/m/alpha", Taken::Renamed);
    }
}
