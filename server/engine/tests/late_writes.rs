//! What somebody writes into a source while it is copied, through a handle that was open before.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Personality, Simulator, Watch};
use tidelock_engine::fs::{Errno, File, FileSystem, FsError, FsResult};
use tidelock_engine::moves::event::Note;
use tidelock_shared::progress::MoveState;
use world::{ALICE, CASES, Case, World, name, path};

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
