//! Room on the journal's disk that is given up once the disk is full.
//!
//! A move that is under way has to be able to write down how it ends. So each new one is accepted only while
//! a file of a few megabytes lies beside the journal and the disk has room beyond it. The record for which
//! there is none stops the engine, as a crash would, and takes that file away: the next start has its room.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate, fstatvfs};

/// As much as SQLite's log takes before it begins anew (1000 pages of 4 KiB), and as much again for the records.
const BYTES: u64 = 8 << 20;
/// The acceptance itself takes some pages.
const BEYOND_BYTES: u64 = 1 << 20;
const BYTES_A_BLOCK: u64 = 512;

pub(super) struct Ballast {
    path: PathBuf,
}

impl Ballast {
    pub(super) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("ballast") }
    }

    /// Takes the room, unless it is held already.
    ///
    /// # Errors
    /// There is none, or not enough beyond it.
    pub(super) fn take(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path)?;
        if file.metadata()?.blocks() * BYTES_A_BLOCK < BYTES {
            allocate(&file).inspect_err(|_| self.give_up())?;
            file.sync_all()?;
        }
        if is_full(&file)? { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    /// Whether a start that failed may do better without it.
    pub(super) fn is_there(&self) -> bool {
        self.path.is_file()
    }

    /// Whoever comes next may use the room. If it cannot be given, no more is lost than without it.
    pub(super) fn give_up(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "the room kept for the ends of moves cannot be given up");
        }
    }
}

fn is_full(file: &File) -> io::Result<bool> {
    let disk = fstatvfs(file)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize) < BEYOND_BYTES)
}

fn allocate(file: &File) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, BYTES) {
        // Such a file system (NFS before 4.2, ZFS) allocates what is written.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => write_all(file),
        answer => Ok(answer?),
    }
}

fn write_all(mut file: &File) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(b'.'), BYTES), &mut file).map(drop)
}

#[cfg(test)]
mod tests {
    use tidelock_shared::progress::MoveState;

    use super::super::{Journal, JournalError, StateFolder};
    use crate::moves::event::Event;
    use crate::planner::plan::MovePlan;

    fn open(folder: &StateFolder) -> Journal {
        Journal::open(folder, || 7).unwrap().with_room_kept_in(folder)
    }

    #[test]
    fn without_room_for_its_end_no_move_is_accepted_and_nothing_is_recorded() {
        let state = tempfile::tempdir().unwrap();
        let folder = StateFolder::hold(state.path()).unwrap();
        // What cannot be made larger, as on a disk that has no room.
        let in_the_way = state.path().join("ballast");
        std::fs::create_dir(&in_the_way).unwrap();
        let mut journal = open(&folder);
        let refused = journal.accept(&MovePlan::default(), None, 0);
        assert!(matches!(refused, Err(JournalError::Full { .. })), "{refused:?}");
        assert!(journal.open_moves().unwrap().is_empty());
        std::fs::remove_dir(&in_the_way).unwrap();
        journal.accept(&MovePlan::default(), None, 0).unwrap();
        assert!(in_the_way.metadata().unwrap().len() >= super::BYTES);
    }

    #[test]
    fn a_record_that_finds_no_room_gives_it_up_and_the_next_start_has_it() {
        let state = tempfile::tempdir().unwrap();
        let folder = StateFolder::hold(state.path()).unwrap();
        let mut journal = open(&folder);
        let (id, _) = journal.accept(&MovePlan::default(), None, 0).unwrap();
        let ballast = state.path().join("ballast");
        assert!(ballast.exists());
        // No page more, as on a full disk.
        journal.connection.pragma_update(None, "max_page_count", 1).unwrap();
        let mut records = (0..10_000).map(|_| journal.append(id, &Event::StepStarted { position: 0 }, MoveState::Accepted, 0));
        assert!(matches!(records.find(Result::is_err), Some(Err(JournalError::Database { .. }))));
        assert!(!ballast.exists());
        let mut journal = open(&folder);
        journal.append(id, &Event::StepFinished { position: 0 }, MoveState::Accepted, 0).unwrap();
        assert!(!ballast.exists(), "it belongs to the moves that are open");
        journal.accept(&MovePlan::default(), None, 0).unwrap();
        assert!(ballast.exists());
    }
}
