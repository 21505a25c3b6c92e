//! An inventory tells who uses what, and its sums are those of the project's own count.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::time::Duration;

use tidelock_engine::crew::{Alone, Crew, Threads};
use tidelock_engine::fs::simulator::{Pace, Simulator};
use tidelock_engine::fs::{FileSystem, Folder};
use tidelock_engine::inventory::{Inventory, take_inventory};
use tidelock_engine::survey::SurveyError;
use tidelock_shared::inventory::{OnTape, SHARES_MAX};
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::Amount;
use world::{ALICE, ALPHA, BETA, CASES, World, make_folder, name, path, write};

const DAY: i64 = 24 * 3600;

fn taken(fs: &Simulator, crew: &dyn Crew, at: &str) -> Inventory {
    // Everything in a world is made at its beginning.
    take_inventory(fs, crew, &path(at), 40 * DAY, &mut |_| true).unwrap()
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Amount>) -> Amount {
    amounts.into_iter().fold(Amount::ZERO, |sum, amount| sum + *amount)
}

/// What of the world is below a project's folder.
fn alpha(world: &World) -> Folder {
    world.root.open_path(&path("/m/alpha")).unwrap()
}

#[test]
fn every_sum_is_what_the_project_is_charged_whatever_divides_it() {
    // A folder that hands nothing down is told of too, and is charged here.
    for case in CASES.into_iter().filter(|case| case.source != "/m/alpha/shared") {
        let world = World::new(case);
        for crew in [&Alone as &dyn Crew, &Threads::for_this_machine()] {
            let found = taken(&world.root, crew, "/m/alpha");
            assert_eq!(found.amount.less(found.elsewhere), world.recount(ALPHA), "{case:?}");
            assert_eq!(sum(found.owners.values()), found.amount);
            assert_eq!(sum(found.parts.values().map(|part| &part.amount)) + found.rest + found.hidden, found.amount);
            assert_eq!((found.unread, found.hidden), (0, Amount::ZERO));
        }
    }
}

#[test]
fn the_largest_and_the_oldest_come_first_and_no_more_than_are_shown() {
    let world = World::new(CASES[0]);
    let many = make_folder(&world.root, &alpha(&world), "many", 0o755);
    for number in 0..3 * SHARES_MAX {
        write(&world.root, &many, &format!("file-{number:02}"), &vec![1; 4096 * (number + 1)]);
    }
    write(&world.root, &many, "empty", b"");
    let found = taken(&world.root, &Threads::for_this_machine(), "/m/alpha/many");
    let names: Vec<String> = found.largest.iter().map(|file| file.path.shown()).collect();
    let expected: Vec<String> =
        (0..SHARES_MAX).map(|number| format!("/m/alpha/many/file-{:02}", 3 * SHARES_MAX - 1 - number)).collect();
    assert_eq!(names, expected);
    assert_eq!(found.oldest.len(), SHARES_MAX);
    assert!(found.oldest.iter().all(|file| file.bytes > 0) && found.oldest.is_sorted_by_key(|file| file.modified));
    assert_eq!(sum(&found.ages).inodes, 3 * SHARES_MAX as u64 + 1);
}

#[test]
fn several_names_of_one_file_are_one_charge() {
    let world = World::new(CASES[0]);
    let folder = make_folder(&world.root, &alpha(&world), "linked", 0o755);
    let before = taken(&world.root, &Alone, "/m/alpha/linked");
    write(&world.root, &folder, "one", &[1; 5000]);
    world.root.link(folder.at(&name("one")), folder.at(&name("two"))).unwrap();
    let after = taken(&world.root, &Alone, "/m/alpha/linked");
    assert_eq!(after.amount.inodes, before.amount.inodes + 1);
    assert_eq!((after.entries, after.largest.len()), (3, 1));
}

#[test]
fn what_another_project_pays_is_told_apart_with_its_names() {
    let world = World::new(CASES[0]);
    let folder = make_folder(&world.root, &alpha(&world), "astray", 0o755);
    world.root.set_tag((&folder).into(), ProjectTag { id: BETA, inherit: true }).unwrap();
    let found = taken(&world.root, &Alone, "/m/alpha");
    assert!(found.elsewhere_examples.contains(&path("/m/alpha/astray")), "{:?}", found.elsewhere_examples);
}

#[test]
fn what_may_not_be_read_is_counted_as_that() {
    let world = World::new(CASES[0]);
    let closed = make_folder(&world.root, &alpha(&world), "closed", 0o700);
    write(&world.root, &closed, "secret", &[1; 5000]);
    let alice = world.root.seen_by(ALICE, &[ALICE]);
    let found = taken(&alice, &Alone, "/m/alpha");
    assert_eq!(found.unread, 1);
    assert!(found.largest.iter().all(|file| !file.path.shown().contains("secret")));
}

#[test]
fn what_is_on_tape_only_is_counted_with_what_it_would_be_charged() {
    let world = World::new(CASES[0]);
    let folder = make_folder(&world.root, &alpha(&world), "taped", 0o755);
    for file in ["here", "away", "coming"] {
        write(&world.root, &folder, file, &[1; 5000]);
    }
    let before = taken(&world.root, &Alone, "/m/alpha/taped");
    assert_eq!(before.on_tape, OnTape::default());
    for file in ["away", "coming"] {
        world.root.release(folder.at(&name(file))).unwrap();
    }
    world.root.set_pace(Pace { restore: Duration::from_secs(3600), ..Pace::default() });
    world.root.request_restore(folder.at(&name("coming"))).unwrap();
    let after = taken(&world.root, &Alone, "/m/alpha/taped");
    let one_file = Amount { bytes: 5000, inodes: 1 };
    assert_eq!(after.on_tape, OnTape { released: one_file, restoring: one_file, lost: Amount::ZERO });
    assert!(after.amount.bytes < before.amount.bytes && after.amount.inodes == before.amount.inodes);
}

#[test]
fn nobody_who_listens_ends_it() {
    let world = World::new(CASES[0]);
    let ended = take_inventory(&world.root, &Alone, &path("/m/alpha"), 0, &mut |_| false);
    assert!(matches!(ended, Err(SurveyError::Stopped)));
}
