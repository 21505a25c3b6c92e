//! One reading of a folder: its names as far as they are read, and the orders asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, RwLock};
use tidelock_engine::crew::{Crew, Task};
use tidelock_engine::fs::walk::look;
use tidelock_engine::fs::{Errno, FileSystem, Folder, FolderStream, FsError, FsResult, Identity, Status};
use tidelock_shared::listing::{ListingRequest, Seek, SortColumn};
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::strategy::EntryKind;

use super::catalogue::{Catalogue, TooMany};
use crate::names::Names;

/// Whoever asks again waits so long for more.
const NEXT_ANSWER: Duration = Duration::from_millis(400);
/// Names are handed over by so many.
const BATCH: usize = 1024;
/// A worker in another process is asked for so many at a time.
const ASKED_AT_ONCE: usize = 512;

pub(super) struct Reading {
    pub(super) owner: String,
    pub(super) path: FilePath,
    /// The folder that was read: another one may stand at its path by now.
    pub(super) identity: Identity,
    names: RwLock<Catalogue>,
    progress: Mutex<Progress>,
    changed: Condvar,
    orders: Mutex<Orders>,
    /// Nobody asks any more: reading may stop.
    pub(super) is_unwanted: AtomicBool,
}

#[derive(Default)]
struct Progress {
    is_complete: bool,
    error: Option<FsError>,
}

/// Orders of the first `entries` names, each made when it is first asked for.
#[derive(Default)]
struct Orders {
    entries: usize,
    keys: BTreeMap<SortColumn, Vec<i64>>,
    sorted: BTreeMap<SortColumn, Arc<Vec<u32>>>,
    /// The last one that left something out.
    filtered: Option<(SortColumn, String, Arc<Vec<u32>>)>,
}

/// A page of names, and the whole that it is a part of.
pub(crate) struct Page {
    pub(crate) offset: u64,
    pub(crate) names: Vec<FileName>,
    pub(crate) total: u64,
    pub(crate) is_complete: bool,
    pub(crate) found: Option<u64>,
}

/// A folder that is being read.
struct Reader {
    reading: Arc<Reading>,
    fs: Arc<dyn FileSystem>,
    folder: Folder,
    stream: FolderStream,
}

/// What sorting by a column needs.
pub(crate) struct Sorter<'a> {
    pub(crate) fs: &'a dyn FileSystem,
    pub(crate) folder: &'a Folder,
    pub(crate) crew: &'a dyn Crew,
    pub(crate) owners: &'a Names,
}

impl Reading {
    /// Begins to read a folder. What is not through after this time goes on by itself.
    pub(super) fn begin(fs: &Arc<dyn FileSystem>, owner: &str, path: &FilePath, patience: Duration) -> FsResult<Arc<Self>> {
        let folder = fs.open_path(path)?;
        let reading = Arc::new(Self {
            owner: owner.to_owned(),
            path: path.clone(),
            identity: fs.identity((&folder).into())?,
            names: RwLock::default(),
            progress: Mutex::default(),
            changed: Condvar::new(),
            orders: Mutex::default(),
            is_unwanted: AtomicBool::new(false),
        });
        let stream = fs.read_folder(&folder)?;
        let mut reader = Reader { reading: reading.clone(), fs: fs.clone(), folder, stream };
        if !reader.read(Some(Instant::now() + patience)) {
            let started = std::thread::Builder::new().name("listing".to_owned()).spawn(move || reader.read(None));
            started.map_err(|_| FsError::new("read_folder", &path.to_bytes(), Errno::AGAIN))?;
        }
        Ok(reading)
    }

    pub(super) fn len(&self) -> usize {
        self.names.read().len()
    }

    /// Waits a moment for the end of the folder, for whoever has seen the beginning.
    pub(super) fn wait_for_more(&self) {
        let mut progress = self.progress.lock();
        if !progress.is_complete {
            let _ = self.changed.wait_for(&mut progress, NEXT_ANSWER);
        }
    }

