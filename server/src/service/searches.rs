//! Searches: a tree is looked through on a thread of its own, and what was found is kept until
//! nobody asks any more.
//!
//! An entry is asked for nothing but its name unless that fits. A folder that cannot be read is
//! passed over and counted.
//!
//! Not here: what an entry has to be (`tidelock_shared::search`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tidelock_engine::fs::Folder;
use tidelock_engine::fs::walk::look;
use tidelock_shared::id::SearchId;
use tidelock_shared::name::{FileName, FilePath};
use tidelock_shared::search::{FOUND_MAX, Found, SearchRequest, SearchResults, Wanted};
use tidelock_shared::strategy::EntryKind;
use tidelock_shared::user_error::UserError;
use wildmatch::WildMatch;

use super::folder::Listed;
use super::{EngineService, Kind};
use crate::user_error;
use crate::words::{Words, words};

/// Whoever asks waits so long for the first results, …
const FIRST_ANSWER: Duration = Duration::from_millis(300);
/// … and so long for more. A page that is out of sight asks once a minute.
const NEXT_ANSWER: Duration = Duration::from_secs(1);
/// Unless somebody asks, a search ends after this long.
const ASKED_WITHIN: Duration = Duration::from_secs(150);
/// The oldest makes room for one more.
const KEPT_MAX: usize = 64;
/// Results of one answer.
const ANSWER_MAX: usize = 500;
/// For trees as deep as there can be open folders.
const STACK: usize = 256 << 20;
/// Entries between two reports.
const TOLD_EVERY: u64 = 1024;

/// Every search that is running or has lately been.
#[derive(Default)]
pub(crate) struct Searches {
    last: AtomicU32,
    kept: Mutex<BTreeMap<SearchId, Arc<Search>>>,
}

struct Search {
    id: SearchId,
    /// Nobody else may look.
    owner: String,
    so_far: Mutex<SoFar>,
    changed: Condvar,
    asked: Mutex<Instant>,
}

#[derive(Default)]
struct SoFar {
    found: Vec<Found>,
    looked_at: u64,
    passed_over: u64,
    is_complete: bool,
    is_cut: bool,
}

impl Searches {
    /// Starts a search as the caller, and answers with what is found at once.
    pub(super) fn start(&self, service: &EngineService, request: SearchRequest) -> Result<SearchResults, UserError> {
        service.site.root_of(&request.path)?;
        let top = service
            .fs
            .open_path(&request.path)
            .map_err(|error| user_error::fs_error(Words::doing_search, &request.path, &error))?;
        let search = Arc::new(Search {
            id: SearchId(self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1)),
            owner: service.user.name.clone(),
            so_far: Mutex::default(),
            changed: Condvar::new(),
            asked: Mutex::new(Instant::now()),
        });
        let place = service.site.busy.try_take(&service.user.name, Kind::Search)?;
        self.keep(search.clone());
        let (service, looked) = (service.clone(), search.clone());
        let work = move || {
            let _place = place;
            let mut looking = Looking {
                service: &service,
                search: &looked,
                name: NamePattern::of(&request.wanted),
                request: &request,
                looked_at: 0,
            };
            let end = looking.below(&request.path, top);
            looked.end(matches!(end, Err(Stop::Enough)));
        };
        let thread = std::thread::Builder::new().name(format!("search {}", search.id.0)).stack_size(STACK);
        thread.spawn(work).map_err(|error| {
            UserError::new("unavailable", words().search_not_started(&error.to_string())).hint(words().try_again())
        })?;
        Ok(search.results(0, FIRST_ANSWER))
    }

    /// What a search of this owner has found from this position on; waits a moment for it.
    pub(super) fn get(&self, id: SearchId, owner: &str, offset: u64) -> Result<SearchResults, UserError> {
        let found = self.kept.lock().get(&id).filter(|search| search.owner == owner).cloned();
        let gone = || UserError::new("not_found", words().search_gone()).hint(words().start_anew());
        Ok(found.ok_or_else(gone)?.results(offset, NEXT_ANSWER))
    }

    fn keep(&self, search: Arc<Search>) {
        let mut kept = self.kept.lock();
        kept.retain(|_, known| known.is_asked_for());
        kept.insert(search.id, search);
        if kept.len() > KEPT_MAX
            && let Some((_, oldest)) = kept.pop_first()
        {
            *oldest.asked.lock() -= ASKED_WITHIN;
        }
    }
}

impl Search {
    fn is_asked_for(&self) -> bool {
        self.asked.lock().elapsed() < ASKED_WITHIN
    }

