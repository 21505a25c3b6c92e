//! Progress as server-sent events: of all moves, of one, and of one survey.
//!
//! Every message is the whole view of a move, so whoever was slow or away needs only the newest
//! of each: nothing queues up for a client, and one that resumes is told what it missed. One
//! poller asks the engine for everybody, and only while somebody listens.
//!
//! Not here: who may listen (`http::guard`).

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use tidelock_engine::{Engine, EngineError, Snapshot};
use tidelock_shared::id::MoveId;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::progress::MoveUpdate;
use tidelock_shared::words::Language;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::convert;
use crate::names::Names;
use crate::words::{language, within};

const LOOKED_EVERY: Duration = Duration::from_millis(100);
const SENT_AT_LEAST_EVERY: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes back.
const RETRIED_AFTER: Duration = Duration::from_secs(1);
/// What a client that comes without a past is told of.
const RECENT: u32 = 200;

/// The newest of each move, as far as anybody listened.
pub(crate) struct Feed {
    newest: watch::Sender<BTreeMap<MoveId, Update>>,
    /// The engine's version when this process began. Who remembers less was told by another.
    first: u64,
}

#[derive(Clone, Debug)]
struct Update {
    sequence: u64,
    /// In the order of [`Language::ALL`].
    data: [Arc<str>; Language::ALL.len()],
}

impl Update {
    /// None if the view cannot be written down, which is the server's fault and logged.
    fn new(snapshot: &Snapshot, names: &Names) -> Option<Self> {
        let sequence = snapshot.version;
        let told = |language| {
            let view = within(language, || convert::move_view(snapshot, names));
            let text = serde_json::to_string(&MoveUpdate { sequence, view });
            Some(text.inspect_err(|error| tracing::error!(%error, "a move cannot be told")).ok()?.into())
        };
        let [english, german] = Language::ALL.map(told);
        Some(Self { sequence, data: [english?, german?] })
    }

    fn event(&self, language: Language) -> Event {
        Event::default().id(self.sequence.to_string()).data(&*self.data[language as usize])
    }
}

impl Feed {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { newest: watch::Sender::default(), first: engine.version() }
    }

    /// Asks the engine what changed and tells everybody, until the server stops.
    pub(crate) async fn run(&self, engine: Arc<Engine>, names: Arc<Names>, mut stop: watch::Receiver<bool>) {
        let mut seen = self.first;
        let mut ticks = tokio::time::interval(LOOKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = becomes_true(&mut stop) => return,
            }
            if self.newest.receiver_count() == 0 || engine.version() == seen {
                continue;
            }
            let (engine, names) = (engine.clone(), names.clone());
            let changed = tokio::task::spawn_blocking(move || changed_since(&engine, &names, seen)).await.unwrap_or_default();
            seen = changed.iter().map(|(_, update)| update.sequence).fold(seen, u64::max);
            self.newest.send_if_modified(|newest| {
                let is_new = !changed.is_empty();
                newest.extend(changed);
                is_new
            });
        }
    }

    /// The feed of all moves or of one, from after `last`.
    pub(crate) async fn follow(
        &self,
        source: Source,
        last: Option<u64>,
        ends: [watch::Receiver<bool>; 2],
    ) -> Result<Response, EngineError> {
        // Subscribed before the first look, so that nothing falls between the two.
        let newest = self.newest.subscribe();
        let last = last.filter(|last| (self.first..=source.engine.version()).contains(last));
        let only = source.only;
        // What changes while it is looked at is told once more, as news.
        let seen = source.engine.version();
        let begin = tokio::task::spawn_blocking(move || source.begin(last, seen)).await;
        let begin = begin.unwrap_or_else(|_| Ok(Vec::new()))?;
        let language = language();
        let waiting = begin.iter().map(|update| update.event(language)).collect();
        Ok(sse(MovesTold { newest, last: seen, only, language, waiting, ends }, MovesTold::next))
    }
}

/// What a client wants to hear of.
pub(crate) struct Source {
    pub(crate) engine: Arc<Engine>,
    pub(crate) names: Arc<Names>,
    /// None for all moves.
    pub(crate) only: Option<MoveId>,
}

