//! Copies that are compared byte by byte where somebody asked for it: on a disk that keeps something else than it was
//! given, and says nothing.

#![allow(clippy::unwrap_used, reason = "a test may take the short way out")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tidelock_engine::fs::simulator::{Simulator, Watch};
use tidelock_engine::fs::{Errno, FileSystem, Folder, FsError, FsResult};
use tidelock_engine::moves::event::FailureKind;
use tidelock_shared::progress::MoveState;
use tidelock_shared::request::MoveRequest;
use tidelock_shared::strategy::EntryKind;
use world::{CASES, Case, World, assert_same, path};

const BAD: &[u8] = b"X";

/// Spoils the first byte of so many whole copies, and leaves size and times as they were.
struct BadDisk {
    theirs: Simulator,
    left: AtomicU64,
}

impl BadDisk {
    /// Below a hidden folder, or a hidden file itself.
    fn spoil(&self, folder: &Folder, is_hidden: bool) -> FsResult<()> {
        for entry in self.theirs.read_folder(folder)? {
            let found = entry?;
            let at = folder.at(&found.name);
            let is_staged = is_hidden || is_staging(found.name.as_bytes());
            match self.theirs.status(at.into())? {
                status if status.kind == EntryKind::Folder && is_staged => self.spoil(&self.theirs.open_folder(at)?, true)?,
                status if status.kind == EntryKind::File && is_staged && status.size > 1 => {
                    let content = self.theirs.content(status.inode);
                    if content.first() != BAD.first()
                        && self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
                    {
                        self.theirs.write_at(&self.theirs.open_to_write(at)?, 0, BAD)?;
                        self.theirs.set_mode(at.into(), status.mode)?;
                        self.theirs.set_times(at.into(), status.accessed, status.modified)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// `.tidelock-<move>.<item>`, and no record or barrier.
fn is_staging(name: &[u8]) -> bool {
    name.starts_with(b".tidelock-") && name.last().is_some_and(u8::is_ascii_digit)
}

impl Watch for BadDisk {
    fn before(&self, _: &'static str, _: &[u8], _: bool) -> FsResult<Option<Errno>> {
        self.spoil(&self.theirs.open_path(&path("/n"))?, false)?;
        Ok(None)
    }

    fn after(&self, _: Option<&FsError>) {}
}

fn copied() -> impl Iterator<Item = Case> {
    let is_copied = |name: &str| name.starts_with("staged copy") || name.starts_with("copy to another mount");
    CASES.into_iter().filter(move |case| case.destination == "/n" && is_copied(case.name))
}

/// Moves on a disk that spoils so many copies.
fn moved(case: Case, spoiled: u64, compare: bool) -> (World, MoveState, Option<FailureKind>) {
    let world = World::new(case);
    let disk = Arc::new(BadDisk { theirs: world.root.clone(), left: AtomicU64::new(spoiled) });
    let (engine, folder) = world.engine_on(world.caller().watched_by(disk));
    let id = engine.accept(&MoveRequest { compare, ..world.request() }, None).unwrap();
    engine.drive(id).unwrap();
    let of = engine.get(id).unwrap().recorded.of;
    drop((engine, folder));
    (world, of.state, of.failure.map(|failure| failure.kind))
}

fn is_spoiled(world: &World) -> bool {
    world.visible().values().any(|seen| seen.content.starts_with(BAD))
}

#[test]
fn a_copy_that_is_compared_is_made_again_until_it_is_what_was_read() {
    let mut tried = 0;
    for case in copied() {
        for spoiled in [1, 2] {
            let (world, state, _) = moved(case, spoiled, false);
            assert_eq!((state, is_spoiled(&world)), (MoveState::Done, true), "{}: nobody looked", case.name);
            let (world, state, failure) = moved(case, spoiled, true);
            assert_eq!((state, failure, is_spoiled(&world)), (MoveState::Done, None, false), "{} {spoiled}", case.name);
            assert_same(&world.visible(), &world.after(), case.name);
            tried += 1;
        }
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn a_disk_that_spoils_every_copy_gets_nothing() {
    for case in copied() {
        let (world, state, failure) = moved(case, u64::MAX, true);
        assert_eq!((state, failure), (MoveState::Undone, Some(FailureKind::FileSystem)), "{}", case.name);
        assert_same(&world.census(), &world.before, case.name);
    }
}
