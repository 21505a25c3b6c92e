//! A scan finds every drift that was made, and nothing else.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tidelock_engine::clock::Clock;
use tidelock_engine::crew::{Alone, Crew, Threads};
use tidelock_engine::drift::{Finding, Pace, Quantity, Scan, Scanner};
use tidelock_engine::fs::FileSystem;
use tidelock_engine::fs::simulator::{Personality, Simulator};
use tidelock_engine::survey::SurveyError;
use tidelock_shared::id::ProjectId;
use tidelock_shared::project::ProjectTag;
use tidelock_shared::quota::{Bounds, Limits};
use world::{ALICE, ALPHA, CASES, GAMMA, World, make_folder, name, path, write};

fn scanned_by(world: &World, fs: &Simulator, crew: &dyn Crew, at: &str) -> Scan {
    Scanner::new(fs, crew, &world.clock()).scan(&path(at), &mut |_| true).unwrap()
}

fn scanned(world: &World, at: &str) -> Scan {
    scanned_by(world, &world.root, &Threads::for_this_machine(), at)
}

fn on(personality: Personality) -> World {
    World::new(CASES.into_iter().find(|case| case.personality == personality).unwrap())
}

const EVERYWHERE: [Personality; 5] =
    [Personality::Lustre2_12, Personality::Lustre2_15, Personality::Lustre2_17, Personality::Ext4, Personality::Xfs];

#[test]
fn where_nothing_is_wrong_nothing_is_found_before_a_move_and_after() {
    for case in CASES.into_iter().filter(|case| case.source != "/m/alpha/shared") {
        let world = World::new(case);
        for is_moved in [false, true] {
            if is_moved {
                world.run().unwrap().unwrap();
            }
            for crew in [&Alone as &dyn Crew, &Threads::for_this_machine()] {
                for project in ["/m/alpha", "/m/beta"] {
                    let found = scanned_by(&world, &world.root, crew, project);
                    assert_eq!(found.findings, [], "{}, {project}, moved: {is_moved}", case.name);
                    assert!(found.is_whole && found.readings.is_some());
                }
            }
        }
    }
}

#[test]
fn what_others_pay_for_is_found_by_who_pays_and_with_the_right_sums() {
    for case in CASES.into_iter().filter(|case| case.source == "/m/alpha/shared" && case.caller == 0) {
        let world = World::new(case);
        let found = scanned(&world, "/m/alpha");
        let at = |name: &str| path(&format!("/m/alpha/shared/{name}"));
        let shown = |finding: &Finding| match finding {
            Finding::ChargedElsewhere { to, stray } => (*to, stray.entries, stray.amount, stray.examples.clone()),
            other => panic!("{other:?}"),
        };
        let is_elsewhere = |finding: &&Finding| matches!(finding, Finding::ChargedElsewhere { .. });
        assert_eq!(found.findings.len(), 3, "and one folder hands nothing down: {:?}", found.findings);
        let found: Vec<_> = found.findings.iter().filter(is_elsewhere).map(shown).collect();
        let [nobodys, gammas] = &found[..] else { panic!("{}: {found:?}", case.name) };
        assert_eq!((nobodys.0, nobodys.1, &nobodys.3[..]), (Some(ProjectId::NONE), 1, &[at("strayed")][..]), "{}", case.name);
        assert_eq!((gammas.0, gammas.1, &gammas.3[..]), (Some(GAMMA), 2, &[at("of gamma"), at("of gamma/inherited")][..]));
        assert_eq!(gammas.2, world.root.usage(0, GAMMA), "{}", case.name);
    }
}

#[test]
fn a_folder_that_hands_nothing_down_is_found_and_not_what_lies_in_it() {
    for personality in EVERYWHERE {
        let world = on(personality);
        let plain = world.root.open_path(&path("/m/alpha/plain")).unwrap();
        world.root.set_tag((&plain).into(), ProjectTag { id: ALPHA, inherit: false }).unwrap();
        let findings = scanned(&world, "/m/alpha").findings;
        let [Finding::NotInherited(stray)] = &findings[..] else { panic!("{personality:?}: {findings:?}") };
        assert_eq!((stray.entries, &stray.examples[..]), (1, &[path("/m/alpha/plain")][..]), "{personality:?}");
    }
}

#[test]
fn what_lies_outside_is_missed_by_the_count() {
    for personality in EVERYWHERE {
        let world = on(personality);
        // Files: what carries no project ID on ext4 and XFS may be anybody's.
        let beta = world.root.open_path(&path("/m/beta")).unwrap();
        let before = world.root.usage(0, ALPHA);
        for number in 0..10 {
            let stray = format!("stray {number}");
            write(&world.root, &beta, &stray, b"x");
            world.root.set_tag(beta.at(&name(&stray)).into(), ProjectTag { id: ALPHA, inherit: false }).unwrap();
        }
        let findings = scanned(&world, "/m/alpha").findings;
        let [Finding::OtherInodes { charged, counted }] = findings[..] else { panic!("{personality:?}: {findings:?}") };
        assert_eq!((charged, counted), (before.inodes + 10, before.inodes), "{personality:?}");
        let findings = scanned(&world, "/m/beta").findings;
        assert!(
            matches!(&findings[..], [Finding::ChargedElsewhere { to: Some(ALPHA), stray }] if stray.entries == 10),
            "{personality:?}: {findings:?}"
        );
        assert_eq!(scanned(&world, "/m/alpha/plain").findings, [], "a part of a project is not compared with all of it");
    }
}