impl Source {
    /// What to tell at once, the newest change last. Nothing claims to be newer than `seen`, or
    /// a client that resumes after it would miss what others did until then.
    fn begin(&self, last: Option<u64>, seen: u64) -> Result<Vec<Update>, EngineError> {
        let mut snapshots = match (self.only, last) {
            (Some(id), None) => vec![self.engine.get(id)?],
            (None, None) => self.engine.list(RECENT)?,
            (_, Some(last)) => self.engine.changed_since(last),
        };
        snapshots.retain(|snapshot| self.only.is_none_or(|only| only == snapshot.recorded.of.id));
        for snapshot in &mut snapshots {
            snapshot.version = snapshot.version.min(seen);
        }
        snapshots.sort_by_key(|snapshot| (snapshot.version, snapshot.recorded.of.id));
        Ok(snapshots.iter().filter_map(|snapshot| Update::new(snapshot, &self.names)).collect())
    }
}

fn changed_since(engine: &Engine, names: &Names, version: u64) -> Vec<(MoveId, Update)> {
    let changed = engine.changed_since(version);
    changed.iter().filter_map(|snapshot| Some((snapshot.recorded.of.id, Update::new(snapshot, names)?))).collect()
}

/// What one client has heard and will hear.
struct MovesTold {
    newest: watch::Receiver<BTreeMap<MoveId, Update>>,
    last: u64,
    only: Option<MoveId>,
    language: Language,
    waiting: VecDeque<Event>,
    ends: [watch::Receiver<bool>; 2],
}

impl MovesTold {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some((Ok(event), self));
            }
            let [stop, session] = &mut self.ends;
            tokio::select! {
                biased;
                () = becomes_true(stop) => return None,
                () = becomes_true(session) => return None,
                changed = self.newest.changed() => changed.ok()?,
            }
            self.take_news();
        }
    }

    fn take_news(&mut self) {
        let newest = self.newest.borrow_and_update();
        let wanted = newest.iter().filter(|(id, update)| update.sequence > self.last && self.only.is_none_or(|only| only == **id));
        let mut news: Vec<&Update> = wanted.map(|(_, update)| update).collect();
        news.sort_by_key(|update| update.sequence);
        self.last = news.last().map_or(self.last, |update| update.sequence);
        let language = self.language;
        self.waiting.extend(news.into_iter().map(|update| update.event(language)));
    }
}

/// The feed of one survey. It ends with the survey.
pub(crate) fn follow_survey(
    progress: watch::Receiver<SurveyProgress>,
    last: Option<u64>,
    ends: [watch::Receiver<bool>; 2],
) -> Response {
    sse(SurveyTold { progress, last: last.unwrap_or(0), ends }, SurveyTold::next)
}

/// Whether a survey will say nothing more after this.
pub(crate) fn is_over(progress: &SurveyProgress) -> bool {
    progress.is_complete || progress.error.is_some()
}

struct SurveyTold {
    progress: watch::Receiver<SurveyProgress>,
    last: u64,
    ends: [watch::Receiver<bool>; 2],
}

impl SurveyTold {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            let newest = self.progress.borrow_and_update().clone();
            if newest.sequence > self.last {
                self.last = newest.sequence;
                let event = Event::default().id(newest.sequence.to_string()).json_data(&newest).ok()?;
                return Some((Ok(event), self));
            }
            if is_over(&newest) {
                return None;
            }
            let [stop, session] = &mut self.ends;
            tokio::select! {
                biased;
                () = becomes_true(stop) => return None,
                () = becomes_true(session) => return None,
                changed = self.progress.changed() => changed.ok()?,
            }
        }
    }
}

fn sse<S, F>(told: S, next: impl FnMut(S) -> F + Send + 'static) -> Response
where
    S: Send + 'static,
    F: Future<Output = Option<(Result<Event, Infallible>, S)>> + Send + 'static,
{
    let hello = Event::default().retry(RETRIED_AFTER);
    let events = stream::StreamExt::chain(stream::once(std::future::ready(Ok(hello))), stream::unfold(told, next));
    Sse::new(events).keep_alive(KeepAlive::new().interval(SENT_AT_LEAST_EVERY)).into_response()
}

/// Returns once the value is true, or nobody is left who could make it so.
pub(crate) async fn becomes_true(value: &mut watch::Receiver<bool>) {
    drop(value.wait_for(|is_true| *is_true).await);
}
