//! Originals are kept for the retention, and purged by themselves when no clock speaks against it.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::{Arc, OnceLock};

use tidelock_engine::fs::simulator::Watch;
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult};
use tidelock_engine::journal::{Journal, StateFolder};
use tidelock_engine::moves::state::Purge;
use tidelock_engine::worker::InProcess;
use tidelock_engine::{Engine, Retention};
use tidelock_shared::id::MoveId;
use world::{CASES, World, assert_same, name, path, write};

const DAY_MS: i64 = 86_400_000;

fn copied() -> (World, MoveId) {
    let world = World::new(CASES.into_iter().find(|case| case.name.starts_with("staged copy of a tree")).unwrap());
    let id = world.run().unwrap().unwrap();
    (world, id)
}

/// An engine whose clock is so far from that of the file system.
fn engine_apart(world: &World, milliseconds: i64) -> (Engine, StateFolder) {
    let folder = StateFolder::hold(world.state.path()).unwrap();
    let journal = Journal::open(&folder, || 1).unwrap();
    let fs: Arc<dyn FileSystem> = Arc::new(world.caller());
    let worker = Arc::new(InProcess::new(fs.clone()));
    (Engine::new(fs, worker, journal, Arc::new(world.clock_apart(milliseconds)), vec![path("/")]).unwrap(), folder)
}

#[test]
fn an_original_is_purged_when_its_retention_is_over_and_not_before() {
    for days in [7, 30] {
        let (world, id) = copied();
        let begin = {
            let (engine, _folder) = world.engine();
            engine.set_retention(Retention::of_days(days)).unwrap();
            let snapshot = engine.get(id).unwrap();
            let done = snapshot.recorded.events.last().unwrap().0;
            assert_eq!(snapshot.kept_until_ms, Some(done + i64::from(days) * DAY_MS));
            done
        };
        world.pass(i64::from(days) * DAY_MS - 60_000);
        let (engine, folder) = world.engine();
        assert_eq!(engine.purge_due().unwrap(), [], "since {begin}");
        drop((engine, folder));
        world.pass(61_000);
        let (engine, _folder) = world.engine();
        assert_eq!(engine.purge_due().unwrap(), [id], "the retention is remembered");
        assert_same(&world.census(), &world.after(), "only the original is gone");
        assert_eq!(engine.get(id).unwrap().kept_until_ms, None);
        assert_eq!(engine.purge_due().unwrap(), []);
    }
}

#[test]
fn the_trash_is_purged_when_its_retention_is_over() {
    let case = CASES.into_iter().find(|case| case.name == "trash a tree, Lustre").unwrap();
    let world = World::new(case);
    let id = world.run().unwrap().unwrap();
    {
        let (engine, _folder) = world.engine();
        assert!(engine.get(id).unwrap().kept_until_ms.is_some());
        assert_eq!(engine.purge_due().unwrap(), []);
    }
    world.pass(8 * DAY_MS);
    let (engine, _folder) = world.engine();
    assert_eq!(engine.purge_due().unwrap(), [id]);
    assert_same(&world.census(), &world.after(), "nothing hidden is left");
}

/// Found by seed 951018375: one that had kept something was forgotten until the retention was over.
#[test]
fn a_purge_that_failed_goes_on_by_itself_however_long_originals_are_kept() {
    for call in 0.. {
        let (world, id) = copied();
        let hidden = world.root.open_path(&path(&format!("/m/alpha/.tidelock-{id}.0.retired"))).unwrap();
        let (engine, _folder) = world.engine();
        engine.set_retention(Retention::of_days(0)).unwrap();
        write(&world.root, &hidden, "late", b"written through a handle");
        world.root.faults().reset();
        world.root.faults().fail(call, Errno::IO, false);
        let is_through = engine.purge(id).is_ok();
        world.root.faults().reset();
        assert_eq!(engine.purge_due().unwrap(), if is_through { vec![] } else { vec![id] }, "call {call}");
        assert_eq!(engine.get(id).unwrap().recorded.of.purge, Purge::Purged, "call {call}");
        assert_same(&world.visible(), &world.after(), "only the original is gone");
        // The first time has changed what it took one of two names from.
        let had_two_names = |at: &str| at.ends_with("/file") || at.ends_with("/hard link");
        let kept: Vec<String> = world.files().into_iter().map(|(at, _)| at).filter(|at| at.contains(".retired")).collect();
        let changed: Vec<&String> = kept.iter().filter(|at| is_through || !had_two_names(at)).collect();
        assert_eq!(changed, [&format!("/m/alpha/.tidelock-{id}.0.retired/late")], "call {call}");
        if is_through {
            assert!(call > 20, "{call}");
            break;
        }
    }
}