    /// The rows asked for, as names.
    pub(super) fn page(&self, sorter: &Sorter<'_>, request: &ListingRequest, rows: usize) -> FsResult<Page> {
        let is_complete = {
            let progress = self.progress.lock();
            if let Some(error) = &progress.error {
                return Err(error.clone());
            }
            progress.is_complete
        };
        let order = self.order(sorter, request);
        let names = self.names.read();
        let folders = names.folders(&order);
        // Turned around, folders still come first.
        let at = |position: usize| match (request.descending, position < folders) {
            (false, _) => order[position],
            (true, true) => order[folders - 1 - position],
            (true, false) => order[order.len() - 1 - (position - folders)],
        };
        let find = |is_wanted: &dyn Fn(u32) -> bool| (0..order.len()).find(|position| is_wanted(at(*position)));
        let found = match &request.seek {
            Seek::Row(_) => None,
            Seek::Name(name) => find(&|entry| names.is_named(entry, name)),
            Seek::Prefix(text) => {
                let text = text.to_lowercase();
                find(&|entry| names.begins_with(entry, &text))
            }
        };
        let begin = match (&request.seek, found) {
            (Seek::Row(row), _) => usize::try_from(*row).unwrap_or(usize::MAX).min(order.len()),
            (_, Some(found)) => found - found % rows.max(1),
            (_, None) => 0,
        };
        let end = begin.saturating_add(rows).min(order.len());
        let listed = (begin..end).map(|position| names.name(at(position)));
        Ok(Page {
            offset: begin as u64,
            names: listed.collect::<Result<_, _>>().map_err(|_| FsError::new("read_folder", &self.path.to_bytes(), Errno::IO))?,
            total: order.len() as u64,
            is_complete,
            found: found.map(|found| found as u64),
        })
    }

    /// The entries that pass the filter, ascending.
    fn order(&self, sorter: &Sorter<'_>, request: &ListingRequest) -> Arc<Vec<u32>> {
        let mut orders = self.orders.lock();
        let names = self.names.read();
        if orders.entries != names.len() {
            // What has been asked of single entries still holds; their order does not.
            let keys = std::mem::take(&mut orders.keys);
            *orders = Orders { entries: names.len(), keys, ..Orders::default() };
        }
        let column = request.sort;
        let sorted = match orders.sorted.get(&column) {
            Some(sorted) => sorted.clone(),
            None => {
                let by_name = orders.sorted.entry(SortColumn::Name).or_insert_with(|| Arc::new(names.by_name())).clone();
                let sorted = if column == SortColumn::Name {
                    by_name
                } else {
                    let keys = orders.keys.entry(column).or_default();
                    sorter.extend(keys, &names, column);
                    Arc::new(names.by_key(&by_name, &sorter.ranked(keys, column)))
                };
                orders.sorted.insert(column, sorted.clone());
                sorted
            }
        };
        if request.filter.is_empty() {
            return sorted;
        }
        let filter = request.filter.to_lowercase();
        if let Some((of, text, order)) = &orders.filtered
            && (*of, text) == (column, &filter)
        {
            return order.clone();
        }
        // Typing on narrows what is there already.
        let wider = orders.filtered.take().filter(|(of, text, _)| *of == column && filter.contains(text.as_str()));
        let order = Arc::new(names.containing(wider.as_ref().map_or(&sorted, |(_, _, order)| order), &filter));
        orders.filtered = Some((column, filter, order.clone()));
        order
    }
}

impl Reader {
    /// Reads until the end, an error, or the time given; true unless that came first.
    fn read(&mut self, until: Option<Instant>) -> bool {
        loop {
            let batch = self.batch();
            let is_end = !matches!(batch, Ok(true));
            if is_end {
                *self.reading.progress.lock() = Progress { is_complete: true, error: batch.err() };
                self.reading.changed.notify_all();
            }
            if is_end || self.reading.is_unwanted.load(Ordering::Relaxed) {
                return true;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return false;
            }
        }
    }

