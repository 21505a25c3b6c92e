//! Scans for what is charged wrongly: one after the other on a thread of its own. The newest of each folder are
//! known, and outlive the server.
//!
//! Not here: what is looked for (`tidelock_engine::drift`), what it is called (`crate::drift`), and where it is
//! kept (`crate::past_scans`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tidelock_engine::clock::SystemClock;
use tidelock_engine::drift::{Pace, Scanner};
use tidelock_engine::survey::SurveyError;
use tidelock_shared::drift::{DriftFinding, DriftKind, DriftScan, EarlierScan};
use tidelock_shared::name::FilePath;
use tidelock_shared::user_error::UserError;

use super::{EngineService, Site, visible};
use crate::past_scans::{Past, PastScan, remember};
use crate::user_error;
use crate::words::{Words, words};

/// Whoever follows a scan waits so long for news.
const NEXT_ANSWER: Duration = Duration::from_secs(1);
/// Numbers are told so often.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// The newest scan of each folder, and what waits for its turn.
#[derive(Default)]
pub(crate) struct Drifts {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    scans: BTreeMap<FilePath, Standing>,
    queue: VecDeque<(FilePath, Pace)>,
    is_running: bool,
}

#[derive(Clone, Default)]
struct Standing {
    started_ms: Option<i64>,
    finished_ms: Option<i64>,
    entries: u64,
    /// Why the newest ended before its end.
    error: Option<Arc<SurveyError>>,
    /// Those that came to their end.
    past: Past,
}

impl Standing {
    /// Of a folder that nobody scans now.
    fn at_rest(past: Past) -> Self {
        let newest = past.first().map(|newest| (newest.ended_ms, newest.found.recount.entries));
        let (finished_ms, entries) = newest.unzip();
        Self { finished_ms, entries: entries.unwrap_or_default(), past, ..Self::default() }
    }

    /// The newest that came to its end, if none has failed since, and those before it.
    fn newest_and_earlier(&self) -> (Option<&PastScan>, &[PastScan]) {
        match self.past.split_first() {
            Some((newest, earlier)) if self.error.is_none() && !self.is_open() => (Some(newest), earlier),
            _ => (None, &self.past),
        }
    }

    fn is_open(&self) -> bool {
        self.finished_ms.is_none()
    }
}

impl Drifts {
    /// Knows what an earlier server has found.
    pub(crate) fn take_up(&self, known: BTreeMap<FilePath, Past>) {
        self.state.lock().scans.extend(known.into_iter().map(|(folder, past)| (folder, Standing::at_rest(past))));
    }

    /// Begins to scan these folders, as fast as it can.
    pub(super) fn scan(&self, service: &EngineService, paths: Vec<FilePath>) -> Result<Vec<DriftScan>, UserError> {
        for path in &paths {
            service.site.root_of(path)?;
        }
        let begun = self.begin(&service.site, paths, Pace::default());
        begun.map_err(|error| {
            UserError::new("unavailable", words().drift_not_started(&error.to_string())).hint(words().try_again())
        })?;
        Ok(self.get(false))
    }

    /// Lets every project's folder be scanned, no faster than that.
    pub(crate) fn scan_all(&self, site: &Arc<Site>, pace: Pace) -> std::io::Result<()> {
        let engine = site.engine.as_itself();
        let projects = visible(site, &engine, &**engine.file_system());
        let with_id = projects.into_iter().filter(|project| project.id.is_some());
        self.begin(site, with_id.map(|project| project.root).collect(), pace)
    }

    /// Those apart that are being scanned or wait for it.
    fn begin(&self, site: &Arc<Site>, paths: Vec<FilePath>, pace: Pace) -> std::io::Result<()> {
        let is_idle = {
            let mut state = self.state.lock();
            for path in paths {
                if state.scans.get(&path).is_none_or(|standing| !standing.is_open()) {
                    let past = state.scans.remove(&path).map(|before| before.past).unwrap_or_default();
                    state.scans.insert(path.clone(), Standing { past, ..Standing::default() });
                    state.queue.push_back((path, pace));
                }
            }
            !std::mem::replace(&mut state.is_running, true)
        };
        if is_idle {
            let site = site.clone();
            let thread = std::thread::Builder::new().name("drift".to_owned());
            if let Err(error) = thread.spawn(move || site.drifts.work_off(&site)) {
                // Nobody scans; the next who asks is not to wait for it.
                let mut state = self.state.lock();
                for (waiting, _) in std::mem::take(&mut state.queue) {
                    let past = state.scans.remove(&waiting).map(|before| before.past).unwrap_or_default();
                    if !past.is_empty() {
                        state.scans.insert(waiting, Standing::at_rest(past));
                    }
                }
                state.is_running = false;
                return Err(error);
            }
        }
        Ok(())
    }