#[test]
fn the_clock_is_read_without_a_change_to_what_others_can_put_under_a_name() {
    let (world, id) = copied();
    world.swap_record(id);
    let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
    let private = name("private");
    let before = world.root.status(alpha.at(&private).into()).unwrap();
    let (engine, _folder) = engine_apart(&world, 8 * DAY_MS);
    assert_eq!(engine.purge_due().unwrap(), [], "the clocks disagree");
    assert_eq!(world.root.status(alpha.at(&private).into()).unwrap(), before);
}

#[test]
fn a_purge_ends_where_others_have_removed_the_destination() {
    let world = World::new(CASES.into_iter().find(|case| case.name == "staged copy by a user, Lustre 2.12").unwrap());
    let id = world.run().unwrap().unwrap();
    world.pass(8 * DAY_MS);
    let mount = world.root.open_path(&path("/m")).unwrap();
    let (beta, gone) = (name("beta"), name("gone"));
    world.root.rename(mount.at(&beta), mount.at(&gone)).unwrap();
    let (engine, _folder) = world.engine();
    assert_eq!(engine.purge_due().unwrap(), [id]);
    assert_eq!(engine.get(id).unwrap().recorded.of.purge, Purge::Purged);
    assert_eq!(world.hidden_names(), Vec::<String>::new());
}

/// Purges a second time as soon as the first time deletes something.
#[derive(Default)]
struct Twice {
    purging: OnceLock<(Arc<Engine>, MoveId)>,
    second: OnceLock<Result<(), String>>,
}

impl Watch for Twice {
    fn before(&self, call: &'static str, at: &[u8], _: bool) -> FsResult<Option<Errno>> {
        if let Some((engine, id)) = self.purging.get().filter(|_| call == "unlink" && at == b"file" && self.second.get().is_none())
        {
            let purging = (engine.clone(), *id);
            let second = std::thread::spawn(move || purging.0.purge(purging.1).map_err(|error| format!("{error:?}")));
            let _ = self.second.set(second.join().unwrap());
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn what_is_being_purged_is_not_purged_a_second_time() {
    let (world, id) = copied();
    let twice = Arc::new(Twice::default());
    let (engine, _folder) = world.engine_on(world.caller().watched_by(twice.clone()));
    let engine = Arc::new(engine);
    let _ = twice.purging.set((engine.clone(), id));
    engine.purge(id).unwrap();
    assert_eq!(twice.second.get(), Some(&Err(format!("BeingPurged({id:?})"))));
    assert_same(&world.census(), &world.after(), "and the first goes on to its end");
}

#[test]
fn without_a_retention_nothing_is_purged_by_itself() {
    let (world, id) = copied();
    world.pass(1000 * DAY_MS);
    let (engine, _folder) = world.engine();
    engine.set_retention(Retention::of_days(0)).unwrap();
    assert_eq!((engine.purge_due().unwrap(), engine.get(id).unwrap().kept_until_ms), (vec![], None));
    engine.set_retention(Retention::default()).unwrap();
    assert_eq!(engine.purge_due().unwrap(), [id]);
}

#[test]
fn a_clock_that_others_contradict_purges_nothing() {
    let (world, id) = copied();
    // The file system's clock says that no day has passed.
    let (engine, folder) = engine_apart(&world, 8 * DAY_MS);
    assert_eq!(engine.purge_due().unwrap(), []);
    drop((engine, folder));
    // Eight days later this machine's clock lies before what its journal tells.
    world.pass(8 * DAY_MS);
    {
        let (engine, _folder) = world.engine();
        let other = engine.accept(&world.unrelated(), None).unwrap();
        engine.drive(other).unwrap();
    }
    let (engine, folder) = engine_apart(&world, -3_000_000);
    assert_eq!(engine.purge_due().unwrap(), [], "the journal knows a later time");
    drop((engine, folder));
    let (engine, _folder) = engine_apart(&world, 3_000_000);
    assert_eq!(engine.purge_due().unwrap(), [id], "within an hour they agree");
}

#[test]
fn what_an_undo_needs_or_has_taken_is_not_purged() {
    let (world, id) = copied();
    world.pass(8 * DAY_MS);
    let (engine, _folder) = world.engine();
    let undo = engine.accept_undo(id).unwrap();
    assert_eq!(engine.purge_due().unwrap(), [], "an undo has begun");
    engine.drive(undo).unwrap();
    assert_eq!(engine.purge_due().unwrap(), [], "what the undo has hidden is kept from its end on");
    assert_eq!(engine.get(id).unwrap().kept_until_ms, None);
    assert_eq!(engine.get(undo).unwrap().recorded.of.purge, Purge::Kept);
    assert_same(&world.visible(), &world.before, "it is back");
}