    fn results(&self, offset: u64, patience: Duration) -> SearchResults {
        let begin = usize::try_from(offset).unwrap_or(usize::MAX);
        *self.asked.lock() = Instant::now();
        let mut so_far = self.so_far.lock();
        let until = Instant::now() + patience;
        // For the end, or for as much as one answer holds: a result by itself is no reason to hurry.
        while !so_far.is_complete && so_far.found.len().saturating_sub(begin) < ANSWER_MAX {
            if self.changed.wait_until(&mut so_far, until).timed_out() {
                break;
            }
        }
        let found: Vec<Found> = so_far.found.iter().skip(begin).take(ANSWER_MAX).cloned().collect();
        let is_last = begin.saturating_add(found.len()) >= so_far.found.len();
        SearchResults {
            id: self.id,
            offset,
            found,
            looked_at: so_far.looked_at,
            passed_over: so_far.passed_over,
            is_complete: so_far.is_complete && is_last,
            is_cut: so_far.is_cut,
        }
    }

    fn end(&self, is_cut: bool) {
        let mut so_far = self.so_far.lock();
        (so_far.is_complete, so_far.is_cut) = (true, is_cut);
        self.changed.notify_all();
    }
}

/// Why a search ends before it has seen everything.
enum Stop {
    Enough,
    Unwanted,
}

/// A search at work.
struct Looking<'a> {
    service: &'a EngineService,
    search: &'a Search,
    request: &'a SearchRequest,
    name: NamePattern,
    /// Entries that the search does not know of yet.
    looked_at: u64,
}

impl Looking<'_> {
    fn below(&mut self, path: &FilePath, folder: Folder) -> Result<(), Stop> {
        let fs = &*self.service.fs;
        let (Ok(stream), Ok(listed)) = (fs.read_folder(&folder), Listed::of(self.service, folder)) else {
            self.search.so_far.lock().passed_over += 1;
            return Ok(());
        };
        let mut folders = Vec::new();
        for entry in stream {
            let Ok(entry) = entry else {
                self.search.so_far.lock().passed_over += 1;
                break;
            };
            if entry.name.is_hidden_folder_of_a_move() {
                continue;
            }
            self.count()?;
            let fits = self.name.fits(&entry.name);
            // Some file systems do not tell the kind with the name. What vanished is nothing.
            let kind = entry.kind.or_else(|| Some(look(fs, listed.folder.at(&entry.name)).ok()??.kind));
            if fits
                && let Ok(Some(described)) = listed.entry(entry.name.clone())
                && self.request.wanted.accepts(&described)
            {
                self.found(Found { folder: path.clone(), entry: described })?;
            }
            if kind == Some(EntryKind::Folder) {
                folders.push(entry.name);
            }
        }
        self.tell()?;
        for name in folders {
            match fs.open_folder(listed.folder.at(&name)) {
                Ok(inner) => self.below(&path.join(name), inner)?,
                Err(error) if error.is_absent() => {}
                Err(_) => self.search.so_far.lock().passed_over += 1,
            }
        }
        Ok(())
    }

    fn found(&self, found: Found) -> Result<(), Stop> {
        let mut so_far = self.search.so_far.lock();
        if so_far.found.len() as u64 >= FOUND_MAX {
            return Err(Stop::Enough);
        }
        so_far.found.push(found);
        if so_far.found.len().is_multiple_of(ANSWER_MAX) {
            self.search.changed.notify_all();
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.looked_at += 1;
        if self.looked_at >= TOLD_EVERY { self.tell() } else { Ok(()) }
    }

    fn tell(&mut self) -> Result<(), Stop> {
        self.search.so_far.lock().looked_at += std::mem::take(&mut self.looked_at);
        let goes_on = self.search.is_asked_for() && !self.service.site.engine.is_halted();
        if goes_on { Ok(()) } else { Err(Stop::Unwanted) }
    }
}

/// What is said of a name.
enum NamePattern {
    Anything,
    Contains(String),
    Whole(WildMatch),
}

impl NamePattern {
    fn of(wanted: &Wanted) -> Self {
        let name = wanted.name.to_lowercase();
        match name.as_str() {
            "" => Self::Anything,
            pattern if pattern.contains(['*', '?']) => Self::Whole(WildMatch::new(pattern)),
            _ => Self::Contains(name),
        }
    }

    fn fits(&self, name: &FileName) -> bool {
        match self {
            Self::Anything => true,
            Self::Contains(text) => name.shown().to_lowercase().contains(text),
            Self::Whole(pattern) => pattern.matches(&name.shown().to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_part_or_a_pattern_of_the_whole_and_case_does_not_count() {
        let fits = |wanted: &str, name: &str| {
            NamePattern::of(&Wanted { name: wanted.to_owned(), ..Wanted::default() }).fits(&FileName::new(name.as_bytes()).unwrap())
        };
        for (wanted, fitting, other) in [
            ("run", "my-RUN.nc", "rum"),
            ("RUN", "prune", "ru"),
            ("*.nc", "a.NC", "a.nc4"),
            ("run-??", "run-07", "run-7"),
            ("*2026*", "in 2026 too", "2025"),
            ("Ü", "über", "uber"),
        ] {
            assert!(fits(wanted, fitting), "{wanted} {fitting}");
            assert!(!fits(wanted, other), "{wanted} {other}");
        }
        assert!(fits("", "anything"));
    }
}
