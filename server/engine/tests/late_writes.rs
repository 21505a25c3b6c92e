//! What somebody writes into a source while it is copied, through a handle that was open before.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Personality, Simulator, SiteMount, Watch};
use tidelock_engine::fs::{Errno, File, FileSystem, FsError, FsResult};
use tidelock_engine::moves::event::Note;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::ProjectTag;
use world::meddler::Meddler;
use world::{ALICE, BETA, CASES, Case, World, name, path};

const OLD: &[u8] = b"just one file";
const NEW: &[u8] = b"JUST ONE FILE";
/// Calls are counted from the start of the move, not of its plan.
const NOT_YET: u64 = u64::MAX / 2;

/// Before one call, somebody writes as many bytes as there are.
struct LateWrite {
    at: u64,
    calls: AtomicU64,
    /// The last call that asked the version of a content.
    asked_last: AtomicU64,
    theirs: Simulator,
    file: File,
}

impl Watch for LateWrite {
    fn before(&self, call: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if call == "data_version" {
            self.asked_last.store(number, Ordering::Relaxed);
        }
        if number == self.at {
            self.theirs.write_at(&self.file, 0, NEW)?;
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_write_in_the_second_of_the_copy_is_noticed_as_long_as_anybody_looks() {
    let case = Case {
        name: "a copied file, written to",
        personality: Personality::Lustre2_12,
        caller: ALICE,
        source: "/m/alpha/single",
        destination: "/m/beta",
        ..CASES[0]
    };
    for at in 0.. {
        // No call takes any time: all happens in one second, which is as fine as times are here.
        let world = World::ticking(case, 0);
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let file = world.root.open_to_write(alpha.at(&name("single"))).unwrap();
        world.root.write_at(&file, 0, OLD).unwrap();
        let theirs = world.root.clone();
        let late = Arc::new(LateWrite { at, calls: AtomicU64::new(NOT_YET), asked_last: AtomicU64::new(0), theirs, file });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(late.clone()));
        let id = engine.accept(&world.request(), None).unwrap();
        late.calls.store(0, Ordering::Relaxed);
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "written before call {at}");
        if late.calls.load(Ordering::Relaxed) <= at {
            break;
        }
        if world.visible()["/m/beta/single"].content == NEW {
            continue;
        }
        let asked_last = late.asked_last.load(Ordering::Relaxed);
        assert!(at > asked_last && asked_last > 0, "written before call {at}, and looked at by call {asked_last}");
        // Nobody looks any more: it stays in the retired source, and whoever purges is told.
        engine.purge(id).unwrap();
        let is_told = |note: &(usize, Note)| matches!(note.1, Note::Kept { .. });
        assert!(engine.get(id).unwrap().recorded.of.notes.iter().any(is_told), "written before call {at}");
        assert!(world.census().values().any(|seen| seen.content == NEW), "written before call {at}");
    }
}

/// Takes the second item's name once the first can be seen, and works in the first before one call.
struct Worker {
    at: u64,
    calls: AtomicU64,
    theirs: Simulator,
    has_written: AtomicU64,
}

impl Watch for Worker {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let theirs = &self.theirs;
        if number < NOT_YET
            && let Ok(seen) = theirs.open_path(&path("/n/tree"))
        {
            let top = theirs.open_path(&path("/n"))?;
            if tidelock_engine::fs::walk::look(theirs, top.at(&name("single")))?.is_none() {
                theirs.create_folder(top.at(&name("single")), 0o755)?;
            }
            if number >= self.at && self.has_written.swap(1, Ordering::Relaxed) == 0 {
                let file = theirs.create_file(seen.at(&name("theirs")), 0o644)?;
                theirs.write_at(&file, 0, NEW)?;
            }
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn what_others_save_in_a_copy_that_is_taken_back_is_never_deleted() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a tree, another mount").unwrap();
    let mut written = 0;
    for at in 0.. {
        let world = World::new(case);
        let theirs = world.root.clone();
        let worker = Arc::new(Worker { at, calls: AtomicU64::new(NOT_YET), theirs, has_written: AtomicU64::new(0) });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(worker.clone()));
        let sources = vec![path("/m/alpha/tree"), path("/m/alpha/single")];
        let id = engine.accept(&tidelock_shared::request::MoveRequest { sources, ..world.request() }, None).unwrap();
        worker.calls.store(0, Ordering::Relaxed);
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Undone, "call {at}");
        let is_written = worker.has_written.load(Ordering::Relaxed) == 1;
        let saved = world.census().into_values().filter(|seen| seen.content == NEW).count();
        assert_eq!(saved, usize::from(is_written), "written before call {at}: {:?}", world.hidden_names());
        written += u64::from(is_written);
        if worker.calls.load(Ordering::Relaxed) <= at {
            break;
        }
    }
    assert!(written > 10, "{written}");
}

#[test]
fn a_file_is_charged_to_its_new_project_or_goes_back_whenever_that_loses_its_flag() {
    let case = CASES.into_iter().find(|case| case.name == "a file recharged by its rename, Lustre").unwrap();
    for at in 0.. {
        let world = World::new(case);
        let theirs = world.root.clone();
        let unflag = Meddler::later_at(at, move || {
            let beta = theirs.open_path(&path("/m/beta"))?;
            theirs.set_tag((&beta).into(), ProjectTag { id: BETA, inherit: false })
        });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(unflag.clone()));
        let id = engine.accept(&world.request(), None).unwrap();
        unflag.begin();
        engine.drive(id).unwrap();
        let state = engine.get(id).unwrap().recorded.of.state;
        let moved = world.census().remove("/m/beta/single");
        let charged = moved.and_then(|moved| moved.project).map(|tag| tag.id);
        let is_whole = charged == Some(BETA) && state == MoveState::Done;
        let is_back = charged.is_none() && state == MoveState::Undone && world.census().contains_key("/m/alpha/single");
        // After the last look the file has long been charged.
        assert!(is_whole || is_back, "without the flag from call {at}: {state:?}, charged to {charged:?}");
        if !unflag.has_come() {
            break;
        }
    }
}

