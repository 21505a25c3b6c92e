//! The broker: hears the server, looks up whom it names, and starts a worker.

use std::ffi::OsString;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::lchown;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::fs::Mode;
use rustix::io::Errno;
use rustix::net::sockopt::socket_peercred;
use rustix::net::{SocketFlags, accept_with};
use rustix::process::umask;

use crate::account::Account;
use crate::channel::{listen_at, receive, send};
use crate::confine::Identity;
use crate::message::{Answer, Request};
use crate::posts::Posts;

/// So many requests are worked on at once: a directory of users may take its time.
const AT_ONCE_MAX: usize = 32;
/// Where there is no room for one more, it is looked again after so long.
const NO_ROOM_FOR: Duration = Duration::from_millis(200);
/// What the reader is called here; no user is called anything with brackets.
const READER: &str = "(reader)";

/// What the site decides, and the server cannot change.
#[derive(Clone, Debug)]
pub struct Site {
    /// Whoever runs the server: nobody else is heard.
    pub server_uid: u32,
    pub server_gid: u32,
    /// Below it there are no people.
    pub minimum_uid: u32,
    /// What a worker may reach.
    pub roots: Vec<PathBuf>,
    /// The program of a worker and what it is told first; whom to become is added to that.
    pub worker: Vec<OsString>,
}

/// Why the broker cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen at {path}")]
    Bind { path: PathBuf, source: Errno },
    #[error("cannot give {path} to the server's user")]
    Owner { path: PathBuf, source: std::io::Error },
    #[error("cannot take connections")]
    Accept(#[source] Errno),
}

/// A broker that can be asked.
pub struct Listening {
    socket: OwnedFd,
    site: Arc<Site>,
    posts: Arc<Posts>,
    busy: Arc<AtomicUsize>,
}

impl Listening {
    /// Listens at a path that nobody but root and the server can connect to. One that an earlier broker left is replaced.
    /// Called while there is one thread: for a moment nothing is made for others. By a process that may open a file for each
    /// worker: what programs begin with is for a few hundred.
    ///
    /// # Errors
    /// The path cannot be made, or not be given to the server.
    pub fn at(path: &Path, site: Site) -> Result<Self, ListenError> {
        // Two brokers do no harm to each other; the newer one is heard.
        match std::fs::remove_file(path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(ListenError::Owner { path: path.to_owned(), source });
            }
            _ => {}
        }
        // It is made for its owner alone, and given away by its name, not by where that may lead by now.
        let before = umask(Mode::RWXG | Mode::RWXO);
        let bound = listen_at(path);
        umask(before);
        let socket = bound.map_err(|source| ListenError::Bind { path: path.to_owned(), source })?;
        let given = lchown(path, Some(site.server_uid), None);
        given.map_err(|source| ListenError::Owner { path: path.to_owned(), source })?;
        Ok(Self { socket, site: Arc::new(site), posts: Arc::default(), busy: Arc::default() })
    }

    /// Answers until it cannot go on.
    ///
    /// # Errors
    /// No connection can be taken any more.
    pub fn serve(&self) -> Result<(), ListenError> {
        loop {
            let peer = match accept_with(&self.socket, SocketFlags::CLOEXEC) {
                Ok(peer) => peer,
                Err(Errno::INTR | Errno::CONNABORTED) => continue,
                // If it ended, so would all workers and what they are at.
                Err(errno @ (Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)) => {
                    tracing::error!(%errno, "no request can be taken for now");
                    std::thread::sleep(NO_ROOM_FOR);
                    continue;
                }
                Err(errno) => return Err(ListenError::Accept(errno)),
            };
            if self.busy.fetch_add(1, Ordering::Relaxed) >= AT_ONCE_MAX {
                self.busy.fetch_sub(1, Ordering::Relaxed);
                tracing::warn!("too many requests at once: one is dropped");
                continue;
            }
            let (site, posts, busy) = (self.site.clone(), self.posts.clone(), self.busy.clone());
            let hear = move || {
                if let Err(errno) = hear(&site, &posts, &peer) {
                    tracing::warn!(%errno, "a request could not be answered");
                }
                busy.fetch_sub(1, Ordering::Relaxed);
            };
            if let Err(error) = std::thread::Builder::new().name("request".to_owned()).spawn(hear) {
                self.busy.fetch_sub(1, Ordering::Relaxed);
                tracing::error!(%error, "a request is dropped");
            }
        }
    }
}

/// Hears one request of one peer.
fn hear(site: &Site, posts: &Posts, peer: &OwnedFd) -> Result<(), Errno> {
    let (asking, asked) = (socket_peercred(peer)?, receive::<Request>(peer)?);
    if asking.uid.as_raw() != site.server_uid {
        tracing::warn!(uid = asking.uid.as_raw(), pid = asking.pid.as_raw_nonzero(), "a stranger asks");
        return refuse(peer, "only the server is heard");
    }
    let started = match asked {
        (_, Some(_)) => return refuse(peer, "nothing is asked with a descriptor"),
        (Request::StartWorker { user }, None) => start_worker(site, posts, &user),
        (Request::StartReader, None) => start_reader(site, posts),
    };
    match started {
        Ok(connection) => send(peer, &Answer::Started, Some(connection.as_fd())),
        Err(why) => refuse(peer, &why),
    }
}

fn refuse(peer: &OwnedFd, why: &str) -> Result<(), Errno> {
    send(peer, &Answer::Refused { why: why.to_owned() }, None)
}

/// Starts a worker for a user and answers the other end of its connection.
fn start_worker(site: &Site, posts: &Posts, user: &str) -> Result<UnixStream, String> {
    let account = Account::look_up(user, site.minimum_uid).map_err(|error| {
        tracing::warn!(user, error = &error as &dyn std::error::Error, "no worker is started");
        error.to_string()
    })?;
    start(site, posts, &account.name, &Identity::User { uid: account.uid, gid: account.gid, groups: account.groups })
}

/// Starts the worker that reads what belongs to nobody.
fn start_reader(site: &Site, posts: &Posts) -> Result<UnixStream, String> {
    start(site, posts, READER, &Identity::Reader { uid: site.server_uid, gid: site.server_gid })
}

fn start(site: &Site, posts: &Posts, user: &str, identity: &Identity) -> Result<UnixStream, String> {
    let start = || {
        let (ours, theirs) = UnixStream::pair()?;
        let worker = spawn(site, identity, ours)?;
        tracing::info!(user, ?identity, pid = worker.id(), "a worker was started");
        Ok((theirs, worker))
    };
    posts.fill(user, start).map_err(|error| {
        tracing::error!(user, error = &error as &dyn std::error::Error, "no worker is started");
        error.to_string()
    })
}

fn spawn(site: &Site, identity: &Identity, connection: UnixStream) -> std::io::Result<Child> {
    let (program, first) = site.worker.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(first);
    let (kind, (uid, gid, groups)) = (identity.kind(), identity.numbers());
    command.args(["--act-as", kind, "--uid", &uid.to_string(), "--gid", &gid.to_string()]);
    for group in groups {
        command.args(["--group", &group.to_string()]);
    }
    for root in &site.roots {
        command.arg("--root").arg(root);
    }
    command.env_clear().current_dir("/").stdin(Stdio::from(OwnedFd::from(connection))).stdout(Stdio::null()).spawn()
}
