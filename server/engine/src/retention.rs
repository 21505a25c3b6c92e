//! How long what a finished move keeps hidden waits for an undo, and deleting it afterwards.
//!
//! A wrong clock must not delete anything early: while this machine's clock lies before the last
//! thing that the journal tells, or far from the file system's, nothing is purged.

use tidelock_shared::id::MoveId;
use tidelock_shared::name::FileName;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::fs::walk::unless_absent;
use crate::fs::{At, FileSystem, FsResult, Timestamp};
use crate::journal::Recorded;
use crate::moves::event::Event;
use crate::moves::state::Move;
use crate::recovery::{Access, OwnFile, Record};

const DAY_MS: i64 = 86_400_000;
/// The clocks of a site agree better than that.
const CLOCKS_APART_MAX_MS: i64 = 3_600_000;

/// Days; none keeps everything until somebody purges it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention(pub Option<u32>);

impl Default for Retention {
    fn default() -> Self {
        Self(Some(7))
    }
}

impl Retention {
    /// 0 days mean never.
    pub fn of_days(days: u32) -> Self {
        Self((days > 0).then_some(days))
    }

    /// Until when the move keeps what an undo needs, in milliseconds since 1970; none if it keeps
    /// nothing, or for ever.
    pub(crate) fn ends_ms(self, recorded: &Recorded) -> Option<i64> {
        let days = self.0.filter(|_| recorded.of.keeps_retired_source() && recorded.undone_by.is_none())?;
        let done = recorded.events.iter().rev().find(|(_, event)| *event == Event::Done)?.0;
        Some(done.saturating_add(i64::from(days) * DAY_MS))
    }
}

impl Engine {
    /// Remembers how long originals are kept, for this and all later starts.
    pub fn set_retention(&self, retention: Retention) -> Result<(), EngineError> {
        Ok(self.journal().set_retention(retention)?)
    }

    /// Purges every move whose retention is over. Answers those; what cannot be deleted now is
    /// tried again the next time, and so is what somebody has begun to delete, whatever any clock says.
    pub fn purge_due(&self) -> Result<Vec<MoveId>, EngineError> {
        let begun = self.journal().open_purges()?;
        let mut purged = Vec::new();
        for id in begun {
            if self.is_purged_now(id)? {
                purged.push(id);
            }
        }
        let now = self.now_ms();
        let (retention, last, done) = {
            let journal = self.journal();
            (journal.retention()?, journal.last_event_ms()?, journal.unpurged()?)
        };
        if retention.0.is_none() {
            return Ok(purged);
        }
        if now < last {
            tracing::warn!("the clock lies before the last event of the journal: nothing is purged");
            return Ok(purged);
        }
        for id in done {
            let recorded = self.read(id)?;
            if retention.ends_ms(&recorded).is_none_or(|end| now < end) || self.open_undo_of(id).is_some() {
                continue;
            }
            let clock = self.acting_as_in(&recorded.of.plan).ok().and_then(|acting| acting.file_system_clock_ms(&recorded.of));
            if clock.is_none_or(|clock| (clock - now).abs() > CLOCKS_APART_MAX_MS) {
                tracing::warn!(%id, ?clock, "the file system's clock cannot be told or is another: the purge waits");
                continue;
            }
            if self.is_purged_now(id)? {
                purged.push(id);
            }
        }
        Ok(purged)
    }

    /// Purges, or tells that somebody was quicker or that it is to be tried again.
    fn is_purged_now(&self, id: MoveId) -> Result<bool, EngineError> {
        match self.purge(id) {
            Ok(()) => Ok(true),
            Err(
                error @ (EngineError::PurgeFailed(_)
                | EngineError::NothingToPurge(_)
                | EngineError::BeingPurged(_)
                | EngineError::UndoneAlready(..)
                // Nobody can act for its user now, who may be gone for good: others do not wait for that.
                | EngineError::FileSystem(_)),
            ) => {
                tracing::warn!(%id, error = &error as &dyn std::error::Error, "a purge that is due was not done");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// What the file system takes the time for, told by a new file of our own beside what is
    /// hidden, or by the record where there is no room for one. None if neither may be.
    fn file_system_clock_ms(&self, of: &Move) -> Option<i64> {
        let first = of.plan.items.first()?;
        let name = FileName::new(format!(".tidelock-{}.barrier", of.id).into_bytes()).ok()?;
        let fs = &*self.fs;
        let by_new_file = [&first.source_folder, &first.destination_folder].into_iter().find_map(|folder| {
            let folder = fs.open_path(&folder.path).ok()?;
            made_now_ms(fs, folder.at(&name)).ok()
        });
        by_new_file.or_else(|| {
            let folder = fs.open_path(&first.source_folder.path).ok()?;
            let record = OwnFile::open(fs, folder.at(&Record::name(of.id)?), Access::Read).ok().flatten()?;
            fs.set_mode((&record.file).into(), record.status.mode).ok()?;
            Some(milliseconds(fs.status((&record.file).into()).ok()?.changed))
        })
    }
}

/// When a file was made that is made now and goes again. No name is believed: it may be anybody's.
fn made_now_ms(fs: &dyn FileSystem, at: At<'_>) -> FsResult<i64> {
    // One may be left from before a crash.
    unless_absent(fs.unlink(at))?;
    let changed = fs.status((&fs.create_file(at, 0o600)?).into())?.changed;
    unless_absent(fs.unlink(at))?;
    Ok(milliseconds(changed))
}

fn milliseconds(time: Timestamp) -> i64 {
    time.seconds * 1000 + i64::from(time.nanoseconds / 1_000_000)
}