    /// Reads some names; false at the end.
    fn batch(&mut self) -> FsResult<bool> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut is_end = true;
        for entry in self.stream.by_ref().take(BATCH) {
            let entry = entry?;
            is_end = false;
            if entry.name.is_hidden_folder_of_a_move() {
                continue;
            }
            let kind = match entry.kind {
                Some(kind) => kind,
                // Some file systems do not tell the kind with the name.
                None => match look(&*self.fs, self.folder.at(&entry.name))? {
                    Some(status) => status.kind,
                    None => continue,
                },
            };
            batch.push((entry.name, kind == EntryKind::Folder));
        }
        let mut names = self.reading.names.write();
        for (name, is_folder) in &batch {
            let too_many = |TooMany| FsError::new("read_folder", &self.reading.path.to_bytes(), Errno::OVERFLOW);
            names.push(name, *is_folder).map_err(too_many)?;
        }
        Ok(!is_end)
    }
}

impl Sorter<'_> {
    /// Asks for the column of every entry that has no key yet, by several hands.
    fn extend(&self, keys: &mut Vec<i64>, names: &Catalogue, column: SortColumn) {
        let known = keys.len();
        keys.resize(names.len(), i64::MIN);
        let part = (names.len() - known).div_ceil(self.crew.hands()).max(BATCH);
        let parts = keys[known..].chunks_mut(part).zip((known..).step_by(part));
        let task = |(keys, first): (_, usize)| Box::new(move || self.fill(keys, first, names, column)) as Task<'_>;
        self.crew.together(parts.map(task).collect(), &mut || {});
    }

    fn fill(&self, keys: &mut [i64], first: usize, names: &Catalogue, column: SortColumn) {
        let asked = keys.chunks_mut(ASKED_AT_ONCE).zip((first..).step_by(ASKED_AT_ONCE));
        for (keys, first) in asked {
            let name = |entry: usize| u32::try_from(entry).ok().and_then(|entry| names.name(entry).ok());
            let named: Vec<(&mut i64, FileName)> =
                keys.iter_mut().zip(first..).filter_map(|(key, entry)| Some((key, name(entry)?))).collect();
            let (keys, names): (Vec<&mut i64>, Vec<FileName>) = named.into_iter().unzip();
            if column == SortColumn::Project {
                let project = |name: &FileName| Some(self.fs.tag(self.folder.at(name).into()).ok()??.id.0.into());
                keys.into_iter().zip(&names).for_each(|(key, name)| *key = project(name).unwrap_or(i64::MIN));
            } else {
                // What cannot be asked, or is gone, comes first and hides nothing.
                let found =
                    self.fs.statuses(self.folder, &names).map(|status| status.map_or(i64::MIN, |status| key(&status, column)));
                keys.into_iter().zip(found).for_each(|(key, found)| *key = found);
            }
        }
    }

    /// Owners are asked for by number and sorted by name.
    fn ranked(&self, keys: &[i64], column: SortColumn) -> Vec<i64> {
        if column != SortColumn::Owner {
            return keys.to_vec();
        }
        let mut ranks: BTreeMap<i64, i64> = keys.iter().map(|uid| (*uid, 0)).collect();
        let mut by_name: Vec<(String, i64)> =
            ranks.keys().map(|uid| (u32::try_from(*uid).map(|uid| self.owners.user(uid)).unwrap_or_default(), *uid)).collect();
        by_name.sort();
        for (rank, (_, uid)) in (0..).zip(by_name) {
            ranks.insert(uid, rank);
        }
        keys.iter().map(|uid| ranks[uid]).collect()
    }
}