#[test]
fn a_change_is_noticed_whichever_of_two_file_systems_has_its_clock_ahead() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a tree, another mount").unwrap();
    // One of the two has another name in the tree.
    for (ahead, which) in [(0, "attributed"), (0, "file"), (120, "attributed"), (-120, "file")] {
        for at in (0..).step_by(3) {
            let world = World::on_mounts(case, 1, |mount| {
                let is_copied_to = mount.path == path("/n");
                SiteMount { clock_ahead_seconds: if is_copied_to { ahead } else { 0 }, ..mount }
            });
            let alpha = world.root.open_path(&path("/m/alpha/tree")).unwrap();
            let file = world.root.open_to_write(alpha.at(&name(which))).unwrap();
            let size = usize::try_from(world.root.status((&file).into()).unwrap().size).unwrap();
            let status = world.root.status((&file).into()).unwrap();
            let theirs = world.root.clone();
            // Rewritten, and given the time of modification that it had.
            let late = Meddler::later_at(at, move || {
                theirs.write_at(&file, 0, &vec![9; size])?;
                theirs.set_times((&file).into(), status.modified, status.modified)
            });
            let (engine, _folder) = world.engine_on(world.caller().watched_by(late.clone()));
            let id = engine.accept(&world.request(), None).unwrap();
            late.begin();
            engine.drive(id).unwrap();
            assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "rewritten before call {at}");
            if !late.has_come() {
                break;
            }
            let kept: usize = world.census().into_values().filter(|seen| seen.content == vec![9; size]).count();
            assert!(kept >= 1, "{which}, {ahead} s ahead, rewritten before call {at}");
            engine.purge(id).unwrap();
            let kept: usize = world.census().into_values().filter(|seen| seen.content == vec![9; size]).count();
            assert!(kept >= 1, "{which}, {ahead} s ahead, rewritten before call {at}: the purge has deleted it");
        }
    }
}

/// Before one call, somebody writes to the source and sets its time of modification back.
struct SecretWrite {
    at: u64,
    calls: AtomicU64,
    /// The last call that looked at the source before the one that hid it, that, and the last look before anything
    /// is published.
    hidden: [AtomicU64; 3],
    is_published: AtomicU64,
    theirs: Simulator,
    file: File,
}

impl Watch for SecretWrite {
    fn before(&self, call: &'static str, name: &[u8], _: bool) -> FsResult<Option<Errno>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let [looked, hid, checked] = &self.hidden;
        if hid.load(Ordering::Relaxed) == 0 && call == "status" && name == b"single" {
            looked.store(number, Ordering::Relaxed);
        }
        if call.starts_with("rename") && name.ends_with(b".retired") {
            hid.store(number, Ordering::Relaxed);
        }
        if call.starts_with("rename") && name == b"single" {
            self.is_published.store(1, Ordering::Relaxed);
        }
        if call == "status" && name.ends_with(b".retired") && self.is_published.load(Ordering::Relaxed) == 0 {
            checked.store(number, Ordering::Relaxed);
        }
        if number == self.at {
            let before = self.theirs.status((&self.file).into())?;
            self.theirs.write_at(&self.file, 0, NEW)?;
            self.theirs.set_times((&self.file).into(), before.accessed, before.modified)?;
        }
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

#[test]
fn a_write_that_sets_its_time_back_is_noticed_although_hiding_the_file_changes_it_too() {
    let case = CASES.into_iter().find(|case| case.name == "staged copy of a file, another mount").unwrap();
    let (mut noticed, mut missed) = (0, 0);
    for at in 0.. {
        let world = World::new(case);
        let alpha = world.root.open_path(&path("/m/alpha")).unwrap();
        let file = world.root.open_to_write(alpha.at(&name("single"))).unwrap();
        let hidden = [const { AtomicU64::new(0) }; 3];
        let (calls, is_published, theirs) = (AtomicU64::new(NOT_YET), AtomicU64::new(0), world.root.clone());
        let secret = Arc::new(SecretWrite { at, calls, hidden, is_published, theirs, file });
        let (engine, _folder) = world.engine_on(world.caller().watched_by(secret.clone()));
        let id = engine.accept(&world.request(), None).unwrap();
        secret.calls.store(0, Ordering::Relaxed);
        engine.drive(id).unwrap();
        assert_eq!(engine.get(id).unwrap().recorded.of.state, MoveState::Done, "written before call {at}");
        if secret.calls.load(Ordering::Relaxed) <= at {
            break;
        }
        let [looked, hid, checked] = [0, 1, 2].map(|which: usize| secret.hidden[which].load(Ordering::Relaxed));
        assert!(0 < looked && looked < hid && hid <= looked + 6, "{looked} and {hid}");
        if world.visible()["/n/single"].content == NEW {
            noticed += 1;
            continue;
        }
        // A moment stays in which nothing tells of it, up to the look right after the hiding.
        if looked < at && at <= hid + 2 {
            missed += 1;
            continue;
        }
        // The copy is compared a few calls before that.
        assert!(at + 6 > checked, "written before call {at}, looked at by {looked} and {checked} and hidden by {hid}");
        engine.purge(id).unwrap();
        assert!(
            world.census().values().any(|seen| seen.content == NEW),
            "written before call {at}, looked at by {looked} and hidden by {hid}"
        );
    }
    assert!(noticed > 20 && missed <= 8, "{noticed} and {missed}");
}
