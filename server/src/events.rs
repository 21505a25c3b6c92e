//! Progress as server-sent events: of all moves, of one, and of one survey.
//!
//! Every message is the whole view of a move, so whoever was slow or away needs only the newest
//! of each: nothing queues up for a client, and one that resumes is told what it missed. One
//! poller asks the engine for everybody, and only while somebody listens; what it has found goes
//! out to all who are up to date as the same bytes.
//!
//! Not here: who may listen (`http::guard`), and to what (`service::rights`).

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use tidelock_engine::{Engine, EngineError, Snapshot};
use tidelock_shared::id::MoveId;
use tidelock_shared::preview::SurveyProgress;
use tidelock_shared::progress::MoveUpdate;
use tidelock_shared::words::Language;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, timeout};

use crate::convert;
use crate::names::Names;
use crate::words::{language, within};

const LOOKED_EVERY: Duration = Duration::from_millis(100);
const SENT_AT_LEAST_EVERY: Duration = Duration::from_secs(15);
/// Nothing, which keeps a connection from being taken for a dead one.
const NOTHING: &[u8] = b":\n\n";
/// A browser waits so many milliseconds before it comes back.
const HELLO: &[u8] = b"retry: 1000\n\n";
/// What a client that comes without a past is told of.
const RECENT: u32 = 200;

/// The newest of so many moves is remembered, for those who do not keep up.
const REMEMBERED: usize = 1000;

/// Tells what happens to moves.
pub(crate) struct Feed {
    news: watch::Sender<News>,
    /// The engine's version when this process began.
    first: u64,
}

/// What was found out as long as anybody listened.
#[derive(Default)]
struct News {
    of_each: BTreeMap<MoveId, Update>,
    /// Whoever knows no more than this may have missed a move that is not in `of_each` any more.
    forgotten_until: u64,
    last: Look,
}

/// What one look has found, for who knew all until then.
#[derive(Default)]
struct Look {
    after: u64,
    until: u64,
    told: [Bytes; Language::ALL.len()],
}

/// The newest of one move.
struct Update {
    sequence: u64,
    /// Whose move it is.
    user: String,
    /// In the order of [`Language::ALL`].
    told: [Bytes; Language::ALL.len()],
}

impl Update {
    /// None if the view cannot be written down, which is the server's fault and logged.
    fn new(snapshot: &Snapshot, names: &Names) -> Option<Self> {
        let sequence = snapshot.version;
        let told = |language| {
            let view = within(language, || convert::move_view(snapshot, names));
            event(sequence, &MoveUpdate { sequence, view })
        };
        let [english, german] = Language::ALL.map(told);
        let user = snapshot.recorded.of.plan.user.clone();
        Some(Self { sequence, user, told: [english?, german?] })
    }
}

/// A message of the feed, in the form that `EventSource` reads.
fn event(sequence: u64, data: &impl Serialize) -> Option<Bytes> {
    let data = serde_json::to_string(data).inspect_err(|error| tracing::error!(%error, "what has happened cannot be told")).ok()?;
    Some(format!("id: {sequence}\ndata: {data}\n\n").into())
}

/// Several messages at once, the newest last.
fn together<'a>(updates: impl IntoIterator<Item = &'a Update>, language: Language) -> Bytes {
    let mut updates: Vec<&Update> = updates.into_iter().collect();
    updates.sort_by_key(|update| update.sequence);
    let told: Vec<&[u8]> = updates.iter().map(|update| &*update.told[language as usize]).collect();
    told.concat().into()
}

impl News {
    fn add(&mut self, found: Vec<(MoveId, Update)>, after: u64, until: u64) {
        let told = Language::ALL.map(|language| together(found.iter().map(|(_, update)| update), language));
        self.last = Look { after, until, told };
        self.of_each.extend(found);
        while self.of_each.len() > REMEMBERED
            && let Some((oldest, update)) = self.of_each.iter().min_by_key(|(_, update)| update.sequence)
        {
            let oldest = *oldest;
            self.forgotten_until = update.sequence;
            self.of_each.remove(&oldest);
        }
    }
}

impl Feed {
    pub(crate) fn new(engine: &Engine) -> Self {
        Self { news: watch::Sender::default(), first: engine.version() }
    }

    /// Asks the engine what changed and tells everybody, until the server stops.
    pub(crate) async fn run(&self, engine: Engine, names: Arc<Names>, mut stop: watch::Receiver<bool>) {
        let mut seen = self.first;
        let mut ticks = tokio::time::interval(LOOKED_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = becomes_true(&mut stop) => return,
            }
            if self.news.receiver_count() == 0 || engine.version() == seen {
                continue;
            }
            let (engine, names) = (engine.clone(), names.clone());
            let changed = tokio::task::spawn_blocking(move || changed_since(&engine, &names, seen)).await.unwrap_or_default();
            let until = changed.iter().map(|(_, update)| update.sequence).fold(seen, u64::max);
            if !changed.is_empty() {
                self.news.send_modify(|news| news.add(changed, seen, until));
            }
            seen = until;
        }
    }

    /// The feed of all moves or of one, from after `last`.
    pub(crate) async fn follow(&self, source: Source, last: Option<u64>, ends: Ends) -> Result<Response, EngineError> {
        // Subscribed before the first look, so that nothing falls between the two.
        let news = self.news.subscribe();
        let last = last.filter(|last| (source.engine.forgotten_until()..=source.engine.version()).contains(last));
        let (only, only_of) = (source.only, source.only_of.clone());
        // What changes while it is looked at is told once more, as news.
        let seen = source.engine.version();
        let begin = tokio::task::spawn_blocking(move || source.begin(last, seen)).await;
        let begin = begin.unwrap_or_else(|_| Ok(Vec::new()))?;
        let language = language();
        let begin = together(&begin, language);
        Ok(sse(&begin, MovesTold { news, last: seen, only, only_of, language, ends }))
    }
}

