//! Who acts for each user of a site: a worker process that has become that user, started by the broker when it is
//! needed first and ended when nobody has needed it for a while.
//!
//! One more looks at what belongs to nobody and changes nothing: the reader, which has the empty name. It also tells
//! the users' workers what a project uses and may use, since the kernel tells that to administrators only.
//!
//! Not here: how a process becomes a user (`tidelock_broker`), and what goes over the connection (the engine's `fs::remote`).

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tidelock_broker::{AskError, Broker};
use tidelock_engine::agents::{Agent, Agents};
use tidelock_engine::fs::remote::{Informant, Remote};
use tidelock_engine::fs::{Errno, FileSystem, FsError, FsResult, Quota};
use tidelock_shared::id::ProjectId;
use tidelock_shared::name::FilePath;

use crate::identity::{Directory, SystemDirectory, User};

/// A worker that nobody has asked anything for so long ends.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// One that was lost is given so long to be gone, before another begins.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// The reader's name, which no user can have.
const READER: &str = "";

/// Starts a worker for a user, or the reader.
type Start = dyn Fn(&str) -> Result<UnixStream, AskError> + Send + Sync;

/// The workers of all users.
pub(crate) struct Workers {
    start: Arc<Start>,
    posts: Mutex<BTreeMap<String, Arc<Post>>>,
    directory: Arc<dyn Directory>,
    reader: Arc<Post>,
    rooms: Arc<Rooms>,
}

impl Workers {
    /// Workers that this broker starts.
    pub(crate) fn of(broker: Broker, roots: Vec<FilePath>) -> Self {
        Self::started_by(
            Arc::new(move |user| if user == READER { broker.start_reader() } else { broker.start_worker(user) }),
            roots,
            Arc::new(SystemDirectory),
        )
    }

    fn started_by(start: Arc<Start>, roots: Vec<FilePath>, directory: Arc<dyn Directory>) -> Self {
        let reader = Arc::new(Post::new(READER, start.clone(), directory.clone()));
        let rooms = Arc::new(Rooms { reader: reader.clone(), roots });
        Self { start, posts: Mutex::default(), directory, reader, rooms }
    }

    /// Lets those end that nobody has asked anything for a while.
    pub(crate) fn end_idle(&self) {
        self.end_those_idle_for(IDLE);
    }

    fn end_those_idle_for(&self, idle: Duration) {
        self.posts.lock().retain(|_, post| Arc::strong_count(post) > 1 || !post.is_idle(idle));
    }

    /// Ends those whose users are others by now: a worker keeps for good the number and the groups that it began with,
    /// and whoever is busy never lets it be idle. Their moves go on with the next one, if there may be one.
    pub(crate) fn end_outdated(&self) {
        let posts: Vec<_> = self.posts.lock().values().cloned().collect();
        posts.iter().for_each(|post| post.end_if_outdated());
    }

    fn post(&self, user: &str) -> Arc<Post> {
        let new = || Arc::new(Post::new(user, self.start.clone(), self.directory.clone()));
        self.posts.lock().entry(user.to_owned()).or_insert_with(new).clone()
    }
}

impl Agents for Workers {
    fn of(&self, user: &str) -> FsResult<Agent> {
        let worker = match user {
            READER => self.reader.worker(None)?,
            user => self.post(user).worker(Some(self.rooms.clone()))?,
        };
        Ok(Agent { fs: worker.clone(), worker })
    }
}

/// Where one worker is at a time.
struct Post {
    user: String,
    start: Arc<Start>,
    directory: Arc<dyn Directory>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    worker: Option<Arc<Remote>>,
    /// The user as the directory knew them right before it began.
    account: Option<User>,
    asked: Option<Instant>,
}

impl Post {
    fn new(user: &str, start: Arc<Start>, directory: Arc<dyn Directory>) -> Self {
        Self { user: user.to_owned(), start, directory, kept: Mutex::default() }
    }

    /// The worker, started if there is none.
    fn worker(&self, informant: Option<Arc<Rooms>>) -> FsResult<Arc<Remote>> {
        let mut kept = self.kept.lock();
        kept.asked = Some(Instant::now());
        match &kept.worker {
            Some(worker) if !worker.is_over() => return Ok(worker.clone()),
            // Until it is gone its last call may still be done.
            Some(worker) if !worker.wait_until_gone(GONE_WITHIN) => return Err(away()),
            _ => kept.worker = None,
        }
        let told = |error: &(dyn std::error::Error + 'static)| {
            tracing::error!(user = self.user, error, "there is no worker");
            away()
        };
        kept.account = if self.user == READER { None } else { self.directory.user(&self.user).ok().flatten() };
        let stream = (self.start)(&self.user).map_err(|error| told(&error))?;
        let worker = Remote::connect(&stream).map_err(|error| told(&error))?;
        let worker = Arc::new(match informant {
            Some(informant) => worker.informed_by(informant),
            None => worker,
        });
        kept.worker = Some(worker.clone());
        Ok(worker)
    }

    fn end_if_outdated(&self) {
        // As long as nobody can say who somebody is, they stay who they were.
        let Ok(account) = self.directory.user(&self.user) else { return };
        // One that is being started is told so already.
        let Some(mut kept) = self.kept.try_lock() else { return };
        let is_same = match (&kept.account, &account) {
            (Some(then), Some(now)) => is_same(then, now),
            // Nobody could say it when it began.
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if is_same {
            kept.account = kept.account.take().or(account);
        } else if let Some(worker) = kept.worker.as_ref().filter(|worker| !worker.is_over()) {
            tracing::info!(user = self.user, "the user's number or groups are others by now: the worker ends");
            worker.say_goodbye();
        }
    }

    /// Whether nobody works with it or has asked for it for so long. One that is being started is not idle.
    fn is_idle(&self, idle: Duration) -> bool {
        let Some(kept) = self.kept.try_lock() else { return false };
        let is_used = kept.worker.as_ref().is_some_and(|worker| Arc::strong_count(worker) > 1);
        !is_used && kept.asked.is_none_or(|asked| asked.elapsed() >= idle)
    }
}

/// Whether the kernel would let both do the same.
fn is_same(then: &User, now: &User) -> bool {
    let groups = |user: &User| user.gids.iter().copied().collect::<BTreeSet<u32>>();
    then.uid == now.uid && then.gids.first() == now.gids.first() && groups(then) == groups(now)
}

fn away() -> FsError {
    FsError::new("ask a worker", b"", Errno::NOTCONN)
}

/// What projects use and may use, as the reader is told.
struct Rooms {
    reader: Arc<Post>,
    roots: Vec<FilePath>,
}

impl Informant for Rooms {
    fn quota(&self, device: u64, project: ProjectId) -> FsResult<Option<Quota>> {
        let reader = self.reader.worker(None)?;
        for root in &self.roots {
            let folder = reader.open_path(root)?;
            if reader.status((&folder).into())?.device == device {
                return reader.quota(&folder, project);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
