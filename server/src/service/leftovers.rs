//! What moves left behind: searched on a thread of its own, and kept until somebody looks again.
//!
//! Not here: how it is found and judged (`tidelock_engine::recovery`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tidelock_engine::recovery::{Found, Orphan, Role, Verdict, Word};
use tidelock_shared::id::EngineId;
use tidelock_shared::leftovers::{Deed, Leftover, Leftovers as Told};
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::{EngineService, Site};
use crate::audit::Act;
use crate::orphans::what_it_is;
use crate::words::{within, words};

/// Whoever looks waits so long for the end of a short search, …
const FIRST_ANSWER: Duration = Duration::from_millis(300);
/// … and whoever follows a long one so long each time.
const NEXT_ANSWER: Duration = Duration::from_secs(1);

/// The newest search.
#[derive(Default)]
pub(crate) struct Leftovers {
    kept: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Default)]
struct Kept {
    /// Whose things are judged as this engine's own.
    adopted: Option<EngineId>,
    started_ms: Option<i64>,
    finished_ms: Option<i64>,
    found: Arc<Found>,
    error: Option<String>,
}

impl Leftovers {
    /// Begins a search, unless one goes on.
    pub(super) fn look(&self, service: &EngineService, adopted: Option<EngineId>) -> Told {
        if self.begin(&service.site, adopted) {
            let other = service.clone();
            let search = move || within(other.language(), || other.site.leftovers.search(&other.site, adopted));
            let started = std::thread::Builder::new().name("leftovers".to_owned()).spawn(search);
            if let Err(error) = started {
                self.end(&service.site, Err(error.to_string()));
            }
        }
        self.after(service, FIRST_ANSWER)
    }

    /// Searches and removes what goes by rule, unless a search goes on; for whoever can wait for its end.
    pub(crate) fn sweep(&self, site: &Site) {
        if self.begin(site, None) {
            self.search(site, None);
        }
    }

    /// Whether there is to be a new search.
    fn begin(&self, site: &Site, adopted: Option<EngineId>) -> bool {
        let mut kept = self.kept.lock();
        let is_new = kept.started_ms.is_none() || kept.finished_ms.is_some();
        if is_new {
            *kept = Kept { adopted, started_ms: Some(site.engine.now_ms()), ..Kept::default() };
        }
        is_new
    }

    /// What is known; waits a moment for the end of a search, if that is wanted.
    pub(super) fn get(&self, service: &EngineService, waits: bool) -> Told {
        self.after(service, if waits { NEXT_ANSWER } else { Duration::ZERO })
    }

    /// Does one deed and looks again.
    pub(super) fn settle(&self, service: &EngineService, path: &FilePath, deed: Deed) -> Result<Told, UserError> {
        let site = &*service.site;
        let (found, adopted) = {
            let kept = self.kept.lock();
            (kept.found.clone(), kept.adopted)
        };
        let done = match deed {
            Deed::Adopt(engine) => return Ok(self.look(service, Some(engine))),
            Deed::Restore => site.engine.restore_orphan(&found, path).map(drop),
            Deed::Delete => site.engine.remove_orphan(&found, path),
        };
        done.map_err(|error| site.told(&error))?;
        tracing::info!(user = service.user.name, path = %path.shown(), ?deed, "a leftover was settled");
        Ok(self.look(service, adopted))
    }

    fn after(&self, service: &EngineService, patience: Duration) -> Told {
        let until = Instant::now() + patience;
        let mut kept = self.kept.lock();
        while kept.started_ms.is_some() && kept.finished_ms.is_none() {
            if self.changed.wait_until(&mut kept, until).timed_out() {
                break;
            }
        }
        told(&kept, &service.site)
    }

    fn search(&self, site: &Site, adopted: Option<EngineId>) {
        let word = Word { adopted, trusted: Vec::new() };
        let found = site.engine.as_itself().orphans(site.engine.roots(), &word).map(|mut found| {
            found.orphans.retain(|orphan| !is_removed_by_rule(site, orphan));
            found
        });
        self.end(site, found.map_err(|error| site.told(&error).message));
    }

    fn end(&self, site: &Site, found: Result<Found, String>) {
        let mut kept = self.kept.lock();
        kept.finished_ms = Some(site.engine.now_ms());
        match found {
            Ok(found) => kept.found = Arc::new(found),
            Err(error) => kept.error = Some(error),
        }
        self.changed.notify_all();
    }
}

/// Whether anything is settled here at all: a site's server changes nothing itself.
pub(super) fn check_settled_here(site: &Site) -> Result<(), UserError> {
    match site.workers {
        None => Ok(()),
        Some(_) => Err(UserError::new("permission_leftovers", words().left_to_owner()).hint(words().left_to_owner_hint())),
    }
}

/// What nothing needs, and nothing is in. What cannot be removed is listed.
fn is_removed_by_rule(site: &Site, orphan: &Orphan) -> bool {
    if orphan.verdict != Verdict::LeftBehind || check_settled_here(site).is_err() {
        return false;
    }
    let deed = Act::LeftoverSettled { path: orphan.path.clone(), deed: Deed::Delete };
    let noted = site.audit.note(&site.engine, None, deed);
    let removed = noted.is_ok() && site.engine.remove_left_behind(orphan).is_ok();
    tracing::info!(path = %orphan.path.shown(), removed, "nothing needs what a crash left here");
    removed
}

fn told(kept: &Kept, site: &Site) -> Told {
    let things = kept.found.orphans.iter().filter(|orphan| orphan.verdict != Verdict::Accounted);
    Told {
        started_ms: kept.started_ms,
        finished_ms: kept.finished_ms,
        things: things.map(|orphan| leftover(orphan, site)).collect(),
        unreadable: kept.found.unreadable,
        is_cut: kept.found.is_cut,
        error: kept.error.clone(),
    }
}

fn leftover(orphan: &Orphan, site: &Site) -> Leftover {
    Leftover {
        path: orphan.path.clone(),
        what: what_it_is(orphan),
        owner: site.names.user(orphan.owner),
        age_seconds: orphan.age_seconds,
        entries: orphan.entries,
        amount: orphan.amount,
        of_move: orphan.id,
        original: orphan.original.clone(),
        deeds: deeds(orphan),
    }
}

/// What the engine lets a person do.
fn deeds(orphan: &Orphan) -> Vec<Deed> {
    let comes_back = orphan.original.is_some() && matches!(orphan.role, Role::Retired | Role::Replaced | Role::Hop);
    match orphan.verdict {
        Verdict::NeedsWord if comes_back => vec![Deed::Restore, Deed::Delete],
        Verdict::NeedsWord | Verdict::LeftBehind => vec![Deed::Delete],
        Verdict::OfAnotherEngine => orphan.id.map(|id| Deed::Adopt(id.engine)).into_iter().collect(),
        Verdict::Accounted | Verdict::Rebuildable | Verdict::NewerThanJournal => Vec::new(),
    }
}