/// The server stops, or the session ends.
type Ends = [watch::Receiver<bool>; 2];

/// What a client wants to hear of.
pub(crate) struct Source {
    pub(crate) engine: Engine,
    pub(crate) names: Arc<Names>,
    /// None for all moves.
    pub(crate) only: Option<MoveId>,
    /// None for everybody's.
    pub(crate) only_of: Option<String>,
}

impl Source {
    /// What to tell at once, the newest change last. Nothing claims to be newer than `seen`, or
    /// a client that resumes after it would miss what others did until then.
    fn begin(&self, last: Option<u64>, seen: u64) -> Result<Vec<Update>, EngineError> {
        let mut snapshots = match (self.only, last) {
            (Some(id), None) => vec![self.engine.get(id)?],
            (None, None) => self.engine.list_of(self.only_of.as_deref(), RECENT)?,
            (_, Some(last)) => self.engine.changed_since(last),
        };
        snapshots.retain(|snapshot| {
            let of = &snapshot.recorded.of;
            self.only.is_none_or(|only| only == of.id) && self.only_of.as_ref().is_none_or(|user| *user == of.plan.user)
        });
        for snapshot in &mut snapshots {
            snapshot.version = snapshot.version.min(seen);
        }
        snapshots.sort_by_key(|snapshot| snapshot.recorded.of.id);
        Ok(snapshots.iter().filter_map(|snapshot| Update::new(snapshot, &self.names)).collect())
    }
}

fn changed_since(engine: &Engine, names: &Names, version: u64) -> Vec<(MoveId, Update)> {
    let changed = engine.changed_since(version);
    changed.iter().filter_map(|snapshot| Some((snapshot.recorded.of.id, Update::new(snapshot, names)?))).collect()
}

/// What one client has heard and will hear.
struct MovesTold {
    news: watch::Receiver<News>,
    last: u64,
    only: Option<MoveId>,
    only_of: Option<String>,
    language: Language,
    ends: Ends,
}

impl Tells for MovesTold {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let [stop, session] = &mut self.ends;
            tokio::select! {
                biased;
                () = becomes_true(stop) => return None,
                () = becomes_true(session) => return None,
                changed = self.news.changed() => changed.ok()?,
            }
            let told = self.take_news()?;
            if !told.is_empty() {
                return Some(told);
            }
        }
    }
}

impl MovesTold {
    /// None for one who was away for so long that not all of it is known any more: he comes again, and is
    /// told by the engine.
    fn take_news(&mut self) -> Option<Bytes> {
        let news = self.news.borrow_and_update();
        let knew = self.last;
        self.last = knew.max(news.last.until);
        if self.only.is_none() && self.only_of.is_none() && knew == news.last.after {
            return Some(news.last.told[self.language as usize].clone());
        }
        if knew < news.forgotten_until {
            return None;
        }
        let (only, only_of) = (self.only, self.only_of.as_ref());
        let is_wanted =
            |id: &MoveId, update: &Update| only.is_none_or(|only| only == *id) && only_of.is_none_or(|user| *user == update.user);
        let wanted = news.of_each.iter().filter(|(id, update)| update.sequence > knew && is_wanted(id, update));
        Some(together(wanted.map(|(_, update)| update), self.language))
    }
}

/// The feed of one survey. It ends with the survey.
pub(crate) fn follow_survey(progress: watch::Receiver<SurveyProgress>, last: Option<u64>, ends: Ends) -> Response {
    sse(&Bytes::new(), SurveyTold { progress, last: last.unwrap_or(0), ends })
}

/// Whether a survey will say nothing more after this.
pub(crate) fn is_over(progress: &SurveyProgress) -> bool {
    progress.is_complete || progress.error.is_some()
}

struct SurveyTold {
    progress: watch::Receiver<SurveyProgress>,
    last: u64,
    ends: Ends,
}

impl Tells for SurveyTold {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let newest = self.progress.borrow_and_update().clone();
            if newest.sequence > self.last {
                self.last = newest.sequence;
                return event(newest.sequence, &newest);
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

/// One who tells a client something after the other. What is not waited for to the end is told later.
trait Tells: Send + 'static {
    /// The next messages, whole; none at the end.
    fn next(&mut self) -> impl Future<Output = Option<Bytes>> + Send;
}

/// `begin` goes out at once, and then whatever is told next.
fn sse(begin: &Bytes, tells: impl Tells) -> Response {
    let hello = Bytes::from([HELLO, begin].concat());
    let told = stream::unfold(tells, |mut tells| async move {
        let next = timeout(SENT_AT_LEAST_EVERY, tells.next()).await;
        Some((next.unwrap_or(Some(Bytes::from_static(NOTHING)))?, tells))
    });
    let told = stream::once(ready(hello)).chain(told).map(Ok::<_, Infallible>);
    ([(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-cache")], Body::from_stream(told)).into_response()
}

/// Returns once the value is true, or nobody is left who could make it so.
pub(crate) async fn becomes_true(value: &mut watch::Receiver<bool>) {
    drop(value.wait_for(|is_true| *is_true).await);
}