fn key(status: &Status, column: SortColumn) -> i64 {
    match column {
        SortColumn::Name | SortColumn::Project => 0,
        SortColumn::Size => i64::try_from(status.size).unwrap_or(i64::MAX),
        SortColumn::Modified => {
            status.modified.seconds.saturating_mul(1_000_000_000).saturating_add(status.modified.nanoseconds.into())
        }
        SortColumn::Owner => status.uid.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidelock_engine::crew::{Alone, Threads};
    use tidelock_engine::fs::posix::Posix;

    const FILES: usize = 5000;

    /// A folder with a folder `sub` and files whose sizes run against their names.
    fn folder() -> (tempfile::TempDir, FilePath) {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..FILES {
            let file = std::fs::File::create(folder.path().join(format!("file-{number:04}"))).unwrap();
            file.set_len((FILES - number) as u64).unwrap();
        }
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let path = FilePath::parse(folder.path().as_os_str().as_encoded_bytes()).unwrap();
        (folder, path)
    }

    struct Looked {
        fs: Arc<dyn FileSystem>,
        reading: Arc<Reading>,
        folder: Folder,
        names: Names,
    }

    impl Looked {
        fn begin(path: &FilePath, patience: Duration) -> Self {
            let fs: Arc<dyn FileSystem> = Arc::new(Posix);
            let reading = Reading::begin(&fs, "me", path, patience).unwrap();
            let folder = fs.open_path(path).unwrap();
            Self { reading, folder, names: Names::default(), fs }
        }

        fn page(&self, crew: &dyn Crew, request: &ListingRequest, rows: usize) -> Page {
            let sorter = Sorter { fs: &*self.fs, folder: &self.folder, crew, owners: &self.names };
            self.reading.page(&sorter, request, rows).unwrap()
        }
    }

    fn shown(page: &Page) -> Vec<String> {
        page.names.iter().map(|name| name.shown().into_owned()).collect()
    }

    #[test]
    fn the_first_rows_are_there_before_the_last_name_is_read() {
        let (_kept, path) = folder();
        let looked = Looked::begin(&path, Duration::ZERO);
        let request = ListingRequest::first_rows(path, 10);
        assert_eq!(looked.page(&Alone, &request, 10).names.len(), 10);
        let total = loop {
            let page = looked.page(&Alone, &request, 10);
            if page.is_complete {
                break page.total;
            }
            looked.reading.wait_for_more();
        };
        assert_eq!(total, FILES as u64 + 1);
        assert_eq!(shown(&looked.page(&Alone, &request, 2)), ["sub", "file-0000"]);
    }

    #[test]
    fn any_column_orders_the_whole_folder_by_one_hand_or_several() {
        let (_kept, path) = folder();
        let looked = Looked::begin(&path, Duration::from_secs(60));
        for crew in [&Alone as &dyn Crew, &Threads::for_this_machine()] {
            let by_size = ListingRequest { sort: SortColumn::Size, ..ListingRequest::first_rows(path.clone(), 3) };
            assert_eq!(shown(&looked.page(crew, &by_size, 3)), ["sub", "file-4999", "file-4998"]);
            let largest = ListingRequest { descending: true, ..by_size };
            assert_eq!(shown(&looked.page(crew, &largest, 3)), ["sub", "file-0000", "file-0001"]);
        }
    }

    #[test]
    fn a_row_is_found_by_name_and_by_how_it_begins_on_its_page() {
        let (_kept, path) = folder();
        let looked = Looked::begin(&path, Duration::from_secs(60));
        let seek = |seek| looked.page(&Alone, &ListingRequest { seek, ..ListingRequest::first_rows(path.clone(), 100) }, 100);
        let named = seek(Seek::Name(FileName::new(*b"file-1234").unwrap()));
        assert_eq!((named.found, named.offset, named.names.len()), (Some(1235), 1200, 100));
        assert_eq!(seek(Seek::Prefix("FILE-4".to_owned())).found, Some(4001));
        let nowhere = seek(Seek::Prefix("nothing".to_owned()));
        assert_eq!((nowhere.found, nowhere.offset), (None, 0));
        let last = seek(Seek::Row(5000));
        assert_eq!((last.offset, shown(&last)), (5000, vec!["file-4999".to_owned()]));
        assert!(seek(Seek::Row(u64::MAX)).names.is_empty());
    }

    #[test]
    fn a_filter_that_is_typed_on_narrows_and_one_that_is_taken_back_widens() {
        let (_kept, path) = folder();
        let looked = Looked::begin(&path, Duration::from_secs(60));
        let total = |filter: &str| {
            let request = ListingRequest { filter: filter.to_owned(), ..ListingRequest::first_rows(path.clone(), 1) };
            looked.page(&Alone, &request, 1).total
        };
        assert_eq!(["4", "49", "499", "49", "x", ""].map(total), [2084, 199, 15, 199, 0, 5001]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_says_so() {
        let fs: Arc<dyn FileSystem> = Arc::new(Posix);
        let path = FilePath::parse(b"/proc/self/exe").unwrap();
        assert!(Reading::begin(&fs, "me", &path, Duration::ZERO).is_err());
    }
}
