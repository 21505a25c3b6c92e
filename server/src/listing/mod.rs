//! Folders of any size: read once, in the background if need be, and then shown page by page.
//!
//! The names of a folder are held in a compact list from which any order, filter and page is made;
//! everything else about an entry is asked when its row is sent. So the first rows of a folder of
//! millions are there before it has been read, and what scrolls by is as fresh as it can be.
//!
//! A reading takes 16 bytes and its name for an entry, and four for each order that is in use.
//!
//! Not here: what a row says of its entry (`service::folder`).

mod catalogue;
mod reading;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tidelock_engine::fs::{FileSystem, FsResult};
use tidelock_shared::id::ReadingId;
use tidelock_shared::listing::{ListingRequest, ROWS_MAX};

use reading::Reading;
pub(crate) use reading::{Page, Sorter};

/// Whoever asks first waits so long for a folder to be read to its end.
const FIRST_ANSWER: Duration = Duration::from_millis(80);
/// So many readings are kept at most …
const KEPT_MAX: usize = 256;
/// … and so many entries in all of them, but for the newest.
const ENTRIES_MAX: usize = 8_000_000;

/// Every reading that somebody may still scroll in.
#[derive(Default)]
pub(crate) struct Readings {
    last: AtomicU32,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    readings: BTreeMap<ReadingId, Arc<Reading>>,
    /// The same, the longest unused first.
    used: Vec<ReadingId>,
}

impl Readings {
    /// The page asked for: of the reading that is named, if it is of the same folder, or of a new one.
    pub(crate) fn page(
        &self,
        fs: &Arc<dyn FileSystem>,
        owner: &str,
        sorter: &Sorter<'_>,
        request: &ListingRequest,
    ) -> FsResult<(ReadingId, Page)> {
        let rows = usize::try_from(request.rows.min(ROWS_MAX)).unwrap_or(0);
        let known = match request.reading.and_then(|id| self.find(id, owner, request)) {
            Some((id, reading)) if fs.identity(sorter.folder.into())? == reading.identity => Some((id, reading)),
            _ => None,
        };
        let (id, reading) = match known {
            Some((id, reading)) => {
                reading.wait_for_more();
                (id, reading)
            }
            None => {
                let reading = Reading::begin(fs, owner, &request.path, FIRST_ANSWER)?;
                (self.keep(reading.clone()), reading)
            }
        };
        Ok((id, reading.page(sorter, request, rows)?))
    }

    fn find(&self, id: ReadingId, owner: &str, request: &ListingRequest) -> Option<(ReadingId, Arc<Reading>)> {
        let mut kept = self.kept.lock();
        let found = kept.readings.get(&id)?.clone();
        if found.owner != owner || found.path != request.path {
            return None;
        }
        kept.used.retain(|used| *used != id);
        kept.used.push(id);
        Some((id, found))
    }

    fn keep(&self, reading: Arc<Reading>) -> ReadingId {
        let id = ReadingId(self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1));
        let mut kept = self.kept.lock();
        kept.readings.insert(id, reading);
        kept.used.push(id);
        while kept.used.len() > 1 && (kept.used.len() > KEPT_MAX || kept.entries() > ENTRIES_MAX) {
            let unused = kept.used.remove(0);
            if let Some(reading) = kept.readings.remove(&unused) {
                reading.is_unwanted.store(true, Ordering::Relaxed);
            }
        }
        id
    }
}

impl Kept {
    fn entries(&self) -> usize {
        self.readings.values().map(|reading| reading.len()).sum()
    }
}