#[test]
fn what_a_move_has_recharged_so_far_is_no_finding() {
    let world = World::new(CASES.into_iter().find(|case| case.name == "retag and rename, Lustre").unwrap());
    let (engine, _state) = world.engine();
    let id = engine.accept(&world.request(), None).unwrap();
    let source = world.root.open_path(&path(world.case.source)).unwrap();
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    write(&world.root, &alpha, "stray", b"x");
    for at in [alpha.at(&name("stray")).into(), (&source).into()] {
        world.root.set_tag(at, ProjectTag { id: GAMMA, inherit: false }).unwrap();
    }
    let (clock, is_in_motion) = (world.clock(), |path: &_| engine.is_in_motion(path));
    let scanner = Scanner { is_in_motion: &is_in_motion, ..Scanner::new(&world.root, &Alone, &clock) };
    let strays = || {
        let found = scanner.scan(&path("/m/alpha"), &mut |_| true).unwrap();
        found.recount.others[&GAMMA].examples.clone()
    };
    assert_eq!(strays(), [path("/m/alpha/stray")]);
    engine.cancel(id).unwrap();
    engine.drive(id).unwrap();
    assert_eq!(strays(), [path("/m/alpha/stray"), path(world.case.source)], "whose move has ended");
}

/// Waiting lets what was on its way arrive.
struct Arriving<'a> {
    world: &'a World,
    pauses: AtomicU64,
}

impl Clock for Arriving<'_> {
    fn now_ms(&self) -> i64 {
        0
    }

    fn pause(&self, _: Duration) {
        if self.pauses.fetch_add(1, Ordering::Relaxed) == 3 {
            let beta = self.world.root.open_path(&path("/m/beta")).unwrap();
            self.world.root.unlink(beta.at(&name("late"))).unwrap();
        }
    }
}

#[test]
fn charges_that_arrive_late_are_waited_for_and_no_finding() {
    let world = on(Personality::Lustre2_17);
    let beta = world.root.open_path(&path("/m/beta")).unwrap();
    write(&world.root, &beta, "late", b"x");
    world.root.set_tag(beta.at(&name("late")).into(), ProjectTag { id: ALPHA, inherit: false }).unwrap();
    let clock = Arriving { world: &world, pauses: AtomicU64::new(0) };
    let found = Scanner::new(&world.root, &Alone, &clock).scan(&path("/m/alpha"), &mut |_| true).unwrap();
    assert_eq!((found.findings, clock.pauses.into_inner()), (vec![], 4));
}

#[test]
fn limits_that_are_exceeded_are_told_to_whoever_may_read_them() {
    let world = on(Personality::Lustre2_17);
    let tight = |soft, hard| Bounds { soft, hard };
    world.root.set_limits(0, ALPHA, Limits { bytes: tight(None, Some(1)), inodes: tight(Some(2), Some(1000)) });
    let used = world.root.usage(0, ALPHA);
    let expected = [
        Finding::OverLimit { of: Quantity::Bytes, used: used.bytes, limit: 1, is_hard: true },
        Finding::OverLimit { of: Quantity::Inodes, used: used.inodes, limit: 2, is_hard: false },
    ];
    assert_eq!(scanned(&world, "/m/alpha").findings, expected);
}

#[test]
fn what_may_not_be_read_is_said_and_nothing_is_made_of_it() {
    let world = on(Personality::Ext4);
    let closed = make_folder(&world.root, &world.root.open_path(&path("/m/alpha")).unwrap(), "closed", 0o700);
    write(&world.root, &closed, "file", b"x");
    let alice = world.root.seen_by(ALICE, &[1000]);
    let found = scanned_by(&world, &alice, &Alone, "/m/alpha");
    assert_eq!((found.recount.unread, found.findings), (1, vec![]));
    assert!(found.readings.is_none(), "only root may read limits there");
}

#[test]
fn where_there_are_no_projects_or_none_is_named_nothing_is_walked() {
    for (personality, at) in [(Personality::Xfs, "/n"), (Personality::Ext4, "/m")] {
        let found = scanned(&on(personality), at);
        assert_eq!((found.project, found.recount.entries), (None, 0), "{at}");
    }
}

#[test]
fn a_scan_keeps_the_pace_that_it_is_given_and_ends_when_told() {
    let world = on(Personality::Lustre2_17);
    let clock = world.clock();
    let begin = clock.now_ms();
    let scanner = Scanner { pace: Pace { entries_per_second: Some(2) }, ..Scanner::new(&world.root, &Alone, &clock) };
    let found = scanner.scan(&path("/m/alpha"), &mut |_| true).unwrap();
    let seconds = u64::try_from(clock.now_ms() - begin).unwrap() / 1000;
    let expected = found.recount.entries / 2;
    assert!(seconds.abs_diff(expected) <= 1, "{seconds} s for {} entries", found.recount.entries);
    let stopped = Scanner::new(&world.root, &Alone, &clock).scan(&path("/m/alpha"), &mut |_| false);
    assert!(matches!(stopped, Err(SurveyError::Stopped)));
}