    /// All that is known; if that is wanted, waits a moment for news while a scan goes on.
    pub(super) fn get(&self, waits: bool) -> Vec<DriftScan> {
        let mut state = self.state.lock();
        if waits && state.is_running {
            self.changed.wait_for(&mut state, NEXT_ANSWER);
        }
        state.scans.iter().map(|(path, standing)| told(path, standing)).collect()
    }

    /// What scans of a folder before the newest have found.
    pub(super) fn earlier(&self, path: &FilePath) -> Vec<EarlierScan> {
        let state = self.state.lock();
        let scans = state.scans.get(path).map(|standing| standing.newest_and_earlier().1).unwrap_or_default();
        scans.iter().map(|scan| earlier(path, scan)).collect()
    }

    /// How many findings of each kind the newest whole scan of each folder has, and when it ended.
    pub(crate) fn counts(&self) -> Vec<(FilePath, i64, BTreeMap<DriftKind, u64>)> {
        let state = self.state.lock();
        let count = |(path, standing): (&FilePath, &Standing)| {
            let newest = standing.past.first()?;
            let mut kinds = BTreeMap::new();
            for finding in &newest.found.findings {
                *kinds.entry(crate::drift::kind(finding)).or_default() += 1;
            }
            Some((path.clone(), newest.ended_ms, kinds))
        };
        state.scans.iter().filter_map(count).collect()
    }

    fn work_off(&self, site: &Site) {
        loop {
            let next = {
                let mut state = self.state.lock();
                let next = state.queue.pop_front().filter(|_| !site.engine.is_halted());
                state.is_running = next.is_some();
                next
            };
            self.changed.notify_all();
            let Some((path, pace)) = next else { return };
            self.change(&path, |standing| standing.started_ms = Some(site.engine.now_ms()));
            let mut told_at = Instant::now();
            let mut hear = |entries: u64| {
                if told_at.elapsed() >= TOLD_EVERY {
                    told_at = Instant::now();
                    self.change(&path, |standing| standing.entries = entries);
                }
                !site.engine.is_halted()
            };
            let is_in_motion = |path: &FilePath| site.engine.is_in_motion(path);
            let engine = site.engine.as_itself();
            let scanner = Scanner::new(&**engine.file_system(), engine.crew(), &SystemClock);
            let found = Scanner { pace, is_in_motion: &is_in_motion, ..scanner }.scan(&path, &mut hear);
            let ended_ms = site.engine.now_ms();
            let scan = found.map(|found| PastScan { ended_ms, found: Arc::new(found) });
            if let Ok(scan) = &scan
                && let Err(error) = site.past_scans.add(&path, scan)
            {
                tracing::warn!(error = &error as &dyn std::error::Error, "what a scan has found is forgotten with the server");
            }
            self.change(&path, |standing| {
                standing.finished_ms = Some(ended_ms);
                match scan {
                    Ok(scan) => {
                        standing.entries = scan.found.recount.entries;
                        remember(&mut standing.past, scan);
                    }
                    Err(error) => standing.error = Some(Arc::new(error)),
                }
            });
        }
    }

    fn change(&self, path: &FilePath, change: impl FnOnce(&mut Standing)) {
        if let Some(standing) = self.state.lock().scans.get_mut(path) {
            change(standing);
        }
        self.changed.notify_all();
    }
}

/// In the language of whoever asks.
fn told(path: &FilePath, standing: &Standing) -> DriftScan {
    let (newest, earlier) = standing.newest_and_earlier();
    let mut scan = DriftScan {
        path: path.clone(),
        started_ms: standing.started_ms,
        finished_ms: standing.finished_ms,
        entries: standing.entries,
        project: None,
        counted: None,
        charged: None,
        findings: Vec::new(),
        remarks: Vec::new(),
        error: None,
        earlier: earlier.len() as u64,
    };
    if standing.is_open() {
        return scan;
    }
    if let Some(error) = &standing.error {
        scan.error = Some(match &**error {
            SurveyError::Stopped => words().shutting_down().to_owned(),
            SurveyError::FileSystem(error) => user_error::fs_error(Words::doing_look_through, path, error).message,
        });
        return scan;
    }
    let Some(report) = newest.and_then(|newest| crate::drift::report(path, &newest.found)) else {
        scan.remarks.push(words().drift_no_project().to_owned());
        return scan;
    };
    scan.project = Some(report.project);
    scan.counted = Some(report.counted);
    scan.charged = report.charged;
    scan.remarks = report.remarks;
    let finding = |told: crate::drift::Told| DriftFinding {
        kind: told.kind,
        message: told.message,
        hints: told.hints,
        examples: told.examples,
    };
    scan.findings = report.findings.into_iter().map(finding).collect();
    scan
}

fn earlier(path: &FilePath, scan: &PastScan) -> EarlierScan {
    let report = crate::drift::report(path, &scan.found);
    let findings = report.into_iter().flat_map(|report| report.findings).map(|told| told.message).collect();
    EarlierScan { finished_ms: scan.ended_ms, entries: scan.found.recount.entries, findings }
}
