//! Others rename or remove the folders of a move while it runs.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Simulator, Watch};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult, walk};
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::{OnConflict, Verb};
use tidelock_shared::strategy::EntryKind;
use world::meddler::Meddler;
use world::{CASES, Case, Census, Tried, World, assert_charged, assert_same, make_folder, name, path, take_census, write};

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
    // Every third call, in each case others.
    for at in (case.name.len() as u64 % 3..).step_by(3) {
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

/// What lies in the destination: names, kinds and content.
fn moved(census: Census, case: Case) -> BTreeMap<String, (EntryKind, Vec<u8>)> {
    let is_there = |at: &str| at.starts_with(case.destination) && !at.contains(".tidelock-");
    census.into_iter().filter(|(at, _)| is_there(at)).map(|(at, seen)| (at, (seen.kind, seen.content))).collect()
}

/// They see that nothing is in it any more.
#[test]
fn a_folder_that_others_delete_once_the_item_has_left_it_keeps_no_move_from_its_end() {
    let leaves_it = |case: &Case| case.verb == Verb::Move && !case.destination.starts_with("/m/alpha");
    for case in CASES.into_iter().filter(leaves_it) {
        let mut tried = Tried::of("others: delete the source's folder once the item has left it", case);
        for at in (case.name.len() as u64 % 4..).step_by(4) {
            let world = World::new(case);
            let theirs = world.root.clone();
            let has_left = Arc::new(AtomicBool::new(false));
            let (seen, after) = (has_left.clone(), moved(world.after(), case));
            let expected = after.clone();
            let alpha = theirs.open_path(&path("/m/alpha")).unwrap();
            let item = theirs.identity(alpha.at(&name(case.source.rsplit('/').next().unwrap())).into()).unwrap();
            let delete = Meddler::later_at(at, move || {
                let mut census = Census::new();
                let there = theirs.open_path(&path(case.destination))?;
                take_census(&theirs, &there, case.destination, &mut census, &mut BTreeMap::new());
                // It may be there under a hidden name.
                let mut names = theirs.read_folder(&there)?.filter_map(Result::ok);
                let is_there_itself = names.any(|entry| walk::holds(&theirs, there.at(&entry.name), &item).unwrap_or(false));
                if is_there_itself || moved(census, case) == expected {
                    seen.store(true, Ordering::Relaxed);
                    walk::remove_tree(&theirs, theirs.open_path(&path("/m"))?.at(&name("alpha")))?;
                }
                Ok(())
            });
            let (engine, _folder) = world.engine_on(world.caller().watched_by(delete.clone()));
            let id = engine.accept(&world.request(), None).unwrap();
            delete.begin();
            engine.drive(id).unwrap();
            if !delete.has_come() {
                break;
            }
            if has_left.load(Ordering::Relaxed) {
                let of = engine.get(id).unwrap().recorded.of;
                let what = format!("{}: deleted before call {at}", case.name);
                assert_eq!(of.state, MoveState::Done, "{what}: {:?}", of.failure);
                assert_eq!(moved(world.census(), case), after, "{what}");
                tried.one();
            }
        }
    }
}

/// Nothing in them tells one from the other: neither times nor sizes.
#[test]
fn two_folders_that_change_names_while_they_are_copied_have_their_new_names_in_the_copy() {
    let copied = ["staged copy of a tree, another mount", "staged copy by a user, Lustre 2.12"];
    for case in CASES.into_iter().filter(|case| copied.contains(&case.name)) {
        let mut tried = Tried::of("others: change the names of two folders in the tree", case);
        for at in (0..).step_by(3) {
            let world = World::new(case);
            let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
            let tree = world.root.open_path(&path("/m/alpha/tree")).unwrap();
            let caller = world.caller();
            for (folder, content) in [("one", b"the first run"), ("two", b"the other one")] {
                let made = make_folder(&caller, &tree, folder, 0o755);
                write(&caller, &made, "out", content);
                let old = caller.status((&alpha).into()).unwrap().modified;
                caller.set_times(made.at(&name("out")).into(), old, old).unwrap();
                caller.set_times((&made).into(), old, old).unwrap();
            }
            world.pass(3_600_000);
            let theirs = world.root.clone();
            let was_in_sight = Arc::new(AtomicBool::new(false));
            let seen = was_in_sight.clone();
            let swap = Meddler::later_at(at, move || {
                seen.store(walk::look(&theirs, alpha.at(&name("tree")))?.is_some(), Ordering::Relaxed);
                for (old, new) in [("one", "three"), ("two", "one"), ("three", "two")] {
                    theirs.rename(tree.at(&name(old)), tree.at(&name(new)))?;
                }
                Ok(())
            });
            let (engine, _folder) = world.engine_on(world.caller().watched_by(swap.clone()));
            let id = engine.accept(&world.request(), None).unwrap();
            swap.begin();
            engine.drive(id).unwrap();
            assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "{}, swapped before call {at}", case.name);
            if !swap.has_come() {
                break;
            }
            tried.one();
            if was_in_sight.load(Ordering::Relaxed) {
                let one = &world.visible()[&format!("{}/tree/one/out", case.destination)];
                assert_eq!(one.content, b"the other one", "{}, swapped before call {at}", case.name);
            }
        }
    }
}
