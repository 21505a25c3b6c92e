//! Inventories: a project is looked through on a thread of its own, and what was found is kept for
//! whoever asked, until others take its place.
//!
//! Not here: what is counted (`tidelock_engine::inventory`).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tidelock_engine::inventory::{Example, Inventory as Found, take_inventory};
use tidelock_engine::survey::SurveyError;
use tidelock_shared::inventory::{FileExample, Inventory, OwnerShare, PartShare, SHARES_MAX};
use tidelock_shared::name::FilePath;
use tidelock_shared::quota::Amount;
use tidelock_shared::user_error::UserError;

use super::{EngineService, Kind, Site};
use crate::user_error;
use crate::words::{Words, within, words};

/// Whoever asks waits so long for the first numbers, …
const FIRST_ANSWER: Duration = Duration::from_millis(300);
/// … and so long for others than those that he knows.
const NEXT_ANSWER: Duration = Duration::from_secs(1);
/// Numbers are told so often.
const TOLD_EVERY: Duration = Duration::from_millis(250);
/// Unless somebody asks, it ends after this long: it is work for the servers of the file system.
const ASKED_WITHIN: Duration = Duration::from_secs(600);
/// The one that ended first makes room for one more.
const KEPT_MAX: usize = 256;

/// The newest inventory of each folder that somebody has asked for.
#[derive(Default)]
pub(crate) struct Inventories {
    kept: Mutex<BTreeMap<(String, FilePath), Arc<Taking>>>,
}

struct Taking {
    so_far: Mutex<Inventory>,
    changed: Condvar,
    asked: Mutex<Instant>,
    is_wanted: AtomicBool,
}

impl Inventories {
    /// Starts one as the caller, unless it runs already. Another of the same caller ends: one at a time.
    pub(super) fn start(&self, service: &EngineService, path: FilePath) -> Result<Inventory, UserError> {
        check(service, &path)?;
        let place = service.site.busy.try_take(&service.user.name, Kind::Search)?;
        let (taking, is_new) = self.enter(service, &path);
        if is_new {
            let (other, looked) = (service.clone(), taking.clone());
            let thread = std::thread::Builder::new().name("inventory".to_owned());
            let key = (service.user.name.clone(), path.clone());
            let take = move || {
                let _place = place;
                within(other.language(), || looked.take(&other, &path));
            };
            thread.spawn(take).map_err(|error| {
                // Nobody takes it; the next who asks is not to wait for its end.
                self.kept.lock().remove(&key);
                UserError::new("unavailable", words().inventory_not_started(&error.to_string())).hint(words().try_again())
            })?;
        }
        Ok(taking.after(Some(0), FIRST_ANSWER))
    }

    /// The caller's newest of this folder; waits a moment for other numbers than those known.
    pub(super) fn get(&self, service: &EngineService, path: FilePath, known: Option<u64>) -> Result<Option<Inventory>, UserError> {
        check(service, &path)?;
        let taking = self.kept.lock().get(&(service.user.name.clone(), path)).cloned();
        Ok(taking.map(|taking| taking.after(known, NEXT_ANSWER)))
    }

    fn enter(&self, service: &EngineService, path: &FilePath) -> (Arc<Taking>, bool) {
        let mut kept = self.kept.lock();
        let key = (service.user.name.clone(), path.clone());
        if let Some(running) = kept.get(&key).filter(|taking| !taking.is_over()) {
            return (running.clone(), false);
        }
        for (_, other) in kept.iter().filter(|((owner, _), _)| *owner == key.0) {
            other.is_wanted.store(false, Ordering::Relaxed);
        }
        let taking = Arc::new(Taking::new(path, service.site.engine.now_ms()));
        kept.insert(key, taking.clone());
        while kept.len() > KEPT_MAX {
            let ended = |taking: &Arc<Taking>| taking.so_far.lock().finished_ms.unwrap_or(i64::MAX);
            let Some(first) = kept.iter().min_by_key(|(_, taking)| ended(taking)).map(|(key, _)| key.clone()) else { break };
            if let Some(gone) = kept.remove(&first) {
                gone.is_wanted.store(false, Ordering::Relaxed);
            }
        }
        (taking, true)
    }
}

/// What is told to others must not outlive the right to see it.
fn check(service: &EngineService, path: &FilePath) -> Result<(), UserError> {
    service.site.root_of(path)?;
    let opened = service.fs.open_path(path).and_then(|folder| service.fs.read_folder(&folder).map(drop));
    opened.map_err(|error| user_error::fs_error(Words::doing_look_through, path, &error))
}

impl Taking {
    fn new(path: &FilePath, started_ms: i64) -> Self {
        let nothing = told(path, &Found::default(), |uid| uid.to_string());
        Self {
            so_far: Mutex::new(Inventory { started_ms, ..nothing }),
            changed: Condvar::new(),
            asked: Mutex::new(Instant::now()),
            is_wanted: AtomicBool::new(true),
        }
    }

    fn is_over(&self) -> bool {
        self.so_far.lock().finished_ms.is_some()
    }

    fn after(&self, known: Option<u64>, patience: Duration) -> Inventory {
        *self.asked.lock() = Instant::now();
        let mut so_far = self.so_far.lock();
        let until = Instant::now() + patience;
        while Some(so_far.sequence) == known && so_far.finished_ms.is_none() {
            if self.changed.wait_until(&mut so_far, until).timed_out() {
                break;
            }
        }
        so_far.clone()
    }

    fn take(&self, service: &EngineService, path: &FilePath) {
        let site = &*service.site;
        let name = |uid| site.names.user(uid);
        let mut told_at = Instant::now();
        let mut hear = |found: &Found| {
            if told_at.elapsed() >= TOLD_EVERY {
                told_at = Instant::now();
                self.tell(told(path, found, name), None, None);
            }
            self.goes_on(site)
        };
        let now_ms = site.engine.now_ms();
        let ended = take_inventory(&*service.fs, site.engine.crew(), path, now_ms.div_euclid(1000), &mut hear);
        let now_ms = Some(site.engine.now_ms());
        match ended {
            Ok(found) => self.tell(told(path, &found, name), now_ms, None),
            Err(error) => {
                let so_far = self.so_far.lock().clone();
                self.tell(so_far, now_ms, Some(why(path, error)));
            }
        }
    }

    fn goes_on(&self, site: &Site) -> bool {
        self.is_wanted.load(Ordering::Relaxed) && self.asked.lock().elapsed() < ASKED_WITHIN && !site.engine.is_halted()
    }

    fn tell(&self, found: Inventory, finished_ms: Option<i64>, error: Option<String>) {
        let mut so_far = self.so_far.lock();
        let (sequence, started_ms) = (so_far.sequence + 1, so_far.started_ms);
        *so_far = Inventory { sequence, started_ms, finished_ms, error, ..found };
        self.changed.notify_all();
    }
}

fn why(path: &FilePath, error: SurveyError) -> String {
    match error {
        SurveyError::Stopped => words().inventory_ended().to_owned(),
        SurveyError::FileSystem(error) => user_error::fs_error(Words::doing_look_through, path, &error).message,
    }
}

/// What was found, with names instead of numbers, and no more of it than is shown.
fn told(path: &FilePath, found: &Found, name: impl Fn(u32) -> String) -> Inventory {
    let (owners, other_owners) = first(found.owners.iter().map(|(uid, amount)| (name(*uid), *amount)));
    let (parts, other_parts) = first(found.parts.iter().map(|(name, part)| ((name.clone(), part.is_folder), part.amount)));
    let examples = |examples: &[Example]| {
        let told = |example: &Example| FileExample {
            path: example.path.clone(),
            owner: name(example.uid),
            bytes: example.bytes,
            modified: example.modified,
        };
        examples.iter().map(told).collect()
    };
    Inventory {
        path: path.clone(),
        sequence: 0,
        entries: found.entries,
        amount: found.amount,
        owners: owners.into_iter().map(|(owner, amount)| OwnerShare { owner, amount }).collect(),
        other_owners,
        parts: parts.into_iter().map(|((name, is_folder), amount)| PartShare { name, is_folder, amount }).collect(),
        other_parts: other_parts + found.rest,
        ages: found.ages,
        largest: examples(&found.largest),
        oldest: examples(&found.oldest),
        elsewhere: found.elsewhere,
        elsewhere_examples: found.elsewhere_examples.clone(),
        hidden: found.hidden,
        on_tape: found.on_tape,
        unread: found.unread,
        started_ms: 0,
        finished_ms: None,
        error: None,
    }
}

/// Those with most bytes, and the sum of the others.
fn first<K: Ord>(shares: impl Iterator<Item = (K, Amount)>) -> (Vec<(K, Amount)>, Amount) {
    let mut shares: Vec<(K, Amount)> = shares.collect();
    shares.sort_by(|(one, held), (other, others)| (others.bytes, others.inodes, one).cmp(&(held.bytes, held.inodes, other)));
    let others = shares.split_off(SHARES_MAX.min(shares.len()));
    (shares, others.into_iter().fold(Amount::ZERO, |sum, (_, amount)| sum + amount))
}
